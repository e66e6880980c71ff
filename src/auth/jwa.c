/* SPDX-License-Identifier: MIT */
/* Algorithms by name. */
#include "berth/auth/jwa.h"

static const struct {
	const char *name;
	const char *hash;
	size_t length;
} table[JWA_COUNT] = {
	[JWA_RS256] = {"RS256", "SHA2-256", 32}, [JWA_RS384] = {"RS384", "SHA2-384", 48},
	[JWA_RS512] = {"RS512", "SHA2-512", 64}, [JWA_PS256] = {"PS256", "SHA2-256", 32},
	[JWA_PS384] = {"PS384", "SHA2-384", 48}, [JWA_PS512] = {"PS512", "SHA2-512", 64},
	[JWA_ES256] = {"ES256", "SHA2-256", 32}, [JWA_ES384] = {"ES384", "SHA2-384", 48},
	[JWA_ES512] = {"ES512", "SHA2-512", 64}, [JWA_EDDSA] = {"EdDSA", NULL, 0},
	[JWA_HS256] = {"HS256", "SHA2-256", 32}, [JWA_HS384] = {"HS384", "SHA2-384", 48},
	[JWA_HS512] = {"HS512", "SHA2-512", 64},
};

bool jwa_parse(enum jwa *out, struct span name)
{
	for (enum jwa i = 0; i < JWA_COUNT; i++) {
		if (span_is(name, table[i].name)) {
			*out = i;
			return true;
		}
	}
	return false;
}

const char *jwa_name(enum jwa algorithm)
{
	return table[algorithm].name;
}

const char *jwa_hash(enum jwa algorithm)
{
	return table[algorithm].hash;
}

size_t jwa_hash_length(enum jwa algorithm)
{
	return table[algorithm].length;
}
