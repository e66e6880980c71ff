/* SPDX-License-Identifier: MIT */
/* Finds the setting whose name is the most similar to an unknown key. */
#include "suggest_priv.h"

#include <stdint.h>
#include <string.h>

#define NAME_MAX_LEN 40 /* bytes; no setting has a longer name */

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/*
 * Counts characters that are changed, added, left out or swapped with their neighbour (Damerau and Levenshtein), in three
 * rows.
 */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NAME_MAX_LEN + 1], len = strlen(b);

	for (size_t k = 0; k <= len; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= strlen(a); i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t k = 1; k <= len; k++) {
			row[k] = least(above[k] + 1, row[k - 1] + 1, above[k - 1] + (a[i - 1] != b[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				row[k] = least(row[k], before[k - 2] + 1, SIZE_MAX);
		}
	}
	return rows[strlen(a) % 3][len];
}

static const struct setting *nearest_sibling(const struct setting *parent, const char *name)
{
	const struct setting *found = NULL;
	size_t best = strlen(name) < 6 ? 1 : strlen(name) / 3;

	for (size_t i = 0; i < settings_count; i++) {
		const char *leaf = setting_leaf(&settings[i]);
		size_t far;

		if (!setting_is_below(&settings[i], parent) || strlen(leaf) > NAME_MAX_LEN)
			continue;
		far = distance(name, leaf);
		if (far <= best && (!found || far < best)) {
			found = &settings[i];
			best = far;
		}
	}
	return found;
}

/* Finds a setting of this name in another section. */
static const struct setting *namesake(const char *name)
{
	for (size_t i = 0; i < settings_count; i++)
		if (strcmp(setting_leaf(&settings[i]), name) == 0 && !strchr(settings[i].path, '['))
			return &settings[i];
	return NULL;
}

const struct setting *suggest(const struct setting *parent, const char *name)
{
	const struct setting *found;

	if (strlen(name) > NAME_MAX_LEN)
		return NULL;
	found = nearest_sibling(parent, name);
	if (found || (parent && parent->type == SETTING_ONEOF))
		return found;
	return namesake(name);
}
