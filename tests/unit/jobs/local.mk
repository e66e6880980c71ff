check_PROGRAMS += tests/unit/test_jobs
TESTS += tests/unit/test_jobs
tests_unit_test_jobs_SOURCES = \
	tests/unit/jobs/main.c \
	tests/unit/jobs/test_job.c \
	tests/unit/jobs/test_jobs.c
tests_unit_test_jobs_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_jobs_LDADD = libjobs.a libissuer.a libauth.a $(CORE_LIBS) $(JWT_LIBS) $(CRYPT_LIBS) $(CHECK_LIBS)
