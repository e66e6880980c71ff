/* SPDX-License-Identifier: MIT */
/* `berth project`: the projects, which own paths of repositories. */
#include "admin/admin_priv.h"
#include "berth/meta/project.h"
#include "command_priv.h"

struct project {
	const char *path, *visibility, *registry;
};

static bool project_read(const struct admin *admin, struct project *out)
{
	out->path = admin->names[0];
	return option_visibility(&admin->options, ADMIN_VISIBILITY, &out->visibility) &&
	       option_switch(&admin->options, ADMIN_REGISTRY, &out->registry);
}

static bool project_insert(const struct meta *meta, void *context, enum meta_change *out)
{
	const struct project *project = context;

	return meta_project_add(meta, project->path, project->visibility, project->registry, out);
}

static int project_add(struct admin *admin)
{
	struct project project;

	if (!project_read(admin, &project))
		return COMMAND_USAGE;
	return admin_apply(admin, &(struct admin_change){.run = project_insert, .context = &project, .done = "added"});
}

static bool project_update(const struct meta *meta, void *context, enum meta_change *out)
{
	const struct project *project = context;

	return meta_project_change(meta, project->path, project->visibility, project->registry, out);
}

static int project_change(struct admin *admin)
{
	struct project project;

	if (!project_read(admin, &project))
		return COMMAND_USAGE;
	if (!project.visibility && !project.registry)
		return admin_misused("no option says what to change");
	return admin_apply(admin, &(struct admin_change){.run = project_update, .context = &project, .done = "changed"});
}

static bool project_list(const struct meta *meta, const char *const *names, struct meta_table *out)
{
	return meta_project_list(meta, names[0], out);
}

static bool project_remove(const struct meta *meta, const char *const *names, enum meta_change *out)
{
	return meta_project_remove(meta, names[0], out);
}

static const struct admin_verb project_verbs[] = {
	{"add", 1, 1, ADMIN_TAKES(VISIBILITY) | ADMIN_TAKES(REGISTRY), project_add},
	{"list", 0, 0, 0, admin_list},
	{"show", 1, 1, 0, admin_show},
	{"change", 1, 1, ADMIN_TAKES(VISIBILITY) | ADMIN_TAKES(REGISTRY), project_change},
	{"remove", 1, 1, 0, admin_remove},
};

static const struct admin_noun project_noun = {
	.command = &cmd_project,
	ADMIN_VERBS(project_verbs),
	.name = "project",
	.list = project_list,
	.remove = project_remove,
};

static int project_run(int argc, char **argv, struct arena *arena)
{
	return admin_run(&project_noun, argc, argv, arena);
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
		"A project owns the repository PATH and all repositories below PATH/, except those of a project with a longer path. `add`\n"
		"takes the value of an option that is not given from `berth site`. `remove` removes no image: only administrators may use the\n"
		"repositories afterwards.\n"
		"\n"
		"  --visibility V       who may pull: private (members), internal (every user) or public (everybody)\n"
		"  --registry on|off    off: the token service gives nobody a token for the project; existing tokens are valid until they expire\n"
		"  --json               print JSON, for programs\n"
		"\n"
		"Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 wrong configuration.\n",
	.run = project_run,
};
