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

#include "../service/credential_priv.h"
#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/http/client.h"
#include "berth/settings/azure.h"

struct azure_source;

/* Strings live in the arena of azure_identity_new. */
struct azure_identity {
	struct credential credential; /* when a token is fetched */
	struct secret token;          /* valid while the credential holds */
	struct http_client *client;
	const struct azure_source *source;
	const char *authority; /* URL without a slash at its end */
	const char *tenant;
	const char *client_id;
	struct secret secret;  /* the application's, or App Service's header */
	const char *assertion; /* file of the federated token */
	const char *endpoint;  /* of a managed identity */
};

/* The value of a variable, NULL when it is not set: getenv, or a test's. */
typedef const char *azure_variable_fn(const char *name);

/*
 * Makes an identity in `arena`, which outlives it, as the client does. NULL with one line in `reason`. No token is fetched yet:
 * credential_have does that. The owner calls credential_release.
 */
struct azure_identity *azure_identity_new(const struct azure_settings *settings, azure_variable_fn *variable,
					  struct http_client *client, struct arena *arena, char *reason, size_t size);

#endif
