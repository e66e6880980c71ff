/* SPDX-License-Identifier: MIT */
/* The schemes as the API asks them: silly, htpasswd and token, with their files changing under them. */
#include "berth/auth/auth.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "berth/auth/htpasswd_scheme.h"
#include "berth/auth/jws.h"
#include "berth/auth/jws_sign.h"
#include "berth/auth/password.h"
#include "berth/auth/password_cache.h"
#include "berth/auth/silly.h"
#include "berth/auth/token_scheme.h"
#include "berth/base/base64.h"
#include "../../lib/test.h"
#include "lab.h"

#define NOW 1000000

static struct arena arena;
static struct auth_answer answer;
static char reason[300];
static char path[] = "/tmp/berth-scheme-XXXXXX";
static const struct access needs[] = {{"repository", {"a", 1}, "pull"}};

static void write_file(const char *text)
{
	char next[64];
	FILE *out;

	(void)snprintf(next, sizeof next, "%s.new", path);
	out = fopen(next, "w");
	ck_assert(out && fputs(text, out) >= 0 && fclose(out) == 0);
	ck_assert(rename(next, path) == 0);
}

static void begin(void)
{
	int fd;

	arena_init(&arena, (size_t)16 << 20);
	fd = mkstemp(path);
	ck_assert(fd >= 0 && close(fd) == 0);
}

static void end(struct auth *auth)
{
	auth_free(auth);
	(void)unlink(path);
	arena_release(&arena);
}

static enum auth_verdict ask_in_turn(struct auth *auth, const char *header, const struct throttle *throttle)
{
	struct auth_question question = {.authorization = {header, header ? strlen(header) : 0},
					 .needed = needs,
					 .needed_count = 1,
					 .now = NOW,
					 .address = "192.0.2.1",
					 .throttle = throttle};

	return auth_ask(auth, &question, &arena, &answer);
}

static enum auth_verdict ask(struct auth *auth, const char *header)
{
	return ask_in_turn(auth, header, NULL);
}

START_TEST(none_lets_everybody_do_everything)
{
	ck_assert_int_eq(ask(NULL, NULL), AUTH_ALLOWED);
	ck_assert(answer.principal.everything);
	auth_free(NULL);
}
END_TEST

START_TEST(silly_wants_any_header)
{
	struct auth *auth = silly_new("r", "s");

	arena_init(&arena, (size_t)1 << 20);
	ck_assert_int_eq(ask(auth, NULL), AUTH_REFUSED);
	ck_assert_str_eq(answer.challenge, "Bearer realm=\"r\",service=\"s\",scope=\"repository:a:pull\"");
	ck_assert_int_eq(ask(auth, "anything"), AUTH_ALLOWED);
	ck_assert_str_eq(answer.principal.user, "silly");
	auth_free(auth);
	arena_release(&arena);
}
END_TEST

static const char *basic(const char *user, const char *password)
{
	const char *pair = arena_printf(&arena, "%s:%s", user, password);

	return arena_printf(&arena, "Basic %s", base64_encode(&arena, pair, strlen(pair)));
}

static const char *entry(const char *user, const char *password)
{
	return arena_printf(&arena, "%s:%s\n", user, password_hash(&arena, span_of(password)));
}

static struct auth *htpasswd(void)
{
	struct auth *auth = htpasswd_scheme_new("the realm", path, reason, sizeof reason);

	ck_assert_msg(auth != NULL, "%s", reason);
	return auth;
}

START_TEST(a_password_of_the_file_lets_in)
{
	struct auth *auth;

	begin();
	write_file(entry("alice", "right"));
	auth = htpasswd();
	ck_assert_int_eq(ask(auth, basic("alice", "right")), AUTH_ALLOWED);
	ck_assert_str_eq(answer.principal.user, "alice");
	ck_assert(answer.principal.everything);
	ck_assert_int_eq(ask(auth, basic("alice", "wrong")), AUTH_REFUSED);
	ck_assert_str_eq(answer.challenge, "Basic realm=\"the realm\"");
	ck_assert_int_eq(ask(auth, basic("bob", "right")), AUTH_REFUSED);
	ck_assert_int_eq(ask(auth, basic("alice", "")), AUTH_REFUSED);
	ck_assert_int_eq(ask(auth, NULL), AUTH_REFUSED);
	ck_assert_int_eq(ask(auth, arena_printf(&arena, "%s, %s", basic("alice", "right"), basic("alice", "right"))),
			 AUTH_REFUSED);
	end(auth);
}
END_TEST

START_TEST(a_changed_file_counts_at_once)
{
	struct auth *auth;

	begin();
	write_file(entry("alice", "right"));
	auth = htpasswd();
	ck_assert_int_eq(ask(auth, basic("alice", "right")), AUTH_ALLOWED);
	write_file(entry("alice", "other"));
	ck_assert_int_eq(ask(auth, basic("alice", "right")), AUTH_REFUSED);
	ck_assert_int_eq(ask(auth, basic("alice", "other")), AUTH_ALLOWED);
	write_file("nonsense\n");
	ck_assert_int_eq(ask(auth, basic("alice", "other")), AUTH_ALLOWED);
	ck_assert(unlink(path) == 0);
	ck_assert_int_eq(ask(auth, basic("alice", "other")), AUTH_ALLOWED);
	end(auth);
}
END_TEST

START_TEST(an_emptied_file_is_believed_once_it_has_settled)
{
	struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	struct auth *auth;

	begin();
	write_file(entry("alice", "right"));
	auth = htpasswd();
	write_file("");
	ck_assert_int_eq(ask(auth, basic("alice", "right")), AUTH_ALLOWED);
	ck_assert_int_eq(ask(auth, basic("alice", "right")), AUTH_ALLOWED);
	ck_assert(utimensat(AT_FDCWD, path, old, 0) == 0);
	ck_assert_int_eq(ask(auth, basic("alice", "right")), AUTH_REFUSED);
	end(auth);
}
END_TEST

START_TEST(a_password_longer_than_bcrypt_reads_never_fits)
{
	char long_one[80], cut[73];
	struct auth *auth;

	begin();
	memset(long_one, 'x', 79);
	long_one[79] = '\0';
	memcpy(cut, long_one, 72);
	cut[72] = '\0';
	write_file(arena_printf(&arena, "alice:%s\n", password_hash_bcrypt(&arena, span_of(cut))));
	auth = htpasswd();
	ck_assert_int_eq(ask(auth, basic("alice", cut)), AUTH_ALLOWED);
	ck_assert_int_eq(ask(auth, basic("alice", long_one)), AUTH_REFUSED);
	end(auth);
}
END_TEST

/* Turns that count, and are given while `open`. */
struct counted {
	bool open;
	int entered, inside, good, bad;
};

static unsigned acquire(void *context, const struct throttle_caller *caller)
{
	struct counted *counted = context;

	ck_assert_str_eq(caller->address, "192.0.2.1");
	counted->entered++;
	counted->inside = counted->open;
	return counted->open ? 0 : 7;
}

static void release(void *context)
{
	struct counted *counted = context;

	counted->inside = 0;
}

static void report(void *context, const struct throttle_caller *caller, bool good)
{
	struct counted *counted = context;

	ck_assert(counted->inside && caller->name.len > 0);
	counted->good += good;
	counted->bad += !good;
}

START_TEST(only_what_has_to_be_hashed_takes_a_turn)
{
	struct counted counted = {.open = true};
	const struct throttle throttle = {acquire, release, report, &counted};
	struct auth *auth;

	begin();
	write_file(entry("alice", "right"));
	auth = htpasswd();
	ck_assert_int_eq(ask_in_turn(auth, NULL, &throttle), AUTH_REFUSED);
	ck_assert_int_eq(ask_in_turn(auth, "Basic !", &throttle), AUTH_REFUSED);
	ck_assert_int_eq(counted.entered, 0);
	ck_assert_int_eq(ask_in_turn(auth, basic("alice", "right"), &throttle), AUTH_ALLOWED);
	ck_assert_int_eq(ask_in_turn(auth, basic("alice", "wrong"), &throttle), AUTH_REFUSED);
	ck_assert_int_eq(ask_in_turn(auth, basic("bob", "right"), &throttle), AUTH_REFUSED);
	ck_assert_int_eq(counted.entered, 3);
	ck_assert_int_eq(counted.inside, 0);
	ck_assert_int_eq(counted.good, 1);
	ck_assert_int_eq(counted.bad, 2);
	counted.open = false;
	ck_assert_int_eq(ask_in_turn(auth, basic("alice", "right"), &throttle), AUTH_ALLOWED);
	ck_assert_int_eq(counted.entered, 3);
	ck_assert_int_eq(ask_in_turn(auth, basic("alice", "wrong"), &throttle), AUTH_BUSY);
	ck_assert_uint_eq(answer.retry_after, 7);
	ck_assert_int_eq(ask_in_turn(auth, basic("bob", "right"), &throttle), AUTH_BUSY);
	ck_assert(!answer.principal.everything);
	ck_assert_int_eq(counted.bad, 2);
	end(auth);
}
END_TEST

START_TEST(what_one_process_has_checked_all_know)
{
	struct counted counted = {.open = false};
	const struct throttle throttle = {acquire, release, report, &counted};
	struct auth *auth;
	int status;
	pid_t pid;

	begin();
	write_file(entry("alice", "right"));
	auth = htpasswd();
	ck_assert_int_eq(ask_in_turn(auth, basic("alice", "right"), &throttle), AUTH_BUSY);
	pid = fork();
	if (pid == 0)
		_exit(ask(auth, basic("alice", "right")) != AUTH_ALLOWED ||
		      ask(auth, basic("alice", "wrong")) != AUTH_REFUSED);
	ck_assert(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
	ck_assert_int_eq(ask_in_turn(auth, basic("alice", "right"), &throttle), AUTH_ALLOWED);
	ck_assert_int_eq(ask_in_turn(auth, basic("alice", "wrong"), &throttle), AUTH_BUSY);
	end(auth);
}
END_TEST

/* The pairs that fall into the same places push one another out, and only those. */
START_TEST(many_pairs_are_known_at_once)
{
	enum { PAIRS = 256, MOST_LOST = 32 };
	struct password_cache *cache = password_cache_new();
	struct digest macs[PAIRS];
	int known = 0;

	arena_init(&arena, (size_t)1 << 20);
	for (int i = 0; i < PAIRS; i++)
		password_cache_mac(cache, &macs[i], arena_printf(&arena, "user%d", i), SPAN_LIT("$2y$"),
				   secret_new(&arena, "right"));
	for (int i = 0; i < PAIRS; i++)
		ck_assert(!password_cache_knows(cache, &macs[i]));
	for (int i = 0; i < PAIRS; i++) {
		password_cache_keep(cache, &macs[i]);
		ck_assert(password_cache_knows(cache, &macs[i]));
	}
	for (int i = 0; i < PAIRS; i++)
		known += password_cache_knows(cache, &macs[i]);
	ck_assert_int_gt(known, PAIRS - MOST_LOST);
	password_cache_free(cache);
	arena_release(&arena);
}
END_TEST

START_TEST(a_file_in_which_nobody_can_sign_in_opens_no_scheme)
{
	static const char *const files[] = {"", "# nobody yet\n", "/etc/berth/htpasswd\n",
					    "\xff\xfe"
					    "alice",
					    "a:{SHA}abc=\n"};

	begin();
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		write_file(files[i]);
		ck_assert_ptr_null(htpasswd_scheme_new("r", path, reason, sizeof reason));
		ck_assert_msg(strstr(reason, path) != NULL, "%s", reason);
	}
	end(NULL);
}
END_TEST

START_TEST(a_change_to_a_file_in_which_nobody_can_sign_in_leaves_the_old_list)
{
	static const char *const files[] = {"/etc/berth/htpasswd\n",
					    "\xff\xfe"
					    "alice",
					    "alice:{SHA}abc=\n"};
	struct auth *auth;

	begin();
	write_file(entry("alice", "right"));
	auth = htpasswd();
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		write_file(files[i]);
		ck_assert_int_eq(ask(auth, basic("alice", "right")), AUTH_ALLOWED);
	}
	end(auth);
}
END_TEST

/* Debian's own configuration names a folder; its registry starts, too. */
START_TEST(a_file_that_cannot_be_read_lets_nobody_in)
{
	struct auth *auth = htpasswd_scheme_new("r", "/tmp", reason, sizeof reason);

	arena_init(&arena, (size_t)1 << 20);
	ck_assert_msg(auth != NULL, "%s", reason);
	ck_assert_int_eq(ask(auth, basic("alice", "right")), AUTH_REFUSED);
	auth_free(auth);
	arena_release(&arena);
}
END_TEST

static const char *bundle_of(const struct key *key)
{
	struct lab_certificate wanted = {"a", "a", key, key, true, -1, 30, NULL};

	return lab_certificate_pem(&arena, lab_certificate(&arena, &wanted));
}

static struct auth *token_scheme(bool autoredirect)
{
	struct token_settings settings = {
		.realm = "https://r",
		.service = "s",
		.issuer = "i",
		.rootcertbundle = path,
		.jwks = "",
		.algorithms = JWA_ALL,
		.autoredirect = autoredirect,
		.autoredirectpath = "/auth/token",
	};
	struct auth *auth = token_scheme_new(&settings, reason, sizeof reason);

	ck_assert_msg(auth != NULL, "%s", reason);
	return auth;
}

static const char *bearer(const struct key *key, int64_t expires, const char *actions)
{
	const char *claims = arena_printf(&arena,
					  "{\"iss\":\"i\",\"aud\":\"s\",\"exp\":%lld,\"access\":[{\"type\":\"repository\","
					  "\"name\":\"a\",\"actions\":[%s]}]}",
					  (long long)expires, actions);

	return arena_printf(&arena, "Bearer %s",
			    jws_sign(&arena, key, key_default_algorithm(key), key->libtrust, span_of(claims)));
}

START_TEST(a_token_is_asked_for_what_is_needed)
{
	struct auth *auth;
	struct key key;

	begin();
	key = lab_key(&arena, "P-256");
	write_file(bundle_of(&key));
	auth = token_scheme(false);
	ck_assert_int_eq(ask(auth, NULL), AUTH_REFUSED);
	ck_assert_str_eq(answer.challenge, "Bearer realm=\"https://r\",service=\"s\",scope=\"repository:a:pull\"");
	ck_assert_int_eq(ask(auth, "Bearer nonsense"), AUTH_REFUSED);
	ck_assert_ptr_nonnull(strstr(answer.challenge, ",error=\"invalid_token\""));
	ck_assert_int_eq(ask(auth, bearer(&key, NOW + 300, "\"push\"")), AUTH_REFUSED);
	ck_assert_ptr_nonnull(strstr(answer.challenge, ",error=\"insufficient_scope\""));
	for (int i = 0; i < 2; i++) /* judged, then remembered */
		ck_assert_int_eq(ask(auth, bearer(&key, NOW + 300, "\"pull\"")), AUTH_ALLOWED);
	ck_assert(!answer.principal.everything && answer.principal.grant_count == 1);
	ck_assert_int_eq(ask(auth, bearer(&key, NOW - 60, "\"pull\"")), AUTH_LAPSED);
	ck_assert_int_eq(ask(auth, bearer(&key, NOW - 60, "\"push\"")), AUTH_REFUSED);
	ck_assert_int_eq(ask(auth, bearer(&key, NOW - 61 - TOKEN_GRACE, "\"pull\"")), AUTH_REFUSED);
	end(auth);
}
END_TEST

START_TEST(a_realm_on_the_requests_own_host)
{
	struct auth_question question = {.authorization = {NULL, 0}, .origin = "https://host:5000", .now = NOW};
	struct auth *auth;
	struct key key;

	begin();
	key = lab_key(&arena, "P-256");
	write_file(bundle_of(&key));
	auth = token_scheme(true);
	ck_assert_int_eq(auth_ask(auth, &question, &arena, &answer), AUTH_REFUSED);
	ck_assert_str_eq(answer.challenge, "Bearer realm=\"https://host:5000/auth/token\",service=\"s\"");
	question.origin = NULL;
	ck_assert_int_eq(auth_ask(auth, &question, &arena, &answer), AUTH_REFUSED);
	ck_assert_str_eq(answer.challenge, "Bearer realm=\"https://r\",service=\"s\"");
	end(auth);
}
END_TEST

/* The files are looked at once a second: wait for the clock to tick, with a bound. */
static enum auth_verdict ask_until(struct auth *auth, const char *header, enum auth_verdict due)
{
	const struct timespec step = {.tv_nsec = 20000000};
	enum auth_verdict got = ask(auth, header);

	for (int i = 0; i < 250 && got != due; i++) {
		(void)nanosleep(&step, NULL);
		got = ask(auth, header);
	}
	return got;
}

START_TEST(keys_follow_their_file)
{
	const char *before, *after;
	struct key first, second;
	struct auth *auth;

	begin();
	first = lab_key(&arena, "P-256");
	second = lab_key(&arena, "ED25519");
	before = bearer(&first, NOW + 300, "\"pull\"");
	after = bearer(&second, NOW + 300, "\"pull\"");
	write_file(bundle_of(&first));
	auth = token_scheme(false);
	ck_assert_int_eq(ask(auth, before), AUTH_ALLOWED);
	ck_assert_int_eq(ask(auth, after), AUTH_REFUSED);
	write_file("nonsense");
	ck_assert_int_eq(ask(auth, before), AUTH_ALLOWED);
	write_file(bundle_of(&second));
	ck_assert_int_eq(ask_until(auth, after, AUTH_ALLOWED), AUTH_ALLOWED);
	ck_assert_int_eq(ask(auth, before), AUTH_REFUSED);
	write_file(arena_printf(&arena, "%s%s", bundle_of(&first), bundle_of(&second)));
	ck_assert_msg(ask_until(auth, before, AUTH_ALLOWED) == AUTH_ALLOWED,
		      "what was bad under other keys is judged anew");
	write_file("nonsense");
	ck_assert_int_eq(ask(auth, after), AUTH_ALLOWED);
	end(auth);
}
END_TEST

START_TEST(without_keys_there_is_no_scheme)
{
	struct token_settings settings = {
		.realm = "r",
		.service = "s",
		.issuer = "i",
		.rootcertbundle = "/nowhere/bundle",
		.jwks = "",
		.algorithms = JWA_ALL,
		.autoredirectpath = "",
	};

	ck_assert_ptr_null(token_scheme_new(&settings, reason, sizeof reason));
	ck_assert_str_eq(reason, "/nowhere/bundle: No such file or directory");
}
END_TEST

TEST_FILE(schemes, none_lets_everybody_do_everything, silly_wants_any_header, a_password_of_the_file_lets_in,
	  a_changed_file_counts_at_once, an_emptied_file_is_believed_once_it_has_settled,
	  a_password_longer_than_bcrypt_reads_never_fits, only_what_has_to_be_hashed_takes_a_turn,
	  what_one_process_has_checked_all_know, many_pairs_are_known_at_once,
	  a_file_in_which_nobody_can_sign_in_opens_no_scheme,
	  a_change_to_a_file_in_which_nobody_can_sign_in_leaves_the_old_list, a_file_that_cannot_be_read_lets_nobody_in,
	  a_token_is_asked_for_what_is_needed, a_realm_on_the_requests_own_host, keys_follow_their_file,
	  without_keys_there_is_no_scheme)
