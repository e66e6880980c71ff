/* SPDX-License-Identifier: MIT */
/* The command line of registry.fcgi. */
#ifndef BERTH_FCGI_OPTIONS_H
#define BERTH_FCGI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct fcgi_options {
	const char *config;      /* path of config.yml, as given */
	const char *pool;        /* "registry" unless --pool: the name in the log; "uploads" takes streamed uploads */
	unsigned workers;        /* --workers */
	uint64_t memory_ceiling; /* --memory, in bytes; 0 for none */
	uint64_t max_requests;   /* --max-requests; 0 for none */
};

enum fcgi_options_outcome {
	FCGI_OPTIONS_RUN,
	FCGI_OPTIONS_DONE,  /* --help or --version was answered: exit 0 */
	FCGI_OPTIONS_WRONG, /* said on stderr what is wrong: exit 2 */
};

/* Fills `out`, whose strings point into argv or are static. */
enum fcgi_options_outcome fcgi_options_read(struct fcgi_options *out, int argc, char **argv);

#endif
