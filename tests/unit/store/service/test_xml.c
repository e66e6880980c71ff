/* SPDX-License-Identifier: MIT */
#include "../../../../src/store/service/xml_priv.h"
#include "../../../lib/test.h"

static struct arena arena;

static const struct xml *parse(const char *text)
{
	if (!arena.ceiling)
		arena_init(&arena, 32 << 20);
	return xml_parse(span_of(text), &arena);
}

START_TEST(elements_are_found_by_name_whatever_their_name_space)
{
	const struct xml *root = parse("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
				       "<List xmlns=\"http://s3.example/doc/\"><Truncated>false</Truncated>\n"
				       "<Item><Key>a&amp;b</Key><Owner><ID>1</ID></Owner></Item>"
				       "<Other/><Item><Key>c</Key></Item></List>");
	const struct xml *item;

	ck_assert_ptr_nonnull(root);
	ck_assert_str_eq(xml_name(root), "List");
	ck_assert_str_eq(xml_text(root, "Truncated", &arena), "false");
	item = xml_child(root, "Item");
	ck_assert_str_eq(xml_text(item, "Key", &arena), "a&b");
	ck_assert_str_eq(xml_text(item, "Owner/ID", &arena), "1");
	ck_assert_ptr_null(xml_text(item, "Owner/Name", &arena));
	item = xml_next(item);
	ck_assert_str_eq(xml_text(item, "Key", &arena), "c");
	ck_assert_str_eq(xml_text(item, "", &arena), "c");
	ck_assert_ptr_null(xml_next(item));
	ck_assert_str_eq(xml_text(root, "Other", &arena), "");
	ck_assert_ptr_null(xml_child(xml_child(root, "None"), "None"));
	arena_release(&arena);
}
END_TEST

START_TEST(what_is_no_plain_document_is_refused)
{
	static const char *const refused[] = {
		"",
		"plain text",
		"<a><b></a>",
		"<a>",
		"<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>",
		"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
		"<a>&undefined;</a>",
	};

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		ck_assert_msg(parse(refused[i]) == NULL, "%s", refused[i]);
	arena_release(&arena);
}
END_TEST

START_TEST(a_document_beyond_the_limit_is_refused)
{
	char *text = malloc(XML_BYTES_MAX + 16);
	struct span span;

	ck_assert_ptr_nonnull(parse("<a/>"));
	memset(text, ' ', XML_BYTES_MAX + 16);
	memcpy(text, "<a>", 3);
	memcpy(text + XML_BYTES_MAX - 4, "</a>", 4);
	span = (struct span){text, XML_BYTES_MAX};
	ck_assert_ptr_nonnull(xml_parse(span, &arena));
	span.len++;
	ck_assert_ptr_null(xml_parse(span, &arena));
	free(text);
	arena_release(&arena);
}
END_TEST

START_TEST(text_that_we_write_is_escaped)
{
	arena_init(&arena, 1 << 16);
	ck_assert_str_eq(xml_escape("<a href='x'>\"&\"\xc3\xa4", &arena),
			 "&lt;a href=&apos;x&apos;&gt;&quot;&amp;&quot;\xc3\xa4");
	arena_release(&arena);
}
END_TEST

TEST_FILE(xml, elements_are_found_by_name_whatever_their_name_space, what_is_no_plain_document_is_refused,
	  a_document_beyond_the_limit_is_refused, text_that_we_write_is_escaped)
