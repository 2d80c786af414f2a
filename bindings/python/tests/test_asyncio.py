"""What waits, in programs with an event loop."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import weakref
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

import vexil.asyncio
from answers import answering, nobody, silent
from vexil import Client, NotReadyError, SourceError
from vexil.asyncio import Feed, changes, states

T = TypeVar("T")

SOON = 60.0
NOTHING: dict[str, Any] = {"schema": 1, "entries": []}


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    async def bounded() -> T:
        return await asyncio.wait_for(coroutine, SOON)

    return asyncio.run(bounded())


def bundle(value: Any, version: int) -> str:
    return json.dumps({"schema": 1, "version": version, "entries": [{"key": "a", "default": value}]})


def test_start_refresh_and_close() -> None:
    async def program() -> None:
        client = await vexil.asyncio.start(definitions=bundle(True, 1))
        assert client.is_enabled("a") is True
        await vexil.asyncio.force_refresh(client)
        await vexil.asyncio.close(client)
        await vexil.asyncio.close(client)

    run(program())


def test_a_refresh_that_fails_says_why() -> None:
    async def program() -> None:
        with answering(403) as url:
            client = await vexil.asyncio.start(url=url, key="k")
            try:
                with pytest.raises(SourceError, match="FORBIDDEN"):
                    await vexil.asyncio.force_refresh(client)
            finally:
                await vexil.asyncio.close(client)

    run(program())


def test_the_loop_goes_on_while_a_client_starts() -> None:
    async def program() -> None:
        with silent() as url:
            starting = asyncio.ensure_future(vexil.asyncio.start(url=url, key="k", start_timeout=1.0))
            turns = 0
            while not starting.done():
                await asyncio.sleep(0.01)
                turns += 1
            assert turns > 1
            await vexil.asyncio.close(await starting)

    run(program())


def test_a_cancelled_start_leaves_no_client_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = threading.Event()
    begun = threading.Event()

    class Watched(Client):
        def __init__(self, **options: Any) -> None:
            begun.set()
            super().__init__(**options)

        def close(self) -> None:
            super().close()
            closed.set()

    monkeypatch.setattr(vexil.asyncio, "Client", Watched)

    async def program() -> None:
        with silent() as url:
            starting = asyncio.ensure_future(vexil.asyncio.start(url=url, key="k", start_timeout=0.5))
            await asyncio.to_thread(begun.wait, SOON)
            starting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await starting
            assert await asyncio.to_thread(closed.wait, SOON)

    run(program())


def test_states_begin_with_the_one_there_is() -> None:
    async def program() -> None:
        with Client(definitions=bundle(True, 1)) as client:
            async with states(client) as feed:
                assert (await anext(feed)).version == 1
                await asyncio.to_thread(client.put, bundle(True, 2))
                async for state in feed:
                    if state.version == 2:
                        break

    run(program())


def test_changes_arrive_in_their_order() -> None:
    async def program() -> None:
        with Client(definitions=bundle(0, 0)) as client:
            async with changes(client, "features", "a") as feed:
                for value in range(1, 21):
                    await asyncio.to_thread(client.put, bundle(value, value))
                told = [await anext(feed) for _ in range(20)]
        assert [(change.old, change.new) for change in told] == [(value, value + 1) for value in range(20)]
        assert {(change.namespace, change.key) for change in told} == {("features", "a")}
        assert feed.dropped == 0

    run(program())


def test_whoever_is_behind_loses_the_oldest() -> None:
    async def program() -> None:
        with Client(definitions=bundle(0, 0)) as client:
            async with changes(client, "features", "a", buffer=3) as feed:
                # Without a turn of the loop in between.
                for value in range(1, 11):
                    client.put(bundle(value, value))
                assert [(await anext(feed)).new for _ in range(3)] == [8, 9, 10]
                assert feed.dropped == 7

    run(program())


def test_a_buffer_holds_something() -> None:
    with Client(definitions=NOTHING) as client, pytest.raises(ValueError):
        states(client, buffer=0)


def test_a_feed_ends_when_it_is_closed() -> None:
    async def program() -> None:
        with Client(definitions=bundle(0, 0)) as client:
            feed = changes(client, "features", "a")

            async def read() -> list[Any]:
                return [change async for change in feed]

            reading = asyncio.ensure_future(read())
            await asyncio.sleep(0)
            await feed.aclose()
            assert await reading == []
            await feed.aclose()
            with pytest.raises(StopAsyncIteration):
                await anext(feed)

    run(program())


def test_a_cancelled_reader_loses_nothing() -> None:
    async def program() -> None:
        with Client(definitions=bundle(0, 0)) as client:
            async with changes(client, "features", "a") as feed:
                reading = asyncio.ensure_future(anext(feed))
                await asyncio.sleep(0)
                reading.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await reading
                client.put(bundle(1, 1))
                assert (await anext(feed)).new == 1

    run(program())


def test_nobody_is_told_after_the_loop_has_closed() -> None:
    with Client(definitions=bundle(0, 0)) as client:
        feeds: list[Feed[Any]] = []

        async def program() -> None:
            feed = changes(client, "features", "a")
            feeds.append(feed)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(anext(feed), 0.01)

        run(program())
        client.put(bundle(1, 1))
        assert client.is_enabled("a") is False


def test_a_feed_that_nobody_holds_is_gone() -> None:
    async def program() -> None:
        with Client(definitions=bundle(0, 0)) as client:
            feed = states(client)
            assert (await anext(feed)).initialized
            gone = weakref.ref(feed)
            del feed
            gc.collect()
            assert gone() is None
            client.put(bundle(1, 1))

    run(program())


def test_waiting_until_ready() -> None:
    async def program() -> None:
        with Client(definitions=bundle(0, 5)) as client:
            assert (await vexil.asyncio.wait_until_ready(client)).version == 5
        with nobody() as url, Client(url=url, key="k", start_timeout=0.0) as client:
            with pytest.raises(NotReadyError, match="UNREACHABLE"):
                await vexil.asyncio.wait_until_ready(client, timeout=1.0)

    run(program())
