/* SPDX-License-Identifier: MIT */
/* Values of WWW-Authenticate. */
#include "berth/auth/challenge.h"

#include <string.h>

#include "berth/base/limits.h"
#include "berth/base/strbuf.h"

/* key="text" with quotes and backslashes escaped (RFC 9110 section 5.6.4). */
static void add_quoted(struct strbuf *out, const char *key, const char *text)
{
	strbuf_addf(out, "%s=\"", key);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			strbuf_addc(out, '\\');
		strbuf_addc(out, *text);
	}
	strbuf_addc(out, '"');
}

static bool same_resource(const struct access *a, const struct access *b)
{
	return strcmp(a->type, b->type) == 0 && span_equal(a->name, b->name);
}

/* Adds the resource of list[first] with all its actions in the list; nothing if an entry before `first` has that resource. */
static void add_resource(struct strbuf *out, const struct access *list, size_t count, size_t first)
{
	for (size_t i = 0; i < first; i++)
		if (same_resource(&list[i], &list[first]))
			return;
	strbuf_addf(out, "%s%s:%.*s:%s", first ? " " : "", list[first].type, SPAN_ARG(list[first].name),
		    list[first].action);
	for (size_t i = first + 1; i < count; i++)
		if (same_resource(&list[i], &list[first]) && strcmp(list[i].action, list[first].action) != 0)
			strbuf_addf(out, ",%s", list[i].action);
}

static void add_head(struct strbuf *out, struct arena *arena, const char *realm, const char *service)
{
	strbuf_init(out, arena, LIMIT_HEADER_VALUE);
	add_quoted(out, "Bearer realm", realm);
	add_quoted(out, ",service", service);
}

const char *challenge_basic(struct arena *arena, const char *realm)
{
	struct strbuf out;

	strbuf_init(&out, arena, LIMIT_HEADER_VALUE);
	add_quoted(&out, "Basic realm", realm);
	return out.ptr;
}

const char *challenge_bearer(struct arena *arena, const char *realm, const char *service,
			     const struct auth_question *question, const char *error)
{
	size_t count = question->needed_count + question->wished_count;
	struct strbuf out;

	add_head(&out, arena, realm, service);
	strbuf_adds(&out, count ? ",scope=\"" : "");
	for (size_t i = 0; i < count; i++)
		add_resource(&out, question->needed, count, i);
	strbuf_adds(&out, count ? "\"" : "");
	if (error)
		add_quoted(&out, ",error", error);
	return out.ptr;
}

const char *challenge_silly(struct arena *arena, const char *realm, const char *service,
			    const struct auth_question *question)
{
	size_t count = question->needed_count + question->wished_count;
	struct strbuf out;

	add_head(&out, arena, realm, service);
	strbuf_adds(&out, count ? ",scope=\"" : "");
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&out, "%s%s:%.*s:%s", i ? " " : "", question->needed[i].type,
			    SPAN_ARG(question->needed[i].name), question->needed[i].action);
	strbuf_adds(&out, count ? "\"" : "");
	return out.ptr;
}
