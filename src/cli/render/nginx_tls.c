/* SPDX-License-Identifier: MIT */
/* Addresses and TLS in NGINX's configuration. */
#include "nginx_tls_priv.h"

#include <stdio.h>
#include <string.h>

#include "nginx_write_priv.h"

/* ssl_verify_client for each word of http.tls.clientauth. NGINX has no word for "any certificate": a location checks. */
static const struct client_mode {
	const char *word, *nginx;
	bool refuse_none; /* the location refuses a client without a certificate */
} client_modes[] = {
	{"require-and-verify-client-cert", "on", false},
	{"verify-client-cert-if-given", "optional", false},
	{"require-any-client-cert", "optional_no_ca", true},
	{"request-client-cert", "optional_no_ca", false},
};

/* NULL when clients are asked for no certificate. */
static const struct client_mode *client_mode(const struct site *site)
{
	for (size_t i = 0; *site->clientcas && i < sizeof client_modes / sizeof *client_modes; i++)
		if (strcmp(client_modes[i].word, site->clientauth) == 0)
			return &client_modes[i];
	return NULL;
}

void nginx_add_listen(struct strbuf *out, const struct site *site)
{
	char flags[32] = "";

	if (site->tls)
		snprintf(flags, sizeof flags, " ssl%s", site->http2 ? " http2" : "");
	if (*site->listen_unix) {
		strbuf_addf(out, "\tlisten \"unix:%s\"%s;\n", site->listen_unix, flags);
		return;
	}
	strbuf_addf(out, "\tlisten %s%s%s%s;\n", site->listen_host, *site->listen_host ? ":" : "", site->listen_port,
		    flags);
	if (site->dual_stack)
		strbuf_addf(out, "\tlisten [::]:%s%s;\n", site->listen_port, flags);
}

void nginx_add_tls(struct strbuf *out, const struct site *site)
{
	static const char *const versions[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
	const struct client_mode *mode = client_mode(site);

	if (!site->tls)
		return;
	nginx_line(out, "\t", "ssl_certificate", site->certificate);
	nginx_line(out, "\t", "ssl_certificate_key", site->key);
	strbuf_adds(out, "\tssl_protocols");
	for (unsigned i = site->minimum_tls; i < sizeof versions / sizeof *versions; i++)
		strbuf_addf(out, " %s", versions[i]);
	/* OpenSSL 3 allows TLS 1.0 and 1.1 at security level 0 only. */
	strbuf_addf(out, ";\n\tssl_ciphers %s%s;\n", site->ciphers, site->minimum_tls < 2 ? ":@SECLEVEL=0" : "");
	strbuf_adds(out, "\tssl_session_cache shared:berth:2m;\n"
			 "\tssl_session_tickets off;\n");
	if (!mode)
		return;
	nginx_line(out, "\t", "ssl_client_certificate", site->clientcas);
	strbuf_addf(out, "\tssl_verify_depth 5;\n\tssl_verify_client %s;\n", mode->nginx);
}

void nginx_add_client_check(struct strbuf *out, const struct site *site)
{
	const struct client_mode *mode = client_mode(site);

	if (mode && mode->refuse_none)
		strbuf_adds(out, "\t\tif ($ssl_client_verify = NONE) { return 403; }\n");
}
