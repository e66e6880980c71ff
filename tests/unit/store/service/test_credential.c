/* SPDX-License-Identifier: MIT */
#include "../../../../src/store/service/credential_priv.h"

#include "../../../lib/test.h"
#include "berth/http/client.h"

#define NOW 1700000000

/* An owner whose fetches answer as they are told. */
struct owner {
	struct credential credential;
	struct arena scratch;
	unsigned fetches;
	int64_t life; /* of the next credential; 0: it never ends; -1: there is none */
	bool is_final;
	struct error error;
};

static bool fetch(void *context, struct credential_fetch *fetch)
{
	struct owner *owner = context;

	owner->fetches++;
	fetch->why = "the test says so";
	fetch->is_final = owner->is_final;
	fetch->ends = owner->life ? http_client_now() + owner->life : 0;
	return owner->life >= 0;
}

static void begin(struct owner *owner, unsigned pause)
{
	*owner = (struct owner){.life = 3600};
	arena_init(&owner->scratch, 4096);
	credential_init(&owner->credential, "test", fetch, owner, pause);
}

static void end(struct owner *owner)
{
	credential_release(&owner->credential);
	arena_release(&owner->scratch);
	http_client_set_now(0);
}

static bool have_at(struct owner *owner, int64_t seconds)
{
	http_client_set_now(NOW + seconds);
	error_init(&owner->error, &owner->scratch);
	return credential_have(&owner->credential, &owner->scratch, &owner->error);
}

START_TEST(a_credential_is_fetched_five_minutes_before_its_end_or_at_half_of_a_short_life)
{
	static const struct {
		int64_t life, kept_until;
	} lives[] = {{3600, 3300}, {601, 301}, {600, 300}, {60, 30}, {1, 1}};

	for (size_t i = 0; i < sizeof lives / sizeof *lives; i++) {
		struct owner owner;

		begin(&owner, 0);
		owner.life = lives[i].life;
		ck_assert(have_at(&owner, 0));
		ck_assert(have_at(&owner, lives[i].kept_until - 1));
		ck_assert_uint_eq(owner.fetches, 1);
		ck_assert(have_at(&owner, lives[i].kept_until));
		ck_assert_uint_eq(owner.fetches, 2);
		end(&owner);
	}
}
END_TEST

START_TEST(a_credential_without_an_end_is_kept_until_it_is_refused)
{
	struct owner owner;

	begin(&owner, 0);
	owner.life = 0;
	ck_assert(have_at(&owner, 0) && have_at(&owner, 1000000));
	ck_assert_uint_eq(owner.fetches, 1);
	credential_forget(&owner.credential);
	ck_assert(have_at(&owner, 1000000));
	ck_assert_uint_eq(owner.fetches, 2);
	end(&owner);
}
END_TEST

START_TEST(the_old_credential_serves_to_its_end_while_a_new_one_is_asked_for_each_half_minute)
{
	struct owner owner;

	begin(&owner, 0);
	ck_assert(have_at(&owner, 0));
	owner.life = -1;
	ck_assert(have_at(&owner, 3300) && have_at(&owner, 3329));
	ck_assert_uint_eq(owner.fetches, 2);
	ck_assert(have_at(&owner, 3330));
	ck_assert_uint_eq(owner.fetches, 3);
	ck_assert(!have_at(&owner, 3600));
	ck_assert_int_eq(error_code(&owner.error), E_UNAVAILABLE);
	end(&owner);
}
END_TEST

START_TEST(without_a_credential_the_pause_is_kept_and_the_error_stays)
{
	struct owner owner;

	begin(&owner, 30);
	owner.life = -1;
	owner.is_final = true;
	ck_assert(!have_at(&owner, 0) && !have_at(&owner, 29));
	ck_assert_uint_eq(owner.fetches, 1);
	ck_assert_int_eq(error_code(&owner.error), E_UNKNOWN);
	credential_forget(&owner.credential); /* a refusal of what is not there ends no pause */
	ck_assert(!have_at(&owner, 29));
	ck_assert_uint_eq(owner.fetches, 1);
	owner.life = 3600;
	ck_assert(have_at(&owner, 30));
	end(&owner);
}
END_TEST

TEST_FILE(credential, a_credential_is_fetched_five_minutes_before_its_end_or_at_half_of_a_short_life,
	  a_credential_without_an_end_is_kept_until_it_is_refused,
	  the_old_credential_serves_to_its_end_while_a_new_one_is_asked_for_each_half_minute,
	  without_a_credential_the_pause_is_kept_and_the_error_stays)
