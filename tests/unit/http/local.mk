check_PROGRAMS += tests/unit/test_http
TESTS += tests/unit/test_http
tests_unit_test_http_SOURCES = \
	tests/unit/http/fake_io.c \
	tests/unit/http/fake_io.h \
	tests/unit/http/loopback.c \
	tests/unit/http/loopback.h \
	tests/unit/http/main.c \
	tests/unit/http/test_base_url.c \
	tests/unit/http/test_byterange.c \
	tests/unit/http/test_client.c \
	tests/unit/http/test_client_tls.c \
	tests/unit/http/test_etag.c \
	tests/unit/http/test_forwarded.c \
	tests/unit/http/test_mediarange.c \
	tests/unit/http/test_message.c \
	tests/unit/http/test_respond.c \
	tests/unit/http/test_route.c \
	tests/unit/http/test_target.c
tests_unit_test_http_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(TABLES_CPPFLAGS)
tests_unit_test_http_LDADD = $(HTTP_LIBS) $(CHECK_LIBS)
