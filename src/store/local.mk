noinst_LIBRARIES += libstore.a
libstore_a_SOURCES = \
	src/store/fs.c \
	src/store/fs_blob.c \
	src/store/fs_io.c \
	src/store/fs_io.h \
	src/store/fs_path.c \
	src/store/fs_path.h \
	src/store/fs_priv.h \
	src/store/fs_sweep.c \
	src/store/fs_upload.c \
	src/store/mem.c \
	src/store/xml.c \
	src/store/xml_priv.h
