/* SPDX-License-Identifier: MIT */
/* Scopes, read and written. */
#include "berth/issuer/scope.h"

static const struct {
	enum scope_action action;
	const char *name;
} actions[] = {{SCOPE_PULL, "pull"}, {SCOPE_PUSH, "push"}, {SCOPE_DELETE, "delete"}, {SCOPE_ANY, "*"}};

void scope_list_init(struct scope_list *list, struct arena *arena)
{
	list->items = arena_array(arena, SCOPE_LIST_MAX, sizeof *list->items);
	list->count = 0;
}

static bool is_word(struct span text, bool digits)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(digits && c >= '0' && c <= '9'))
			return false;
	}
	return text.len <= SCOPE_WORD_MAX;
}

/* `type` or `type(class)`. */
static bool read_type(struct scope *out, struct span text)
{
	const char *open = memchr(text.ptr, '(', text.len);
	size_t len = open ? (size_t)(open - text.ptr) : text.len;

	out->type = (struct span){text.ptr, len};
	out->class = (struct span){"", 0};
	if (open) {
		if (text.ptr[text.len - 1] != ')' || text.len - len < 3)
			return false;
		out->class = (struct span){open + 1, text.len - len - 2};
	}
	return len > 0 && is_word(out->type, true) && is_word(out->class, true);
}

static bool scope_is_name(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] > '~' || text.ptr[i] == '"' || text.ptr[i] == '\\')
			return false;
	return text.len > 0;
}

static bool read_actions(unsigned *out, struct span text)
{
	struct span word;

	*out = 0;
	while (span_split(&text, ',', &word)) {
		if (!span_is(word, "*") && !is_word(word, false))
			return false;
		for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
			if (span_is(word, actions[i].name))
				*out |= actions[i].action;
	}
	return true;
}

static bool scope_read(struct scope *out, struct span text)
{
	const char *first = memchr(text.ptr, ':', text.len), *last = memrchr(text.ptr, ':', text.len);

	if (!first || first == last)
		return false;
	out->name = (struct span){first + 1, (size_t)(last - first - 1)};
	return read_type(out, (struct span){text.ptr, (size_t)(first - text.ptr)}) && scope_is_name(out->name) &&
	       read_actions(&out->actions, span_after(text, (size_t)(last - text.ptr) + 1));
}

static bool same(const struct scope *a, const struct scope *b)
{
	return span_equal(a->type, b->type) && span_equal(a->class, b->class) && span_equal(a->name, b->name);
}

static bool insert(struct scope_list *list, const struct scope *scope)
{
	for (size_t i = 0; i < list->count; i++)
		if (same(&list->items[i], scope)) {
			list->items[i].actions |= scope->actions;
			return true;
		}
	if (list->count == SCOPE_LIST_MAX)
		return false;
	list->items[list->count++] = *scope;
	return true;
}

bool scope_list_add(struct scope_list *list, struct span parameter, struct error *error)
{
	struct span text;
	struct scope scope;

	while (span_split(&parameter, ' ', &text)) {
		if (text.len == 0)
			continue;
		if (!scope_read(&scope, text))
			return error_setf(error, E_SCOPE_INVALID, "not of the form type:name:action,...: %.*s",
					  SPAN_ARG(text));
		if (!insert(list, &scope))
			return error_setf(error, E_SCOPE_INVALID, "more than %d scopes", SCOPE_LIST_MAX);
	}
	return true;
}

void scope_each_action(unsigned set, scope_action_fn *fn, void *context)
{
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (set & actions[i].action)
			fn(context, actions[i].name);
}

static void add_action(void *context, const char *action)
{
	struct strbuf *out = context;

	strbuf_adds(out, out->len && out->ptr[out->len - 1] != ':' ? "," : "");
	strbuf_adds(out, action);
}

void scope_write_actions(struct strbuf *out, unsigned set)
{
	scope_each_action(set, add_action, out);
}

void scope_write(struct strbuf *out, const struct scope *scope)
{
	strbuf_add_span(out, scope->type);
	if (scope->class.len)
		strbuf_addf(out, "(%.*s)", SPAN_ARG(scope->class));
	strbuf_addf(out, ":%.*s:", SPAN_ARG(scope->name));
	scope_write_actions(out, scope->actions);
}
