/* SPDX-License-Identifier: MIT */
/* `berth render`: the web server's configuration, or systemd's units, for a config.yml. */
#include <getopt.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "berth/base/span.h"
#include "command_priv.h"
#include "programs_priv.h"
#include "site_priv.h"

#define RENDER_MAX ((size_t)1 << 20)

static const struct {
	const char *name;
	site_render *render;
} targets[] = {{"nginx", render_nginx}, {"apache", render_apache}, {"systemd", render_systemd}};

enum {
	OPT_SOCKET,
	OPT_UPLOAD_SOCKET,
	OPT_TOKEN_SOCKET,
	OPT_RUN_DIR,
	OPT_USER,
	OPT_ACCESS_LOG,
	OPT_ERROR_LOG,
	OPT_WORKERS,
	TEXTS,
	OPT_SITE = TEXTS
};

static const struct option long_options[] = {
	{"socket", required_argument, NULL, OPT_SOCKET},
	{"upload-socket", required_argument, NULL, OPT_UPLOAD_SOCKET},
	{"token-socket", required_argument, NULL, OPT_TOKEN_SOCKET},
	{"run-dir", required_argument, NULL, OPT_RUN_DIR},
	{"runtime-dir", required_argument, NULL, OPT_RUN_DIR},
	{"user", required_argument, NULL, OPT_USER},
	{"access-log", required_argument, NULL, OPT_ACCESS_LOG},
	{"error-log", required_argument, NULL, OPT_ERROR_LOG},
	{"workers", required_argument, NULL, OPT_WORKERS},
	{"site", no_argument, NULL, OPT_SITE},
	{NULL, 0, NULL, 0},
};

static const char *group_of(const char *user)
{
	const struct passwd *account = *user ? getpwnam(user) : NULL;
	const struct group *group = account ? getgrgid(account->pw_gid) : NULL;

	return group ? group->gr_name : user; /* of an account of another machine: Debian names the group like it */
}

static const char *or_in(const char *given, const char *folder, const char *name, struct arena *arena)
{
	return given ? path_absolute(given, arena) : arena_printf(arena, "%s/%s", folder, name);
}

static const char *program_or(const char *name, const char *standard, struct arena *arena)
{
	const char *found = program_path(name, arena);

	return found ? found : standard;
}

static void complete(struct site_options *out, const char *const *texts, const char *config, struct arena *arena)
{
	out->config_path = path_absolute(config, arena);
	out->run_dir = path_absolute(texts[OPT_RUN_DIR] ? texts[OPT_RUN_DIR] : "/run/berth", arena);
	out->socket = or_in(texts[OPT_SOCKET], out->run_dir, "registry.sock", arena);
	out->upload_socket = or_in(texts[OPT_UPLOAD_SOCKET], out->run_dir, "uploads.sock", arena);
	out->token_socket = or_in(texts[OPT_TOKEN_SOCKET], out->run_dir, "token.sock", arena);
	out->user = texts[OPT_USER] ? texts[OPT_USER] : "";
	out->group = arena_strdup(arena, group_of(out->user));
	out->access_log = texts[OPT_ACCESS_LOG] ? path_absolute(texts[OPT_ACCESS_LOG], arena) : "";
	out->error_log = texts[OPT_ERROR_LOG] ? path_absolute(texts[OPT_ERROR_LOG], arena) : "";
	out->program = program_or("registry.fcgi", "/usr/bin/registry.fcgi", arena);
	out->token_program = program_or("token.fcgi", "/usr/bin/token.fcgi", arena);
}

static int render(site_render *function, const struct site_options *options, struct arena *arena)
{
	const struct config *config;
	const char *reason = "";
	struct strbuf text;
	struct site site;

	if (!command_config(&config, arena, options->config_path))
		return COMMAND_CONFIG;
	strbuf_init(&text, arena, RENDER_MAX);
	if (!site_init(&site, config, options, arena, &reason) || !function(&text, &site, &reason)) {
		command_complain("%s: %s", options->config_path, reason);
		return COMMAND_CONFIG;
	}
	if (!strbuf_ok(&text)) {
		command_complain("%s: the result would be larger than 1 MiB", options->config_path);
		return COMMAND_CONFIG;
	}
	fwrite(text.ptr, 1, text.len, stdout);
	return COMMAND_OK;
}

static int run(int argc, char **argv, struct arena *arena)
{
	struct site_options options = {.workers = 8};
	const char *texts[TEXTS] = {NULL};
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option == OPT_SITE)
			options.site_only = true;
		else if (option >= 0 && option < TEXTS)
			texts[option] = optarg;
		else
			return command_usage(&cmd_render);
	}
	if (argc - optind != 2 || (texts[OPT_WORKERS] && !workers_number(&options.workers, texts[OPT_WORKERS])))
		return command_usage(&cmd_render);
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
		if (strcmp(argv[optind], targets[i].name) == 0) {
			complete(&options, texts, argv[optind + 1], arena);
			return render(targets[i].render, &options, arena);
		}
	return command_usage(&cmd_render);
}

const struct command cmd_render = {
	.name = "render",
	.summary = "write the web server's configuration or systemd units for a config.yml",
	.help = "usage: berth render nginx|apache|systemd CONFIG [options]\n"
		"\n"
		"Writes to stdout what serves this CONFIG: its address, TLS, prefix and headers, the spool of uploads and the\n"
		"internal location of blobs. Check it with `nginx -t -c FILE -p DIR` or `apache2 -t -d DIR -f FILE`; the\n"
		"systemd units come one after the other, each below its path.\n"
		"\n"
		"  --run-dir DIR         pid file, temporary files, default place of the sockets (/run/berth)\n"
		"  --socket PATH         socket of registry.fcgi (DIR/registry.sock)\n"
		"  --token-socket PATH   socket of token.fcgi (DIR/token.sock)\n"
		"  --upload-socket PATH  socket of registry.fcgi --pool uploads, Apache only (DIR/uploads.sock)\n"
		"  --user NAME           account of the web server's workers: that of registry.fcgi too\n"
		"  --access-log FILE     (none)    --error-log FILE  (stderr)\n"
		"  --site                NGINX: the server block only, for a file in /etc/nginx/sites-available\n"
		"  --workers N           systemd: workers of a pool (8)\n"
		"\n"
		"Exit status: 0 written, 2 usage, 3 the configuration is wrong, or this web server cannot serve it.\n",
	.run = run,
};
