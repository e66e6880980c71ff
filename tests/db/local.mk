# Run by tests/db/test_live.py, which gives it a PostgreSQL cluster.
check_PROGRAMS += tests/db/live
tests_db_live_SOURCES = \
	tests/db/lab.c \
	tests/db/lab.h \
	tests/db/live.c \
	tests/db/live_change.c \
	tests/db/live_connection.c \
	tests/db/live_migrate.c \
	tests/db/live_races.c \
	tests/db/live_transaction.c \
	tests/db/live_value.c
tests_db_live_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_db_live_LDADD = $(CORE_LIBS) $(CHECK_LIBS)
