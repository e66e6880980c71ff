check_PROGRAMS += tests/unit/test_store
TESTS += tests/unit/test_store
tests_unit_test_store_SOURCES = \
	tests/unit/http/loopback.c \
	tests/unit/http/loopback.h \
	tests/unit/store/azure/test_azure.c \
	tests/unit/store/azure/test_azure_identity.c \
	tests/unit/store/azure/test_azure_sign.c \
	tests/unit/store/fake_service.c \
	tests/unit/store/fake_service.h \
	tests/unit/store/fs/test_fs.c \
	tests/unit/store/gcs/test_gcs.c \
	tests/unit/store/lab.c \
	tests/unit/store/lab.h \
	tests/unit/store/locate/test_aws_ranges.c \
	tests/unit/store/locate/test_locator.c \
	tests/unit/store/main.c \
	tests/unit/store/mem.c \
	tests/unit/store/mem.h \
	tests/unit/store/object/test_object.c \
	tests/unit/store/object/test_object_plan.c \
	tests/unit/store/object/test_object_state.c \
	tests/unit/store/oss/test_oss.c \
	tests/unit/store/oss/test_oss_sign.c \
	tests/unit/store/s3/test_s3_credentials.c \
	tests/unit/store/s3/test_s3_endpoint.c \
	tests/unit/store/s3/test_s3_service.c \
	tests/unit/store/s3/test_s3_sign.c \
	tests/unit/store/service/test_body.c \
	tests/unit/store/service/test_credential.c \
	tests/unit/store/service/test_xml.c \
	tests/unit/store/spool/test_prehash.c \
	tests/unit/store/spool/test_spool.c \
	tests/unit/store/spool/test_spool_bounds.c \
	tests/unit/store/swift/test_swift.c \
	tests/unit/store/test_drivers.c \
	tests/unit/store/test_layout.c
tests_unit_test_store_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(TABLES_CPPFLAGS)
tests_unit_test_store_LDADD = $(STORE_LIBS) $(CHECK_LIBS)
