/* SPDX-License-Identifier: MIT */
/* The units that run the two pools under systemd; the web server keeps the unit of its package. */
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
};

static const struct pool pools[] = {
	{"berth.service", "registry", "Berth container registry"},
	{"berth-uploads.service", "uploads", "Berth container registry, streamed uploads"},
};

static void add_unit(struct strbuf *out, const struct site *site, const struct pool *pool, const char *socket)
{
	const struct site_options *options = site->options;
	/* Longer than the drain, so that systemd does not kill what is still being drained. */
	long long drain = (long long)(site->config->http.draintimeout / 1000000000) + 20;

	strbuf_addf(out, "# /etc/systemd/system/%s\n# Written by `berth render systemd` from %s.\n", pool->unit,
		    options->config_path);
	strbuf_addf(out, "[Unit]\nDescription=%s\nAfter=network-online.target postgresql.service\n"
			 "Wants=network-online.target\nStartLimitIntervalSec=0\n\n",
		    pool->what);
	strbuf_addf(out, "[Service]\nUser=%s\nGroup=%s\n", options->user, options->group);
	strbuf_adds(out, "RuntimeDirectory=berth\nRuntimeDirectoryMode=0750\nRuntimeDirectoryPreserve=yes\n"
			 "ExecStart=/usr/bin/spawn-fcgi -n -b 1024 -M 0660 -s ");
	quote_systemd(out, socket);
	strbuf_adds(out, " -- ");
	quote_systemd(out, options->program);
	strbuf_addf(out, " --workers %u --pool %s ", options->workers, pool->name);
	quote_systemd(out, options->config_path);
	strbuf_adds(out, "\nExecReload=/bin/kill -HUP $MAINPID\n");
	strbuf_addf(out, "KillMode=mixed\nTimeoutStopSec=%lld\nRestart=always\nRestartSec=1\n", drain);
	strbuf_adds(out, hardening);
	strbuf_adds(out, "ReadWritePaths=");
	quote_systemd(out, *site->blobs ? site->config->storage.filesystem.rootdirectory : site->spool);
	strbuf_adds(out, "\n\n[Install]\nWantedBy=multi-user.target\n\n");
}

bool render_systemd(struct strbuf *out, const struct site *site, const char **reason)
{
	if (!*site->options->user) {
		*reason = "the units need --user: the account that the web server's workers run as too";
		return false;
	}
	add_unit(out, site, &pools[0], site->options->socket);
	add_unit(out, site, &pools[1], site->options->upload_socket);
	return true;
}
