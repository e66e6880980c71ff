/* SPDX-License-Identifier: MIT */
/* What may be pushed: `validation` and `policy` of the configuration. */
#ifndef BERTH_CORE_MANIFEST_POLICY_H
#define BERTH_CORE_MANIFEST_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/oci/manifest.h"

enum policy_children { POLICY_CHILDREN_ALL, POLICY_CHILDREN_NONE, POLICY_CHILDREN_LISTED };

struct policy_platform {
	const char *architecture;
	const char *os;
};

struct manifest_policy_settings {
	bool validation_disabled; /* no check of URLs, of an index's children, of sizes */
	bool sizes_lenient;       /* no check of sizes */
	const char *const *urls_allow;
	size_t urls_allow_count;
	const char *const *urls_deny;
	size_t urls_deny_count;
	enum policy_children children; /* which children of an index must exist */
	const struct policy_platform *platforms;
	size_t platform_count;
	const char *const *classes; /* "image", "plugin"; none: all */
	size_t class_count;
	int64_t reference_limit; /* 0: none */
	uint64_t payload_limit;  /* 0: none */
};

struct manifest_policy;

/*
 * Makes a policy, with the patterns compiled; the settings are borrowed for its life. NULL, with one line in `reason`, for a pattern
 * that does not compile or when memory is out. manifest_policy_free takes NULL.
 */
struct manifest_policy *manifest_policy_new(const struct manifest_policy_settings *settings, char *reason, size_t size);
void manifest_policy_free(struct manifest_policy *policy);

/*
 * Checks class, number of references, size and foreign URLs: E_DENIED, E_MANIFEST_REFERENCE_LIMIT, E_MANIFEST_SIZE_LIMIT,
 * E_MANIFEST_INVALID.
 */
bool manifest_policy_check(const struct manifest_policy *policy, const struct manifest *manifest, size_t payload_size,
			   struct error *error);

/* Tells whether the repository must have this entry of an index. */
bool manifest_policy_needs_child(const struct manifest_policy *policy, const struct descriptor *child);

/* Tells whether the repository must have this layer. It need not have a layer with URLs, which clients fetch from there. */
bool manifest_policy_needs_layer(const struct descriptor *layer);

/* Tells whether the size of a descriptor must be that of its blob or manifest. */
bool manifest_policy_checks_sizes(const struct manifest_policy *policy);

#endif
