/* SPDX-License-Identifier: MIT */
/* Signatures of the blob service against documented strings and values computed elsewhere; accounts. */
#include "../../../../src/store/azure/azure_account_priv.h"
#include "../../../../src/store/azure/azure_sign_priv.h"
#include "../../../lib/table.h"
#include "../../../lib/test.h"

static struct arena arena;

static void set_fields(struct http_exchange *exchange, struct span fields)
{
	struct span field;

	while (fields.len && span_split(&fields, '|', &field)) {
		struct span name;

		span_split(&field, ':', &name);
		http_exchange_set(exchange, arena_span(&arena, name), arena_span(&arena, span_trim(field)));
	}
}

START_TEST(shared_key_signs_what_the_table_says)
{
	TABLE_EACH("azure_sign", 4, cells)
	{
		struct http_exchange exchange = {0};
		struct span rest = cells[0], account, method;
		uint64_t length;

		arena_init(&arena, 1 << 20);
		span_split(&rest, ' ', &account);
		span_split(&rest, ' ', &method);
		exchange.method = arena_span(&arena, method);
		exchange.url = arena_span(&arena, rest);
		ck_assert(span_to_u64(cells[2], &length));
		exchange.body.length = length;
		set_fields(&exchange, cells[1]);
		table_expect(&table, azure_string_to_sign(&exchange, arena_span(&arena, account), &arena), cells[3]);
		arena_release(&arena);
	}
}
END_TEST

/* Of Microsoft's first example under the key "key"; computed with Python's hmac. */
START_TEST(a_signature_is_base64_of_hmac_sha256)
{
	static const char text[] =
		"GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n"
		"/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20";

	arena_init(&arena, 1 << 20);
	ck_assert_str_eq(azure_signature(secret_new(&arena, "a2V5"), text, &arena),
			 "WM6PIVHYgxCEsyR7/qzf8xFpP0IqD5n1ky7LYLMZ/9g=");
	ck_assert_ptr_null(azure_signature(secret_new(&arena, "a2V5e"), text, &arena));
	arena_release(&arena);
}
END_TEST

static struct azure_sas some_sas(void)
{
	return (struct azure_sas){
		.account = "account",
		.container = "container",
		.blob = "path/to/blob.txt",
		.expiry = "2022-03-01T08:17:34Z",
		.protocol = "https",
		.key = secret_new(&arena, "a2V5"),
	};
}

START_TEST(a_sas_of_the_accounts_key)
{
	struct azure_sas sas;

	arena_init(&arena, 1 << 20);
	sas = some_sas();
	ck_assert_str_eq(
		azure_sas_query(&sas, &arena),
		"sv=2020-12-06&spr=https&se=2022-03-01T08%3A17%3A34Z&sr=b&sp=r&sig=uDUzb9uuLBnpqwW5EbJdSdU6hRA545BrrWbCLrAcrOo%3D");
	/* this one is published, by a signing library in another language */
	sas.protocol = "";
	ck_assert_ptr_nonnull(strstr(azure_sas_query(&sas, &arena), "&sig=CP9a2LIrR9zeG4I4jZjqPetJSXWJ77QeUA7c3GMypyM%3D"));
	sas.key = secret_new(&arena, "not base64");
	ck_assert_ptr_null(azure_sas_query(&sas, &arena));
	arena_release(&arena);
}
END_TEST

START_TEST(a_sas_of_a_lent_key_names_whose_it_is)
{
	struct azure_delegation delegation = {"oid",        "tid", "2022-03-01T00:00:00Z", "2022-03-02T00:00:00Z", "b",
					      "2020-12-06", {NULL}};
	struct azure_sas sas;

	arena_init(&arena, 1 << 20);
	delegation.key = secret_new(&arena, "bGVudA==");
	sas = some_sas();
	sas.delegation = &delegation;
	ck_assert_str_eq(
		azure_sas_query(&sas, &arena),
		"sv=2020-12-06&spr=https&se=2022-03-01T08%3A17%3A34Z&sr=b&sp=r&skoid=oid&sktid=tid"
		"&skt=2022-03-01T00%3A00%3A00Z&ske=2022-03-02T00%3A00%3A00Z&sks=b&skv=2020-12-06&sig=mDQwik5YhFmDrVFIWwJYIl3ZdYLyYIgFDo16m3KHHv4%3D");
	arena_release(&arena);
}
END_TEST

START_TEST(connection_strings_as_the_table_says)
{
	TABLE_EACH("azure_accounts", 2, cells)
	{
		struct azure_settings settings = {.container = "c"};
		struct azure_account account;
		char got[300];

		arena_init(&arena, 1 << 20);
		settings.connectionstring = secret_new(&arena, arena_span(&arena, cells[0]));
		if (azure_account_read(&account, &settings, &arena, got, sizeof got))
			(void)snprintf(got, sizeof got, "%s %s %s %s", account.name, account.endpoint,
				       secret_is_set(account.key) ? "key" : "sas",
				       secret_reveal(secret_is_set(account.key) ? account.key : account.sas));
		table_expect(&table, got, cells[1]);
		arena_release(&arena);
	}
}
END_TEST

START_TEST(settings_make_the_endpoint)
{
	struct azure_settings settings = {.credentials = "shared_key",
					  .accountname = "acc",
					  .realm = "core.windows.net",
					  .serviceurl = "",
					  .container = "c",
					  .legacyrootprefix = true};
	struct azure_account account;
	char reason[200];

	arena_init(&arena, 1 << 20);
	ck_assert(!azure_account_read(&account, &settings, &arena, reason, sizeof reason));
	ck_assert_str_eq(reason, "the account's key is missing");
	settings.accountkey = secret_new(&arena, "a2V5");
	ck_assert(azure_account_read(&account, &settings, &arena, reason, sizeof reason));
	ck_assert_str_eq(account.endpoint, "https://acc.blob.core.windows.net");
	ck_assert_str_eq(account.root, "/");
	settings.realm = "core.usgovcloudapi.net";
	ck_assert(azure_account_read(&account, &settings, &arena, reason, sizeof reason));
	ck_assert_str_eq(account.endpoint, "https://acc.blob.core.usgovcloudapi.net");
	settings.serviceurl = "http://localhost:1/acc/";
	ck_assert(azure_account_read(&account, &settings, &arena, reason, sizeof reason));
	ck_assert_str_eq(account.endpoint, "http://localhost:1/acc");
	arena_release(&arena);
}
END_TEST

START_TEST(tokens_go_over_https_or_stay_on_the_machine)
{
	ck_assert(azure_is_private("https://a.blob.core.windows.net"));
	ck_assert(azure_is_private("http://127.0.0.1:10000/a"));
	ck_assert(azure_is_private("http://localhost"));
	ck_assert(azure_is_private("http://[::1]:80/"));
	ck_assert(!azure_is_private("http://a.blob.core.windows.net"));
	ck_assert(!azure_is_private("http://127.0.0.1.example.com"));
	ck_assert(!azure_is_private("http://localhost.example.com/"));
	ck_assert(!azure_is_private("http://localhost@example.com/"));
}
END_TEST

TEST_FILE(azure_sign, shared_key_signs_what_the_table_says, a_signature_is_base64_of_hmac_sha256, a_sas_of_the_accounts_key,
	  a_sas_of_a_lent_key_names_whose_it_is, connection_strings_as_the_table_says, settings_make_the_endpoint,
	  tokens_go_over_https_or_stay_on_the_machine)
