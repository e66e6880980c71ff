/* SPDX-License-Identifier: MIT */
/* Roles, visibility and switches become actions. */
#include "berth/issuer/grant.h"

static const unsigned of_role[] = {
	[META_ROLE_NONE] = 0,
	[META_ROLE_REPORTER] = SCOPE_PULL,
	[META_ROLE_DEVELOPER] = SCOPE_PULL | SCOPE_PUSH,
	[META_ROLE_MAINTAINER] = SCOPE_PULL | SCOPE_PUSH | SCOPE_DELETE | SCOPE_ANY,
};

/* What the account showed is good here at all. */
static bool is_here(const struct meta_account *account, const struct meta_grant *grant)
{
	return account->found && (!account->project || account->project == grant->project);
}

static enum meta_role role_in(const struct meta_account *account, const struct meta_grant *grant)
{
	enum meta_role role = account->admin ? META_ROLE_MAINTAINER : grant->project ? grant->role : META_ROLE_NONE;

	return role < account->ceiling ? role : account->ceiling;
}

unsigned grant_actions(const struct meta_account *account, const struct meta_grant *grant)
{
	bool here = is_here(account, grant);
	unsigned actions = here ? of_role[role_in(account, grant)] : 0;

	if (!grant->project)
		return actions;
	if (!grant->registry)
		return 0;
	if (grant->visibility == META_PUBLIC || (grant->visibility == META_INTERNAL && here && !account->robot))
		actions |= SCOPE_PULL;
	return actions;
}

bool grant_catalog(const struct meta_account *account)
{
	return account->found && account->admin && account->ceiling == META_ROLE_MAINTAINER && !account->project;
}
