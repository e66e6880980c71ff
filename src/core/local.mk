noinst_LIBRARIES += libcore.a
libcore_a_SOURCES = \
	src/core/blob.c \
	src/core/core.c \
	src/core/listing.c \
	src/core/manifest_cache.c \
	src/core/manifest_policy.c \
	src/core/manifest_pull.c \
	src/core/manifest_push.c \
	src/core/room.c \
	src/core/upload.c \
	src/core/upload_purge.c
