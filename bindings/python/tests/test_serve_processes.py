"""A client in programs that make processes themselves."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from serving import SOON, ControlPlane, eventually
from vexil import Client


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[ControlPlane]:
    plane = ControlPlane(tmp_path)
    try:
        plane.create({"key": "toggled", "default": True, "owner": "test"})
        plane.create({"key": "half", "rollout": {"on": 50, "off": 50}, "owner": "test"})
        yield plane
    finally:
        plane.stop()


def answers(client: Client) -> list[Any]:
    """What a process says of its client."""
    halves = [client.is_enabled("half", {"user": {"id": f"user-{number}"}}) for number in range(100)]
    return [client.state.version, client.is_enabled("toggled"), halves]


def answer(pipe: Connection, client: Client) -> None:
    """Answers until nobody asks any more."""
    while pipe.recv():
        pipe.send(answers(client))


def answer_with_one_of_its_own(pipe: Connection, url: str, key: str) -> None:
    """What is spawned inherits nothing, and makes its own client."""
    with Client(url=url, key=key) as client:
        answer(pipe, client)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_follow_changes(method: str, plane: ControlPlane) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("this system has no such processes")
    key = plane.key()
    context: Any = multiprocessing.get_context(method)
    with Client(url=plane.url, key=key) as client:
        eventually(lambda: client.is_enabled("toggled"), "the client has definitions")
        pipes, children = [], []
        for _ in range(2):
            ours, theirs = context.Pipe()
            child = (
                context.Process(target=answer, args=(theirs, client))
                if method == "fork"
                else context.Process(target=answer_with_one_of_its_own, args=(theirs, plane.url, key))
            )
            child.start()
            theirs.close()
            pipes.append(ours)
            children.append(child)

        def everybody() -> list[list[Any]]:
            for pipe in pipes:
                pipe.send(True)
                assert pipe.poll(SOON), "a child answers"
            return [answers(client), *(pipe.recv() for pipe in pipes)]

        def everybody_says(expected: list[Any]) -> Callable[[], bool]:
            return lambda: all(said[:2] == expected for said in everybody())

        for enabled in (False, True):
            version = plane.toggle("toggled", enabled)
            eventually(everybody_says([version, enabled]), f"everybody sees version {version}")
        assert len({tuple(said[2]) for said in everybody()}) == 1
        for pipe in pipes:
            pipe.send(False)
        for child in children:
            child.join(SOON)
            assert child.exitcode == 0
        version = plane.toggle("toggled", False)
        eventually(lambda: client.state.version == version, "the parent goes on after its children")


def test_a_client_is_not_sent_to_other_processes() -> None:
    with Client(definitions={"schema": 1, "entries": []}) as client, pytest.raises(TypeError):
        pickle.dumps(client)
