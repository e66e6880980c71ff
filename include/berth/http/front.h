/* SPDX-License-Identifier: MIT */
/*
 * The contract between the workers and the web server in front of them: the rendered configuration (src/cli) writes one
 * side, the handlers (src/api) the other. No client can set the parameters: a header of the client's comes as HTTP_*.
 *
 * A response header that the web server reads has two names here: the header's, and the one that NGINX's variables
 * derive from it ($upstream_http_<name>).
 */
#ifndef BERTH_HTTP_FRONT_H
#define BERTH_HTTP_FRONT_H

/* ---- parameters of a request ---- */

#define FRONT_SENDFILE "BERTH_SENDFILE" /* how files are sent: */
#define FRONT_SENDFILE_NGINX "accel"
#define FRONT_SENDFILE_APACHE "xsendfile"
#define FRONT_SPOOL_FILE "BERTH_SPOOL_FILE" /* path of the body, "" for an empty one; absent: the body is on the stream */
#define FRONT_ANNOUNCED "BERTH_ANNOUNCED"   /* NGINX: how much of a body the head announces */
#define FRONT_ANNOUNCED_NONE "none"
#define FRONT_FETCH "BERTH_FETCH"               /* origin of the object store that the web server fetches from */
#define FRONT_FETCH_FAILED "BERTH_FETCH_FAILED" /* status of a fetch that failed */

/*
 * An Authorization header of more than FRONT_CREDENTIALS_CUT bytes comes in three parameters instead of its own, the last
 * one empty when two are enough: Apache's mod_proxy_fcgi leaves out a parameter whose name and value have more than 16 KiB
 * together. The header of a token of LIMIT_TOKEN bytes fits.
 */
#define FRONT_CREDENTIALS "BERTH_CREDENTIALS"
#define FRONT_CREDENTIALS_REST "BERTH_CREDENTIALS_REST"
#define FRONT_CREDENTIALS_END "BERTH_CREDENTIALS_END"
#define FRONT_CREDENTIALS_CUT "15000"

/*
 * The question before a body. NGINX asks with the head of the request and this parameter, whose value is the word of
 * route_body_word() for the place that would take the body. A yes is a 204. A refusal is a 403 whose headers carry what
 * the client gets: FRONT_STATUS, FRONT_REFUSAL, Allow, Retry-After, WWW-Authenticate.
 */
#define FRONT_ASKS "BERTH_AUTHORIZE"
#define FRONT_REFUSING_WORD "refused" /* the place for bodies that no route takes: the answer is never yes */
#define FRONT_STATUS "Berth-Status"
#define FRONT_STATUS_NAME "berth_status"
#define FRONT_REFUSAL "Berth-Refusal"
#define FRONT_REFUSAL_NAME "berth_refusal"

/* Of a yes: its time in seconds since 1970. The web server hands it back with the request itself. */
#define FRONT_YES "Berth-Authorized"
#define FRONT_YES_NAME "berth_authorized"
#define FRONT_TOLD_YES "BERTH_AUTHORIZED"

/* Of a yes to an upload: the ticket of its room on the disk (berth/core/room.h). The web server hands it back, too. */
#define FRONT_ROOM "Berth-Room"
#define FRONT_ROOM_NAME "berth_room"
#define FRONT_TOLD_ROOM "BERTH_ROOM"
#define FRONT_CLIENT_PORT "REMOTE_PORT" /* of the connection that the question is about */
#define FRONT_SERVER_PORT "SERVER_PORT"

/* The header of every response of a worker. By it a web server tells the responses of workers from its own. */
#define FRONT_VERSION "Docker-Distribution-API-Version"
#define FRONT_VERSION_NAME "docker_distribution_api_version"
#define FRONT_VERSION_VALUE "registry/2.0"

/* ---- headers of a response, which the web server keeps from clients ---- */

#define FRONT_USER "Berth-User" /* for the access log */
#define FRONT_USER_NAME "berth_user"
#define FRONT_PROJECT "Berth-Project"
#define FRONT_PROJECT_NAME "berth_project"
#define FRONT_TARGET "Berth-Fetch" /* path and signed query of a blob at the origin of FRONT_FETCH */
#define FRONT_TARGET_NAME "berth_fetch"
#define FRONT_RANGE "Berth-Fetch-Range"
#define FRONT_RANGE_NAME "berth_fetch_range"

/* Not Extended (RFC 2774), which nobody else sends: Apache takes it for "fetch FRONT_TARGET". */
#define FRONT_APACHE_FETCH 510

/* ---- locations that are closed to clients ---- */

#define FRONT_LOCATION "/_berth/"
#define FRONT_LOCATION_BLOBS FRONT_LOCATION "blobs/"
#define FRONT_LOCATION_FETCH FRONT_LOCATION "fetch"
#define FRONT_LOCATION_TURN FRONT_LOCATION "turn"
#define FRONT_LOCATION_FAILED FRONT_LOCATION "failed"
#define FRONT_LOCATION_ASK FRONT_LOCATION "authorize"
#define FRONT_LOCATION_ANSWER FRONT_LOCATION "answer/"

#define FRONT_RETRY_AFTER 5          /* seconds; a worker is back within one */
#define FRONT_RETRY_AFTER_REQUESTS 1 /* the limits of requests are those of a second */

#endif
