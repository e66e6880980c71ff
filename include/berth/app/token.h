/* SPDX-License-Identifier: MIT */
/* The token service's part of the app: keys and workers; and what commands need of the issuer. */
#ifndef BERTH_APP_TOKEN_H
#define BERTH_APP_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/app/app.h"
#include "berth/issuer/issuer.h"

/* The configuration's token_service section; without a key. */
struct issuer_settings app_issuer_settings(const struct config *config);

/*
 * The service is enabled, has a key to sign with, and the database answers with the schema of this program. Fills
 * app->issuer. False with one line in `reason`.
 */
bool app_token_check(struct app *app, char *reason, size_t size);

/* One that serves api_tokens. `throttle` are borrowed for its life. NULL when memory is out. */
struct app_worker *app_token_worker_new(const struct app *app, const struct throttle *throttle);

#endif
