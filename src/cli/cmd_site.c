/* SPDX-License-Identifier: MIT */
/* `berth site`: the switches of the whole site, and the audit. */
#include "admin/admin_priv.h"
#include "berth/meta/project.h"

static bool read_options(const struct admin *admin, struct meta_site_change *out)
{
	return admin_switch(admin, ADMIN_REGISTRY, &out->registry) &&
	       admin_switch(admin, ADMIN_NEW_REGISTRY, &out->new_project_registry) &&
	       admin_visibility(admin, ADMIN_NEW_VISIBILITY, &out->new_project_visibility);
}

static bool change_it(const struct meta *meta, struct admin *admin, enum meta_change *out)
{
	struct meta_site_change change;

	return read_options(admin, &change) && meta_site_change(meta, &change, out);
}

static int change(struct admin *admin)
{
	struct meta_site_change given;

	if (!read_options(admin, &given))
		return COMMAND_USAGE;
	if (!given.registry && !given.new_project_registry && !given.new_project_visibility) {
		command_complain("nothing to change is given");
		return COMMAND_USAGE;
	}
	return admin_tell(admin, change_it, "changed the site", "site");
}

static int show(struct admin *admin)
{
	struct meta_table table;

	if (!meta_site_list(&admin->meta, &table))
		return COMMAND_FAILED;
	return admin_print_one(admin, &table, "site");
}

static int audit(struct admin *admin)
{
	struct meta_table table;
	uint64_t limit = 50;

	if (!admin_number(admin, ADMIN_LIMIT, 1, 100000, &limit))
		return COMMAND_USAGE;
	if (!meta_audit_list(&admin->meta, (int64_t)limit, &table))
		return COMMAND_FAILED;
	return admin_print(admin, &table);
}

static const struct admin_verb verbs[] = {
	{"show", 0, 0, 0, false, show},
	{"change", 0, 0, ADMIN_TAKES(REGISTRY) | ADMIN_TAKES(NEW_REGISTRY) | ADMIN_TAKES(NEW_VISIBILITY), false, change},
	{"audit", 0, 0, ADMIN_TAKES(LIMIT), false, audit},
};

static int run(int argc, char **argv, struct arena *arena)
{
	return admin_run(&cmd_site, verbs, sizeof verbs / sizeof *verbs, argc, argv, arena);
}

const struct command cmd_site = {
	.name = "site",
	.summary = "switches of the whole site, and the audit",
	.help = "usage: berth site show CONFIG\n"
		"       berth site change CONFIG [--registry on|off] [--new-project-registry on|off]\n"
		"                                [--new-project-visibility V]\n"
		"       berth site audit CONFIG [--limit N]\n"
		"\n"
		"  --registry on|off               off: no tokens for anybody, for anything\n"
		"  --new-project-registry on|off   what `berth project add` takes where nothing is said\n"
		"  --new-project-visibility V      likewise: private, internal, public\n"
		"  --limit N                       the newest N changes and refusals (50)\n"
		"  --json                          for programs\n"
		"\n"
		"Tokens that clients hold stay good until they expire. Refusals are kept for 90 days, changes for ever.\n"
		"\n"
		"Exit status: 0 done, 1 refused or failed, 2 usage, 3 wrong configuration.\n",
	.run = run,
};
