/* SPDX-License-Identifier: MIT */
/* The responses that NGINX makes by itself, in the registry's JSON. */
#include "nginx_answers_priv.h"

#include "berth/http/front.h"
#include "nginx_write_priv.h"

#define REFUSAL FRONT_LOCATION_ANSWER "refusal"

static const struct {
	int own, status;
	enum error_code code;
} answers[] = {
#define ANSWER(own, status, code) {own, status, E_##code},
#include "berth/http/front_answers.def"
#undef ANSWER
};

static void answers_add_body(struct strbuf *out, enum error_code code, bool done[static E_COUNT])
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
		answers_add_body(out, answers[i].code, done);
	answers_add_body(out, E_BLOB_UNKNOWN, done);
	answers_add_body(out, E_MANIFEST_TOO_LARGE, done);
	strbuf_addf(out, "\t" REFUSAL " $" FRONT_REFUSAL_NAME ";\n}\n");
	strbuf_addf(out,
		    "map $uri $berth_retry_%s {\n"
		    "\t" FRONT_LOCATION_ANSWER "%s %d;\n"
		    "\t" FRONT_LOCATION_ANSWER "%s %d;\n"
		    "\t" REFUSAL " $berth_retry_after;\n}\n",
		    site->suffix, error_name(E_UNAVAILABLE), FRONT_RETRY_AFTER, error_name(E_TOOMANYREQUESTS),
		    FRONT_RETRY_AFTER_REQUESTS);
}

/* The "=" keeps NGINX from asking the client for the body. */
void nginx_add_error_pages(struct strbuf *out, const char *indent, enum error_code too_large)
{
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		enum error_code code = answers[i].own == 413 ? too_large : answers[i].code;

		strbuf_addf(out, "%serror_page %d =%d " FRONT_LOCATION_ANSWER "%s;\n", indent, answers[i].own,
			    answers[i].status, error_name(code));
	}
}

/*
 * Turns the refusal of the question before a body into the client's response. `return` takes no variable as a status, so that
 * there is an `if` for each status of error_table.def.
 */
static void answers_add_refused(struct strbuf *out)
{
	bool done[600] = {false};
	struct strbuf returns;

	strbuf_init(&returns, out->arena, 4096);
	strbuf_adds(out, "\n\t# A refusal, with the status and the body that the worker named.\n"
			 "\tlocation @berth_refused {\n"
			 "\t\tinternal;\n"
			 "\t\terror_page");
	for (enum error_code code = E_NONE + 1; code < E_COUNT; code++) {
		int status = error_status(code);

		if (status == 500 || done[status])
			continue;
		strbuf_addf(out, " %d", status);
		strbuf_addf(&returns, "\t\tif ($" FRONT_STATUS_NAME " = %d) { return %d; }\n", status, status);
		done[status] = true;
	}
	strbuf_addf(out, " " REFUSAL ";\n\t\terror_page 500 =503 " FRONT_LOCATION_ANSWER "%s;\n%s\t\treturn 500;\n\t}\n",
		    error_name(E_UNAVAILABLE), returns.ptr);
}

void nginx_add_answers(struct strbuf *out, const struct site *site)
{
	answers_add_refused(out);
	strbuf_addf(out,
		    "\n\tlocation ^~ " FRONT_LOCATION_ANSWER " {\n"
		    "\t\tinternal;\n"
		    "\t\tclient_max_body_size 0;\n" /* nothing reads the body, and its length was checked before */
		    "\t\tdefault_type application/json;\n"
		    "\t\tadd_header " FRONT_VERSION " " FRONT_VERSION_VALUE " always;\n"
		    "\t\tadd_header X-Content-Type-Options nosniff always;\n"
		    "\t\tadd_header Retry-After $berth_retry_%s always;\n"
		    "\t\tadd_header Allow $berth_allow always;\n"
		    "\t\tadd_header WWW-Authenticate $berth_challenge always;\n",
		    site->suffix);
	nginx_add_headers(out, &site->config->http.headers);
	strbuf_addf(out, "\t\treturn 503 $berth_answer_%s;\n\t}\n", site->suffix);
}
