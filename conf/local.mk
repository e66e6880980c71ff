# SPDX-License-Identifier: MIT
# What `make install` adds to the programs: documents, samples, the man page, accounts and folders for systemd.
dist_man1_MANS = conf/berth.1
dist_doc_DATA = README.md LICENSE
confdir = $(docdir)/conf
dist_conf_DATA = \
	conf/AUTH.md \
	conf/CONFIGURATION.md \
	conf/OPERATIONS.md \
	conf/README.md \
	conf/STORAGE.md \
	conf/auth-htpasswd.yml \
	conf/auth-silly.yml \
	conf/auth-token.yml \
	conf/config.yml \
	conf/storage-azure.yml \
	conf/storage-gcs.yml \
	conf/storage-oss.yml \
	conf/storage-s3.yml \
	conf/storage-swift.yml
sysusersdir = $(prefix)/lib/sysusers.d
dist_sysusers_DATA = conf/sysusers.d/berth.conf
tmpfilesdir = $(prefix)/lib/tmpfiles.d
dist_tmpfiles_DATA = conf/tmpfiles.d/berth.conf
