"""The client: what a program asks."""

from __future__ import annotations

import atexit
import logging
import weakref
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from . import _json, _native, _uniffi
from .errors import ArgumentError, ClosedError, translated
from .options import SDK, Definitions, StickyStore, to_native
from .pinned import Pinned
from .state import Change, Explanation, State, Subscription, change_of, state_of

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from .options import ClientOptions

__all__ = ["Client"]

_log = logging.getLogger("vexil")

T = TypeVar("T")


class Client(_native.Client):
    """A client of one environment: it has the definitions in this process, and keeps them as new as its source does.

    ::

        with vexil.Client(url="https://flags.example.com", key=key) as client:
            if client.is_enabled("checkout.v2", {"user": {"id": "u-1"}}):
                ...

    It takes the options of :class:`~vexil.ClientOptions`, and waits for the first definitions as long as
    ``start_timeout`` says. A source that does not answer is no error, unless ``fallback`` is ``throw``: :attr:`state` says
    so, and it is tried again.

    A client serves all threads of a process, and its children after a fork, which follow the source by themselves. What
    is asked for again and again takes no lock, waits for nobody, and fails for nobody's context: where there is nothing
    to serve it returns the caller's default, and its ``*_details`` say why. A context is a mapping, nested or with dotted
    names, or a :class:`~vexil.Context`.

    Closed, or at the end of the program, it asks its source no more. What it has is still served, and grows old.
    """

    _control: _uniffi.VexilClient
    _subscriptions: set[Subscription]
    _is_closed: bool

    def __init__(self, **options: Unpack[ClientOptions]) -> None:
        native, sticky = to_native(options), options.get("sticky")
        with translated():
            self._begin(_uniffi.VexilClient.start(native, None if sticky is None else _Store(sticky)))

    @classmethod
    def from_env(cls) -> Self:
        """A client with the options that environment variables name: ``VEXIL_URL`` and ``VEXIL_SDK_KEY``, or
        ``VEXIL_FILE``, and one for each further option; the documents of clients list them."""
        client = cls.__new__(cls)
        with translated():
            Client._begin(client, _uniffi.VexilClient.from_env(SDK))
        return client

    def _begin(self, control: _uniffi.VexilClient) -> None:
        self._attach(control.handle())
        self._control = control
        self._subscriptions = set()
        self._is_closed = False
        _open.add(self)

    def close(self) -> None:
        """Asks the source no more, and ends all subscriptions. What is held is still served. May be called again."""
        self._is_closed = True
        for subscription in tuple(self._subscriptions):
            subscription.cancel()
        self._control.close()
        _open.discard(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def state(self) -> State:
        """How the client stands just now."""
        return state_of(self._control.state())

    @property
    def generation(self) -> int:
        """Counts what is put in force that a read may depend on: definitions, overrides, what is registered. As long as it
        stays the same, time alone can change what a read comes to."""
        return self._control.generation()

    @property
    def instance_id(self) -> str:
        """The name of this process in telemetry, and in contexts as ``instance.id``."""
        return self._control.instance_id()

    def on_state(self, listener: Callable[[State], object]) -> Subscription:
        """Calls ``listener`` with each new state, on the thread that makes it so. What it raises is logged."""
        self._check_open()
        return self._subscribe(self._control.on_state(_StateListener(listener)))

    def on_change(self, namespace: str, key: str, listener: Callable[[Change], object]) -> Subscription:
        """Calls ``listener`` when the value of a key is another, on the thread that makes it so. What it raises is logged.

        The namespaces ``features``, ``configs`` and ``experiments`` are of what is in force, evaluated for nobody in
        particular; others are the program's own (:meth:`set_runtime`).
        """
        self._check_open()
        return self._subscribe(self._control.on_change(namespace, key, _ChangeListener(listener)))

    def on_generation(self, listener: Callable[[int], object]) -> Subscription:
        """Calls ``listener`` with each new :attr:`generation`, on the thread that makes it so: whatever was read before may
        come to something else. What it raises is logged."""
        self._check_open()
        return self._subscribe(self._control.on_generation(_GenerationListener(listener)))

    def force_refresh(self) -> None:
        """Asks the source now, and waits for the answer. Raises :class:`~vexil.SourceError` when it was no good one."""
        self._check_open()
        with translated():
            self._control.force_refresh()

    def put(self, definitions: Definitions) -> None:
        """Puts other definitions in force, where the source is ``definitions``.

        Raises :class:`~vexil.ArgumentError` when they cannot be read; what is in force stays.
        """
        self._check_open()
        text = definitions if isinstance(definitions, str) else _written("definitions", definitions)
        with translated():
            self._control.put(text)

    def pin(
        self,
        context: Mapping[str, Any] | _native.Context | None = None,
        overrides: Mapping[str, Any] | None = None,
        *,
        at: datetime | str | None = None,
    ) -> Pinned:
        """What this client reads, for one context and by what is in force now: for a request, which is to see one moment
        from its beginning to its end.

        ``overrides`` say what some keys are for this request alone; they stand below kills. Whether somebody may ask for
        them is yours to decide, and must be. Raises :class:`~vexil.ArgumentError` when they are no JSON.

        ``at`` is another moment than now, with its offset from UTC: what will be once something begins, ends or expires.
        """
        return Pinned(self, context, overrides, at)

    def explain(self, key: str, context: Mapping[str, Any] | _native.Context | None = None) -> Explanation:
        """Evaluates, and tells how. Raises :class:`~vexil.ArgumentError` when the context is none."""
        text, steps = self._explain(key, context)
        return Explanation(text, _json.read(steps))

    def set_override(self, key: str, value: Any) -> None:
        """Sets what a key is in this process, whatever is in force. One of another type than the key's does not apply.

        Raises :class:`~vexil.ArgumentError` when the options do not allow overrides, or the value is no JSON.
        """
        self._check_open()
        with translated():
            self._control.set_override(key, _written("value", value))

    def get_override(self, key: str) -> Any:
        """The override of a key; ``None`` where there is none."""
        text = self._control.get_override(key)
        return None if text is None else _json.read(text)

    def overrides(self) -> dict[str, Any]:
        """Every override."""
        return _values(self._control.overrides())

    def remove_override(self, key: str) -> None:
        """Removes an override."""
        self._control.remove_override(key)

    def clear_overrides(self) -> None:
        """Removes all overrides."""
        self._control.clear_overrides()

    def set_runtime(self, namespace: str, key: str, value: Any) -> None:
        """Sets a value while the program runs: in a namespace of its own for whoever asks or listens; in ``features``,
        ``configs`` and ``experiments`` it is an override of the key, and must be allowed as such."""
        self._check_open()
        with translated():
            self._control.set_runtime(namespace, key, _written("value", value))

    def get_runtime(self, namespace: str, key: str) -> Any:
        """The runtime value of a key: what was set; ``None`` where nothing was."""
        text = self._control.get_runtime(namespace, key)
        return None if text is None else _json.read(text)

    def runtime_values(self, namespace: str) -> dict[str, Any]:
        """Every runtime value of a namespace."""
        return _values(self._control.runtime_values(namespace))

    def remove_runtime(self, namespace: str, key: str) -> None:
        """Removes a runtime value."""
        self._control.remove_runtime(namespace, key)

    def register(self, definitions: Definitions) -> None:
        """Registers definitions for keys that the source may not know yet; each stands where what is in force has no such
        key. All of them, or none: raises :class:`~vexil.ArgumentError` where one is wrong."""
        self._check_open()
        text = definitions if isinstance(definitions, str) else _written("definitions", definitions)
        with translated():
            self._control.register(text)

    def unregister(self, key: str) -> None:
        """Takes back what was registered for a key."""
        self._control.unregister(key)

    def registered(self) -> list[str]:
        """Every key that is registered, ascending."""
        return self._control.registered()

    def _check_open(self) -> None:
        if self._is_closed:
            raise ClosedError

    def _subscribe(self, native: _uniffi.Subscription) -> Subscription:
        subscription = Subscription(native, self._subscriptions.discard)
        self._subscriptions.add(subscription)
        return subscription


class _StateListener(_uniffi.StateListener):
    def __init__(self, listener: Callable[[State], object]) -> None:
        self._listener = listener

    def on_state(self, state: _uniffi.ClientState) -> None:
        _call(self._listener, state_of(state))


class _ChangeListener(_uniffi.ChangeListener):
    def __init__(self, listener: Callable[[Change], object]) -> None:
        self._listener = listener

    def on_change(self, change: _uniffi.ValueChange) -> None:
        _call(self._listener, change_of(change))


class _Store(_uniffi.StickyStore):
    def __init__(self, store: StickyStore) -> None:
        self._store = store

    def get(self, experiment: str, unit: str) -> str | None:
        try:
            return self._store.get(experiment, unit)
        except Exception:
            _log.exception("a sticky store failed")
            return None

    def put(self, experiment: str, unit: str, variant: str) -> None:
        try:
            self._store.put(experiment, unit, variant)
        except Exception:
            _log.exception("a sticky store failed")


class _GenerationListener(_uniffi.GenerationListener):
    def __init__(self, listener: Callable[[int], object]) -> None:
        self._listener = listener

    def on_generation(self, generation: int) -> None:
        _call(self._listener, generation)


def _call(listener: Callable[[T], object], told: T) -> None:
    """What a listener raises harms neither the client nor other listeners."""
    try:
        listener(told)
    except BaseException:
        _log.exception("a listener failed")


def _written(name: str, value: Any) -> str:
    try:
        return _json.write(value)
    except ValueError as error:
        raise ArgumentError(f"`{name}` is no JSON: {error}") from None


def _values(texts: Mapping[str, str]) -> dict[str, Any]:
    return {key: _json.read(text) for key, text in texts.items()}


_open: Final[weakref.WeakSet[Client]] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """No thread of a client may call into an interpreter that is gone."""
    for client in tuple(_open):
        client.close()
