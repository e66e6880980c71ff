/* SPDX-License-Identifier: MIT */
/* An object service in memory, whose calls can be made to fail: before they do anything, or after they have done it. */
#ifndef BERTH_TESTS_STORE_FAKE_SERVICE_H
#define BERTH_TESTS_STORE_FAKE_SERVICE_H

#include "berth/store/object.h"

struct fake_object;
struct fake_upload;

struct fake_service {
	struct object_service service;
	struct fake_object *objects;
	struct fake_upload *uploads;
	unsigned next_id;
	unsigned calls;   /* since fake_reset */
	unsigned fail_at; /* the call of this number fails; 0: none */
	bool fail_after;  /* having done its work */
	bool failed;      /* it has */
	bool mute;        /* objects that are put or completed are not there: a service that lies */
	bool cannot_sign;
	const char *locked; /* a key that may not be removed; NULL: none */
	char trace[8192];   /* names of the calls since fake_reset, blanks between */
};

struct fake_service *fake_service_new(const struct object_limits *limits);

void fake_reset(struct fake_service *fake);

/* Objects whose keys begin with `prefix`; unfinished uploads. */
size_t fake_objects(const struct fake_service *fake, const char *prefix);
size_t fake_uploads(const struct fake_service *fake);

#endif
