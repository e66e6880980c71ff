/* SPDX-License-Identifier: MIT */
/* crypt(5), with bounds on the cost of a hash. */
#include "berth/auth/password.h"

#include <crypt.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A bcrypt hash: $2y$10$ and 53 characters of salt and hash. */
static bool bcrypt_usable(struct span hash)
{
	unsigned cost;

	if (hash.len != 60 || !memchr("aby", hash.ptr[2], 3) || hash.ptr[3] != '$' || !is_digit(hash.ptr[4]) ||
	    !is_digit(hash.ptr[5]) || hash.ptr[6] != '$')
		return false;
	cost = (unsigned)(hash.ptr[4] - '0') * 10 + (unsigned)(hash.ptr[5] - '0');
	return cost >= 4 && cost <= PASSWORD_BCRYPT_COST_MAX;
}

/* A SHA-512 hash: $6$salt$hash or $6$rounds=N$salt$hash. */
static bool sha512_usable(struct span hash)
{
	struct span rest = span_after(hash, 3), part;
	uint64_t rounds;

	if (!span_starts(rest, "rounds="))
		return true;
	rest = span_after(rest, strlen("rounds="));
	return span_split(&rest, '$', &part) && span_to_u64(part, &rounds) && rounds <= PASSWORD_SHA512_ROUNDS_MAX;
}

/* A yescrypt hash: $y$, then `j` for the flavour, then the cost: 9 takes 4 MiB, B (11) takes 16 MiB. */
static bool yescrypt_usable(struct span hash)
{
	return hash.len > 7 && hash.ptr[3] == 'j' && memchr("789AB", hash.ptr[4], 5) && hash.ptr[5] == 'T' &&
	       hash.ptr[6] == '$';
}

static bool plain(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
			return false;
	return true;
}

bool password_hash_usable(struct span hash)
{
	static const struct {
		const char *prefix;
		bool (*usable)(struct span hash);
	} schemes[] = {{"$2", bcrypt_usable}, {"$6$", sha512_usable}, {"$y$", yescrypt_usable}};

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (span_starts(hash, schemes[i].prefix))
			return hash.len < PASSWORD_HASH_MAX && plain(hash) && schemes[i].usable(hash);
	return false;
}

/* libcrypt's working memory. It is large, and is wiped after each use because it holds secrets. */
static struct crypt_data workspace;

static bool equal(const char *made, struct span hash)
{
	return made && strlen(made) == hash.len && CRYPTO_memcmp(made, hash.ptr, hash.len) == 0;
}

enum password_verdict password_verify(struct span hash, struct span password)
{
	struct crypt_data *data = &workspace;
	char setting[PASSWORD_HASH_MAX], text[PASSWORD_MAX + 1];
	bool fits = password.len <= (span_starts(hash, "$2") ? PASSWORD_BCRYPT_MAX : PASSWORD_MAX) &&
		    !memchr(password.ptr, '\0', password.len);
	const char *made;
	bool same, starved;

	if (hash.len >= sizeof setting)
		return PASSWORD_WRONG;
	memcpy(setting, hash.ptr, hash.len);
	setting[hash.len] = '\0';
	memcpy(text, password.ptr, fits ? password.len : 0);
	text[fits ? password.len : 0] = '\0';
	errno = 0;
	made = crypt_rn(text, setting, data, sizeof *data);
	starved = !made && errno == ENOMEM; /* crypt_rn sets ENOMEM also when it gets no huge page and takes small ones */
	same = equal(made, hash);
	explicit_bzero(data, sizeof *data);
	explicit_bzero(text, sizeof text);
	if (starved)
		return PASSWORD_NO_MEMORY;
	return same && fits ? PASSWORD_RIGHT : PASSWORD_WRONG;
}

static const char *make(struct arena *arena, struct span password, const char *prefix, unsigned long cost)
{
	struct crypt_data *data = &workspace;
	char setting[CRYPT_GENSALT_OUTPUT_SIZE], text[PASSWORD_MAX + 1];
	const char *made, *kept = NULL;

	if (password.len == 0 || password.len > PASSWORD_MAX || memchr(password.ptr, '\0', password.len) ||
	    !crypt_gensalt_rn(prefix, cost, NULL, 0, setting, sizeof setting))
		return NULL;
	memcpy(text, password.ptr, password.len);
	text[password.len] = '\0';
	made = crypt_rn(text, setting, data, sizeof *data);
	if (made && password_hash_usable(span_of(made)))
		kept = arena_strdup(arena, made);
	explicit_bzero(data, sizeof *data);
	explicit_bzero(text, sizeof text);
	return kept;
}

const char *password_hash(struct arena *arena, struct span password)
{
	return make(arena, password, "$y$", 0);
}

const char *password_hash_bcrypt(struct arena *arena, struct span password)
{
	return password.len > PASSWORD_BCRYPT_MAX ? NULL : make(arena, password, "$2y$", 10);
}

/* Salt and hash, behind the setting, of random passwords that were not kept. */
#define NOBODY_YESCRYPT "Qh0kzWnR3cVb7sYt5uMxa1$t3j1kQeUL1M5xZuFTp9tGqm.3XOA.AksFMUVyt4vL2C"
#define NOBODY_BCRYPT ".pnP8tkxaV4lYCSlM888tOWnn1qIws3Yk.zdX81xiSj1VBLO2DWGu"

struct span password_nobody(void)
{
	return SPAN_LIT("$y$j9T$" NOBODY_YESCRYPT);
}

struct span password_nobody_like(struct arena *arena, struct span setting)
{
	const char *rest = span_starts(setting, "$2") ? NOBODY_BCRYPT : NOBODY_YESCRYPT;
	struct span hash = span_of(arena_printf(arena, "%.*s%s", SPAN_ARG(setting), rest));

	return setting.len == PASSWORD_SETTING && password_hash_usable(hash) ? hash : password_nobody();
}
