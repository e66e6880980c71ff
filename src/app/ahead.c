/* SPDX-License-Identifier: MIT */
/* The board of the node's processes, and the processes that look after the spool. */
#include <stdlib.h>
#include <sys/mman.h>

#include "berth/app/app.h"
#include "berth/base/log.h"
#include "berth/base/pause.h"
#include "ahead_priv.h"
#include "room_priv.h"

struct ahead_board *app_board(void)
{
	static struct ahead_board *board;

	if (!board) {
		board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (board == MAP_FAILED) {
			log_error("shared memory for hashing ahead: %m");
			abort();
		}
	}
	return board;
}

void app_hash_ahead(const struct app *app, bool (*stopping)(void))
{
	ahead_run(app_board(), app->config->spool, stopping);
	while (!stopping()) /* it could not: to try again and again would fill the log */
		pause_ms(1000);
}

void app_guard_spool(const struct app *app, bool (*stopping)(void))
{
	const struct spool_bounds bounds = app_spool_bounds(app->config);

	spool_guard(&bounds, stopping);
}
