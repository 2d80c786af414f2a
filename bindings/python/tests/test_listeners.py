"""Who listens hears, and does no harm."""

from __future__ import annotations

import gc
import json
import logging
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from vexil import Change, Client, State

SOON = 60.0
"""Seconds that anything may take: a bound, not a measure."""


def eventually(check: Callable[[], bool]) -> None:
    until = time.monotonic() + SOON
    while not check():
        assert time.monotonic() < until
        time.sleep(0.01)


def flag(value: bool, version: int = 1) -> str:
    return json.dumps({"schema": 1, "version": version, "entries": [{"key": "on", "default": value}]})


def test_a_change_is_told_with_what_it_was() -> None:
    heard: list[Change] = []
    with Client(definitions=flag(True)) as client:
        client.on_change("features", "on", heard.append)
        client.put(flag(False))
        client.put(flag(False))
        assert heard == [Change("features", "on", True, False, "memory")]
        client.set_runtime("workers", "size", 3)
        client.on_change("workers", "size", heard.append)
        client.set_runtime("workers", "size", {"max": 4})
        assert heard[1:] == [Change("workers", "size", 3, {"max": 4}, "runtime")]


def test_a_state_is_told() -> None:
    heard: list[State] = []
    with Client(definitions=flag(True, 1)) as client:
        subscription = client.on_state(heard.append)
        client.put(flag(True, 2))
        assert heard[-1] == client.state
        assert (heard[-1].version, heard[-1].origin, heard[-1].initialized) == (2, "memory", True)
        subscription.cancel()
        subscription.cancel()
        client.put(flag(True, 3))
        assert heard[-1].version == 2


def test_a_subscription_ends_with_its_block_and_with_its_client() -> None:
    heard: list[State] = []
    with Client(definitions=flag(True, 1)) as client:
        with client.on_state(heard.append):
            client.put(flag(True, 2))
        before = len(heard)
        client.put(flag(True, 3))
        assert len(heard) == before

    class Listener:
        def __call__(self, state: State) -> None:
            pass

    listener = Listener()
    gone = weakref.ref(listener)
    client = Client(definitions=flag(True))
    client.on_state(listener)
    del listener
    gc.collect()
    assert gone() is not None
    client.close()
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), KeyboardInterrupt()])
def test_a_listener_that_raises_harms_nobody(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Change] = []

    def fail(change: Change) -> None:
        raise error

    with Client(definitions=flag(True)) as client:
        client.on_change("features", "on", fail)
        client.on_change("features", "on", heard.append)
        with caplog.at_level(logging.ERROR, "vexil"):
            client.put(flag(False))
        assert len(heard) == 1
    assert [record.getMessage() for record in caplog.records] == ["a listener failed"]
    assert caplog.records[0].exc_info is not None


def test_a_listener_may_read_and_change() -> None:
    seen: list[object] = []
    with Client(definitions=flag(True)) as client:

        def listen(change: Change) -> None:
            seen.append((client.is_enabled("on"), client.state.version))
            if len(seen) == 1:
                client.set_override("on", True)
                client.on_state(seen.append).cancel()

        client.on_change("features", "on", listen)
        client.put(flag(False, 2))
        assert seen[0] == (False, 2)
        assert client.is_enabled("on") is True


def test_a_file_is_watched(tmp_path: Path) -> None:
    file = tmp_path / "flags.json"
    file.write_text(flag(True))
    heard = threading.Event()
    threads: list[threading.Thread] = []
    with Client(file=file, polling_interval=0.05) as client:
        assert client.is_enabled("on") is True
        assert client.state.origin == "file"

        def listen(change: Change) -> None:
            threads.append(threading.current_thread())
            heard.set()

        client.on_change("features", "on", listen)
        file.write_text(flag(False, 22))
        assert heard.wait(SOON)
        assert client.is_enabled("on") is False
        assert threads[0] is not threading.current_thread()
        # What it cannot read is told, and what it has stays.
        file.write_text("{")
        eventually(lambda: client.state.last_error is not None)
        failure = client.state.last_error
        assert failure is not None and failure.name == "INVALID_DEFINITIONS"
        assert str(failure) == f"{failure.message} (INVALID_DEFINITIONS)"
        assert client.is_enabled("on") is False
        file.unlink()
        eventually(lambda: getattr(client.state.last_error, "name", "") == "FILE_UNREADABLE")
        assert client.is_enabled("on") is False


def test_a_client_without_a_thread_looks_when_it_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "flags.json"
    file.write_text(flag(True))
    before = threading.active_count()
    with Client(file=file, polling_interval=0.001, threadless=True) as client:
        assert client.is_enabled("on") is True
        file.write_text(flag(False, 22))
        eventually(lambda: client.is_enabled("on") is False)
        assert threading.active_count() == before
