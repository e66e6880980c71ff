/* SPDX-License-Identifier: MIT */
/* One worker's services, and the parts of opening them that stand in files of their own. */
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
	struct room room;          /* of the registry */
	struct locators *locators; /* of the registry */
	struct issuer issuer;      /* of the token service */
};

/* Opens the configured authentication scheme as app->auth; NULL when there is none. False with one line in `reason`. */
bool app_open_auth(struct app *app, char *reason, size_t size);

/* Fills app->issuer, with the key to sign with. False with one line in `reason`. */
bool app_open_issuer(struct app *app, char *reason, size_t size);

#endif
