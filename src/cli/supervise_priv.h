/* SPDX-License-Identifier: MIT */
/*
 * Children of `berth serve`: started in order, each waited for until it is ready, restarted when they die, stopped in
 * reverse. Each leads a session of its own, so that a Ctrl-C reaches us alone and what a killed child leaves behind can
 * be ended with it. Their output is ours: they inherit stderr.
 *
 * supervise_begin blocks the signals that this module waits for; it belongs before anything else.
 */
#ifndef BERTH_CLI_SUPERVISE_PRIV_H
#define BERTH_CLI_SUPERVISE_PRIV_H

#include <stdbool.h>

#include "identity_priv.h"

struct child_spec {
	const char *name;
	const char *const *argv;   /* argv[0] is the program's path; NULL at the end */
	const struct identity *as; /* NULL: as we are */
	int stop_signal;
	unsigned stop_ms;                /* then KILL */
	unsigned ready_ms;               /* most that may pass until ready() is true */
	bool (*ready)(const void *what); /* asked every 50 ms; NULL: at once */
	const void *what;
	bool reloads; /* gets HUP when we do */
};

void supervise_begin(void);

/* True once TERM, INT or QUIT has come. */
bool supervise_stopping(void);

/* Starts the child and waits until it is ready. False, with the reason logged, when it is not, or when told to stop. */
bool supervise_start(const struct child_spec *spec);

/* Runs a program to its end, quietly if asked; its exit status, -1 when it could not run, was killed or we must stop. */
int supervise_once(const struct child_spec *spec, bool quiet);

/* Keeps all children alive until told to stop; one that dies is started again, with a back-off up to 5 s. */
void supervise_run(void);

/* Stops all that was started, the last one first. */
void supervise_stop(void);

#endif
