/* SPDX-License-Identifier: MIT */
/* Passwords for accounts: read from the terminal or from stdin, or made. */
#include "admin_password_priv.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>
#include <unistd.h>

#include "../command_priv.h"
#include "berth/auth/password.h"

#define LINE_MAX_BYTES 1024
#define MADE_LENGTH 26 /* of 32 characters: 130 bits */

/* Reads a line without its end. False at the end of the input, and for a line that does not fit. */
static bool read_line(int fd, char *out, size_t size)
{
	size_t len = 0;
	ssize_t got;
	char c;

	while ((got = read(fd, &c, 1)) == 1 && c != '\n') {
		if (len + 1 == size)
			return false;
		out[len++] = c;
	}
	if (len > 0 && out[len - 1] == '\r')
		len--;
	out[len] = '\0';
	return got == 1 || len > 0;
}

/* Asks without echo. Signals that would end or stop the process wait until the echo is on again. */
static bool terminal_ask(int terminal, const char *prompt, char *out, size_t size)
{
	struct termios before, quiet;
	sigset_t all, old;
	bool ok;

	if (tcgetattr(terminal, &before) != 0)
		return false;
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	sigemptyset(&all);
	sigaddset(&all, SIGINT);
	sigaddset(&all, SIGTERM);
	sigaddset(&all, SIGTSTP);
	sigprocmask(SIG_BLOCK, &all, &old);
	/* echo goes before the prompt appears, so that an answer that comes at once is neither echoed nor flushed */
	ok = tcsetattr(terminal, TCSAFLUSH, &quiet) == 0 && write(terminal, prompt, strlen(prompt)) > 0 &&
	     read_line(terminal, out, size);
	(void)tcsetattr(terminal, TCSADRAIN, &before);
	ok = write(terminal, "\n", 1) == 1 && ok;
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ok;
}

static bool terminal_ask_twice(int terminal, char *out, size_t size)
{
	char again[LINE_MAX_BYTES];
	bool same;

	if (!terminal_ask(terminal, "New password: ", out, size) ||
	    !terminal_ask(terminal, "The same again: ", again, sizeof again)) {
		command_complain("no password was read from the terminal");
		return false;
	}
	same = strcmp(out, again) == 0;
	explicit_bzero(again, sizeof again);
	if (!same)
		command_complain("the two passwords are not the same: nothing was changed");
	return same;
}

static bool password_read_any(char *out, size_t size)
{
	int terminal;
	bool ok;

	if (!isatty(STDIN_FILENO)) {
		ok = read_line(STDIN_FILENO, out, size);
		if (!ok)
			command_complain("the password is due on stdin, as one line of %d bytes at most", PASSWORD_MAX);
		return ok;
	}
	terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (terminal < 0) {
		command_complain("cannot open the terminal to ask for a password: %m");
		return false;
	}
	ok = terminal_ask_twice(terminal, out, size);
	close(terminal);
	return ok;
}

static bool password_check(const char *text, const char *name, size_t least)
{
	size_t len = strlen(text);

	if (len < least || len > PASSWORD_MAX)
		command_complain("a password has %zu to %d bytes: see token_service.passwordminimum", least, PASSWORD_MAX);
	else if (strcmp(text, name) == 0)
		command_complain("the password is the name of the account: choose another one");
	else
		return true;
	return false;
}

struct secret password_read(const char *name, size_t least, bool hashed, struct arena *arena)
{
	char text[LINE_MAX_BYTES] = "";
	struct secret out = {NULL};

	if (password_read_any(text, sizeof text) && (hashed || password_check(text, name, least)))
		out = secret_new(arena, text);
	explicit_bzero(text, sizeof text);
	return out;
}

struct secret password_make(struct arena *arena)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* 32, none of which looks like another */
	unsigned char random[MADE_LENGTH];
	char text[MADE_LENGTH + 1];
	struct secret out;

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
		command_complain("getrandom: %m");
		abort();
	}
	for (size_t i = 0; i < MADE_LENGTH; i++)
		text[i] = letters[random[i] % 32];
	text[MADE_LENGTH] = '\0';
	out = secret_new(arena, text);
	explicit_bzero(text, sizeof text);
	explicit_bzero(random, sizeof random);
	return out;
}
