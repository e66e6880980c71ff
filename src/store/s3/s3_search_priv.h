/* SPDX-License-Identifier: MIT */
/* The sources of S3's keys. */
#ifndef BERTH_STORE_S3_SEARCH_PRIV_H
#define BERTH_STORE_S3_SEARCH_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/base/span.h"

struct s3_keys {
	const char *access_key;
	struct secret secret_key;
	struct secret token; /* unset: none */
	int64_t expires;     /* seconds since the epoch; 0: never */
};

/* What a source is given and leaves: strings of `keys` live in `arena`. */
struct s3_search {
	struct arena *arena;
	struct s3_keys keys;
	const char *why; /* one line, when there are no keys; without secrets */
};

/* Keys were found; otherwise search->why says why not. */
typedef bool s3_source_fn(struct s3_search *search);

s3_source_fn s3_keys_of_environment;
s3_source_fn s3_keys_of_profile;
s3_source_fn s3_keys_of_container;
s3_source_fn s3_keys_of_instance;

/* A variable of the environment that says something; NULL otherwise. */
const char *s3_variable(const char *name);

/* search->why = text; returns false. */
bool s3_no_keys(struct s3_search *search, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * The profile `name` of a shared credentials file's text ("[name]", then "key = value" lines; # and ; begin comments). False
 * when there is no such profile, or one without both keys.
 */
bool s3_parse_profile(struct s3_search *search, struct span text, const char *name);

/* The JSON with which agents and metadata services answer. False when it holds no keys. */
bool s3_parse_keys(struct s3_search *search, struct span json);

#endif
