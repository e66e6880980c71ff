/* SPDX-License-Identifier: MIT */
/* Header fields of an exchange. */
#include "berth/http/client.h"

#include <string.h>

static struct http_field *field_of(const struct http_exchange *exchange, const char *name)
{
	for (size_t i = 0; i < exchange->field_count && i < HTTP_EXCHANGE_FIELDS; i++)
		if (strcasecmp(exchange->fields[i].name, name) == 0)
			return (struct http_field *)&exchange->fields[i];
	return NULL;
}

void http_exchange_set(struct http_exchange *exchange, const char *name, const char *value)
{
	struct http_field *field = field_of(exchange, name);

	if (field)
		field->value = value;
	else if (exchange->field_count < HTTP_EXCHANGE_FIELDS)
		exchange->fields[exchange->field_count++] = (struct http_field){name, value};
	else
		exchange->field_count = HTTP_EXCHANGE_FIELDS + 1; /* transfer_start refuses it */
}

const char *http_exchange_get(const struct http_exchange *exchange, const char *name)
{
	const struct http_field *field = field_of(exchange, name);

	return field ? field->value : NULL;
}

struct span http_exchange_header(const struct http_exchange *exchange, const char *name)
{
	struct span rest = exchange->head, line, key, found = {"", 0};

	while (span_split(&rest, '\n', &line)) {
		struct span value = line;

		if (value.len > 0 && value.ptr[value.len - 1] == '\r')
			value.len--;
		if (span_split(&value, ':', &key) && value.ptr && span_is_nocase(key, name))
			found = span_trim(value);
	}
	return found;
}
