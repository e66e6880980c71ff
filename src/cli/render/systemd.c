/* SPDX-License-Identifier: MIT */
/* The units that run a registry under systemd. */
#include "systemd_priv.h"

#include <string.h>

#include "../host/programs_priv.h"
#include "berth/base/span.h"
#include "quote_priv.h"
#include "web_server_priv.h"

#define UNIT_MAX ((size_t)16 << 10)

/* Takes away what no unit of a registry needs. */
static const char hardening[] =
	"NoNewPrivileges=yes\n"
	"ProtectSystem=strict\nProtectHome=yes\nPrivateTmp=yes\nPrivateDevices=yes\n"
	"ProtectProc=invisible\nProcSubset=pid\nProtectKernelTunables=yes\nProtectKernelModules=yes\n"
	"ProtectKernelLogs=yes\nProtectControlGroups=yes\nProtectClock=yes\nProtectHostname=yes\n"
	"RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\nRestrictNamespaces=yes\nRestrictRealtime=yes\n"
	"RestrictSUIDSGID=yes\nLockPersonality=yes\nRemoveIPC=yes\nKeyringMode=private\n"
	"UMask=0027\nSystemCallArchitectures=native\nSystemCallFilter=@system-service\n"
	"SystemCallFilter=~@privileged @mount @debug\nSystemCallErrorNumber=EPERM\nLimitCORE=0\n";

/* Takes away what a pool does not need either: a pool opens no port, and no code of it is made at run time. */
static const char pool_hardening[] = "CapabilityBoundingSet=\nAmbientCapabilities=\nMemoryDenyWriteExecute=yes\n"
				     "LimitNOFILE=4096\nTasksMax=1100\n";

struct systemd_pool {
	const char *unit, *name, *what;
	const char *user, *runtime; /* the account, and its folder below /run */
	const char *program, *socket;
	bool stores; /* writes bytes of blobs */
	bool wanted; /* by this configuration and web server */
};

static void unit_add_head(struct strbuf *out, const struct site *site, const char *what, const char *after)
{
	strbuf_addf(out, "# Written by `berth render systemd` from %s.\n", site->options->config_path);
	strbuf_addf(out,
		    "[Unit]\nDescription=%s\nAfter=network-online.target %s\nWants=network-online.target\n"
		    "PartOf=berth.target\nStartLimitIntervalSec=0\n\n",
		    what, after);
}

static void unit_add_account(struct strbuf *out, const struct site *site, const char *user, const char *runtime)
{
	strbuf_addf(out,
		    "[Service]\nUser=%s\nGroup=%s\nRuntimeDirectory=%s\nRuntimeDirectoryMode=0750\n"
		    "RuntimeDirectoryPreserve=yes\n",
		    user, site->options->group, runtime);
}

/* The time to stop is longer than http.draintimeout, so that systemd kills no request in progress. */
static void unit_add_end(struct strbuf *out, const struct site *site)
{
	strbuf_addf(out, "KillMode=mixed\nTimeoutStopSec=%lld\nRestart=always\nRestartSec=1\n%s",
		    (long long)(site->config->http.draintimeout / 1000000000) + 20, hardening);
}

static void unit_add_storage(struct strbuf *out, const struct site *site)
{
	strbuf_adds(out, "ReadWritePaths=");
	quote_systemd(out, *site->blobs ? site->config->storage.filesystem.rootdirectory : site->spool);
	strbuf_addc(out, '\n');
}

static void unit_add_install(struct strbuf *out)
{
	strbuf_adds(out, "\n[Install]\nWantedBy=berth.target\n");
}

static void unit_add_pool(struct strbuf *out, const struct site *site, const struct systemd_pool *pool)
{
	unit_add_head(out, site, pool->what, "postgresql.service");
	unit_add_account(out, site, pool->user, pool->runtime);
	strbuf_adds(out, "ExecStart=/usr/bin/spawn-fcgi -n -b 1024 -M 0660 -s ");
	quote_systemd(out, pool->socket);
	strbuf_adds(out, " -- ");
	quote_systemd(out, pool->program);
	strbuf_addf(out, " --workers %u --pool %s ", site->options->workers, pool->name);
	quote_systemd(out, site->options->config_path);
	strbuf_adds(out, "\nExecReload=/bin/sh -c \"kill -HUP $MAINPID\"\n");
	unit_add_end(out, site);
	strbuf_adds(out, pool_hardening);
	if (pool->stores)
		unit_add_storage(out, site);
	unit_add_install(out);
}

static bool is_below_1024(const char *port)
{
	uint64_t number = 0;

	return span_to_u64(span_of(port), &number) && number < 1024;
}

/* Quotes an argument when it is a path or has a blank. */
static void unit_add_argument(struct strbuf *out, const char *argument)
{
	if (*argument == '/' || strchr(argument, ' '))
		quote_systemd(out, argument);
	else
		strbuf_adds(out, argument);
}

/* Without MemoryDenyWriteExecute: NGINX compiles regular expressions to machine code. */
static void unit_add_web(struct strbuf *out, const struct site *site, const struct web_server *server)
{
	const char *found = program_path(server->program, out->arena), *argv[WEB_SERVER_ARGS];
	const char *config = arena_printf(out->arena, "%s/%s.conf", site->options->config_dir, server->name);
	const char *bind = is_below_1024(site->listen_port) ? "CAP_NET_BIND_SERVICE" : "";

	unit_add_head(out, site, "Berth container registry, web server", "berth.service");
	unit_add_account(out, site, site->options->user, "berth");
	/* NGINX may start before the workers, and makes only the last folder of the spool's path. */
	strbuf_adds(out, "LogsDirectory=berth\nLogsDirectoryMode=0750\nExecStartPre=/bin/mkdir -p ");
	quote_systemd(out, site->spool);
	strbuf_adds(out, "\nExecStart=");
	web_server_argv(argv, server, found ? found : server->standard, site->options->run_dir, config);
	for (size_t i = 0; argv[i]; i++) {
		strbuf_adds(out, i ? " " : "");
		unit_add_argument(out, argv[i]);
	}
	strbuf_addf(out, "\nExecReload=/bin/sh -c \"kill -%s $MAINPID\"\nKillSignal=SIG%s\n",
		    sigabbrev_np(server->reload_signal), sigabbrev_np(server->stop_signal));
	unit_add_end(out, site);
	strbuf_addf(out, "CapabilityBoundingSet=%s\nAmbientCapabilities=%s\nLimitNOFILE=20000\n", bind, bind);
	unit_add_storage(out, site);
	unit_add_install(out);
}

static struct strbuf *unit_begin(struct units *out, const char *name, struct arena *arena)
{
	struct unit *unit = &out->items[out->count++];

	unit->name = name;
	strbuf_init(&unit->text, arena, UNIT_MAX);
	return &unit->text;
}

static void unit_add_target(struct units *out, const struct site *site, struct arena *arena)
{
	size_t services = out->count;
	struct strbuf *text = unit_begin(out, "berth.target", arena);

	strbuf_addf(text, "# Written by `berth render systemd` from %s.\n", site->options->config_path);
	strbuf_adds(text, "[Unit]\nDescription=Berth container registry\nWants=");
	for (size_t i = 0; i < services; i++)
		strbuf_addf(text, "%s%s", i ? " " : "", out->items[i].name);
	strbuf_adds(text, "\n\n[Install]\nWantedBy=multi-user.target\n");
}

/* Whether the name can stand in a unit without quotes. */
static bool is_account(const char *name)
{
	static const char possible[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return *name && strspn(name, possible) == strlen(name);
}

bool units_render(struct units *out, const struct site *site, struct arena *arena, const char **reason)
{
	const struct site_options *options = site->options;
	const struct web_server *server = web_server_named(options->server);
	bool streams = server && !server->spools, tokens = site->config->token_service.enabled;
	const struct systemd_pool pools[] = {
		{"berth.service", "registry", "Berth container registry", options->user, "berth", options->program,
		 options->socket, true, true},
		{"berth-uploads.service", "uploads", "Berth container registry, streamed uploads", options->user, "berth",
		 options->program, options->upload_socket, true, streams},
		{"berth-tokens.service", "tokens", "Berth token service", options->token_user, "berth-token",
		 options->token_program, options->token_socket, false, tokens},
	};

	out->count = 0;
	if (!is_account(options->user) || !is_account(options->token_user)) {
		*reason = "--user and --token-user take names of accounts: letters, digits and _ . -";
		return false;
	}
	if (!server && strcmp(options->server, "none") != 0) {
		*reason = "--server takes nginx, apache or none";
		return false;
	}
	for (size_t i = 0; i < sizeof pools / sizeof *pools; i++)
		if (pools[i].wanted)
			unit_add_pool(unit_begin(out, pools[i].unit, arena), site, &pools[i]);
	if (server)
		unit_add_web(unit_begin(out, "berth-web.service", arena), site, server);
	unit_add_target(out, site, arena);
	return true;
}
