noinst_LIBRARIES += libstore.a
libstore_a_SOURCES = \
	src/store/ahead.c \
	src/store/fs.c \
	src/store/fs_blob.c \
	src/store/fs_io.c \
	src/store/fs_io.h \
	src/store/fs_path.c \
	src/store/fs_path.h \
	src/store/fs_priv.h \
	src/store/fs_sweep.c \
	src/store/fs_upload.c \
	src/store/gcs.c \
	src/store/gcs_account.c \
	src/store/gcs_account.h \
	src/store/gcs_assertion.c \
	src/store/gcs_call.c \
	src/store/gcs_list.c \
	src/store/gcs_object.c \
	src/store/gcs_priv.h \
	src/store/gcs_sign.c \
	src/store/gcs_token.c \
	src/store/gcs_upload.c \
	src/store/jsondoc.c \
	src/store/jsondoc_priv.h \
	src/store/mem.c \
	src/store/s3_credentials.c \
	src/store/s3_credentials.h \
	src/store/s3_credentials_priv.h \
	src/store/s3_endpoint.c \
	src/store/s3_endpoint.h \
	src/store/s3_metadata.c \
	src/store/s3_profile.c \
	src/store/s3_sign.c \
	src/store/s3_sign.h \
	src/store/xml.c \
	src/store/xml_priv.h
