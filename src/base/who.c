/* SPDX-License-Identifier: MIT */
/* The actor that is no client. */
#include "berth/base/who.h"

const struct who who_system = {WHO_SYSTEM, "system", "", "", ""};
