/* SPDX-License-Identifier: MIT */
/* What every use case leaves behind in the same way. */
#include "berth/core/core.h"

void core_tidy(const struct core *core)
{
	db_tidy(core->db);
}
