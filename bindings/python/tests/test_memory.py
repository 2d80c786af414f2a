"""What is evaluated leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import textwrap

ROUNDS = 100_000
GROWTH = 2 << 20
"""Bytes that a process may grow by meanwhile: less than one lost object of each round would take."""

PRELUDE = """
import gc, resource, sys
import vexil

DEFINITIONS = [
    {"key": "on", "default": True},
    {"key": "text", "type": "config", "default": "x" * 300},
    {"key": "theme", "type": "config", "default": {"dark": ["a" * 100, {"b": 1.5}]}},
    {"key": "rule", "rules": [{"condition": {"user.email": {"endsWith": "@x.io"}}, "action": {"serve": "on"}}]},
]
client = vexil.Client(definitions=DEFINITIONS)

def context(number):
    return {"user": {"id": f"user-{number}", "email": f"{number}@x.io"}, "tags": ["a", str(number)]}

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

def measure(work, rounds):
    for number in range(rounds // 10):
        work(number)
    gc.collect()
    before = resident()
    for number in range(rounds):
        work(number)
    gc.collect()
    print(resident() - before)
"""


def growth(work: str, rounds: int = ROUNDS) -> int:
    program = f"{PRELUDE}\ndef work(number):\n{textwrap.indent(textwrap.dedent(work), '    ')}\nmeasure(work, {rounds})\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_reads_of_every_kind() -> None:
    work = """
    asking = context(number)
    assert client.is_enabled("rule", asking)
    client.get_str("text", asking), client.get_json("theme", asking), client.get_str("none", asking, f"{number}")
    client.get_json_details("theme", asking), client.get_bool_details("none", asking)
    client.evaluate_all(asking)
    """
    assert growth(work) < GROWTH


def test_contexts_that_are_prepared_or_refused() -> None:
    work = """
    client.is_enabled("rule", vexil.Context(context(number)))
    client.get_bool_details("rule", {"user": {"email": object()}})
    try:
        vexil.Context({"user": {"email": object()}})
    except vexil.ArgumentError:
        pass
    """
    assert growth(work) < GROWTH


def test_views_and_explanations() -> None:
    work = """
    client.view(context(number)).get_json("theme")
    client.explain("rule", context(number))
    """
    assert growth(work, ROUNDS // 10) < GROWTH


def test_clients_overrides_and_listeners() -> None:
    work = """
    with vexil.Client(definitions=DEFINITIONS) as short:
        short.on_change("features", "on", lambda change: short)
        short.set_override("on", number % 2 == 0)
        short.put(DEFINITIONS)
    """
    assert growth(work, ROUNDS // 100) < GROWTH


def test_clients_that_nobody_closes() -> None:
    work = """
    lost = vexil.Client(definitions=DEFINITIONS)
    lost.itself = lost
    """
    assert growth(work, ROUNDS // 100) < GROWTH
