noinst_LIBRARIES += libissuer.a
libissuer_a_SOURCES = \
	src/issuer/credential.c \
	src/issuer/grant.c \
	src/issuer/issue.c \
	src/issuer/issuer.c \
	src/issuer/login.c \
	src/issuer/scope.c
