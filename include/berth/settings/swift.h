/* SPDX-License-Identifier: MIT */
/*
 * The settings of the driver swift. The configuration fills this struct from storage.swift, and the service
 * (berth/store/swift.h) reads it. A member has the name of its key; src/config/settings.def has defaults, ranges and help.
 *
 * A text is never NULL; an unset text is "". Sizes are bytes.
 */
#ifndef BERTH_SETTINGS_SWIFT_H
#define BERTH_SETTINGS_SWIFT_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/secret.h"
#include "berth/base/text_list.h"

struct swift_settings {
	const char *username; /* username, password, authurl and container are always set */
	struct secret password;
	const char *authurl; /* an http(s) URL */
	const char *container;
	const char *tenant;
	const char *tenantid;
	const char *domain; /* of the user; so is the next */
	const char *domainid;
	const char *tenantdomain;
	const char *tenantdomainid;
	const char *trustid;
	const char *region;       /* "": the first of the catalogue */
	int64_t authversion;      /* 1, 2, 3; 0: as authurl tells */
	const char *endpointtype; /* public (also ""), internal, admin */
	const char *prefix;       /* in front of all names */
	bool insecureskipverify;
	int64_t chunksize;        /* of a segment */
	struct secret secretkey;  /* of temporary URLs; unset: the container's key, or a new one */
	const char *accesskey;    /* not "": signatures are `tenantid:accesskey:signature` (HP Helion) */
	bool tempurlcontainerkey; /* counts where the cluster does not show /info; so does the next */
	struct text_list tempurlmethods;
};

#endif
