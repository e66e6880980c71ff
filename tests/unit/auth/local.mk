check_PROGRAMS += tests/unit/test_auth
TESTS += tests/unit/test_auth
tests_unit_test_auth_SOURCES = \
	tests/unit/auth/lab.c \
	tests/unit/auth/lab.h \
	tests/unit/auth/main.c \
	tests/unit/auth/test_authorization.c \
	tests/unit/auth/test_challenge.c \
	tests/unit/auth/test_htpasswd.c \
	tests/unit/auth/test_jwa.c \
	tests/unit/auth/test_jwk.c \
	tests/unit/auth/test_jws.c \
	tests/unit/auth/test_key.c \
	tests/unit/auth/test_keyring.c \
	tests/unit/auth/test_password.c \
	tests/unit/auth/test_principal.c \
	tests/unit/auth/test_schemes.c \
	tests/unit/auth/test_tag_rules.c \
	tests/unit/auth/test_token.c \
	tests/unit/auth/test_token_cache.c \
	tests/unit/auth/test_watched_file.c
tests_unit_test_auth_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(TABLES_CPPFLAGS)
tests_unit_test_auth_LDADD = $(AUTH_LIBS) $(CHECK_LIBS)
