# libprefork.a knows nothing of FastCGI; only fcgi_io.c includes fcgiapp.h.
noinst_LIBRARIES += libprefork.a
libprefork_a_SOURCES = \
	fcgi/prefork.c \
	fcgi/prefork_priv.h \
	fcgi/prefork_worker.c

bin_PROGRAMS += registry.fcgi
registry_fcgi_SOURCES = \
	fcgi/fcgi_io.c \
	fcgi/options.c \
	fcgi/program.c \
	fcgi/registry_fcgi.c
registry_fcgi_LDADD = libprefork.a $(APP_LIBS) $(FCGI_LIBS)
