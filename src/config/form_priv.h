/* SPDX-License-Identifier: MIT */
/* Forms of texts that several settings share. */
#ifndef BERTH_CONFIG_FORM_PRIV_H
#define BERTH_CONFIG_FORM_PRIV_H

#include <stdbool.h>

#include "load_priv.h"

/*
 * Returns whether the text is http:// or https:// and a host, of characters that need no quoting in the configuration of a
 * web server (RFC 3986 section 2).
 */
bool form_is_url(const char *text);

/* Returns whether all characters may stand in a URL unescaped and need no quoting. */
bool form_is_url_text(const char *text);

/* Returns `path` without slashes at its end; "/" stays. The result is `path` or in the arena of the load. */
const char *form_without_slash(struct load *load, const char *path);

/* Returns `root`, a prefix of keys, without slashes at both ends. */
const char *form_root(struct load *load, const char *root);

/*
 * Adds an error about `key` unless `name` is of letters, digits and `marks`, with no dot in front: what needs no quoting in
 * a host or a path. Services have further rules of their own.
 */
void form_check_name(struct load *load, const char *key, const char *name, const char *marks);

#endif
