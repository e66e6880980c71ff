/* SPDX-License-Identifier: MIT */
/* `berth key`: the keys that sign tokens. */
#include <stdio.h>
#include <string.h>

#include "admin/admin_priv.h"
#include "berth/base/json_write.h"
#include "berth/issuer/keystore.h"
#include "berth/issuer/keystore_make.h"
#include "command_priv.h"

#define LIST_MAX ((size_t)1 << 20)

static int key_complain(const char *reason)
{
	command_complain("%s", reason);
	return COMMAND_FAILED;
}

/* NULL: the reason has been said. */
static const struct keystore *key_read_store(const struct admin *admin)
{
	struct keystore *store = arena_alloc(admin->arena, sizeof *store);
	char reason[512];

	if (keystore_read(store, admin->arena, admin->app.config->token_service.keys, reason, sizeof reason))
		return store;
	(void)key_complain(reason);
	return NULL;
}

static int key_generate(struct admin *admin)
{
	const char *type = option_given(&admin->options, ADMIN_TYPE) ? admin->options.values[ADMIN_TYPE] : "rs256", *name;
	const char *folder = admin->app.config->token_service.keys;
	const char *names[] = {"key", "bundle"}, *values[2];
	bool rsa = strcmp(type, "rs256") == 0;
	uint64_t bits = KEY_RSA_MIN;
	char reason[512];

	if (!rsa && strcmp(type, "es256") != 0) {
		command_complain("--type wants rs256 or es256, not \"%s\"", type);
		return COMMAND_USAGE;
	}
	if (!option_number(&admin->options, ADMIN_BITS, KEY_RSA_MIN, KEY_RSA_MAX, &bits))
		return COMMAND_USAGE;
	name = keystore_make(admin->arena, folder, rsa ? KEYSTORE_RS256 : KEYSTORE_ES256, (int)bits, reason, sizeof reason);
	if (!name)
		return key_complain(reason);
	values[0] = name;
	values[1] = arena_printf(admin->arena, "%s/%s", folder, KEYSTORE_BUNDLE);
	return print_values(names, values, 2, admin->print);
}

static void key_add(struct json_writer *json, const struct keystore_entry *entry, bool signs)
{
	const char *const values[][2] = {
		{"name", entry->name},
		{"algorithm", jwa_name(key_default_algorithm(&entry->key))},
		{"kid", entry->key.libtrust},
		{"thumbprint", entry->key.thumbprint},
	};

	json_open(json, '{');
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		json_key(json, values[i][0]);
		json_text(json, values[i][1]);
	}
	json_key(json, "signs");
	json_boolean(json, signs);
	json_close(json, '}');
}

static int key_list(struct admin *admin)
{
	const struct keystore *store = key_read_store(admin);
	struct json_writer json;
	struct strbuf text;

	if (!store)
		return COMMAND_FAILED;
	strbuf_init(&text, admin->arena, LIST_MAX);
	json = json_writer(&text);
	json_open(&json, '[');
	for (size_t i = 0; i < store->count; i++) {
		const struct keystore_entry *entry = &store->entries[i];
		bool signs = i + 1 == store->count;

		key_add(&json, entry, signs);
		if (!admin->print.json)
			printf("%s  %s  %s%s\n", entry->name, jwa_name(key_default_algorithm(&entry->key)),
			       entry->key.libtrust, signs ? "  signs" : "");
	}
	json_close(&json, ']');
	if (admin->print.json)
		printf("%s\n", text.ptr);
	return COMMAND_OK;
}

static int key_show(struct admin *admin)
{
	const struct keystore *store = key_read_store(admin);

	for (size_t i = 0; store && i < store->count; i++) {
		const struct key *key = &store->entries[i].key;
		const char *names[] = {"name", "algorithm", "kid", "thumbprint", "public"};
		const char *values[] = {store->entries[i].name, jwa_name(key_default_algorithm(key)), key->libtrust,
					key->thumbprint, key->pem};

		if (strcmp(store->entries[i].name, admin->names[0]) == 0)
			return print_values(names, values, sizeof names / sizeof *names, admin->print);
	}
	if (store)
		command_complain("there is no key \"%s\" in %s; `berth key list` shows the keys", admin->names[0],
				 admin->app.config->token_service.keys);
	return COMMAND_FAILED;
}

static int key_remove(struct admin *admin)
{
	const char *done = arena_printf(admin->arena, "removed key %s", admin->names[0]);
	char reason[512];

	if (!keystore_remove(admin->arena, admin->app.config->token_service.keys, admin->names[0], reason, sizeof reason))
		return key_complain(reason);
	return print_values((const char *const[]){"done"}, &done, 1, admin->print);
}

static const struct admin_verb key_verbs[] = {
	{"generate", 0, 0, ADMIN_TAKES(TYPE) | ADMIN_TAKES(BITS), key_generate},
	{"list", 0, 0, 0, key_list},
	{"show", 1, 1, 0, key_show},
	{"remove", 1, 1, 0, key_remove},
};

static const struct admin_noun key_noun = {
	.command = &cmd_key,
	ADMIN_VERBS(key_verbs),
	.offline = true,
	.name = "key",
};

static int key_run(int argc, char **argv, struct arena *arena)
{
	return admin_run(&key_noun, argc, argv, arena);
}

const struct command cmd_key = {
	.name = "key",
	.summary = "keys that sign tokens",
	.help = "usage: berth key generate CONFIG [--type rs256|es256] [--bits N]\n"
		"       berth key list CONFIG\n"
		"       berth key show CONFIG NAME\n"
		"       berth key remove CONFIG NAME\n"
		"\n"
		"The folder token_service.keys holds the keys, and bundle.pem with the certificates of all of them. Each registry needs\n"
		"bundle.pem as auth.token.rootcertbundle. The newest key signs, as soon as the token service has read its keys: at its start\n"
		"and on HUP.\n"
		"\n"
		"To change keys without a refused token: generate a key, give bundle.pem to each registry, send HUP to the token service, and\n"
		"remove the old key when its last token has expired (token_service.expiry).\n"
		"\n"
		"  --type T   rs256, or es256, which signs some 20 times as fast (rs256)\n"
		"  --bits N   size of an RSA key (2048)\n"
		"  --json     print JSON, for programs\n"
		"\n"
		"As root the command becomes the owner of the folder, the account of token.fcgi. A missing folder is made for the account\n"
		"berth-token, and the group of the account berth may enter it to read bundle.pem. Keys have mode 0600.\n"
		"\n"
		"Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 wrong configuration.\n",
	.run = key_run,
};
