# SPDX-License-Identifier: MIT
"""Tests of the disk model in disk.py, with short journals whose outcomes are known."""
import random

import pytest

from disk import Disk
from recording import Record

MADE = ["create root a f"]
WRITTEN = [*MADE, ("write f", b"new!")]
SYNCED = [*WRITTEN, ("sync f", b"new!")]
KEPT = [*SYNCED, "sync root"]
FOLDERS = ["mkdir root from d1", "mkdir root to d2", "sync root"]
MOVED = [*FOLDERS, "create d1 a f", ("write f", b"new!"), ("sync f", b"new!"), "sync d1", "rename d1 a d2 b"]


def left(*lines):
    """All trees that are possible after a power loss at the end of these lines."""
    disk = Disk("root")
    for line in lines:
        words, data = line if isinstance(line, tuple) else (line, b"")
        verb, *words = words.split()
        assert disk.take(Record(verb, words, data)), line
    return list(disk.crashes(random.Random(0)))


@pytest.mark.parametrize("lines, wanted", [
    (MADE, [{}, {"a": b""}]),
    (SYNCED, [{}, {"a": b"new!"}]),
    ([*MADE, "sync root"], [{"a": b""}]),
    (KEPT, [{"a": b"new!"}]),
    ([*KEPT, "unlink root a"], [{"a": b"new!"}, {}]),
    ([*KEPT, "unlink root a", "sync root"], [{}]),
], ids=["a name", "bytes without a name", "a name without bytes", "both", "a removal", "a removal that was synced"])
def test_a_name_is_kept_by_its_folder_and_bytes_by_their_file(lines, wanted):
    assert left(*lines) == wanted


def test_bytes_that_were_not_synced_may_be_there_by_half_or_as_zeros():
    wanted = [b"", b"new!", b"ne", b"ne\0\0"]
    assert [tree["a"] for tree in left(*WRITTEN, "sync root")] == wanted
    grown = left(*KEPT, ("write f", b"new!more"))
    assert all(tree["a"].startswith(b"new!") for tree in grown) and len(grown) == 4


def test_a_folder_does_not_keep_its_own_name():
    inside = ["mkdir root d d1", "create d1 a f", "sync d1"]
    assert left(*inside) == [{}, {"d/a": b""}]
    assert left(*inside, "sync root") == [{"d/a": b""}]


def test_effects_get_through_in_any_order():
    trees = left("create root a f", "create root b g")
    assert sorted(map(sorted, trees)) == [[], ["a"], ["a", "b"], ["b"]]


def test_a_rename_leaves_the_old_or_the_new():
    trees = left(*KEPT, "create root b g", ("write g", b"more"), ("sync g", b"more"), "sync root", "rename root b root a")
    assert {tree["a"] for tree in trees} == {b"new!", b"more"}


def test_what_moves_between_folders_is_in_one_of_them_at_least():
    here, there = {"from/a": b"new!"}, {"to/b": b"new!"}
    assert left(*MOVED) == [here, there, {**here, **there}]
    assert left(*MOVED, "sync d1") == [here, there, {**here, **there}]
    assert left(*MOVED, "sync d2") == [{**here, **there}, there]
    assert left(*MOVED, "sync d2", "sync d1") == [there]


def test_what_moves_into_a_folder_that_is_lost_has_not_moved():
    trees = left("create root a f", "sync root", "mkdir root d d1", "rename root a d1 b")
    assert trees[0] == {"a": b""} and all(tree for tree in trees)


def test_an_inode_number_is_not_the_file_that_had_it_before():
    """The second file was not synced: the fsync under the same number was of the first file."""
    again = [*KEPT, "unlink root a", "sync root", ("link root b f", b"new!"), "sync root"]
    assert {tree["b"] for tree in left(*again)} == {b"", b"new!", b"ne", b"ne\0\0"}
    assert left(*KEPT, ("link root b f", b"new!"), "sync root") == [{"a": b"new!", "b": b"new!"}]


def test_what_lies_outside_of_the_root_is_no_concern():
    disk = Disk("root")
    for line in ("create elsewhere a f", "write f", "sync f", "rename elsewhere a elsewhere b", "unlink elsewhere a"):
        verb, *words = line.split()
        assert not disk.take(Record(verb, words)), line
    assert list(disk.crashes(random.Random(0))) == [{}]
