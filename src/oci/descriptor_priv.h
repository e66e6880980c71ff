/* SPDX-License-Identifier: MIT */
/* Descriptors within a manifest (OCI image-spec, "Content Descriptors"). */
#ifndef BERTH_OCI_DESCRIPTOR_PRIV_H
#define BERTH_OCI_DESCRIPTOR_PRIV_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/json_read.h"
#include "berth/oci/descriptor.h"
#include "field_priv.h"

/* Reads `value`, which may be of any kind. */
bool descriptor_read(struct descriptor *out, struct arena *arena, const struct place *place, const struct json *value,
		     struct error *error);

#endif
