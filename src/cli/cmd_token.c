/* SPDX-License-Identifier: MIT */
/* `berth token`: access tokens of users and robots, and the refresh tokens that clients were given. */
#include "admin/admin_priv.h"
#include "berth/issuer/credential.h"
#include "command_priv.h"

#define DEFAULT_SECONDS ((int64_t)90 * 86400)

struct token_new {
	struct meta_access_token_new token;
	struct span expires; /* set by the database */
};

static bool token_insert(const struct meta *meta, void *context, enum meta_change *out)
{
	struct token_new *insert = context;

	return meta_access_token_add(meta, &insert->token, out, &insert->expires);
}

static int token_add(struct admin *admin)
{
	const char *names[] = {"user", "name", "expires", "token"}, *project = admin->options.values[ADMIN_PROJECT];
	const char *missing =
		arena_printf(admin->arena, "user \"%s\"%s", admin->names[0], project ? ", or no such project" : "");
	const char *text = credential_new(admin->arena, CREDENTIAL_ACCESS);
	struct token_new insert = {.token = {
					   .account = admin->names[0],
					   .name = admin->names[1],
					   .hash = credential_hash(admin->arena, span_of(text)),
					   .project = project,
				   }};
	const struct admin_change change = {.run = token_insert, .context = &insert, .missing = missing};
	int status;

	if (!option_role(&admin->options, &insert.token.role) || !option_seconds(&admin->options, &insert.token.seconds))
		return COMMAND_USAGE;
	if (insert.token.role == META_ROLE_NONE)
		return admin_misused("--role is due, the most that the token allows: reporter, developer or maintainer");
	if (insert.token.seconds == 0)
		insert.token.seconds = DEFAULT_SECONDS;
	status = admin_apply(admin, &change);
	if (status != COMMAND_OK)
		return status;
	return print_values(names,
			    (const char *const[]){admin->names[0], admin->names[1],
						  arena_span(admin->arena, insert.expires), text},
			    4, admin->print);
}

struct token_edit {
	const char *account, *name;
	enum meta_role role;
	int64_t seconds;
};

static bool token_update(const struct meta *meta, void *context, enum meta_change *out)
{
	const struct token_edit *update = context;

	return meta_access_token_change(meta, update->account, update->name, update->role, update->seconds, out);
}

static int token_change(struct admin *admin)
{
	struct token_edit update = {.account = admin->names[0], .name = admin->names[1]};

	if (!option_role(&admin->options, &update.role) || !option_seconds(&admin->options, &update.seconds))
		return COMMAND_USAGE;
	if (update.role == META_ROLE_NONE && update.seconds == 0)
		return admin_misused("no option says what to change");
	return admin_apply(admin, &(struct admin_change){.run = token_update, .context = &update, .done = "changed"});
}

static bool token_list(const struct meta *meta, const char *const *names, struct meta_table *out)
{
	return meta_access_token_list(meta, names[0], names[1], out);
}

static bool token_remove(const struct meta *meta, const char *const *names, enum meta_change *out)
{
	return meta_access_token_remove(meta, names[0], names[1], out);
}

static int token_list_refresh(struct admin *admin)
{
	struct meta_table table;

	if (!meta_refresh_list(&admin->meta, admin->names[0], &table))
		return COMMAND_FAILED; /* the log says why */
	return print_list(&table, admin->print);
}

struct token_revocation {
	const char *account;
	uint64_t id; /* 0: all of the account */
};

static bool token_revoke(const struct meta *meta, void *context, enum meta_change *out)
{
	const struct token_revocation *revocation = context;

	return meta_refresh_revoke(meta, revocation->account, (int64_t)revocation->id, out);
}

static int token_revoke_refresh(struct admin *admin)
{
	const char *account = admin->names[0], *id = admin->names[1];
	struct token_revocation revocation = {.account = account};
	struct admin_change change = {.run = token_revoke, .context = &revocation, .done = "revoked"};

	if (option_given(&admin->options, ADMIN_ALL) == (id != NULL))
		return admin_misused("either an ID of `berth token list-refresh` or --all is due");
	if (id && (!span_to_u64(span_of(id), &revocation.id) || revocation.id == 0 || revocation.id > INT64_MAX)) {
		command_complain("no such refresh token: an ID is a number that `berth token list-refresh` shows");
		return COMMAND_FAILED;
	}
	change.subject = id ? arena_printf(admin->arena, "refresh token %s of \"%s\"", id, account)
			    : arena_printf(admin->arena, "refresh tokens of \"%s\"", account);
	return admin_apply(admin, &change);
}

static const struct admin_verb token_verbs[] = {
	{"add", 2, 2, ADMIN_TAKES(ROLE) | ADMIN_TAKES(PROJECT) | ADMIN_TAKES(EXPIRES), token_add},
	{"list", 0, 1, 0, admin_list},
	{"show", 2, 2, 0, admin_show},
	{"change", 2, 2, ADMIN_TAKES(ROLE) | ADMIN_TAKES(EXPIRES), token_change},
	{"remove", 2, 2, 0, admin_remove},
	{"list-refresh", 0, 1, 0, token_list_refresh},
	{"revoke-refresh", 1, 2, ADMIN_TAKES(ALL), token_revoke_refresh},
};

static const struct admin_noun token_noun = {
	.command = &cmd_token,
	ADMIN_VERBS(token_verbs),
	.name = "token",
	.of = "of ",
	.list = token_list,
	.remove = token_remove,
};

static int token_run(int argc, char **argv, struct arena *arena)
{
	return admin_run(&token_noun, argc, argv, arena);
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
		"An access token takes the place of the password of USER. `add` prints it this once; the database keeps a hash. A token allows\n"
		"what its user may do, within the role and the project that it was made for.\n"
		"\n"
		"A client gets a refresh token when its user signs in, and renews it later. `list-refresh` prints when and from which address\n"
		"each one was given, with which access token, when it expires, and when the chain of its renewals ends.\n"
		"\n"
		"  --role ROLE      the most that the token allows: reporter, developer or maintainer\n"
		"  --project PATH   the token is for this project only\n"
		"  --expires TIME   how long the token is valid from now: 90d, 12h, 30m (90d)\n"
		"  --all            all refresh tokens of the user\n"
		"  --json           print JSON, for programs\n"
		"\n"
		"Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 wrong configuration.\n",
	.run = token_run,
};
