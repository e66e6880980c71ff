/* SPDX-License-Identifier: MIT */
/* Times as protocols write them. The process keeps the "C" locale, so that names of days and months are English. */
#include "berth/base/timetext.h"

#include <string.h>
#include <time.h>

static struct tm parts_of(int64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm parts = {0};

	(void)gmtime_r(&when, &parts);
	return parts;
}

const char *timetext_http(char out[static TIMETEXT_MAX], int64_t seconds)
{
	struct tm parts = parts_of(seconds);

	(void)strftime(out, TIMETEXT_MAX, "%a, %d %b %Y %H:%M:%S GMT", &parts);
	return out;
}

const char *timetext_basic(char out[static TIMETEXT_MAX], int64_t seconds)
{
	struct tm parts = parts_of(seconds);

	(void)strftime(out, TIMETEXT_MAX, "%Y%m%dT%H%M%SZ", &parts);
	return out;
}

const char *timetext_extended(char out[static TIMETEXT_MAX], int64_t seconds)
{
	struct tm parts = parts_of(seconds);

	(void)strftime(out, TIMETEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &parts);
	return out;
}

/* Returns whether `rest` may follow the seconds of the extended form. */
static bool is_end(const char *rest)
{
	if (*rest == '.') {
		size_t digits = strspn(rest + 1, "0123456789");

		if (digits == 0)
			return false;
		rest += 1 + digits;
	}
	return *rest == '\0' || strcmp(rest, "Z") == 0;
}

bool timetext_parse(int64_t *out, struct span text)
{
	static const char *const forms[] = {"%a, %d %b %Y %H:%M:%S GMT", "%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%S"};
	char copy[48] = "";

	if (text.len >= sizeof copy)
		return false;
	memcpy(copy, text.ptr, text.len);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct tm parts = {0};
		const char *rest = strptime(copy, forms[i], &parts);

		if (rest && (i == 2 ? is_end(rest) : *rest == '\0')) {
			*out = (int64_t)timegm(&parts);
			return true;
		}
	}
	return false;
}
