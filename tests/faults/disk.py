# SPDX-License-Identifier: MIT
"""
The states of a disk that are possible after a power loss: all states that POSIX and the usual file systems allow.

- An fsync of a file keeps its bytes, not its name. An fsync of a folder keeps the names in it, not its own name in its parent.
- Each effect that was not synced may be on the disk or not, independently and in any order. Bytes that were not synced may also
  be there in part, or as zeros, because the length reaches the disk before the bytes.
- A rename is one step: a name means the old file or the new one. A file that moves between folders is in one of them, or in
  both.
"""
import itertools

RANDOM_STATES = 6


class File:
    def __init__(self):
        self.synced = b""
        self.hold(b"")

    def hold(self, data):
        """The bytes of a file. The first outcome: the bytes that were not synced are lost; the second: they are written."""
        self.now = data
        half = (len(self.synced) + len(data)) // 2
        self.outcomes = (self.synced, data, data[:half], data[:half] + bytes(max(0, len(data) - half)))

    def sync(self):
        self.synced = self.now


class Folder:
    def __init__(self):
        self.synced, self.now = {}, {}


class Entry:
    """A change of a name: it gets a file or folder, or it is removed. If the file was moved, `moved` is the entry of its new name."""

    outcomes = (False, True)

    def __init__(self, folder, name, node, moved=None):
        self.folder, self.name, self.node, self.moved = folder, name, node, moved

    def onto(self, names):
        if self.node:
            names[self.name] = self.node
        elif not self.moved or names.get(self.name) is self.moved.node:
            names.pop(self.name, None)


class Disk:
    """Applies the records of a journal in their order. `root` is the key of a folder that no power loss removes."""

    def __init__(self, root):
        self.root = Folder()
        self.nodes = {root: self.root}  # by key, which a later file may reuse
        self.folders, self.entries, self.files = [self.root], [], {}

    def take(self, record):
        """Returns False for a record that does not change the tree under the root."""
        return getattr(self, "_" + record.verb)(*record.words, record.data)

    # ---- records ----

    def _enter(self, entry):
        entry.onto(entry.folder.now)
        self.entries.append(entry)
        return True

    def _name(self, folder, name, node, what):
        if folder not in self.nodes:
            return False
        self.nodes[node] = what
        return self._enter(Entry(self.nodes[folder], name, what))

    def _create(self, folder, name, node, _):
        return self._name(folder, name, node, File())

    def _mkdir(self, folder, name, node, _):
        made = Folder()
        self.folders.append(made)
        return self._name(folder, name, node, made)

    def _link(self, folder, name, node, data):
        """If no name under the root means this inode, the inode is a new file: its number may be reused."""
        known = self.nodes.get(node)
        if any(known in where.now.values() for where in self.folders):
            return self._name(folder, name, node, known)
        return self._name(folder, name, node, File()) and self._write(node, data)

    def _rename(self, folder, name, to_folder, to_name, _):
        source, target = self.nodes.get(folder), self.nodes.get(to_folder)
        node = source and source.now.get(name)
        if not node or not target:
            return False
        arrival = Entry(target, to_name, node)
        return self._enter(arrival) and self._enter(Entry(source, name, None, moved=arrival))

    def _unlink(self, folder, name, _):
        return folder in self.nodes and self._enter(Entry(self.nodes[folder], name, None))

    def _write(self, node, data):
        if node not in self.nodes:
            return False
        self.nodes[node].hold(data)
        self.files[self.nodes[node]] = None
        return True

    def _sync(self, node, data):
        what = self.nodes.get(node)
        if isinstance(what, Folder):
            self._sync_names(what)
        elif what:
            what.hold(data)
            what.sync()
            self.files.pop(what, None)
        return what is not None

    def _sync_names(self, folder):
        """Makes the names durable. A name whose file was moved is removed only if the new name is durable."""
        for entry in [e for e in self.entries if e.folder is folder and e.moved not in self.entries]:
            entry.onto(folder.synced)
            self.entries.remove(entry)

    # ---- states after a loss ----

    def crashes(self, rng):
        """The different trees that are possible after a power loss now, as {path: bytes}."""
        seen = []
        for choice in self._choices([*self.entries, *self.files], rng):
            tree = self._tree(choice)
            if tree not in seen:
                seen.append(tree)
                yield tree

    def _choices(self, effects, rng):
        """Choices {effect: outcome}: no effect is written, all are, each one alone is or is not, and some at random."""
        nothing, everything = ({effect: effect.outcomes[at] for effect in effects} for at in (0, 1))
        yield nothing
        yield everything
        for effect, rest in itertools.product(effects, (nothing, everything)):
            for outcome in effect.outcomes:
                yield {**rest, effect: outcome}
        for _ in range(RANDOM_STATES if len(effects) > 1 else 0):
            yield {effect: rng.choice(effect.outcomes) for effect in effects}

    def _tree(self, choice):
        names = {where: dict(where.synced) for where in self.folders}
        for entry in self.entries:
            if choice[entry] and not entry.moved:
                entry.onto(names[entry.folder])
        reached = dict(_walk(self.root, names))
        for entry in self.entries:
            if choice[entry] and entry.moved and choice.get(entry.moved, True) and entry.moved.folder in reached:
                entry.onto(names[entry.folder])
        return {path: choice.get(node, node.synced) for node, path in _walk(self.root, names) if isinstance(node, File)}

    def tree(self):
        """The current tree, without a loss."""
        names = {where: where.now for where in self.folders}
        return {path: node.now for node, path in _walk(self.root, names) if isinstance(node, File)}


def _walk(folder, names, path=""):
    """(node, path) of the folder and of all entries below it."""
    yield folder, path
    for name, node in names[folder].items():
        below = f"{path}/{name}" if path else name
        if isinstance(node, Folder):
            yield from _walk(node, names, below)
        else:
            yield node, below
