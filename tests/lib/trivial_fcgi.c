/* SPDX-License-Identifier: MIT */
/*
 * The least that a FastCGI application can do, under our own master: 200 and a small fixed body.
 * What the benchmarks take as the limit of the protocol; also shows how prefork_accept and libfcgi go together.
 * usage: spawn-fcgi -n -s SOCKET -- trivial_fcgi [WORKERS]
 */
#include <fcgiapp.h>
#include <stdio.h>
#include <stdlib.h>

#include "berth/fcgi/prefork.h"

static const char reply[] = "Status: 200 OK\r\n"
			    "Content-Type: application/json\r\n"
			    "Content-Length: 2\r\n"
			    "Docker-Distribution-API-Version: registry/2.0\r\n"
			    "\r\n"
			    "{}";

static int worker(void *ctx, int slot)
{
	FCGX_Request request;
	int fd;

	(void)ctx;
	(void)slot;
	if (FCGX_Init() != 0 || FCGX_InitRequest(&request, -1, 0) != 0)
		return 1;
	while ((fd = prefork_accept(0)) >= 0) {
		request.ipcFd = fd;
		request.keepConnection = 1; /* or the FCGX_Finish_r inside FCGX_Accept_r closes it */
		if (FCGX_Accept_r(&request) == 0) {
			FCGX_PutStr(reply, sizeof reply - 1, request.out);
			FCGX_Finish_r(&request);
		}
		prefork_request_done();
	}
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long workers = argc > 1 ? strtoul(argv[1], NULL, 10) : PREFORK_WORKERS_DEFAULT;
	struct prefork_options options = {.name = "trivial", .workers = (unsigned)workers, .worker = worker};

	if (!prefork_is_listening(0)) {
		fputs("trivial_fcgi: descriptor 0 is not a listening socket; start me with spawn-fcgi -n\n", stderr);
		return 2;
	}
	return prefork_run(&options);
}
