/* SPDX-License-Identifier: MIT */
/* Addresses of remote peers. */
#ifndef BERTH_BASE_ADDRESS_H
#define BERTH_BASE_ADDRESS_H

#include "berth/base/arena.h"

/*
 * Returns the address by which a peer is counted, in `arena`: IPv4 as it is (also when IPv6 carries it), IPv6 as the
 * network of 64 bits that one customer gets ("2001:db8::/64"). "" for any other text and for NULL.
 */
const char *address_source(struct arena *arena, const char *text);

#endif
