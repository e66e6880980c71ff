/* SPDX-License-Identifier: MIT */
/*
 * Outgoing requests: which exchange is on the wire when, and what its end means.
 *
 * The transfers of all runs are in one list of the client, and their bytes move together. So a `prepare` may run an
 * exchange of its own, for a token, while the parts of an upload are under way.
 */
#include "client_priv.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "berth/base/clock.h"
#include "berth/base/log.h"
#include "berth/base/url.h"

#define AT_ONCE 4
#define AT_ONCE_MAX 64
#define RETRY_DELAY_MAX_MS 10000 /* also of what Retry-After asks for */
#define RETRY_WINDOW_MS 60000    /* no attempt begins later than this after the first, as a client waits for us */
#define KEPT_CONNECTIONS 16L
#define POLL_MAX_MS 1000

/* One call of http_client_run_all. */
struct run {
	struct http_client *client; /* NULL once it has ended */
	struct arena *arena;
	struct transfer *transfers;
	unsigned transfer_count;
	bool failed; /* an exchange has, for good: no new ones are begun */
};

static int64_t test_now;

int64_t http_client_now(void)
{
	return test_now ? test_now : (int64_t)time(NULL);
}

void http_client_set_now(int64_t now)
{
	test_now = now;
}

/* ---- the client ---- */

static char *copy_or(const char *text, const char *fallback)
{
	return strdup(text ? text : fallback);
}

static char *copy_of_variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? strdup(value) : NULL;
}

/*
 * Takes the authorities from SSL_CERT_FILE and SSL_CERT_DIR, as OpenSSL and Go do. GitLab's packages set the folder;
 * private authorities are often in the file.
 */
static void trust_environment(struct http_client *client)
{
	if (client->settings.ca_file)
		return;
	client->settings.ca_file = copy_of_variable("SSL_CERT_FILE");
	client->ca_folder = copy_of_variable("SSL_CERT_DIR");
}

static bool fill_settings(struct http_client_settings *out, const struct http_client_settings *given)
{
	*out = *given;
	out->user_agent = copy_or(given->user_agent, "berth/" BERTH_VERSION);
	out->ca_file = given->ca_file && *given->ca_file ? copy_or(given->ca_file, "") : NULL;
	out->connect_timeout_ms = given->connect_timeout_ms ? given->connect_timeout_ms : 10000;
	out->answer_timeout_ms = given->answer_timeout_ms ? given->answer_timeout_ms : 30000;
	out->retries = given->retries ? given->retries : 5;
	out->retries = out->retries == HTTP_CLIENT_NO_RETRIES ? 0 : out->retries;
	out->retry_delay_ms = given->retry_delay_ms ? given->retry_delay_ms : 100;
	return out->user_agent && (!given->ca_file || !*given->ca_file || out->ca_file);
}

/* A peer that hangs up must not end the process. With CURLOPT_NOSIGNAL libcurl does not see to that. */
static void ignore_broken_pipes(void)
{
	struct sigaction action;

	if (sigaction(SIGPIPE, NULL, &action) == 0 && !(action.sa_flags & SA_SIGINFO) && action.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

struct http_client *http_client_new(const struct http_client_settings *settings)
{
	static bool ready;
	struct http_client *client;

	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NULL;
	ready = true;
	ignore_broken_pipes();
	client = calloc(1, sizeof *client);
	if (!client)
		return NULL;
	client->multi = curl_multi_init();
	if (!fill_settings(&client->settings, settings)) {
		http_client_free(client);
		return NULL;
	}
	trust_environment(client);
	if (client->multi && curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, KEPT_CONNECTIONS) == CURLM_OK)
		return client;
	http_client_free(client);
	return NULL;
}

void http_client_free(struct http_client *client)
{
	if (!client)
		return;
	while (client->running)
		transfer_end(client, client->running);
	curl_multi_cleanup(client->multi);
	free((char *)client->settings.user_agent);
	free((char *)client->settings.ca_file);
	free(client->ca_folder);
	free(client);
}

/* ---- moving bytes ---- */

static void note_ends(struct http_client *client)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left))) {
		void *private = NULL;
		struct transfer *transfer;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		transfer = private;
		transfer->code = message->data.result;
		transfer->over = true;
	}
}

/* Returns the smaller of `wait_ms` and the time to the next deadline; -1 if a transfer is over. */
static int64_t watch_deadlines(const struct http_client *client, int64_t wait_ms)
{
	int64_t now = clock_ms();

	for (struct transfer *transfer = client->running; transfer; transfer = transfer->next) {
		int64_t left = transfer->deadline_ms - now;

		if (!transfer->over && left <= 0) {
			transfer->over = transfer->timed_out = true;
			transfer->cause = "no byte moved for too long";
		}
		if (transfer->over)
			return -1;
		wait_ms = left < wait_ms ? left : wait_ms;
	}
	return wait_ms;
}

/* Moves bytes for up to `wait_ms`, or until a transfer is over. Returns false if libcurl fails. */
static bool move_bytes(struct http_client *client, int64_t wait_ms)
{
	int running;

	if (curl_multi_perform(client->multi, &running) != CURLM_OK)
		return false;
	note_ends(client);
	wait_ms = watch_deadlines(client, wait_ms < POLL_MAX_MS ? wait_ms : POLL_MAX_MS);
	return wait_ms <= 0 || curl_multi_poll(client->multi, NULL, 0, (int)wait_ms, NULL) == CURLM_OK;
}

/* ---- retries ---- */

static uint64_t random_below(uint64_t bound)
{
	uint64_t value = 0;

	if (getrandom(&value, sizeof value, 0) != (ssize_t)sizeof value)
		value = (uint64_t)clock_ms();
	return bound ? value % bound : 0;
}

/* Returns the milliseconds that Retry-After asks for (RFC 9110 section 10.2.3); 0 without that header. */
static int64_t asked_delay(const struct http_exchange *exchange)
{
	struct span value = http_exchange_header(exchange, "Retry-After");
	char date[64] = "";
	uint64_t seconds;
	time_t then;

	if (span_to_u64(value, &seconds))
		return seconds < RETRY_DELAY_MAX_MS / 1000 ? (int64_t)seconds * 1000 : RETRY_DELAY_MAX_MS;
	if (value.len > 0 && value.len < sizeof date)
		memcpy(date, value.ptr, value.len);
	then = *date ? curl_getdate(date, NULL) : -1;
	return then > time(NULL) ? (int64_t)(then - time(NULL)) * 1000 : 0;
}

/*
 * The delay doubles with each attempt. Half of it is random, so that workers that failed together do not return together.
 */
static int64_t delay_before_next(const struct http_client *client, const struct http_exchange *exchange)
{
	unsigned doublings = exchange->attempts - 1 < 16 ? exchange->attempts - 1 : 16;
	int64_t delay = (int64_t)client->settings.retry_delay_ms << doublings, asked = asked_delay(exchange);

	delay = delay < RETRY_DELAY_MAX_MS ? delay : RETRY_DELAY_MAX_MS;
	delay = delay / 2 + (int64_t)random_below((uint64_t)delay / 2 + 1);
	delay = asked > delay ? asked : delay;
	return delay < RETRY_DELAY_MAX_MS ? delay : RETRY_DELAY_MAX_MS;
}

static bool tries_again(struct run *run, struct transfer *transfer)
{
	const struct http_client *client = run->client;
	const struct http_exchange *exchange = transfer->exchange;
	int64_t now = clock_ms();

	if (!exchange->repeatable || exchange->sunk > 0 || exchange->attempts > client->settings.retries ||
	    !transfer_may_pass(transfer))
		return false;
	transfer->due_ms = now + delay_before_next(client, exchange);
	return transfer->due_ms - transfer->begun_ms < RETRY_WINDOW_MS;
}

/* ---- one exchange ---- */

/* Returns the part of a URL that may be logged. */
static struct span origin_of(const char *url)
{
	return url_split(span_of(url)).origin;
}

static void explain(struct run *run, struct transfer *transfer)
{
	const char *why = transfer->cause ? transfer->cause : transfer->reason;

	/* libcurl's own text may repeat a malformed URL, with its secrets */
	if (!transfer->cause && (!*why || transfer->code == CURLE_URL_MALFORMAT))
		why = curl_easy_strerror(transfer->code);
	transfer->exchange->failure =
		arena_printf(run->arena, "%.*s: %s", SPAN_ARG(origin_of(transfer->exchange->url)), why);
}

static struct span run_keep(struct arena *arena, const struct client_buffer *buffer)
{
	return (struct span){arena_span(arena, (struct span){buffer->len ? buffer->ptr : "", buffer->len}), buffer->len};
}

static void take_answer(struct run *run, struct transfer *transfer)
{
	struct http_exchange *exchange = transfer->exchange;
	bool whole = transfer->code == CURLE_OK && !transfer->cause;

	exchange->failure = NULL;
	exchange->status = transfer->status;
	exchange->head = run_keep(run->arena, &transfer->head);
	exchange->answer = run_keep(run->arena, &transfer->answer);
	if (!whole) {
		exchange->status = 0;
		explain(run, transfer);
	}
}

static void run_settle(struct run *run, struct transfer *transfer)
{
	struct http_exchange *exchange = transfer->exchange;

	transfer_end(run->client, transfer);
	take_answer(run, transfer);
	if (tries_again(run, transfer)) {
		log_debug("http: %s %.*s: %s (status %d): next attempt in %lld ms", exchange->method,
			  SPAN_ARG(origin_of(exchange->url)), exchange->failure ? exchange->failure : "busy",
			  exchange->status, (long long)(transfer->due_ms - clock_ms()));
		transfer->state = TRANSFER_DUE;
		return;
	}
	run->failed |= exchange->failure != NULL;
	transfer->state = TRANSFER_FREE;
}

static void run_give_up(struct run *run, struct transfer *transfer, const char *why)
{
	struct http_exchange *exchange = transfer->exchange;

	exchange->status = 0;
	if (!exchange->failure)
		exchange->failure =
			arena_printf(run->arena, "%.*s: %s", SPAN_ARG(origin_of(transfer->url ? transfer->url : "")), why);
	run->failed = true;
	transfer->state = TRANSFER_FREE;
}

static void run_start(struct run *run, struct transfer *transfer)
{
	struct http_exchange *exchange = transfer->exchange;

	memcpy(exchange->fields, transfer->fields, sizeof transfer->fields);
	exchange->field_count = transfer->field_count;
	exchange->url = transfer->url;
	exchange->failure = NULL;
	exchange->attempts++;
	if (exchange->prepare && !exchange->prepare(exchange, exchange->context, run->arena))
		run_give_up(run, transfer, "the request could not be prepared");
	else if (!transfer_start(run->client, transfer))
		run_give_up(run, transfer, transfer->cause);
	else
		transfer->state = TRANSFER_RUNNING;
	if (transfer->state == TRANSFER_RUNNING)
		exchange->failure = "libcurl failed"; /* until its end is known */
}

static void assign(struct transfer *transfer, struct http_exchange *exchange)
{
	transfer->exchange = exchange;
	memcpy(transfer->fields, exchange->fields, sizeof transfer->fields);
	transfer->field_count = exchange->field_count;
	transfer->url = exchange->url;
	transfer->begun_ms = transfer->due_ms = clock_ms();
	transfer->state = TRANSFER_DUE;
}

/* ---- a run of several ---- */

static void end_run(void *object)
{
	struct run *run = object;

	for (unsigned i = 0; run->client && i < run->transfer_count; i++) {
		transfer_end(run->client, &run->transfers[i]);
		client_buffer_free(&run->transfers[i].head);
		client_buffer_free(&run->transfers[i].answer);
	}
	free(run->transfers);
	run->transfers = NULL;
	run->client = NULL;
}

/* Returns the milliseconds until requests_per_second lets a request begin; 0 for now, and then counts the request. */
static int64_t pace(struct http_client *client)
{
	int64_t now = clock_ms() * 1000, step;

	if (client->settings.requests_per_second == 0)
		return 0;
	if (client->next_start_us > now)
		return (client->next_start_us - now + 999) / 1000;
	step = 1000000 / client->settings.requests_per_second;
	client->next_start_us = (client->next_start_us > now - step ? client->next_start_us : now) + step;
	return 0;
}

/* Starts or ends the transfer if its time has come. Returns the milliseconds until the next look at it. */
static int64_t run_advance(struct run *run, struct transfer *transfer)
{
	int64_t left;

	if (transfer->state == TRANSFER_RUNNING && transfer->over)
		run_settle(run, transfer);
	if (transfer->state == TRANSFER_RUNNING)
		return POLL_MAX_MS;
	if (transfer->state == TRANSFER_FREE)
		return 0;
	left = transfer->due_ms - clock_ms();
	if (left <= 0)
		left = pace(run->client);
	if (left > 0)
		return left;
	run_start(run, transfer);
	return transfer->state == TRANSFER_RUNNING ? POLL_MAX_MS : 0;
}

static void run_to_end(struct run *run, struct http_exchange *list, size_t count)
{
	size_t next = 0;
	bool busy = true;

	while (busy) {
		int64_t wait = POLL_MAX_MS;

		busy = false;
		for (unsigned i = 0; i < run->transfer_count; i++) {
			struct transfer *transfer = &run->transfers[i];
			int64_t left;

			if (transfer->state == TRANSFER_FREE && next < count && !run->failed)
				assign(transfer, &list[next++]);
			left = run_advance(run, transfer);
			if (transfer->state == TRANSFER_FREE && (next == count || run->failed))
				continue;
			busy = true;
			wait = left < wait ? left : wait;
		}
		if (busy && !move_bytes(run->client, wait))
			break;
	}
}

static void begin_exchange(struct http_exchange *exchange)
{
	exchange->status = 0;
	exchange->answer = exchange->head = (struct span){"", 0};
	exchange->sunk = 0;
	exchange->attempts = 0;
	exchange->failure = "not tried: another one had failed";
}

bool http_client_run_all(struct http_client *client, struct http_exchange *list, size_t count, unsigned at_once,
			 struct arena *arena)
{
	struct run *run = arena_alloc(arena, sizeof *run);
	bool ok = true;

	at_once = at_once ? at_once : AT_ONCE;
	at_once = at_once < AT_ONCE_MAX ? at_once : AT_ONCE_MAX;
	for (size_t i = 0; i < count; i++)
		begin_exchange(&list[i]);
	*run = (struct run){
		.client = client, .arena = arena, .transfer_count = count < at_once ? (unsigned)count : at_once};
	run->transfers = calloc(run->transfer_count ? run->transfer_count : 1, sizeof *run->transfers);
	arena_defer(arena, end_run, run); /* a jump of the arena must not leave transfers on the wire */
	if (run->transfers)
		run_to_end(run, list, count);
	end_run(run);
	for (size_t i = 0; i < count; i++)
		ok &= list[i].failure == NULL;
	return ok;
}
