# SPDX-License-Identifier: MIT
"""
What a disk may hold after a power loss, as pessimistic as POSIX and the file systems in use let us be.

- An fsync of a file keeps its bytes, not its name; one of a folder keeps the names in it, not its own in its parent.
- Whatever was not synced may be there or not, each effect for itself and in any order. Bytes that were not synced may
  also be there by half, or as zeros: the length reaches the disk before them.
- A rename is one step: the old file or the new one stands at a name, and what moves between folders is in one of them,
  or in both.
"""
import itertools

RANDOM_STATES = 6


class File:
    def __init__(self):
        self.synced = b""
        self.hold(b"")

    def hold(self, data):
        """What it holds; the first outcome is the loss of what was not synced, the second one that it was written."""
        self.now = data
        half = (len(self.synced) + len(data)) // 2
        self.outcomes = (self.synced, data, data[:half], data[:half] + bytes(max(0, len(data) - half)))

    def sync(self):
        self.synced = self.now


class Folder:
    def __init__(self):
        self.synced, self.now = {}, {}


class Entry:
    """A name comes to mean a file or folder, or nothing any more: then `moved` is the entry by which that stands elsewhere."""

    outcomes = (False, True)

    def __init__(self, folder, name, node, moved=None):
        self.folder, self.name, self.node, self.moved = folder, name, node, moved

    def onto(self, names):
        if self.node:
            names[self.name] = self.node
        elif not self.moved or names.get(self.name) is self.moved.node:
            names.pop(self.name, None)


class Disk:
    """Takes the records of a journal in their order. `root` is the key of a folder that is there whatever happens."""

    def __init__(self, root):
        self.root = Folder()
        self.nodes = {root: self.root}  # by key, which another one has once this one is gone
        self.folders, self.entries, self.files = [self.root], [], {}

    def take(self, record):
        """False for what does not concern the tree under the root."""
        return getattr(self, "_" + record.verb)(*record.words, record.data)

    # ---- what happens ----

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
        """An inode that no name of ours means is a new one, whatever it has been before."""
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
        """What left the folder has left it only where its arrival is safe."""
        for entry in [e for e in self.entries if e.folder is folder and e.moved not in self.entries]:
            entry.onto(folder.synced)
            self.entries.remove(entry)

    # ---- what may be left ----

    def crashes(self, rng):
        """The trees that a loss now may leave, as {path: bytes}; none twice."""
        seen = []
        for choice in self._choices([*self.entries, *self.files], rng):
            tree = self._tree(choice)
            if tree not in seen:
                seen.append(tree)
                yield tree

    def _choices(self, effects, rng):
        """{effect: outcome}: nothing got through, all did, each one alone did or did not, and some at random."""
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
        """As it stands, nothing lost."""
        names = {where: where.now for where in self.folders}
        return {path: node.now for node, path in _walk(self.root, names) if isinstance(node, File)}


def _walk(folder, names, path=""):
    """(node, path) of the folder and of all below it."""
    yield folder, path
    for name, node in names[folder].items():
        below = f"{path}/{name}" if path else name
        if isinstance(node, Folder):
            yield from _walk(node, names, below)
        else:
            yield node, below
