"""What waits, for programs with an event loop.

Reads do not wait and need nothing of this: ``client.is_enabled(...)`` is called in a coroutine as anywhere else. What
does wait (the start, a refresh, the end) runs on a thread here, and what happens on the client's own thread comes to the
loop as an asynchronous iterator::

    client = await vexil.asyncio.start(url="https://flags.example.com", key=key)
    async with vexil.asyncio.changes(client, "features", "checkout.v2") as changes:
        async for change in changes:
            ...
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from vexil import Change, Client, State, Subscription
from vexil.errors import NotReadyError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from vexil import ClientOptions

__all__ = ["BUFFER", "Feed", "changes", "close", "force_refresh", "make", "start", "states", "wait_until_ready"]

BUFFER: Final = 64
"""What a feed keeps for a reader who is behind; of more the oldest go."""

T = TypeVar("T")


async def start(**options: Unpack[ClientOptions]) -> Client:
    """Starts a client: :class:`~vexil.Client` with the same options, without holding up the loop.

    Whoever is cancelled while it starts leaves no client behind: it is closed as soon as it is there.
    """
    return await make(lambda: Client(**options))


async def make(client: Callable[[], Client]) -> Client:
    """As :func:`start`, with a function that makes the client; such as ``Client.from_env``."""
    starting = asyncio.ensure_future(asyncio.to_thread(client))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        starting.add_done_callback(_close_unwanted)
        raise


def _close_unwanted(starting: asyncio.Future[Client]) -> None:
    if not starting.cancelled() and starting.exception() is None:
        threading.Thread(target=starting.result().close, name="vexil-close", daemon=True).start()


async def close(client: Client) -> None:
    """Closes a client. That takes as long as what is under way; a cancelled wait does not take it back."""
    await asyncio.to_thread(client.close)


async def force_refresh(client: Client) -> None:
    """Asks the source now, and waits for the answer. Raises :class:`~vexil.SourceError` when it was no good one."""
    await asyncio.to_thread(client.force_refresh)


async def wait_until_ready(client: Client, timeout: float | None = None) -> State:
    """Waits until there are definitions to evaluate with, wherever they came from, and returns the state.

    ``timeout`` is in seconds; without one it waits as long as it takes. When it is over: :class:`~vexil.NotReadyError`.
    """
    async with states(client) as feed:
        try:
            return await asyncio.wait_for(_initialized(feed), timeout)
        except asyncio.TimeoutError:
            failure = client.state.last_error
            why = "" if failure is None else f": {failure.message} ({failure.name})"
            raise NotReadyError(f"there are no definitions after {timeout} s{why}") from None


async def _initialized(feed: Feed[State]) -> State:
    async for state in feed:
        if state.initialized:
            return state
    raise NotReadyError("the feed was closed")


def states(client: Client, *, buffer: int = BUFFER) -> Feed[State]:
    """The state as it is now, and then each time that it is another."""
    return Feed(client.on_state, buffer, first=lambda: client.state)


def changes(client: Client, namespace: str, key: str, *, buffer: int = BUFFER) -> Feed[Change]:
    """Each change of a key's value, evaluated for nobody in particular; as :meth:`~vexil.Client.on_change`."""
    return Feed(lambda listener: client.on_change(namespace, key, listener), buffer)


class Feed(Generic[T]):
    """What a client tells, as an asynchronous iterator for one loop and one reader.

    It subscribes when it is entered (``async with``) or read for the first time, and until it is closed. A reader who is
    behind loses the oldest: :attr:`dropped` counts them. Without ``async with``, and without :meth:`aclose`, it ends
    when nobody holds it any more; a client that is closed tells nothing more, and does not end it.
    """

    def __init__(
        self,
        subscribe: Callable[[Callable[[T], None]], Subscription],
        buffer: int,
        *,
        first: Callable[[], T] | None = None,
    ) -> None:
        self._subscription: Subscription | None = None
        if buffer < 1:
            raise ValueError("`buffer` is at least 1")
        self._subscribe = subscribe
        self._first = first
        self._inbox: _Inbox[T] = _Inbox(buffer)
        self._closed = False

    @property
    def dropped(self) -> int:
        """How many were lost, because the reader was behind."""
        return self._inbox.dropped

    def _open(self) -> None:
        if self._subscription is not None or self._closed:
            return
        self._inbox.loop = asyncio.get_running_loop()
        # The inbox hears, and not the feed: so nobody but its reader holds the feed.
        self._subscription = self._subscribe(self._inbox.put)
        if self._first is not None:
            self._inbox.put_unless_told(self._first())

    async def __aenter__(self) -> Feed[T]:
        self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Feed[T]:
        return self

    async def __anext__(self) -> T:
        self._open()
        while not self._closed:
            item = self._inbox.take()
            if item:
                return item[0]
            await self._inbox.wait()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Hears no more; a reader who waits comes to the end. May be called again."""
        self._closed = True
        if self._subscription is not None:
            self._subscription.cancel()
            self._subscription = None
        self._inbox.wake()

    def __del__(self) -> None:
        if self._subscription is not None:
            self._subscription.cancel()


class _Inbox(Generic[T]):
    """Filled by any thread, and emptied by the loop. However much comes, the loop is rung once until it looks."""

    def __init__(self, size: int) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.dropped = 0
        self._lock = threading.Lock()
        self._items: deque[T] = deque(maxlen=size)
        self._rung = False
        self._event: asyncio.Event = asyncio.Event()

    def put(self, item: T) -> None:
        with self._lock:
            if len(self._items) == self._items.maxlen:
                self.dropped += 1
            self._items.append(item)
            ring, self._rung = not self._rung, True
        if ring and self.loop is not None:
            try:
                self.loop.call_soon_threadsafe(self._event.set)
            except RuntimeError:
                # The loop is closed: nobody will look any more.
                pass

    def put_unless_told(self, item: T) -> None:
        """What is so; not where something was told meanwhile, for then it may be the older of the two."""
        with self._lock:
            if not self._items:
                self._items.append(item)

    def take(self) -> tuple[T] | None:
        with self._lock:
            self._rung = False
            self._event.clear()
            return (self._items.popleft(),) if self._items else None

    def wake(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        await self._event.wait()
