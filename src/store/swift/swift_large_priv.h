/* SPDX-License-Identifier: MIT */
/*
 * Large objects: manifests, their segments, and the notes that keep the segments of an upload (see berth/store/swift.h).
 *
 * Names in the container, below the prefix:
 *     segments/<id, 3 digits>/<its rest>/<number, 16 digits>    a segment, as distribution names them, or
 *     segments/<id, 3 digits>/<its rest>/<number>-<sending>     a segment of a static manifest, whose names are free
 *     segments/unfinished/<key>/<id>                            the note of an upload
 */
#ifndef BERTH_STORE_SWIFT_LARGE_PRIV_H
#define BERTH_STORE_SWIFT_LARGE_PRIV_H

#include "swift_request_priv.h"

enum swift_kind { SWIFT_ABSENT, SWIFT_PLAIN, SWIFT_STATIC, SWIFT_DYNAMIC };

struct swift_large {
	enum swift_kind kind;
	const char *upload;   /* the upload that its segments are of; "": not one of ours */
	const char *copied;   /* the key it was, or was about to be, copied to; "" */
	const char *segments; /* dynamic: container/prefix */
};

object_put_fn swift_put;
object_remove_fn swift_remove;

/* What the key is: asked of every replica, since segments are removed by what it says. */
bool swift_look(struct swift *swift, const char *key, struct swift_large *out, struct arena *arena, struct error *error);

/* Whether `key` is made of the segments of `upload`. */
bool swift_is_made_of(struct swift *swift, const char *key, const char *upload, bool *out, struct arena *arena,
		      struct error *error);

/*
 * Between the ETag and the sending in the tag of a part. A tag without a sending is of a dynamic manifest's segment, where each
 * name below the folder counts.
 */
#define SWIFT_SENDING "."

/* The folder of an upload's segments, without a slash at its end, and one of them. */
const char *swift_segments(const struct swift *swift, const char *upload, struct arena *arena);
const char *swift_segment(const struct swift *swift, const struct object_upload *upload, const struct object_part *part,
			  struct arena *arena);

/* `<prefix>/segments/`. */
const char *swift_segments_root(const struct swift *swift, struct arena *arena);

/* Returns the name of the object that records an unfinished upload to `key`, in `arena`. */
const char *swift_note(const struct swift *swift, const char *key, const char *upload, struct arena *arena);

/* Metadata of a manifest, for a PUT or a POST. */
void swift_set_upload(struct http_exchange *exchange, const char *upload);

/* Sets the metadata that tells to which key a large object was copied. */
void swift_set_copied(const struct swift *swift, struct http_exchange *exchange, const char *target, struct arena *arena);

/* Removes one object as it stands; what is not there is success. */
bool swift_delete(struct swift *swift, const char *key, struct arena *arena, struct error *error);

/* Removes the objects below `folder` (with a slash at its end), but not those of `kept`, which are sorted. */
bool swift_delete_below(struct swift *swift, const char *folder, const char *const *kept, size_t count, struct arena *arena,
			struct error *error);

/* Removes objects by their names, some at once. */
bool swift_delete_named(struct swift *swift, const char *const *names, size_t count, struct arena *arena,
			struct error *error);

/* Whether the object has `size` bytes now; logs and sets the error when not. */
bool swift_has_size(struct swift *swift, const char *key, uint64_t size, struct arena *arena, struct error *error);

#endif
