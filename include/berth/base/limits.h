/* SPDX-License-Identifier: MIT */
/* Every ceiling that bounds what a client or a file can make us hold, with its reason. Bytes unless said. */
#ifndef BERTH_BASE_LIMITS_H
#define BERTH_BASE_LIMITS_H

#define LIMIT_MANIFEST ((size_t)4 << 20)        /* OCI asks registries to take at least 4 MiB; distribution takes no more */
#define LIMIT_REQUEST_MEMORY ((size_t)64 << 20) /* a 4 MiB manifest, its tree of 26 MiB and its error list, with room */
#define LIMIT_RESPONSE ((size_t)12 << 20)       /* largest generated body: a referrers page or 10,000 tags of 128 bytes */
#define LIMIT_HEADER_VALUE ((size_t)8 << 10)    /* Apache's and NGINX's default buffer for one response header */
#define LIMIT_URI ((size_t)16 << 10)            /* 150 scopes of a token request; Apache takes no longer request lines */
#define LIMIT_NAME ((size_t)255)                /* repository name; what clients keep to, OCI distribution-spec */
#define LIMIT_TAG ((size_t)128)                 /* OCI distribution-spec */
#define LIMIT_JSON_DEPTH 32                     /* no real manifest nests past 6 */
#define LIMIT_JSON_VALUES ((size_t)700 << 10)   /* of one document: a tree of 22 MiB. 4 MiB of real manifest hold 120,000 */
#define LIMIT_MEDIA_TYPE ((size_t)255)          /* media and artifact types; RFC 6838 section 4.2 allows 127 + 1 + 127 */
#define LIMIT_CONFIG_FILE ((size_t)1 << 20)     /* real files are a few KiB */
#define LIMIT_CONFIG_DEPTH 32                   /* libyaml recurses without a limit of its own */
#define LIMIT_CONFIG_NODES ((size_t)1 << 16)    /* a file of 1 MiB can hold half a million empty ones */
#define LIMIT_CONFIG_ANCHORS ((size_t)1 << 10)  /* of one file: each alias is compared with all of them */
#define LIMIT_CONFIG_KEYS ((size_t)1 << 10)     /* of one mapping: each is compared with those before it */
#define LIMIT_TAG_PARAMS 16                     /* ?tag= on a manifest PUT; the spec asks for at least 10 */
#define LIMIT_PAGE 10000                        /* rows of one listing; GitLab asks for n=10000 */
#define LIMIT_MANIFEST_REFERENCES 100000        /* descriptors in one manifest; 4 MiB hold about 40,000 */
#define LIMIT_FORM ((size_t)64 << 10)           /* a token request, which may ask for more than a URL holds */
#define LIMIT_IDLE_BODY ((size_t)9999)          /* of a body that the route has no use for; web servers count four digits */
#define LIMIT_DRAIN ((size_t)64 << 10)          /* of an unwanted body, read before the reply, so that clients see it */
#define LIMIT_LOG_FIELD ((size_t)1 << 10)       /* client bytes in one log field */
#define LIMIT_TOKEN ((size_t)32 << 10)          /* some 300 repositories; libjwt copies one to the stack */
#define LIMIT_TOKEN_ACCESS 1000                 /* entries of a token's access list; clients ask for two or three */
#define LIMIT_KEY_FILE ((size_t)1 << 20)        /* bundles, key sets and password files; a thousand certificates fit */
#define LIMIT_WORKERS 512                       /* of one pool; a worker is a process and a database connection */

#endif
