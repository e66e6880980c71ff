noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES = \
	src/http/byterange.c \
	src/http/etag.c \
	src/http/forwarded.c \
	src/http/list.c \
	src/http/mediarange.c \
	src/http/target.c
