/* SPDX-License-Identifier: MIT */
/* The accounts of the roles. */
#include "accounts_priv.h"

#include <string.h>
#include <unistd.h>

#include "berth/base/strbuf.h"

#define USERADD "useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin"

static const struct {
	const char *standard, *option;
} roles[ROLES] = {
	[ROLE_WORKERS] = {"berth", "--user"},
	[ROLE_TOKENS] = {"berth-token", "--token-user"},
	[ROLE_DATABASE] = {"berth-database", "--database-user"},
};

const char *accounts_standard(enum role role)
{
	return roles[role].standard;
}

static bool accounts_missing(const char *missing, unsigned count, struct arena *arena, const char **reason)
{
	if (count == 1)
		*reason = arena_printf(arena, "there is no account %s; make it as root: " USERADD " %s", missing, missing);
	else
		*reason = arena_printf(arena,
				       "there are no accounts %s; make them as root: for name in %s; do " USERADD
				       " $name; done",
				       missing, missing);
	return false;
}

static bool accounts_pick_one(struct unix_account *out, enum role role, const char *name, struct arena *arena,
			      const char **reason)
{
	if (!unix_account_named(out, name ? name : roles[role].standard, arena))
		return false;
	if (out->uid == 0)
		*reason = arena_printf(arena, "%s: the registry does not run as root: name an unprivileged account",
				       roles[role].option);
	else if (name && strcmp(name, out->user) != 0)
		*reason = arena_printf(
			arena,
			"%s %s: only root can run the registry as another account: leave the option out, or start as root",
			roles[role].option, name);
	return !*reason;
}

static bool accounts_differ(const struct accounts *accounts, unsigned needed, struct arena *arena, const char **reason)
{
	for (unsigned i = 0; i < ROLES; i++)
		for (unsigned k = 0; k < i; k++)
			if ((needed & ROLE_BIT(i)) && (needed & ROLE_BIT(k)) && accounts->of[i].changes &&
			    accounts->of[i].uid == accounts->of[k].uid) {
				*reason = arena_printf(arena,
						       "%s and %s name one account, %s: workers, token signer and "
						       "PostgreSQL must not share one",
						       roles[k].option, roles[i].option, accounts->of[i].user);
				return false;
			}
	return true;
}

bool accounts_pick(struct accounts *out, const char *const names[static ROLES], unsigned needed, struct arena *arena,
		   const char **reason)
{
	struct strbuf missing;
	unsigned count = 0;

	*reason = NULL;
	strbuf_init(&missing, arena, 4096);
	for (unsigned i = 0; i < ROLES; i++) {
		if (!(needed & ROLE_BIT(i)) || accounts_pick_one(&out->of[i], i, names[i], arena, reason))
			continue;
		if (*reason)
			return false;
		strbuf_addf(&missing, "%s%s", count++ ? " " : "", names[i] ? names[i] : roles[i].standard);
	}
	if (count > 0)
		return accounts_missing(missing.ptr, count, arena, reason);
	if (needed & ROLE_BIT(ROLE_TOKENS)) {
		out->of[ROLE_TOKENS].gid = out->of[ROLE_WORKERS].gid;
		out->of[ROLE_TOKENS].group = out->of[ROLE_WORKERS].group;
	}
	return accounts_differ(out, needed, arena, reason);
}
