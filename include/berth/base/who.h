/* SPDX-License-Identifier: MIT */
/*
 * Who asks for something, and by which request. Use cases hand it on unread: the audit and events write it down. It allows
 * nothing; what a caller may do is decided by authorisation.
 */
#ifndef BERTH_BASE_WHO_H
#define BERTH_BASE_WHO_H

enum who_kind {
	WHO_NOBODY,   /* a caller without a name */
	WHO_USER,     /* an account of the token service, or an entry of htpasswd */
	WHO_ROBOT,    /* an account of the token service that is no person */
	WHO_SUBJECT,  /* the subject of a token; only the token's issuer knows of what kind it is */
	WHO_OPERATOR, /* an account of this machine that has called `berth` */
	WHO_SYSTEM    /* the registry itself: housekeeping */
};

/* The texts are never NULL. They are borrowed; a request's live as long as the request. */
struct who {
	enum who_kind kind;
	const char *actor; /* name; "" for WHO_NOBODY */
	const char *
		scheme; /* how the actor showed who it is: "token", "htpasswd", "password", "access token", ...; "" for nobody */
	const char *address; /* of the client, as address_source makes it; "" for none */
	const char *request; /* id of the request; "" for none */
};

/* The actor of housekeeping: "system". */
extern const struct who who_system;

#endif
