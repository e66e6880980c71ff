/* SPDX-License-Identifier: MIT */
/* The command line of a FastCGI program: a table of numbers, two words and a path. */
#include "berth/fcgi/options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>

#include "berth/base/span.h"
#include "berth/fcgi/prefork.h"

static void print_usage(FILE *out, const struct fcgi_words *program)
{
	fprintf(out,
		"usage: %s [--workers N] [--pool NAME] [--memory MIB] [--max-requests N] CONFIG\n"
		"\n"
		"%s"
		"\n"
		"  --workers N        processes that serve, one request at a time each (8)\n"
		"  --pool NAME        %s\n"
		"  --memory MIB       a worker above this much resident memory is replaced between two requests; 0: never (256)\n"
		"  --max-requests N   so is one that has served N requests; 0: never (0)\n"
		"  --version, --help\n"
		"\n"
		"Signals: TERM, INT and QUIT finish the requests at hand within http.draintimeout (0: 10 s) and end; HUP checks the\n"
		"configuration and, if it is good, swaps the workers without losing a request.\n"
		"Exit status: 0 ended by a signal, 1 failure, 2 usage, 3 configuration error.\n",
		program->name, program->summary, program->pool_help);
}

struct number {
	const char *name;
	uint64_t least, most;
};

enum { OPT_WORKERS, OPT_MEMORY, OPT_MAX_REQUESTS, NUMBERS, OPT_POOL = NUMBERS, OPT_VERSION, OPT_HELP };

static const struct number numbers[NUMBERS] = {
	[OPT_WORKERS] = {"workers", 1, PREFORK_WORKERS_MAX},
	[OPT_MEMORY] = {"memory", 0, 1 << 20},
	[OPT_MAX_REQUESTS] = {"max-requests", 0, UINT32_MAX},
};

static const struct option options[] = {
	{"workers", required_argument, NULL, OPT_WORKERS},
	{"memory", required_argument, NULL, OPT_MEMORY},
	{"max-requests", required_argument, NULL, OPT_MAX_REQUESTS},
	{"pool", required_argument, NULL, OPT_POOL},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

static bool options_read_number(uint64_t *out, const char *program, const struct number *number, const char *text)
{
	if (span_to_u64(span_of(text), out) && *out >= number->least && *out <= number->most)
		return true;
	fprintf(stderr, "%s: --%s wants a number from %llu to %llu, not \"%s\"\n", program, number->name,
		(unsigned long long)number->least, (unsigned long long)number->most, text);
	return false;
}

/* Tells whether out->pool is one of the pools. An empty name becomes that of the first pool. */
static bool take_pool(struct fcgi_options *out, const struct fcgi_words *program)
{
	struct span rest = span_of(program->pools), word;

	out->first_pool = true;
	while (span_split(&rest, ' ', &word)) {
		if (!*out->pool) {
			(void)snprintf(out->pool_name, sizeof out->pool_name, "%.*s", SPAN_ARG(word));
			out->pool = out->pool_name;
		}
		if (span_is(word, out->pool))
			return true;
		out->first_pool = false;
	}
	return false;
}

enum fcgi_options_outcome fcgi_options_read(struct fcgi_options *out, const struct fcgi_words *program, int argc,
					    char **argv)
{
	uint64_t values[NUMBERS] = {[OPT_WORKERS] = PREFORK_WORKERS_DEFAULT, [OPT_MEMORY] = 256};
	int option;

	*out = (struct fcgi_options){.pool = ""};
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case OPT_POOL: out->pool = optarg; break;
		case OPT_VERSION: printf("%s berth %s\n", program->name, BERTH_VERSION); return FCGI_OPTIONS_DONE;
		case OPT_HELP: print_usage(stdout, program); return FCGI_OPTIONS_DONE;
		default:
			if (option < 0 || option >= NUMBERS)
				return FCGI_OPTIONS_WRONG; /* getopt has said why */
			if (!options_read_number(&values[option], program->name, &numbers[option], optarg))
				return FCGI_OPTIONS_WRONG;
		}
	}
	if (argc - optind != 1 || !take_pool(out, program)) {
		print_usage(stderr, program);
		return FCGI_OPTIONS_WRONG;
	}
	out->config = argv[optind];
	out->workers = (unsigned)values[OPT_WORKERS];
	out->memory_ceiling = values[OPT_MEMORY] << 20;
	out->max_requests = values[OPT_MAX_REQUESTS];
	return FCGI_OPTIONS_RUN;
}
