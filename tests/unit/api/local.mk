check_PROGRAMS += tests/unit/test_api
TESTS += tests/unit/test_api
tests_unit_test_api_SOURCES = \
	tests/unit/api/main.c \
	tests/unit/api/test_serve.c \
	tests/unit/http/fake_io.c \
	tests/unit/http/fake_io.h
tests_unit_test_api_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_api_LDADD = $(API_LIBS) $(CHECK_LIBS)
