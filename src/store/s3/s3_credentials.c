/* SPDX-License-Identifier: MIT */
/* The chain of sources. */
#include "s3_credentials_priv.h"

#include "berth/base/strbuf.h"

#define PAUSE 30 /* seconds: a metadata service that is not there takes seconds to be asked */
#define WHYS_MAX ((size_t)8 << 10)

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

/* Asks the source that had keys before, or each source until one has keys. */
static bool fetch_keys(void *owner, struct credential_fetch *fetch)
{
	struct s3_credentials *credentials = owner;
	struct s3_search search = {.arena = fetch->memory};
	struct strbuf whys;

	strbuf_init(&whys, search.arena, WHYS_MAX);
	for (size_t i = credentials->is_known ? credentials->source : 0; i < SOURCES; i++) {
		search.keys = (struct s3_keys){0};
		if (sources[i].find(&search)) {
			credentials->is_known = true;
			credentials->source = i;
			credentials->keys = search.keys;
			fetch->ends = search.keys.expires;
			return true;
		}
		strbuf_addf(&whys, "%s%s: %s", whys.len ? "; " : "", sources[i].name, search.why);
		if (credentials->is_known)
			break;
	}
	fetch->why = whys.ptr;
	return false;
}

void s3_credentials_init(struct s3_credentials *credentials, const char *access_key, struct secret secret_key,
			 struct secret token, struct arena *memory)
{
	*credentials = (struct s3_credentials){.is_fixed = access_key && access_key[0] && secret_is_set(secret_key)};
	credential_init(&credentials->credential, "s3", fetch_keys, credentials, PAUSE);
	if (!credentials->is_fixed)
		return;
	credentials->keys = (struct s3_keys){
		.access_key = arena_strdup(memory, access_key),
		.secret_key = secret_new(memory, secret_reveal(secret_key)),
		.token = secret_new(memory, secret_reveal(token)),
	};
}

void s3_credentials_release(struct s3_credentials *credentials)
{
	credential_release(&credentials->credential);
}

bool s3_credentials_have(struct s3_credentials *credentials, struct arena *scratch, struct error *error)
{
	return credentials->is_fixed || credential_have(&credentials->credential, scratch, error);
}

const char *s3_credentials_source(const struct s3_credentials *credentials)
{
	return credentials->is_fixed ? "the configuration" : sources[credentials->source].name;
}
