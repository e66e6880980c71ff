noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES = \
	src/http/base_url.c \
	src/http/byterange.c \
	src/http/client.c \
	src/http/client_transfer.c \
	src/http/client_exchange.c \
	src/http/client_priv.h \
	src/http/etag.c \
	src/http/forwarded.c \
	src/http/list.c \
	src/http/mediarange.c \
	src/http/message.c \
	src/http/respond.c \
	src/http/route.c \
	src/http/target.c
