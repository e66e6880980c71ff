/* SPDX-License-Identifier: MIT */
/*
 * A self-test of a store: does with blobs of its own what the registry does with a client's. `berth check-storage` prints the
 * results, the start of the workers takes the first step.
 *
 *     reach    the store answers, and its blobs can be listed; changes nothing
 *     write    a small blob from a stream: on an object store one PUT
 *     read     a range of the blob
 *     parts    a larger blob in one request: on an object store an upload in parts. Another one is aborted.
 *     copy     a chunk of a session, from a file in the spool folder: the filesystem links it, an object store copies
 *     sign     the URL by which a client gets the small blob
 *     fetch    a GET of this URL
 *     list     the blobs can be listed, and there is one
 *     remove   removes all blobs and uploads of the self-test, also after a failure
 *
 * The blobs are random, so that no row names them and no other self-test has the same. A self-test that is killed leaves at most
 * three small blobs, and uploads that the sweep removes.
 */
#ifndef BERTH_STORE_SELFTEST_H
#define BERTH_STORE_SELFTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/store/store.h"

enum selftest_outcome { SELFTEST_OK, SELFTEST_SKIPPED, SELFTEST_FAILED };

struct selftest_result {
	const char *step;
	enum selftest_outcome outcome;
	int64_t microseconds; /* 0 when skipped */
	char why[1024];       /* a line for a step that failed or was skipped; "" for the others */
};

#define SELFTEST_STEPS 9

/*
 * Takes all steps, in order, and fills `results` in the same order. `spool` is the spool folder, absolute. Errors and warnings of the
 * log are in `why` and not in the log. Returns false when a step failed. Memory is from `arena`, which is cleared before the store
 * is closed.
 */
bool selftest_run(struct store *store, const char *spool, struct selftest_result results[static SELFTEST_STEPS],
		  struct arena *arena);

/* Takes the first step alone. Returns false when it fails: the error is set, and the reason is in the log. */
bool selftest_reach(struct store *store, struct arena *arena, struct error *error);

#endif
