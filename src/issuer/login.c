/* SPDX-License-Identifier: MIT */
/* Signing in. */
#include "berth/issuer/login.h"

#include <errno.h>
#include <stdint.h>

#include "berth/auth/password.h"
#include "berth/base/log.h"
#include "berth/issuer/credential.h"

/* One row in the refusals and a line. A name that is nobody's may be a mistyped password: it is not written down. */
static bool note(const struct issuing *work, const struct meta_account *account, struct span name, const char *action)
{
	struct span what = span_of(action), nothing = SPAN_LIT("");

	log_info("%s refused for %s from %s", action, account->found ? arena_span(work->arena, name) : "an unknown account",
		 *work->address ? work->address : "an unknown address");
	return meta_refusals_note(&work->meta, account->found ? name : nothing, work->address, &what, &nothing, 1);
}

static bool refuse(const struct issuing *work, const struct meta_account *account, struct span name, const char *action)
{
	return note(work, account, name, action) && error_set(work->error, E_UNAUTHORIZED);
}

static bool wait_for(const struct issuing *work, int64_t seconds)
{
	work->error->retry_after = (unsigned)seconds;
	return error_setf(work->error, E_TOOMANYREQUESTS, "too many failed attempts");
}

/* A hash of kind, name and address: what is counted is not readable. */
static struct span key_of(const struct issuing *work, const char *kind, struct span name, const char *address)
{
	const char *text = arena_printf(work->arena, "%s\n%.*s\n%s", kind, SPAN_ARG(name), address);

	return credential_hash(work->arena, span_of(text));
}

static struct meta_login_query query_of(const struct issuing *work, struct span name)
{
	const struct issuer_settings *settings = work->issuer->settings;

	return (struct meta_login_query){
		.name = account_name_valid(name) ? name : SPAN_LIT(""), /* anything else is not text to the database */
		.address = work->address,
		.keys[META_KEY_PAIR] = key_of(work, "pair", name, work->address),
		.keys[META_KEY_ADDRESS] = key_of(work, "address", SPAN_LIT(""), work->address),
		.keys[META_KEY_ACCOUNT] = key_of(work, "account", name, ""),
		.free = settings->backoff.free,
		.first = settings->backoff.first,
		.longest = settings->backoff.longest,
		.forget = settings->backoff.forget,
	};
}

/* In its turn, so that only so many attempts are under way between the look at the counts and their change. */
static bool check_password(const struct issuing *work, const struct meta_login_query *query, struct span password,
			   struct meta_account *account)
{
	int64_t wait;
	bool usable, good;

	if (!meta_login_find(&work->meta, query, account, &wait))
		return false;
	if (wait > 0)
		return note(work, account, query->name, "login too soon") && wait_for(work, wait);
	usable = account->found && account->password.ptr && password_hash_usable(account->password);
	good = password_matches(usable ? account->password : password_nobody(), password) && usable && !account->blocked;
	if (good)
		return true;
	if (errno == ENOMEM)
		arena_exhaust(work->arena);
	return meta_login_failed(&work->meta, query->keys, META_KEYS, query->forget) &&
	       refuse(work, account, query->name, "login");
}

static bool login_password(const struct issuing *work, struct span name, struct span password, struct meta_account *out)
{
	struct meta_login_query query = query_of(work, name);
	bool good;

	if (!turns_take(work->issuer->turns, work->arena)) {
		work->error->retry_after = TURNS_RETRY_AFTER;
		return error_setf(work->error, E_TOOMANYREQUESTS, TURNS_REFUSAL);
	}
	good = check_password(work, &query, password, out);
	turns_end(work->issuer->turns);
	return good && (!out->due || meta_login_succeeded(&work->meta, out->id, work->address, query.keys[META_KEY_PAIR]));
}

static bool login_access_token(const struct issuing *work, struct span name, struct span token, struct meta_account *out)
{
	if (!account_name_valid(name))
		name = SPAN_LIT("");
	if (!meta_token_find(&work->meta, credential_hash(work->arena, token), name, out))
		return false;
	if (!out->found || out->blocked)
		return refuse(work, out, name, "access token");
	return !out->due || meta_token_used(&work->meta, out->token);
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
		return refuse(work, out, out->name, "refresh token");
	return !out->due || meta_refresh_used(&work->meta, hash);
}
