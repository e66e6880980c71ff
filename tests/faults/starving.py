# SPDX-License-Identifier: MIT
"""A worker that runs out of memory in the middle of a request, and the checks after each such failure."""
import os
import time

from direct import Direct
from processes import ACCOUNT, wait_until

EACH, STRIDE, LIMIT = 120, 29, 20000  # each of the first 120 allocations fails in one round, then every 29th
LIBFCGI = 10  # blocks that libfcgi leaks, for example if the second or third of the three allocations of a stream fails
SLACK = 16    # difference of libpq's buffers between two connections


def told(answer):
    """The headers of an answer. The value of berth-authorized is a time, so only its presence counts."""
    return {name: values if name != "berth-authorized" else len(values) for name, values in answer.headers.items()}


class Starving:
    """The one worker of a pool, which runs with the shim."""

    def __init__(self, registry, shim, fed=None, fresh=dict, pool="main"):
        """`fed`: headers of requests without a failure. `fresh` makes the headers of each request with a failure."""
        self.registry, self.shim, self.fresh, self.master = registry, shim, fresh, registry.children[pool]
        self.client = Direct(registry.socket(pool), fed)
        self.spooling = Direct(registry.socket(pool), fed, ACCOUNT.folder(os.path.join(registry.spool, "tests")))
        self.tried = self.refused = self.grown = 0
        self.look()

    def look(self):
        self.pid, = self.master.workers()
        self.shim.watch(self.pid)

    def send(self, ask):
        client = self.spooling if ask.spooled else self.client
        return client.request(ask.method, ask.url, ask.body, ask.headers, **ask.variables)

    def send_again(self, ask):
        """Retries until the status is not 503: a worker without a database connection tries to connect five times a second."""
        answers = []

        def served():
            answers.append(self.send(ask))
            return answers[-1] and answers[-1].status != 503
        wait_until(served, f"{ask} to be served")
        return answers[-1]

    def one(self, make, place, nth, forever, before=None):
        """Makes one request during which an allocation fails, and checks the result. Returns False if no allocation failed."""
        ask = make(place)
        ask.headers = {**self.fresh(), **ask.headers}
        if before:
            before()
        self.shim.starve(nth, forever)
        try:
            answer = self.send(ask)
        finally:
            met = self.shim.feed() > 0
        said = f"{make.__name__}, allocation {nth}{' and all behind' if forever else ''}: {answer}"
        assert answer, f"no answer: {said}"
        assert answer.status in (*ask.right, 503), said
        self.tried += 1
        if answer.status == 503:
            self.refused += 1
            assert met and (ask.method == "HEAD" or answer.codes() == ["UNAVAILABLE"]), said
            again = self.send_again(ask)
            assert again.status in (*ask.right, *ask.again), f"asked again: {again}\n{said}"
        else:
            self.judge(ask, answer, said)
        self.stays(said)
        ask.done()
        return met

    def judge(self, ask, answer, said):
        if ask.judge:
            ask.judge(answer)
        elif ask.method in ("GET", "HEAD", "OPTIONS"):
            again = self.send(ask)
            assert (again.status, again.body) == (answer.status, answer.body), f"{again}\n{said}"
            assert told(again) == told(answer), f"{again}\n{said}"

    def stays(self, said):
        assert self.master.workers() == [self.pid], f"the worker ended: {said}"

    def every(self, make, place, forever, before=None, step=1):
        """Lets each allocation of a request fail, or every `step`-th, one a request, until the request has no further allocation."""
        for _ in range(3):
            self.one(make, place, 0, False, before)
        held, opened, tried, refused, start = self.shim.held, self.opened(), self.tried, self.refused, time.monotonic()
        nth = 1
        while self.one(make, place, nth, forever, before):
            nth += step if nth < EACH else STRIDE
            assert nth < LIMIT, f"{make.__name__}: no end of allocations"
        assert nth > 1, "the shim sees no allocations"
        more, tried = self.shim.held - held, self.tried - tried
        print(f"{make.__name__}: {nth - 1} allocations, {tried} tried, {self.refused - refused} refused, "
              f"{more} blocks more, {time.monotonic() - start:.1f} s")
        more -= make(place).keeps * tried
        self.grown += more
        self.gives_back(make, more, opened)

    def gives_back(self, make, more, opened):
        assert more <= LIBFCGI + SLACK, f"{make.__name__}: {more} blocks more than before"
        wait_until(lambda: self.opened() <= opened, f"the descriptors of {make.__name__} to be closed")

    def opened(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


class Passing(Starving):
    """A worker that may end after an answer, if it logs the reason."""

    def stays(self, said):
        """The next request has been answered, by this worker or by its replacement."""
        before = self.pid
        self.look()
        assert self.pid == before or f"worker {before}: out of memory" in self.master.text(), said

    def gives_back(self, make, more, opened):
        """No check: the worker may be a replacement."""
