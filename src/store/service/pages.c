/* SPDX-License-Identifier: MIT */
/* A listing, page by page. */
#include "pages_priv.h"

#include <string.h>

#include "berth/base/log.h"

#define PAGE_MEMORY ((size_t)64 << 20) /* a thousand keys of 1 KiB as XML or JSON, and the tree of them */

struct pages {
	struct arena memory; /* of the page at hand */
	char first[PAGE_MARKER_MAX], second[PAGE_MARKER_MAX];
	bool more;
};

static void page_release(void *memory)
{
	arena_release(memory);
}

/* Keeps a marker where the page's memory does not reach. */
static bool page_keep(char out[static PAGE_MARKER_MAX], const char *text)
{
	size_t len = strlen(text);

	if (len < PAGE_MARKER_MAX)
		memcpy(out, text, len + 1);
	return len < PAGE_MARKER_MAX;
}

static bool read_page(struct pages *pages, page_fn *read, void *listing, struct error *error)
{
	const struct page_marker from = {pages->first, pages->second};
	struct page_marker next = {NULL, NULL};

	if (!read(listing, &from, &next, &pages->memory, error))
		return false;
	pages->more = next.first != NULL;
	if (!pages->more ||
	    (page_keep(pages->first, next.first) && page_keep(pages->second, next.second ? next.second : "")))
		return true;
	log_error("storage: a listing goes on at a name of more than %d bytes", PAGE_MARKER_MAX - 1);
	return error_unavailable(error, 0);
}

static bool read_guarded(struct pages *pages, page_fn *read, void *listing, struct error *error)
{
	bool ok;

	if (setjmp(pages->memory.on_exhausted) == 0) {
		pages->memory.armed = true;
		ok = read_page(pages, read, listing, error);
	} else {
		log_error("storage: one page of a listing needs more than %zu MiB", PAGE_MEMORY >> 20);
		ok = error_unavailable(error, 0);
	}
	pages->memory.armed = false;
	arena_clear(&pages->memory);
	return ok;
}

bool pages_read(page_fn *read, void *listing, const char *from, struct arena *arena, struct error *error)
{
	struct pages *pages = arena_alloc(arena, sizeof *pages);
	bool ok = page_keep(pages->first, from) || error_unavailable(error, 0);

	arena_init(&pages->memory, PAGE_MEMORY);
	arena_defer(arena, page_release, &pages->memory);
	pages->more = true;
	while (ok && pages->more)
		ok = read_guarded(pages, read, listing, error);
	return ok;
}
