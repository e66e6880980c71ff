/* SPDX-License-Identifier: MIT */
/* `berth user`: users and robots. */
#include "admin/admin_password_priv.h"
#include "admin/admin_priv.h"
#include "berth/auth/password.h"
#include "command_priv.h"

/* Reads or makes a password. Sets *made only for one that is to be printed. False when there is none, which has been said. */
static bool user_password(struct admin *admin, const char **hash, struct secret *made)
{
	size_t least = (size_t)admin->app.config->token_service.passwordminimum;
	bool hashed = option_given(&admin->options, ADMIN_HASHED);
	struct secret given;

	if (option_given(&admin->options, ADMIN_GENERATE))
		given = *made = password_make(admin->arena);
	else
		given = password_read(admin->names[0], least, hashed, admin->arena);
	if (!secret_is_set(given))
		return false;
	*hash = hashed ? secret_reveal(given) : password_hash(admin->arena, span_of(secret_reveal(given)));
	if (!*hash)
		command_complain("libcrypt could not hash the password");
	return *hash != NULL;
}

/* Runs a change. Prints a password that was made, and `done` when there is none. */
static int user_apply(struct admin *admin, struct admin_change change, const char *done, struct secret made)
{
	const char *names[] = {"name", "password"}, *values[] = {admin->names[0], NULL};
	int status;

	change.done = secret_is_set(made) ? NULL : done;
	status = admin_apply(admin, &change);
	if (status != COMMAND_OK || !secret_is_set(made))
		return status;
	values[1] = secret_reveal(made);
	return print_values(names, values, 2, admin->print);
}

static bool user_insert(const struct meta *meta, void *context, enum meta_change *out)
{
	return meta_account_add(meta, context, out);
}

static int user_add(struct admin *admin)
{
	struct secret made = {NULL};
	struct meta_account_new account = {
		.name = admin->names[0],
		.robot = option_given(&admin->options, ADMIN_ROBOT),
		.admin = option_given(&admin->options, ADMIN_ADMIN),
	};

	if (!account.robot && !user_password(admin, &account.password, &made))
		return COMMAND_FAILED;
	return user_apply(admin, (struct admin_change){.run = user_insert, .context = &account}, "added", made);
}

struct user_edit {
	const char *name;
	struct meta_account_change change;
};

static bool user_update(const struct meta *meta, void *context, enum meta_change *out)
{
	const struct user_edit *update = context;

	return meta_account_change(meta, update->name, &update->change, out);
}

/* Reads two options that exclude each other: "true", "false", or NULL when neither is given. False when both are. */
static bool user_either(const struct admin *admin, enum admin_option yes, enum admin_option no, const char **out)
{
	*out = option_given(&admin->options, yes) ? "true" : option_given(&admin->options, no) ? "false" : NULL;
	return !option_given(&admin->options, yes) || !option_given(&admin->options, no);
}

static int user_change(struct admin *admin)
{
	struct user_edit update = {.name = admin->names[0]};
	struct secret made = {NULL};
	bool password = option_given(&admin->options, ADMIN_PASSWORD) || option_given(&admin->options, ADMIN_GENERATE) ||
			option_given(&admin->options, ADMIN_HASHED);

	if (!user_either(admin, ADMIN_ADMIN, ADMIN_NO_ADMIN, &update.change.admin) ||
	    !user_either(admin, ADMIN_DISABLE, ADMIN_ENABLE, &update.change.disabled))
		return admin_misused("the options contradict each other");
	if (!password && !update.change.admin && !update.change.disabled)
		return admin_misused("no option says what to change");
	if (password && !user_password(admin, &update.change.password, &made))
		return COMMAND_FAILED;
	return user_apply(admin, (struct admin_change){.run = user_update, .context = &update}, "changed", made);
}

static bool user_list(const struct meta *meta, const char *const *names, struct meta_table *out)
{
	return meta_account_list(meta, names[0], out);
}

static bool user_remove(const struct meta *meta, const char *const *names, enum meta_change *out)
{
	return meta_account_remove(meta, names[0], out);
}

static const struct admin_verb user_verbs[] = {
	{"add", 1, 1, ADMIN_TAKES(ADMIN) | ADMIN_TAKES(ROBOT) | ADMIN_TAKES(GENERATE) | ADMIN_TAKES(HASHED), user_add},
	{"list", 0, 0, 0, admin_list},
	{"show", 1, 1, 0, admin_show},
	{"change", 1, 1,
	 ADMIN_TAKES(ADMIN) | ADMIN_TAKES(NO_ADMIN) | ADMIN_TAKES(DISABLE) | ADMIN_TAKES(ENABLE) | ADMIN_TAKES(PASSWORD) |
		 ADMIN_TAKES(GENERATE) | ADMIN_TAKES(HASHED),
	 user_change},
	{"remove", 1, 1, 0, admin_remove},
};

static const struct admin_noun user_noun = {
	.command = &cmd_user,
	ADMIN_VERBS(user_verbs),
	.name = "user",
	.list = user_list,
	.remove = user_remove,
};

static int user_run(int argc, char **argv, struct arena *arena)
{
	return admin_run(&user_noun, argc, argv, arena);
}

const struct command cmd_user = {
	.name = "user",
	.summary = "users and robots of the token service",
	.help = "usage: berth user add CONFIG NAME [--admin] [--robot] [--generate | --hashed]\n"
		"       berth user list CONFIG\n"
		"       berth user show CONFIG NAME\n"
		"       berth user change CONFIG NAME [--password | --generate | --hashed] [--admin | --no-admin]\n"
		"                                     [--disable | --enable]\n"
		"       berth user remove CONFIG NAME\n"
		"\n"
		"A user signs in with a password or a token, a robot only with a token (`berth token add`). The command asks for the password\n"
		"on the terminal, or reads the first line of stdin when stdin is no terminal. A new password ends the refresh tokens that\n"
		"clients of the account have. --disable refuses all its passwords and tokens. A bearer token that a client holds is valid\n"
		"until it expires.\n"
		"\n"
		"  --admin      the user may do everything, and list the catalog\n"
		"  --robot      an account for programs, without a password\n"
		"  --password   ask for a new password\n"
		"  --generate   make a password, and print it this once\n"
		"  --hashed     stdin has a hash instead of a password: bcrypt or yescrypt, as htpasswd and mkpasswd make them\n"
		"  --json       print JSON, for programs\n"
		"\n"
		"Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 wrong configuration.\n",
	.run = user_run,
};
