/* SPDX-License-Identifier: MIT */
/*
 * Roles, visibility and switches become actions here, and nowhere else.
 *
 *     reporter   pull                      public    anybody pulls
 *     developer  pull, push                internal  every user pulls (robots only where they are members)
 *     maintainer pull, push, delete, *     private   members only
 *
 * An administrator is a maintainer of every repository, also of one that no project owns. An access token limits its account: to
 * the token's role, and, if the token is for one project, to that project and to what is public elsewhere. In a project whose
 * registry is off nobody may do anything.
 */
#ifndef BERTH_ISSUER_GRANT_H
#define BERTH_ISSUER_GRANT_H

#include <stdbool.h>

#include "berth/issuer/scope.h"
#include "berth/meta/login.h"

/*
 * Returns the actions (bits of enum scope_action) that the account has in a repository of that grant. If account->found is
 * false, the caller has not signed in.
 */
unsigned grant_actions(const struct meta_account *account, const struct meta_grant *grant);

/* Returns whether the account has registry:catalog:*: administrators have, unless an access token limits them. */
bool grant_catalog(const struct meta_account *account);

#endif
