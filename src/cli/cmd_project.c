/* SPDX-License-Identifier: MIT */
/* `berth project`: who owns which paths. */
#include "admin/admin_priv.h"
#include "berth/meta/project.h"

static const char *what(const struct admin *admin)
{
	return arena_printf(admin->arena, "project \"%s\"", admin->names[0]);
}

static bool read_options(const struct admin *admin, const char **visibility, const char **registry)
{
	return admin_visibility(admin, ADMIN_VISIBILITY, visibility) && admin_switch(admin, ADMIN_REGISTRY, registry);
}

static bool add_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	const char *visibility, *registry;

	return read_options(admin, &visibility, &registry) &&
	       meta_project_add(meta, admin->names[0], visibility, registry, out);
}

static bool change_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	const char *visibility, *registry;

	return read_options(admin, &visibility, &registry) &&
	       meta_project_change(meta, admin->names[0], visibility, registry, out);
}

static bool remove_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	return meta_project_remove(meta, admin->names[0], out);
}

static int add(struct admin *admin)
{
	const char *visibility, *registry;

	if (!read_options(admin, &visibility, &registry))
		return COMMAND_USAGE;
	return admin_tell(admin, add_it, arena_printf(admin->arena, "added %s", what(admin)), what(admin));
}

static int change(struct admin *admin)
{
	const char *visibility, *registry;

	if (!read_options(admin, &visibility, &registry))
		return COMMAND_USAGE;
	if (!visibility && !registry) {
		command_complain("nothing to change is given");
		return COMMAND_USAGE;
	}
	return admin_tell(admin, change_it, arena_printf(admin->arena, "changed %s", what(admin)), what(admin));
}

static int remove_project(struct admin *admin)
{
	return admin_tell(admin, remove_it, arena_printf(admin->arena, "removed %s", what(admin)), what(admin));
}

static int list(struct admin *admin)
{
	struct meta_table table;

	return meta_project_list(&admin->meta, NULL, &table) ? admin_print(admin, &table) : COMMAND_FAILED;
}

static int show(struct admin *admin)
{
	struct meta_table table;

	if (!meta_project_list(&admin->meta, admin->names[0], &table))
		return COMMAND_FAILED;
	return admin_print_one(admin, &table, what(admin));
}

#define SETTINGS (ADMIN_TAKES(VISIBILITY) | ADMIN_TAKES(REGISTRY))

static const struct admin_verb verbs[] = {
	{"add", 1, 1, SETTINGS, false, add},
	{"list", 0, 0, 0, false, list},
	{"show", 1, 1, 0, false, show},
	{"change", 1, 1, SETTINGS, false, change},
	{"remove", 1, 1, 0, false, remove_project},
};

static int run(int argc, char **argv, struct arena *arena)
{
	return admin_run(&cmd_project, verbs, sizeof verbs / sizeof *verbs, argc, argv, arena);
}

const struct command cmd_project = {
	.name = "project",
	.summary = "projects of the token service",
	.help = "usage: berth project add CONFIG PATH [--visibility V] [--registry on|off]\n"
		"       berth project list CONFIG\n"
		"       berth project show CONFIG PATH\n"
		"       berth project change CONFIG PATH [--visibility V] [--registry on|off]\n"
		"       berth project remove CONFIG PATH\n"
		"\n"
		"A project owns the repository PATH and all below PATH/, as far as no project with a longer path does. What is not\n"
		"given on add comes from `berth site`. Removing a project removes no image: what it held is then the\n"
		"administrators' only.\n"
		"\n"
		"  --visibility V       private: members only; internal: every user pulls; public: everybody pulls\n"
		"  --registry on|off    off: nobody gets a token for it; tokens that clients hold end when they expire\n"
		"  --json               for programs\n"
		"\n"
		"Exit status: 0 done, 1 refused or failed, 2 usage, 3 wrong configuration.\n",
	.run = run,
};
