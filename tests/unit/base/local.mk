check_PROGRAMS += tests/unit/test_base
TESTS += tests/unit/test_base
tests_unit_test_base_SOURCES = \
	tests/unit/base/main.c \
	tests/unit/base/test_arena.c \
	tests/unit/base/test_digest.c \
	tests/unit/base/test_json_scan.c
tests_unit_test_base_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(TABLES_CPPFLAGS)
tests_unit_test_base_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
