/* SPDX-License-Identifier: MIT */
/* The table of web servers. */
#include "web_server_priv.h"

#include <signal.h>
#include <string.h>

#include "apache_priv.h"
#include "nginx_priv.h"

static const struct web_server web_servers[] = {
	{
		.name = "nginx",
		.program = "nginx",
		.standard = "/usr/sbin/nginx",
		.package = "nginx-light",
		.render = nginx_render,
		.before = {"-e", "stderr", "-p"},
		.between = {"-c"},
		.behind = {"-g", "daemon off;"},
		.stop_signal = SIGQUIT,
		.reload_signal = SIGHUP,
		.spools = true,
		.error_log = "",
		.module = "",
	},
	{
		.name = "apache",
		.program = "apache2",
		.standard = "/usr/sbin/apache2",
		.package = "apache2",
		.render = apache_render,
		.before = {"-d"},
		.between = {"-f"},
		.behind = {"-DFOREGROUND"},
		.stop_signal = SIGWINCH,
		.reload_signal = SIGUSR1,
		.spools = false,
		.error_log = "/dev/stderr",
		.module = APACHE_MODULES "/mod_xsendfile.so",
		.module_name = "mod_xsendfile",
		.module_package = "libapache2-mod-xsendfile",
	},
};

const struct web_server *web_server_named(const char *name)
{
	for (size_t i = 0; i < sizeof web_servers / sizeof *web_servers; i++)
		if (strcmp(web_servers[i].name, name) == 0)
			return &web_servers[i];
	return NULL;
}

static const char **web_server_add(const char **out, const char *const *words)
{
	while (*words)
		*out++ = *words++;
	return out;
}

void web_server_argv(const char *out[static WEB_SERVER_ARGS], const struct web_server *server, const char *program,
		     const char *run_dir, const char *config)
{
	*out++ = program;
	out = web_server_add(out, server->before);
	*out++ = run_dir;
	out = web_server_add(out, server->between);
	*out++ = config;
	out = web_server_add(out, server->behind);
	*out = NULL;
}
