/* SPDX-License-Identifier: MIT */
/*
 * What every function of the meta floor needs: the connection, memory for results, where failures go, and who asks.
 *
 * The functions of this floor return structs. The order of a statement's columns is known only beside the statement, in
 * src/meta (tests/meta/banned).
 *
 * Unless its comment says otherwise, each function runs one statement in one round trip. It returns true when the statement was
 * run, whatever it found; false when the error is set: 503 when the database is away, 429 when a lock was not given in time, 500
 * for a fault of the program. What results point to lives as long as the arena. A path is that of a repository.
 */
#ifndef BERTH_META_META_H
#define BERTH_META_META_H

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/who.h"
#include "berth/db/db.h"

struct meta {
	struct db *db;
	struct arena *arena;
	struct error *error;
	const struct who *who; /* whose changes these are */
};

/* Makes a connection that knows the statements of this floor: db_new with statements.def. NULL when memory is out. */
struct db *meta_db_new(const struct db_settings *settings);

/* How a deletion ended that the schema or a look before it may refuse. */
enum meta_deleted {
	META_DELETED,
	META_DELETE_UNKNOWN,   /* there is no such row */
	META_DELETE_REFERENCED /* another row needs it */
};

/* How a change of accounts, tokens, projects, members or the site ended. */
enum meta_change {
	META_CHANGED,
	META_CHANGE_UNKNOWN, /* what is to be changed does not exist */
	META_CHANGE_EXISTS,  /* what is to be added exists already */
	META_CHANGE_REFUSED, /* a CHECK of the schema refuses a value; db_constraint() has its name */
};

/* Names in byte order. They live as long as the arena. */
struct meta_names {
	const struct span *items;
	size_t count;
};

#endif
