/* SPDX-License-Identifier: MIT */
#include "berth/base/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/test.h"

START_TEST(memory_is_zeroed_and_shared_with_children)
{
	unsigned char *memory = shared_new(10000);
	pid_t pid;
	int status;

	ck_assert_ptr_nonnull(memory);
	for (int i = 0; i < 10000; i++)
		ck_assert_int_eq(memory[i], 0);
	pid = fork();
	if (pid == 0) {
		memory[9999] = 7;
		shared_free(memory, 10000);
		_exit(0);
	}
	ck_assert(waitpid(pid, &status, 0) == pid && status == 0);
	ck_assert_int_eq(memory[9999], 7);
	shared_free(memory, 10000);
	shared_free(NULL, 10000);
}
END_TEST

START_TEST(memory_that_the_kernel_has_not_is_null)
{
	errno = 0;
	ck_assert_ptr_null(shared_new(SIZE_MAX / 2));
	ck_assert_int_eq(errno, ENOMEM);
}
END_TEST

START_TEST(a_program_that_needs_it_aborts)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		(void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
		(void)shared_require(SIZE_MAX / 2, "a test");
		_exit(0);
	}
	ck_assert(waitpid(pid, &status, 0) == pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
END_TEST

TEST_FILE(shared, memory_is_zeroed_and_shared_with_children, memory_that_the_kernel_has_not_is_null,
	  a_program_that_needs_it_aborts)
