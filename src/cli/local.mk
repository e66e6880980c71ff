noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = \
	src/cli/accounts.c \
	src/cli/act_as.c \
	src/cli/act_as_priv.h \
	src/cli/admin.c \
	src/cli/admin_password.c \
	src/cli/admin_print.c \
	src/cli/admin_priv.h \
	src/cli/cmd_check_config.c \
	src/cli/cmd_check_storage.c \
	src/cli/cmd_key.c \
	src/cli/cmd_member.c \
	src/cli/cmd_migrate.c \
	src/cli/cmd_prepare.c \
	src/cli/cmd_project.c \
	src/cli/cmd_purge_uploads.c \
	src/cli/cmd_render.c \
	src/cli/cmd_serve.c \
	src/cli/cmd_site.c \
	src/cli/cmd_token.c \
	src/cli/cmd_unbuilt.c \
	src/cli/cmd_user.c \
	src/cli/cmd_routes.c \
	src/cli/cmd_version.c \
	src/cli/command.c \
	src/cli/embedded_pg.c \
	src/cli/fetch.c \
	src/cli/fetch_apache.c \
	src/cli/fetch_nginx.c \
	src/cli/unix_account.c \
	src/cli/nginx_answers.c \
	src/cli/nginx_bodies.c \
	src/cli/probe.c \
	src/cli/programs.c \
	src/cli/quote.c \
	src/cli/relay.c \
	src/cli/render_apache.c \
	src/cli/render_nginx.c \
	src/cli/render_systemd.c \
	src/cli/serve.c \
	src/cli/site.c \
	src/cli/supervise.c \
	src/cli/tls_names.c \
	src/cli/trusted.c \
	src/cli/units_priv.h \
	src/cli/workplace.c

bin_PROGRAMS += berth
berth_SOURCES = src/cli/main.c
berth_LDADD = libcli.a $(APP_LIBS)

# `registry serve` is how GitLab's packages and many scripts start a registry.
install-exec-hook:
	cd $(DESTDIR)$(bindir) && ln -sf berth registry
uninstall-hook:
	rm -f $(DESTDIR)$(bindir)/registry
	rmdir $(DESTDIR)$(confdir) $(DESTDIR)$(docdir) 2>/dev/null || true
