/* SPDX-License-Identifier: MIT */
/* A transport without a web server. */
#include "fake_io.h"

#include "../../lib/test.h"
#include "berth/base/limits.h"

static const char *variable_at(void *context, size_t index)
{
	const struct fake *fake = context;

	return fake->variables[index];
}

static const char *variable(void *context, const char *name)
{
	const struct fake *fake = context;
	size_t len = strlen(name);

	for (size_t i = 0; fake->variables[i]; i++)
		if (strncmp(fake->variables[i], name, len) == 0 && fake->variables[i][len] == '=')
			return fake->variables[i] + len + 1;
	return NULL;
}

static ptrdiff_t read_some(void *context, void *buffer, size_t len)
{
	struct fake *fake = context;
	size_t got = fake->body.len < len ? fake->body.len : len;

	fake->reads++;
	if (got > fake->piece)
		got = fake->piece;
	if (got == 0 && fake->breaks)
		return fake->failure ? fake->failure : HTTP_IO_BROKEN;
	memcpy(buffer, fake->body.ptr, got);
	fake->body = span_after(fake->body, got);
	return (ptrdiff_t)got;
}

static bool drain(void *context)
{
	struct fake *fake = context;
	bool whole = fake->body.len <= LIMIT_DRAIN;

	fake->body = span_after(fake->body, whole ? fake->body.len : LIMIT_DRAIN);
	return whole && !fake->breaks;
}

static bool write_all(void *context, const void *bytes, size_t len)
{
	struct fake *fake = context;

	if (++fake->writes > fake->write_limit)
		return false;
	fake->written = realloc(fake->written, fake->written_len + len + 1);
	ck_assert_ptr_nonnull(fake->written);
	memcpy(fake->written + fake->written_len, bytes, len);
	fake->written_len += len;
	fake->written[fake->written_len] = '\0';
	return true;
}

void fake_init(struct fake *fake, const char *const *variables)
{
	*fake = (struct fake){.piece = SIZE_MAX, .write_limit = SIZE_MAX, .body = {"", 0}};
	fake->io = (struct http_io){fake, variable, variable_at, read_some, write_all, drain, false};
	for (size_t i = 0; variables[i]; i++)
		fake->variables[i] = variables[i];
	arena_init(&fake->arena, 48 << 20);
	error_init(&fake->error, &fake->arena);
}

void fake_release(struct fake *fake)
{
	arena_release(&fake->arena);
	free(fake->written);
}

static const char *empty_line(const struct fake *fake)
{
	const char *end = fake->written ? strstr(fake->written, "\r\n\r\n") : NULL;

	ck_assert_ptr_nonnull(end);
	return end;
}

struct span fake_head(const struct fake *fake)
{
	return (struct span){fake->written, (size_t)(empty_line(fake) - fake->written)};
}

struct span fake_body(const struct fake *fake)
{
	const char *body = empty_line(fake) + 4;

	return (struct span){body, (size_t)(fake->written + fake->written_len - body)};
}

struct span fake_sent(const struct fake *fake, const char *name)
{
	struct span rest = fake_head(fake), line;

	while (span_split(&rest, '\n', &line)) {
		struct span value = line, key;

		if (span_split(&value, ':', &key) && value.ptr && span_is_nocase(key, name)) {
			value = span_trim(value);
			value.len -= value.len && value.ptr[value.len - 1] == '\r';
			return value;
		}
	}
	return (struct span){NULL, 0};
}
