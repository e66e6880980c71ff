/* SPDX-License-Identifier: MIT */
/*
 * A pre-forking master: keeps N workers alive, each of which takes one connection at a time from a shared listening socket.
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
 *   TERM INT QUIT  drain: workers finish their request. After drain_ms the remaining workers get KILL. prefork_run returns.
 *   HUP            options->reload, then new workers. An old worker leaves only when a new one has come as far as
 *                  prefork_accept, so a configuration under which no worker starts costs no request.
 *                  Old workers finish the request at hand, however long it takes.
 * Signals to a worker
 *   TERM QUIT      leave after the request at hand.
 * A worker blocks these two except inside prefork_accept: no call of a request fails with EINTR because of them, and a
 * connection that was accepted is always served.
 *
 * The master replaces a dead worker at once. When a worker dies within its first second and before prefork_accept, the
 * master waits before it starts the next one: 100 ms, doubled up to PREFORK_BACKOFF_MAX_MS. The master never gives up.
 *
 * Workers run under SCHED_BATCH (sched(7)) where that is allowed; auxiliary processes do not.
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
#define PREFORK_AUXILIARIES_MAX 4               /* auxiliary processes; their slots follow those of the workers */
#define PREFORK_DRAIN_DEFAULT_MS 10000          /* for draintimeout 0, with which distribution drops requests at once */
#define PREFORK_BACKOFF_MAX_MS 5000

/*
 * An auxiliary process: runs beside the workers and is kept alive like them. `run` returns when prefork_worker_stopping
 * says so; its result is the exit status. After a reload the old process ends before the new one starts.
 */
struct prefork_auxiliary {
	const char *name; /* what ps shows, at most 15 characters */
	int (*run)(void *ctx, const char *name);
};

struct prefork_options {
	const char *name; /* of the pool, for the log */
	unsigned workers; /* 1 .. PREFORK_WORKERS_MAX; others are clamped */

	/* Runs in the child; its result is the child's exit status, 0 for a worker that was told to leave. */
	int (*worker)(void *ctx, int slot);

	const struct prefork_auxiliary *auxiliaries; /* one more child for each, at most PREFORK_AUXILIARIES_MAX */
	unsigned auxiliary_count;

	/*
	 * Reads and checks the new configuration; runs in the master on HUP. Returns true when ctx and these options hold
	 * the new configuration: the workers are replaced. Returns false, after a log line, when nothing has changed. NULL:
	 * the workers are replaced.
	 */
	bool (*reload)(void *ctx);
	void *ctx;

	unsigned drain_ms;       /* 0 stands for PREFORK_DRAIN_DEFAULT_MS */
	uint64_t memory_ceiling; /* resident bytes after which a worker leaves; 0 for none */
	uint64_t max_requests;   /* requests after which a worker leaves, spread by slot up to 44 % above; 0 for none */
	mode_t umask;            /* 0 stands for 0027: a web server in the group may read the blobs that it sends */
};

/* What a worker shows to the other processes. The master writes `pid` and `generation`, the worker the rest. */
struct prefork_slot {
	_Atomic pid_t pid; /* 0: the slot is free */
	_Atomic uint32_t generation;
	_Atomic bool ready; /* has reached prefork_accept */
	_Atomic bool busy;  /* has a connection in hand */
	_Atomic uint64_t requests;
	_Atomic uint64_t resident; /* bytes, as of the last look */
	_Atomic int64_t debt_ms;   /* of the peer of the connection in hand (pace.h) */
};

/* Made before the first fork and shared by all processes of the pool. */
struct prefork_shared {
	_Atomic uint64_t cache_generation; /* a worker that removes what other workers may have cached adds one */
	_Atomic unsigned workers;          /* to be kept alive */
	struct semaphore semaphore;        /* of workers that hash passwords */
	struct sources sources;            /* that sign in by password */
	struct prefork_slot slots[PREFORK_SLOTS + PREFORK_AUXILIARIES_MAX];
};

/*
 * Holds the master's signals back until prefork_run. To be called first in main: a HUP or TERM that comes while the
 * configuration is being read would otherwise end the process.
 */
void prefork_hold_signals(void);

/*
 * Runs the master until it is told to stop; returns the exit status of the process, 0 after a drain.
 * `options` is borrowed and read again after each reload.
 */
int prefork_run(const struct prefork_options *options);

/* Returns the shared memory, and makes it if it does not exist yet. Never NULL. */
struct prefork_shared *prefork_shared(void);

/* Tells whether `fd` is a listening socket, as spawn-fcgi leaves it on descriptor 0. */
bool prefork_is_listening(int fd);

/*
 * Waits for a connection. Returns its descriptor (close-on-exec; the caller closes it), or -1 when this worker has to end:
 * it was told to, it exceeds its memory ceiling, or it has served its number of requests.
 *
 * With libfcgi, FCGX_InitRequest gets listen_sock -1. Before each FCGX_Accept_r the descriptor goes into
 * FCGX_Request.ipcFd, and 1 into keepConnection: otherwise the FCGX_Finish_r inside would close the descriptor; the
 * request's own flag replaces the 1. So libfcgi never accepts by itself. If it did, a signal between accept and the end of
 * the parameters would look to it like the end of the connection. libfcgi closes a bad connection, tries to accept on -1,
 * and returns an error: go on with the next connection. tests/lib/trivial_fcgi.c is the whole pattern.
 */
int prefork_accept(int listening);

/*
 * Sets the work for the time between two connections: prefork_accept calls idle(context) at its start and, as long as it
 * returns true, every 100 ms while it waits. SIGALRM interrupts the wait.
 */
void prefork_while_idle(bool (*idle)(void *context), void *context);

/* Tells the master that the connection of prefork_accept is answered. */
void prefork_request_done(void);

/* Tells whether this process has been told to leave: for loops that wait for something other than a connection. */
bool prefork_worker_stopping(void);

/* Tells whether the worker's resident memory exceeds the ceiling. Reads /proc at each 64th call only. */
bool prefork_worker_over_ceiling(void);

#endif
