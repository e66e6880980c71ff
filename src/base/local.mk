noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/address.c \
	src/base/arena.c \
	src/base/base64.c \
	src/base/clock.c \
	src/base/crc32c.c \
	src/base/digest.c \
	src/base/error.c \
	src/base/hash.c \
	src/base/hex.c \
	src/base/json_read.c \
	src/base/json_write.c \
	src/base/log.c \
	src/base/log_repeats.c \
	src/base/metric.c \
	src/base/pattern.c \
	src/base/pause.c \
	src/base/percent.c \
	src/base/secret.c \
	src/base/shared.c \
	src/base/span.c \
	src/base/strbuf.c \
	src/base/timetext.c \
	src/base/url.c \
	src/base/utf8.c \
	src/base/uuid.c \
	src/base/ways.c \
	src/base/who.c
