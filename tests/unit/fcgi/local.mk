check_PROGRAMS += tests/unit/test_fcgi
TESTS += tests/unit/test_fcgi
tests_unit_test_fcgi_SOURCES = tests/unit/fcgi/main.c tests/unit/fcgi/test_semaphore.c \
	tests/unit/fcgi/test_linger.c tests/unit/fcgi/test_pace.c tests/unit/fcgi/test_peer_timer.c tests/unit/fcgi/test_shed.c \
	tests/unit/fcgi/test_sources.c
tests_unit_test_fcgi_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_fcgi_LDADD = libprefork.a $(BASE_LIBS) $(CHECK_LIBS)
