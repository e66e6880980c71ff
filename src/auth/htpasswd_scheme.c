/* SPDX-License-Identifier: MIT */
/* Users of a password file. */
#include "berth/auth/htpasswd_scheme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "berth/auth/authorization.h"
#include "berth/auth/challenge.h"
#include "berth/auth/htpasswd.h"
#include "berth/auth/htpasswd_create.h"
#include "berth/auth/password.h"
#include "berth/auth/password_cache.h"
#include "berth/auth/watched_file.h"
#include "berth/base/limits.h"
#include "berth/base/log.h"

#define SETTLED 2 /* seconds after which an empty file counts as emptied on purpose */

struct htpasswd_scheme {
	struct auth auth;
	const char *realm;
	struct watched_file watched;
	struct htpasswd *file;
	struct password_cache *cache;
};

/* ---- the file ---- */

/* Reads the file. *text: the file could be read, so a failure is about its text. */
static struct htpasswd *read_file(struct htpasswd_scheme *scheme, bool *text, char *reason, size_t size)
{
	struct htpasswd *file = NULL;
	struct arena arena;
	struct span found;

	arena_init(&arena, 4 * LIMIT_KEY_FILE);
	*text = watched_file_read(&scheme->watched, &arena, LIMIT_KEY_FILE, &found, reason, size);
	if (*text)
		file = htpasswd_new(found, reason, size);
	arena_release(&arena);
	return file;
}

/* Returns whether any user of the list can sign in. Logs a warning if some cannot. */
static bool is_usable(const struct htpasswd *file, char *reason, size_t size)
{
	const char *example = "";
	size_t unusable = htpasswd_unusable(file, &example);
	static const char why[] = "no bcrypt, yescrypt or SHA-512 hash of a bearable cost";

	(void)snprintf(reason, size, "no user can sign in: %s", unusable ? why : "the file holds no line user:hash");
	if (unusable > 0 && unusable < htpasswd_count(file))
		log_each(LOG_LEVEL_WARN, "auth.htpasswd: %zu users cannot sign in, %s for one: %s", unusable, example, why);
	return unusable < htpasswd_count(file);
}

/*
 * Returns whether the file has been emptied on purpose, so that no user may sign in. Until SETTLED seconds have passed, another
 * program may still be writing the file.
 */
static bool is_emptied(const struct htpasswd_scheme *scheme, const struct htpasswd *file)
{
	return htpasswd_count(file) == 0 &&
	       (htpasswd_count(scheme->file) == 0 || watched_file_age(&scheme->watched) >= SETTLED);
}

static void follow_file(struct htpasswd_scheme *scheme)
{
	struct htpasswd *file;
	char reason[256];
	bool text;

	if (!watched_file_changed(&scheme->watched))
		return;
	file = read_file(scheme, &text, reason, sizeof reason);
	if (file && (is_usable(file, reason, sizeof reason) || is_emptied(scheme, file))) {
		htpasswd_free(scheme->file);
		scheme->file = file;
	} else if (file && htpasswd_count(file) == 0) {
		memset(&scheme->watched.seen, 0, sizeof scheme->watched.seen); /* to be read again */
		htpasswd_free(file);
	} else {
		log_each(LOG_LEVEL_ERROR, "auth.htpasswd: the file has changed and cannot be used, the old list stays: %s",
			 reason);
		htpasswd_free(file);
	}
}

/* ---- questions ---- */

/* One attempt to sign in. */
struct attempt {
	struct htpasswd_scheme *scheme;
	struct arena *arena;
	const char *user;
	struct span hash; /* the user's; empty: the user does not exist or cannot sign in */
	struct secret password;
	struct digest mac;
	const struct throttle *throttle;
	struct throttle_caller caller;
};

static bool is_remembered(const struct attempt *attempt)
{
	return attempt->hash.len > 0 && password_cache_knows(attempt->scheme->cache, &attempt->mac);
}

static bool htpasswd_matches(const struct attempt *attempt)
{
	bool there = attempt->hash.len > 0;
	struct span hash = there ? attempt->hash : htpasswd_decoy(attempt->scheme->file, attempt->user);
	enum password_verdict verdict = password_verify(hash, span_of(secret_reveal(attempt->password)));

	if (verdict == PASSWORD_NO_MEMORY && there)
		arena_exhaust(attempt->arena);
	return verdict == PASSWORD_RIGHT && there;
}

/* Checks the password. The cache is asked first: another request may have shown the same pair during the wait for the turn. */
static bool check_in_turn(const struct attempt *attempt)
{
	bool good;

	if (is_remembered(attempt))
		return true;
	good = htpasswd_matches(attempt);
	throttle_report(attempt->throttle, &attempt->caller, good);
	if (good)
		password_cache_keep(attempt->scheme->cache, &attempt->mac);
	return good;
}

static enum auth_verdict htpasswd_check(struct attempt *attempt, unsigned *retry_after)
{
	bool good;

	attempt->hash = htpasswd_hash(attempt->scheme->file, attempt->user);
	password_cache_mac(attempt->scheme->cache, &attempt->mac, attempt->user, attempt->hash, attempt->password);
	if (is_remembered(attempt))
		return AUTH_ALLOWED;
	*retry_after = throttle_acquire(attempt->throttle, attempt->arena, &attempt->caller);
	if (*retry_after > 0)
		return AUTH_BUSY;
	good = check_in_turn(attempt);
	throttle_release(attempt->throttle);
	return good ? AUTH_ALLOWED : AUTH_REFUSED;
}

static enum auth_verdict htpasswd_ask(struct auth *auth, const struct auth_question *question, struct arena *arena,
				      struct auth_answer *out)
{
	struct htpasswd_scheme *scheme = (struct htpasswd_scheme *)auth;
	struct attempt attempt = {.scheme = scheme, .arena = arena, .throttle = question->throttle};
	enum auth_verdict verdict = AUTH_REFUSED;

	follow_file(scheme);
	if (authorization_basic(&attempt.user, &attempt.password, arena, question->authorization)) {
		attempt.caller = (struct throttle_caller){span_of(attempt.user), question->address, false};
		verdict = htpasswd_check(&attempt, &out->retry_after);
	}
	if (verdict == AUTH_ALLOWED) {
		out->principal.user = attempt.user;
		out->principal.everything = true;
	}
	out->challenge = challenge_basic(arena, scheme->realm);
	return verdict;
}

static void htpasswd_release(struct auth *auth)
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

/* Opens the file at start. See htpasswd_scheme_new for a file that cannot be read. */
static bool open_file(struct htpasswd_scheme *scheme, char *reason, size_t size)
{
	bool text;

	scheme->file = read_file(scheme, &text, reason, size);
	if (scheme->file)
		return is_usable(scheme->file, reason, size);
	if (text)
		return false;
	log_error("auth.htpasswd: nobody can sign in: %s", reason);
	scheme->file = htpasswd_new((struct span){"", 0}, reason, size);
	return scheme->file != NULL;
}

struct auth *htpasswd_scheme_new(const char *realm, const char *path, char *reason, size_t size)
{
	static const struct auth_class class = {"htpasswd", htpasswd_ask, htpasswd_release};
	struct htpasswd_scheme *scheme = calloc(1, sizeof *scheme);
	char why[200];

	(void)snprintf(reason, size, "out of memory");
	if (!scheme)
		return NULL;
	scheme->auth.class = &class;
	scheme->realm = realm;
	scheme->watched.path = path;
	scheme->cache = password_cache_new();
	if (!scheme->cache || !provision(path, reason, size)) {
		htpasswd_release(&scheme->auth);
		return NULL;
	}
	if (open_file(scheme, why, sizeof why))
		return &scheme->auth;
	(void)snprintf(reason, size, "htpasswd: %s: %s", path, why);
	htpasswd_release(&scheme->auth);
	return NULL;
}
