/* SPDX-License-Identifier: MIT */
/* The password file, judged as the scheme judges it at the start (src/auth/htpasswd_scheme.c). */
#include "berth/app/password_file.h"

#include <errno.h>
#include <unistd.h>

#include "berth/auth/htpasswd.h"
#include "berth/auth/watched_file.h"
#include "berth/base/limits.h"

#define KEY "auth.htpasswd.path"
#define HASHES "a bcrypt (cost 14 at most), yescrypt or SHA-512 crypt hash"

static void check_text(const char *path, struct span text, struct config_where where, struct config_report *report)
{
	char reason[256];
	struct htpasswd *file = htpasswd_new(text, reason, sizeof reason);
	const char *example = "";
	size_t users, unusable;

	if (!file) {
		config_report_add(report, CONFIG_ERROR, where, KEY,
				  "%s: %s; write lines of user:hash, as `htpasswd -B` does", path, reason);
		return;
	}
	users = htpasswd_count(file);
	unusable = htpasswd_unusable(file, &example);
	if (users == 0)
		config_report_add(report, CONFIG_ERROR, where, KEY,
				  "%s: has no line user:hash; add a user with `htpasswd -B %s USER`", path, path);
	else if (unusable == users)
		config_report_add(report, CONFIG_ERROR, where, KEY,
				  "%s: no user can sign in, as none has " HASHES
				  "; set a password with `htpasswd -B %s %s`",
				  path, path, example);
	else if (unusable > 0)
		config_report_add(report, CONFIG_WARNING, where, KEY,
				  "%s: users who cannot sign in, as they have no " HASHES ": %zu, one of them %s", path,
				  unusable, example);
	htpasswd_free(file);
}

void app_check_password_file(const struct config *config, struct config_report *report)
{
	const char *path = config->auth.htpasswd.path;
	struct config_where where = config_origin(config, KEY);
	struct watched_file file = {.path = path};
	struct arena arena;
	struct span text;
	char reason[256];

	if (config->auth.scheme != CONFIG_AUTH_HTPASSWD)
		return;
	if (access(path, F_OK) != 0 && errno == ENOENT) {
		config_report_add(
			report, CONFIG_WARNING, where, KEY,
			"%s: is missing; the registry makes it at its start, with the user docker and a password that "
			"it logs",
			path);
		return;
	}
	arena_init(&arena, 4 * LIMIT_KEY_FILE);
	if (watched_file_read(&file, &arena, LIMIT_KEY_FILE, &text, reason, sizeof reason))
		check_text(path, text, where, report);
	else
		config_report_add(report, CONFIG_WARNING, where, KEY,
				  "%s; nobody can sign in until the account that serves can read the file", reason);
	arena_release(&arena);
}
