/* SPDX-License-Identifier: MIT */
/* `berth user`: users and robots. */
#include <string.h>

#include "admin/admin_priv.h"
#include "berth/auth/password.h"

/* What a change of the transaction needs; it may be tried more than once. */
static struct {
	const char *hash;
	struct secret made;
} fresh;

static const char *what(const struct admin *admin)
{
	return arena_printf(admin->arena, "user \"%s\"", admin->names[0]);
}

/* Sets fresh.hash from what the options say; false when that failed, which has been said. */
static bool take_password(struct admin *admin)
{
	struct secret given;

	if (admin->options[ADMIN_GENERATE])
		given = fresh.made = admin_make_password(admin->arena);
	else
		given = admin_read_password(admin);
	if (!secret_is_set(given))
		return false;
	fresh.hash = admin->options[ADMIN_HASHED] ? secret_reveal(given)
						  : password_hash(admin->arena, span_of(secret_reveal(given)));
	if (!fresh.hash)
		command_complain("the password could not be hashed");
	return fresh.hash != NULL;
}

/* The end of add and change: a made password is shown, once. */
static int tell(struct admin *admin, admin_change_fn *fn, const char *verb)
{
	const char *names[] = {"name", "password"}, *values[] = {admin->names[0], secret_reveal(fresh.made)};
	int status;

	if (!secret_is_set(fresh.made))
		return admin_tell(admin, fn, arena_printf(admin->arena, "%s %s", verb, what(admin)), what(admin));
	status = admin_tell(admin, fn, "", what(admin));
	return status == COMMAND_OK ? admin_print_values(admin, names, values, 2) : status;
}

static bool add_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	const struct meta_account_new account = {
		.name = admin->names[0],
		.password = fresh.hash,
		.robot = admin->options[ADMIN_ROBOT] != NULL,
		.admin = admin->options[ADMIN_ADMIN] != NULL,
	};

	return meta_account_add(meta, &account, out);
}

static int add(struct admin *admin)
{
	if (!admin->options[ADMIN_ROBOT] && !take_password(admin))
		return COMMAND_FAILED;
	return tell(admin, add_it, "added");
}

/* NULL, "true" or "false" from two options that exclude each other. */
static const char *either(const struct admin *admin, enum admin_option yes, enum admin_option no)
{
	return admin->options[yes] ? "true" : admin->options[no] ? "false" : NULL;
}

static bool change_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	const struct meta_account_change change = {
		.password = fresh.hash,
		.admin = either(admin, ADMIN_ADMIN, ADMIN_NO_ADMIN),
		.disabled = either(admin, ADMIN_DISABLE, ADMIN_ENABLE),
	};

	return meta_account_change(meta, admin->names[0], &change, out);
}

static int change(struct admin *admin)
{
	bool password = admin->options[ADMIN_PASSWORD] || admin->options[ADMIN_GENERATE] || admin->options[ADMIN_HASHED];
	bool both = (admin->options[ADMIN_ADMIN] && admin->options[ADMIN_NO_ADMIN]) ||
		    (admin->options[ADMIN_DISABLE] && admin->options[ADMIN_ENABLE]);

	if (both ||
	    (!password && !either(admin, ADMIN_ADMIN, ADMIN_NO_ADMIN) && !either(admin, ADMIN_DISABLE, ADMIN_ENABLE))) {
		command_complain(both ? "the options contradict each other" : "nothing to change is given");
		return COMMAND_USAGE;
	}
	if (password && !take_password(admin))
		return COMMAND_FAILED;
	return tell(admin, change_it, "changed");
}

static bool remove_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	return meta_account_remove(meta, admin->names[0], out);
}

static int remove_account(struct admin *admin)
{
	return admin_tell(admin, remove_it, arena_printf(admin->arena, "removed %s", what(admin)), what(admin));
}

static int list(struct admin *admin)
{
	struct meta_table table;

	return meta_account_list(&admin->meta, NULL, &table) ? admin_print(admin, &table) : COMMAND_FAILED;
}

static int show(struct admin *admin)
{
	struct meta_table table;

	if (!meta_account_list(&admin->meta, admin->names[0], &table))
		return COMMAND_FAILED;
	return admin_print_one(admin, &table, what(admin));
}

static const struct admin_verb verbs[] = {
	{"add", 1, 1, ADMIN_TAKES(ADMIN) | ADMIN_TAKES(ROBOT) | ADMIN_TAKES(GENERATE) | ADMIN_TAKES(HASHED), false, add},
	{"list", 0, 0, 0, false, list},
	{"show", 1, 1, 0, false, show},
	{"change", 1, 1,
	 ADMIN_TAKES(ADMIN) | ADMIN_TAKES(NO_ADMIN) | ADMIN_TAKES(DISABLE) | ADMIN_TAKES(ENABLE) | ADMIN_TAKES(PASSWORD) |
		 ADMIN_TAKES(GENERATE) | ADMIN_TAKES(HASHED),
	 false, change},
	{"remove", 1, 1, 0, false, remove_account},
};

static int run(int argc, char **argv, struct arena *arena)
{
	return admin_run(&cmd_user, verbs, sizeof verbs / sizeof *verbs, argc, argv, arena);
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
		"A user signs in with a password or a token, a robot with tokens only (`berth token add`). The password is asked\n"
		"for on the terminal, or is the first line of stdin where that is none; it is never an argument. Another\n"
		"password or --disable ends what was issued for the account, tokens that clients hold when they expire.\n"
		"\n"
		"  --admin      may do everything, and list the catalog\n"
		"  --generate   make a password and print it, once\n"
		"  --hashed     stdin has a bcrypt or yescrypt hash, as htpasswd and mkpasswd make them\n"
		"  --json       for programs\n"
		"\n"
		"Exit status: 0 done, 1 refused or failed, 2 usage, 3 wrong configuration.\n",
	.run = run,
};
