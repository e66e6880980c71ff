/* SPDX-License-Identifier: MIT */
/*
 * The behaviours of tests/unit/store/test_drivers.c on the storage of a configuration: `drivers` with the path of the file in
 * BERTH_STORE_CONFIG. Each behaviour has a tree of its own. For tests/store/test_driver_contract.py.
 */
#include "../../src/app/store_object_priv.h"
#include "../lib/test.h"
#include "berth/store/swift.h"
#include "../unit/store/lab.h"

#define MEMORY ((size_t)64 << 20)

const struct test_file *tests_drivers(void);

static struct lab lab_configured(void)
{
	static struct arena settings;
	struct config_report report;
	struct config *config;
	char reason[512] = "", id[UUID_TEXT_MAX];
	const char *root = "";
	struct object_service *service;
	const char *path = getenv("BERTH_STORE_CONFIG");

	ck_assert_ptr_nonnull(path);
	arena_init(&settings, MEMORY);
	config_report_init(&report, &settings);
	ck_assert(config_load(&config, &settings, path, NULL, &report));
	if (config->storage.driver == CONFIG_DRIVER_FILESYSTEM)
		return lab_fs();
	service = app_open_service(config, reason, sizeof reason);
	ck_assert_msg(service != NULL, "%s", reason);
	if (config->storage.driver == CONFIG_DRIVER_SWIFT) /* it keeps objects and segments below prefixes of its own */
		root = swift_key_prefix(config->storage.swift.prefix, &settings);
	uuid_new(id);
	return lab_service(service, arena_printf(&settings, "%s%s/", root, id));
}

struct lab (*const lab_drivers[])(void) = {lab_configured};
const size_t lab_driver_count = 1;

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_drivers};

	return test_run("drivers", files, 1);
}
