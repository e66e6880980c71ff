/* SPDX-License-Identifier: MIT */
/* What may be pushed. */
#include "berth/core/manifest_policy.h"

#include <stdlib.h>
#include <string.h>

#include "berth/base/pattern.h"
#include "berth/oci/mediatype.h"

#define PLUGIN_CONFIG "application/vnd.docker.plugin.v1+json"

struct patterns {
	struct pattern **items;
	size_t count;
};

struct manifest_policy {
	const struct manifest_policy_settings *settings;
	struct patterns allow;
	struct patterns deny;
};

static void release(struct patterns *patterns)
{
	for (size_t i = 0; i < patterns->count; i++)
		pattern_free(patterns->items[i]);
	free(patterns->items);
}

static bool compile(struct patterns *out, const char *const *texts, size_t count, char *reason, size_t size)
{
	out->items = calloc(count + 1, sizeof *out->items);
	for (; out->items && out->count < count; out->count++) {
		out->items[out->count] = pattern_new(texts[out->count], reason, size);
		if (!out->items[out->count])
			return false;
	}
	return out->items != NULL;
}

struct manifest_policy *manifest_policy_new(const struct manifest_policy_settings *settings, char *reason, size_t size)
{
	struct manifest_policy *policy = calloc(1, sizeof *policy);

	(void)snprintf(reason, size, "out of memory");
	if (!policy)
		return NULL;
	policy->settings = settings;
	if (compile(&policy->allow, settings->urls_allow, settings->urls_allow_count, reason, size) &&
	    compile(&policy->deny, settings->urls_deny, settings->urls_deny_count, reason, size))
		return policy;
	manifest_policy_free(policy);
	return NULL;
}

void manifest_policy_free(struct manifest_policy *policy)
{
	if (!policy)
		return;
	release(&policy->allow);
	release(&policy->deny);
	free(policy);
}

static bool url_allowed(const struct manifest_policy *policy, const char *url)
{
	bool http = strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;

	return http && !strchr(url, '#') && pattern_any(policy->allow.items, policy->allow.count, span_of(url), false) &&
	       !pattern_any(policy->deny.items, policy->deny.count, span_of(url), true);
}

static bool check_urls(const struct manifest_policy *policy, const struct manifest *manifest, struct error *error)
{
	if (policy->settings->validation_disabled)
		return true;
	for (size_t i = 0; i < manifest->layer_count; i++)
		for (size_t k = 0; k < manifest->layers[i].url_count; k++)
			if (!url_allowed(policy, manifest->layers[i].urls[k]))
				return error_setf(error, E_MANIFEST_INVALID,
						  "layers[%zu].urls[%zu]: not allowed by validation.manifests.urls", i, k);
	return true;
}

static bool check_class(const struct manifest_policy *policy, const struct manifest *manifest, struct error *error)
{
	bool plugin = manifest->config && strcmp(manifest->config->media_type, PLUGIN_CONFIG) == 0;
	const char *class = plugin ? "plugin" : "image";

	if (policy->settings->class_count == 0)
		return true;
	for (size_t i = 0; i < policy->settings->class_count; i++)
		if (strcmp(policy->settings->classes[i], class) == 0)
			return true;
	return error_setf(error, E_DENIED, "registry does not allow %s manifest", class);
}

bool manifest_policy_check(const struct manifest_policy *policy, const struct manifest *manifest, size_t payload_size,
			   struct error *error)
{
	const struct manifest_policy_settings *settings = policy->settings;
	size_t references = manifest->layer_count + manifest->manifest_count + (manifest->config ? 1 : 0);

	if (settings->payload_limit && payload_size > settings->payload_limit)
		return error_setf(error, E_MANIFEST_SIZE_LIMIT, "%zu bytes; validation.manifests.payloadsizelimit is %llu",
				  payload_size, (unsigned long long)settings->payload_limit);
	if (settings->reference_limit && references > (size_t)settings->reference_limit)
		return error_setf(error, E_MANIFEST_REFERENCE_LIMIT,
				  "%zu references; validation.manifests.referencelimit is %lld", references,
				  (long long)settings->reference_limit);
	return check_class(policy, manifest, error) && check_urls(policy, manifest, error);
}

bool manifest_policy_needs_child(const struct manifest_policy *policy, const struct descriptor *child)
{
	const struct manifest_policy_settings *settings = policy->settings;

	if (settings->validation_disabled)
		return false;
	if (settings->children != POLICY_CHILDREN_LISTED)
		return settings->children == POLICY_CHILDREN_ALL;
	for (size_t i = 0; i < settings->platform_count; i++)
		if (child->os && child->architecture && strcmp(settings->platforms[i].os, child->os) == 0 &&
		    strcmp(settings->platforms[i].architecture, child->architecture) == 0)
			return true;
	return false;
}

bool manifest_policy_needs_layer(const struct descriptor *layer)
{
	return layer->url_count == 0;
}

bool manifest_policy_checks_sizes(const struct manifest_policy *policy)
{
	return !policy->settings->validation_disabled && !policy->settings->sizes_lenient;
}
