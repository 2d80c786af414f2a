"""What a client tells of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from . import _json, _uniffi

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Change", "Connection", "Explanation", "Failure", "Origin", "State", "Subscription"]

Origin: TypeAlias = Literal["none", "bootstrap", "cache", "file", "memory", "remote", "registered", "runtime"]
"""Where definitions, or a value, came from."""


Connection: TypeAlias = Literal["disconnected", "connecting", "connected", "error"]
"""How it stands with a source. ``error``: as many tries in a row failed as the options name; it is tried again."""


@dataclass(frozen=True)
class Failure:
    """Something that went wrong between a client and its source, cache or options."""

    code: int
    """A number of the table of codes."""
    name: str
    """Its stable name."""
    message: str
    """What exactly, for a person."""
    at: datetime
    """When, in UTC."""

    def __str__(self) -> str:
        return f"{self.message} ({self.name})"


@dataclass(frozen=True)
class State:
    """How a client stands. Moments are in UTC."""

    initialized: bool
    """Whether there are definitions to evaluate with, wherever they came from."""
    syncing: bool
    """Whether the source is being asked just now."""
    connection: Connection
    """How it stands with the source."""
    last_sync: datetime | None
    """When the source last said what is in force."""
    last_error: Failure | None
    """What last went wrong; it stays when things are well again."""
    version: int
    """The version that is evaluated with; 0 when there is none, and of sources that do not number."""
    origin: Origin
    """Where it came from."""
    stale_since: datetime | None
    """Since when nobody has confirmed that it is the newest; ``None`` while somebody does."""
    restart_required: tuple[str, ...]
    """Static keys that have changed since the process booted with them."""
    overrides: int
    """How many overrides are set."""


@dataclass(frozen=True)
class Change:
    """A key whose value is another."""

    namespace: str
    """``features``, ``configs``, ``experiments``, or what the program has named."""
    key: str
    """The key."""
    old: Any
    """What it was; ``None`` where there was nothing."""
    new: Any
    """What it is."""
    origin: Origin
    """Where the new one came from."""


@dataclass(frozen=True)
class Explanation:
    """How an evaluation came about; ``str()`` of it is for people."""

    text: str
    """For a person to read."""
    steps: Any
    """The same as data, as ``vexil explain --json`` prints it."""

    def __str__(self) -> str:
        return self.text


class Subscription:
    """Listens until it is cancelled, or its client is closed. Whether anybody holds it does not matter."""

    def __init__(self, native: _uniffi.Subscription, forget: Callable[[Subscription], None]) -> None:
        self._native = native
        self._forget = forget

    def cancel(self) -> None:
        """Listens no more; what is being told just now is still heard. May be called again."""
        self._native.cancel()
        self._forget(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()


def state_of(native: _uniffi.ClientState) -> State:
    """The state, as Python has it."""
    return State(
        initialized=native.initialized,
        syncing=native.syncing,
        connection=cast("Connection", native.connection.name.lower()),
        last_sync=_moment(native.last_sync_ms),
        last_error=None if native.last_error is None else _failure(native.last_error),
        version=native.version,
        origin=cast("Origin", native.origin),
        stale_since=_moment(native.stale_since_ms),
        restart_required=tuple(native.restart_required),
        overrides=native.overrides,
    )


def _failure(native: _uniffi.SourceFailure) -> Failure:
    return Failure(native.code, native.name, native.message, _at(native.at_ms))


def change_of(native: _uniffi.ValueChange) -> Change:
    """A change, as Python has it."""
    return Change(
        namespace=native.namespace,
        key=native.key,
        old=_value(native.old_json),
        new=_value(native.new_json),
        origin=cast("Origin", native.origin),
    )


def _value(text: str | None) -> Any:
    return None if text is None else _json.read(text)


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else _at(milliseconds)


def _at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1_000, timezone.utc)
