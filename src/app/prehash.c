/* SPDX-License-Identifier: MIT */
/* The table of the node's processes, and the processes that look after the spool. */
#include <stdlib.h>
#include <sys/mman.h>

#include "berth/app/app.h"
#include "berth/base/log.h"
#include "berth/base/pause.h"
#include "prehash_priv.h"
#include "room_priv.h"

struct prehash_table *app_prehash_table(void)
{
	static struct prehash_table *table;

	if (!table) {
		table = mmap(NULL, sizeof *table, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (table == MAP_FAILED) {
			log_error("shared memory for hashing ahead: %m");
			abort();
		}
	}
	return table;
}

void app_hash_ahead(const struct app *app, bool (*stopping)(void))
{
	prehash_run(app_prehash_table(), app->config->spool, stopping);
	while (!stopping()) /* it could not: to try again and again would fill the log */
		pause_ms(1000);
}

void app_guard_spool(const struct app *app, bool (*stopping)(void))
{
	const struct spool_bounds bounds = app_spool_bounds(app->config);

	spool_guard(&bounds, stopping);
}
