/* SPDX-License-Identifier: MIT */
/* Children of `berth serve`. The process has one thread, which waits only in supervise_pause. */
#include "supervise_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "berth/base/clock.h"
#include "berth/base/log.h"

#define CHILDREN_MAX 8
#define STEP_MS 50
#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 5000
#define STABLE_MS 5000 /* a child that lived this long was healthy: its next death starts the back-off anew */

struct child {
	const struct child_spec *spec;
	pid_t pid; /* 0: dead, to be started at `again_ms` */
	int64_t started_ms, again_ms;
	unsigned failures; /* in a row */
};

static struct {
	struct child children[CHILDREN_MAX];
	size_t count;
	bool stopping, reload;
	int terminal; /* the terminal in whose foreground this process was started; -1: none */
} all = {.terminal = -1};

static void supervise_signals(sigset_t *set)
{
	const int numbers[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGCHLD};

	sigemptyset(set);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaddset(set, numbers[i]);
}

/* Returns the controlling terminal if this process is in its foreground, else -1. Under nohup, which ignores HUP, -1. */
static int foreground_terminal(void)
{
	struct sigaction hup;
	int fd;

	if (sigaction(SIGHUP, NULL, &hup) != 0 || hup.sa_handler == SIG_IGN)
		return -1;
	fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && tcgetpgrp(fd) != getpgrp()) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void supervise_begin(void)
{
	sigset_t set;

	all.terminal = foreground_terminal();
	supervise_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* A shell starts background jobs with INT ignored, and an ignored signal never becomes pending. */
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
}

bool supervise_stopping(void)
{
	return all.stopping;
}

/* The kernel hangs up the descriptors of a closed terminal before it sends HUP. */
static bool terminal_gone(void)
{
	return all.terminal >= 0 && tcgetpgrp(all.terminal) < 0;
}

/* Waits for `ms` or for one signal, and notes what the signal asks for. */
static void supervise_pause(unsigned ms)
{
	struct timespec wait = {ms / 1000, (long)(ms % 1000) * 1000000};
	sigset_t set;
	int number;

	supervise_signals(&set);
	number = sigtimedwait(&set, NULL, &wait);
	if (number == SIGHUP && !terminal_gone())
		all.reload = true;
	else if (number > 0 && number != SIGCHLD)
		all.stopping = true;
}

/* Keeps CAP_NET_BIND_SERVICE, and no other capability, across the execve of a program that does not know capabilities. */
static bool keep_low_ports(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
	const unsigned bit = 1u << CAP_NET_BIND_SERVICE;

	data[0].effective = data[0].permitted = data[0].inheritable = bit;
	return syscall(SYS_capset, &head, data) == 0 &&
	       prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0) == 0;
}

static bool child_change_account(const struct child_spec *spec)
{
	if (!spec->as || !spec->as->changes)
		return true;
	if (spec->low_port && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
		return false;
	return unix_account_assume(spec->as) && (!spec->low_port || keep_low_ports()) &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* Returns a descriptor to read spec->input from: a pipe, which has room for all of it, or /dev/null. */
static int child_input(const struct child_spec *spec)
{
	int ends[2];
	size_t len = spec->input ? strlen(spec->input) : 0;

	if (!spec->input)
		return open("/dev/null", O_RDWR | O_CLOEXEC);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	if (write(ends[1], spec->input, len) != (ssize_t)len)
		log_error("%s: cannot write to its stdin: %m", spec->name);
	close(ends[1]);
	return ends[0];
}

static void child_set_descriptors(const struct child_spec *spec, bool quiet)
{
	int input = child_input(spec), null = quiet ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;

	dup2(input, 0);
	dup2(quiet ? null : 2, 1);
	close_range(3, ~0U, 0);
}

/* In the child: keeps stderr only, leads a session of its own, takes the account, and runs the program. */
static _Noreturn void child_become(const struct child_spec *spec, pid_t parent, bool quiet)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	setsid();
	child_set_descriptors(spec, quiet);
	if (!child_change_account(spec)) {
		log_error("%s: cannot become %s: %m", spec->name, spec->as->user);
		_exit(127);
	}
	/* If this process dies, the child gets its stop signal. Set here because a change of account clears the setting. */
	prctl(PR_SET_PDEATHSIG, spec->stop_signal ? spec->stop_signal : SIGTERM);
	if (getppid() != parent)
		_exit(127);
	execv(spec->argv[0], (char *const *)spec->argv);
	log_error("%s: cannot run %s: %m", spec->name, spec->argv[0]);
	_exit(127);
}

static pid_t child_launch(const struct child_spec *spec, bool quiet)
{
	pid_t self = getpid(), pid = fork();

	if (pid == 0)
		child_become(spec, self, quiet);
	if (pid < 0)
		log_error("%s: cannot fork: %m", spec->name);
	return pid;
}

static const char *child_describe(int status, char *text, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(text, size, "was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(text, size, "ended with status %d", WEXITSTATUS(status));
	return text;
}

/* Returns whether the child has ended. Ends what is left of its session, such as the workers of a killed web server. */
static bool child_reap(struct child *child)
{
	char text[96];
	int status;

	if (child->pid <= 0 || waitpid(child->pid, &status, WNOHANG) != child->pid)
		return false;
	kill(-child->pid, SIGTERM);
	if (!all.stopping)
		log_warn("%s %s", child->spec->name, child_describe(status, text, sizeof text));
	child->pid = 0;
	return true;
}

static bool child_is_ready(const struct child_spec *spec)
{
	if (!spec->ready)
		return true;
	return spec->as ? unix_account_ask(spec->as, spec->ready, spec->what) : spec->ready(spec->what);
}

/* Waits until the child is ready. False if it dies, takes longer than spec->ready_ms, or this process is told to stop. */
static bool child_await(struct child *child)
{
	const struct child_spec *spec = child->spec;
	int64_t end = clock_ms() + spec->ready_ms;

	while (!all.stopping) {
		if (child_reap(child))
			return false;
		if (child_is_ready(spec))
			return true;
		if (clock_ms() > end) {
			log_error("%s is not ready after %u s", spec->name, spec->ready_ms / 1000);
			return false;
		}
		supervise_pause(STEP_MS);
	}
	return false;
}

static bool child_start(struct child *child)
{
	child->pid = child_launch(child->spec, false);
	child->started_ms = clock_ms();
	if (child->spec->what_pid)
		*child->spec->what_pid = child->pid;
	if (child->pid <= 0) {
		child->pid = 0;
		return false;
	}
	return true;
}

bool supervise_start(const struct child_spec *spec)
{
	struct child *child;

	if (all.count == CHILDREN_MAX || all.stopping)
		return false;
	child = &all.children[all.count++];
	*child = (struct child){.spec = spec};
	if (child_start(child) && child_await(child))
		return true;
	if (!all.stopping)
		log_error("%s cannot be started", spec->name);
	return false;
}

int supervise_once(const struct child_spec *spec, bool quiet)
{
	pid_t pid = child_launch(spec, quiet);
	bool told = false;
	int status;

	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, WNOHANG) != pid) {
		supervise_pause(STEP_MS);
		if (all.stopping && !told) {
			kill(pid, spec->stop_signal ? spec->stop_signal : SIGTERM);
			told = true;
		}
	}
	return WIFEXITED(status) && !told ? WEXITSTATUS(status) : -1;
}

/* Decides when to start a dead child again. */
static void child_plan(struct child *child)
{
	int64_t pause = BACKOFF_FIRST_MS;

	if (clock_ms() - child->started_ms >= STABLE_MS)
		child->failures = 0;
	for (unsigned i = 0; i < child->failures && pause < BACKOFF_MAX_MS; i++)
		pause *= 2;
	child->failures++;
	child->again_ms = clock_ms() + (pause < BACKOFF_MAX_MS ? pause : BACKOFF_MAX_MS);
}

static void child_tend(struct child *child)
{
	if (child_reap(child))
		child_plan(child);
	if (child->pid == 0 && clock_ms() >= child->again_ms) {
		log_info("%s: starting again", child->spec->name);
		if (!child_start(child))
			child_plan(child);
	}
}

static bool supervise_knows(pid_t pid)
{
	for (size_t i = 0; i < all.count; i++)
		if (all.children[i].pid == pid)
			return true;
	return false;
}

/* As process 1 of a container this process becomes the parent of orphans, and must wait for them. */
static void supervise_reap_orphans(void)
{
	siginfo_t info = {0};

	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid > 0 &&
	       !supervise_knows(info.si_pid))
		waitpid(info.si_pid, NULL, 0);
}

static void supervise_forward_reload(void)
{
	all.reload = false;
	for (size_t i = 0; i < all.count; i++)
		if (all.children[i].pid > 0 && all.children[i].spec->reloads)
			kill(all.children[i].pid, SIGHUP);
}

void supervise_run(void)
{
	while (!all.stopping) {
		bool missing = false;

		for (size_t i = 0; i < all.count; i++) {
			child_tend(&all.children[i]);
			missing |= all.children[i].pid == 0;
		}
		supervise_reap_orphans();
		if (all.reload)
			supervise_forward_reload();
		supervise_pause(missing ? STEP_MS : 1000);
	}
}

static void child_stop(struct child *child)
{
	const struct child_spec *spec = child->spec;
	int64_t end = clock_ms() + spec->stop_ms;
	pid_t pid = child->pid;

	if (pid <= 0)
		return;
	kill(pid, spec->stop_signal);
	while (!child_reap(child) && clock_ms() < end)
		supervise_pause(STEP_MS);
	if (child->pid > 0) {
		log_warn("%s did not stop within %u s: killing it", spec->name, spec->stop_ms / 1000);
		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
		child->pid = 0;
	}
}

void supervise_stop(void)
{
	all.stopping = true;
	while (all.count > 0)
		child_stop(&all.children[--all.count]);
}
