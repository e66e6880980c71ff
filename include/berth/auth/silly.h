/* SPDX-License-Identifier: MIT */
/* The scheme `auth.silly` of distribution: a request with any Authorization header may do everything. For tests of clients. */
#ifndef BERTH_AUTH_SILLY_H
#define BERTH_AUTH_SILLY_H

#include "berth/auth/auth.h"

/* Makes the scheme. Both texts are borrowed. Returns NULL when memory is out. */
struct auth *silly_new(const char *realm, const char *service);

#endif
