/* SPDX-License-Identifier: MIT */
/*
 * The configuration: all settings that Berth uses, parsed and checked, with their defaults.
 *
 *     config_report_init(&report, &arena);
 *     if (!config_load(&config, &arena, path, environ, &report))
 *             ... config_report_print(&report, stderr); exit 3 ...
 *
 * The file is one of distribution (2.x and v3) or of GitLab; all their keys are known. src/config/settings.def lists the
 * keys, with the member of each, or that it is not built yet. The settings of object stores are in berth/settings/.
 * Durations are nanoseconds, sizes bytes. A `const char *` is never NULL: an unset text is "". The configuration is in the
 * arena of the load and never changes; a reload makes a new one.
 */
#ifndef BERTH_CONFIG_CONFIG_H
#define BERTH_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/log.h"
#include "berth/base/secret.h"
#include "berth/base/span.h"
#include "berth/base/text_list.h"
#include "berth/config/report.h"
#include "berth/settings/azure.h"
#include "berth/settings/gcs.h"
#include "berth/settings/oss.h"
#include "berth/settings/s3.h"
#include "berth/settings/swift.h"

struct config_field {
	const char *name;
	const char *value;
};

struct config_fields {
	const struct config_field *items;
	size_t count;
};

/* The name is a token in canonical case (X-Content-Type-Options); values hold no control characters. */
struct config_header {
	const char *name;
	struct text_list values;
};

struct config_headers {
	const struct config_header *items;
	size_t count;
};

struct config_platform {
	const char *architecture;
	const char *os;
};

struct config_platforms {
	const struct config_platform *items;
	size_t count;
};

/* The value order of these is that of the words in settings.def. */
enum config_net { CONFIG_NET_TCP, CONFIG_NET_UNIX };
enum config_driver {
	CONFIG_DRIVER_NONE,
	CONFIG_DRIVER_FILESYSTEM,
	CONFIG_DRIVER_S3,
	CONFIG_DRIVER_AZURE,
	CONFIG_DRIVER_GCS,
	CONFIG_DRIVER_SWIFT,
	CONFIG_DRIVER_OSS
};
enum config_scheme { CONFIG_AUTH_NONE, CONFIG_AUTH_SILLY, CONFIG_AUTH_HTPASSWD, CONFIG_AUTH_TOKEN };
enum config_platform_check { CONFIG_PLATFORMS_ALL, CONFIG_PLATFORMS_NONE, CONFIG_PLATFORMS_LIST };
enum config_size_check { CONFIG_SIZES_STRICT, CONFIG_SIZES_LENIENT };
enum config_database_mode { CONFIG_DATABASE_OFF, CONFIG_DATABASE_ON, CONFIG_DATABASE_PREFER };

struct config_tls {
	const char *certificate; /* set exactly when TLS is served; the key is then set too */
	const char *key;
	struct text_list clientcas;
	const char *clientauth;
	const char *minimumtls; /* tls1.0 tls1.1 tls1.2 tls1.3 */
	struct text_list ciphersuites;
};

/* How long a worker waits for a client. Rates are bytes a second, 0 for none; times are nanoseconds. */
struct config_slowclient {
	int64_t silence, leastrate;
	int64_t uploadsilence, uploadleastrate; /* in the pool of streamed uploads */
	int64_t share;                          /* percent of a pool's workers */
};

struct config_http {
	const char *addr; /* host:port, :port, or a socket's path when net is unix */
	enum config_net net;
	const char *prefix; /* "" or with a slash at both ends */
	const char *host;   /* "" or an http(s) URL without a slash at its end */
	bool relativeurls;
	struct secret secret;
	int64_t draintimeout;
	struct config_slowclient slowclient;
	struct config_headers headers;
	struct config_tls tls;
	bool http2_disabled;
	const char *debug_addr;
};

struct config_log {
	enum log_level level;
	enum log_format formatter;
	struct config_fields fields;
	bool accesslog_disabled;
};

struct config_uploadpurging {
	bool enabled;
	int64_t age;
	int64_t interval;
	bool dryrun;
};

struct config_storage {
	enum config_driver driver;
	struct {
		const char *rootdirectory; /* absolute, without a slash at its end */
		int64_t maxthreads;
	} filesystem;
	struct s3_settings s3;
	struct azure_settings azure;
	struct oss_settings oss;
	struct gcs_settings gcs;
	struct swift_settings swift;
	bool delete_enabled;
	bool redirect_disable;
	int64_t redirect_expirydelay;
	bool readonly;
	struct config_uploadpurging uploadpurging;
};

struct config_auth {
	enum config_scheme scheme;
	struct {
		const char *realm;
		const char *service;
	} silly;
	struct {
		const char *realm;
		const char *path;
	} htpasswd;
	struct {
		const char *realm;
		const char *service;
		const char *issuer;
		const char *rootcertbundle; /* this or jwks, or both */
		const char *jwks;
		struct text_list signingalgorithms; /* empty: all that there are */
		bool autoredirect;
		const char *autoredirectpath;
	} token;
};

/* The value order is that of the names in src/config/middleware.c. */
enum config_middleware_kind { CONFIG_MIDDLEWARE_REDIRECT, CONFIG_MIDDLEWARE_CLOUDFRONT, CONFIG_MIDDLEWARE_REWRITE };

/* A storage middleware that is not disabled. A member that its kind does not use is "" or a default. */
struct config_middleware {
	const char *name;
	enum config_middleware_kind kind;
	const char *baseurl; /* http(s) URL */
	const char *privatekey;
	const char *keypairid;
	int64_t duration;
	const char *ipfilteredby; /* none aws awsregion */
	const char *awsregion;    /* comma-separated */
	int64_t updatefrequency;
	const char *iprangesurl;
	const char *scheme;
	const char *host;
	const char *trimpathprefix;
};

struct config_middlewares {
	const struct config_middleware *items;
	size_t count;
};

struct config_validation {
	bool disabled;
	struct text_list urls_allow; /* regular expressions on the URLs of foreign layers */
	struct text_list urls_deny;
	enum config_platform_check platforms;
	struct config_platforms platformlist;
	enum config_size_check sizes;
	int64_t referencelimit;    /* 0: none */
	uint64_t payloadsizelimit; /* 0: none but LIMIT_MANIFEST */
};

struct config_database {
	enum config_database_mode enabled;
	const char *host; /* name, address, or the directory of a socket */
	int64_t port;
	const char *user;
	struct secret password;
	const char *dbname;
	const char *sslmode;
	const char *sslcert;
	const char *sslkey;
	const char *sslrootcert;
	int64_t connecttimeout; /* 0: none */
	int64_t draintimeout;
	bool preparedstatements;
};

struct config_token_service {
	bool enabled;
	const char *issuer;
	const char *service;
	const char *keys; /* absolute, when enabled */
	int64_t expiry;
	int64_t refreshexpiry;
	int64_t refreshlifetime;
	int64_t refreshtokens;
	bool anonymous;
	int64_t passwordminimum;
	int64_t hashworkers; /* 0: chosen */
	struct {
		int64_t attempts;
		int64_t first;
		int64_t longest;
		int64_t forget;
	} backoff;
};

struct config {
	const char *version;
	struct config_log log;
	struct config_storage storage;
	const char *spool; /* absolute path of the local folder for bodies on their way */
	struct {
		uint64_t maxsize; /* 0: none */
		uint64_t reserve;
		int64_t share; /* percent */
	} spool_bounds;
	struct {
		int64_t connections; /* 0: none */
		int64_t requests;    /* in a second; 0: none */
	} limits;
	struct config_auth auth;
	struct config_http http;
	struct config_validation validation;
	struct {
		int64_t maxentries; /* most that n may ask of _catalog */
	} catalog;
	struct {
		int64_t maxtags; /* most that n may ask of tags/list */
		bool given;      /* the file names it; otherwise no listing is cut at the default */
	} tags;
	struct config_middlewares middlewares; /* in the file's order */
	struct text_list policy_classes;       /* "image", "plugin"; empty: any */
	struct config_token_service token_service;
	struct config_database database;
	const struct config_where *origins; /* one for each row of settings.def; source NULL: not given */
};

/*
 * Reads the file, applies the REGISTRY_* variables of `environment` (NULL: none), and checks the result. A NULL path means
 * the file that REGISTRY_CONFIGURATION_PATH names. Continues after an error, so that the report holds all errors. Returns
 * false if there is an error; *out must then not be used. Allocates in `arena`, which must outlive *out.
 */
bool config_load(struct config **out, struct arena *arena, const char *path, char **environment,
		 struct config_report *report) __attribute__((warn_unused_result));

/* Does the same with the bytes of a file. `name` is the name of the file in messages. */
bool config_load_bytes(struct config **out, struct arena *arena, const char *name, struct span bytes, char **environment,
		       struct config_report *report) __attribute__((warn_unused_result));

/* Returns where the key, a path of settings.def, was set; `source` is NULL when file and environment do not set it. */
struct config_where config_origin(const struct config *config, const char *key);

/* Returns whether the file or the environment sets the key, a path of settings.def. */
bool config_given(const struct config *config, const char *key);

/*
 * Returns the first setting that differs between the two and that a reload cannot bring into force, because the web server
 * uses it or the listener is open; NULL when there is none. The comparison uses memory of `arena`.
 */
const char *config_restart_key(const struct config *old, const struct config *new, struct arena *arena);

/* Returns whether the configuration names a database: database.enabled is not false, and host or dbname is given. */
bool config_database_named(const struct config *config);

#endif
