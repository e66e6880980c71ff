/* SPDX-License-Identifier: MIT */
/*
 * What NGINX answers by itself, in the registry's JSON. Each error leads to FRONT_LOCATION_ANSWER and the name of an error
 * code; a map makes the body of it. An internal redirect to a path also works where a named location does not: for a
 * request whose line could not be read.
 */
#include "berth/http/front.h"
#include "nginx_priv.h"

#define REFUSAL FRONT_LOCATION_ANSWER "refusal"

static const struct {
	int own, status;
	enum error_code code;
} answers[] = {
#define ANSWER(own, status, code) {own, status, E_##code},
#include "berth/http/front_answers.def"
#undef ANSWER
};

static void add_body(struct strbuf *out, enum error_code code, bool done[static E_COUNT])
{
	if (!done[code])
		strbuf_addf(out, "\t" FRONT_LOCATION_ANSWER "%s '%s';\n", error_name(code), site_answer(code, out->arena));
	done[code] = true;
}

void nginx_add_answer_maps(struct strbuf *out, const struct site *site)
{
	bool done[E_COUNT] = {false};

	strbuf_addf(out, "map $uri $berth_answer_%s {\n", site->suffix);
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		add_body(out, answers[i].code, done);
	add_body(out, E_BLOB_UNKNOWN, done);
	add_body(out, E_MANIFEST_TOO_LARGE, done);
	strbuf_addf(out, "\t" REFUSAL " $" FRONT_REFUSAL_NAME ";\n}\n");
	strbuf_addf(out,
		    "map $uri $berth_retry_%s {\n"
		    "\t" FRONT_LOCATION_ANSWER "%s %d;\n"
		    "\t" FRONT_LOCATION_ANSWER "%s %d;\n"
		    "\t" REFUSAL " $berth_retry_after;\n}\n",
		    site->suffix, error_name(E_UNAVAILABLE), FRONT_RETRY_AFTER, error_name(E_TOOMANYREQUESTS),
		    FRONT_RETRY_AFTER_REQUESTS);
}

/* A row for each: error_page of a location replaces all that it would inherit. The `=` keeps NGINX from asking for a body. */
void nginx_add_error_pages(struct strbuf *out, const char *indent, enum error_code too_large)
{
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		enum error_code code = answers[i].own == 413 ? too_large : answers[i].code;

		strbuf_addf(out, "%serror_page %d =%d " FRONT_LOCATION_ANSWER "%s;\n", indent, answers[i].own,
			    answers[i].status, error_name(code));
	}
}

/* NGINX knows no variable as a status: the worker's word becomes one of those that the registry has. */
static void add_refused(struct strbuf *out)
{
	bool done[600] = {false};
	struct strbuf turns;

	strbuf_init(&turns, out->arena, 4096);
	strbuf_adds(out, "\n\t# A worker's refusal, with the status and the body that the worker named.\n"
			 "\tlocation @berth_refused {\n"
			 "\t\tinternal;\n"
			 "\t\terror_page");
	for (enum error_code code = E_NONE + 1; code < E_COUNT; code++) {
		int status = error_status(code);

		if (status == 500 || done[status])
			continue;
		strbuf_addf(out, " %d", status);
		strbuf_addf(&turns, "\t\tif ($" FRONT_STATUS_NAME " = %d) { return %d; }\n", status, status);
		done[status] = true;
	}
	strbuf_addf(out, " " REFUSAL ";\n\t\terror_page 500 =503 " FRONT_LOCATION_ANSWER "%s;\n%s\t\treturn 500;\n\t}\n",
		    error_name(E_UNAVAILABLE), turns.ptr);
}

void nginx_add_answers(struct strbuf *out, const struct site *site)
{
	add_refused(out);
	strbuf_addf(out,
		    "\n\tlocation ^~ " FRONT_LOCATION_ANSWER " {\n"
		    "\t\tinternal;\n"
		    "\t\tclient_max_body_size 0;\n" /* the body stays where it is, and its length was judged */
		    "\t\tdefault_type application/json;\n"
		    "\t\tadd_header Docker-Distribution-API-Version registry/2.0 always;\n"
		    "\t\tadd_header X-Content-Type-Options nosniff always;\n"
		    "\t\tadd_header Retry-After $berth_retry_%s always;\n"
		    "\t\tadd_header Allow $berth_allow always;\n"
		    "\t\tadd_header WWW-Authenticate $berth_challenge always;\n",
		    site->suffix);
	nginx_add_headers(out, &site->config->http.headers);
	strbuf_addf(out, "\t\treturn 503 $berth_answer_%s;\n\t}\n", site->suffix);
}
