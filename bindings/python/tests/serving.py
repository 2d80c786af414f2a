"""A real control plane for tests: ``vexil serve`` as a process, which can be killed and started again."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

SOON = 60.0
"""Seconds that anything may take: a bound, not a measure."""
ADMIN = "administrator-of-a-test-0123456789abcdef"


def binary() -> str:
    """The ``vexil`` that is to be tested with. Without one there is nothing to test, which CI does not put up with."""
    named = os.environ.get("VEXIL_TEST_BINARY")
    built = Path(__file__).parents[3] / "target" / "debug" / "vexil"
    path = Path(named) if named else built
    if path.is_file():
        return str(path)
    why = f"there is no {path}: `cargo build -p vexil`, or name one in VEXIL_TEST_BINARY"
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def eventually(check: Callable[[], T | None], what: str, within: float = SOON) -> T:
    """What a check comes to, as soon as that is something."""
    until = time.monotonic() + within
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > until:
            pytest.fail(f"not within {within} s: {what}")
        time.sleep(0.01)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ControlPlane:
    """``vexil serve`` on a port of its own, with its data in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._binary = binary()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Starts it, and waits until it is there."""
        listen = f"127.0.0.1:{self.port}"
        environment = {**os.environ, "VEXIL_ADMIN_TOKEN": ADMIN}
        with open(self._folder / "serve.log", "ab") as log:
            self._process = subprocess.Popen(
                [self._binary, "serve", "--listen", listen, "--data", str(self._folder / "data"), "--drain", "1s"],
                env=environment,
                stdout=log,
                stderr=log,
            )
        eventually(self._is_there, "the control plane answers")

    def _is_there(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "serve.log").read_text()
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """As ``kill -9`` does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ends it, if it is still there."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(SOON)
            except subprocess.TimeoutExpired:
                self.kill()

    def ask(self, path: str, body: Any = None) -> Any:
        """One request of the administrator; a body makes it a POST."""
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=SOON) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{error.code}: {error.read().decode()}") from None

    def vexil(self, *arguments: str, cwd: Path | None = None) -> str:
        """What a command of the administrator says."""
        environment = {**os.environ, "VEXIL_SERVER": self.url, "VEXIL_TOKEN": ADMIN}
        run = subprocess.run(
            [self._binary, *arguments], env=environment, cwd=cwd, capture_output=True, text=True, timeout=SOON
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def create(self, definition: dict[str, Any]) -> None:
        """A new entry, in all environments."""
        self.ask("/api/v1/projects/default/entries", {"definition": definition, "reason": "test"})

    def toggle(self, key: str, enabled: bool) -> int:
        """Turns a flag on or off in production; the version that this makes."""
        body = {"enabled": enabled, "environment": "production", "reason": "test"}
        version: int = self.ask(f"/api/v1/admin/featureflags/{key}/toggle", body)["version"]
        return version

    def key(self) -> str:
        """A new key of a service, for production."""
        said = self.vexil("keys", "create", "--environment", "production", "--kind", "server", "--name", "test")
        found = re.search(r"vx_srv_\w+", said)
        assert found, said
        return found.group()
