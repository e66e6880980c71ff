/* SPDX-License-Identifier: MIT */
/*
 * Changes: all that clients and administrators can see change does so through one of these two functions, in one transaction.
 * (Upload sessions and what signing in counts are no changes: nobody is told of them.)
 *
 * How a feature adds a row to a change, an event or a counter: the body runs the feature's statement with the struct meta that
 * it is given. The row is committed with the change, or not at all. meta->who says whose change it is. What all changes have
 * in common belongs between body and COMMIT, in src/meta/change.c.
 */
#ifndef BERTH_META_CHANGE_H
#define BERTH_META_CHANGE_H

#include <stdbool.h>

#include "berth/meta/meta.h"

/* Runs statements. May be run again from the start, with the error forgotten: it sets its results anew each time. */
typedef bool meta_change_fn(const struct meta *meta, void *context);

/* Changes repositories, manifests, tags, blobs: BEGIN, body, COMMIT. True only after COMMIT was confirmed (db_transaction). */
bool meta_change_run(const struct meta *meta, meta_change_fn *body, void *context);

/* Runs statements, and says in *out how the change ended. */
typedef bool meta_admin_fn(const struct meta *meta, void *context, enum meta_change *out);

/*
 * Changes accounts, tokens, projects, members or the site. The audit, which triggers of the schema write, names meta->who.
 * True: *out says how the change ended; nothing was changed unless it is META_CHANGED. False: the error is set.
 */
bool meta_change_admin(const struct meta *meta, meta_admin_fn *body, void *context, enum meta_change *out);

#endif
