noinst_LIBRARIES += libmeta.a
libmeta_a_SOURCES = \
	src/meta/statements.c
nodist_libmeta_a_SOURCES = sql/migrations.c
