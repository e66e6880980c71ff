/* SPDX-License-Identifier: MIT */
/* Signing in. */
#include "berth/issuer/login.h"

#include <stdint.h>

#include "berth/auth/password.h"
#include "berth/base/log.h"
#include "berth/issuer/credential.h"

/*
 * Logs a refusal. A name that no account has may be a mistyped password, so it is not logged. Returns false if the line is left
 * out as a repetition.
 */
static bool login_tell(const struct issuing *work, const struct meta_account *account, struct span name, const char *action)
{
	return log_write(LOG_LEVEL_INFO, "%s refused for %s from %s", action,
			 account->found ? arena_span(work->arena, name) : "an unknown account",
			 *work->who->address ? work->who->address : "an unknown address");
}

/* Notes the refusal in the audit. */
static bool note(const struct issuing *work, const struct meta_account *account, struct span name, const char *action)
{
	struct span what = span_of(action), nothing = SPAN_LIT("");

	return meta_refusals_note(&work->meta, account->found ? name : nothing, &what, &nothing, 1);
}

static bool login_refuse(const struct issuing *work, const struct meta_account *account, struct span name,
			 const char *action)
{
	(void)login_tell(work, account, name, action);
	return note(work, account, name, action) && error_set(work->error, E_UNAUTHORIZED);
}

/* Returns a hash of kind, name and address, so that the table of failures holds no names. */
static struct span key_of(const struct issuing *work, const char *kind, struct span name, const char *address)
{
	const char *text = arena_printf(work->arena, "%s\n%.*s\n%s", kind, SPAN_ARG(name), address);

	return credential_hash(work->arena, span_of(text));
}

static struct meta_login_query query_of(const struct issuing *work, struct span name)
{
	return (struct meta_login_query){
		.name = account_name_valid(name) ? name : SPAN_LIT(""), /* anything else is not text to the database */
		.address = work->who->address,
		.keys[META_KEY_PAIR] = key_of(work, "pair", name, work->who->address),
		.keys[META_KEY_ADDRESS] = key_of(work, "address", SPAN_LIT(""), work->who->address),
		.keys[META_KEY_ACCOUNT] = key_of(work, "account", name, ""),
	};
}

/*
 * Finds the account, and refuses an attempt that has to wait. A client may send such attempts very fast, so the audit notes only
 * those that the log does not leave out: one a minute from an address.
 */
static bool find(const struct issuing *work, const struct meta_login_query *query, struct meta_account *account,
		 struct meta_login *login)
{
	const char *action = "login too soon";
	int64_t wait;

	if (!meta_login_find(&work->meta, query, account, login))
		return false;
	wait = backoff_wait(&work->issuer->settings->backoff, login);
	if (wait == 0)
		return true;
	if (login_tell(work, account, query->name, action) && !note(work, account, query->name, action))
		return false;
	return error_busy(work->error, (unsigned)wait, "too many failed attempts");
}

/* Checks the password against the account's hash, or against a hash of the same cost that no password fits. */
static bool login_matches(const struct issuing *work, const struct meta_account *account, const struct meta_login *login,
			  struct span password)
{
	bool usable = account->found && account->password.ptr && password_hash_usable(account->password);
	struct span hash = usable ? account->password : password_nobody_like(work->arena, login->setting);
	enum password_verdict verdict = password_verify(hash, password);

	if (verdict == PASSWORD_NO_MEMORY)
		arena_exhaust(work->arena);
	return verdict == PASSWORD_RIGHT && usable && !account->blocked;
}

/*
 * Checks the password during the turn. Other attempts may have failed during the wait for the turn, so the back-off is asked
 * again.
 */
static bool check_in_turn(const struct issuing *work, const struct meta_login_query *query, struct span password,
			  struct meta_account *account, const struct throttle_caller *caller)
{
	struct meta_login login;
	bool good;

	if (!find(work, query, account, &login))
		return false;
	good = login_matches(work, account, &login, password);
	throttle_report(work->issuer->throttle, caller, good);
	return good || (meta_login_failed(&work->meta, query->keys, META_KEYS, work->issuer->settings->backoff.forget) &&
			login_refuse(work, account, query->name, "login"));
}

static bool login_password(const struct issuing *work, struct span name, struct span password, struct meta_account *out)
{
	const struct throttle *throttle = work->issuer->throttle;
	struct meta_login_query query = query_of(work, name);
	struct throttle_caller caller = {.name = name, .address = work->who->address};
	struct meta_login login;
	unsigned wait;
	bool good;

	if (!find(work, &query, out, &login))
		return false;
	caller.known = login.known;
	wait = throttle_acquire(throttle, work->arena, &caller);
	if (wait > 0)
		return error_busy(work->error, wait, THROTTLE_REFUSAL);
	good = check_in_turn(work, &query, password, out, &caller);
	throttle_release(throttle);
	return good &&
	       (!out->due || meta_login_succeeded(&work->meta, out->id, work->who->address, query.keys[META_KEY_PAIR]));
}

static bool login_access_token(const struct issuing *work, struct span name, struct span token, struct meta_account *out)
{
	if (!account_name_valid(name))
		name = SPAN_LIT("");
	if (!meta_access_token_find(&work->meta, credential_hash(work->arena, token), name, out))
		return false;
	if (!out->found || out->blocked)
		return login_refuse(work, out, name, "access token");
	return !out->due || meta_access_token_used(&work->meta, out->access_token);
}

bool login_basic(const struct issuing *work, struct span name, struct span secret, struct meta_account *out)
{
	*out = (struct meta_account){.found = false};
	return credential_is(secret, CREDENTIAL_ACCESS) ? login_access_token(work, name, secret, out)
							: login_password(work, name, secret, out);
}

bool login_refresh(const struct issuing *work, struct span token, struct meta_account *out)
{
	struct span hash = credential_hash(work->arena, token);

	*out = (struct meta_account){.found = false};
	if (credential_is(token, CREDENTIAL_REFRESH) &&
	    !meta_refresh_find(&work->meta, hash, work->issuer->settings->service, out))
		return false;
	if (!out->found || out->blocked)
		return login_refuse(work, out, out->name, "refresh token");
	return !out->due || meta_refresh_used(&work->meta, hash);
}
