#!/usr/bin/env python3
"""How long an accepted toggle takes to every worker of a gunicorn; see README.md.

Needs the package `vexil`, fastapi, gunicorn and uvicorn-worker beside this interpreter, and `vexil` (the binary).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ADMIN = "administrator-of-a-bench-0123456789abcdef"
ROOT = Path(__file__).resolve().parents[2]
LATE = 60.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--binary", default=str(ROOT / "target" / "release" / "vexil"))
    options.add_argument("--workers", type=int, default=4)
    options.add_argument("--toggles", type=int, default=200)
    options.add_argument("--pause", type=float, default=0.05, help="seconds between a toggle and the next one")
    options.add_argument("--flags", type=int, default=100, help="flags that are there beside the one that is toggled")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(given, Path(folder))))


def measure(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    listen = f"127.0.0.1:{free_port()}"
    log = open(folder / "log", "wb")
    serve = subprocess.Popen(
        [given.binary, "serve", "--listen", listen, "--data", str(folder / "data"), "--write-rate", "100000"],
        env={**os.environ, "VEXIL_ADMIN_TOKEN": ADMIN},
        stdout=log,
        stderr=log,
    )
    shop = None
    try:
        plane = Plane(f"http://{listen}")
        wait_for(plane.is_there, "the control plane")
        plane.fill(given.flags)
        seen = folder / "seen"
        seen.touch()
        environment = {
            **os.environ,
            "VEXIL_URL": plane.url,
            "VEXIL_SDK_KEY": plane.key(),
            "VEXIL_BENCH_SEEN": str(seen),
        }
        bind = ["--bind", f"127.0.0.1:{free_port()}", "--workers", str(given.workers)]
        kind = ["--preload", "--worker-class", "uvicorn_worker.UvicornWorker"]
        shop = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "propagation_app:app", *kind, *bind],
            cwd=Path(__file__).parent,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        version = plane.toggle(False)[0]
        wait_for(lambda: len(told(seen, version)) >= given.workers, "all workers")
        toggles = []
        for number in range(given.toggles):
            toggles.append(plane.toggle(number % 2 == 0))
            time.sleep(given.pause)
        last = toggles[-1][0]
        wait_for(lambda: len(told(seen, last)) >= given.workers, "the last toggle everywhere")
        return report(given, toggles, seen)
    except BaseException:
        sys.stderr.write((folder / "log").read_text(errors="replace")[-4000:])
        raise
    finally:
        if shop is not None:
            os.killpg(shop.pid, signal.SIGTERM)
            shop.wait(LATE)
        serve.terminate()
        serve.wait(LATE)


class Plane:
    """What the administrator asks."""

    def __init__(self, url: str) -> None:
        self.url = url

    def is_there(self) -> bool:
        try:
            return bool(urllib.request.urlopen(self.url + "/healthz", timeout=1))
        except OSError:
            return False

    def ask(self, path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=LATE) as answer:
            return json.load(answer)

    def fill(self, flags: int) -> None:
        for key in ["toggled", *(f"other-{number}" for number in range(flags))]:
            self.ask(
                "/api/v1/projects/default/entries", {"definition": {"key": key, "default": True}, "reason": "bench"}
            )

    def key(self) -> str:
        body = {"environment": "production", "kind": "server", "name": "bench", "project": "default"}
        return str(self.ask("/api/v1/keys", body)["key"])

    def toggle(self, enabled: bool) -> tuple[int, int, int]:
        """The version that it makes, when it was asked for, and when it was answered, in ns of the monotonic clock,
        which all processes share."""
        asked = time.monotonic_ns()
        body = {"enabled": enabled, "environment": "production", "reason": "bench"}
        version = self.ask("/api/v1/admin/featureflags/toggled/toggle", body)["version"]
        return version, asked, time.monotonic_ns()


def told(seen: Path, version: int) -> set[int]:
    """The workers that have this version, or a later one."""
    rows = [line.split() for line in seen.read_text().splitlines()]
    return {int(worker) for worker, found, _ in rows if int(found) >= version}


def report(given: argparse.Namespace, toggles: list[tuple[int, int, int]], seen: Path) -> dict[str, Any]:
    """A worker that is told of a later version at once has the earlier one, too."""
    by_worker: dict[int, list[tuple[int, int]]] = {}
    for line in seen.read_text().splitlines():
        worker, version, at = map(int, line.split())
        by_worker.setdefault(worker, []).append((version, at))
    since_answer, since_request = [], []
    for version, asked, answered in toggles:
        at = max(min(at for found, at in rows if found >= version) for rows in by_worker.values())
        since_answer.append((at - answered) / 1e6)
        since_request.append((at - asked) / 1e6)
    return {
        "workers": len(by_worker),
        "toggles": given.toggles,
        "flags": given.flags + 1,
        "ms_since_answer": quantiles(since_answer),
        "ms_since_request": quantiles(since_request),
    }


def quantiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    at = lambda share: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)  # noqa: E731
    return {"p50": at(0.5), "p99": at(0.99), "max": round(ordered[-1], 3)}


def wait_for(check: Any, what: str) -> None:
    until = time.monotonic() + LATE
    while not check():
        if time.monotonic() > until:
            raise TimeoutError(what)
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
