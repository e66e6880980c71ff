/* SPDX-License-Identifier: MIT */
/* storage.s3: which settings go together, and the forms of bucket, region and end-point. */
#include "check_priv.h"

#include <string.h>

#include "berth/base/url.h"
#include "form_priv.h"
#include "value_priv.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static void check_s3_bucket(struct load *load)
{
	const char *bucket = load->config->storage.s3.bucket;

	if (!bucket[0])
		load_error(load, "storage.s3.bucket", "is missing");
	form_check_name(load, "storage.s3.bucket", bucket, "._-");
}

/* Accepts every region. distribution compares regions with a list, which refuses Amazon's newer ones. */
static void check_region(struct load *load)
{
	const struct s3_settings *s3 = &load->config->storage.s3;

	if (!s3->region[0] && !s3->regionendpoint[0])
		load_error(load, "storage.s3.region", "is missing, and so is storage.s3.regionendpoint");
	form_check_name(load, "storage.s3.region", s3->region, "_-");
}

static bool is_endpoint(const char *text)
{
	if (url_split(span_of(text)).scheme.len)
		return form_is_url(text);
	return strspn(text, LETTERS "-._~:/[]%") == strlen(text) && text[0] != '/' && text[0] != ':';
}

/*
 * With an end-point, 2.x and GitLab put the bucket into the path, and v3 puts it into the host. Most other servers than
 * Amazon's support the path only, so the path is the default here.
 */
static void check_endpoint(struct load *load)
{
	struct s3_settings *s3 = &load->config->storage.s3;
	static const char key[] = "storage.s3.regionendpoint";

	if (!s3->regionendpoint[0])
		return;
	if (!is_endpoint(s3->regionendpoint))
		load_error(load, key, "must be a host or a URL like https://s3.example.com, not %s",
			   value_quote(s3->regionendpoint, load->arena));
	if (!load_given(load, "storage.s3.forcepathstyle"))
		s3->forcepathstyle = true;
	s3->regionendpoint = form_without_slash(load, s3->regionendpoint);
	if (s3->accelerate || s3->usedualstack || s3->usefipsendpoint)
		load_error(load, key, "goes with none of accelerate, usedualstack and usefipsendpoint, which are Amazon's");
}

static void check_accelerate(struct load *load)
{
	const struct s3_settings *s3 = &load->config->storage.s3;
	static const char key[] = "storage.s3.accelerate";

	if (!s3->accelerate)
		return;
	if (s3->forcepathstyle && !s3->regionendpoint[0])
		load_error(load, key, "does not go with forcepathstyle");
	if (s3->usefipsendpoint)
		load_error(load, key, "does not go with usefipsendpoint");
	if (strchr(s3->bucket, '.'))
		load_error(load, key, "needs a bucket without dots in its name");
}

static void check_keys(struct load *load)
{
	const struct s3_settings *s3 = &load->config->storage.s3;
	bool key = s3->accesskey[0] != '\0', secret = secret_is_set(s3->secretkey);

	if (key != secret)
		load_error(load, key ? "storage.s3.secretkey" : "storage.s3.accesskey", "is missing: %s is given",
			   key ? "storage.s3.accesskey" : "storage.s3.secretkey");
	if (secret_is_set(s3->sessiontoken) && !key)
		load_error(load, "storage.s3.sessiontoken", "needs accesskey and secretkey");
	if (!s3->v4auth)
		load_error(load, "storage.s3.v4auth", "cannot be false: signature version 2 is not supported");
}

static void check_objects(struct load *load)
{
	const struct s3_settings *s3 = &load->config->storage.s3;

	if (s3->keyid[0] && !s3->encrypt)
		load_error(load, "storage.s3.keyid", "needs encrypt: true");
	if (s3->objectownership && strcmp(s3->objectacl, "private") != 0) /* the default stands for no ACL */
		load_error(load, "storage.s3.objectacl", "does not go with objectownership, under which there are no ACLs");
}

void check_s3(struct load *load)
{
	struct s3_settings *s3 = &load->config->storage.s3;

	s3->rootdirectory = form_root(load, s3->rootdirectory);
	check_s3_bucket(load);
	check_region(load);
	check_endpoint(load);
	check_accelerate(load);
	check_keys(load);
	check_objects(load);
	if (s3->skipverify)
		load_warn(load, "storage.s3.skipverify",
			  "the server's certificate is not checked: anybody on the network path can read and change blobs");
}
