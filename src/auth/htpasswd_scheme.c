/* SPDX-License-Identifier: MIT */
/* The scheme `auth.htpasswd`: users of a password file. */
#include "berth/auth/htpasswd_scheme.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <openssl/crypto.h>

#include "berth/auth/authorization.h"
#include "berth/auth/challenge.h"
#include "berth/auth/htpasswd.h"
#include "berth/auth/password.h"
#include "berth/auth/watched_file.h"
#include "berth/base/digest.h"
#include "berth/base/hash.h"
#include "berth/base/limits.h"
#include "berth/base/log.h"

#define REMEMBERED 64
#define KEY_BYTES 32
#define SETTLED 2 /* seconds after which an emptied file is believed */

struct remembered {
	unsigned char mac[HASH_SHA256_BYTES];
	time_t until; /* by the monotonic clock; 0: empty */
};

struct htpasswd_scheme {
	struct auth auth;
	const char *realm;
	struct watched_file watched;
	struct htpasswd *file;
	unsigned char key[KEY_BYTES];
	struct remembered remembered[REMEMBERED];
};

/* ---- the file ---- */

static struct htpasswd *read_file(struct htpasswd_scheme *scheme, char *reason, size_t size)
{
	struct htpasswd *file = NULL;
	const char *example = "";
	struct arena arena;
	struct span text;
	size_t unusable;

	arena_init(&arena, 4 * LIMIT_KEY_FILE);
	if (watched_file_read(&scheme->watched, &arena, LIMIT_KEY_FILE, &text, reason, size))
		file = htpasswd_new(text, reason, size);
	arena_release(&arena);
	unusable = file ? htpasswd_unusable(file, &example) : 0;
	if (unusable)
		log_warn("auth.htpasswd: %zu users cannot sign in, %s for one: no bcrypt, yescrypt or SHA-512 hash of a "
			 "bearable cost", unusable, example);
	return file;
}

static void follow_file(struct htpasswd_scheme *scheme)
{
	struct htpasswd *file;
	char reason[256];

	if (!watched_file_changed(&scheme->watched))
		return;
	errno = 0;
	file = read_file(scheme, reason, sizeof reason);
	if (!file && errno == ENOMEM)
		arena_none_left(); /* the next worker reads it anew; here it counts as seen */
	if (!file) {
		log_error("auth.htpasswd: the file has changed and cannot be used, the old list stays: %s", reason);
		return;
	}
	if (htpasswd_count(file) == 0 && htpasswd_count(scheme->file) > 0 &&
	    watched_file_age(&scheme->watched) < SETTLED) {
		memset(&scheme->watched.seen, 0, sizeof scheme->watched.seen); /* to be read again */
		htpasswd_free(file);
		return;
	}
	htpasswd_free(scheme->file);
	scheme->file = file;
}

/* ---- who was right a moment ago ---- */

static time_t clock_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

/* Takes no memory. Nobody outside ever sees one, so that the key may simply stand first. */
static void mac_of(const struct htpasswd_scheme *scheme, struct digest *mac, const char *user, struct span hash,
		   struct secret password)
{
	const char *secret = secret_reveal(password);
	struct hasher hasher;

	hasher_init(&hasher, DIGEST_SHA256);
	hasher_update(&hasher, scheme->key, sizeof scheme->key);
	hasher_update(&hasher, user, strlen(user) + 1); /* NULs part them, which none of them holds */
	hasher_update(&hasher, hash.ptr, hash.len);
	hasher_update(&hasher, "", 1);
	hasher_update(&hasher, secret, strlen(secret));
	hasher_final(&hasher, mac);
	explicit_bzero(&hasher, sizeof hasher);
}

static struct remembered *place_of(struct htpasswd_scheme *scheme, const struct digest *mac)
{
	return &scheme->remembered[mac->bytes[0] % REMEMBERED];
}

static bool remembers(struct htpasswd_scheme *scheme, const struct digest *mac)
{
	const struct remembered *place = place_of(scheme, mac);

	return place->until > clock_s() && CRYPTO_memcmp(place->mac, mac->bytes, sizeof place->mac) == 0;
}

static void remember(struct htpasswd_scheme *scheme, const struct digest *mac)
{
	struct remembered *place = place_of(scheme, mac);

	memcpy(place->mac, mac->bytes, sizeof place->mac);
	place->until = clock_s() + HTPASSWD_MEMORY;
}

/* ---- questions ---- */

static bool right(struct htpasswd_scheme *scheme, struct arena *arena, const char *user, struct secret password)
{
	struct span hash = htpasswd_hash(scheme->file, user);
	struct digest mac;

	if (hash.len == 0) { /* as long as for the costliest user there is, and no */
		(void)password_matches(htpasswd_costliest(scheme->file), span_of(secret_reveal(password)));
		return false;
	}
	mac_of(scheme, &mac, user, hash, password);
	if (remembers(scheme, &mac))
		return true;
	if (!password_matches(hash, span_of(secret_reveal(password)))) {
		if (errno == ENOMEM)
			arena_exhaust(arena);
		return false;
	}
	remember(scheme, &mac);
	return true;
}

static enum auth_verdict ask(struct auth *auth, const struct auth_question *question, struct arena *arena,
			     struct auth_answer *out)
{
	struct htpasswd_scheme *scheme = (struct htpasswd_scheme *)auth;
	struct secret password;
	const char *user;

	follow_file(scheme);
	if (authorization_basic(&user, &password, arena, question->authorization) &&
	    right(scheme, arena, user, password)) {
		out->identity.user = user;
		out->identity.everything = true;
		return AUTH_ALLOWED;
	}
	out->challenge = challenge_basic(arena, scheme->realm);
	return AUTH_REFUSED;
}

static void release(struct auth *auth)
{
	struct htpasswd_scheme *scheme = (struct htpasswd_scheme *)auth;

	htpasswd_free(scheme->file);
	explicit_bzero(scheme->key, sizeof scheme->key);
	free(scheme);
}

static bool provision(const char *path, char *reason, size_t size)
{
	const char *password;
	struct arena arena;
	bool ok;

	arena_init(&arena, (size_t)64 << 10);
	ok = htpasswd_create(path, &arena, &password, reason, size);
	if (ok && password)
		log_warn("auth.htpasswd: %s was missing and has been made; user docker, password %s", path, password);
	arena_release(&arena);
	return ok;
}

struct auth *htpasswd_scheme_new(const char *realm, const char *path, char *reason, size_t size)
{
	static const struct auth_class class = {"htpasswd", ask, release};
	struct htpasswd_scheme *scheme = calloc(1, sizeof *scheme);

	(void)snprintf(reason, size, "out of memory");
	if (!scheme)
		return NULL;
	scheme->auth.class = &class;
	scheme->realm = realm;
	scheme->watched.path = path;
	if (!provision(path, reason, size) || getrandom(scheme->key, KEY_BYTES, 0) != KEY_BYTES) {
		release(&scheme->auth);
		return NULL;
	}
	scheme->file = read_file(scheme, reason, size);
	if (!scheme->file) {
		log_error("auth.htpasswd: nobody can sign in: %s", reason);
		scheme->file = htpasswd_new((struct span){"", 0}, reason, size);
	}
	return &scheme->auth;
}
