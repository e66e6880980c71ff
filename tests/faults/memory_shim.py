# SPDX-License-Identifier: MIT
"""Controls faultmem.c from a test, through the control block that the processes with the shim share."""
import os
import struct

from lab import control_block, preloaded

FIELDS = ("process", "nth", "forever", "count", "hits", "held")


class MemoryShim:
    def __init__(self, folder):
        path = os.path.join(folder, "memory")
        self.map = control_block(path)
        self.environment = {"LD_PRELOAD": preloaded("faultmem.c", folder, "-fno-builtin"), "BERTH_FAULTMEM": path}

    def __getattr__(self, name):
        if name not in FIELDS:
            raise AttributeError(name)
        return struct.unpack_from("i", self.map, 4 * FIELDS.index(name))[0]

    def _set(self, **values):
        for name, value in values.items():
            struct.pack_into("i", self.map, 4 * FIELDS.index(name), value)

    def watch(self, pid):
        """Counts the allocations of this process. No allocation fails."""
        self._set(nth=0, forever=0, count=0, hits=0, process=pid)

    def starve(self, nth, forever):
        """Lets the nth allocation from now on fail, or this one and all later ones."""
        self._set(nth=0, count=0, hits=0, forever=int(forever))
        self._set(nth=nth)

    def feed(self):
        """Ends the failures; returns how many allocations failed."""
        self._set(nth=0)
        return self.hits
