# libprefork.a knows nothing of FastCGI; only fcgi_io.c includes fcgiapp.h.
noinst_LIBRARIES += libprefork.a
libprefork_a_SOURCES = \
	fcgi/linger.c \
	fcgi/pace.c \
	fcgi/peer_timer.c \
	fcgi/prefork.c \
	fcgi/prefork_priv.h \
	fcgi/prefork_worker.c \
	fcgi/semaphore.c \
	fcgi/shed.c \
	fcgi/sources.c

bin_PROGRAMS += registry.fcgi
registry_fcgi_SOURCES = fcgi/registry_fcgi.c
registry_fcgi_LDADD = libprogram.a libprefork.a $(APP_LIBS) $(FCGI_LIBS)

bin_PROGRAMS += token.fcgi
token_fcgi_SOURCES = fcgi/token_fcgi.c
token_fcgi_LDADD = libprogram.a libprefork.a $(APP_LIBS) $(FCGI_LIBS)

# What the programs share.
noinst_LIBRARIES += libprogram.a
libprogram_a_SOURCES = \
	fcgi/assertion.c \
	fcgi/assertion_priv.h \
	fcgi/fcgi_io.c \
	fcgi/options.c \
	fcgi/program.c \
	fcgi/throttle.c
