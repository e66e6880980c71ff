/* SPDX-License-Identifier: MIT */
/* The command line of a FastCGI program. */
#ifndef BERTH_FCGI_OPTIONS_H
#define BERTH_FCGI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* What the command lines of the programs differ in. */
struct fcgi_words {
	const char *name;      /* registry.fcgi */
	const char *summary;   /* of --help: what it serves and how to start it */
	const char *pools;     /* words that --pool takes, the default first */
	const char *pool_help; /* what they are good for */
};

struct fcgi_options {
	const char *config; /* path of config.yml, as given */
	const char *pool;   /* --pool, or the program's first one: the name in the log */
	char pool_name[16]; /* where the first one's name is kept */
	bool first_pool;
	unsigned workers;        /* --workers */
	uint64_t memory_ceiling; /* --memory, in bytes; 0 for none */
	uint64_t max_requests;   /* --max-requests; 0 for none */
};

enum fcgi_options_outcome {
	FCGI_OPTIONS_RUN,
	FCGI_OPTIONS_DONE,  /* --help or --version was answered: exit 0 */
	FCGI_OPTIONS_WRONG, /* said on stderr what is wrong: exit 2 */
};

/* Fills `out`, whose strings point into argv or into itself: it is not to be copied. */
enum fcgi_options_outcome fcgi_options_read(struct fcgi_options *out, const struct fcgi_words *program, int argc,
					    char **argv);

#endif
