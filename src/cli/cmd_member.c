/* SPDX-License-Identifier: MIT */
/* `berth member`: the members of projects, and their roles. */
#include "admin/admin_priv.h"
#include "berth/meta/project.h"
#include "command_priv.h"

struct member {
	const char *project, *account;
	enum meta_role role;
};

static bool member_insert(const struct meta *meta, void *context, enum meta_change *out)
{
	const struct member *member = context;

	return meta_member_add(meta, member->project, member->account, member->role, out);
}

static bool member_update(const struct meta *meta, void *context, enum meta_change *out)
{
	const struct member *member = context;

	return meta_member_change(meta, member->project, member->account, member->role, out);
}

static int member_apply(struct admin *admin, struct admin_change change)
{
	struct member member = {.project = admin->names[0], .account = admin->names[1]};

	if (!option_role(&admin->options, &member.role))
		return COMMAND_USAGE;
	if (member.role == META_ROLE_NONE)
		return admin_misused("--role is due: reporter, developer or maintainer");
	change.context = &member;
	return admin_apply(admin, &change);
}

static int member_add(struct admin *admin)
{
	const char *missing =
		arena_printf(admin->arena, "project \"%s\", or no such user \"%s\"", admin->names[0], admin->names[1]);

	return member_apply(admin, (struct admin_change){.run = member_insert, .done = "added", .missing = missing});
}

static int member_change(struct admin *admin)
{
	return member_apply(admin, (struct admin_change){.run = member_update, .done = "changed"});
}

static bool member_list(const struct meta *meta, const char *const *names, struct meta_table *out)
{
	return meta_member_list(meta, names[0], names[1], out);
}

static bool member_remove(const struct meta *meta, const char *const *names, enum meta_change *out)
{
	return meta_member_remove(meta, names[0], names[1], out);
}

static const struct admin_verb member_verbs[] = {
	{"add", 2, 2, ADMIN_TAKES(ROLE), member_add},
	{"list", 0, 1, 0, admin_list},
	{"show", 2, 2, 0, admin_show},
	{"change", 2, 2, ADMIN_TAKES(ROLE), member_change},
	{"remove", 2, 2, 0, admin_remove},
};

static const struct admin_noun member_noun = {
	.command = &cmd_member,
	ADMIN_VERBS(member_verbs),
	.name = "member",
	.of = "of project ",
	.list = member_list,
	.remove = member_remove,
};

static int member_run(int argc, char **argv, struct arena *arena)
{
	return admin_run(&member_noun, argc, argv, arena);
}

const struct command cmd_member = {
	.name = "member",
	.summary = "members of projects, and their roles",
	.help = "usage: berth member add CONFIG PROJECT USER --role ROLE\n"
		"       berth member list CONFIG [PROJECT]\n"
		"       berth member show CONFIG PROJECT USER\n"
		"       berth member change CONFIG PROJECT USER --role ROLE\n"
		"       berth member remove CONFIG PROJECT USER\n"
		"\n"
		"USER may be a robot. A project below another one has members of its own.\n"
		"\n"
		"  --role ROLE   reporter (may pull), developer (pull and push) or maintainer (pull, push and delete)\n"
		"  --json        print JSON, for programs\n"
		"\n"
		"Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 wrong configuration.\n",
	.run = member_run,
};
