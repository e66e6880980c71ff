/* SPDX-License-Identifier: MIT */
/* The outgoing client against a TLS server, which is OpenSSL's own: whose certificates are taken, and whose are not. */
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/test.h"
#include "berth/http/client.h"

struct tls {
	char folder[64];
	char certificate[128];
	pid_t pid;
	int port;
};

static struct arena arena;

/* Runs openssl and returns its process; with `out`, its standard output is read from there. */
static pid_t openssl(const char *const arguments[], FILE **out)
{
	int ends[2];
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ends[1], 1);
		close(ends[0]);
		if (!freopen("/dev/null", "r", stdin) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execvp("openssl", (char *const *)arguments);
		_exit(127);
	}
	close(ends[1]);
	*out = fdopen(ends[0], "r");
	return pid;
}

static void make_certificate(const struct tls *tls, const char *key, const char *name)
{
	char subject[64];
	const char *const arguments[] = {
		"openssl", "req",      "-x509",          "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
		"-nodes",  "-out",     tls->certificate, "-keyout", key,  "-days",    "2",
		"-subj",   "/CN=test", "-addext",        subject,   NULL};
	int status;
	FILE *out;
	pid_t pid;

	(void)snprintf(subject, sizeof subject, "subjectAltName=%s", name);
	pid = openssl(arguments, &out);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	fclose(out);
}

/* A server whose certificate is for `name`, "IP:127.0.0.1" say. */
static struct tls start(const char *name)
{
	struct tls tls = {.folder = "/tmp/berth-tls.XXXXXX"};
	char key[128], line[256];
	FILE *out;

	arena_init(&arena, 8 << 20);
	ck_assert_ptr_nonnull(mkdtemp(tls.folder));
	(void)snprintf(tls.certificate, sizeof tls.certificate, "%s/cert.pem", tls.folder);
	(void)snprintf(key, sizeof key, "%s/key.pem", tls.folder);
	make_certificate(&tls, key, name);
	tls.pid = openssl((const char *[]){"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", tls.certificate,
					   "-key", key, "-www", NULL},
			  &out);
	while (!tls.port && fgets(line, sizeof line, out)) /* ends when the server does */
		if (strncmp(line, "ACCEPT 127.0.0.1:", 17) == 0)
			tls.port = (int)strtol(line + 17, NULL, 10);
	ck_assert_int_gt(tls.port, 0);
	unlink(key);
	return tls;
}

/* Names the certificates in the folder by their hashes, as OpenSSL looks for them. */
static void rehash(const struct tls *tls)
{
	int status;
	FILE *out;
	pid_t pid = openssl((const char *[]){"openssl", "rehash", tls->folder, NULL}, &out);

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	fclose(out);
}

static void stop(struct tls *tls)
{
	glob_t links;

	kill(tls->pid, SIGKILL);
	waitpid(tls->pid, NULL, 0);
	unlink(tls->certificate);
	if (glob(arena_printf(&arena, "%s/*.0", tls->folder), 0, NULL, &links) == 0) {
		unlink(links.gl_pathv[0]);
		globfree(&links);
	}
	rmdir(tls->folder);
	arena_release(&arena);
}

static struct http_exchange ask(const struct tls *tls, const struct http_client_settings *settings)
{
	struct http_client *client = http_client_new(settings);
	struct http_exchange x = {.method = "GET", .url = arena_printf(&arena, "https://127.0.0.1:%d/", tls->port)};

	ck_assert_ptr_nonnull(client);
	(void)http_client_run(client, &x, &arena);
	http_client_free(client);
	return x;
}

static void refused(const struct http_exchange *x)
{
	ck_assert_int_eq(x->status, 0);
	ck_assert_uint_eq(x->attempts, 1);
	ck_assert_msg(strstr(x->failure, "certificate") != NULL || strstr(x->failure, "SSL") != NULL, "%s", x->failure);
}

START_TEST(an_unknown_certificate_is_refused_and_a_known_one_taken)
{
	struct tls tls = start("IP:127.0.0.1");
	struct http_exchange x = ask(&tls, &(struct http_client_settings){0});

	refused(&x);
	x = ask(&tls, &(struct http_client_settings){.ca_file = tls.certificate});
	ck_assert_int_eq(x.status, 200);
	x = ask(&tls, &(struct http_client_settings){.skip_verify = true});
	ck_assert_int_eq(x.status, 200);
	stop(&tls);
}
END_TEST

START_TEST(a_known_certificate_for_another_host_is_refused)
{
	struct tls tls = start("IP:127.0.0.2");
	struct http_exchange x = ask(&tls, &(struct http_client_settings){.ca_file = tls.certificate});

	refused(&x);
	stop(&tls);
}
END_TEST

START_TEST(authorities_of_the_environment_are_trusted_unless_the_settings_name_some)
{
	struct tls tls = start("IP:127.0.0.1");
	struct http_exchange x;

	setenv("SSL_CERT_FILE", tls.certificate, 1);
	x = ask(&tls, &(struct http_client_settings){0});
	ck_assert_int_eq(x.status, 200);
	x = ask(&tls, &(struct http_client_settings){.ca_file = "/etc/ssl/certs/ca-certificates.crt"});
	refused(&x);
	unsetenv("SSL_CERT_FILE");
	rehash(&tls);
	setenv("SSL_CERT_DIR", tls.folder, 1);
	x = ask(&tls, &(struct http_client_settings){0});
	ck_assert_int_eq(x.status, 200);
	x = ask(&tls, &(struct http_client_settings){.ca_file = "/etc/ssl/certs/ca-certificates.crt"});
	refused(&x);
	setenv("SSL_CERT_DIR", "", 1);
	x = ask(&tls, &(struct http_client_settings){0});
	refused(&x);
	unsetenv("SSL_CERT_DIR");
	stop(&tls);
}
END_TEST

START_TEST(a_missing_ca_file_is_a_failure)
{
	struct tls tls = start("IP:127.0.0.1");
	struct http_exchange x = ask(&tls, &(struct http_client_settings){.ca_file = "/nowhere/ca.pem"});

	ck_assert_int_eq(x.status, 0);
	ck_assert_ptr_nonnull(x.failure);
	stop(&tls);
}
END_TEST

TEST_FILE(client_tls, an_unknown_certificate_is_refused_and_a_known_one_taken,
	  a_known_certificate_for_another_host_is_refused,
	  authorities_of_the_environment_are_trusted_unless_the_settings_name_some, a_missing_ca_file_is_a_failure)
