/* SPDX-License-Identifier: MIT */
/* A store to try things on, with one upload under way, sources that break, and a sink that remembers. */
#ifndef BERTH_TESTS_STORE_LAB_H
#define BERTH_TESTS_STORE_LAB_H

#include "berth/store/fs.h"
#include "mem.h"
#include "fake_service.h"

struct lab {
	struct store *store;
	char root[64];             /* of the filesystem driver, and the spool of the object engine; "" for others */
	bool is_fs;                /* the filesystem driver */
	bool keeps_tails;          /* the object engine, with parts so large that a few bytes stay in the session's row */
	struct fake_service *fake; /* below the object engine; NULL for others */
	struct arena arena;
	struct error error;
	struct store_upload upload;
	struct hasher hasher;
};

/* The drivers that the behaviours of test_drivers.c run on: main.c says which. */
extern struct lab (*const lab_drivers[])(void);
extern const size_t lab_driver_count;

struct lab lab_fs(void);
struct lab lab_mem(void);

/* The object engine over any service, below a prefix of the bucket. */
struct lab lab_service(struct object_service *service, const char *prefix);

/* The object engine over an object service in memory, with a prefix "pre/fix/": by default bytes below 5 MiB are a tail. */
struct lab lab_object(const struct object_limits *limits);
struct lab lab_object_tails(void);
struct lab lab_object_parts(void); /* in which few bytes are parts already */

/* Closes the store and removes its tree. */
void lab_close(struct lab *lab);

/* A new upload, nothing in it yet. */
void lab_begin(struct lab *lab);

/* Appends from a stream that comes in pieces of `piece` bytes; what failed is in lab->error, which is unset before. */
bool lab_stream(struct lab *lab, struct span bytes, size_t piece);

/* Appends as another request would that still has the session as it was then; the lab's upload does not change. */
bool lab_stream_as(struct lab *lab, struct store_upload upload, struct hasher hasher, struct span bytes);

/* The same from a stream that breaks off after these bytes. */
bool lab_stream_broken(struct lab *lab, struct span bytes);

/* The same as a whole blob, as far as the request could tell. */
bool lab_whole(struct lab *lab, struct span bytes);

/* Cancels the upload, and forgets its state as the session's row does. */
void lab_abort(struct lab *lab);

/* Appends the file `path` that the web server is supposed to have spooled. */
bool lab_spooled(struct lab *lab, const char *path);

/* Finishes the upload as the digest that its hasher has now, and forgets it, as after a COMMIT; the hasher goes on. */
bool lab_finish(struct lab *lab, struct digest *digest);

/* The same up to the COMMIT, which does not come. */
bool lab_finish_uncommitted(struct lab *lab, struct digest *digest);

/* Another request works on the upload from here on: alone, or while an earlier one may still add bytes. */
void lab_reopen(struct lab *lab);
bool lab_take_over(struct lab *lab);

/* A blob in the store, by a whole upload. */
struct digest lab_blob(struct lab *lab, struct span bytes);

/* The digest that bytes have. */
struct digest lab_digest(struct span bytes);

/* Size of the blob, -1 when there is none. */
int64_t lab_size(struct lab *lab, const struct digest *digest);

/* Fails the test unless the blob is exactly these bytes. */
void lab_holds(struct lab *lab, const struct digest *digest, struct span bytes);

/* root/relative, in a buffer that the next call reuses; and a file there, with its folders. */
const char *lab_path(const struct lab *lab, const char *relative);
void lab_file(const struct lab *lab, const char *relative, struct span bytes);

#endif
