/* SPDX-License-Identifier: MIT */
/* The command line of a FastCGI program. */
#ifndef BERTH_FCGI_OPTIONS_H
#define BERTH_FCGI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* The words in which the command lines of the programs differ. */
struct fcgi_words {
	const char *name;      /* registry.fcgi */
	const char *summary;   /* for --help: what the program serves and how to start it */
	const char *pools;     /* values of --pool, separated by blanks, the default first */
	const char *pool_help; /* for --help: what the pools are for */
};

struct fcgi_options {
	const char *config; /* path of the configuration, as given */
	const char *pool;   /* --pool, or the program's first pool; its name in the log */
	char pool_name[16]; /* memory for the name of the first pool */
	bool first_pool;
	unsigned workers;        /* --workers */
	uint64_t memory_ceiling; /* --memory, in bytes; 0 for none */
	uint64_t max_requests;   /* --max-requests; 0 for none */
};

enum fcgi_options_outcome {
	FCGI_OPTIONS_RUN,
	FCGI_OPTIONS_DONE,  /* --help or --version was answered: exit 0 */
	FCGI_OPTIONS_WRONG, /* stderr says what is wrong: exit 2 */
};

/*
 * Reads the command line into `out`, whose strings point into argv or into `out`: do not copy it. Prints help, version, or
 * what is wrong.
 */
enum fcgi_options_outcome fcgi_options_read(struct fcgi_options *out, const struct fcgi_words *program, int argc,
					    char **argv);

#endif
