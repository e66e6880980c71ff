noinst_LIBRARIES += libmeta.a
libmeta_a_SOURCES = \
	src/meta/account.c \
	src/meta/blob.c \
	src/meta/change.c \
	src/meta/login.c \
	src/meta/manifest.c \
	src/meta/meta.c \
	src/meta/meta_priv.h \
	src/meta/project.c \
	src/meta/repository.c \
	src/meta/role.c \
	src/meta/statements.c \
	src/meta/table.c \
	src/meta/table_priv.h \
	src/meta/tag.c \
	src/meta/upload.c
nodist_libmeta_a_SOURCES = sql/migrations.c
