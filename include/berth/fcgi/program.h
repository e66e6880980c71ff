/* SPDX-License-Identifier: MIT */
/* What the FastCGI programs share: options, start, workers, reload. Each is a table of what is its own. */
#ifndef BERTH_FCGI_PROGRAM_H
#define BERTH_FCGI_PROGRAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "berth/app/app.h"
#include "berth/fcgi/options.h"

struct fcgi_program {
	struct fcgi_words words; /* its pools' names are those of the table of jobs (berth/jobs/jobs.h) */

	/* Can it serve with this configuration, now? Else one line in `reason`. May derive more from the configuration. */
	bool (*check)(struct app *app, char *reason, size_t size);
	struct app_worker *(*worker_new)(const struct app *app, _Atomic uint64_t *generation);
};

/* The body of main; returns the exit status. */
int fcgi_main(const struct fcgi_program *program, int argc, char **argv);

#endif
