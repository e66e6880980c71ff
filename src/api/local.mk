noinst_LIBRARIES += libapi.a
libapi_a_SOURCES = \
	src/api/authorize.c \
	src/api/authorize.h \
	src/api/base.c \
	src/api/blobs.c \
	src/api/call.c \
	src/api/call.h \
	src/api/deliver.c \
	src/api/deliver.h \
	src/api/listings.c \
	src/api/manifests.c \
	src/api/preauth.c \
	src/api/preauth.h \
	src/api/registry.c \
	src/api/serve.c \
	src/api/table.c \
	src/api/tidy.c \
	src/api/tidy.h \
	src/api/tokens.c \
	src/api/upload_body.c \
	src/api/upload_body.h \
	src/api/uploads.c
