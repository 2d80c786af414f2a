"""The example app under gunicorn, started as its README says, for tests."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from serving import SOON, eventually, free_port

EXAMPLE = Path(__file__).parents[1] / "examples" / "fastapi_app"
APPS = Path(__file__).parent / "apps"
WORKERS = 4


def block(containing: str) -> str:
    """The one block of the README with these words."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", (EXAMPLE / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    (found,) = [block for block in blocks if containing in block]
    return str(found)


class Shop:
    """Four workers behind one port."""

    def __init__(self, url: str, key: str, folder: Path, *, app: str = "app:app", at: Path = EXAMPLE) -> None:
        self.port = free_port()
        script = block("gunicorn app:app")
        for said, meant in [
            ("pip install", "true pip install"),
            ("http://127.0.0.1:7700", url),
            ("vx_srv_...", key),
            ("=.vexil", f"={folder / 'cache'}"),
            ("app:app", app),
            ("127.0.0.1:8000", f"127.0.0.1:{self.port}"),
        ]:
            assert said in script
            script = script.replace(said, meant)
        self._log = folder / f"shop-{self.port}.log"
        # The interpreter's own folder first: that is where gunicorn was installed beside the package.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                ["bash", "-ec", script],
                cwd=at,
                env={**os.environ, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self.workers = eventually(self._all_workers, "all workers answer")
        except BaseException:
            self.stop()
            raise

    def _all_workers(self) -> frozenset[int] | None:
        assert self._process.poll() is None, self._log.read_text()
        try:
            workers = frozenset(answer["worker"] for answer in self._burst("/health", {}))
        except OSError:
            return None
        self._seen = getattr(self, "_seen", frozenset()) | workers
        return self._seen if len(self._seen) == WORKERS else None

    def stop(self) -> None:
        """Ends it as a terminal does."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(SOON)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)

    def log(self) -> str:
        """What gunicorn and the workers have said."""
        return self._log.read_text()

    def get(self, path: str, headers: Mapping[str, str] = {}) -> Any:
        """One answer, of whichever worker takes the connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SOON)
        try:
            connection.request("GET", path, headers={"Connection": "close", **headers})
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, body
            return json.loads(body)
        finally:
            connection.close()

    def _burst(self, path: str, headers: Mapping[str, str]) -> list[Any]:
        """Several at once, so that more than one worker has to answer."""
        together = threading.Barrier(2 * WORKERS)

        def ask(_: int) -> Any:
            together.wait(SOON)
            return self.get(path, headers)

        with ThreadPoolExecutor(2 * WORKERS) as pool:
            return list(pool.map(ask, range(2 * WORKERS)))

    def each(self, path: str, headers: Mapping[str, str] = {}) -> dict[int, Any]:
        """One answer of every worker."""
        answers: dict[int, Any] = {}

        def enough() -> bool:
            for answer in self._burst(path, headers):
                answers[answer["worker"]] = answer
            return self.workers <= answers.keys()

        eventually(enough, f"every worker answers {path}")
        return {worker: answers[worker] for worker in self.workers}

    def come_to(self, path: str, expected: Mapping[str, Any], headers: Mapping[str, str] = {}) -> None:
        """Waits until the answer of every worker has these members."""
        last: dict[int, Any] = {}

        def has() -> bool:
            last.update(self.each(path, headers))
            return all(expected.items() <= answer.items() for answer in last.values())

        try:
            eventually(has, f"every worker says {expected}")
        except BaseException:
            print("the workers said", last, self.log())
            raise
