/* SPDX-License-Identifier: MIT */
/* The words of http.tls, which are Go's, in the words of OpenSSL. */
#ifndef BERTH_CLI_TLS_NAMES_PRIV_H
#define BERTH_CLI_TLS_NAMES_PRIV_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/config/config.h"

/*
 * Turns http.tls.ciphersuites into OpenSSL's list; the suites of distribution when `names` is empty. Names of TLS 1.3 suites
 * drop out, since neither side lets them be chosen. False with one line in *reason for an unknown name.
 */
bool tls_ciphers(const char **out, const struct text_list *names, struct arena *arena, const char **reason);

/* Returns 0 .. 3 for http.tls.minimumtls tls1.0 .. tls1.3; 2 for "". */
unsigned tls_minimum(const char *word);

#endif
