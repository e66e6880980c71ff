/* SPDX-License-Identifier: MIT */
#include "berth/jobs/jobs.h"

#include <string.h>

#include "../../lib/test.h"

START_TEST(a_pool_gets_one_process_for_each_title)
{
	const char *titles[JOBS_PROCESSES_MAX];

	ck_assert_uint_eq(jobs_processes("registry", titles), 3);
	ck_assert_str_eq(titles[0], "berth-jobs");
	ck_assert_str_eq(titles[1], "berth-prehash");
	ck_assert_str_eq(titles[2], "berth-spool");
	ck_assert_uint_eq(jobs_processes("tokens", titles), 1);
	ck_assert_uint_eq(jobs_processes("uploads", titles), 0);
	for (size_t i = 0; i < jobs_processes("registry", titles); i++)
		ck_assert_uint_le(strlen(titles[i]), 15);
}
END_TEST

START_TEST(a_process_opens_what_its_jobs_need_together)
{
	ck_assert_uint_eq(jobs_needs("registry", "berth-jobs"), JOB_NEEDS_DATABASE | JOB_NEEDS_STORE);
	ck_assert_uint_eq(jobs_needs("registry", "berth-spool"), JOB_NEEDS_NOTHING);
	ck_assert_uint_eq(jobs_needs("tokens", "berth-jobs"), JOB_NEEDS_DATABASE);
	ck_assert_uint_eq(jobs_needs("tokens", "berth-spool"), JOB_NEEDS_NOTHING);
}
END_TEST

TEST_FILE(jobs, a_pool_gets_one_process_for_each_title, a_process_opens_what_its_jobs_need_together)
