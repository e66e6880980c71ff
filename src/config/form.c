/* SPDX-License-Identifier: MIT */
/* URLs, paths and names. */
#include "form_priv.h"

#include <string.h>

#include "value_priv.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

bool form_is_url_text(const char *text)
{
	return strspn(text, LETTERS "-._~:/[]@!$&()*+,=%") == strlen(text);
}

bool form_is_url(const char *text)
{
	struct span url = span_of(text);
	size_t scheme = span_starts(url, "http://") ? 7 : span_starts(url, "https://") ? 8 : 0;

	return scheme && url.len > scheme && url.ptr[scheme] != '/' && form_is_url_text(text);
}

const char *form_without_slash(struct load *load, const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return arena_span(load->arena, (struct span){path, len});
}

const char *form_root(struct load *load, const char *root)
{
	return form_without_slash(load, root + strspn(root, "/"));
}

void form_check_name(struct load *load, const char *key, const char *name, const char *marks)
{
	size_t len = strlen(name), good = 0;

	while (name[good] && (strchr(LETTERS, name[good]) || strchr(marks, name[good])))
		good++;
	if (good < len || name[0] == '.')
		load_error(load, key, "must have only letters, digits and %s, not %s", marks,
			   value_quote(name, load->arena));
}
