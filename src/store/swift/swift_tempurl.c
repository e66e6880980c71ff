/* SPDX-License-Identifier: MIT */
/* Temporary URLs and their keys. */
#include "swift_tempurl_priv.h"

#include <string.h>

#include <openssl/evp.h>

#include "berth/base/hex.h"
#include "berth/base/log.h"
#include "berth/base/percent.h"
#include "berth/base/url.h"

#define MADE_BYTES 32
#define MADE_ROUNDS 20000 /* the key is visible to the account's owner: the password behind it must not be guessable */

const char *swift_tempurl(const struct swift_tempurl *in, struct arena *arena)
{
	struct span path = url_split(span_of(in->storage_url)).path;
	const char *text = arena_printf(arena, "%s\n%lld\n%.*s/%s/%s", in->method, (long long)in->expires, SPAN_ARG(path),
					in->container, in->key);
	char hex[HASH_HEX_MAX];
	const char *signature = hash_hmac_hex(hex, in->digest, span_of(secret_reveal(in->secret)), span_of(text));

	if (in->accesskey[0])
		signature = arena_printf(arena, "%s:%s:%s", in->tenant_id, in->accesskey, signature);
	return arena_printf(arena, "%s/%s/%s?temp_url_sig=%s&temp_url_expires=%lld", in->storage_url,
			    percent_encode(arena, span_of(in->container), ""), percent_encode(arena, span_of(in->key), "/"),
			    percent_encode(arena, span_of(signature), ""), (long long)in->expires);
}

bool swift_sign(struct object_service *service, const char *key, enum object_verb verb, unsigned seconds, const char **out,
		struct arena *arena, struct error *error)
{
	struct swift *swift = swift_of(service);

	(void)verb; /* what is signed for GET holds for HEAD too */
	*out = NULL;
	if (!service_ready(&swift->service, arena, error))
		return false;
	if (!secret_is_set(swift->key))
		return true;
	*out = swift_tempurl(
		&(struct swift_tempurl){
			.storage_url = swift->access.storage_url,
			.container = swift->settings.container,
			.key = key,
			.method = "GET",
			.expires = http_client_now() + seconds,
			.secret = swift->key,
			.digest = swift->powers.digest,
			.tenant_id = swift->access.tenant_id,
			.accesskey = swift->settings.accesskey,
		},
		arena);
	return true;
}

/* ---- the key ---- */

static void tempurl_keep(struct swift *swift, const char *key)
{
	arena_clear(&swift->key_memory);
	swift->key = secret_new(&swift->key_memory, key);
}

static struct secret make_key(const struct swift *swift, struct arena *arena)
{
	struct span password = span_of(secret_reveal(swift->settings.password));
	const char *salt = arena_printf(arena, "temporary URLs of %s", swift->settings.container);
	unsigned char raw[MADE_BYTES];
	char text[2 * MADE_BYTES + 1];

	if (PKCS5_PBKDF2_HMAC(password.ptr, (int)password.len, (const unsigned char *)salt, (int)strlen(salt), MADE_ROUNDS,
			      EVP_sha256(), sizeof raw, raw) != 1)
		return (struct secret){NULL};
	hex_encode(text, raw, sizeof raw);
	return secret_new(arena, text);
}

static bool set_key(struct swift *swift, struct secret key, const char *field, bool of_container, struct arena *arena,
		    struct error *error)
{
	struct http_exchange exchange = of_container ? swift_exchange(swift, "POST", "", "", arena)
						     : swift_account_exchange(swift, "POST", arena);

	http_exchange_set(&exchange, field, secret_reveal(key));
	if (!service_run_plain(&exchange, arena, error))
		return false;
	if (service_fine(&exchange) || secret_is_set(swift->settings.secretkey))
		tempurl_keep(swift, secret_reveal(key));
	if (!service_fine(&exchange))
		log_warn("storage: swift: the key of temporary URLs cannot be set (status %d): %s", exchange.status,
			 secret_is_set(swift->key) ? "storage.swift.secretkey is used in the hope that it is set"
						   : "downloads go through the registry");
	return true;
}

bool swift_learn_key(struct swift *swift, const struct http_exchange *container, struct arena *arena, struct error *error)
{
	bool of_container = swift->powers.container_key;
	const char *field = of_container ? "X-Container-Meta-Temp-URL-Key" : "X-Account-Meta-Temp-URL-Key";
	struct http_exchange account = swift_account_exchange(swift, "HEAD", arena);
	const struct http_exchange *answer = of_container ? container : &account;
	struct secret wanted = swift->settings.secretkey;
	struct span first, second;

	if (!of_container && !service_run_plain(&account, arena, error))
		return false;
	first = http_exchange_header(answer, field);
	second = http_exchange_header(answer, arena_printf(arena, "%s-2", field));
	if (!secret_is_set(wanted) && first.len)
		wanted = secret_new(arena, arena_span(arena, first));
	if (!secret_is_set(wanted))
		wanted = make_key(swift, arena);
	if (!span_is(first, secret_reveal(wanted)) && !span_is(second, secret_reveal(wanted)))
		return set_key(swift, wanted, field, of_container, arena, error);
	tempurl_keep(swift, secret_reveal(wanted));
	return true;
}
