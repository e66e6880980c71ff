/* SPDX-License-Identifier: MIT */
/* The routes of the registry. */
#include "call.h"

static const struct route routes[] = {
#define ROUTE(methods, pattern, action, guard, body, name) {HTTP_##methods, pattern, body},
#include "berth/api/routes.def"
#undef ROUTE
};

static const struct api_rule rules[] = {
#define ROUTE(methods, pattern, action, guard, body, name) {action, guard},
#include "berth/api/routes.def"
#undef ROUTE
};

static handler_fn *const handlers[] = {
#define ROUTE(methods, pattern, action, guard, body, name) api_##name,
#include "berth/api/routes.def"
#undef ROUTE
};

const struct api_table api_registry = {routes, rules, handlers, sizeof routes / sizeof *routes, false, API_LABEL_REGISTRY};
