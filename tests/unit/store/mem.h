/* SPDX-License-Identifier: MIT */
/*
 * The in-memory driver (`storage: inmemory`): blobs of one process, gone with it. For tests and for trying things out
 * with one worker; it has no spool folder and reads streams only.
 */
#ifndef TESTS_UNIT_STORE_MEM_H
#define TESTS_UNIT_STORE_MEM_H

#include "berth/store/store.h"

/* NULL when memory is out. */
struct store *store_mem_open(void);

#endif
