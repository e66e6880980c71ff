noinst_LIBRARIES += libapp.a
libapp_a_SOURCES = \
	src/app/app.c \
	src/app/auth.c \
	src/app/jobs.c \
	src/app/middleware.c \
	src/app/middleware_priv.h \
	src/app/origin.c \
	src/app/password_file.c \
	src/app/prehash.c \
	src/app/prehash_priv.h \
	src/app/room.c \
	src/app/room_priv.h \
	src/app/store.c \
	src/app/store_object.c \
	src/app/store_object_priv.h \
	src/app/store_priv.h \
	src/app/token.c \
	src/app/worker.c \
	src/app/worker_priv.h
