/* SPDX-License-Identifier: MIT */
/* Loads a configuration: bytes, tree, environment, settings, checks. */
#include "berth/config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply_priv.h"
#include "berth/base/limits.h"
#include "check_priv.h"
#include "env_priv.h"
#include "yaml_priv.h"

static bool load_fail(struct config_report *report, const char *name, const char *reason)
{
	config_report_add(report, CONFIG_ERROR, (struct config_where){name, 0}, "", "%s", reason);
	return false;
}

static struct load load_begin(struct arena *arena, const char *name, struct config_report *report)
{
	struct load load = {
		.config = arena_alloc(arena, sizeof *load.config),
		.origins = arena_array(arena, settings_count, sizeof *load.origins),
		.arena = arena,
		.report = report,
		.name = arena_strdup(arena, name),
	};

	load.config->origins = load.origins;
	return load;
}

/* Returns the mapping of the file, which is empty for an empty file; NULL after an error. */
static struct node *read_root(struct load *load, struct span bytes)
{
	struct config_where start = {load->name, 1};
	struct node *root = yaml_read(load->arena, bytes, start, "", load->report);

	if (root && root->kind == NODE_NULL)
		root->kind = NODE_MAP;
	if (root && root->kind != NODE_MAP) {
		load_fail(load->report, load->name, "is not a mapping of settings");
		return NULL;
	}
	return root;
}

bool config_load_bytes(struct config **out, struct arena *arena, const char *name, struct span bytes, char **environment,
		       struct config_report *report)
{
	struct load load = load_begin(arena, name, report);
	struct node *root;

	if (bytes.len > LIMIT_CONFIG_FILE)
		return load_fail(report, load.name, "is larger than 1 MiB");
	root = read_root(&load, bytes);
	if (!root)
		return false;
	root->where = (struct config_where){load.name, 0};
	env_apply(&load, root, environment);
	apply_defaults(&load);
	apply_tree(&load, root);
	check_config(&load, root);
	*out = load.config;
	return config_report_ok(report);
}

/* Reads the file up to its end or the size of the buffer. Returns the bytes that were read; -1 with errno. */
static ssize_t read_up_to(int fd, char *buffer, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t got = read(fd, buffer + len, size - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

static ssize_t read_path(const char *path, char *buffer, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;
	int why;

	if (fd < 0)
		return -1;
	len = read_up_to(fd, buffer, size);
	why = errno;
	close(fd);
	errno = why;
	return len;
}

/* Reads one byte more than the limit, to notice a larger file. The buffer holds secrets, so it is wiped. */
static bool load_file(struct config **out, struct arena *arena, const char *path, char **environment,
		      struct config_report *report)
{
	size_t size = LIMIT_CONFIG_FILE + 1;
	char *buffer = malloc(size);
	ssize_t len = buffer ? read_path(path, buffer, size) : -1;
	bool ok;

	if (len < 0) {
		ok = load_fail(report, path, strerror(errno));
	} else {
		ok = config_load_bytes(out, arena, path, (struct span){buffer, (size_t)len}, environment, report);
		explicit_bzero(buffer, (size_t)len);
	}
	free(buffer);
	return ok;
}

bool config_load(struct config **out, struct arena *arena, const char *path, char **environment,
		 struct config_report *report)
{
	if (!path)
		path = env_value(environment, "REGISTRY_CONFIGURATION_PATH");
	if (!path || path[0] == '\0')
		return load_fail(report, NULL, "no file is named, and REGISTRY_CONFIGURATION_PATH is not set");
	return load_file(out, arena, path, environment, report);
}
