/* SPDX-License-Identifier: MIT */
/*
 * Documents of multipart uploads, which Amazon S3, Alibaba Cloud OSS and the XML API of Cloud Storage share ("Uploading an object
 * using multipart upload", Amazon S3 User Guide), and the tags of parts.
 */
#ifndef BERTH_STORE_SERVICE_MULTIPART_PRIV_H
#define BERTH_STORE_SERVICE_MULTIPART_PRIV_H

#include "pages_priv.h"
#include "service_priv.h"
#include "xml_priv.h"

/* The sum of the parts' sizes. */
uint64_t multipart_size(const struct object_part *parts, size_t count);

/* Takes an ETag, of a header or a document, without its quotes. False: it is missing or too long. */
bool multipart_take_tag(struct object_part *part, struct span tag);

/* Takes the id that a new upload has. False: there is none, or it is too long. */
bool multipart_take_id(struct object_upload *out, const struct xml *root, const char *key, struct arena *arena);

#define MULTIPART_NONCE 17 /* with NUL */

/*
 * A random name for one sending of a part, in hex. A service that keeps parts by name only would let a part that arrives late,
 * from a request that was given up, take the place of the one that was acknowledged. With the sending in its name it cannot.
 */
void multipart_nonce(char out[static MULTIPART_NONCE]);

/* The body of a completion. `xml_namespace` is "", or an attribute with a blank before it. */
struct span multipart_body(const char *xml_namespace, const struct object_part *parts, size_t count, struct arena *arena);

/*
 * Shows the uploads of a page of ListMultipartUploadsResult. *next is where the next page begins; it stays as it is at the end, or
 * when the visitor returns false. False: the document is not what it should be.
 */
bool multipart_visit(const struct xml *root, object_unfinished_fn *visit, void *context, struct page_marker *next,
		     struct arena *page);

#endif
