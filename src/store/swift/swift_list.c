/* SPDX-License-Identifier: MIT */
/* Lists of the container, page by page. */
#include "swift_list_priv.h"

#include "../service/pages_priv.h"
#include "berth/base/percent.h"
#include "berth/base/timetext.h"

struct entries {
	struct swift *swift;
	const char *prefix; /* encoded */
	swift_entry_fn *visit;
	void *context;
};

/* Visits one page. *last is the name behind which the next page begins; NULL: there is none, or the visitor wants none. */
static bool swift_visit(const struct entries *entries, const struct http_exchange *answer, const char **last,
			struct arena *page, struct error *error)
{
	const struct json *list = json_read(page, answer->answer, NULL);
	int64_t now, then;
	bool more = true;

	if (!list)
		return service_failed(answer, "no listing", error);
	if (!timetext_parse(&now, http_exchange_header(answer, "Date")))
		now = http_client_now();
	for (const struct json *entry = json_first(list); entry && more; entry = entry->next) {
		const char *name = swift_text(entry, "name");

		if (!name[0])
			return service_failed(answer, "a listing with an empty name", error);
		if (!timetext_parse(&then, span_of(swift_text(entry, "last_modified"))))
			then = now;
		more = entries->visit(entries->context, name, swift_number(entry, "bytes", 0), now - then);
		*last = more ? name : NULL;
	}
	return true;
}

static bool read_entries(void *context, const struct page_marker *from, struct page_marker *next, struct arena *page,
			 struct error *error)
{
	const struct entries *entries = context;
	struct swift *swift = entries->swift;
	const char *query = arena_printf(page, "format=json&limit=%llu&prefix=%s&marker=%s",
					 (unsigned long long)swift->powers.page, entries->prefix,
					 percent_encode(page, span_of(from->first), ""));
	struct http_exchange exchange = swift_exchange(swift, "GET", "", query, page);

	if (!service_run(&exchange, page, error))
		return false;
	if (exchange.status == 204)
		return true;
	return service_fine(&exchange) ? swift_visit(entries, &exchange, &next->first, page, error)
				       : service_refused(&exchange, error);
}

bool swift_list(struct swift *swift, const char *prefix, const char *marker, swift_entry_fn *visit, void *context,
		struct arena *arena, struct error *error)
{
	struct entries entries = {swift, percent_encode(arena, span_of(prefix), ""), visit, context};

	return service_ready(&swift->service, arena, error) && pages_read(read_entries, &entries, marker, arena, error);
}
