/* SPDX-License-Identifier: MIT */
/*
 * A pre-forking master: keeps N workers alive that take connections from one listening socket, one at a time each.
 *
 *     static int worker(void *ctx, int slot)
 *     {
 *             int fd;
 *
 *             while ((fd = prefork_accept(0)) >= 0) {
 *                     ... serve one request on fd, close fd ...
 *                     prefork_request_done();
 *             }
 *             return 0;
 *     }
 *
 *     status = prefork_run(&(struct prefork_options){.worker = worker, .workers = 8, .name = "registry"});
 *
 * Signals to the master
 *   TERM INT QUIT  drain: workers finish their request; after drain_ms those left get KILL. prefork_run returns.
 *   HUP            options->reload, then new workers; an old one leaves only when a new one has come as far as
 *                  prefork_accept, so that a configuration under which no worker starts costs no request.
 *                  Old workers finish the request at hand, however long it takes.
 * Signals to a worker
 *   TERM QUIT      leave after the request at hand.
 * In a worker these are blocked except inside prefork_accept: a request never meets EINTR because of them, and a
 * connection that was accepted is always served.
 *
 * A dead worker is replaced at once. One that dies young, before prefork_accept, makes the master wait before the
 * next one: 100 ms, doubled up to PREFORK_BACKOFF_MAX_MS, for ever. The master never gives up.
 *
 * Workers, not the auxiliaries, run under SCHED_BATCH (sched(7)), where that is allowed.
 *
 * Process-wide effects of prefork_run, inherited by workers: no core files, not dumpable, SIGPIPE ignored, umask.
 * The process has one thread and one prefork.
 */
#ifndef BERTH_FCGI_PREFORK_H
#define BERTH_FCGI_PREFORK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "berth/base/limits.h"
#include "berth/fcgi/semaphore.h"
#include "berth/fcgi/sources.h"

#define PREFORK_WORKERS_DEFAULT 8
#define PREFORK_WORKERS_MAX LIMIT_WORKERS
#define PREFORK_SLOTS (2 * PREFORK_WORKERS_MAX) /* old and new workers exist side by side during a reload */
#define PREFORK_AUXILIARIES_MAX 4               /* their slots stand behind those of the workers */
#define PREFORK_DRAIN_DEFAULT_MS 10000          /* what draintimeout 0 means: distribution would drop requests at once */
#define PREFORK_BACKOFF_MAX_MS 5000

/*
 * A process beside the workers, kept alive like them: what no request waits for. Ends when prefork_worker_stopping says
 * so. After a reload the old one goes before the new one starts.
 */
struct prefork_auxiliary {
	const char *name; /* what ps shows, at most 15 characters */
	int (*run)(void *ctx, const char *name);
};

struct prefork_options {
	const char *name; /* of the pool, for the log */
	unsigned workers; /* 1 .. PREFORK_WORKERS_MAX; others are clamped */

	/* Runs in the child; its result is the child's exit status. 0 is a worker that left in peace. */
	int (*worker)(void *ctx, int slot);

	const struct prefork_auxiliary *auxiliaries; /* one more child for each, at most PREFORK_AUXILIARIES_MAX */
	unsigned auxiliary_count;

	/*
	 * Runs in the master on HUP: read and check the new configuration. True: ctx and these options hold the new one
	 * and workers are swapped. False: nothing has changed, the reason is logged. May be NULL: workers are swapped.
	 */
	bool (*reload)(void *ctx);
	void *ctx;

	unsigned drain_ms;       /* 0 stands for PREFORK_DRAIN_DEFAULT_MS */
	uint64_t memory_ceiling; /* resident bytes after which a worker leaves; 0 for none */
	uint64_t max_requests;   /* requests after which a worker leaves, give or take a spread by slot; 0 for none */
	mode_t umask;            /* 0 stands for 0027: a web server in our group may read what it has to send */
};

/* One worker as the others see it. Written by the worker, `pid` and `generation` by the master. */
struct prefork_slot {
	_Atomic pid_t pid; /* 0: the slot is free */
	_Atomic uint32_t generation;
	_Atomic bool ready; /* has reached prefork_accept */
	_Atomic bool busy;  /* has a connection in hand */
	_Atomic uint64_t requests;
	_Atomic uint64_t resident; /* bytes, as of the last look */
	_Atomic int64_t debt_ms;   /* of the peer of the connection in hand (pace.h) */
};

/* Made before the first fork and mapped by all; lives as long as the master. */
struct prefork_shared {
	_Atomic uint64_t cache_generation; /* whoever removes what others may have cached adds one */
	_Atomic unsigned workers;          /* that are wanted */
	struct semaphore semaphore;        /* for work that only some of them may do at once */
	struct sources sources;            /* that sign in by password */
	struct prefork_slot slots[PREFORK_SLOTS + PREFORK_AUXILIARIES_MAX];
};

/*
 * Makes the signals above wait for prefork_run; first thing in main. A HUP or TERM that comes while the configuration
 * is still being read would otherwise end the process in its default way.
 */
void prefork_hold_signals(void);

/*
 * Runs the master until it is told to stop; returns the exit status of the process, 0 after a drain.
 * `options` is borrowed and read again after each reload.
 */
int prefork_run(const struct prefork_options *options);

/* The shared memory; before prefork_run (unit tests, commands) a private one, so never NULL. */
struct prefork_shared *prefork_shared(void);

/* True if `fd` is a listening socket, as spawn-fcgi leaves it on fd 0. */
bool prefork_is_listening(int fd);

/*
 * Waits for a connection. Returns its descriptor (close-on-exec, the caller closes it), or -1 when this worker
 * should end: told to stop, over its memory ceiling, or at the end of its request count.
 *
 * With libfcgi: FCGX_InitRequest gets listen_sock -1, and before each FCGX_Accept_r the descriptor goes into
 * FCGX_Request.ipcFd and 1 into keepConnection (the FCGX_Finish_r inside would close it otherwise; the request's own
 * flag replaces it). libfcgi then never accepts by itself, where a signal could hit it between accept and the end of
 * the parameters: it takes EINTR there for the end of the connection. A bad connection it closes, tries to accept on
 * -1 and returns an error: go on with the next one. tests/lib/trivial_fcgi.c is the whole pattern.
 */
int prefork_accept(int listening);

/*
 * Work for the time between two connections: runs at the start of prefork_accept, and every 100 ms while it waits, for as
 * long as it returns true. SIGALRM interrupts the wait.
 */
void prefork_while_idle(bool (*idle)(void *context), void *context);

/* The connection from prefork_accept is answered and closed. */
void prefork_request_done(void);

/* This worker has been told to leave; for loops that wait for something other than a connection. */
bool prefork_worker_stopping(void);

/* The worker's resident memory is above the ceiling. Looks at /proc every 64th call only. */
bool prefork_worker_over_ceiling(void);

#endif
