/* SPDX-License-Identifier: MIT */
/*
 * A service of an object store by itself: `service CONFIG` reads a call a line from its standard input, words parted by
 * spaces, and answers with lines of results and one of `ok` or `failed CODE`. Logs go to standard error.
 *
 *     put KEY FILE                       head KEY                  get KEY OFFSET LENGTH (the bytes' SHA-256)
 *     begin KEY                          use KEY ID                an upload, which the next calls are about
 *     parts FIRST FILE SIZE              complete, abandon         segments of SIZE bytes, numbered from FIRST
 *     copy FROM TO SIZE                  remove KEY
 *     list PREFIX, unfinished PREFIX     sign KEY SECONDS
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "../../src/app/store_object_priv.h"
#include "berth/base/hex.h"

#define MEMORY ((size_t)64 << 20)
#define WORDS 5
#define PARTS_MAX 2000

static struct object_service *service;
static struct arena arena;
static struct error error;
static struct object_upload upload;
static char upload_key[1024], upload_id[OBJECT_ID_MAX];
static struct object_part parts[PARTS_MAX];
static size_t part_count;

static uint64_t number(const char *word)
{
	return strtoull(word, NULL, 10);
}

static uint64_t size_of(int fd)
{
	struct stat about;

	return fstat(fd, &about) == 0 ? (uint64_t)about.st_size : 0;
}

static bool do_put(char **word)
{
	int fd = open(word[1], O_RDONLY | O_CLOEXEC);
	struct http_client_body body = {.fd = fd, .length = size_of(fd)};
	bool ok = service->ops->put(service, word[0], &body, &arena, &error);

	close(fd);
	return ok;
}

static bool use(const char *key, const char *id)
{
	(void)snprintf(upload_key, sizeof upload_key, "%s", key);
	(void)snprintf(upload_id, sizeof upload_id, "%s", id);
	upload = (struct object_upload){upload_key, upload_id};
	part_count = 0;
	printf("%s\n", upload_id);
	return true;
}

static bool do_begin(char **word)
{
	return service->ops->begin(service, word[0], &upload, &arena, &error) && use(upload.key, upload.id);
}

static bool do_use(char **word)
{
	return use(word[0], word[1]);
}

static bool do_parts(char **word)
{
	int fd = open(word[1], O_RDONLY | O_CLOEXEC);
	uint64_t whole = size_of(fd), size = number(word[2]), at = 0;
	size_t first = part_count;
	bool ok;

	for (; at < whole && part_count < PARTS_MAX; at += size, part_count++) {
		uint64_t len = whole - at < size ? whole - at : size;

		parts[part_count] = (struct object_part){
			.number = (unsigned)(number(word[0]) + part_count - first),
			.body = {.fd = fd, .offset = at, .length = len},
			.size = len,
		};
	}
	ok = service->ops->put_parts(service, &upload, parts + first, part_count - first, &arena, &error);
	close(fd);
	return ok;
}

static bool do_complete(char **word)
{
	(void)word;
	return service->ops->complete(service, &upload, parts, part_count, &arena, &error);
}

static bool do_abandon(char **word)
{
	(void)word;
	return service->ops->abandon(service, &upload, parts, part_count, &arena, &error);
}

static bool do_copy(char **word)
{
	return service->ops->copy(service, word[0], word[1], number(word[2]), &arena, &error);
}

static bool do_head(char **word)
{
	uint64_t size = 0;
	bool found = false;

	if (!service->ops->head(service, word[0], &found, &size, &arena, &error))
		return false;
	if (found)
		printf("%" PRIu64 "\n", size);
	else
		printf("absent\n");
	return true;
}

static bool feed(void *context, const void *bytes, size_t len)
{
	hasher_update(context, bytes, len);
	return true;
}

static bool do_get(char **word)
{
	char text[DIGEST_TEXT_MAX];
	struct hasher hasher;
	struct digest digest;

	hasher_init(&hasher, DIGEST_SHA256);
	if (!service->ops->get(service, word[0], number(word[1]), number(word[2]), feed, &hasher, &arena, &error))
		return false;
	hasher_final(&hasher, &digest);
	printf("%s\n", digest_text(&digest, text) + sizeof "sha256:" - 1);
	return true;
}

static bool do_remove(char **word)
{
	return service->ops->remove(service, word[0], &arena, &error);
}

static bool show(void *context, const char *key, uint64_t size, int64_t age)
{
	(void)context;
	printf("%s %" PRIu64 " %" PRId64 "\n", key, size, age);
	return true;
}

static bool do_list(char **word)
{
	return service->ops->list(service, word[0], show, NULL, &arena, &error);
}

static bool show_unfinished(void *context, const struct object_upload *found, int64_t age)
{
	(void)context;
	printf("%s %s %" PRId64 "\n", found->key, found->id, age);
	return true;
}

static bool do_unfinished(char **word)
{
	return service->ops->list_unfinished(service, word[0], show_unfinished, NULL, &arena, &error);
}

static bool do_sign(char **word)
{
	const char *url = NULL;

	if (!service->ops->sign(service, word[0], OBJECT_GET, (unsigned)number(word[1]), &url, &arena, &error))
		return false;
	printf("%s\n", url ? url : "none");
	return true;
}

static const struct call {
	const char *name;
	int words;
	bool (*run)(char **word);
} calls[] = {
	{"put", 2, do_put},           {"begin", 1, do_begin},     {"use", 2, do_use},   {"parts", 3, do_parts},
	{"complete", 0, do_complete}, {"abandon", 0, do_abandon}, {"copy", 3, do_copy}, {"head", 1, do_head},
	{"get", 3, do_get},           {"remove", 1, do_remove},   {"list", 1, do_list}, {"unfinished", 1, do_unfinished},
	{"sign", 2, do_sign},
};

static void run_line(char *line)
{
	char *word[WORDS + 1] = {NULL}, *rest = line;
	int count = 0;
	bool ok = false;

	while (count < WORDS && (word[count] = strsep(&rest, " \n")) && *word[count])
		count++;
	arena_clear(&arena);
	error_init(&error, &arena);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (count > 0 && strcmp(calls[i].name, word[0]) == 0 && count == calls[i].words + 1)
			ok = calls[i].run(word + 1);
	if (ok && !error_is_set(&error))
		printf("ok\n");
	else
		printf("failed %s\n", error_is_set(&error) ? error_name(error_code(&error)) : "CALL");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct config_report report;
	struct config *config;
	struct arena settings;
	char reason[512] = "", line[8192];

	arena_init(&settings, MEMORY);
	arena_init(&arena, MEMORY);
	config_report_init(&report, &settings);
	if (argc != 2 || !config_load(&config, &settings, argv[1], NULL, &report)) {
		config_report_print(&report, stderr);
		return 3;
	}
	service = app_open_service(config, reason, sizeof reason);
	if (!service) {
		(void)fprintf(stderr, "%s\n", reason);
		return 1;
	}
	while (fgets(line, sizeof line, stdin))
		run_line(line);
	service->ops->close(service);
	arena_release(&arena);
	arena_release(&settings);
	return 0;
}
