/* SPDX-License-Identifier: MIT */
/*
 * Signatures of Azure's blob service, computed from values alone: Shared Key for requests, shared access signatures (SAS)
 * for URLs that are given away. Microsoft's "Authorize with Shared Key", "Create a service SAS", "Create a user delegation
 * SAS", in the form of AZURE_VERSION.
 */
#ifndef BERTH_STORE_AZURE_SIGN_PRIV_H
#define BERTH_STORE_AZURE_SIGN_PRIV_H

#include "berth/base/arena.h"
#include "berth/base/secret.h"
#include "berth/http/client.h"

/* Of the service and of our SAS: the first with blocks of 4,000 MiB and encryption scopes in a SAS; every cloud has it. */
#define AZURE_VERSION "2020-12-06"

/* What Shared Key signs of the request: its verb, URL, body's length and fields as they are. */
const char *azure_string_to_sign(const struct http_exchange *exchange, const char *account, struct arena *arena);

/* Base64 of HMAC-SHA256. The key is base64, as accounts' keys are given; NULL when it is not. */
const char *azure_signature(struct secret key, const char *text, struct arena *arena);

/* A key of the service that signs for an identity (Get User Delegation Key); texts as the service sent them. */
struct azure_delegation {
	const char *object;
	const char *tenant;
	const char *start;
	const char *expiry;
	const char *service;
	const char *version;
	struct secret key; /* base64 */
};

/* Read access to one blob until `expiry`. */
struct azure_sas {
	const char *account;
	const char *container;
	const char *blob;     /* its name, not encoded */
	const char *expiry;   /* 2022-03-01T08:17:34Z */
	const char *protocol; /* https or https,http */
	struct secret key;    /* the account's; or */
	const struct azure_delegation *delegation;
};

/* The query of the URL, without the question mark; NULL when the key is not base64. */
const char *azure_sas_query(const struct azure_sas *sas, struct arena *arena);

#endif
