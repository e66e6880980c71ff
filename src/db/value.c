/* SPDX-License-Identifier: MIT */
/* Parameters and columns in PostgreSQL's binary formats. */
#include "db_priv.h"

#include <string.h>

#include "berth/base/limits.h"
#include "berth/base/strbuf.h"

#define OID_BYTEA 17
#define OID_TEXT 25

struct db_value db_null(void)
{
	return (struct db_value){.ptr = NULL};
}

struct db_value db_bytes(const void *bytes, size_t len)
{
	return (struct db_value){.ptr = bytes ? bytes : "", .len = (int)len};
}

struct db_value db_span(struct span text)
{
	return db_bytes(text.ptr, text.len);
}

struct db_value db_text(const char *text)
{
	return text ? db_bytes(text, strlen(text)) : db_null();
}

static void big_endian(unsigned char *out, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		out[i] = (unsigned char)(value >> (8 * (size - 1 - i)));
}

struct db_value db_i64(int64_t value)
{
	struct db_value result = {.len = 8, .is_inlined = true};

	big_endian(result.inlined, (uint64_t)value, 8);
	return result;
}

static void add_i32(struct strbuf *buf, uint32_t value)
{
	unsigned char bytes[4];

	big_endian(bytes, value, 4);
	strbuf_add(buf, bytes, 4);
}

/* Writes the format of array_send: dimensions, null flag, element type, then length and lower bound of the dimension. */
static struct db_value array(struct arena *arena, const struct span *items, size_t count, uint32_t type)
{
	struct strbuf buf;
	size_t total = 5 * sizeof(uint32_t);

	for (size_t i = 0; i < count; i++)
		total += sizeof(uint32_t) + items[i].len;
	strbuf_init(&buf, arena, LIMIT_RESPONSE);
	(void)strbuf_reserve(&buf, total); /* a buffer that grows would leave its smaller versions in the arena */
	add_i32(&buf, count ? 1 : 0);
	add_i32(&buf, 0);
	add_i32(&buf, type);
	if (count) {
		add_i32(&buf, (uint32_t)count);
		add_i32(&buf, 1);
	}
	for (size_t i = 0; i < count; i++) {
		add_i32(&buf, (uint32_t)items[i].len);
		strbuf_add_span(&buf, items[i]);
	}
	return db_bytes(buf.ptr, buf.len);
}

struct db_value db_bytes_array(struct arena *arena, const struct span *items, size_t count)
{
	return array(arena, items, count, OID_BYTEA);
}

struct db_value db_text_array(struct arena *arena, const struct span *items, size_t count)
{
	return array(arena, items, count, OID_TEXT);
}

bool db_column_null(const struct db_rows *rows, int row, int column)
{
	return PQgetisnull(rows->result, row, column);
}

struct span db_column(const struct db_rows *rows, int row, int column)
{
	if (db_column_null(rows, row, column))
		return (struct span){NULL, 0};
	return (struct span){PQgetvalue(rows->result, row, column), (size_t)PQgetlength(rows->result, row, column)};
}

int64_t db_column_i64(const struct db_rows *rows, int row, int column)
{
	struct span bytes = db_column(rows, row, column);
	uint64_t value = 0;

	for (size_t i = 0; i < bytes.len; i++)
		value = value << 8 | (unsigned char)bytes.ptr[i];
	return bytes.len == 4 ? (int32_t)value : (int64_t)value;
}
