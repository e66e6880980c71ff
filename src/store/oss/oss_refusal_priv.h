/* SPDX-License-Identifier: MIT */
/* The error codes of OSS. Its error documents are those of S3. */
#ifndef BERTH_STORE_OSS_REFUSAL_PRIV_H
#define BERTH_STORE_OSS_REFUSAL_PRIV_H

#include "../service/refusal_priv.h"

extern const struct refusal_table oss_refusals;

#endif
