/* SPDX-License-Identifier: MIT */
/* distribution's `silly`: any Authorization header will do. It shows clients how to ask and keeps nobody out. */
#ifndef BERTH_AUTH_SILLY_H
#define BERTH_AUTH_SILLY_H

#include "berth/auth/auth.h"

/* Both texts are borrowed. NULL when memory is out. */
struct auth *silly_new(const char *realm, const char *service);

#endif
