/* SPDX-License-Identifier: MIT */
/* A store to try things on, with one upload under way, sources that break, and a sink that remembers. */
#ifndef BERTH_TESTS_STORE_LAB_H
#define BERTH_TESTS_STORE_LAB_H

#include "berth/store/fs.h"
#include "berth/store/mem.h"

struct lab {
	struct store *store;
	char root[64]; /* of the filesystem driver; "" for others */
	struct arena arena;
	struct error error;
	struct store_upload upload;
	struct hasher hasher;
};

struct lab lab_fs(void);
struct lab lab_mem(void);

/* Closes the store and removes its tree. */
void lab_close(struct lab *lab);

/* A new upload, nothing in it yet. */
void lab_begin(struct lab *lab);

/* Appends from a stream that comes in pieces of `piece` bytes; what failed is in lab->error, which is unset before. */
bool lab_stream(struct lab *lab, struct span bytes, size_t piece);

/* The same from a stream that breaks off after these bytes. */
bool lab_stream_broken(struct lab *lab, struct span bytes);

/* Appends the file `path` that the web server is supposed to have spooled. */
bool lab_spooled(struct lab *lab, const char *path);

/* Finishes the upload as the digest that its hasher has now; the hasher goes on. */
bool lab_finish(struct lab *lab, struct digest *digest);

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
