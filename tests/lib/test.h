/* SPDX-License-Identifier: MIT */
/*
 * Check with as little ceremony as it takes.
 *
 * Each file tests/unit/<floor>/test_<name>.c mirrors src/<floor>/<name>.c and ends in
 *
 *     TEST_FILE(hex, a_digit_pair_per_byte, upper_case_is_refused)
 *
 * whose names are sentences about behaviour; tests/unit/<floor>/main.c lists the files.
 */
#ifndef BERTH_TESTS_LIB_TEST_H
#define BERTH_TESTS_LIB_TEST_H

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>

struct test_file {
	const char *name;
	const TTest *const *tests;
	size_t count;
};

/* START_TEST makes `static const TTest *name`, so the list is built at run time. */
#define TEST_FILE(file, ...)                                              \
	const struct test_file *tests_##file(void);                       \
	const struct test_file *tests_##file(void)                        \
	{                                                                 \
		static const TTest *list[64];                             \
		static struct test_file result = {#file, list, 0};        \
		const TTest *const given[] = {__VA_ARGS__};               \
		for (size_t i = 0; i < sizeof given / sizeof *given; i++) \
			list[i] = given[i];                               \
		result.count = sizeof given / sizeof *given;              \
		return &result;                                           \
	}

/* Runs the files and returns the process's exit status. */
static inline int test_run(const char *floor, const struct test_file *(*const files[])(void), size_t count)
{
	Suite *suite = suite_create(floor);
	SRunner *runner;
	int failed;

	for (size_t i = 0; i < count; i++) {
		const struct test_file *file = files[i]();
		TCase *tests = tcase_create(file->name);

		tcase_set_timeout(tests, 120);
		for (size_t k = 0; k < file->count; k++)
			tcase_add_test(tests, file->tests[k]);
		suite_add_tcase(suite, tests);
	}
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
