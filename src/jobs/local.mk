noinst_LIBRARIES += libjobs.a
libjobs_a_SOURCES = \
	src/jobs/housekeeper.c \
	src/jobs/issuer_keeper.c
