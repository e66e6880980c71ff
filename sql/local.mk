MIGRATIONS = \
	$(srcdir)/sql/0001_create_registry.sql \
	$(srcdir)/sql/0002_create_accounts.sql \
	$(srcdir)/sql/0003_upload_starter.sql \
	$(srcdir)/sql/0004_index_passwords.sql \
	$(srcdir)/sql/0005_bound_refresh_tokens.sql \
	$(srcdir)/sql/0006_fence_uploads.sql \
	$(srcdir)/sql/0007_ask_before_deleting.sql \
	$(srcdir)/sql/0008_keep_owners_and_sizes.sql

sql/migrations.c: $(MIGRATIONS) $(srcdir)/sql/embed.sh
	$(AM_V_GEN)mkdir -p sql && $(srcdir)/sql/embed.sh $(MIGRATIONS) > $@.tmp && mv $@.tmp $@

BUILT_SOURCES += sql/migrations.c
CLEANFILES += sql/migrations.c
EXTRA_DIST += sql/0001_create_registry.sql sql/0002_create_accounts.sql sql/0003_upload_starter.sql sql/0004_index_passwords.sql sql/0005_bound_refresh_tokens.sql sql/0006_fence_uploads.sql sql/0007_ask_before_deleting.sql sql/0008_keep_owners_and_sizes.sql sql/embed.sh sql/schema.sql sql/README.md
