/* SPDX-License-Identifier: MIT */
/*
 * Outgoing requests: which exchange is on the wire when, and what its end means.
 *
 * Attempts of all runs hang in one list of the client and are moved together, so that a `prepare` may run an exchange of
 * its own (a token) while parts are under way.
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
#define RETRY_WINDOW_MS 60000    /* no attempt begins later than this after the first: a client waits behind us */
#define KEPT_CONNECTIONS 16L
#define POLL_MAX_MS 1000

enum slot_state { SLOT_FREE, SLOT_DUE, SLOT_RUNNING };

/* An exchange that has begun: what the caller had set, for a fresh start of each attempt. */
struct slot {
	struct client_attempt attempt;
	enum slot_state state;
	struct http_exchange *exchange;
	struct http_field fields[HTTP_EXCHANGE_FIELDS];
	size_t field_count;
	const char *url;
	int64_t begun_ms;
	int64_t due_ms;
};

struct run {
	struct http_client *client; /* NULL once it has ended */
	struct arena *arena;
	struct slot *slots;
	unsigned slot_count;
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

/* As programs of OpenSSL's and Go's read them: GitLab's packages set the folder, private authorities are often in the file. */
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

/* A peer that hangs up is an error of its request: with NOSIGNAL libcurl leaves this to us. */
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
		client_attempt_end(client, client->running);
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
		void *attempt = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &attempt);
		((struct client_attempt *)attempt)->code = message->data.result;
		((struct client_attempt *)attempt)->over = true;
	}
}

/* The nearest of `wait_ms` and the next attempt's time-out; -1 when one is over. */
static int64_t watch_times(const struct http_client *client, int64_t wait_ms)
{
	int64_t now = clock_ms();

	for (struct client_attempt *attempt = client->running; attempt; attempt = attempt->next) {
		int64_t left = attempt->active_ms + client->settings.answer_timeout_ms - now;

		if (!attempt->over && left <= 0) {
			attempt->over = attempt->timed_out = true;
			attempt->cause = "no byte moved for too long";
		}
		if (attempt->over)
			return -1;
		wait_ms = left < wait_ms ? left : wait_ms;
	}
	return wait_ms;
}

bool client_drive(struct http_client *client, int64_t wait_ms)
{
	int running;

	if (curl_multi_perform(client->multi, &running) != CURLM_OK)
		return false;
	note_ends(client);
	wait_ms = watch_times(client, wait_ms < POLL_MAX_MS ? wait_ms : POLL_MAX_MS);
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

/* Milliseconds that Retry-After (RFC 9110 section 10.2.3) asks for; 0 without one. */
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

/* Exponential, half of it jitter, so that workers that failed together do not come back together. */
static int64_t delay_before_next(const struct http_client *client, const struct http_exchange *exchange)
{
	unsigned doublings = exchange->attempts - 1 < 16 ? exchange->attempts - 1 : 16;
	int64_t delay = (int64_t)client->settings.retry_delay_ms << doublings, asked = asked_delay(exchange);

	delay = delay < RETRY_DELAY_MAX_MS ? delay : RETRY_DELAY_MAX_MS;
	delay = delay / 2 + (int64_t)random_below((uint64_t)delay / 2 + 1);
	delay = asked > delay ? asked : delay;
	return delay < RETRY_DELAY_MAX_MS ? delay : RETRY_DELAY_MAX_MS;
}

static bool tries_again(struct run *run, struct slot *slot)
{
	const struct http_client *client = run->client;
	const struct http_exchange *exchange = slot->exchange;
	int64_t now = clock_ms();

	if (!exchange->repeatable || exchange->sunk > 0 || exchange->attempts > client->settings.retries ||
	    !client_attempt_may_pass(&slot->attempt))
		return false;
	slot->due_ms = now + delay_before_next(client, exchange);
	return slot->due_ms - slot->begun_ms < RETRY_WINDOW_MS;
}

/* ---- one exchange ---- */

/* What may be logged of a URL. */
static struct span origin_of(const char *url)
{
	return url_split(span_of(url)).origin;
}

static void explain(struct run *run, struct slot *slot)
{
	const struct client_attempt *attempt = &slot->attempt;
	const char *why = attempt->cause ? attempt->cause : attempt->reason;

	/* only what libcurl says of a malformed URL could repeat it */
	if (!attempt->cause && (!*why || attempt->code == CURLE_URL_MALFORMAT))
		why = curl_easy_strerror(attempt->code);
	slot->exchange->failure = arena_printf(run->arena, "%.*s: %s", SPAN_ARG(origin_of(slot->exchange->url)), why);
}

static struct span keep(struct arena *arena, const struct client_buffer *buffer)
{
	return (struct span){arena_span(arena, (struct span){buffer->len ? buffer->ptr : "", buffer->len}), buffer->len};
}

static void take_answer(struct run *run, struct slot *slot)
{
	struct client_attempt *attempt = &slot->attempt;
	struct http_exchange *exchange = slot->exchange;
	bool whole = attempt->code == CURLE_OK && !attempt->cause;

	exchange->failure = NULL;
	exchange->status = attempt->status;
	exchange->head = keep(run->arena, &attempt->head);
	exchange->answer = keep(run->arena, &attempt->answer);
	if (!whole) {
		exchange->status = 0;
		explain(run, slot);
	}
}

static void settle(struct run *run, struct slot *slot)
{
	struct http_exchange *exchange = slot->exchange;

	client_attempt_end(run->client, &slot->attempt);
	take_answer(run, slot);
	if (tries_again(run, slot)) {
		log_debug("http: %s %.*s: %s (status %d): next attempt in %lld ms", exchange->method,
			  SPAN_ARG(origin_of(exchange->url)), exchange->failure ? exchange->failure : "busy",
			  exchange->status, (long long)(slot->due_ms - clock_ms()));
		slot->state = SLOT_DUE;
		return;
	}
	run->failed |= exchange->failure != NULL;
	slot->state = SLOT_FREE;
}

static void give_up(struct run *run, struct slot *slot, const char *why)
{
	struct http_exchange *exchange = slot->exchange;

	exchange->status = 0;
	if (!exchange->failure)
		exchange->failure =
			arena_printf(run->arena, "%.*s: %s", SPAN_ARG(origin_of(slot->url ? slot->url : "")), why);
	run->failed = true;
	slot->state = SLOT_FREE;
}

static void start(struct run *run, struct slot *slot)
{
	struct http_exchange *exchange = slot->exchange;

	memcpy(exchange->fields, slot->fields, sizeof slot->fields);
	exchange->field_count = slot->field_count;
	exchange->url = slot->url;
	exchange->failure = NULL;
	exchange->attempts++;
	if (exchange->prepare && !exchange->prepare(exchange, exchange->context, run->arena))
		give_up(run, slot, "the request could not be prepared");
	else if (!client_attempt_start(run->client, &slot->attempt, exchange))
		give_up(run, slot, slot->attempt.cause);
	else
		slot->state = SLOT_RUNNING;
	if (slot->state == SLOT_RUNNING)
		exchange->failure = "libcurl failed"; /* until its end is known */
}

static void assign(struct slot *slot, struct http_exchange *exchange)
{
	slot->exchange = exchange;
	memcpy(slot->fields, exchange->fields, sizeof slot->fields);
	slot->field_count = exchange->field_count;
	slot->url = exchange->url;
	slot->begun_ms = slot->due_ms = clock_ms();
	slot->state = SLOT_DUE;
}

/* ---- a run of several ---- */

static void end_run(void *object)
{
	struct run *run = object;

	for (unsigned i = 0; run->client && i < run->slot_count; i++) {
		client_attempt_end(run->client, &run->slots[i].attempt);
		client_buffer_free(&run->slots[i].attempt.head);
		client_buffer_free(&run->slots[i].attempt.answer);
	}
	free(run->slots);
	run->slots = NULL;
	run->client = NULL;
}

/* Milliseconds until requests_per_second lets another one begin; 0: now, and it has been counted. */
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

/* Starts the slot if its time has come. Milliseconds until it should be looked at again. */
static int64_t advance(struct run *run, struct slot *slot)
{
	int64_t left;

	if (slot->state == SLOT_RUNNING && slot->attempt.over)
		settle(run, slot);
	if (slot->state == SLOT_RUNNING)
		return POLL_MAX_MS;
	if (slot->state == SLOT_FREE)
		return 0;
	left = slot->due_ms - clock_ms();
	if (left <= 0)
		left = pace(run->client);
	if (left > 0)
		return left;
	start(run, slot);
	return slot->state == SLOT_RUNNING ? POLL_MAX_MS : 0;
}

static void run_to_end(struct run *run, struct http_exchange *list, size_t count)
{
	size_t next = 0;
	bool busy = true;

	while (busy) {
		int64_t wait = POLL_MAX_MS;

		busy = false;
		for (unsigned i = 0; i < run->slot_count; i++) {
			struct slot *slot = &run->slots[i];
			int64_t left;

			if (slot->state == SLOT_FREE && next < count && !run->failed)
				assign(slot, &list[next++]);
			left = advance(run, slot);
			if (slot->state == SLOT_FREE && (next == count || run->failed))
				continue;
			busy = true;
			wait = left < wait ? left : wait;
		}
		if (busy && !client_drive(run->client, wait))
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
	*run = (struct run){.client = client, .arena = arena, .slot_count = count < at_once ? (unsigned)count : at_once};
	run->slots = calloc(run->slot_count ? run->slot_count : 1, sizeof *run->slots);
	arena_defer(arena, end_run, run); /* the arena's jump must not leave attempts behind */
	if (run->slots)
		run_to_end(run, list, count);
	end_run(run);
	for (size_t i = 0; i < count; i++)
		ok &= list[i].failure == NULL;
	return ok;
}
