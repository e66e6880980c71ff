/* SPDX-License-Identifier: MIT */
/*
 * Room on the disk for request bodies that are on their way: a ledger in memory that all workers of a pool share.
 *
 * A body reserves its announced length before its first byte: of uploads that begin together, only as many pass as have room.
 * A body of unknown length reserves ROOM_UNKNOWN, or a sixteenth of the room that is left. berth/store/spool_bounds.h bounds
 * the bytes beyond that. The reservation ends when the request itself comes to a worker, because its bytes are on the disk
 * then. It also ends when the client's connection or the worker's process is gone, and after ROOM_LIFE.
 *
 * A project is the first part of a repository's path. Each project reserves at most its share of the whole.
 */
#ifndef BERTH_CORE_ROOM_H
#define BERTH_CORE_ROOM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "berth/base/error.h"
#include "berth/base/span.h"
#include "berth/store/spool_bounds.h"

#define ROOM_SLOTS 1024                   /* bodies on their way at once */
#define ROOM_UNKNOWN ((uint64_t)64 << 20) /* bytes; layers of most images are smaller */
#define ROOM_LIFE 3600                    /* seconds */
#define ROOM_STEP ((uint64_t)16 << 20)    /* bytes after which a streamed body is judged again */

struct room_slot {
	_Atomic uint64_t bytes; /* 0: free */
	_Atomic uint64_t ticket;
	_Atomic uint64_t project; /* a hash */
	_Atomic int64_t since;    /* seconds, monotonic; 0: just being made */
	_Atomic uint32_t ports;   /* of the client's connection: ours << 16 | the client's; 0: unknown */
	_Atomic pid_t pid;        /* the worker that streams the body; 0: the web server has it */
};

/* Zeroed memory is an empty ledger. */
struct room_ledger {
	_Atomic uint64_t tickets;
	struct room_slot slots[ROOM_SLOTS];
};

struct room {
	struct room_ledger *ledger;
	struct spool_bounds bounds;
	unsigned share; /* percent of the whole that one project may reserve */
	bool streams;   /* bodies that workers stream stay on this disk, as those that the web server spools do */
};

/* A body that is about to come. */
struct room_wish {
	struct span repository;
	bool has_length;
	uint64_t length;
	uint32_t ports; /* as in struct room_slot */
	bool streamed;  /* this process will write the bytes */
};

/* Reserves. E_STORAGE_FULL when there is no room; *ticket is for room_return. `room` NULL: no bound, ticket 0. */
bool room_take(const struct room *room, const struct room_wish *wish, uint64_t *ticket, struct error *error);

/* Ends the reservation. A ticket that is unknown, or 0, is no error. */
void room_return(const struct room *room, uint64_t ticket);

/* While bytes are written without the web server: E_STORAGE_FULL when the bounds are reached. */
bool room_judge(const struct room *room, struct error *error);

/* Bytes that are reserved, by all. */
uint64_t room_reserved(const struct room *room);

#endif
