/* SPDX-License-Identifier: MIT */
/* What a web server needs in order to fetch blobs from an object store. */
#include "fetch_priv.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "berth/app/app.h"
#include "berth/base/url.h"

#define DEBIAN_AUTHORITIES "/etc/ssl/certs/ca-certificates.crt"
#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLVERS_MAX 3 /* the C library asks as many */

const char *const fetch_store_headers[] = {
	"ETag", "Last-Modified", "Set-Cookie", "Expires", "Content-Disposition", "Content-Encoding", "Vary", "Via", "Age",
	"Server", "Alt-Svc", "Access-Control-Allow-Origin", "Strict-Transport-Security", "X-Request-Id", "X-Cache",
	/* S3 */
	"x-amz-id-2", "x-amz-request-id", "x-amz-version-id", "x-amz-server-side-encryption",
	"x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-bucket-key-enabled",
	"x-amz-storage-class", "x-amz-expiration", "x-amz-restore", "x-amz-replication-status", "x-amz-mp-parts-count",
	"x-amz-checksum-crc32", "x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1",
	"x-amz-checksum-sha256", "x-amz-checksum-type", "x-amz-bucket-region", "x-amz-object-lock-mode",
	"x-amz-object-lock-retain-until-date", "x-amz-object-lock-legal-hold", "x-amz-tagging-count",
	/* Azure */
	"x-ms-request-id", "x-ms-client-request-id", "x-ms-version", "x-ms-version-id", "x-ms-is-current-version",
	"x-ms-blob-type", "x-ms-blob-content-md5", "x-ms-creation-time", "x-ms-last-access-time", "x-ms-lease-state",
	"x-ms-lease-status", "x-ms-lease-duration", "x-ms-server-encrypted", "x-ms-access-tier",
	"x-ms-access-tier-inferred", "x-ms-access-tier-change-time", "x-ms-copy-id", "x-ms-copy-source", "x-ms-copy-status",
	"x-ms-copy-progress", "x-ms-copy-completion-time", "x-ms-error-code", "x-ms-tag-count", "Content-MD5",
	/* Google */
	"x-guploader-uploadid", "x-goog-generation", "x-goog-metageneration", "x-goog-hash", "x-goog-storage-class",
	"x-goog-stored-content-length", "x-goog-stored-content-encoding", "x-goog-component-count",
	"x-goog-encryption-algorithm", "x-goog-expiration", "Warning",
	/* Swift */
	"X-Trans-Id", "X-Openstack-Request-Id", "X-Timestamp", "X-Object-Manifest", "X-Static-Large-Object",
	"X-Manifest-Etag", "X-Delete-At",
	/* OSS */
	"x-oss-request-id", "x-oss-object-type", "x-oss-storage-class", "x-oss-server-time", "x-oss-hash-crc64ecma",
	"x-oss-server-side-encryption", "x-oss-server-side-encryption-key-id", "x-oss-version-id", "x-oss-ec",
	"x-oss-expiration", "x-oss-restore", "x-oss-tagging-count", "x-oss-cdn-auth", NULL};

static bool is_address(const char *host)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return *host == '[' || inet_pton(AF_INET, host, bytes) == 1;
}

/* As NGINX's `resolver` wants an address: IPv6 in brackets. An address with a scope is left out: NGINX knows none. */
static void add_resolver(struct strbuf *out, const char *address)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, address, bytes) == 1)
		strbuf_addf(out, "%s%s", out->len ? " " : "", address);
	else if (inet_pton(AF_INET6, address, bytes) == 1)
		strbuf_addf(out, "%s[%s]", out->len ? " " : "", address);
}

static const char *name_servers(struct arena *arena)
{
	FILE *file = fopen(RESOLV_CONF, "re");
	struct span line, word;
	char text[512];
	struct strbuf out;
	size_t count = 0;

	strbuf_init(&out, arena, 512);
	while (file && count < RESOLVERS_MAX && fgets(text, sizeof text, file)) {
		line = span_trim((struct span){text, strcspn(text, "\r\n#;")});
		word = (struct span){line.ptr, strcspn(line.ptr, " \t\r\n")};
		if (!span_is(word, "nameserver"))
			continue;
		add_resolver(&out, arena_span(arena, span_trim(span_after(line, word.len))));
		count++;
	}
	if (file)
		fclose(file);
	return out.len ? out.ptr : "";
}

static bool fetch_split_origin(struct site_fetch *out, struct arena *arena, const char **reason)
{
	struct url url = url_split(span_of(out->origin));

	out->tls = span_is(url.scheme, "https");
	out->authority = arena_span(arena, url.authority);
	out->port = url.port.len ? arena_span(arena, url.port) : out->tls ? "443" : "80";
	out->host = arena_span(arena, url.host);
	if (*out->host && strspn(out->authority, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") ==
				  strlen(out->authority))
		return true;
	*reason = arena_printf(arena,
			       "storage: the address %s cannot be written into the configuration of a web server: "
			       "it has characters that no host name has",
			       out->origin);
	return false;
}

bool site_fetch_init(struct site_fetch *out, const struct site *site, struct arena *arena, const char **reason)
{
	const char *authorities = getenv("SSL_CERT_FILE");
	char why[256] = "";
	bool verify = true;

	*out = (struct site_fetch){.origin = ""};
	if (!site->config->storage.redirect_disable)
		return true;
	if (!app_store_origin(&out->origin, &verify, site->config, arena, why, sizeof why)) {
		*reason = arena_printf(
			arena, "storage.redirect.disable: the address that blobs are fetched from is unknown: %s", why);
		return false;
	}
	if (*out->origin == '\0')
		return true;
	out->verify = verify;
	out->ca_file = authorities && *authorities == '/' ? authorities : DEBIAN_AUTHORITIES;
	if (!fetch_split_origin(out, arena, reason))
		return false;
	out->resolvers = is_address(out->host) || strcmp(out->host, "localhost") == 0 ? "" : name_servers(arena);
	return true;
}
