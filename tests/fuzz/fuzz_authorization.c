/* SPDX-License-Identifier: MIT */
/* The Authorization header, the scope parameter of a token request, and a password file: one line each. */
#include "fuzz.h"

#include "berth/auth/authorization.h"
#include "berth/auth/htpasswd.h"
#include "berth/auth/password.h"
#include "berth/issuer/scope.h"

static void check_header(struct arena *arena, struct span header)
{
	struct secret password;
	struct span token;
	const char *user;

	if (authorization_for(&token, header, "Bearer"))
		CLAIM(token.len > 0 && !memchr(token.ptr, ' ', token.len) &&
		      !authorization_basic(&user, &password, arena, header));
	else if (authorization_basic(&user, &password, arena, header))
		CLAIM(!strchr(user, ':') && strlen(user) + strlen(secret_reveal(password)) < header.len);
}

/* What is understood of a parameter, written down, is understood as the same. */
static void check_scope(struct arena *arena, struct span parameter)
{
	struct scope_list list, again;
	struct strbuf text, second;
	struct error error;

	error_init(&error, arena);
	scope_list_init(&list, arena);
	if (!scope_list_add(&list, parameter, &error)) {
		CLAIM(error_code(&error) == E_SCOPE_INVALID);
		return;
	}
	CLAIM(list.count <= SCOPE_LIST_MAX);
	strbuf_init(&text, arena, LIMIT_REQUEST_MEMORY / 4);
	for (size_t i = 0; i < list.count; i++) {
		strbuf_adds(&text, i ? " " : "");
		scope_write(&text, &list.items[i]);
	}
	scope_list_init(&again, arena);
	CLAIM(scope_list_add(&again, strbuf_span(&text), &error) && again.count == list.count);
	strbuf_init(&second, arena, LIMIT_REQUEST_MEMORY / 4);
	for (size_t i = 0; i < again.count; i++) {
		strbuf_adds(&second, i ? " " : "");
		scope_write(&second, &again.items[i]);
	}
	CLAIM(span_equal(strbuf_span(&text), strbuf_span(&second)));
}

static void check_file(struct span text)
{
	char reason[100];
	struct htpasswd *file = htpasswd_new(text, reason, sizeof reason);
	const char *example;

	if (!file)
		return;
	CLAIM(htpasswd_unusable(file, &example) <= htpasswd_count(file));
	CLAIM(password_hash_usable(htpasswd_decoy(file, "a")));
	CLAIM(htpasswd_hash(file, "a").len == 0 || password_hash_usable(htpasswd_hash(file, "a")));
	htpasswd_free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = fuzz_span(data, size), header = fuzz_line(&rest), scope = fuzz_line(&rest);
	struct arena arena;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	check_header(&arena, header);
	check_scope(&arena, scope);
	check_file(rest);
	arena_release(&arena);
	return 0;
}
