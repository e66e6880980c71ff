check_PROGRAMS += tests/unit/test_base
TESTS += tests/unit/test_base
tests_unit_test_base_SOURCES = \
	tests/unit/base/main.c \
	tests/unit/base/test_address.c \
	tests/unit/base/test_arena.c \
	tests/unit/base/test_base64.c \
	tests/unit/base/test_clock.c \
	tests/unit/base/test_crc32c.c \
	tests/unit/base/test_digest.c \
	tests/unit/base/test_error.c \
	tests/unit/base/test_hash.c \
	tests/unit/base/test_hex.c \
	tests/unit/base/test_json_read.c \
	tests/unit/base/test_json_write.c \
	tests/unit/base/test_log.c \
	tests/unit/base/test_log_repeats.c \
	tests/unit/base/test_metric.c \
	tests/unit/base/test_pattern.c \
	tests/unit/base/test_pause.c \
	tests/unit/base/test_percent.c \
	tests/unit/base/test_secret.c \
	tests/unit/base/test_shared.c \
	tests/unit/base/test_span.c \
	tests/unit/base/test_strbuf.c \
	tests/unit/base/test_timetext.c \
	tests/unit/base/test_url.c \
	tests/unit/base/test_utf8.c \
	tests/unit/base/test_uuid.c \
	tests/unit/base/test_ways.c
tests_unit_test_base_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(TABLES_CPPFLAGS)
tests_unit_test_base_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
