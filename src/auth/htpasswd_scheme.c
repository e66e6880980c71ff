/* SPDX-License-Identifier: MIT */
/* The scheme `auth.htpasswd`: users of a password file. */
#include "berth/auth/htpasswd_scheme.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "berth/auth/authorization.h"
#include "berth/auth/challenge.h"
#include "berth/auth/htpasswd.h"
#include "berth/auth/password.h"
#include "berth/auth/password_cache.h"
#include "berth/auth/watched_file.h"
#include "berth/base/limits.h"
#include "berth/base/log.h"

#define SETTLED 2 /* seconds after which an emptied file is believed */

struct htpasswd_scheme {
	struct auth auth;
	const char *realm;
	struct watched_file watched;
	struct htpasswd *file;
	struct password_cache *cache;
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
			 "bearable cost",
			 unusable, example);
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
	if (htpasswd_count(file) == 0 && htpasswd_count(scheme->file) > 0 && watched_file_age(&scheme->watched) < SETTLED) {
		memset(&scheme->watched.seen, 0, sizeof scheme->watched.seen); /* to be read again */
		htpasswd_free(file);
		return;
	}
	htpasswd_free(scheme->file);
	scheme->file = file;
}

/* ---- questions ---- */

/* A user who is not there takes as long as the costliest that is. */
static bool matches(struct htpasswd_scheme *scheme, struct arena *arena, struct span hash, struct secret password)
{
	bool there = hash.len > 0;
	bool good = password_matches(there ? hash : htpasswd_costliest(scheme->file), span_of(secret_reveal(password))) &&
		    there;

	if (!good && there && errno == ENOMEM)
		arena_exhaust(arena);
	return good;
}

/* Others may have shown the same pair while this one waited for its turn. */
static bool check_in_turn(struct htpasswd_scheme *scheme, struct arena *arena, struct span hash, struct secret password,
			  const struct digest *mac)
{
	if (hash.len > 0 && password_cache_knows(scheme->cache, mac))
		return true;
	if (!matches(scheme, arena, hash, password)) {
		password_cache_wrong(scheme->cache);
		return false;
	}
	password_cache_keep(scheme->cache, mac);
	return true;
}

/* A client begins with many requests at once, all of which have to be hashed: only where somebody guesses they take turns. */
static const struct turns *turns_of(const struct htpasswd_scheme *scheme, const struct turns *turns)
{
	return password_cache_suspects(scheme->cache) ? turns : NULL;
}

static enum auth_verdict check(struct htpasswd_scheme *scheme, const struct turns *turns, struct arena *arena,
			       const char *user, struct secret password)
{
	struct span hash = htpasswd_hash(scheme->file, user);
	struct digest mac;
	bool good;

	turns = turns_of(scheme, turns);
	password_cache_mac(scheme->cache, &mac, user, hash, password);
	if (hash.len > 0 && password_cache_knows(scheme->cache, &mac))
		return AUTH_ALLOWED;
	if (!turns_take(turns, arena))
		return AUTH_BUSY;
	good = check_in_turn(scheme, arena, hash, password, &mac);
	turns_end(turns);
	return good ? AUTH_ALLOWED : AUTH_REFUSED;
}

static enum auth_verdict ask(struct auth *auth, const struct auth_question *question, struct arena *arena,
			     struct auth_answer *out)
{
	struct htpasswd_scheme *scheme = (struct htpasswd_scheme *)auth;
	struct secret password;
	const char *user;
	enum auth_verdict verdict = AUTH_REFUSED;

	follow_file(scheme);
	if (authorization_basic(&user, &password, arena, question->authorization))
		verdict = check(scheme, question->turns, arena, user, password);
	if (verdict == AUTH_ALLOWED) {
		out->identity.user = user;
		out->identity.everything = true;
	}
	out->challenge = challenge_basic(arena, scheme->realm);
	return verdict;
}

static void release(struct auth *auth)
{
	struct htpasswd_scheme *scheme = (struct htpasswd_scheme *)auth;

	htpasswd_free(scheme->file);
	password_cache_free(scheme->cache);
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
	scheme->cache = password_cache_new();
	if (!scheme->cache || !provision(path, reason, size)) {
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
