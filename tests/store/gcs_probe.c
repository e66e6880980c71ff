/* SPDX-License-Identifier: MIT */
/*
 * The gcs service by hand: gcs_probe BUCKET [endpoint=URL] [iam=URL] [keyfile=FILE] [metadata=HOST],
 * commands from stdin, one line each and one line of answer: "ok ..." or "error CODE". For
 * tests/store/test_gcs_service.py.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "berth/base/log.h"
#include "berth/store/gcs.h"

#define MEMORY ((size_t)64 << 20)
#define WORDS 5
#define PARTS 64

struct probe {
	struct object_service *service;
	struct arena arena;
	struct error error;
	char *words[WORDS];
	size_t count;
};

typedef bool command_fn(struct probe *probe);

static uint64_t number(const char *text)
{
	return strtoull(text, NULL, 10);
}

static bool do_put(struct probe *p)
{
	struct http_client_body body = http_body_bytes(span_of(p->words[2]));

	return p->service->ops->put(p->service, p->words[1], &body, &p->arena, &p->error) && printf("ok\n") > 0;
}

static bool do_head(struct probe *p)
{
	uint64_t size = 0;
	bool found;

	if (!p->service->ops->head(p->service, p->words[1], &found, &size, &p->arena, &p->error))
		return false;
	return found ? printf("ok %" PRIu64 "\n", size) > 0 : printf("ok missing\n") > 0;
}

struct sink {
	char text[1024];
	size_t len;
	size_t most; /* what this receiver takes before it is gone */
};

static bool take(void *context, const void *bytes, size_t len)
{
	struct sink *sink = context;

	if (len > sink->most - sink->len)
		return false;
	memcpy(sink->text + sink->len, bytes, len);
	sink->len += len;
	return true;
}

/* get KEY OFFSET LENGTH [MOST] */
static bool do_get(struct probe *p)
{
	struct sink sink = {.most = p->words[4] ? (size_t)number(p->words[4]) : sizeof sink.text};

	if (!p->service->ops->get(p->service, p->words[1], number(p->words[2]), number(p->words[3]), take, &sink, &p->arena,
				  &p->error))
		return false;
	return printf("ok %.*s\n", (int)sink.len, sink.text) > 0;
}

static bool do_remove(struct probe *p)
{
	return p->service->ops->remove(p->service, p->words[1], &p->arena, &p->error) && printf("ok\n") > 0;
}

/* copy FROM TO SIZE */
static bool do_copy(struct probe *p)
{
	return p->service->ops->copy(p->service, p->words[1], p->words[2], number(p->words[3]), &p->arena, &p->error) &&
	       printf("ok\n") > 0;
}

struct listed {
	size_t count;
	uint64_t bytes;
	bool aged; /* every age makes sense */
	size_t most;
};

static bool count_object(void *context, const char *key, uint64_t size, int64_t age)
{
	struct listed *listed = context;

	listed->count++;
	listed->bytes += size;
	listed->aged &= key[0] && age >= -60 && age < 3600;
	return listed->count < listed->most;
}

/* list PREFIX [MOST] */
static bool do_list(struct probe *p)
{
	struct listed listed = {.aged = true, .most = p->words[2] ? (size_t)number(p->words[2]) : SIZE_MAX};

	if (!p->service->ops->list(p->service, p->words[1], count_object, &listed, &p->arena, &p->error))
		return false;
	return printf("ok %zu %" PRIu64 " %s\n", listed.count, listed.bytes, listed.aged ? "aged" : "strange") > 0;
}

static bool count_upload(void *context, const struct object_upload *upload, int64_t age)
{
	return count_object(context, upload->key, strlen(upload->id), age);
}

static bool do_unfinished(struct probe *p)
{
	struct listed listed = {.aged = true, .most = SIZE_MAX};

	if (!p->service->ops->list_unfinished(p->service, p->words[1], count_upload, &listed, &p->arena, &p->error))
		return false;
	return printf("ok %zu %s\n", listed.count, listed.aged ? "aged" : "strange") > 0;
}

static bool do_begin(struct probe *p)
{
	struct object_upload upload;

	return p->service->ops->begin(p->service, p->words[1], &upload, &p->arena, &p->error) &&
	       printf("ok %s\n", upload.id) > 0;
}

static size_t cut(struct object_part *parts, int fd, uint64_t part_size)
{
	struct stat status;
	size_t count = 0;

	for (uint64_t at = 0; fstat(fd, &status) == 0 && at < (uint64_t)status.st_size && count < PARTS; count++) {
		uint64_t left = (uint64_t)status.st_size - at, len = left < part_size ? left : part_size;

		parts[count] = (struct object_part){
			.number = (unsigned)count + 1, .size = len, .body = {.fd = fd, .offset = at, .length = len}};
		at += len;
	}
	return count;
}

/* upload KEY ID FILE PARTSIZE: sends the file's parts and completes, twice. */
static bool do_upload(struct probe *p)
{
	const struct object_upload upload = {p->words[1], p->words[2]};
	const struct object_service_ops *ops = p->service->ops;
	struct object_part parts[PARTS] = {{.number = 0}};
	int fd = open(p->words[3], O_RDONLY | O_CLOEXEC);
	size_t count = cut(parts, fd, number(p->words[4]));
	bool ok = fd >= 0 && ops->put_parts(p->service, &upload, parts, count, &p->arena, &p->error) &&
		  ops->complete(p->service, &upload, parts, count, &p->arena, &p->error) &&
		  ops->complete(p->service, &upload, parts, count, &p->arena, &p->error);

	(void)close(fd);
	return ok && printf("ok %zu\n", count) > 0;
}

static bool do_abandon(struct probe *p)
{
	const struct object_upload upload = {p->words[1], p->words[2]};

	return p->service->ops->abandon(p->service, &upload, NULL, 0, &p->arena, &p->error) && printf("ok\n") > 0;
}

/* sign GET|HEAD KEY SECONDS */
static bool do_sign(struct probe *p)
{
	enum object_verb verb = strcmp(p->words[1], "HEAD") == 0 ? OBJECT_HEAD : OBJECT_GET;
	const char *url;

	if (!p->service->ops->sign(p->service, p->words[2], verb, (unsigned)number(p->words[3]), &url, &p->arena,
				   &p->error))
		return false;
	return printf("ok %s\n", url ? url : "none") > 0;
}

/* clock SECONDS: from here on it is so much later. */
static bool do_clock(struct probe *p)
{
	http_client_set_now(0);
	http_client_set_now(http_client_now() + (int64_t)number(p->words[1]));
	return printf("ok\n") > 0;
}

static const struct {
	const char *name;
	size_t words;
	command_fn *run;
} commands[] = {
	{"put", 3, do_put},       {"head", 2, do_head},       {"get", 4, do_get},     {"remove", 2, do_remove},
	{"copy", 4, do_copy},     {"list", 2, do_list},       {"begin", 2, do_begin}, {"unfinished", 2, do_unfinished},
	{"upload", 5, do_upload}, {"abandon", 3, do_abandon}, {"sign", 4, do_sign},   {"clock", 2, do_clock},
};

static bool run_line(struct probe *p, char *line)
{
	struct span rest = span_of(line), word;

	line[strcspn(line, "\n")] = '\0';
	rest = span_of(line);
	memset(p->words, 0, sizeof p->words);
	error_init(&p->error, &p->arena);
	for (p->count = 0; p->count < WORDS && span_split(&rest, ' ', &word); p->count++)
		p->words[p->count] = arena_span(&p->arena, word);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (p->count >= commands[i].words && strcmp(p->words[0], commands[i].name) == 0)
			return commands[i].run(p) || printf("error %s\n", error_name(error_code(&p->error))) > 0;
	return printf("error unknown command\n") < 0;
}

/* The value of name=value on the command line; "" without one. */
static const char *option(int argc, char **argv, const char *name)
{
	for (int i = 2; i < argc; i++)
		if (strncmp(argv[i], name, strlen(name)) == 0)
			return argv[i] + strlen(name);
	return "";
}

int main(int argc, char **argv)
{
	struct gcs_settings settings = {
		.bucket = argc > 1 ? argv[1] : "",
		.keyfile = option(argc, argv, "keyfile="),
		.credentials = {.universe_domain = "googleapis.com"},
		.endpoint = option(argc, argv, "endpoint="),
		.iamendpoint = option(argc, argv, "iam="),
		.useragent = option(argc, argv, "agent="),
	};
	char reason[256], *line = NULL;
	struct probe probe = {.count = 0};
	size_t size = 0;

	if (!settings.keyfile[0]) {
		(void)setenv("GCE_METADATA_HOST", option(argc, argv, "metadata="), 1);
		(void)setenv("HOME", "/nowhere", 1);
	}
	probe.service = gcs_open(&settings, reason, sizeof reason);
	if (!probe.service) {
		printf("error %s\n", reason);
		return 1;
	}
	arena_init(&probe.arena, MEMORY);
	while (getline(&line, &size, stdin) > 0 && run_line(&probe, line)) {
		(void)fflush(stdout);
		arena_clear(&probe.arena);
	}
	arena_release(&probe.arena);
	free(line);
	probe.service->ops->close(probe.service);
	return 0;
}
