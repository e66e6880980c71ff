noinst_LIBRARIES += libconfig.a
libconfig_a_SOURCES = \
	src/config/apply.c \
	src/config/check.c \
	src/config/check_auth.c \
	src/config/check_azure.c \
	src/config/check_gcs.c \
	src/config/check_oss.c \
	src/config/check_s3.c \
	src/config/check_swift.c \
	src/config/check_token_service.c \
	src/config/collect.c \
	src/config/config_load.c \
	src/config/duration.c \
	src/config/env.c \
	src/config/form.c \
	src/config/load.c \
	src/config/lookup.c \
	src/config/middleware.c \
	src/config/node.c \
	src/config/print.c \
	src/config/report.c \
	src/config/restart.c \
	src/config/settings.c \
	src/config/suggest.c \
	src/config/value.c \
	src/config/yaml.c
EXTRA_DIST += src/config/settings.def conf/config.yml conf/storage-azure.yml conf/storage-s3.yml conf/storage-swift.yml
