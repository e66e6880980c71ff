/* SPDX-License-Identifier: MIT */
/* `berth site`: the settings of the whole site, and the audit. */
#include "admin/admin_priv.h"
#include "berth/meta/project.h"
#include "command_priv.h"

static bool site_update(const struct meta *meta, void *context, enum meta_change *out)
{
	return meta_site_change(meta, context, out);
}

static int site_change(struct admin *admin)
{
	struct meta_site_change update;

	if (!option_switch(&admin->options, ADMIN_REGISTRY, &update.registry) ||
	    !option_switch(&admin->options, ADMIN_NEW_REGISTRY, &update.new_project_registry) ||
	    !option_visibility(&admin->options, ADMIN_NEW_VISIBILITY, &update.new_project_visibility))
		return COMMAND_USAGE;
	if (!update.registry && !update.new_project_registry && !update.new_project_visibility)
		return admin_misused("no option says what to change");
	return admin_apply(admin, &(struct admin_change){.run = site_update, .context = &update, .done = "changed"});
}

static int site_audit(struct admin *admin)
{
	struct meta_table table;
	uint64_t limit = 50;

	if (!option_number(&admin->options, ADMIN_LIMIT, 1, 100000, &limit))
		return COMMAND_USAGE;
	if (!meta_audit_list(&admin->meta, (int64_t)limit, &table))
		return COMMAND_FAILED; /* the log says why */
	return print_list(&table, admin->print);
}

static bool site_list(const struct meta *meta, const char *const *names, struct meta_table *out)
{
	(void)names;
	return meta_site_list(meta, out);
}

static const struct admin_verb site_verbs[] = {
	{"show", 0, 0, 0, admin_show},
	{"change", 0, 0, ADMIN_TAKES(REGISTRY) | ADMIN_TAKES(NEW_REGISTRY) | ADMIN_TAKES(NEW_VISIBILITY), site_change},
	{"audit", 0, 0, ADMIN_TAKES(LIMIT), site_audit},
};

static const struct admin_noun site_noun = {
	.command = &cmd_site,
	ADMIN_VERBS(site_verbs),
	.name = "the site",
	.list = site_list,
};

static int site_run(int argc, char **argv, struct arena *arena)
{
	return admin_run(&site_noun, argc, argv, arena);
}

const struct command cmd_site = {
	.name = "site",
	.summary = "settings of the whole site, and the audit",
	.help = "usage: berth site show CONFIG\n"
		"       berth site change CONFIG [--registry on|off] [--new-project-registry on|off]\n"
		"                                [--new-project-visibility V]\n"
		"       berth site audit CONFIG [--limit N]\n"
		"\n"
		"`audit` prints the newest changes and refusals. Refusals are kept for 90 days, changes for ever.\n"
		"\n"
		"  --registry on|off               off: the token service gives nobody a token; existing tokens are valid until they expire\n"
		"  --new-project-registry on|off   the value of --registry for `berth project add`, when that option is not given\n"
		"  --new-project-visibility V      the value of --visibility likewise: private, internal or public\n"
		"  --limit N                       how many changes and refusals to print (50)\n"
		"  --json                          print JSON, for programs\n"
		"\n"
		"Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 wrong configuration.\n",
	.run = site_run,
};
