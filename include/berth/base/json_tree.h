/* SPDX-License-Identifier: MIT */
/*
 * json-c's tree of a text that json_scan has passed.
 *
 * json-c's own parser (0.16) does not look at what malloc gives it: short of memory it ends the process, or makes a tree
 * that lacks a member or the end of a string and calls it good. Its objects say when they could not be made; so the tree
 * is built of them here, whole or not at all.
 */
#ifndef BERTH_BASE_JSON_TREE_H
#define BERTH_BASE_JSON_TREE_H

#include <json_object.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

/* The text's value, freed with the arena; NULL is JSON's null. Memory that json-c cannot get exhausts the arena. */
struct json_object *json_tree(struct arena *arena, struct span text);

#endif
