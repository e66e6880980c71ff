/* SPDX-License-Identifier: MIT */
/*
 * Listings that come in pages. Each page has memory of its own, so that a listing may be longer than what a request may hold.
 */
#ifndef BERTH_STORE_SERVICE_PAGES_PRIV_H
#define BERTH_STORE_SERVICE_PAGES_PRIV_H

#include "berth/base/arena.h"
#include "berth/base/error.h"

#define PAGE_MARKER_MAX 4096 /* with NUL: a key of 1 KiB, or a service's token */

/* Where a page begins, as the service says it, not encoded. Some services need two texts. "" each: at the beginning. */
struct page_marker {
	const char *first;
	const char *second;
};

/*
 * Reads the page that begins at `from` in memory of `page`, which is gone afterwards. *next is where the next page begins; NULL
 * in *next's `first`: there is no next page, or the visitor wants no more. False: the error is set.
 */
typedef bool page_fn(void *listing, const struct page_marker *from, struct page_marker *next, struct arena *page,
		     struct error *error);

/*
 * Reads page after page, the first of which begins at the text `from` ("": at the beginning). False: the error is set, by
 * `read` or because one page needs more memory than it may have.
 */
bool pages_read(page_fn *read, void *listing, const char *from, struct arena *arena, struct error *error);

#endif
