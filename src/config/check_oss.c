/* SPDX-License-Identifier: MIT */
/* storage.oss: what must be given, and the forms of bucket, region and end-point. */
#include "check_priv.h"

#include <string.h>

#include "berth/base/url.h"
#include "form_priv.h"
#include "value_priv.h"

void check_oss(struct load *load)
{
	struct oss_settings *oss = &load->config->storage.oss;
	const struct {
		const char *key;
		bool given;
	} needed[] = {
		{"storage.oss.accesskeyid", oss->accesskeyid[0] != '\0'},
		{"storage.oss.accesskeysecret", secret_is_set(oss->accesskeysecret)},
		{"storage.oss.region", oss->region[0] != '\0'},
		{"storage.oss.bucket", oss->bucket[0] != '\0'},
	};

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!needed[i].given)
			load_error(load, needed[i].key, "is missing");
	form_check_name(load, "storage.oss.bucket", oss->bucket, "-");
	form_check_name(load, "storage.oss.region", oss->region, "-");
	form_check_name(load, "storage.oss.accesskeyid", oss->accesskeyid, "._-");
	oss->endpoint = form_without_slash(load, oss->endpoint);
	if (oss->endpoint[0] && !form_is_url(url_split(span_of(oss->endpoint)).scheme.len
						     ? oss->endpoint
						     : arena_printf(load->arena, "http://%s", oss->endpoint)))
		load_error(load, "storage.oss.endpoint", "must be a host or a URL like https://oss.example.com, not %s",
			   value_quote(oss->endpoint, load->arena));
	if (oss->endpoint[0] && oss->internal)
		load_warn(load, "storage.oss.internal", "has no effect: storage.oss.endpoint names the host");
	oss->rootdirectory = form_root(load, oss->rootdirectory);
}
