/* SPDX-License-Identifier: MIT */
/* storage.azure: which settings go together, by the kind of credentials. */
#include "check_priv.h"

#include <string.h>

#include "form_priv.h"
#include "value_priv.h"

#define CONTAINER_LOW 3
#define CONTAINER_HIGH 63

/* The settings that each kind of credentials needs. */
static const struct kind {
	const char *name;
	struct {
		const char *key;
		size_t offset;
		bool secret;
	} needed[3];
} kinds[] = {
	{"shared_key",
	 {{"storage.azure.accountname", offsetof(struct azure_settings, accountname), false},
	  {"storage.azure.accountkey", offsetof(struct azure_settings, accountkey), true}}},
	{"client_secret",
	 {{"storage.azure.credentials.tenantid", offsetof(struct azure_settings, tenantid), false},
	  {"storage.azure.credentials.clientid", offsetof(struct azure_settings, clientid), false},
	  {"storage.azure.credentials.secret", offsetof(struct azure_settings, secret), true}}},
};

static bool azure_is_set(const struct azure_settings *azure, size_t offset, bool secret)
{
	const void *member = (const char *)azure + offset;

	return secret ? secret_is_set(*(const struct secret *)member) : (*(const char *const *)member)[0] != '\0';
}

/* Chooses the kind if it is not given, as distribution does: by the key or secret that is given, else the environment's. */
static void derive_kind(struct azure_settings *azure)
{
	if (azure->credentials[0] == '\0')
		azure->credentials = secret_is_set(azure->accountkey) ? "shared_key"
				     : secret_is_set(azure->secret)   ? "client_secret"
								      : "default_credentials";
}

static void check_credentials(struct load *load)
{
	const struct azure_settings *azure = &load->config->storage.azure;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(azure->credentials, kinds[i].name) != 0)
			continue;
		for (size_t k = 0; k < 3 && kinds[i].needed[k].key; k++)
			if (!azure_is_set(azure, kinds[i].needed[k].offset, kinds[i].needed[k].secret))
				load_error(load, kinds[i].needed[k].key, "is missing: the credentials are of the kind %s",
					   kinds[i].name);
	}
	if (!azure->accountname[0] && !azure->serviceurl[0] && strcmp(azure->credentials, "shared_key") != 0)
		load_error(load, "storage.azure.accountname", "is missing");
}

/* Microsoft's "Naming and referencing containers, blobs, and metadata". */
static bool is_container(const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, "$root") == 0)
		return true;
	return len >= CONTAINER_LOW && len <= CONTAINER_HIGH && name[0] != '-' && name[len - 1] != '-' &&
	       !strstr(name, "--") && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static void check_container(struct load *load)
{
	const char *container = load->config->storage.azure.container;

	if (!container[0])
		load_error(load, "storage.azure.container", "is missing");
	else if (!is_container(container))
		load_error(load, "storage.azure.container",
			   "must be 3 to 63 lower-case letters, digits and single hyphens, not %s",
			   value_quote(container, load->arena));
}

static void check_azure_url(struct load *load)
{
	struct azure_settings *azure = &load->config->storage.azure;

	if (azure->serviceurl[0] && !form_is_url(azure->serviceurl))
		load_error(load, "storage.azure.serviceurl",
			   "must be a URL like https://account.blob.core.windows.net, not %s",
			   value_quote(azure->serviceurl, load->arena));
	azure->serviceurl = form_without_slash(load, azure->serviceurl);
	if (strcspn(azure->realm, "/:@?#% ") != strlen(azure->realm))
		load_error(load, "storage.azure.realm", "must be a domain like core.windows.net, not %s",
			   value_quote(azure->realm, load->arena));
}

static void check_root(struct load *load)
{
	struct azure_settings *azure = &load->config->storage.azure;
	bool legacy_given = load_given(load, "storage.azure.legacyrootprefix");
	bool trim_given = load_given(load, "storage.azure.trimlegacyrootprefix");

	azure->rootdirectory = form_root(load, azure->rootdirectory);
	if (legacy_given && trim_given && azure->legacyrootprefix == azure->trimlegacyrootprefix)
		load_error(load, "storage.azure.trimlegacyrootprefix", "and legacyrootprefix cannot both be %s",
			   azure->legacyrootprefix ? "true" : "false");
	if (trim_given)
		azure->legacyrootprefix = !azure->trimlegacyrootprefix;
	azure->trimlegacyrootprefix = !azure->legacyrootprefix; /* so that the printed settings can be loaded again */
}

void check_azure(struct load *load)
{
	struct azure_settings *azure = &load->config->storage.azure;

	check_container(load);
	check_azure_url(load);
	check_root(load);
	derive_kind(azure);
	if (!secret_is_set(azure->connectionstring))
		check_credentials(load);
	if (azure->skipverify)
		load_warn(load, "storage.azure.skipverify",
			  "the server's certificate is not checked: anybody on the network path can read and change blobs");
}
