# SPDX-License-Identifier: MIT
"""Calls that start at the same moment."""
import threading


def at_once(*calls):
    """Runs the calls at the same moment; returns their results in order."""
    answers, barrier = [None] * len(calls), threading.Barrier(len(calls))

    def run(at):
        barrier.wait()
        answers[at] = calls[at]()
    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
