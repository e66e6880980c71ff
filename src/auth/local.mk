noinst_LIBRARIES += libauth.a
libauth_a_SOURCES = \
	src/auth/json.c \
	src/auth/json_priv.h \
	src/auth/jwa.c \
	src/auth/jwk.c \
	src/auth/jws.c \
	src/auth/jws_sign.c \
	src/auth/key.c \
	src/auth/keyring.c \
	src/auth/password.c
