# SPDX-License-Identifier: MIT
"""Each check of this folder finds the fault that a test plants, and gives the reason."""
import os
import shutil
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.realpath(__file__))
README = """
| floor | what lives there | may include |
|---|---|---|
| `fcgi/` `src/cli` | mains | anything |
| `core` | use cases | store, meta, base |
| `store` `meta` | bytes; rows | store: base; meta: db, base |
| `db` | libpq | base |
| `base` | spans | libc, libcrypto |
"""
HEAD = "/* SPDX-License-Identifier: MIT */\n/* A file for the test. */\n"


@pytest.fixture
def plant(tmp_path):
    """plant(check, {path: text}) runs the check on a tree of these files; returns (status, output)."""
    def run(check, files):
        files = {"src/README.md": README, "include/berth/base/banned.h": HEAD, **files}
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([os.path.join(HERE, check)], capture_output=True, text=True, check=False,
                              env={**os.environ, "BERTH_META_ROOT": str(tmp_path)})
        return done.returncode, done.stdout + done.stderr
    return run


def header(body=""):
    return HEAD + body


def test_a_clean_tree_passes_every_check(plant):
    files = {"src/core/push.c": header('#include "berth/base/span.h"\n#include "berth/meta/tag.h"\n'),
             "include/berth/base/span.h": header(), "include/berth/meta/tag.h": header()}
    for check in ("include_floors", "header_alone", "banned", "longest_functions", "spdx"):
        status, said = plant(check, files)
        assert status == 0, said


@pytest.mark.parametrize("source, target", [("src/base/span.c", "berth/core/push.h"),
                                            ("src/store/blob.c", "berth/meta/tag.h"),
                                            ("src/store/blob.c", "berth/db/conn.h")])
def test_an_include_up_or_beside_the_floor_is_refused(plant, source, target):
    status, said = plant("include_floors", {source: header(f'#include "{target}"\n'), f"include/{target}": header()})
    assert status == 1 and f"{source}:3: " in said and "may not include" in said


def test_an_include_in_a_comment_is_ignored(plant):
    text = header('/*\n#include "berth/core/push.h"\n*/\n')
    status, said = plant("include_floors", {"src/base/span.c": text, "include/berth/core/push.h": header()})
    assert status == 0, said


def test_another_floors_private_header_is_refused(plant):
    status, said = plant("include_floors", {"src/core/push.c": header('#include "../meta/tag_priv.h"\n'),
                                            "src/meta/tag_priv.h": header()})
    assert status == 1 and "private to meta" in said


def test_modules_in_a_circle_are_found(plant):
    status, said = plant("include_floors", {
        "include/berth/base/a.h": header(), "include/berth/base/b.h": header(), "include/berth/base/c.h": header(),
        "src/base/a.c": header('#include "berth/base/b.h"\n'), "src/base/b.c": header('#include "berth/base/c.h"\n'),
        "src/base/c.c": header('#include "berth/base/a.h"\n')})
    assert status == 1 and "base/a, base/b, base/c" in said


@pytest.fixture
def built(plant, tmp_path, monkeypatch):
    """built({source: text}) compiles the sources and runs symbol_floors on sources and objects: (status, output)."""
    def run(sources, **more):
        monkeypatch.setenv("BERTH_BUILD", str(tmp_path / "build"))
        plant("spdx", {name: HEAD + text for name, text in sources.items()} | more)
        for name in sources:
            path = (tmp_path / "build" / name).with_suffix(".o")
            path.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run([os.environ.get("CC", "gcc").split()[-1], "-c", "-o", path, tmp_path / name], check=True)
        return plant("symbol_floors", more)
    return run


LOW = {"src/base/span.c": "int span(void) { return 1; }\n", "src/db/conn.c": "int tidy(void) { return 2; }\n"}


def test_a_symbol_of_a_floor_below_may_be_used(built):
    status, said = built(LOW | {"src/meta/tag.c": "int tidy(void), span(void); int tag(void) { return tidy() + span(); }\n"})
    assert status == 0 and "2 uses, 3 objects" in said


@pytest.mark.parametrize("use", ["int tidy(void); int push(void) { return tidy(); }", "int tidy(void); int (*push)(void) = tidy;"])
def test_a_symbol_of_a_floor_that_is_not_allowed_is_found(built, use):
    status, said = built(LOW | {"src/core/push.c": use + "\n"})
    assert status == 1 and "src/core/push.c: core may not use tidy of src/db/conn.c" in said


CIRCLE = {"src/base/span.c": "int text(void); int span(void) { return text(); }\n",
          "src/base/text.c": "int span(void); int text(void) { return span(); }\n"}


def test_files_that_use_each_other_are_found(built):
    status, said = built(CIRCLE)
    assert status == 1 and "files in a circle: src/base/span.c, src/base/text.c" in said


def test_symbols_of_the_c_library_and_main_have_no_floor(built):
    status, said = built({"src/core/a.c": "void __assert_fail(void) {}\nint main(void) { return 0; }\n",
                          "src/base/b.c": "void __assert_fail(void); void b(void) { __assert_fail(); }\n"})
    assert status == 0, said


def test_an_object_that_is_missing_or_older_than_its_source_is_found(built, plant):
    assert built(LOW)[0] == 0
    status, said = plant("symbol_floors", {"src/base/new.c": HEAD})
    assert status == 1 and "src/base/new.c: no object" in said
    os.utime(os.path.join(os.environ["BERTH_BUILD"], "src/base/span.o"), (0, 0))
    status, said = plant("symbol_floors", {})
    assert status == 1 and "src/base/span.c: its object" in said and "is older" in said


def test_without_a_build_tree_there_is_a_skip(plant, monkeypatch):
    monkeypatch.setenv("BERTH_BUILD", "/nonexistent")
    status, said = plant("symbol_floors", {})
    assert status == 77 and said.startswith("SKIPPED: symbol_floors: ") and "set BERTH_BUILD" in said


def test_a_header_that_needs_another_first_is_refused(plant):
    status, said = plant("header_alone", {"include/berth/base/span.h": header("size_t span_length(void);\n")})
    assert status == 1 and "span.h: gcc" in said


@pytest.mark.parametrize("name, line, what", [
    ("src/core/push.c", '#include <libpq-fe.h>', "libpq"),
    ("src/core/push.c", 'PQclear(result);', "libpq"),
    ("src/meta/tag.c", 'PQexec(conn, text);', "PQexec"),
    ("src/api/blobs.c", '#include <fcgiapp.h>', "libfcgi"),
    ("src/core/push.c", 'sprintf(out, "x");', "without a safe use"),
    ("src/core/push.c", 'static const char *q = "SELECT 1 FROM tags";', "SQL outside"),
    ("src/meta/tag.c", 'strbuf_format(b, "DELETE FROM tags WHERE name = %s", name);', "SQL built"),
    ("src/core/listing.c", 'out->size = db_column_i64(&rows, 0, 2);', "a statement or column"),
    ("src/core/listing.c", 'return db_run(db, values);', "a statement or column"),
    ("src/cli/cmd_user.c", 'run(STMT_ACCOUNT_LIST);', "a statement or column"),
    ("include/berth/core/listing.h", 'struct db_rows *rows;', "a statement or column"),
    ("src/store/blob.c", 'header(r, "X-Accel-Redirect", path);', "X-Accel-Redirect")])
def test_a_banned_word_is_found(plant, name, line, what):
    status, said = plant("banned", {name: header(line + "\n")})
    assert status == 1 and what in said and f"{name}:3" in said


def test_two_writers_of_one_header_are_found(plant):
    line = header('const char *h = "X-Accel-Redirect";\n')
    status, said = plant("banned", {"src/api/blobs.c": line, "src/http/reply.c": line})
    assert status == 1 and "2 places" in said


def test_banned_words_in_comments_are_allowed(plant):
    status, said = plant("banned", {"src/core/push.c": header("/* sprintf(x) and PQexec(y), X-Sendfile */\n// gets()\n")})
    assert status == 0, said


def test_a_long_function_is_refused_and_a_long_table_is_not(plant):
    body = "\n".join(f"\tx += {i};" for i in range(90))
    table = "static const int t[] = {\n" + "1,\n" * 200 + "};\n"
    status, said = plant("longest_functions", {"src/base/a.c": header(table)})
    assert status == 0, said
    status, said = plant("longest_functions", {"src/base/b.c": header(f"int f(int x)\n{{\n{body}\n\treturn x;\n}}\n")})
    assert status == 1 and "f has 93 lines" in said


def test_a_missing_licence_or_purpose_is_found(plant):
    status, said = plant("spdx", {"src/base/a.c": "int x;\n"})
    assert status == 1 and "no SPDX" in said
    status, said = plant("spdx", {"src/base/a.c": "/* SPDX-License-Identifier: MIT */\n#include <stdio.h>\n\n"})
    assert status == 1 and "no line of purpose" in said


def formatting(plant, files):
    status, said = plant("formatting", {".clang-format": "BasedOnStyle: LLVM\nUseTab: Always\nIndentWidth: 8\n", **files})
    if status == 77:
        pytest.skip(said)
    return status, said


def test_a_badly_formatted_file_is_found(plant):
    status, said = formatting(plant, {"src/base/a.c": header("int a;\n"), "tests/b.h": header("int\tb ;\nint  c;\n")})
    assert status == 1 and "tests/b.h:3: 3 places" in said and "a.c" not in said


def test_a_table_may_be_left_alone_and_is_counted(plant):
    table = "/* clang-format off */\nint  t[] = {1,2,\n3};\n/* clang-format on */\n"
    status, said = formatting(plant, {"src/base/a.c": header(table)})
    assert status == 0 and "1 places left alone" in said


@pytest.mark.parametrize("version, why", [(None, "not installed"), ("15.0.7", "clang-format 14 is meant")])
def test_without_the_right_clang_format_there_is_a_skip(plant, tmp_path, monkeypatch, version, why):
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    (bin_dir / "python3").symlink_to(os.path.realpath(sys.executable))
    (bin_dir / "git").symlink_to(shutil.which("git"))
    if version:
        (bin_dir / "clang-format").write_text(f"#!/bin/sh\necho Debian clang-format version {version}\n")
        (bin_dir / "clang-format").chmod(0o755)
    monkeypatch.setenv("PATH", str(bin_dir))
    status, said = plant("formatting", {"src/base/a.c": header("int  a;\n")})
    assert status == 77 and said.startswith("SKIPPED: formatting: ") and why in said


@pytest.mark.parametrize("words", ["table of issue %d", "see Task #%d", "finding N%d"])
def test_a_number_of_an_issue_is_found(plant, words):
    status, said = plant("own_words", {"conf/README.md": "# Settings\n" + words % 12})
    assert status == 1 and "conf/README.md:2: " in said
    status, said = plant("own_words", {"conf/README.md": "An issued token; tasks of 12 kinds; RFC 7235\n"})
    assert status == 0, said


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
def test_a_faulty_script_is_found(plant):
    status, said = plant("shell_scripts", {"tests/x.sh": "#!/bin/sh\ncd $1\nrm -rf $UNSET/*\n"})
    assert status == 1 and "SC2" in said
