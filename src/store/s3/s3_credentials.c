/* SPDX-License-Identifier: MIT */
/* The chain of sources, and when to ask again. */
#include "s3_search_priv.h"

#include <stdlib.h>
#include <string.h>

#include "berth/base/log.h"
#include "berth/base/strbuf.h"

#define REFRESH_BEFORE 300 /* seconds: a transfer under way must not outlive its keys */
#define ASK_AGAIN 30       /* after a failure */
#define ARENA_MAX ((size_t)4 << 20)

static const struct source {
	const char *name;
	s3_source_fn *find;
} sources[] = {
	{"the environment", s3_keys_of_environment},
	{"the shared credentials file", s3_keys_of_profile},
	{"the container's agent", s3_keys_of_container},
	{"the instance's metadata", s3_keys_of_instance},
};

#define SOURCES (sizeof sources / sizeof *sources)

/* Two arenas in turn, so that the keys in use outlive a search that fails. */
struct s3_credentials {
	struct arena own;
	struct arena arenas[2];
	unsigned current;
	struct s3_keys keys; /* access_key NULL: none yet */
	bool fixed;
	bool refresh;
	size_t source;
	int64_t ask_after;
};

struct s3_credentials *s3_credentials_new(const char *access_key, struct secret secret_key, struct secret token)
{
	struct s3_credentials *made = calloc(1, sizeof *made);

	if (!made)
		return NULL;
	arena_init(&made->own, ARENA_MAX);
	arena_init(&made->arenas[0], ARENA_MAX);
	arena_init(&made->arenas[1], ARENA_MAX);
	made->fixed = access_key && access_key[0] && secret_is_set(secret_key);
	if (made->fixed) {
		made->keys.access_key = arena_strdup(&made->own, access_key);
		made->keys.secret_key = secret_new(&made->own, secret_reveal(secret_key));
		made->keys.token = secret_new(&made->own, secret_reveal(token));
	}
	return made;
}

void s3_credentials_free(struct s3_credentials *credentials)
{
	if (!credentials)
		return;
	arena_release(&credentials->arenas[0]);
	arena_release(&credentials->arenas[1]);
	arena_release(&credentials->own);
	free(credentials);
}

const char *s3_credentials_source(const struct s3_credentials *credentials)
{
	return credentials->fixed ? "the configuration" : sources[credentials->source].name;
}

bool s3_no_keys(struct s3_search *search, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	search->why = arena_vprintf(search->arena, format, args);
	va_end(args);
	return false;
}

/* From the source that had them before, or from the first that has any. */
static bool search_all(struct s3_credentials *credentials, struct s3_search *search)
{
	bool known = credentials->keys.access_key != NULL;
	struct strbuf whys;

	strbuf_init(&whys, search->arena, ARENA_MAX);
	for (size_t i = known ? credentials->source : 0; i < SOURCES; i++) {
		search->keys = (struct s3_keys){0};
		if (sources[i].find(search)) {
			credentials->source = i;
			return true;
		}
		strbuf_addf(&whys, "%s%s: %s", whys.len ? "; " : "", sources[i].name, search->why);
		if (known)
			break;
	}
	search->why = whys.ptr;
	return false;
}

static bool still_good(const struct s3_credentials *credentials, int64_t now)
{
	return credentials->keys.access_key && (!credentials->keys.expires || credentials->keys.expires > now);
}

static void ask(struct s3_credentials *credentials, int64_t now)
{
	unsigned other = 1 - credentials->current;
	struct s3_search search = {.arena = &credentials->arenas[other]};

	arena_clear(search.arena);
	if (search_all(credentials, &search)) {
		credentials->keys = search.keys;
		credentials->current = other;
		credentials->refresh = false;
		return;
	}
	credentials->ask_after = now + ASK_AGAIN;
	if (still_good(credentials, now))
		log_warn("s3: keys could not be renewed, the old ones are still good: %s", search.why);
	else
		log_error("s3: no keys: %s", search.why);
}

const struct s3_keys *s3_credentials_get(struct s3_credentials *credentials)
{
	int64_t now = http_client_now();
	bool due = !credentials->keys.access_key || credentials->refresh ||
		   (credentials->keys.expires && credentials->keys.expires - REFRESH_BEFORE <= now);

	if (credentials->fixed)
		return &credentials->keys;
	if (due && now >= credentials->ask_after)
		ask(credentials, now);
	return still_good(credentials, now) ? &credentials->keys : NULL;
}

bool s3_credentials_expire(struct s3_credentials *credentials)
{
	credentials->refresh = !credentials->fixed;
	return credentials->refresh;
}
