/* SPDX-License-Identifier: MIT */
#include "berth/base/metric.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../lib/test.h"

#define WRITERS 6
#define ADDED 200000

static const char *printed(void)
{
	static char text[16384];
	struct strbuf out;
	struct arena arena;

	arena_init(&arena, (size_t)4 << 20);
	strbuf_init(&out, &arena, sizeof text - 1);
	metric_print(&out);
	ck_assert(strbuf_ok(&out));
	memcpy(text, out.ptr, out.len + 1);
	arena_release(&arena);
	return text;
}

static struct metric_series series(unsigned first, unsigned second)
{
	return (struct metric_series){first, second};
}

START_TEST(without_memory_nothing_is_counted)
{
	metric_add(METRIC_RELOADS, METRIC_NO_LABELS, 1);
	metric_set(METRIC_WORKERS, METRIC_NO_LABELS, 1);
	metric_observe(METRIC_JOB_DURATION, METRIC_NO_LABELS, 1);
	ck_assert_uint_eq(metric_read(METRIC_RELOADS, METRIC_NO_LABELS), 0);
	ck_assert_str_eq(printed(), "");
}
END_TEST

START_TEST(a_counter_grows_and_a_gauge_is_what_was_set_last)
{
	metric_share();
	metric_share();
	metric_add(METRIC_RELOADS, METRIC_NO_LABELS, 2);
	metric_stripe(METRIC_STRIPES + 3);
	metric_add(METRIC_RELOADS, METRIC_NO_LABELS, 3);
	metric_set(METRIC_WORKERS, METRIC_NO_LABELS, 8);
	metric_stripe(1);
	metric_set(METRIC_WORKERS, METRIC_NO_LABELS, 5);
	ck_assert_uint_eq(metric_read(METRIC_RELOADS, METRIC_NO_LABELS), 5);
	ck_assert_uint_eq(metric_read(METRIC_WORKERS, METRIC_NO_LABELS), 5);
}
END_TEST

START_TEST(each_series_is_counted_by_itself)
{
	metric_share();
	metric_add(METRIC_REQUESTS, series(1, 100), 7);
	metric_add(METRIC_REQUESTS, series(2, 100), 8);
	metric_add(METRIC_REQUESTS, series(1, 101), 9);
	ck_assert_uint_eq(metric_read(METRIC_REQUESTS, series(1, 100)), 7);
	ck_assert_uint_eq(metric_read(METRIC_REQUESTS, series(2, 100)), 8);
	ck_assert_uint_eq(metric_read(METRIC_REQUESTS, series(1, 101)), 9);
	ck_assert_uint_eq(metric_read(METRIC_REQUESTS, series(2, 101)), 0);
	ck_assert_uint_eq(metric_read(METRIC_RELOADS, METRIC_NO_LABELS), 0);
}
END_TEST

START_TEST(a_value_beyond_the_table_counts_as_the_last_one)
{
	metric_share();
	metric_add(METRIC_REQUESTS, series(64, 500), 1);
	metric_add(METRIC_REQUESTS, series(1000, 70000), 1);
	ck_assert_uint_eq(metric_read(METRIC_REQUESTS, series(63, 499)), 2);
}
END_TEST

START_TEST(a_duration_falls_into_the_first_bucket_that_holds_it)
{
	static const char expected[] = "berth_job_duration_seconds_bucket{job=\"3\",le=\"0.001\"} 2\n"
				       "berth_job_duration_seconds_bucket{job=\"3\",le=\"0.01\"} 3\n"
				       "berth_job_duration_seconds_bucket{job=\"3\",le=\"0.1\"} 3\n"
				       "berth_job_duration_seconds_bucket{job=\"3\",le=\"1\"} 3\n"
				       "berth_job_duration_seconds_bucket{job=\"3\",le=\"10\"} 3\n"
				       "berth_job_duration_seconds_bucket{job=\"3\",le=\"60\"} 3\n"
				       "berth_job_duration_seconds_bucket{job=\"3\",le=\"600\"} 3\n"
				       "berth_job_duration_seconds_bucket{job=\"3\",le=\"+Inf\"} 4\n"
				       "berth_job_duration_seconds_sum{job=\"3\"} 601.002001\n"
				       "berth_job_duration_seconds_count{job=\"3\"} 4\n";

	metric_share();
	metric_observe(METRIC_JOB_DURATION, series(3, 0), 0);
	metric_observe(METRIC_JOB_DURATION, series(3, 0), 1000);
	metric_observe(METRIC_JOB_DURATION, series(3, 0), 1001);
	metric_observe(METRIC_JOB_DURATION, series(3, 0), 601000000);
	ck_assert_uint_eq(metric_read(METRIC_JOB_DURATION, series(3, 0)), 4);
	ck_assert_ptr_nonnull(strstr(printed(), expected));
}
END_TEST

START_TEST(metrics_are_printed_in_the_text_format)
{
	static const char whole[] = "# HELP berth_reloads_total Reloads with a configuration that was taken.\n"
				    "# TYPE berth_reloads_total counter\n"
				    "berth_reloads_total 3\n";
	static const char labelled[] = "# TYPE berth_http_requests_total counter\n"
				       "berth_http_requests_total{route=\"\",code=\"404\"} 1\n"
				       "berth_http_requests_total{route=\"GET \\\\ \\\"a\\\"\\n\",code=\"200\"} 2\n"
				       "# HELP berth_workers ";

	metric_share();
	metric_label(METRIC_LABEL_ROUTE, 0, "");
	metric_label(METRIC_LABEL_ROUTE, 1, "GET \\ \"a\"\n");
	metric_add(METRIC_REQUESTS, series(1, 100), 2);
	metric_add(METRIC_REQUESTS, series(0, 304), 1);
	metric_add(METRIC_RELOADS, METRIC_NO_LABELS, 3);
	ck_assert_ptr_nonnull(strstr(printed(), whole));
	ck_assert_ptr_nonnull(strstr(printed(), labelled));
	ck_assert_ptr_nonnull(strstr(printed(), "# TYPE berth_workers gauge\nberth_workers 0\n"));
	ck_assert_ptr_null(strstr(printed(), "berth_job_runs_total{"));
}
END_TEST

/* Counts until it is killed, or `most` times. A byte at the pipe says that it has begun. */
static pid_t writer(unsigned stripe, uint64_t most, int begun)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid > 0)
		return pid;
	metric_stripe(stripe);
	for (uint64_t i = 0; i < most; i++) {
		metric_add(METRIC_REQUESTS, series(1, 100), 1);
		metric_observe(METRIC_JOB_DURATION, series(1, 0), 1000);
		if (i == 0 && write(begun, "x", 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static void await(int begun, int count)
{
	char byte;

	for (int i = 0; i < count; i++)
		ck_assert_int_eq(read(begun, &byte, 1), 1);
}

START_TEST(processes_that_add_at_once_lose_nothing)
{
	int ends[2];

	metric_share();
	ck_assert_int_eq(pipe(ends), 0);
	for (unsigned i = 0; i < WRITERS; i++) /* two of each stripe */
		(void)writer(i / 2, ADDED, ends[1]);
	while (wait(NULL) > 0)
		;
	ck_assert_uint_eq(metric_read(METRIC_REQUESTS, series(1, 100)), WRITERS * ADDED);
	ck_assert_uint_eq(metric_read(METRIC_JOB_DURATION, series(1, 0)), WRITERS * ADDED);
}
END_TEST

START_TEST(processes_that_are_killed_leave_values_that_others_go_on_with)
{
	const struct timespec while_they_count = {.tv_nsec = 20000000};
	uint64_t added, observed, last = 0;
	pid_t pids[WRITERS];
	int ends[2];

	metric_share();
	ck_assert_int_eq(pipe(ends), 0);
	for (int round = 0; round < 5; round++) {
		for (unsigned i = 0; i < WRITERS; i++)
			pids[i] = writer(i, UINT64_MAX, ends[1]);
		await(ends[0], WRITERS);
		(void)nanosleep(&while_they_count, NULL);
		for (int i = 0; i < WRITERS; i++)
			ck_assert_int_eq(kill(pids[i], SIGKILL), 0);
		while (wait(NULL) > 0)
			;
		added = metric_read(METRIC_REQUESTS, series(1, 100));
		observed = metric_read(METRIC_JOB_DURATION, series(1, 0));
		ck_assert_uint_ge(added, last + WRITERS);
		ck_assert_uint_le(observed, added);
		ck_assert_uint_ge(observed + (uint64_t)WRITERS * (uint64_t)(round + 1),
				  added); /* each died in one round at most */
		last = added;
	}
	metric_add(METRIC_REQUESTS, series(1, 100), 1);
	ck_assert_uint_eq(metric_read(METRIC_REQUESTS, series(1, 100)), last + 1);
}
END_TEST

START_TEST(a_reader_never_sees_a_counter_go_back)
{
	uint64_t last = 0;
	int ends[2];
	pid_t pid;

	metric_share();
	ck_assert_int_eq(pipe(ends), 0);
	pid = writer(2, UINT64_MAX, ends[1]);
	await(ends[0], 1);
	for (int i = 0; i < 10000; i++) {
		uint64_t now = metric_read(METRIC_REQUESTS, series(1, 100));

		ck_assert_uint_ge(now, last);
		last = now;
	}
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

TEST_FILE(metric, without_memory_nothing_is_counted, a_counter_grows_and_a_gauge_is_what_was_set_last,
	  each_series_is_counted_by_itself, a_value_beyond_the_table_counts_as_the_last_one,
	  a_duration_falls_into_the_first_bucket_that_holds_it, metrics_are_printed_in_the_text_format,
	  processes_that_add_at_once_lose_nothing, processes_that_are_killed_leave_values_that_others_go_on_with,
	  a_reader_never_sees_a_counter_go_back)
