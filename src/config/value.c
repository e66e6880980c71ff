/* SPDX-License-Identifier: MIT */
/* Reads and compares values. */
#include "value_priv.h"

#include <string.h>
#include <strings.h>

#include "berth/base/utf8.h"

#define QUOTED_MAX 60

typedef bool parse_fn(struct value *out, const struct setting *row, struct span text);

static bool parse_bool(struct value *out, const struct setting *row, struct span text)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "n", "y"};

	(void)row;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (span_is_nocase(text, words[i])) {
			out->flag = i % 2;
			return true;
		}
	}
	return false;
}

static bool parse_hex(struct span digits, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < digits.len; i++) {
		const char *hit = memchr("0123456789abcdef", digits.ptr[i] | 0x20, 16);

		if (!hit || *out >> 60)
			return false;
		*out = *out << 4 | (uint64_t)(hit - "0123456789abcdef");
	}
	return digits.len > 0;
}

/* Refuses 0o17 and 017, because readers of YAML differ about them. */
static bool parse_unsigned(struct span text, uint64_t *out)
{
	if (span_starts(text, "0x"))
		return parse_hex(span_after(text, 2), out);
	return (text.len == 1 || text.ptr[0] != '0') && span_to_u64(text, out);
}

static bool parse_signed(struct span text, int64_t *out)
{
	bool negative = span_starts(text, "-");
	uint64_t magnitude;

	if (negative || span_starts(text, "+"))
		text = span_after(text, 1);
	if (text.len == 0 || !parse_unsigned(text, &magnitude) || magnitude > INT64_MAX)
		return false;
	*out = negative ? -(int64_t)magnitude : (int64_t)magnitude;
	return true;
}

static bool parse_int(struct value *out, const struct setting *row, struct span text)
{
	(void)row;
	return parse_signed(text, &out->number);
}

static bool parse_size(struct value *out, const struct setting *row, struct span text)
{
	static const struct {
		const char *name;
		unsigned shift;
	} units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}, {"", 0}};
	uint64_t count;

	(void)row;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		size_t len = strlen(units[i].name);

		if (text.len <= len || memcmp(text.ptr + text.len - len, units[i].name, len) != 0)
			continue;
		text.len -= len;
		if (!parse_unsigned(span_trim(text), &count) || count > UINT64_MAX >> units[i].shift)
			return false;
		out->size = count << units[i].shift;
		return true;
	}
	return false;
}

static bool parse_duration(struct value *out, const struct setting *row, struct span text)
{
	int64_t bare;

	if ((row->traits & UNIT) && parse_signed(text, &bare))
		return false;
	return value_duration(&out->number, text);
}

static bool parse_text(struct value *out, const struct setting *row, struct span text)
{
	(void)row;
	out->text = text.ptr;
	return true;
}

/* Returns the word that `text` is another spelling of, else `text`. */
static struct span spelled_out(const struct setting *row, struct span text)
{
	struct span rest = span_of(row->allowed), word, name;

	while (span_split(&rest, ' ', &word)) {
		struct span target = word;

		if (!memchr(word.ptr, '=', word.len))
			continue;
		span_split(&target, '=', &name);
		if (name.len == text.len && strncasecmp(name.ptr, text.ptr, name.len) == 0)
			return target;
	}
	return text;
}

static bool parse_choice(struct value *out, const struct setting *row, struct span text)
{
	struct span rest = span_of(row->allowed), word;

	text = spelled_out(row, text);
	for (out->number = 0; span_split(&rest, ' ', &word);) {
		if (memchr(word.ptr, '=', word.len))
			continue;
		if (word.len == text.len && strncasecmp(word.ptr, text.ptr, word.len) == 0)
			return true;
		out->number++;
	}
	return false;
}

struct span value_choice(const struct setting *row, int place)
{
	struct span rest = span_of(row->allowed), one = SPAN_LIT("");

	while (place >= 0 && span_split(&rest, ' ', &one))
		place -= !memchr(one.ptr, '=', one.len);
	return one;
}

static parse_fn *const parsers[] = {
	[SETTING_BOOL] = parse_bool,         [SETTING_INT] = parse_int,     [SETTING_SIZE] = parse_size,
	[SETTING_DURATION] = parse_duration, [SETTING_TEXT] = parse_text,   [SETTING_SECRET] = parse_text,
	[SETTING_CHOICE] = parse_choice,     [SETTING_WORD] = parse_choice,
};

/* The allowed words, without the other spellings. */
static const char *words_text(const struct setting *row, struct arena *arena)
{
	struct span rest = span_of(row->allowed), word;
	const char *text = "";

	while (span_split(&rest, ' ', &word))
		if (!memchr(word.ptr, '=', word.len))
			text = arena_printf(arena, "%s%s%.*s", text, *text ? ", " : "", SPAN_ARG(word));
	return text;
}

static const char *expectation(const struct setting *row, struct arena *arena)
{
	switch (row->type) {
	case SETTING_BOOL: return "must be true or false";
	case SETTING_INT: return "must be a whole number";
	case SETTING_SIZE: return "must be a number of bytes, or of KiB, MiB, GiB";
	case SETTING_DURATION:
		return row->traits & UNIT ? "must be a duration with its unit, like 168h" : "must be a duration like 168h";
	default: return arena_printf(arena, "must be one of: %s", words_text(row, arena));
	}
}

/* Returns whether the number is within the row's `low..high`. Either end may be missing. */
static bool in_range(const struct setting *row, int64_t number)
{
	const char *dots = strstr(row->allowed, "..");
	struct value low = {0}, high = {0};
	struct setting plain = *row;

	if (!dots || (row->type != SETTING_INT && row->type != SETTING_DURATION))
		return true;
	plain.traits = 0;
	if (dots > row->allowed &&
	    parsers[row->type](&low, &plain, (struct span){row->allowed, (size_t)(dots - row->allowed)}) &&
	    number < low.number)
		return false;
	return !(dots[2] && parsers[row->type](&high, &plain, span_of(dots + 2)) && number > high.number);
}

static const char *range_text(const struct setting *row, struct arena *arena)
{
	const char *dots = strstr(row->allowed, "..");

	return dots[2] ? arena_printf(arena, "within %s", row->allowed)
		       : arena_printf(arena, "at least %.*s", (int)(dots - row->allowed), row->allowed);
}

/* Returns why a text cannot be a value of this row; NULL when it can. */
static const char *text_fault(const struct setting *row, const char *text, struct arena *arena)
{
	struct span rest = span_of(text), line;
	const char *fault = NULL;

	if (!(row->traits & LINES))
		return value_text_fault(text);
	while (!fault && span_split(&rest, '\n', &line))
		fault = value_text_fault(arena_span(arena, line));
	return fault;
}

bool value_parse(struct value *out, const struct setting *row, const char *text, struct arena *arena, const char **why)
{
	const char *fault = text_fault(row, text, arena);

	*out = (struct value){.text = ""};
	if (fault) {
		*why = fault;
		return false;
	}
	if (text[0] == '\0')
		text = row->fallback;
	if (text[0] == '\0')
		return true;
	if (!parsers[row->type](out, row, span_of(text))) {
		*why = arena_printf(arena, "%s, not %s", expectation(row, arena), value_quote(text, arena));
		return false;
	}
	if (!in_range(row, out->number)) {
		*why = arena_printf(arena, "must be %s, not %s", range_text(row, arena), value_quote(text, arena));
		return false;
	}
	if (row->type == SETTING_WORD)
		out->text = arena_span(arena, value_choice(row, (int)out->number));
	return true;
}

bool value_equal(const struct value *a, const struct value *b, const struct setting *row)
{
	switch (row->type) {
	case SETTING_BOOL: return a->flag == b->flag;
	case SETTING_SIZE: return a->size == b->size;
	case SETTING_INT:
	case SETTING_DURATION:
	case SETTING_CHOICE: return a->number == b->number;
	default: return strcmp(a->text, b->text) == 0;
	}
}

/* Control characters C0, DEL and C1, separators of lines and paragraphs, and code points that YAML cannot print. */
static bool is_control_at(const unsigned char *at, size_t len)
{
	static const char *const others[] = {"\xe2\x80\xa8", "\xe2\x80\xa9", "\xef\xbb\xbf", "\xef\xbf\xbe",
					     "\xef\xbf\xbf"};

	if (len == 1)
		return at[0] < ' ' || at[0] == 0x7f;
	if (len == 2)
		return at[0] == 0xc2 && at[1] < 0xa0;
	for (size_t i = 0; len == 3 && i < sizeof others / sizeof *others; i++)
		if (memcmp(at, others[i], 3) == 0)
			return true;
	return false;
}

const char *value_text_fault(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t left = strlen(text), len;

	for (; left > 0; at += len, left -= len) {
		len = utf8_sequence(at, left);
		if (len == 0)
			return "is not UTF-8";
		if (is_control_at(at, len))
			return "holds a control character";
	}
	return NULL;
}

const char *value_quote(const char *text, struct arena *arena)
{
	bool whole = strlen(text) <= QUOTED_MAX, ascii_only = value_text_fault(text);
	int len = whole ? (int)strlen(text) : QUOTED_MAX;
	char *copy;

	while (!whole && len > 0 && (text[len] & 0xc0) == 0x80)
		len--;
	copy = arena_printf(arena, "\"%.*s%s\"", len, text, whole ? "" : "...");
	for (char *at = copy; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f || (ascii_only && (unsigned char)*at >= 0x80))
			*at = '?';
	return copy;
}
