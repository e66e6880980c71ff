/* SPDX-License-Identifier: MIT */
/* The token service's settings, for commands that administer accounts and tokens. */
#ifndef BERTH_APP_TOKEN_H
#define BERTH_APP_TOKEN_H

#include "berth/config/config.h"
#include "berth/issuer/issuer.h"

/* Returns the settings of the configuration's token_service section, without a key to sign with. */
struct issuer_settings app_issuer_settings(const struct config *config);

#endif
