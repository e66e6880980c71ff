/* SPDX-License-Identifier: MIT */
/* From an address to the network that is counted. */
#include "berth/base/address.h"

#include <arpa/inet.h>
#include <string.h>

#define NETWORK_BYTES 8

const char *address_source(struct arena *arena, const char *text)
{
	struct in_addr v4;
	struct in6_addr v6;
	char out[INET6_ADDRSTRLEN];

	if (text && inet_pton(AF_INET, text, &v4) == 1)
		return arena_strdup(arena, text);
	if (!text || inet_pton(AF_INET6, text, &v6) != 1)
		return "";
	if (IN6_IS_ADDR_V4MAPPED(&v6)) {
		memcpy(&v4, &v6.s6_addr[12], sizeof v4);
		return inet_ntop(AF_INET, &v4, out, sizeof out) ? arena_strdup(arena, out) : "";
	}
	memset(&v6.s6_addr[NETWORK_BYTES], 0, sizeof v6.s6_addr - NETWORK_BYTES);
	return inet_ntop(AF_INET6, &v6, out, sizeof out) ? arena_printf(arena, "%s/64", out) : "";
}
