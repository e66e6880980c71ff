/* SPDX-License-Identifier: MIT */
/* The body of the FastCGI programs: options, start, workers, background jobs, reload. A program is a table of its own. */
#ifndef BERTH_FCGI_PROGRAM_H
#define BERTH_FCGI_PROGRAM_H

#include "berth/app/app.h"
#include "berth/fcgi/options.h"

struct fcgi_program {
	struct fcgi_words words; /* its pools' names are those of the table of jobs (berth/jobs/jobs.h) */
	unsigned services;       /* of enum app_service */
};

/* Runs the program: the body of main. Returns the exit status. */
int fcgi_main(const struct fcgi_program *program, int argc, char **argv);

#endif
