noinst_LIBRARIES += libdb.a
libdb_a_SOURCES = \
	src/db/conn.c \
	src/db/judge.c \
	src/db/link.c \
	src/db/migrate.c \
	src/db/run.c \
	src/db/value.c
