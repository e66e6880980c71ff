check_PROGRAMS += tests/unit/test_oci
TESTS += tests/unit/test_oci
tests_unit_test_oci_SOURCES = \
	tests/unit/oci/main.c \
	tests/unit/oci/test_manifest.c \
	tests/unit/oci/test_mediatype.c \
	tests/unit/oci/test_name.c \
	tests/unit/oci/test_referrer.c \
	tests/unit/oci/test_tag.c
tests_unit_test_oci_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(TABLES_CPPFLAGS)
tests_unit_test_oci_LDADD = $(OCI_LIBS) $(CHECK_LIBS)
