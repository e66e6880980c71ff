/* SPDX-License-Identifier: MIT */
/* Scheme and host as proxies tell them. */
#include "berth/http/forwarded.h"

#include "list_priv.h"

#define HOST_MAX 255

static bool all_of(struct span text, const char *allowed)
{
	for (size_t i = 0; i < text.len; i++)
		if (!text.ptr[i] || !strchr(allowed, text.ptr[i]))
			return false;
	return text.len > 0;
}

static bool name_ok(struct span name)
{
	return all_of(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
}

static bool port_ok(struct span port)
{
	uint64_t number;

	return port.len <= 5 && span_to_u64(port, &number) && number >= 1 && number <= 65535;
}

/* "[address]" or "[address]:port"; the address is only checked for its letters. */
static bool bracketed_ok(struct span host)
{
	struct span rest = span_after(host, 1), address;

	if (!span_split(&rest, ']', &address) || !rest.ptr || !all_of(address, "0123456789abcdefABCDEF:."))
		return false;
	return rest.len == 0 || (rest.ptr[0] == ':' && port_ok(span_after(rest, 1)));
}

bool forwarded_host_valid(struct span host)
{
	struct span rest = host, name;

	if (host.len == 0 || host.len > HOST_MAX)
		return false;
	if (host.ptr[0] == '[')
		return bracketed_ok(host);
	span_split(&rest, ':', &name);
	return name_ok(name) && (!rest.ptr || port_ok(rest));
}

const char *forwarded_scheme(struct span scheme)
{
	if (span_is_nocase(scheme, "https"))
		return "https";
	return span_is_nocase(scheme, "http") ? "http" : NULL;
}

static struct span checked_host(struct span host)
{
	return forwarded_host_valid(host) ? host : (struct span){"", 0};
}

/* Reads an element such as for=192.0.2.60;proto=https;host="registry.example:5000". */
static struct forwarded read_element(struct span element)
{
	struct forwarded found = {NULL, {"", 0}};
	struct span pair, name, value;

	while (list_next(&element, ';', &pair)) {
		list_pair(pair, &name, &value);
		value = list_unquote(value);
		if (span_is_nocase(name, "proto"))
			found.scheme = forwarded_scheme(value);
		else if (span_is_nocase(name, "host"))
			found.host = checked_host(value);
	}
	return found;
}

static struct span first_of(struct span list)
{
	struct span first = {"", 0};

	list_next(&list, ',', &first);
	return first;
}

struct forwarded forwarded_parse(struct span forwarded, struct span x_proto, struct span x_host)
{
	if (span_trim(forwarded).len > 0)
		return read_element(first_of(forwarded));
	return (struct forwarded){forwarded_scheme(first_of(x_proto)), checked_host(first_of(x_host))};
}
