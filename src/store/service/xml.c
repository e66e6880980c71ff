/* SPDX-License-Identifier: MIT */
/* Small XML documents, by libxml2. */
#include "xml_priv.h"

#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

static const xmlNode *node_of(const struct xml *element)
{
	return (const xmlNode *)element;
}

static const struct xml *element_of(const xmlNode *node)
{
	return (const struct xml *)node;
}

static void free_document(void *document)
{
	xmlFreeDoc(document);
}

static void free_text(void *text)
{
	xmlFree(text);
}

const struct xml *xml_parse(struct span text, struct arena *arena)
{
	static const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS;
	xmlDoc *document;

	if (text.len == 0 || text.len > XML_BYTES_MAX)
		return NULL;
	document = xmlReadMemory(text.ptr, (int)text.len, NULL, NULL, options);
	if (!document)
		return NULL;
	arena_defer(arena, free_document, document);
	return document->intSubset ? NULL : element_of(xmlDocGetRootElement(document));
}

const char *xml_name(const struct xml *element)
{
	return (const char *)node_of(element)->name;
}

static const struct xml *first_named(const xmlNode *node, const char *name)
{
	for (; node; node = node->next)
		if (node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0)
			return element_of(node);
	return NULL;
}

const struct xml *xml_child(const struct xml *element, const char *name)
{
	return element ? first_named(node_of(element)->children, name) : NULL;
}

const struct xml *xml_next(const struct xml *element)
{
	return first_named(node_of(element)->next, xml_name(element));
}

const char *xml_text(const struct xml *element, const char *path, struct arena *arena)
{
	struct span rest = span_of(path), name;
	xmlChar *content;

	while (element && *path && span_split(&rest, '/', &name))
		element = xml_child(element, arena_span(arena, name));
	if (!element)
		return NULL;
	content = xmlNodeGetContent(node_of(element));
	if (!content)
		return "";
	arena_defer(arena, free_text, content);
	return (const char *)content;
}

const char *xml_escape(const char *text, struct arena *arena)
{
	static const char *const names[] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&apos;"};
	char *out = arena_alloc(arena, 6 * strlen(text) + 1), *to = out;

	for (; *text; text++) {
		size_t at = (unsigned char)*text;
		const char *name = at < sizeof names / sizeof *names ? names[at] : NULL;

		if (name)
			to = stpcpy(to, name);
		else
			*to++ = *text;
	}
	return out; /* zeroed: ends in a NUL */
}
