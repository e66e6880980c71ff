/* SPDX-License-Identifier: MIT */
/* `berth render`: prints the configuration of a web server, or the units of systemd, for a configuration of the registry. */
#include <getopt.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "berth/base/span.h"
#include "command_priv.h"
#include "host/path_priv.h"
#include "host/programs_priv.h"
#include "host/trusted_priv.h"
#include "render/systemd_priv.h"
#include "render/web_server_priv.h"

#define RENDER_MAX ((size_t)1 << 20)

enum {
	OPT_SOCKET,
	OPT_UPLOAD_SOCKET,
	OPT_TOKEN_SOCKET,
	OPT_RUN_DIR,
	OPT_USER,
	OPT_TOKEN_USER,
	OPT_SERVER,
	OPT_DIRECTORY,
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
	{"token-user", required_argument, NULL, OPT_TOKEN_USER},
	{"server", required_argument, NULL, OPT_SERVER},
	{"directory", required_argument, NULL, OPT_DIRECTORY},
	{"access-log", required_argument, NULL, OPT_ACCESS_LOG},
	{"error-log", required_argument, NULL, OPT_ERROR_LOG},
	{"workers", required_argument, NULL, OPT_WORKERS},
	{"site", no_argument, NULL, OPT_SITE},
	{NULL, 0, NULL, 0},
};

static const char *render_group_of(const char *user)
{
	const struct passwd *account = *user ? getpwnam(user) : NULL;
	const struct group *group = account ? getgrgid(account->pw_gid) : NULL;

	return group ? group->gr_name : user; /* an account of another machine: on Debian its group has the same name */
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

/* The socket of the token service has a folder of its own, which systemd gives to the account of that service. */
static void render_complete(struct site_options *out, const char *const *texts, const char *config, struct arena *arena)
{
	const char *token_dir;

	out->config_path = path_absolute(config, arena);
	out->config_dir = path_folder(out->config_path, arena);
	out->run_dir = path_absolute(texts[OPT_RUN_DIR] ? texts[OPT_RUN_DIR] : "/run/berth", arena);
	out->socket = or_in(texts[OPT_SOCKET], out->run_dir, "registry.sock", arena);
	out->upload_socket = or_in(texts[OPT_UPLOAD_SOCKET], out->run_dir, "uploads.sock", arena);
	token_dir = texts[OPT_RUN_DIR] ? out->run_dir : "/run/berth-token";
	out->token_socket = or_in(texts[OPT_TOKEN_SOCKET], token_dir, "token.sock", arena);
	out->user = texts[OPT_USER] ? texts[OPT_USER] : "";
	out->token_user = texts[OPT_TOKEN_USER] ? texts[OPT_TOKEN_USER] : "berth-token";
	out->server = texts[OPT_SERVER] ? texts[OPT_SERVER] : "nginx";
	out->group = arena_strdup(arena, render_group_of(out->user));
	out->access_log = texts[OPT_ACCESS_LOG] ? path_absolute(texts[OPT_ACCESS_LOG], arena) : "";
	out->error_log = texts[OPT_ERROR_LOG] ? path_absolute(texts[OPT_ERROR_LOG], arena) : "";
	out->program = program_or("registry.fcgi", "/usr/bin/registry.fcgi", arena);
	out->token_program = program_or("token.fcgi", "/usr/bin/token.fcgi", arena);
}

static bool render_load_site(struct site *out, const struct site_options *options, struct arena *arena)
{
	const struct config *config;
	const char *reason = "";

	if (!command_config(&config, arena, options->config_path))
		return false;
	if (site_init(out, config, options, arena, &reason))
		return true;
	command_complain("%s: %s", options->config_path, reason);
	return false;
}

static int render_web(site_render *function, const struct site_options *options, struct arena *arena)
{
	const char *reason = "the result would be larger than 1 MiB";
	struct strbuf text;
	struct site site;

	if (!render_load_site(&site, options, arena))
		return COMMAND_CONFIG;
	strbuf_init(&text, arena, RENDER_MAX);
	if (!function(&text, &site, &reason) || !strbuf_ok(&text)) {
		command_complain("%s: %s", options->config_path, reason);
		return COMMAND_CONFIG;
	}
	fwrite(text.ptr, 1, text.len, stdout);
	return COMMAND_OK;
}

static bool render_write_unit(const char *directory, const struct unit *unit, struct arena *arena)
{
	const struct trusted_owner owner = {geteuid(), getegid(), 0644};
	const char *path = arena_printf(arena, "%s/%s", directory, unit->name), *reason = "";
	bool good = trusted_write(path_absolute(path, arena), strbuf_span(&unit->text), &owner, arena, &reason);

	if (good)
		printf("%s\n", path);
	else
		command_complain("render: cannot write %s: %s", path, reason);
	return good;
}

static int render_systemd(struct site_options *options, const char *directory, struct arena *arena)
{
	const char *reason = "";
	struct units units;
	struct site site;
	bool good = true;

	if (!*options->user)
		options->user = options->group = "berth";
	if (!render_load_site(&site, options, arena))
		return COMMAND_CONFIG;
	if (!units_render(&units, &site, arena, &reason)) {
		command_complain("%s: %s", options->config_path, reason);
		return COMMAND_CONFIG;
	}
	for (size_t i = 0; i < units.count; i++)
		if (directory)
			good = render_write_unit(directory, &units.items[i], arena) && good;
		else
			printf("# /etc/systemd/system/%s\n%s\n", units.items[i].name, units.items[i].text.ptr);
	return good ? COMMAND_OK : COMMAND_FAILED;
}

static int render_run(int argc, char **argv, struct arena *arena)
{
	struct site_options options = {.workers = 8};
	const char *texts[TEXTS] = {NULL};
	const struct web_server *server;
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option == OPT_SITE)
			options.site_only = true;
		else if (option >= 0 && option < TEXTS)
			texts[option] = optarg;
		else
			return command_usage(&cmd_render);
	}
	if (argc - optind != 2 || (texts[OPT_WORKERS] && !command_workers(&options.workers, texts[OPT_WORKERS])))
		return command_usage(&cmd_render);
	render_complete(&options, texts, argv[optind + 1], arena);
	if (strcmp(argv[optind], "systemd") == 0)
		return render_systemd(&options, texts[OPT_DIRECTORY], arena);
	server = web_server_named(argv[optind]);
	return server ? render_web(server->render, &options, arena) : command_usage(&cmd_render);
}

const struct command cmd_render = {
	.name = "render",
	.summary = "write the web server's configuration or systemd units for a config.yml",
	.help = "usage: berth render nginx|apache|systemd CONFIG [options]\n"
		"\n"
		"nginx, apache: prints the complete configuration of a web server for CONFIG on stdout: address, TLS, prefix, headers, the\n"
		"spool of uploads, the internal location of blobs. Several http.tls.clientcas are joined into clientcas.pem beside CONFIG.\n"
		"systemd: prints the units of the workers, the token service and the web server, and berth.target, which starts all of them.\n"
		"The unit of the web server reads nginx.conf or apache.conf beside CONFIG.\n"
		"\n"
		"  --directory DIR       systemd: write each unit to a file in DIR and print its path (all units on stdout)\n"
		"  --server NAME         systemd: nginx, apache, or none for a web server that has a unit of its own (nginx)\n"
		"  --user NAME           account of the workers and of the web server (systemd: berth)\n"
		"  --token-user NAME     systemd: account of the token service (berth-token)\n"
		"  --workers N           systemd: workers of a pool (8)\n"
		"  --site                NGINX: only the server block and its maps, for a file in /etc/nginx/sites-available\n"
		"  --access-log FILE     (none)\n"
		"  --error-log FILE      (stderr)\n"
		"  --run-dir DIR         folder for the pid file, temporary files and sockets (/run/berth)\n"
		"  --socket PATH         socket of registry.fcgi (DIR/registry.sock)\n"
		"  --token-socket PATH   socket of token.fcgi (/run/berth-token/token.sock; with --run-dir, DIR/token.sock)\n"
		"  --upload-socket PATH  Apache: socket of registry.fcgi --pool uploads (DIR/uploads.sock)\n"
		"\n"
		"Check the result with `nginx -t -c FILE -p DIR` or `apache2 -t -d DIR -f FILE`.\n"
		"\n"
		"Exit status: 0 written, 1 a unit cannot be written, 2 wrong usage, 3 the configuration is wrong, or this web server cannot\n"
		"serve it.\n",
	.run = render_run,
};
