noinst_LIBRARIES += libjobs.a
libjobs_a_SOURCES = \
	src/jobs/job.c \
	src/jobs/jobs.c
