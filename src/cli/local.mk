noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = \
	src/cli/admin/admin.c \
	src/cli/admin/admin_options.c \
	src/cli/admin/admin_options_priv.h \
	src/cli/admin/admin_password.c \
	src/cli/admin/admin_password_priv.h \
	src/cli/admin/admin_print.c \
	src/cli/admin/admin_print_priv.h \
	src/cli/admin/admin_priv.h \
	src/cli/cmd_check_config.c \
	src/cli/cmd_check_storage.c \
	src/cli/cmd_key.c \
	src/cli/cmd_member.c \
	src/cli/cmd_migrate.c \
	src/cli/cmd_prepare.c \
	src/cli/cmd_project.c \
	src/cli/cmd_purge_uploads.c \
	src/cli/cmd_render.c \
	src/cli/cmd_routes.c \
	src/cli/cmd_serve.c \
	src/cli/cmd_site.c \
	src/cli/cmd_token.c \
	src/cli/cmd_unbuilt.c \
	src/cli/cmd_user.c \
	src/cli/cmd_version.c \
	src/cli/command.c \
	src/cli/command_priv.h \
	src/cli/host/accounts.c \
	src/cli/host/accounts_priv.h \
	src/cli/host/act_as.c \
	src/cli/host/act_as_priv.h \
	src/cli/host/path.c \
	src/cli/host/path_priv.h \
	src/cli/host/programs.c \
	src/cli/host/programs_priv.h \
	src/cli/host/trusted.c \
	src/cli/host/trusted_priv.h \
	src/cli/host/unix_account.c \
	src/cli/host/unix_account_priv.h \
	src/cli/render/apache.c \
	src/cli/render/apache_fetch.c \
	src/cli/render/apache_fetch_priv.h \
	src/cli/render/apache_priv.h \
	src/cli/render/fetch.c \
	src/cli/render/fetch_priv.h \
	src/cli/render/nginx.c \
	src/cli/render/nginx_answers.c \
	src/cli/render/nginx_answers_priv.h \
	src/cli/render/nginx_bodies.c \
	src/cli/render/nginx_bodies_priv.h \
	src/cli/render/nginx_fetch.c \
	src/cli/render/nginx_fetch_priv.h \
	src/cli/render/nginx_priv.h \
	src/cli/render/nginx_tls.c \
	src/cli/render/nginx_tls_priv.h \
	src/cli/render/nginx_write.c \
	src/cli/render/nginx_write_priv.h \
	src/cli/render/quote.c \
	src/cli/render/quote_priv.h \
	src/cli/render/site.c \
	src/cli/render/site_priv.h \
	src/cli/render/systemd.c \
	src/cli/render/systemd_priv.h \
	src/cli/render/tls_names.c \
	src/cli/render/tls_names_priv.h \
	src/cli/render/web_server.c \
	src/cli/render/web_server_priv.h \
	src/cli/serve/embedded_pg.c \
	src/cli/serve/embedded_pg_priv.h \
	src/cli/serve/probe.c \
	src/cli/serve/probe_priv.h \
	src/cli/serve/relay.c \
	src/cli/serve/relay_priv.h \
	src/cli/serve/serve.c \
	src/cli/serve/serve_priv.h \
	src/cli/serve/supervise.c \
	src/cli/serve/supervise_priv.h \
	src/cli/serve/workplace.c \
	src/cli/serve/workplace_priv.h

bin_PROGRAMS += berth
berth_SOURCES = src/cli/main.c
berth_LDADD = libcli.a $(APP_LIBS)

# `registry serve` is how GitLab's packages and many scripts start a registry. -n: a link to a folder is replaced, not followed.
install-exec-hook:
	cd $(DESTDIR)$(bindir) && ln -sfn berth registry
uninstall-hook:
	rm -f $(DESTDIR)$(bindir)/registry
	rmdir $(DESTDIR)$(confdir) $(DESTDIR)$(docdir) 2>/dev/null || true
