"""The example app as its README starts it: four preloaded workers of gunicorn, and a real control plane."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from counting import CountingProxy
from serving import ADMIN, ControlPlane, eventually
from shop import APPS, EXAMPLE, WORKERS, Shop, block
from vexil.fastapi import sign_overrides

Open = Callable[..., Shop]


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[ControlPlane]:
    plane = ControlPlane(tmp_path)
    try:
        plane.vexil("apply", "flags.json", "--environment", "production", "--reason", "the shop's flags", cwd=EXAMPLE)
        yield plane
    finally:
        plane.stop()


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[Open]:
    """Starts shops, which are stopped when the test ends."""
    shops: list[Shop] = []

    def start(url: str, key: str, *, app: str = "app:app", at: Path = EXAMPLE) -> Shop:
        shops.append(Shop(url, key, tmp_path, app=app, at=at))
        return shops[-1]

    yield start
    for shop in shops:
        shop.stop()


def toggle_as_the_readme_does(plane: ControlPlane) -> None:
    script = block("toggle").replace("http://127.0.0.1:7700", plane.url)
    run = subprocess.run(
        ["bash", "-ec", script.replace("curl ", "curl -fsS ")], env={**os.environ, "VEXIL_TOKEN": ADMIN}
    )
    assert run.returncode == 0


def test_a_toggle_is_seen_by_every_worker(plane: ControlPlane, open_shop: Open) -> None:
    shop = open_shop(plane.url, plane.key())
    shop.come_to("/checkout", {"checkout": "one page"})
    toggle_as_the_readme_does(plane)
    shop.come_to("/checkout", {"checkout": "three pages"})
    version = plane.toggle("checkout.v2", True)
    shop.come_to("/health", {"version": version, "stale": False, "connection": "connected", "origin": "remote"})
    shop.come_to("/checkout", {"checkout": "one page"})


def test_a_percentage_is_the_same_in_every_worker(plane: ControlPlane, open_shop: Open) -> None:
    shop = open_shop(plane.url, plane.key())
    shop.come_to("/health", {"ready": True})
    seen = set()
    for number in range(16):
        answers = shop.each("/checkout", {"X-User": f"user-{number}"})
        (answer,) = {answer["recommendations"] for answer in answers.values()}
        seen.add(answer)
    assert seen == {True, False}
    assert "user-0" in shop.get("/why/recommendations", {"X-User": "user-0"})["text"]


def test_dark_launches_in_every_worker(plane: ControlPlane, open_shop: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "a secret of a test, 32 bytes long"
    monkeypatch.setenv("SHOP_OVERRIDES_SECRET", secret)
    shop = open_shop(plane.url, plane.key())
    shop.come_to("/health", {"ready": True})
    header = {"X-Vexil-Overrides": sign_overrides(secret.encode(), "ada", {"checkout.v2": False})}
    for user, checkout in [("ada", "three pages"), ("grace", "one page")]:
        answers = shop.each("/checkout", {**header, "X-User": user})
        assert {answer["checkout"] for answer in answers.values()} == {checkout}
    assert "OVERRIDES_FOREIGN_SUBJECT" in shop.log()
    assert secret not in shop.log()


def test_an_outage_of_the_control_plane(plane: ControlPlane, open_shop: Open) -> None:
    with CountingProxy(plane.port) as proxy:
        shop = open_shop(proxy.url, plane.key())
        version = plane.toggle("checkout.v2", False)
        shop.come_to("/health", {"version": version, "stale": False})
        killed = time.monotonic()
        plane.kill()
        shop.come_to("/health", {"stale": True, "ready": True, "version": version})
        shop.come_to("/checkout", {"checkout": "three pages"})
        # Long enough for several tries of each.
        eventually(lambda: sum(at > killed for at in proxy.accepted) >= 2 * WORKERS, "they try again")
        attempts, away = sum(at > killed for at in proxy.accepted), time.monotonic() - killed
        assert attempts <= WORKERS * (10 + 4 * away), "they wait between two tries"
        returned = time.monotonic()
        plane.start()
        version = plane.toggle("checkout.v2", True)
        shop.come_to("/health", {"stale": False, "version": version, "connection": "connected"})
        shop.come_to("/checkout", {"checkout": "one page"})
        back = [at for at in proxy.passed if at > returned]
        # A snapshot and a stream each, and perhaps a try that met a server that was just starting.
        assert WORKERS <= len(back) <= 8 * WORKERS
        assert max(back) - min(back) > 0.02, "they do not come all at the same moment"


def test_a_start_while_the_control_plane_is_away(plane: ControlPlane, open_shop: Open) -> None:
    key = plane.key()
    shop = open_shop(plane.url, key)
    for enabled in (False, True, False, True, False):
        version = plane.toggle("checkout.v2", enabled)
        shop.come_to("/health", {"version": version})
    shop.stop()
    plane.kill()
    shop = open_shop(plane.url, key)
    shop.come_to("/health", {"ready": True, "origin": "cache", "stale": True, "version": version})
    shop.come_to("/checkout", {"checkout": "three pages"})
    plane.start()
    version = plane.toggle("checkout.v2", True)
    shop.come_to("/health", {"stale": False, "version": version})


def test_a_client_that_was_there_before_the_workers(plane: ControlPlane, open_shop: Open) -> None:
    shop = open_shop(plane.url, plane.key(), app="preloaded:app", at=APPS)
    found = shop.each("/health")
    (parent,) = {answer["imported_by"] for answer in found.values()}
    assert parent not in shop.workers, "it was imported before there were workers"
    version = plane.toggle("checkout.v2", False)
    shop.come_to("/health", {"version": version, "stale": False})
    shop.come_to("/checkout", {"checkout": "three pages"})
    # A worker that takes the place of another is a later child of the same parent.
    gone = min(shop.workers)
    os.kill(gone, signal.SIGKILL)

    def replaced() -> bool:
        workers = {shop.get("/health")["worker"] for _ in range(4 * WORKERS)}
        shop.workers = frozenset((shop.workers | workers) - {gone})
        return len(shop.workers) == WORKERS

    eventually(replaced, "another worker takes its place")
    version = plane.toggle("checkout.v2", True)
    shop.come_to("/health", {"version": version, "stale": False})
    plane.kill()
    shop.come_to("/health", {"version": version, "stale": True})
