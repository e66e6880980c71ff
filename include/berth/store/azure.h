/* SPDX-License-Identifier: MIT */
/*
 * Azure blob storage as an object service: block blobs in one container, in the names that distribution gives them.
 *
 *     service = azure_open(&settings, reason, sizeof reason);
 *     store = store_object_open(service, ...);
 *
 * Parts are blocks, staged and then committed by a list. Blocks that nobody commits are not visible and the service drops
 * them after a week. An account's key or an identity signs URLs of redirects; a SAS given in a connection string cannot,
 * and is never handed on.
 */
#ifndef BERTH_STORE_AZURE_H
#define BERTH_STORE_AZURE_H

#include <stddef.h>

#include "berth/settings/azure.h"
#include "berth/store/object.h"

/* Opens the service; sends nothing yet. Copies what it needs of the settings. NULL with one line in `reason`. */
struct object_service *azure_open(const struct azure_settings *settings, char *reason, size_t size);

#endif
