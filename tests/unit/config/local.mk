check_PROGRAMS += tests/unit/test_config
TESTS += tests/unit/test_config
tests_unit_test_config_SOURCES = \
	tests/unit/config/main.c \
	tests/unit/config/test_config.c \
	tests/unit/config/test_env.c \
	tests/unit/config/test_print.c \
	tests/unit/config/test_settings.c \
	tests/unit/config/test_yaml.c
tests_unit_test_config_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(TABLES_CPPFLAGS) -DCONF_DIR='"$(abs_srcdir)/conf"'
tests_unit_test_config_LDADD = $(CONFIG_LIBS) $(CHECK_LIBS)
