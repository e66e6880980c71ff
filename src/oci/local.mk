noinst_LIBRARIES += liboci.a
liboci_a_SOURCES = \
	src/oci/descriptor.c \
	src/oci/field.c \
	src/oci/manifest.c \
	src/oci/mediatype.c \
	src/oci/name.c \
	src/oci/referrer.c \
	src/oci/tag.c
