/* SPDX-License-Identifier: MIT */
/* `berth member`: who may do what in a project. */
#include "admin/admin_priv.h"
#include "berth/meta/project.h"

static const char *what(const struct admin *admin)
{
	return arena_printf(admin->arena, "member \"%s\" of project \"%s\"", admin->names[1], admin->names[0]);
}

/* A change whose role the options name; verbs have checked it. */
static bool with_role(bool (*fn)(const struct meta *meta, const char *project, const char *account, enum meta_role role,
				 enum meta_change *out),
		      const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	enum meta_role role;

	return admin_role(admin, &role) && fn(meta, admin->names[0], admin->names[1], role, out);
}

static bool add_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	return with_role(meta_member_add, meta, admin, out);
}

static bool change_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	return with_role(meta_member_change, meta, admin, out);
}

static bool remove_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	return meta_member_remove(meta, admin->names[0], admin->names[1], out);
}

static int set(struct admin *admin, admin_change_fn *fn, const char *verb, const char *subject)
{
	enum meta_role role;

	if (!admin_role(admin, &role))
		return COMMAND_USAGE;
	if (role == META_ROLE_NONE) {
		command_complain("--role is due: reporter, developer or maintainer");
		return COMMAND_USAGE;
	}
	return admin_tell(admin, fn, arena_printf(admin->arena, "%s %s", verb, what(admin)), subject);
}

static int add(struct admin *admin)
{
	const char *subject = arena_printf(admin->arena, "project \"%s\" or user \"%s\", or its membership",
					   admin->names[0], admin->names[1]);

	return set(admin, add_it, "added", subject);
}

static int change(struct admin *admin)
{
	return set(admin, change_it, "changed", what(admin));
}

static int remove_member(struct admin *admin)
{
	return admin_tell(admin, remove_it, arena_printf(admin->arena, "removed %s", what(admin)), what(admin));
}

static int list(struct admin *admin)
{
	struct meta_table table;

	return meta_member_list(&admin->meta, admin->names[0], NULL, &table) ? admin_print(admin, &table) : COMMAND_FAILED;
}

static int show(struct admin *admin)
{
	struct meta_table table;

	if (!meta_member_list(&admin->meta, admin->names[0], admin->names[1], &table))
		return COMMAND_FAILED;
	return admin_print_one(admin, &table, what(admin));
}

static const struct admin_verb verbs[] = {
	{"add", 2, 2, ADMIN_TAKES(ROLE), false, add},
	{"list", 0, 1, 0, false, list},
	{"show", 2, 2, 0, false, show},
	{"change", 2, 2, ADMIN_TAKES(ROLE), false, change},
	{"remove", 2, 2, 0, false, remove_member},
};

static int run(int argc, char **argv, struct arena *arena)
{
	return admin_run(&cmd_member, verbs, sizeof verbs / sizeof *verbs, argc, argv, arena);
}

const struct command cmd_member = {
	.name = "member",
	.summary = "members of the projects, and their roles",
	.help = "usage: berth member add CONFIG PROJECT USER --role ROLE\n"
		"       berth member list CONFIG [PROJECT]\n"
		"       berth member show CONFIG PROJECT USER\n"
		"       berth member change CONFIG PROJECT USER --role ROLE\n"
		"       berth member remove CONFIG PROJECT USER\n"
		"\n"
		"  --role ROLE   reporter: pull; developer: pull and push; maintainer: delete, too\n"
		"  --json        for programs\n"
		"\n"
		"USER may be a robot. A project inside another one has members of its own.\n"
		"\n"
		"Exit status: 0 done, 1 refused or failed, 2 usage, 3 wrong configuration.\n",
	.run = run,
};
