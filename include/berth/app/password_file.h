/* SPDX-License-Identifier: MIT */
/* A look at the password file of a configuration, before anything is started with it. */
#ifndef BERTH_APP_PASSWORD_FILE_H
#define BERTH_APP_PASSWORD_FILE_H

#include "berth/config/config.h"

/*
 * Reports what is wrong with the file of auth.htpasswd, where the configuration names it. Errors: nobody in the file can sign
 * in, with which the registry does not start. Warnings: the file is missing, cannot be read by this process, or has users who
 * cannot sign in. Reports nothing when the configuration has another scheme.
 */
void app_check_password_file(const struct config *config, struct config_report *report);

#endif
