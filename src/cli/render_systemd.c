/* SPDX-License-Identifier: MIT */
/* The units that run the pools under systemd; the web server keeps the unit of its package. */
#include "site_priv.h"

/* Closed as far as a worker allows: it opens no port, gains no right and writes below the storage root, or the spool, only. */
static const char hardening[] =
	"NoNewPrivileges=yes\nCapabilityBoundingSet=\nAmbientCapabilities=\n"
	"ProtectSystem=strict\nProtectHome=yes\nPrivateTmp=yes\nPrivateDevices=yes\n"
	"ProtectProc=invisible\nProcSubset=pid\nProtectKernelTunables=yes\nProtectKernelModules=yes\n"
	"ProtectKernelLogs=yes\nProtectControlGroups=yes\nProtectClock=yes\nProtectHostname=yes\n"
	"RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\nRestrictNamespaces=yes\nRestrictRealtime=yes\n"
	"RestrictSUIDSGID=yes\nLockPersonality=yes\nMemoryDenyWriteExecute=yes\nRemoveIPC=yes\nKeyringMode=private\n"
	"UMask=0027\nSystemCallArchitectures=native\nSystemCallFilter=@system-service\n"
	"SystemCallFilter=~@privileged @mount @debug\nSystemCallErrorNumber=EPERM\n"
	"LimitCORE=0\nLimitNOFILE=4096\nTasksMax=1100\n";

struct pool {
	const char *unit, *name, *what;
	const char *program, *socket;
	bool stores; /* writes bytes of blobs */
};

static void add_unit(struct strbuf *out, const struct site *site, const struct pool *pool)
{
	const struct site_options *options = site->options;
	/* Longer than the drain, so that systemd does not kill what is still being drained. */
	long long drain = (long long)(site->config->http.draintimeout / 1000000000) + 20;

	strbuf_addf(out, "# /etc/systemd/system/%s\n# Written by `berth render systemd` from %s.\n", pool->unit,
		    options->config_path);
	strbuf_addf(out,
		    "[Unit]\nDescription=%s\nAfter=network-online.target postgresql.service\n"
		    "Wants=network-online.target\nStartLimitIntervalSec=0\n\n",
		    pool->what);
	strbuf_addf(out, "[Service]\nUser=%s\nGroup=%s\n", options->user, options->group);
	strbuf_adds(out, "RuntimeDirectory=berth\nRuntimeDirectoryMode=0750\nRuntimeDirectoryPreserve=yes\n"
			 "ExecStart=/usr/bin/spawn-fcgi -n -b 1024 -M 0660 -s ");
	quote_systemd(out, pool->socket);
	strbuf_adds(out, " -- ");
	quote_systemd(out, pool->program);
	strbuf_addf(out, " --workers %u --pool %s ", options->workers, pool->name);
	quote_systemd(out, options->config_path);
	strbuf_adds(out, "\nExecReload=/bin/sh -c \"kill -HUP $MAINPID\"\n");
	strbuf_addf(out, "KillMode=mixed\nTimeoutStopSec=%lld\nRestart=always\nRestartSec=1\n", drain);
	strbuf_adds(out, hardening);
	if (pool->stores) {
		strbuf_adds(out, "ReadWritePaths=");
		quote_systemd(out, *site->blobs ? site->config->storage.filesystem.rootdirectory : site->spool);
		strbuf_addc(out, '\n');
	}
	strbuf_adds(out, "\n[Install]\nWantedBy=multi-user.target\n\n");
}

bool render_systemd(struct strbuf *out, const struct site *site, const char **reason)
{
	const struct site_options *options = site->options;
	const struct pool pools[] = {
		{"berth.service", "registry", "Berth container registry", options->program, options->socket, true},
		{"berth-uploads.service", "uploads", "Berth container registry, streamed uploads", options->program,
		 options->upload_socket, true},
		{"berth-tokens.service", "tokens", "Berth token service", options->token_program, options->token_socket,
		 false},
	};

	if (!*options->user) {
		*reason = "the units need --user: the account that the web server's workers run as too";
		return false;
	}
	for (size_t i = 0; i < sizeof pools / sizeof *pools; i++)
		if (pools[i].stores || site->config->token_service.enabled)
			add_unit(out, site, &pools[i]);
	return true;
}
