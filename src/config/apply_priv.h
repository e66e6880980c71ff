/* SPDX-License-Identifier: MIT */
/* From the tree to struct config, by way of the settings table. */
#ifndef BERTH_CONFIG_APPLY_PRIV_H
#define BERTH_CONFIG_APPLY_PRIV_H

#include "berth/config/config.h"
#include "node_priv.h"
#include "settings_priv.h"

/* One load: what its steps hand on to each other. */
struct load {
	struct config *config;
	struct config_where *origins; /* config->origins, while they can be written */
	struct arena *arena;
	struct config_report *report;
	const char *name; /* of the file */
};

/* Every member gets its default. */
void apply_defaults(struct load *load);

/* The tree's values go to their members; unknown keys, wrong types and what is not built yet go to the report. */
void apply_tree(struct load *load, const struct node *root);

/* What no row can say: how settings depend on each other, and forms that a type alone does not show. */
void check_config(struct load *load, const struct node *root);

/* Called by check_config for the driver that is named. */
void check_s3(struct load *load);
void check_azure(struct load *load);
void check_gcs(struct load *load);
void check_swift(struct load *load);
void check_oss(struct load *load);
void check_token_service(struct load *load);

/* Called by check_config: the scheme and what it needs. */
void check_auth(struct load *load);
void check_middlewares(struct load *load);

/* What the checks share. Where a setting was given; the file as a whole when it was not. */
struct config_where check_where(const struct load *load, const char *key);
bool check_given(const struct load *load, const char *key);
void check_error(struct load *load, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * Letters, digits and `marks` only, and no dot in front: what needs no quoting in a host or a path. Services have rules of
 * their own beyond that.
 */
void check_name(struct load *load, const char *key, const char *name, const char *marks);

/* Cuts slashes off the end; "/" stays. */
const char *check_without_slash(struct load *load, const char *path);

/* http:// or https:// and a host, of characters that need no quoting anywhere. */
bool check_is_url(const char *text);

/* The member of a row that has one. */
static inline void *load_member(const struct load *load, const struct setting *row)
{
	return (char *)load->config + row->offset;
}

/*
 * Lists and mappings as struct config holds them. A row without a member is checked all the same. False after an
 * error, which is in the report under `path`.
 */
bool collect_list(struct load *load, const struct node *node, const char *path, struct text_list *out);
bool collect_fields(struct load *load, const struct node *node, const char *path, struct config_fields *out);
bool collect_headers(struct load *load, const struct node *node, const char *path, struct config_headers *out);
bool collect_middlewares(struct load *load, const struct node *node, const char *path, struct config_middlewares *out);
bool collect_platforms(struct load *load, const struct node *node, const char *path, struct config_platforms *out);

/*
 * Of the rows below `parent`, or else (unless that is a ONEOF, whose children are its own) of all, the one whose name
 * `name` was most likely meant to be; or NULL.
 */
const struct setting *suggest(const struct setting *parent, const char *name);

#endif
