/* SPDX-License-Identifier: MIT */
/* What the workers of the registry and of the token service share. */
#ifndef BERTH_APP_WORKER_PRIV_H
#define BERTH_APP_WORKER_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/api/api.h"
#include "berth/app/app.h"
#include "berth/core/room.h"
#include "berth/issuer/issuer.h"

struct app_worker {
	struct api api;
	struct db *db;
	struct room room;          /* of the registry */
	struct locators *locators; /* of the registry */
	struct issuer issuer;      /* of the token service */
};

#endif
