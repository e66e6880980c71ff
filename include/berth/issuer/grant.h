/* SPDX-License-Identifier: MIT */
/*
 * Who may do what: the one place where roles, visibility and switches become actions.
 *
 *     reporter   pull                      public    anybody pulls
 *     developer  pull, push                internal  every user pulls (robots only where they are members)
 *     maintainer pull, push, delete, *     private   members only
 *
 * An administrator is a maintainer everywhere, also where no project is. A token takes away: nothing above its role,
 * and, where it is for one project, nothing elsewhere that is not public. A project whose registry is off gives nothing
 * to anybody.
 */
#ifndef BERTH_ISSUER_GRANT_H
#define BERTH_ISSUER_GRANT_H

#include <stdbool.h>

#include "berth/issuer/scope.h"
#include "berth/meta/login.h"

/* The actions of enum scope_action that the account has in a repository of that grant; `account` not found: nobody. */
unsigned grant_actions(const struct meta_account *account, const struct meta_grant *grant);

/* registry:catalog:*: administrators, signed in with all they may. */
bool grant_catalog(const struct meta_account *account);

#endif
