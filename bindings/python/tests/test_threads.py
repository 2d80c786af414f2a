"""Many threads read while definitions change, and none sees half of a change."""

from __future__ import annotations

import threading
from typing import Any

from vexil import Client, Context

THREADS = 8
ROUNDS = 200


def definitions(version: int) -> dict[str, Any]:
    """Two flags that say the same, in every version."""
    on = version % 2 == 0
    entries = [
        {"key": "one", "default": on},
        {"key": "two", "rules": [{"condition": {"user.id": {"exists": True}}, "action": {"value": on}}]},
        {"key": "text", "type": "config", "default": f"version {version}"},
    ]
    return {"schema": 1, "version": version, "entries": entries}


def test_threads_read_while_definitions_change() -> None:
    wrong: list[Any] = []
    done = threading.Event()
    with Client(definitions=definitions(1)) as client:

        def read(context: dict[str, Any] | Context) -> None:
            last = 0
            while not done.is_set():
                client.is_enabled("two", context)
                all_of_them = client.evaluate_all(context)
                version = all_of_them["one"].version
                said = (all_of_them["one"].value, all_of_them["two"].value, all_of_them["text"].value)
                if said != (version % 2 == 0, version % 2 == 0, f"version {version}") or version < last:
                    wrong.append((version, last, said))
                last = version
                view = client.view(context)
                if view.get_str("text") != f"version {view.version}":
                    wrong.append(view.version)

        ada = {"user": {"id": "ada"}}
        threads = [threading.Thread(target=read, args=(ada if n % 2 else Context(ada),)) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        for version in range(2, ROUNDS):
            client.put(definitions(version))
        done.set()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_client_may_be_closed_while_threads_read() -> None:
    client = Client(definitions=definitions(2))
    failed: list[BaseException] = []
    started = threading.Barrier(THREADS + 1)

    def read() -> None:
        started.wait()
        try:
            for _ in range(2_000):
                assert client.get_str("text", {"user": {"id": "ada"}}) == "version 2"
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    started.wait()
    client.close()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_refresh_does_not_hold_up_other_threads() -> None:
    """What waits lets others run: a listener of one thread waits for what another thread does meanwhile."""
    met = threading.Barrier(2, timeout=60)
    with Client(definitions=definitions(1)) as client:
        client.on_state(lambda state: met.wait())
        other = threading.Thread(target=client.put, args=(definitions(2),))
        other.start()
        assert client.get_str("text") in ("version 1", "version 2")
        met.wait()
        other.join()
