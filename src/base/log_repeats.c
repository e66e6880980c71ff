/* SPDX-License-Identifier: MIT */
/* A table of counts in shared memory: by text and peer, by kind and peer, by kind. */
#include "berth/base/log_repeats.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "berth/base/clock.h"
#include "berth/base/shared.h"

#define SETS 256
#define KIND_SETS 64 /* there are some hundred format strings */
#define WAYS 4
#define TEXT_MAX 256

/* The count of one kind of repetition. A free entry is all zero. */
struct entry {
	_Atomic uint64_t key;
	_Atomic int64_t since;    /* seconds of the monotonic clock when the period began */
	_Atomic uint32_t most;    /* lines in a period */
	_Atomic uint32_t lines;   /* written in the period */
	_Atomic uint32_t counted; /* not written in the period */
	char text[TEXT_MAX];
};

/* Three tables, so that entries of one sort do not push out those of another. */
struct table {
	struct entry texts[SETS][WAYS]; /* by peer and text */
	struct entry peers[SETS][WAYS]; /* by peer and kind */
	struct entry kinds[KIND_SETS][WAYS];
	_Atomic uint32_t lost; /* counts of entries that were replaced */
	_Atomic int64_t lost_since;
};

static struct table *table;

void log_repeats_share(void)
{
	if (!table)
		table = shared_new(sizeof *table);
}

/* FNV-1a of both texts. A peer can make the hashes of two lines equal, and then one of them is counted, not written. */
static uint64_t repeats_key_of(const char *a, const char *b)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (const char *parts[] = {a, b}, **part = parts; part < parts + 2; part++)
		for (const char *c = *part;; c++) {
			hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
			if (!*c)
				break;
		}
	return hash ? hash : 1;
}

/* The entry of the key in its set. If there is none, the oldest one becomes it. */
static struct entry *entry_of(struct entry *set, uint64_t key, uint32_t most, const char *text, int64_t now)
{
	struct entry *oldest = set;

	for (size_t i = 0; i < WAYS; i++)
		if (atomic_load(&set[i].key) == key)
			return &set[i];
	for (size_t i = 1; i < WAYS; i++)
		if (atomic_load(&set[i].since) < atomic_load(&oldest->since))
			oldest = &set[i];
	atomic_store(&oldest->key, key);
	atomic_store(&oldest->most, most);
	atomic_store(&oldest->lines, 0);
	atomic_fetch_add(&table->lost, atomic_exchange(&oldest->counted, 0));
	atomic_store(&oldest->since, now);
	(void)snprintf(oldest->text, sizeof oldest->text, "%s", text);
	return oldest;
}

static bool repeats_has_room(struct entry *entry)
{
	if (atomic_fetch_add(&entry->lines, 1) < atomic_load(&entry->most))
		return true;
	atomic_fetch_sub(&entry->lines, 1);
	atomic_fetch_add(&entry->counted, 1);
	return false;
}

/* Returns whether one more line of this kind may be written, for the peer and for all peers together. */
static bool repeats_kind_has_room(const char *peer, const char *kind, const char *text, int64_t now)
{
	uint64_t of_peer = repeats_key_of(peer, kind), of_all = repeats_key_of("", kind);
	char about[TEXT_MAX];

	(void)snprintf(about, sizeof about, "lines like \"%.*s\" from %s", TEXT_MAX / 2, text,
		       *peer ? peer : "an unknown address");
	if (!repeats_has_room(entry_of(table->peers[of_peer % SETS], of_peer, LOG_REPEATS_TEXTS, about, now)))
		return false;
	(void)snprintf(about, sizeof about, "lines like \"%.*s\"", TEXT_MAX / 2, text);
	return repeats_has_room(entry_of(table->kinds[of_all % KIND_SETS], of_all, LOG_REPEATS_LINES, about, now));
}

bool log_repeats_first(const char *peer, const char *kind, const char *text)
{
	int64_t now = clock_coarse_s();
	struct entry *line;
	uint64_t key;

	if (!table)
		return true;
	key = repeats_key_of(peer, text);
	line = entry_of(table->texts[key % SETS], key, 1, text, now);
	if (!repeats_has_room(line))
		return false;
	if (repeats_kind_has_room(peer, kind, text, now))
		return true;
	atomic_store(&line->key, 0); /* the line is not written, so its repetitions are counted with its kind */
	return false;
}

static void flush(struct entry *entry, int64_t now, log_repeats_fn *write)
{
	int64_t since = atomic_exchange(&entry->since, now);
	uint32_t counted = atomic_exchange(&entry->counted, 0);
	char text[TEXT_MAX];

	if (counted == 0) {
		atomic_store(&entry->key, 0);
		atomic_store(&entry->since, 0);
		return;
	}
	memcpy(text, entry->text, sizeof text); /* another process may replace the text meanwhile */
	text[sizeof text - 1] = '\0';
	write(counted, now > since ? (unsigned)(now - since) : 1, text);
	if (atomic_load(&entry->most) > 1)
		atomic_store(&entry->lines, 0); /* a kind may write lines again; a text is only counted on */
}

static void flush_all(struct entry *entries, size_t count, bool all, log_repeats_fn *write)
{
	int64_t now = clock_coarse_s();

	for (struct entry *entry = entries; entry < entries + count; entry++)
		if (atomic_load(&entry->key) && (all || now - atomic_load(&entry->since) >= LOG_REPEATS_SECONDS))
			flush(entry, now, write);
}

void log_repeats_flush(bool all, log_repeats_fn *write)
{
	int64_t now = clock_coarse_s();
	uint32_t lost;

	if (!table)
		return;
	flush_all(table->texts[0], (size_t)SETS * WAYS, all, write);
	flush_all(table->peers[0], (size_t)SETS * WAYS, all, write);
	flush_all(table->kinds[0], (size_t)KIND_SETS * WAYS, all, write);
	lost = all || now - atomic_load(&table->lost_since) >= LOG_REPEATS_SECONDS ? atomic_exchange(&table->lost, 0) : 0;
	if (lost == 0)
		return;
	atomic_store(&table->lost_since, now);
	write(lost, LOG_REPEATS_SECONDS, "lines of more kinds and peers than are told apart");
}
