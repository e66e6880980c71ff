# Unit tests: one runner per floor, linked with that floor and those below it only.
# Grammars are tables, read by the tests at run time (tests/lib/table.h).
TABLES_CPPFLAGS = -DTABLES_DIR='"$(abs_srcdir)/tests/tables"'
if HAVE_CHECK
include tests/unit/auth/local.mk
include tests/unit/base/local.mk
include tests/unit/config/local.mk
include tests/unit/api/local.mk
include tests/unit/core/local.mk
include tests/unit/fcgi/local.mk
include tests/unit/http/local.mk
include tests/unit/issuer/local.mk
include tests/unit/jobs/local.mk
include tests/unit/oci/local.mk
include tests/unit/store/local.mk
include tests/db/local.mk

# The behaviours of every driver, on the storage of a configuration (tests/store/test_driver_contract.py).
check_PROGRAMS += tests/store/drivers
tests_store_drivers_SOURCES = \
	tests/store/drivers.c \
	tests/unit/store/fake_service.c \
	tests/unit/store/fake_service.h \
	tests/unit/store/lab.c \
	tests/unit/store/lab.h \
	tests/unit/store/mem.c \
	tests/unit/store/mem.h \
	tests/unit/store/test_drivers.c
tests_store_drivers_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_store_drivers_LDADD = $(APP_LIBS) $(CHECK_LIBS)
endif
if FUZZERS
include tests/fuzz/local.mk
endif

# Servers for tests over sockets and for the benchmarks.
noinst_PROGRAMS += tests/lib/trivial_fcgi tests/lib/prefork_probe
tests_lib_trivial_fcgi_SOURCES = tests/lib/trivial_fcgi.c
tests_lib_trivial_fcgi_LDADD = libprefork.a $(BASE_LIBS) $(FCGI_LIBS)
tests_lib_prefork_probe_SOURCES = tests/lib/prefork_probe.c
tests_lib_prefork_probe_LDADD = libprefork.a $(BASE_LIBS)

# The gcs service by hand, for tests/store/test_gcs_service.py.
noinst_PROGRAMS += tests/store/gcs_probe
tests_store_gcs_probe_SOURCES = tests/store/gcs_probe.c
tests_store_gcs_probe_LDADD = $(STORE_LIBS)

# A service of an object store, driven by lines on its standard input (tests/store/service.py).
noinst_PROGRAMS += tests/store/service
tests_store_service_SOURCES = tests/store/service.c
tests_store_service_LDADD = $(APP_LIBS)
