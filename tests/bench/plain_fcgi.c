/* SPDX-License-Identifier: MIT */
/*
 * The limit that the benchmark measures Berth against: a FastCGI responder that only answers. spawn-fcgi -F 8 forks the
 * responder; each process serves one connection at a time, as Berth's workers do.
 *
 * GET and HEAD get a fixed body. POST, PATCH and PUT get the status and the Location of an upload. The responder never
 * looks at the bytes of an upload, which NGINX has spooled: the rate is the limit of every registry behind this NGINX.
 *
 * Usage: plain_fcgi [FILE], whose first 64 KiB are the body.
 */
#include <fcgiapp.h>
#include <stdio.h>
#include <string.h>

static char body[65536] = "{}\n";
static size_t body_len = 3;

static int read_body(const char *path)
{
	FILE *file = fopen(path, "rb");

	if (!file)
		return -1;
	body_len = fread(body, 1, sizeof body, file);
	return fclose(file);
}

static const struct step {
	const char *method, *status;
} steps[] = {{"POST", "202 Accepted"}, {"PATCH", "202 Accepted"}, {"PUT", "201 Created"}};

/* Whether the request is a step of an upload, which is then answered. */
static int answer_upload(const FCGX_Request *request, const char *method)
{
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (strcmp(method, steps[i].method) == 0) {
			FCGX_FPrintF(request->out, "Status: %s\r\nLocation: /v2/bench/app/blobs/uploads/1\r\n",
				     steps[i].status);
			FCGX_PutS("Content-Length: 0\r\n\r\n", request->out);
			return 1;
		}
	return 0;
}

static void answer(const FCGX_Request *request)
{
	const char *method = FCGX_GetParam("REQUEST_METHOD", request->envp);

	if (method && answer_upload(request, method))
		return;
	FCGX_FPrintF(request->out, "Content-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", (int)body_len);
	if (!method || strcmp(method, "HEAD") != 0)
		FCGX_PutStr(body, (int)body_len, request->out);
}

int main(int argc, char **argv)
{
	FCGX_Request request;

	if (argc > 1 && read_body(argv[1]) != 0) {
		perror(argv[1]);
		return 1;
	}
	if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
		return 1;
	while (FCGX_Accept_r(&request) == 0) {
		answer(&request);
		FCGX_Finish_r(&request);
	}
	return 0;
}
