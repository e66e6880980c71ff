/* SPDX-License-Identifier: MIT */
/* From settings to the URL of a bucket. */
#include "s3_endpoint_priv.h"

#include <string.h>

#include "berth/base/url.h"

#define DEFAULT_REGION "us-east-1" /* what servers that know no regions are signed for */

/* Which domain the regions of a partition are under. */
static const char *domain_of(const char *region)
{
	static const struct {
		const char *prefix;
		const char *domain;
	} partitions[] = {
		{"cn-", "amazonaws.com.cn"}, {"us-isob-", "sc2s.sgov.gov"},  {"us-isof-", "csp.hci.ic.gov"},
		{"us-iso-", "c2s.ic.gov"},   {"eu-isoe-", "cloud.adc-e.uk"}, {"eusc-", "amazonaws.eu"},
	};

	for (size_t i = 0; i < sizeof partitions / sizeof *partitions; i++)
		if (span_starts(span_of(region), partitions[i].prefix))
			return partitions[i].domain;
	return "amazonaws.com";
}

static const char *amazon_host(const struct s3_settings *settings, struct arena *arena)
{
	const char *stack = settings->usedualstack ? ".dualstack" : "";

	if (settings->accelerate)
		return arena_printf(arena, "s3-accelerate%s.amazonaws.com", stack);
	return arena_printf(arena, "s3%s%s.%s.%s", settings->usefipsendpoint ? "-fips" : "", stack, settings->region,
			    domain_of(settings->region));
}

/* A certificate for *.host covers no further dots. */
static bool bucket_in_path(const struct s3_settings *settings, bool secure)
{
	return settings->forcepathstyle || (secure && !settings->regionendpoint[0] && strchr(settings->bucket, '.'));
}

/* Host and port as they will stand in the Host header: without the scheme's own port. */
static struct span s3_authority(const struct url *url, bool secure)
{
	return span_is(url->port, secure ? "443" : "80") ? url->host : url->authority;
}

struct s3_endpoint s3_endpoint_of(const struct s3_settings *settings, struct arena *arena)
{
	struct url url = url_split(span_of(settings->regionendpoint));
	struct s3_endpoint out = {.region = arena_strdup(arena, settings->region[0] ? settings->region : DEFAULT_REGION)};
	struct span authority, path;

	out.secure = url.scheme.len ? span_is(url.scheme, "https") : settings->secure;
	if (!settings->regionendpoint[0])
		url = url_split(span_of(amazon_host(settings, arena)));
	authority = s3_authority(&url, out.secure);
	path = url.path;
	while (path.len > 0 && path.ptr[path.len - 1] == '/')
		path.len--;
	if (bucket_in_path(settings, out.secure))
		out.base = arena_printf(arena, "%s://%.*s%.*s/%s/", out.secure ? "https" : "http", SPAN_ARG(authority),
					SPAN_ARG(path), settings->bucket);
	else
		out.base = arena_printf(arena, "%s://%s.%.*s%.*s/", out.secure ? "https" : "http", settings->bucket,
					SPAN_ARG(authority), SPAN_ARG(path));
	return out;
}
