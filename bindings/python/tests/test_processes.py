"""Forks, children, and ends: a client is of use in each, and holds up none."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from vexil import Client

SOON = 60.0
"""Seconds that anything may take: a bound, not a measure."""


def flag(value: bool, version: int = 1) -> str:
    return json.dumps({"schema": 1, "version": version, "entries": [{"key": "on", "default": value}]})


def eventually(check: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + SOON
    while not check():
        assert time.monotonic() < until, what
        time.sleep(0.01)


def in_a_child(work: Callable[[], None]) -> None:
    """Forks as servers do that start before they fork, and fails if the child does."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(int(SOON))
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_follows_its_source_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "flags.json"
    file.write_text(flag(True))
    heard: list[object] = []
    with Client(file=file, polling_interval=0.05) as client:
        client.on_change("features", "on", heard.append)
        assert client.is_enabled("on") is True

        def follow() -> None:
            assert client.is_enabled("on") is True
            file.write_text(flag(False, 22))
            eventually(lambda: client.is_enabled("on") is False, "the child sees the change")
            eventually(lambda: len(heard) == 1, "its listeners hear of it")
            client.close()

        in_a_child(follow)
        eventually(lambda: client.is_enabled("on") is False, "the parent sees it too")
        eventually(lambda: len(heard) == 1, "and its listeners")
        in_a_child(lambda: None)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_children_of_children(tmp_path: Path) -> None:
    file = tmp_path / "flags.json"
    file.write_text(flag(True))
    with Client(file=file, polling_interval=0.05) as client:

        def grandchild() -> None:
            assert client.is_enabled("on") is True
            file.write_text(flag(False, 333))
            eventually(lambda: client.is_enabled("on") is False, "the grandchild sees the change")

        def child() -> None:
            assert client.is_enabled("on") is True
            in_a_child(grandchild)
            eventually(lambda: client.is_enabled("on") is False, "the child sees the change")

        in_a_child(child)


def _read_in_a_worker(file: str) -> bool:
    """With a client of the worker's own."""
    with Client(file=file) as client:
        return client.is_enabled("on")


def _read_inherited(_: int) -> bool:
    assert INHERITED is not None
    return INHERITED.is_enabled("on", {"user": {"id": "ada"}})


INHERITED: Client | None = None


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_have_clients_of_their_own(method: str, tmp_path: Path) -> None:
    file = tmp_path / "flags.json"
    file.write_text(flag(True))
    with Client(file=file) as client, multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(_read_in_a_worker, [str(file)] * 4) == [True] * 4
        assert client.is_enabled("on") is True


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_workers_inherit_a_client() -> None:
    global INHERITED
    with Client(definitions=flag(True)) as INHERITED, multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(_read_inherited, range(8)) == [True] * 8
    INHERITED = None


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A program of its own, which must end by itself."""
    command = [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(program), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=SOON, check=False)


ENDS = {
    "by itself": "",
    "by an error": "raise ValueError('the end')",
    "by sys.exit": "import sys; sys.exit(0)",
    "with a thread that reads": """
        import threading
        def read():
            while True:
                client.is_enabled("on", {"user": {"id": "ada"}})
        threading.Thread(target=read, daemon=True).start()
    """,
    "closed at the end by others too": "import atexit; atexit.register(client.close)",
    "in a circle": "client.itself = client; del client",
    "let go of": "del client",
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_a_program_ends_though_its_client_is_open(end: str, tmp_path: Path) -> None:
    file = tmp_path / "flags.json"
    file.write_text(flag(True))
    done = run(
        f"""
        import sys
        import vexil
        client = vexil.Client(file=sys.argv[1], polling_interval=0.001)
        client.on_state(lambda state: None)
        client.on_change("features", "on", lambda change: None)
        assert client.is_enabled("on")
        print("read", flush=True)
        {textwrap.indent(textwrap.dedent(end), " " * 8).strip()}
        """,
        str(file),
    )
    assert done.stdout == "read\n"
    if end.startswith("raise"):
        assert (done.returncode, done.stderr.splitlines()[-1]) == (1, "ValueError: the end")
    else:
        assert (done.returncode, done.stderr) == (0, "")


def test_a_listener_that_is_under_way_at_the_end_comes_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "flags.json"
    file.write_text(flag(True))
    done = run(
        """
        import pathlib, sys, threading, time
        import vexil
        file = pathlib.Path(sys.argv[1])
        client = vexil.Client(file=file, polling_interval=0.01)
        begun = threading.Event()
        def listen(change):
            begun.set()
            time.sleep(0.2)
            print("heard", flush=True)
        client.on_change("features", "on", listen)
        file.write_text(file.read_text().replace("true", "false "))
        assert begun.wait(60)
        """,
        str(file),
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "heard\n", "")


def test_a_signal_ends_a_program_that_waits_for_its_client(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import signal, socket, sys, time
        import vexil
        # Whoever started the tests may not want to be interrupted, and then this program does not either.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        deaf = socket.create_server(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        client = vexil.Client(url=url, key="vx_srv_none", start_timeout=0, request_timeout=300)
        print("started", flush=True)
        while True:
            time.sleep(5)
        """
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == "started\n"
        process.send_signal(signal.SIGINT)
        try:
            ended = process.wait(SOON)
        finally:
            process.kill()
        assert ended == -signal.SIGINT
        assert process.stderr.read().splitlines()[-1] == "KeyboardInterrupt"
