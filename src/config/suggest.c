/* SPDX-License-Identifier: MIT */
/* The setting that an unknown key was most likely meant to be. */
#include "apply_priv.h"

#include <string.h>

#define NAME_MAX_LEN 40 /* no setting's name is longer; nobody mistypes a longer one into one of ours */

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's distance, one row of the matrix at a time. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1], len = strlen(b);

	for (size_t k = 0; k <= len; k++)
		row[k] = k;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t k = 0; k < len; k++) {
			size_t change = diagonal + (a[i] != b[k]);

			diagonal = row[k + 1];
			row[k + 1] = least(change, row[k] + 1, diagonal + 1);
		}
	}
	return row[len];
}

static const struct setting *nearest_sibling(const struct setting *parent, const char *name)
{
	const struct setting *found = NULL;
	size_t best = strlen(name) / 3 + 1;

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

/* The right name in the wrong place. */
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
	return found ? found : namesake(name);
}
