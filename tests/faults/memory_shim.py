# SPDX-License-Identifier: MIT
"""faultmem.c from the test's side: the control block that the processes under it share."""
import mmap
import os
import struct
import subprocess

SOURCE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "faultmem.c")
FIELDS = ("process", "nth", "forever", "count", "hits", "held")


class MemoryShim:
    def __init__(self, folder):
        self.library, path = os.path.join(folder, "faultmem.so"), os.path.join(folder, "memory")
        subprocess.run([os.environ.get("CC", "cc").split()[-1], "-shared", "-fPIC", "-O2", "-fno-builtin", "-o",
                        self.library, SOURCE], check=True)
        with open(path, "wb") as f:
            f.write(bytes(4096))
        os.chmod(path, 0o666)
        with open(path, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), 4096)
        self.environment = {"LD_PRELOAD": self.library, "BERTH_FAULTMEM": path}

    def __getattr__(self, name):
        if name not in FIELDS:
            raise AttributeError(name)
        return struct.unpack_from("i", self.map, 4 * FIELDS.index(name))[0]

    def _set(self, **values):
        for name, value in values.items():
            struct.pack_into("i", self.map, 4 * FIELDS.index(name), value)

    def watch(self, pid):
        """Counts the allocations of this process; none fails."""
        self._set(nth=0, forever=0, count=0, hits=0, process=pid)

    def starve(self, nth, forever):
        """The nth allocation from now on fails, or it and all that follow."""
        self._set(nth=0, count=0, hits=0, forever=int(forever))
        self._set(nth=nth)

    def feed(self):
        """Nothing fails any more; how many failed."""
        self._set(nth=0)
        return self.hits
