noinst_LIBRARIES += libissuer.a
libissuer_a_SOURCES = \
	src/issuer/backoff.c \
	src/issuer/credential.c \
	src/issuer/grant.c \
	src/issuer/issue.c \
	src/issuer/keystore.c \
	src/issuer/keystore_file.c \
	src/issuer/keystore_file_priv.h \
	src/issuer/keystore_make.c \
	src/issuer/login.c \
	src/issuer/purge.c \
	src/issuer/scope.c
