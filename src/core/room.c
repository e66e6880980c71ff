/* SPDX-License-Identifier: MIT */
/* The ledger of bodies that are on their way. */
#include "berth/core/room.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "berth/base/clock.h"
#include "berth/base/log.h"

#define TCP_ESTABLISHED 0x01
#define TOLD_EVERY 60 /* seconds between two lines in the log */

static int64_t now(void)
{
	return clock_s() + 1; /* never 0 */
}

/* FNV-1a of the path's first part. */
static uint64_t project_of(struct span path)
{
	uint64_t hash = 14695981039346656037U;

	for (size_t i = 0; i < path.len && path.ptr[i] != '/'; i++)
		hash = (hash ^ (unsigned char)path.ptr[i]) * 1099511628211U;
	return hash;
}

static uint64_t room_add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

struct sums {
	uint64_t all, project;
};

static struct sums sum(const struct room_ledger *ledger, uint64_t project)
{
	struct sums sums = {0, 0};

	for (size_t i = 0; i < ROOM_SLOTS; i++) {
		uint64_t bytes = atomic_load(&ledger->slots[i].bytes);

		sums.all = room_add(sums.all, bytes);
		if (bytes && atomic_load(&ledger->slots[i].project) == project)
			sums.project = room_add(sums.project, bytes);
	}
	return sums;
}

uint64_t room_reserved(const struct room *room)
{
	return sum(room->ledger, 0).all;
}

/* ---- what nobody will return ---- */

static void clear(struct room_slot *slot)
{
	atomic_store(&slot->ticket, 0);
	atomic_store(&slot->since, 0);
	atomic_store(&slot->ports, 0);
	atomic_store(&slot->pid, 0);
	atomic_store(&slot->bytes, 0); /* last: from here on the slot is another's */
}

/* The hexadecimal number behind the next colon of a line of /proc/net/tcp: an address stands in front of each port. */
static unsigned long next_port(char **at)
{
	char *colon = strchr(*at, ':');

	return colon ? strtoul(colon + 1, at, 16) : 0;
}

/* "  sl: address:port address:port state ...", ours first (proc(5)). */
static bool read_connection(char *line, uint32_t *ports)
{
	char *at = strchr(line, ':');
	unsigned long ours, theirs;

	if (!at)
		return false;
	at++;
	ours = next_port(&at);
	theirs = next_port(&at);
	*ports = (uint32_t)(ours << 16 | theirs);
	return ours && theirs && strtoul(at, NULL, 16) == TCP_ESTABLISHED;
}

static void mark_open(const struct room_ledger *ledger, const char *path, bool open[static ROOM_SLOTS])
{
	FILE *table = fopen(path, "re");
	uint32_t ports;
	char line[512];

	while (table && fgets(line, sizeof line, table))
		if (read_connection(line, &ports))
			for (size_t i = 0; i < ROOM_SLOTS; i++)
				open[i] = open[i] || atomic_load(&ledger->slots[i].ports) == ports;
	if (table)
		fclose(table);
}

static bool is_gone(const struct room_slot *slot, bool open, bool may_look)
{
	int64_t since = atomic_load(&slot->since);
	pid_t pid = atomic_load(&slot->pid);

	if (!atomic_load(&slot->bytes) || since == 0)
		return false;
	if (pid && kill(pid, 0) < 0 && errno == ESRCH)
		return true;
	return now() - since >= ROOM_LIFE || (may_look && atomic_load(&slot->ports) && !open);
}

/* Connections are believed gone only where the one at hand, slot `ours`, is seen: workers may live in another network. */
static void sweep(struct room_ledger *ledger, size_t ours)
{
	bool open[ROOM_SLOTS] = {false};

	mark_open(ledger, "/proc/net/tcp", open);
	mark_open(ledger, "/proc/net/tcp6", open);
	for (size_t i = 0; i < ROOM_SLOTS; i++)
		if (i != ours && is_gone(&ledger->slots[i], open[i], open[ours]))
			clear(&ledger->slots[i]);
}

/* ---- taking and returning ---- */

static struct room_slot *claim(struct room_ledger *ledger, uint64_t bytes)
{
	for (size_t i = 0; i < ROOM_SLOTS; i++) {
		uint64_t free = 0;

		if (atomic_compare_exchange_strong(&ledger->slots[i].bytes, &free, bytes))
			return &ledger->slots[i];
	}
	return NULL;
}

static void room_fill(struct room_ledger *ledger, struct room_slot *slot, const struct room_wish *wish)
{
	uint64_t serial = atomic_fetch_add(&ledger->tickets, 1) + 1;

	atomic_store(&slot->project, project_of(wish->repository));
	atomic_store(&slot->ports, wish->ports);
	atomic_store(&slot->pid, wish->streamed ? getpid() : 0);
	atomic_store(&slot->ticket, serial * ROOM_SLOTS + (uint64_t)(slot - ledger->slots));
	atomic_store(&slot->since, now());
}

/* The slot's own bytes are among the sums: of two that come together, one at least sees the other. */
static bool room_fits(const struct room *room, const struct room_slot *slot)
{
	struct sums sums = sum(room->ledger, atomic_load(&slot->project));
	uint64_t left = spool_left(&room->bounds);

	if (left == UINT64_MAX)
		return true;
	return left > 0 && sums.all <= left && sums.project <= left / 100 * room->share + left % 100 * room->share / 100;
}

static bool room_refuse(struct error *error)
{
	static int64_t told;

	if (!told || now() - told >= TOLD_EVERY) {
		log_warn("spool: an upload was refused: spool.maxsize, spool.reserve or spool.share is reached");
		told = now();
	}
	return error_setf(error, E_STORAGE_FULL, "no room for this upload now");
}

static uint64_t bytes_of(const struct room *room, const struct room_wish *wish)
{
	uint64_t part;

	if (wish->has_length)
		return wish->length;
	part = spool_left(&room->bounds) / 16 + 1;
	return part < ROOM_UNKNOWN ? part : ROOM_UNKNOWN;
}

bool room_take(const struct room *room, const struct room_wish *wish, uint64_t *ticket, struct error *error)
{
	struct room_slot *slot;
	uint64_t bytes;

	*ticket = 0;
	if (!room || (wish->streamed && !room->streams))
		return true;
	bytes = bytes_of(room, wish);
	if (bytes == 0)
		return true;
	slot = claim(room->ledger, bytes);
	if (!slot) {
		sweep(room->ledger, 0);
		return room_refuse(error);
	}
	room_fill(room->ledger, slot, wish);
	if (!room_fits(room, slot)) {
		sweep(room->ledger, (size_t)(slot - room->ledger->slots));
		if (!room_fits(room, slot)) {
			clear(slot);
			return room_refuse(error);
		}
	}
	*ticket = atomic_load(&slot->ticket);
	return true;
}

void room_return(const struct room *room, uint64_t ticket)
{
	struct room_slot *slot;

	if (!room || !ticket)
		return;
	slot = &room->ledger->slots[ticket % ROOM_SLOTS];
	if (atomic_compare_exchange_strong(&slot->ticket, &ticket, 0))
		clear(slot);
}

bool room_judge(const struct room *room, struct error *error)
{
	return !room || !room->streams || spool_left(&room->bounds) > 0 || room_refuse(error);
}
