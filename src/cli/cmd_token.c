/* SPDX-License-Identifier: MIT */
/* `berth token`: access tokens of users and robots, and the refresh tokens that clients were given. */
#include "admin/admin_priv.h"
#include "berth/issuer/credential.h"

#define DEFAULT_SECONDS ((int64_t)90 * 86400)

/* What the transaction makes a row of, and learns from it. */
static struct {
	const char *token;
	enum meta_role role;
	int64_t seconds;
	struct span expires;
} fresh;

static const char *what(const struct admin *admin)
{
	return arena_printf(admin->arena, "token \"%s\" of \"%s\"", admin->names[1], admin->names[0]);
}

static bool add_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	const struct meta_token_new token = {
		.account = admin->names[0],
		.name = admin->names[1],
		.hash = credential_hash(admin->arena, span_of(fresh.token)),
		.role = fresh.role,
		.project = admin->options[ADMIN_PROJECT],
		.seconds = fresh.seconds,
	};

	return meta_token_add(meta, &token, out, &fresh.expires);
}

static int add(struct admin *admin)
{
	const char *names[] = {"user", "name", "expires", "token"}, *values[4];
	const char *subject = arena_printf(admin->arena, "user \"%s\"%s, or token \"%s\"", admin->names[0],
					   admin->options[ADMIN_PROJECT] ? " or project" : "", admin->names[1]);
	int status;

	if (!admin_role(admin, &fresh.role) || !admin_seconds(admin, &fresh.seconds))
		return COMMAND_USAGE;
	if (fresh.role == META_ROLE_NONE) {
		command_complain("--role is due: what the token is good for, reporter, developer or maintainer");
		return COMMAND_USAGE;
	}
	if (fresh.seconds == 0)
		fresh.seconds = DEFAULT_SECONDS;
	fresh.token = credential_new(admin->arena, CREDENTIAL_ACCESS);
	status = admin_tell(admin, add_it, "", subject);
	if (status != COMMAND_OK)
		return status;
	values[0] = admin->names[0];
	values[1] = admin->names[1];
	values[2] = arena_span(admin->arena, fresh.expires);
	values[3] = fresh.token;
	return admin_print_values(admin, names, values, 4);
}

static bool change_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	return meta_token_change(meta, admin->names[0], admin->names[1], fresh.role, fresh.seconds, out);
}

static int change(struct admin *admin)
{
	if (!admin_role(admin, &fresh.role) || !admin_seconds(admin, &fresh.seconds))
		return COMMAND_USAGE;
	if (fresh.role == META_ROLE_NONE && fresh.seconds == 0) {
		command_complain("nothing to change is given");
		return COMMAND_USAGE;
	}
	return admin_tell(admin, change_it, arena_printf(admin->arena, "changed %s", what(admin)), what(admin));
}

static bool remove_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	return meta_token_remove(meta, admin->names[0], admin->names[1], out);
}

static int remove_token(struct admin *admin)
{
	return admin_tell(admin, remove_it, arena_printf(admin->arena, "removed %s", what(admin)), what(admin));
}

static int list(struct admin *admin)
{
	struct meta_table table;

	return meta_token_list(&admin->meta, admin->names[0], NULL, &table) ? admin_print(admin, &table) : COMMAND_FAILED;
}

static int show(struct admin *admin)
{
	struct meta_table table;

	if (!meta_token_list(&admin->meta, admin->names[0], admin->names[1], &table))
		return COMMAND_FAILED;
	return admin_print_one(admin, &table, what(admin));
}

static int list_refresh(struct admin *admin)
{
	struct meta_table table;

	return meta_refresh_list(&admin->meta, admin->names[0], &table) ? admin_print(admin, &table) : COMMAND_FAILED;
}

static uint64_t revoked; /* the id that is revoked; 0: all */

static bool revoke_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	return meta_refresh_revoke(meta, admin->names[0], (int64_t)revoked, out);
}

static int revoke_refresh(struct admin *admin)
{
	bool all = admin->options[ADMIN_ALL] != NULL;
	const char *id = admin->name_count > 1 ? admin->names[1] : NULL, *subject;

	if (all == (id != NULL)) {
		command_complain("either an ID of `berth token list-refresh` or --all is due");
		return COMMAND_USAGE;
	}
	if (id && (!span_to_u64(span_of(id), &revoked) || revoked == 0 || revoked > INT64_MAX)) {
		command_complain("no such refresh token: an ID is a number that `berth token list-refresh` shows");
		return COMMAND_FAILED;
	}
	subject = all ? arena_printf(admin->arena, "refresh tokens of \"%s\"", admin->names[0])
		      : arena_printf(admin->arena, "refresh token %s of \"%s\"", id, admin->names[0]);
	return admin_tell(admin, revoke_it, arena_printf(admin->arena, "revoked %s", subject), subject);
}

static const struct admin_verb verbs[] = {
	{"add", 2, 2, ADMIN_TAKES(ROLE) | ADMIN_TAKES(PROJECT) | ADMIN_TAKES(EXPIRES), false, add},
	{"list", 0, 1, 0, false, list},
	{"show", 2, 2, 0, false, show},
	{"change", 2, 2, ADMIN_TAKES(ROLE) | ADMIN_TAKES(EXPIRES), false, change},
	{"remove", 2, 2, 0, false, remove_token},
	{"list-refresh", 0, 1, 0, false, list_refresh},
	{"revoke-refresh", 1, 2, ADMIN_TAKES(ALL), false, revoke_refresh},
};

static int run(int argc, char **argv, struct arena *arena)
{
	return admin_run(&cmd_token, verbs, sizeof verbs / sizeof *verbs, argc, argv, arena);
}

const struct command cmd_token = {
	.name = "token",
	.summary = "access tokens of users and robots, refresh tokens of clients",
	.help = "usage: berth token add CONFIG USER NAME --role ROLE [--project PATH] [--expires TIME]\n"
		"       berth token list CONFIG [USER]\n"
		"       berth token show CONFIG USER NAME\n"
		"       berth token change CONFIG USER NAME [--role ROLE] [--expires TIME]\n"
		"       berth token remove CONFIG USER NAME\n"
		"       berth token list-refresh CONFIG [USER]\n"
		"       berth token revoke-refresh CONFIG USER ID|--all\n"
		"\n"
		"A token stands for its user where a password is asked for (user name: USER). It is printed once, when it is made,\n"
		"and known by its hash afterwards. It can do what its user may, and no more than it was made for.\n"
		"\n"
		"A refresh token is what a client keeps after its user has signed in. list-refresh shows for each when and from where\n"
		"it was given, by which access token, and when it and the chain that it continues end.\n"
		"\n"
		"  --role ROLE      at most what this role may: reporter, developer, maintainer\n"
		"  --project PATH   in this project only\n"
		"  --expires TIME   after that, from now: 90d, 12h, 30m (90d)\n"
		"  --all            all refresh tokens of the user\n"
		"  --json           for programs\n"
		"\n"
		"Exit status: 0 done, 1 refused or failed, 2 usage, 3 wrong configuration.\n",
	.run = run,
};
