/* SPDX-License-Identifier: MIT */
/* Roles of members and visibilities of projects, as the schema spells them. */
#ifndef BERTH_META_ROLE_H
#define BERTH_META_ROLE_H

#include <stdbool.h>

#include "berth/base/span.h"

/* Each may do what those before it may. */
enum meta_role { META_ROLE_NONE, META_ROLE_REPORTER, META_ROLE_DEVELOPER, META_ROLE_MAINTAINER };

/* Each is open to more callers than those before it. */
enum meta_visibility { META_PRIVATE, META_INTERNAL, META_PUBLIC };

/* Between a role and its text. META_ROLE_NONE is "" in text; a text that is no role becomes META_ROLE_NONE. */
enum meta_role meta_role_parse(struct span text);
const char *meta_role_name(enum meta_role role);

/* Between a visibility and its text. False for a text that is no visibility. */
bool meta_visibility_parse(enum meta_visibility *out, struct span text);
const char *meta_visibility_name(enum meta_visibility visibility);

#endif
