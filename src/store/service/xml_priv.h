/* SPDX-License-Identifier: MIT */
/*
 * Answers of object services: small XML documents. No network, no entities of their own, no document type, bounded size.
 *
 *     const struct xml *root = xml_parse(exchange.answer, arena);
 *
 *     if (!root || strcmp(xml_name(root), "ListBucketResult") != 0) ...
 *     next = xml_text(root, "NextContinuationToken", arena);              NULL when there is none
 *     for (const struct xml *item = xml_child(root, "Contents"); item; item = xml_next(item))
 *             ... xml_text(item, "Key", arena), xml_text(item, "Owner/ID", arena) ...
 *
 * Names are local names: name spaces are passed over. The document lives as long as the arena.
 */
#ifndef BERTH_STORE_XML_PRIV_H
#define BERTH_STORE_XML_PRIV_H

#include "berth/base/arena.h"
#include "berth/base/span.h"

struct xml; /* an element */

#define XML_BYTES_MAX ((size_t)8 << 20) /* a page of 5,000 keys is below 4 MiB */

/* The root element; NULL when the text is no well-formed document, has a DOCTYPE, or is larger than XML_BYTES_MAX. */
const struct xml *xml_parse(struct span text, struct arena *arena);

/* Returns the local name of an element. */
const char *xml_name(const struct xml *element);

/* The first child element `name`; NULL when there is none, and for a NULL element. */
const struct xml *xml_child(const struct xml *element, const char *name);

/* The next sibling of the same name. */
const struct xml *xml_next(const struct xml *element);

/*
 * All text inside the element that `path` leads to ("Name", "Outer/Inner"; "" is the element itself), first ones taken; "" for
 * an empty element, NULL for one that is missing.
 */
const char *xml_text(const struct xml *element, const char *path, struct arena *arena);

/* `text` with &, <, > and quotes as references, for bodies that we write. */
const char *xml_escape(const char *text, struct arena *arena);

#endif
