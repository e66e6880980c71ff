/* SPDX-License-Identifier: MIT */
/* The master of the pre-forking: a loop around sigtimedwait that starts and ends workers until as many run as should. */
#include "berth/fcgi/prefork.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "berth/base/log.h"
#include "berth/base/log_repeats.h"
#include "berth/base/metric.h"
#include "berth/base/shared.h"
#include "prefork_priv.h"

#define TICK_IDLE_MS 1000
#define TICK_BUSY_MS 50 /* while workers are being swapped, drained or missing */
#define YOUNG_MS 1000   /* a worker that dies younger than this, before it could serve, counts as a failed start */
#define BACKOFF_FIRST_MS 100
#define CHILDREN (PREFORK_SLOTS + PREFORK_AUXILIARIES_MAX)

/* The master's own part of a slot. All zero: the slot is free. */
struct child {
	pid_t pid;
	uint32_t generation;
	int64_t started_ms;
	bool told; /* was told to leave */
};

static struct {
	const struct prefork_options *options;
	struct child children[CHILDREN];
	uint32_t generation;
	unsigned failed_starts; /* in a row */
	int64_t not_before_ms;  /* no fork before this moment */
	int64_t no_auxiliary_before_ms[PREFORK_AUXILIARIES_MAX];
	int64_t kill_at_ms; /* when the drain ends; 0 unless stopping */
	bool stopping;
} master;

static struct prefork_shared *shared;

struct prefork_shared *prefork_shared(void)
{
	if (shared)
		return shared;
	shared = shared_require(sizeof *shared, "the workers");
	if (!sources_init(&shared->sources)) {
		log_error("random key for the workers: %m");
		abort();
	}
	return shared;
}

static unsigned wanted(void)
{
	unsigned workers = master.options->workers;

	if (master.stopping)
		return 0;
	return workers < 1 ? 1 : workers > PREFORK_WORKERS_MAX ? PREFORK_WORKERS_MAX : workers;
}

static bool is_current(const struct child *child)
{
	return child->pid > 0 && !child->told && child->generation == master.generation;
}

static bool is_old(const struct child *child)
{
	return child->pid > 0 && !child->told && child->generation != master.generation;
}

/* Counts workers. */
static unsigned count_where(bool (*test)(const struct child *))
{
	unsigned count = 0;

	for (int i = 0; i < PREFORK_SLOTS; i++)
		count += test(&master.children[i]);
	return count;
}

static bool is_alive(const struct child *child)
{
	return child->pid > 0;
}

static bool any_alive(void)
{
	for (int i = 0; i < CHILDREN; i++)
		if (is_alive(&master.children[i]))
			return true;
	return false;
}

static unsigned count_ready(void)
{
	unsigned count = 0;

	for (int i = 0; i < PREFORK_SLOTS; i++)
		count += is_current(&master.children[i]) && atomic_load(&shared->slots[i].ready);
	return count;
}

static void tell_to_leave(int slot)
{
	master.children[slot].told = true;
	kill(master.children[slot].pid, SIGTERM);
}

static int free_slot(void)
{
	for (int i = 0; i < PREFORK_SLOTS; i++)
		if (master.children[i].pid == 0)
			return i;
	return -1;
}

/* Puts the next start off. */
static void count_failure(void)
{
	int64_t pause = BACKOFF_FIRST_MS;

	for (unsigned i = 0; i < master.failed_starts && pause < PREFORK_BACKOFF_MAX_MS; i++)
		pause *= 2;
	master.failed_starts++;
	master.not_before_ms = prefork_now_ms() + (pause < PREFORK_BACKOFF_MAX_MS ? pause : PREFORK_BACKOFF_MAX_MS);
}

static bool start_in(int slot)
{
	struct prefork_slot *shown = &shared->slots[slot];
	pid_t self = getpid(), pid;

	memset(shown, 0, sizeof *shown);
	atomic_store(&shown->generation, master.generation);
	pid = fork();
	if (pid == 0) {
		atomic_store(&shown->pid, getpid());
		prefork_worker_main(master.options, shared, slot, self);
	}
	if (pid < 0) {
		log_error("%s: fork: %m", master.options->name);
		return false;
	}
	atomic_store(&shown->pid, pid);
	master.children[slot] = (struct child){.pid = pid, .generation = master.generation, .started_ms = prefork_now_ms()};
	return true;
}

static bool start_one(void)
{
	int slot = free_slot();

	if (slot < 0)
		return false;
	if (!start_in(slot))
		count_failure();
	return is_current(&master.children[slot]);
}

/* There is one process at a time: that of a new configuration starts when the old one has ended. */
static void keep_auxiliary(unsigned which)
{
	int slot = PREFORK_SLOTS + (int)which;

	if (is_old(&master.children[slot]))
		tell_to_leave(slot);
	if (master.children[slot].pid == 0 && prefork_now_ms() >= master.no_auxiliary_before_ms[which]) {
		master.no_auxiliary_before_ms[which] = prefork_now_ms() + PREFORK_BACKOFF_MAX_MS;
		(void)start_in(slot);
	}
}

static void keep_auxiliaries(void)
{
	for (unsigned i = 0; i < master.options->auxiliary_count && i < PREFORK_AUXILIARIES_MAX && !master.stopping; i++)
		keep_auxiliary(i);
}

static void log_end(const struct child *child, int status)
{
	const char *name = master.options->name;

	if (WIFSIGNALED(status))
		log_warn("%s: worker %d was killed by signal %d (%s)", name, (int)child->pid, WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		log_warn("%s: worker %d ended with status %d", name, (int)child->pid, WEXITSTATUS(status));
	else
		log_debug("%s: worker %d left", name, (int)child->pid);
}

static void bury(int slot, int status)
{
	struct child *child = &master.children[slot];
	bool ready = atomic_load(&shared->slots[slot].ready);
	bool young = prefork_now_ms() - child->started_ms < YOUNG_MS;

	log_end(child, status);
	semaphore_reclaim(&shared->semaphore, child->pid);
	if (!child->told && slot < PREFORK_SLOTS) {
		metric_add(METRIC_RESPAWNS, METRIC_NO_LABELS, 1);
		if (young && !ready)
			count_failure();
	}
	*child = (struct child){0};
	atomic_store(&shared->slots[slot].pid, 0);
}

static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < CHILDREN; i++)
			if (master.children[i].pid == pid)
				bury(i, status);
}

/* Once all workers are ready, earlier failed starts no longer count. */
static void forgive(void)
{
	if (master.failed_starts > 0 && count_ready() >= wanted())
		master.failed_starts = 0;
}

static void fill_up(void)
{
	while (count_where(is_current) < wanted() && prefork_now_ms() >= master.not_before_ms)
		if (!start_one())
			break;
}

/* Tells old workers to leave, as many as there are new workers that are ready. */
static void retire_old(void)
{
	unsigned old = count_where(is_old), ready = count_ready(), keep = wanted() > ready ? wanted() - ready : 0;

	for (int i = 0; i < PREFORK_SLOTS && old > keep; i++)
		if (is_old(&master.children[i])) {
			tell_to_leave(i);
			old--;
		}
}

/* Signals idle workers again: the first signal may have come just before the worker called accept. */
static void repeat_to_idle(void)
{
	for (int i = 0; i < CHILDREN; i++)
		if (master.children[i].told && !atomic_load(&shared->slots[i].busy))
			kill(master.children[i].pid, SIGTERM);
}

static void kill_late(void)
{
	if (master.kill_at_ms == 0 || prefork_now_ms() < master.kill_at_ms)
		return;
	for (int i = 0; i < CHILDREN; i++)
		if (master.children[i].pid > 0) {
			log_warn("%s: worker %d did not finish within the drain timeout", master.options->name,
				 (int)master.children[i].pid);
			kill(master.children[i].pid, SIGKILL);
		}
	master.kill_at_ms = prefork_now_ms() + 1000;
}

static void begin_stop(void)
{
	unsigned drain = master.options->drain_ms ? master.options->drain_ms : PREFORK_DRAIN_DEFAULT_MS;

	if (master.stopping)
		return;
	log_info("%s: draining %u workers, %u ms at most", master.options->name, count_where(is_alive), drain);
	master.stopping = true;
	master.kill_at_ms = prefork_now_ms() + drain;
	for (int i = 0; i < CHILDREN; i++)
		if (master.children[i].pid > 0)
			tell_to_leave(i);
}

static void begin_reload(void)
{
	const struct prefork_options *options = master.options;

	if (master.stopping)
		return;
	if (options->reload && !options->reload(options->ctx)) {
		log_error("%s: the new configuration is refused; the workers stay as they are", options->name);
		return;
	}
	master.generation++;
	master.failed_starts = 0;
	master.not_before_ms = 0;
	metric_add(METRIC_RELOADS, METRIC_NO_LABELS, 1);
	log_info("%s: new configuration, generation %u", options->name, (unsigned)master.generation);
}

/* Sets the gauges from the slots of all workers, old and new. */
static void show_gauges(void)
{
	uint64_t alive = 0, busy = 0, resident = 0;

	for (int i = 0; i < PREFORK_SLOTS; i++)
		if (is_alive(&master.children[i])) {
			alive++;
			busy += atomic_load(&shared->slots[i].busy);
			resident += atomic_load(&shared->slots[i].resident);
		}
	metric_set(METRIC_WORKERS, METRIC_NO_LABELS, alive);
	metric_set(METRIC_WORKERS_BUSY, METRIC_NO_LABELS, busy);
	metric_set(METRIC_WORKERS_RESIDENT, METRIC_NO_LABELS, resident);
}

static int tick_ms(void)
{
	unsigned alive = count_where(is_alive), current = count_where(is_current);
	bool settled = !master.stopping && alive == current && current == wanted();

	return settled ? TICK_IDLE_MS : TICK_BUSY_MS;
}

static void on_signal(int number)
{
	switch (number) {
	case SIGHUP: begin_reload(); break;
	case SIGTERM:
	case SIGINT:
	case SIGQUIT: begin_stop(); break;
	default: break; /* SIGCHLD, or the end of the tick */
	}
}

static void harden(const struct prefork_options *options)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	signal(SIGPIPE, SIG_IGN);
	umask(options->umask ? options->umask : 0027);
}

static void master_signals(sigset_t *set)
{
	const int numbers[] = {SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP};

	sigemptyset(set);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaddset(set, numbers[i]);
	sigprocmask(SIG_BLOCK, set, NULL);
	signal(SIGCHLD, SIG_DFL); /* if it were ignored, the exit statuses of workers would be lost */
}

void prefork_hold_signals(void)
{
	sigset_t signals;

	master_signals(&signals);
}

int prefork_run(const struct prefork_options *options)
{
	sigset_t signals;

	master.options = options;
	log_repeats_share();
	metric_share();
	atomic_store(&prefork_shared()->workers, wanted());
	harden(options);
	master_signals(&signals);
	log_info("%s: starting %u workers", options->name, wanted());
	while (!master.stopping || any_alive()) {
		struct timespec wait = {0};
		int tick;

		reap();
		forgive();
		fill_up();
		keep_auxiliaries();
		retire_old();
		repeat_to_idle();
		kill_late();
		show_gauges();
		log_repeated(false);
		tick = tick_ms();
		wait.tv_sec = tick / 1000;
		wait.tv_nsec = (long)(tick % 1000) * 1000000;
		on_signal(sigtimedwait(&signals, NULL, &wait));
	}
	log_repeated(true);
	log_info("%s: stopped", options->name);
	return 0;
}
