/* SPDX-License-Identifier: MIT */
/*
 * Bearer tokens for an identity of Microsoft Entra, fetched before they are needed and again before they end.
 *
 * An application's secret comes from the settings. "Default credentials" are the first of these that the environment has,
 * in the order of Microsoft's libraries:
 *     AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET           an application
 *     AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE    workload identity (Kubernetes)
 *     IDENTITY_ENDPOINT, IDENTITY_HEADER                              managed identity of App Service
 *     nothing                                                         managed identity of the machine (IMDS)
 * AZURE_CLIENT_ID picks one of several managed identities; AZURE_AUTHORITY_HOST names another authority than the realm's.
 */
#ifndef BERTH_STORE_AZURE_IDENTITY_PRIV_H
#define BERTH_STORE_AZURE_IDENTITY_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/http/client.h"
#include "berth/settings/azure.h"

struct azure_identity;

/* A variable's value, NULL when it is not set: getenv, or a test's. */
typedef const char *azure_variable_fn(const char *name);

/* In `arena`, which outlives it. NULL with one line in `reason`. Nobody is asked for a token yet. */
struct azure_identity *azure_identity_new(const struct azure_settings *settings, azure_variable_fn *variable,
					  struct arena *arena, char *reason, size_t size);
void azure_identity_release(struct azure_identity *identity);

/* The outcome of a fetch that failed: one line without secrets, and whether it may pass. */
struct azure_token_fault {
	const char *why;
	bool passes;
};

/*
 * A token that holds for a while yet. An old one that still holds is better than none: a failed renewal is then only
 * logged, and tried again half a minute later.
 */
bool azure_identity_token(struct azure_identity *identity, struct http_client *client, struct secret *out,
			  struct azure_token_fault *fault, struct arena *arena);

/* The service refused the token: the next call fetches another one. */
void azure_identity_forget(struct azure_identity *identity);

#endif
