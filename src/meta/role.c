/* SPDX-License-Identifier: MIT */
/* Roles and visibilities by name. */
#include "berth/meta/role.h"

#include <stddef.h>

static const char *const roles[] = {
	[META_ROLE_NONE] = "",
	[META_ROLE_REPORTER] = "reporter",
	[META_ROLE_DEVELOPER] = "developer",
	[META_ROLE_MAINTAINER] = "maintainer",
};

static const char *const visibilities[] = {
	[META_PRIVATE] = "private",
	[META_INTERNAL] = "internal",
	[META_PUBLIC] = "public",
};

/* The place of `text` among `names`; `count` when it has none. */
static size_t place_among(const char *const *names, size_t count, struct span text)
{
	size_t at = 0;

	while (at < count && !span_is(text, names[at]))
		at++;
	return at;
}

enum meta_role meta_role_parse(struct span text)
{
	size_t count = sizeof roles / sizeof *roles, at = place_among(roles, count, text);

	return at < count ? (enum meta_role)at : META_ROLE_NONE;
}

const char *meta_role_name(enum meta_role role)
{
	return roles[role];
}

bool meta_visibility_parse(enum meta_visibility *out, struct span text)
{
	size_t count = sizeof visibilities / sizeof *visibilities, at = place_among(visibilities, count, text);

	if (at == count)
		return false;
	*out = (enum meta_visibility)at;
	return true;
}

const char *meta_visibility_name(enum meta_visibility visibility)
{
	return visibilities[visibility];
}
