/* SPDX-License-Identifier: MIT */
/*
 * The child processes of `berth serve`. They are started in order, each one when the one before is ready; one that dies is
 * started again; they are stopped in reverse order. A child leads a session of its own, so that Ctrl-C reaches only this
 * process, and so that the processes that a killed child leaves can be ended with it. A child inherits stderr and no other
 * descriptor.
 *
 * TERM, INT and QUIT stop. HUP reloads; but if this process is in the foreground of a terminal that was closed, HUP stops,
 * unless HUP was ignored at the start (nohup).
 */
#ifndef BERTH_CLI_SUPERVISE_PRIV_H
#define BERTH_CLI_SUPERVISE_PRIV_H

#include <stdbool.h>

#include "../host/unix_account_priv.h"

struct child_spec {
	const char *name;              /* in log lines */
	const char *const *argv;       /* argv[0] is the path of the program; NULL ends the list */
	const struct unix_account *as; /* NULL: the account of this process */
	const char *input;             /* what the program reads from stdin, 4 KiB at most; NULL: nothing */
	bool low_port;                 /* may bind ports below 1024 */
	bool reloads;                  /* gets HUP when this process does */
	int stop_signal;
	unsigned stop_ms;  /* from stop_signal to KILL */
	unsigned ready_ms; /* from the start until ready() must be true */

	/* Asked every 50 ms by a process of the child's account; NULL: the child is ready at once. */
	bool (*ready)(const void *what);
	const void *what;
	pid_t *what_pid; /* where the pid goes before ready() is asked; NULL: nowhere */
};

/* Blocks the signals that this module waits for. Must be called before any other thread or child exists. */
void supervise_begin(void);

/* Whether a signal has asked this process to stop. */
bool supervise_stopping(void);

/*
 * Starts a child and waits until it is ready. `spec` is borrowed until supervise_stop. False when the child is not ready in
 * time, which has been logged, or when this process is told to stop.
 */
bool supervise_start(const struct child_spec *spec);

/*
 * Runs a program to its end; `quiet` sends its stdout to /dev/null. Returns its exit status; -1 when it could not run, was
 * killed, or this process was told to stop.
 */
int supervise_once(const struct child_spec *spec, bool quiet);

/* Restarts children that die, after a pause of up to 5 s, until this process is told to stop. */
void supervise_run(void);

/* Stops all children, the last one first. */
void supervise_stop(void);

#endif
