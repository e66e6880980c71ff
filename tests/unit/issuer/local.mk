check_PROGRAMS += tests/unit/test_issuer
TESTS += tests/unit/test_issuer
tests_unit_test_issuer_SOURCES = \
	tests/unit/issuer/main.c \
	tests/unit/issuer/test_backoff.c \
	tests/unit/issuer/test_credential.c \
	tests/unit/issuer/test_grant.c \
	tests/unit/issuer/test_scope.c
tests_unit_test_issuer_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(TABLES_CPPFLAGS)
tests_unit_test_issuer_LDADD = $(ISSUER_LIBS) $(CHECK_LIBS)
