"""Measures one system in one mode, in this process: `measure.py MODE SYSTEM FOLDER`. A JSON object for each figure.

`run` starts it, and has written the definitions to the folder.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import sys
import threading
import time
import timeit
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import peers
from peers import USERS, WORDS, WORKLOADS, Peer, Ways

REPEATS: Final = 15
REPEAT_S: Final = 0.04

WINDOWS: Final = 3
WINDOW_S: Final = 0.2

EVALUATIONS: Final = 10_000_000
WARM_UP: Final = 100_000
FLAT_KB: Final = 2_048
"""A byte lost by each evaluation is five times as much."""


def main() -> None:
    mode, system, folder = sys.argv[1:]
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    try:
        for peer in getattr(peers, system)(Path(folder)):
            verify(peer)
            MODES[mode](peer)
    except ModuleNotFoundError as missing:
        show(peer=system, mode=mode, absent=str(missing))
    except BaseException:
        traceback.print_exc()
        leave(1)
    leave(0)


def leave(status: int) -> None:
    """At once: some SDKs have threads that keep a process from its end."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def show(**row: object) -> None:
    print(json.dumps(row), flush=True)


def words(peer: Peer) -> dict[str, Any]:
    """What expressions name. Two threads that go round the users each need their own."""
    return {**WORDS, **peer.words, "users": itertools.cycle(peer.users), "ids": itertools.cycle(USERS)}


def question(peer: Peer, number: int, ways: Ways) -> str:
    return peer.asks[number].replace("{full}", ways.full).replace("{user}", ways.user)


def verify(peer: Peer) -> None:
    """A fast wrong answer is worth nothing."""
    for ways in filter(None, (peer.reused, peer.new)):
        check(peer, 0, ways, lambda answer: answer is True)
        if len(peer.asks) == 1:
            continue
        check(peer, 1, ways, lambda answer: answer == peer.passes)
        check(peer, 1, Ways(peer.outdated, ""), lambda answer: answer != peer.passes)
        ask, names = question(peer, 2, ways), words(peer)
        answers = [eval(ask, names) for _ in USERS]
        share = answers.count("A")
        if not 200 < share < 300 or share + answers.count("B") != len(USERS):
            raise AssertionError(f"{peer.name}: {share} of {len(USERS)} users are in a rollout to 25 %")


def check(peer: Peer, number: int, ways: Ways, is_right: Callable[[Any], bool]) -> None:
    ask = question(peer, number, ways)
    answer = eval(ask, words(peer))
    if not is_right(answer):
        raise AssertionError(f"{peer.name}: {ask} is {answer!r}")


def evaluate(peer: Peer) -> None:
    """How long one question takes, over repeats that are long beside a tick of the clock."""
    for context, ways in (("reused", peer.reused), ("new", peer.new)):
        if ways is None:
            continue
        for number in range(len(peer.asks)):
            timer = timeit.Timer(question(peer, number, ways), globals=words(peer))
            rounds, took = timer.autorange()
            rounds = max(1, round(rounds * REPEAT_S / took))
            ns = sorted(seconds / rounds * 1e9 for seconds in timer.repeat(REPEATS, rounds))
            show(
                peer=peer.name,
                mode="evaluate",
                context=context,
                what=WORKLOADS[number],
                ns_min=round(ns[0], 1),
                ns_median=round(ns[len(ns) // 2], 1),
            )


def threads(peer: Peer) -> None:
    """How many questions one thread asks, and two do together."""
    if peer.reused is None or not peer.shared:
        return
    for number in range(len(peer.asks)):
        ask = question(peer, number, peer.reused)
        rounds, took = timeit.Timer(ask, globals=words(peer)).autorange()
        rounds = max(1, round(rounds * WINDOW_S / took))
        for count in (1, 2):
            best = max((window(peer, ask, rounds, count) for _ in range(WINDOWS)), key=lambda figures: figures[0])
            show(
                peer=peer.name,
                mode="threads",
                what=WORKLOADS[number],
                threads=count,
                mops=round(best[0] / 1e6, 4),
                cpus=round(best[1], 2),
            )


def window(peer: Peer, ask: str, rounds: int, count: int) -> tuple[float, float]:
    """Questions per second, and the processors that they took."""
    barrier = threading.Barrier(count + 1)

    def work(loop: Callable[[int], None]) -> None:
        barrier.wait()
        loop(rounds)

    workers = [threading.Thread(target=work, args=(looped(ask, words(peer)),)) for _ in range(count)]
    for worker in workers:
        worker.start()
    barrier.wait()
    began, busy = time.perf_counter(), time.process_time()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - began
    return count * rounds / took, (time.process_time() - busy) / took


def looped(statement: str, names: dict[str, Any]) -> Callable[[int], None]:
    """A function that does it so many times, as `timeit` makes it."""
    source = f"def loop(rounds):\n    for _ in repeat(None, rounds):\n        {statement}\n"
    made: dict[str, Any] = {}
    exec(source, names | {"repeat": itertools.repeat}, made)
    loop: Callable[[int], None] = made["loop"]
    return loop


def memory(peer: Peer) -> None:
    """What is resident while all questions are asked in turn, with contexts that are there and with new ones."""
    ways = [ways for ways in (peer.reused, peer.new) if ways is not None]
    asks = [question(peer, number, way) for way in ways for number in range(len(peer.asks))]
    loop = looped("; ".join(asks), words(peer))
    loop(WARM_UP // len(asks))
    half = EVALUATIONS // 2 // len(asks)
    start = resident_kb()
    loop(half)
    middle = resident_kb()
    loop(half)
    end = resident_kb()
    show(peer=peer.name, mode="memory", evaluations=2 * half * len(asks), start=start, middle=middle, end=end)
    if end - start > FLAT_KB:
        raise AssertionError(f"{peer.name}: {end - start} kB more after {EVALUATIONS} evaluations")


def resident_kb() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


MODES: Final[dict[str, Callable[[Peer], None]]] = {"evaluate": evaluate, "threads": threads, "memory": memory}


if __name__ == "__main__":
    main()
