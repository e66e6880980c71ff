/* SPDX-License-Identifier: MIT */
/* Checks that settings fit each other, and the forms of addresses, paths and URLs. */
#include "check_priv.h"

#include <string.h>

#include "form_priv.h"
#include "middleware_priv.h"
#include "value_priv.h"

#define MAXTHREADS_LOW 25 /* distribution raises lower values without a message */

/* Checks that there is a version. apply_tree has reported a wrong one. */
static void check_file_version(struct load *load, const struct node *root)
{
	if (!node_get(root, SPAN_LIT("version")) || node_get(root, SPAN_LIT("version"))->kind == NODE_NULL)
		load_error(load, "version", "is missing; write version: 0.1");
}

/* Takes the level of `loglevel`, the old key, if log.level is not given. */
static void check_log(struct load *load, const struct node *root)
{
	const struct node *old = node_get(root, SPAN_LIT("loglevel"));
	const struct setting *row = settings_find("log.level");
	struct value value;
	const char *why;

	if (!load_given(load, "loglevel") || load_given(load, "log.level"))
		return;
	if (value_parse(&value, row, old->text, load->arena, &why))
		load->config->log.level = (enum log_level)value.number;
}

/* Returns the driver that the configuration names. apply_tree has reported none, or more than one. */
static enum config_driver driver_given(const struct load *load)
{
	static const char *const keys[] = {
		[CONFIG_DRIVER_FILESYSTEM] = "storage.filesystem", [CONFIG_DRIVER_S3] = "storage.s3",
		[CONFIG_DRIVER_AZURE] = "storage.azure",           [CONFIG_DRIVER_GCS] = "storage.gcs",
		[CONFIG_DRIVER_SWIFT] = "storage.swift",           [CONFIG_DRIVER_OSS] = "storage.oss",
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i] && load_given(load, keys[i]))
			return (enum config_driver)i;
	return CONFIG_DRIVER_NONE;
}

static void check_filesystem(struct load *load)
{
	struct config_storage *storage = &load->config->storage;
	static const char root[] = "storage.filesystem.rootdirectory";

	if (storage->filesystem.rootdirectory[0] != '/')
		load_error(load, root, "must be an absolute path, not %s",
			   value_quote(storage->filesystem.rootdirectory, load->arena));
	storage->filesystem.rootdirectory = form_without_slash(load, storage->filesystem.rootdirectory);
	if (storage->filesystem.maxthreads < MAXTHREADS_LOW)
		storage->filesystem.maxthreads = MAXTHREADS_LOW;
}

static void check_driver(struct load *load)
{
	load->config->storage.driver = driver_given(load);
	check_filesystem(load);
	if (load->config->storage.driver == CONFIG_DRIVER_S3)
		check_s3(load);
	if (load->config->storage.driver == CONFIG_DRIVER_AZURE)
		check_azure(load);
	if (load->config->storage.driver == CONFIG_DRIVER_GCS)
		check_gcs(load);
	if (load->config->storage.driver == CONFIG_DRIVER_SWIFT)
		check_swift(load);
	if (load->config->storage.driver == CONFIG_DRIVER_OSS)
		check_oss(load);
}

/* The driver filesystem links spooled files into place, so the spool must be in its folder, on the same file system. */
static void check_spool(struct load *load)
{
	struct config *config = load->config;
	bool local = config->storage.driver == CONFIG_DRIVER_FILESYSTEM;
	const char *usual = local ? arena_printf(load->arena, "%s/berth/spool", config->storage.filesystem.rootdirectory)
				  : "/var/lib/berth/spool";

	if (!config->spool[0]) {
		config->spool = usual;
		return;
	}
	config->spool = form_without_slash(load, config->spool);
	if (config->spool[0] != '/')
		load_error(load, "spool.directory", "must be an absolute path, not %s",
			   value_quote(config->spool, load->arena));
	else if (local && strcmp(config->spool, usual) != 0)
		load_error(load, "spool.directory", "must be %s: the driver filesystem links files from there",
			   value_quote(usual, load->arena));
}

static bool is_port(struct span text)
{
	uint64_t port;

	return span_to_u64(text, &port) && port <= 65535;
}

/* host:port, :port, [v6]:port. */
static bool is_listen_address(const char *addr)
{
	const char *colon = strrchr(addr, ':');
	size_t len = colon ? (size_t)(colon - addr) : 0;

	if (!colon || !is_port(span_of(colon + 1)))
		return false;
	if (len > 0 && addr[0] == '[')
		return addr[len - 1] == ']' && len > 2 && strspn(addr + 1, "0123456789abcdefABCDEF:.%") == len - 2;
	return strcspn(addr, ":/ []\"'\\;{}") == len;
}

static void check_addresses(struct load *load)
{
	const struct config_http *http = &load->config->http;

	if (http->net == CONFIG_NET_UNIX && http->addr[0] != '/')
		load_error(load, "http.addr", "must be the absolute path of a socket, as http.net is unix");
	if (http->net == CONFIG_NET_TCP && !is_listen_address(http->addr))
		load_error(load, "http.addr", "must be host:port, not %s", value_quote(http->addr, load->arena));
	if (http->debug_addr[0] && !is_listen_address(http->debug_addr))
		load_error(load, "http.debug.addr", "must be host:port, not %s",
			   value_quote(http->debug_addr, load->arena));
}

static void check_host(struct load *load)
{
	struct config_http *http = &load->config->http;

	if (!http->host[0])
		return;
	if (!form_is_url(http->host))
		load_error(load, "http.host", "must be a URL like https://registry.example.com, not %s",
			   value_quote(http->host, load->arena));
	http->host = form_without_slash(load, http->host);
}

/* Puts slashes at both ends, which distribution requires and does not check. */
static void check_prefix(struct load *load)
{
	struct config_http *http = &load->config->http;
	size_t len = strlen(http->prefix);

	if (!form_is_url_text(http->prefix) || strstr(http->prefix, "//") || strstr(http->prefix, "/../"))
		load_error(load, "http.prefix", "must be a path like /registry/, not %s",
			   value_quote(http->prefix, load->arena));
	else if (strcmp(http->prefix, "/") == 0)
		http->prefix = "";
	else if (len > 0)
		http->prefix = arena_printf(load->arena, "%s%s%s", http->prefix[0] == '/' ? "" : "/", http->prefix,
					    http->prefix[len - 1] == '/' ? "" : "/");
}

static void check_tls(struct load *load)
{
	const struct config_tls *tls = &load->config->http.tls;

	if (tls->certificate[0] && !tls->key[0])
		load_error(load, "http.tls.key", "is missing: http.tls.certificate is given");
	if (tls->key[0] && !tls->certificate[0])
		load_error(load, "http.tls.certificate", "is missing: http.tls.key is given");
	if (tls->clientcas.count && !tls->certificate[0])
		load_error(load, "http.tls.clientcas", "needs http.tls.certificate and http.tls.key");
}

static void check_validation(struct load *load)
{
	const struct config_validation *validation = &load->config->validation;

	if (validation->platforms == CONFIG_PLATFORMS_LIST && validation->platformlist.count == 0)
		load_error(load, "validation.manifests.indexes.platformlist",
			   "is empty, but validation.manifests.indexes.platforms is list");
}

static void check_policy(struct load *load)
{
	const struct text_list *classes = &load->config->policy_classes;

	for (size_t i = 0; i < classes->count; i++)
		if (strcmp(classes->items[i], "image") != 0 && strcmp(classes->items[i], "plugin") != 0)
			load_error(load, "policy.repository.classes", "must list image and plugin only, not %s",
				   value_quote(classes->items[i], load->arena));
}

static void check_database(struct load *load)
{
	const struct config_database *db = &load->config->database;

	if (db->enabled == CONFIG_DATABASE_ON && !config_database_named(load->config))
		load_error(load, "database.enabled", "is true, but neither database.host nor database.dbname is given");
	if (!db->sslcert[0] != !db->sslkey[0])
		load_error(load, db->sslcert[0] ? "database.sslkey" : "database.sslcert", "is missing: %s is given",
			   db->sslcert[0] ? "database.sslcert" : "database.sslkey");
}

static void warn_open(struct load *load)
{
	if (load->config->auth.scheme == CONFIG_AUTH_NONE)
		config_report_add(load->report, CONFIG_WARNING, load_where(load, "auth.none"), "auth",
				  "no authentication: every client that reaches this registry may pull and push");
}

void check_config(struct load *load, const struct node *root)
{
	check_file_version(load, root);
	check_log(load, root);
	check_driver(load);
	check_spool(load);
	check_addresses(load);
	check_host(load);
	check_prefix(load);
	check_tls(load);
	check_validation(load);
	check_policy(load);
	check_token_service(load);
	middlewares_check(load);
	check_database(load);
	load->config->tags.given = load_given(load, "tags.maxtags");
	check_auth(load);
	warn_open(load);
}
