/* SPDX-License-Identifier: MIT */
/*
 * Children of `berth serve`: started in order, each waited for until it is ready, restarted when they die, stopped in
 * reverse. Each leads a session of its own, so that a Ctrl-C reaches us alone and what a killed child leaves behind can
 * be ended with it. Their output is ours: they inherit stderr, and no other descriptor.
 *
 * HUP reloads. When we are in the foreground of a terminal that has been closed, HUP stops instead, unless HUP was ignored at
 * the start (nohup).
 *
 * supervise_begin blocks the signals that this module waits for; it belongs before anything else.
 */
#ifndef BERTH_CLI_SUPERVISE_PRIV_H
#define BERTH_CLI_SUPERVISE_PRIV_H

#include <stdbool.h>

#include "../host/unix_account_priv.h"

struct child_spec {
	const char *name;
	const char *const *argv;       /* argv[0] is the program's path; NULL at the end */
	const struct unix_account *as; /* NULL: as we are */
	const char *input;             /* what it reads from stdin, 4 KiB at most; NULL: nothing */
	bool low_port;                 /* may bind ports below 1024 */
	int stop_signal;
	unsigned stop_ms;  /* then KILL */
	unsigned ready_ms; /* most that may pass until ready() is true */

	/* Asked every 50 ms, as the account of the child, whose pid is then in *what_pid; NULL: ready at once. */
	bool (*ready)(const void *what);
	const void *what;
	pid_t *what_pid;
	bool reloads; /* gets HUP when we do */
};

void supervise_begin(void);

/* True once TERM, INT or QUIT has come, or the terminal has gone. */
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
