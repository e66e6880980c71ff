check_PROGRAMS += tests/unit/test_core
TESTS += tests/unit/test_core
tests_unit_test_core_SOURCES = \
	tests/unit/core/main.c \
	tests/unit/core/test_manifest_cache.c \
	tests/unit/core/test_manifest_policy.c \
	tests/unit/core/test_room.c
tests_unit_test_core_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_core_LDADD = $(CORE_LIBS) $(CHECK_LIBS)
