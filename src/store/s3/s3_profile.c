/* SPDX-License-Identifier: MIT */
/* Keys that lie around: variables of the environment, and the shared credentials file. */
#include "s3_search_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../service/secret_file_priv.h"

const char *s3_variable(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

static const char *either(const char *name, const char *old_name)
{
	const char *value = s3_variable(name);

	return value ? value : s3_variable(old_name);
}

bool s3_keys_of_environment(struct s3_search *search)
{
	const char *key = either("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY");
	const char *secret = either("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY");

	if (!key || !secret)
		return s3_no_keys(search, "%s is not set", key ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
	search->keys.access_key = arena_strdup(search->arena, key);
	search->keys.secret_key = secret_new(search->arena, secret);
	search->keys.token = secret_new(search->arena, s3_variable("AWS_SESSION_TOKEN"));
	return true;
}

static void take_line(struct s3_keys *keys, struct span line, struct arena *arena)
{
	struct span name;
	const char *value;

	if (!span_split(&line, '=', &name) || !line.ptr)
		return;
	name = span_trim(name);
	value = arena_span(arena, span_trim(line));
	if (span_is(name, "aws_access_key_id"))
		keys->access_key = value;
	else if (span_is(name, "aws_secret_access_key"))
		keys->secret_key = secret_new(arena, value);
	else if (span_is(name, "aws_session_token"))
		keys->token = secret_new(arena, value);
}

bool s3_parse_profile(struct s3_search *search, struct span text, const char *name)
{
	const char *title = arena_printf(search->arena, "[%s]", name);
	const char *config_title = arena_printf(search->arena, "[profile %s]", name);
	bool inside = false, seen = false;
	struct span line;

	while (span_split(&text, '\n', &line)) {
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		line = span_trim(line);
		if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';')
			continue;
		if (line.ptr[0] == '[') {
			inside = span_is(line, title) || span_is(line, config_title);
			seen = seen || inside;
		} else if (inside) {
			take_line(&search->keys, line, search->arena);
		}
	}
	if (!seen)
		return s3_no_keys(search, "has no profile %s", name);
	if (!search->keys.access_key || !search->keys.access_key[0] || !secret_is_set(search->keys.secret_key))
		return s3_no_keys(search, "profile %s lacks aws_access_key_id or aws_secret_access_key", name);
	return true;
}

bool s3_keys_of_profile(struct s3_search *search)
{
	const char *path = s3_variable("AWS_SHARED_CREDENTIALS_FILE"), *home = s3_variable("HOME");
	const char *name = either("AWS_PROFILE", "AWS_DEFAULT_PROFILE");
	const char *text;

	if (!path && !home)
		return s3_no_keys(search, "neither AWS_SHARED_CREDENTIALS_FILE nor HOME is set");
	if (!path)
		path = arena_printf(search->arena, "%s/.aws/credentials", home);
	text = secret_file_read(path, search->arena);
	if (!text)
		return s3_no_keys(search, "%s: %s", path, strerror(errno));
	return s3_parse_profile(search, span_of(text), name ? name : "default");
}
