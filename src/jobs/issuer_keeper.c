/* SPDX-License-Identifier: MIT */
/* What time has made worthless goes. */
#include "berth/jobs/issuer_keeper.h"

#include "berth/base/log.h"
#include "berth/base/pause.h"
#include "berth/issuer/purge.h"

#define INTERVAL_S 3600

void issuer_keeper_run(const struct issuer *issuer, bool (*stopping)(void))
{
	int left = 0;

	while (!stopping()) {
		if (left-- == 0) {
			if (!issuer_purge(issuer))
				log_warn("token service: expired rows were not removed, tried again in %d s", INTERVAL_S);
			left = INTERVAL_S;
		}
		pause_ms(1000);
	}
}
