/* SPDX-License-Identifier: MIT */
/* From the configuration to what a web server needs to know. */
#include "site_priv.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../host/path_priv.h"
#include "../host/trusted_priv.h"
#include "berth/base/log.h"
#include "berth/base/span.h"
#include "berth/http/respond.h"
#include "quote_priv.h"
#include "tls_names_priv.h"

#define AUTHORITIES_MAX ((size_t)1 << 20)

static bool site_refuse(const char **reason, const char *text)
{
	*reason = text;
	return false;
}

/* Whether this machine can bind "[::]". Where it cannot, as in many containers, NGINX would not start. */
static bool have_ipv6(void)
{
	const struct sockaddr_in6 any = {.sin6_family = AF_INET6};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good = fd >= 0 && bind(fd, (const struct sockaddr *)&any, sizeof any) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

static bool host_possible(const char *host)
{
	return strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]_") == strlen(host);
}

/* Reads "host:port", ":port" or "[v6]:port", the forms of Go's net.Listen. */
static bool take_address(struct site *site, struct arena *arena, const char **reason)
{
	const char *addr = site->config->http.addr, *colon = strrchr(addr, ':');
	uint64_t port;

	site->listen_host = site->listen_port = site->listen_unix = "";
	site->suffix = "unix";
	if (site->config->http.net == CONFIG_NET_UNIX) {
		site->listen_unix = addr;
		return *addr == '/' || site_refuse(reason, "http.addr: the path of a socket must be absolute");
	}
	if (*addr == '\0')
		return site_refuse(reason, "http.addr: no address to listen on");
	if (!colon || !span_to_u64(span_of(colon + 1), &port) || port < 1 || port > 65535)
		return site_refuse(reason, "http.addr: a port from 1 to 65535 is needed, as in 127.0.0.1:5000");
	site->listen_host = arena_span(arena, (struct span){addr, (size_t)(colon - addr)});
	site->listen_port = site->suffix = arena_printf(arena, "%u", (unsigned)port);
	if (!host_possible(site->listen_host))
		return site_refuse(reason, "http.addr: the part before the port is no host name or address");
	site->dual_stack = *site->listen_host == '\0' && have_ipv6();
	return true;
}

/* A web server looks relative names up in a folder of its own. The configuration means the folder of this process. */
static const char *site_path(const char *path, struct arena *arena)
{
	return *path ? path_absolute(path, arena) : path;
}

/* Both web servers take one file of authorities: several files are copied into one. */
static bool join_authorities(struct site *site, struct arena *arena, const char **reason)
{
	const struct trusted_owner owner = {geteuid(), getegid(), 0644};
	const struct text_list *files = &site->config->http.tls.clientcas;
	struct strbuf all;

	strbuf_init(&all, arena, AUTHORITIES_MAX);
	for (size_t i = 0; i < files->count; i++) {
		struct span one = trusted_read(site_path(files->items[i], arena), AUTHORITIES_MAX, arena, reason);

		if (!one.ptr) {
			*reason = arena_printf(arena, "http.tls.clientcas: %s", *reason);
			return false;
		}
		strbuf_add_span(&all, one);
		strbuf_addc(&all, '\n');
	}
	if (!strbuf_ok(&all))
		return site_refuse(reason, "http.tls.clientcas: the files together are larger than 1 MiB");
	site->clientcas = arena_printf(arena, "%s/clientcas.pem", site->options->config_dir);
	return trusted_write(site->clientcas, strbuf_span(&all), &owner, arena, reason);
}

static bool share(const char **path, const char *name, const struct site *site, const struct unix_account *as,
		  struct arena *arena, const char **reason)
{
	const struct trusted_owner owner = {geteuid(), as->gid, 0640};
	const char *copy = arena_printf(arena, "%s/%s", site->options->config_dir, name);
	struct span text;

	if (!as->changes || unix_account_may(as, *path, R_OK))
		return true;
	text = trusted_read(*path, AUTHORITIES_MAX, arena, reason);
	if (!text.ptr || !trusted_write(copy, text, &owner, arena, reason)) {
		*reason = arena_printf(
			arena, "http.tls: the web server runs as %s, which may not read %s, and no copy can be made: %s",
			as->user, *path, *reason);
		return false;
	}
	log_info("the web server runs as %s, which may not read %s: it gets the copy %s", as->user, *path, copy);
	*path = copy;
	return true;
}

bool site_share_key(struct site *site, const struct unix_account *as, struct arena *arena, const char **reason)
{
	return !site->tls || (share(&site->certificate, "tls.crt", site, as, arena, reason) &&
			      share(&site->key, "tls.key", site, as, arena, reason));
}

bool site_has_low_port(const struct site *site)
{
	char text[16] = "";
	uint64_t first = 1024, port = 0;
	int fd = open("/proc/sys/net/ipv4/ip_unprivileged_port_start", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, text, sizeof text - 1) > 0)
		(void)span_to_u64((struct span){text, strspn(text, "0123456789")}, &first);
	if (fd >= 0)
		close(fd);
	return span_to_u64(span_of(site->listen_port), &port) && port < first;
}

static bool take_tls(struct site *site, struct arena *arena, const char **reason)
{
	const struct config_tls *tls = &site->config->http.tls;

	site->tls = *tls->certificate != '\0';
	site->clientcas = "";
	if (!site->tls)
		return true;
	site->certificate = site_path(tls->certificate, arena);
	site->key = site_path(tls->key, arena);
	site->clientauth = *tls->clientauth ? tls->clientauth : "require-and-verify-client-cert";
	site->minimum_tls = tls_minimum(tls->minimumtls);
	site->http2 = !site->config->http.http2_disabled;
	if (tls->clientcas.count == 1)
		site->clientcas = site_path(tls->clientcas.items[0], arena);
	else if (tls->clientcas.count > 1 && !join_authorities(site, arena, reason))
		return false;
	return tls_ciphers(&site->ciphers, &tls->ciphersuites, arena, reason);
}

static bool take_storage(struct site *site, struct arena *arena, const char **reason)
{
	const struct config *config = site->config;

	if (config->storage.driver == CONFIG_DRIVER_NONE)
		return site_refuse(reason, "storage: the configuration names no driver that Berth can serve");
	site->blobs = "";
	if (config->storage.driver == CONFIG_DRIVER_FILESYSTEM)
		site->blobs = arena_printf(arena, "%s/docker/registry/v2/blobs", config->storage.filesystem.rootdirectory);
	site->spool = config->spool;
	return true;
}

/* Checks every text that a renderer may write. */
static bool all_possible(const struct site *site, const char **reason)
{
	const struct site_options *options = site->options;
	const struct config_headers *headers = &site->config->http.headers;
	const char *const texts[] = {
		options->config_path,
		options->socket,
		options->upload_socket,
		options->run_dir,
		options->user,
		options->group,
		options->access_log,
		options->error_log,
		options->program,
		options->token_program,
		options->token_socket,
		site->listen_unix,
		site->blobs,
		site->spool,
		site->tls ? site->certificate : "",
		site->tls ? site->key : "",
		site->clientcas,
		site->config->http.prefix,
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (!quote_possible(texts[i]))
			return site_refuse(
				reason,
				"http.prefix, or a path of the configuration or of the command line, holds a control character");
	for (size_t i = 0; i < headers->count; i++)
		for (size_t k = 0; k < headers->items[i].values.count; k++)
			if (!quote_possible(headers->items[i].values.items[k]))
				return site_refuse(reason, "http.headers: a value holds a control character");
	return true;
}

const char *site_answer(enum error_code code, struct arena *arena)
{
	struct response response;
	struct error error;

	error_init(&error, arena);
	error_set(&error, code);
	response_init(&response, arena);
	response_error(&response, &error);
	while (response.body.len > 0 && response.body.ptr[response.body.len - 1] == '\n')
		response.body.len--;
	return arena_span(arena, response.body);
}

bool site_init(struct site *out, const struct config *config, const struct site_options *options, struct arena *arena,
	       const char **reason)
{
	*out = (struct site){.config = config, .options = options};
	return take_address(out, arena, reason) && take_storage(out, arena, reason) && take_tls(out, arena, reason) &&
	       all_possible(out, reason);
}
