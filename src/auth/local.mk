noinst_LIBRARIES += libauth.a
libauth_a_SOURCES = \
	src/auth/auth.c \
	src/auth/authorization.c \
	src/auth/challenge.c \
	src/auth/claims.c \
	src/auth/claims_priv.h \
	src/auth/htpasswd.c \
	src/auth/htpasswd_create.c \
	src/auth/htpasswd_scheme.c \
	src/auth/json.c \
	src/auth/json_priv.h \
	src/auth/jwa.c \
	src/auth/jwk.c \
	src/auth/jws.c \
	src/auth/jws_sign.c \
	src/auth/key.c \
	src/auth/keyring.c \
	src/auth/password.c \
	src/auth/password_cache.c \
	src/auth/principal.c \
	src/auth/silly.c \
	src/auth/tag_rules.c \
	src/auth/throttle.c \
	src/auth/token.c \
	src/auth/token_cache.c \
	src/auth/token_scheme.c \
	src/auth/watched_file.c
