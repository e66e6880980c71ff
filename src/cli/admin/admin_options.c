/* SPDX-License-Identifier: MIT */
/* The options of the commands that administer the token service, and what their values mean. */
#include "admin_options_priv.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../command_priv.h"
#include "berth/base/span.h"

#define NO no_argument
#define VALUE required_argument

static const struct option long_options[] = {
	{"json", NO, NULL, ADMIN_JSON},
	{"admin", NO, NULL, ADMIN_ADMIN},
	{"no-admin", NO, NULL, ADMIN_NO_ADMIN},
	{"robot", NO, NULL, ADMIN_ROBOT},
	{"disable", NO, NULL, ADMIN_DISABLE},
	{"enable", NO, NULL, ADMIN_ENABLE},
	{"password", NO, NULL, ADMIN_PASSWORD},
	{"generate", NO, NULL, ADMIN_GENERATE},
	{"hashed", NO, NULL, ADMIN_HASHED},
	{"role", VALUE, NULL, ADMIN_ROLE},
	{"project", VALUE, NULL, ADMIN_PROJECT},
	{"expires", VALUE, NULL, ADMIN_EXPIRES},
	{"visibility", VALUE, NULL, ADMIN_VISIBILITY},
	{"registry", VALUE, NULL, ADMIN_REGISTRY},
	{"new-project-registry", VALUE, NULL, ADMIN_NEW_REGISTRY},
	{"new-project-visibility", VALUE, NULL, ADMIN_NEW_VISIBILITY},
	{"type", VALUE, NULL, ADMIN_TYPE},
	{"bits", VALUE, NULL, ADMIN_BITS},
	{"limit", VALUE, NULL, ADMIN_LIMIT},
	{"all", NO, NULL, ADMIN_ALL},
	{NULL, 0, NULL, 0},
};

bool options_read(struct admin_options *out, const char *verb, unsigned taken, int argc, char **argv)
{
	int option;

	*out = (struct admin_options){{NULL}};
	optind = 0; /* makes getopt start anew, with the verb as argv[0] */
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option < 0 || option >= ADMIN_OPTIONS)
			return false; /* getopt has said why */
		if (!((taken | ADMIN_TAKES(JSON)) & (1u << option))) {
			command_complain("%s takes no --%s", verb, long_options[option].name);
			return false;
		}
		out->values[option] = optarg ? optarg : "";
	}
	return true;
}

static bool option_wrong(const struct admin_options *options, enum admin_option option, const char *wanted)
{
	command_complain("--%s wants %s, not \"%s\"", long_options[option].name, wanted, options->values[option]);
	return false;
}

bool option_switch(const struct admin_options *options, enum admin_option option, const char **out)
{
	const char *given = options->values[option];

	*out = !given ? NULL : strcmp(given, "on") == 0 ? "true" : "false";
	return !given || strcmp(given, "on") == 0 || strcmp(given, "off") == 0 ||
	       option_wrong(options, option, "on or off");
}

bool option_visibility(const struct admin_options *options, enum admin_option option, const char **out)
{
	enum meta_visibility visibility;

	*out = options->values[option];
	return !*out || meta_visibility_parse(&visibility, span_of(*out)) ||
	       option_wrong(options, option, "private, internal or public");
}

bool option_role(const struct admin_options *options, enum meta_role *out)
{
	*out = meta_role_parse(span_of(options->values[ADMIN_ROLE]));
	return !option_given(options, ADMIN_ROLE) || *out != META_ROLE_NONE ||
	       option_wrong(options, ADMIN_ROLE, "reporter, developer or maintainer");
}

bool option_seconds(const struct admin_options *options, int64_t *out)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'m', 60}, {'h', 3600}, {'d', 86400}};
	const char *given = options->values[ADMIN_EXPIRES];
	size_t len = given ? strlen(given) : 0;
	uint64_t number;

	*out = 0;
	if (!given)
		return true;
	for (size_t i = 0; len > 1 && i < sizeof units / sizeof *units; i++)
		if (given[len - 1] == units[i].unit && span_to_u64((struct span){given, len - 1}, &number) && number > 0 &&
		    number <= 36500) {
			*out = (int64_t)number * units[i].seconds;
			return true;
		}
	return option_wrong(options, ADMIN_EXPIRES, "a time like 90d, 12h or 30m");
}

bool option_number(const struct admin_options *options, enum admin_option option, uint64_t least, uint64_t most,
		   uint64_t *out)
{
	const char *given = options->values[option];
	char wanted[80];

	if (!given || (span_to_u64(span_of(given), out) && *out >= least && *out <= most))
		return true;
	(void)snprintf(wanted, sizeof wanted, "a number from %" PRIu64 " to %" PRIu64, least, most);
	return option_wrong(options, option, wanted);
}
