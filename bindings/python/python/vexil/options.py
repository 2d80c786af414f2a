"""The options of a client."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NoReturn, Protocol, TypeAlias, TypedDict

from . import _uniffi
from ._json import write
from .errors import OptionsError

__all__ = ["ClientOptions", "Definitions", "StickyStore"]

Definitions: TypeAlias = str | Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""A bundle, a list of definitions, or one: as JSON, or as what JSON becomes in Python."""

class StickyStore(Protocol):
    """Remembers which variants units were given, such as in a database. It is asked by reads of experiments that are
    ``sticky``, in the thread that reads; what it raises is logged, and it is taken for one that knows nothing."""

    def get(self, experiment: str, unit: str) -> str | None:
        """The id of the variant that a unit was given in an experiment."""

    def put(self, experiment: str, unit: str, variant: str) -> None:
        """Remembers it; called again, with the same variant, where :meth:`get` does not tell of it later."""


class ClientOptions(TypedDict, total=False):
    """What :class:`~vexil.Client` takes; times are in seconds. One of ``url``, ``file`` and ``definitions`` is needed."""

    url: str | None
    """The address of a control plane, such as ``https://flags.example.com``."""
    key: str | None
    """An SDK key, of one environment; with ``url``."""
    file: str | os.PathLike[str] | None
    """A file with definitions, in JSON; it is watched."""
    definitions: Definitions | None
    """The definitions themselves; :meth:`Client.put <vexil.Client.put>` puts others in force."""
    environment: str | None
    """The environment. A control plane knows it by the key; another one than this is refused."""
    bootstrap: Definitions | None
    """Definitions to begin with, until the source has answered."""
    polling_interval: float
    """How often the source is asked. 60."""
    streaming: Literal["events", "websocket", "off"]
    """How a control plane tells of changes: by server-sent events, unless a proxy in between wants a WebSocket."""
    silence: float
    """A stream from which nothing has come for so long is dead. 45."""
    request_timeout: float
    """How long one request may take. 10."""
    start_timeout: float
    """How long the start waits for the first definitions; it goes on without them. 5."""
    cache_folder: str | os.PathLike[str] | None
    """Where the last known good is kept; nowhere, unless you say where."""
    cache_max_age: float | None
    """A last known good that is older is not taken; none is too old, unless you say so."""
    retry_attempts: int
    """So many failures in a row make the connection's status an error; it is tried again all the same. 3."""
    retry_base: float
    """The bound of the first wait before another try. 1."""
    retry_max: float
    """The bound of all waits. 30."""
    fallback: Literal["cache", "default", "throw"]
    """What a read comes to without definitions: the last known good, else the caller's default (``cache``); the caller's
    default (``default``); or as ``cache``, and a client that finds none, nor an answer in time, is not made but raises
    :class:`~vexil.NotReadyError` (``throw``)."""
    offline: bool
    """Asks nobody: what is in the bootstrap and the cache is all there is."""
    threadless: bool
    """Starts no thread: a read that finds the polling interval over refreshes first."""
    trusted_keys: Mapping[str, str] | Iterable[tuple[str, str]]
    """The keys that snapshots must be signed with, by id: 32 bytes of Ed25519 in base64url. Without any, those that the
    control plane publishes."""
    ca_file: str | os.PathLike[str] | None
    """A file with certificates, in PEM, of those who vouch for the control plane, in place of the public authorities."""
    allow_overrides: bool | None
    """Whether overrides may be set: where the source is no control plane, unless you say otherwise."""
    sticky: StickyStore | None
    """Where it is remembered which variants units were given in experiments that are ``sticky``."""
    sticky_file: str | os.PathLike[str] | None
    """The same in a file, in the place of a store of your own."""
    sticky_capacity: int | None
    """For how many of them there is room. 100,000."""
    telemetry: bool | None
    """Whether the control plane is told what entries were evaluated to, how often, and which version is applied. True."""
    telemetry_interval: float | None
    """How often it is told, a tenth more or less. 30."""
    telemetry_exposures: bool | None
    """Whether it is told which units met which variant of an experiment: the id, and nothing else of a context. True."""
    instance_id: str | None
    """``instance.id`` in contexts, and this process's name in telemetry; a random one, unless you say which."""
    service_name: str | None
    """``service.name`` in contexts."""
    app_version: str | None
    """``app.version`` in contexts."""


def to_native(options: Mapping[str, Any]) -> _uniffi.ClientOptions:
    """The same for the native library, which knows what holds where nothing is said. A store is no option there."""
    unknown = [name for name in options if name not in _READ and name not in _SOURCE and name != "sticky"]
    if unknown:
        raise TypeError(f"there is no option `{unknown[0]}`")
    given = {name: value for name, value in options.items() if value is not None}
    native: dict[str, Any] = {"sdk": SDK}
    native["source"] = _source({name: given[name] for name in _SOURCE if name in given})
    for name, value in given.items():
        if name in _READ:
            read = _READ[name]
            native[_NATIVE.get(name, f"{name}_ms" if read is _seconds else name)] = read(name, value)
    try:
        return _uniffi.ClientOptions(**native)
    except ValueError as error:
        raise OptionsError(str(error)) from None


SDK: Final = f"vexil-python/{_uniffi.version()}"
"""What this package is called in telemetry."""

_SOURCE: Final = ("url", "key", "file", "definitions")


def _source(given: dict[str, Any]) -> Any:
    match given:
        case {"url": url, "key": key, **rest} if not rest:
            return _uniffi.SourceOptions.HTTP(url=_text("url", url), key=_text("key", key))
        case {"file": file, **rest} if not rest:
            return _uniffi.SourceOptions.FILE(path=_path("file", file))
        case {"definitions": definitions, **rest} if not rest:
            return _uniffi.SourceOptions.MEMORY(definitions=_definitions("definitions", definitions))
    said = " and ".join(f"`{name}`" for name in given) or "nothing"
    raise OptionsError(f"the source is `url` with `key`, or `file`, or `definitions`, not {said}")


def _text(name: str, value: Any) -> str:
    # What it is may be a secret, and is not told.
    if not isinstance(value, str):
        _refuse(name, "text", type(value).__name__)
    try:
        value.encode()
    except UnicodeEncodeError:
        _refuse(name, "Unicode", "something else")
    return value


def _path(name: str, value: Any) -> str:
    path = os.fspath(value) if isinstance(value, (str, os.PathLike)) else None
    return _text(name, path) if isinstance(path, str) else _refuse(name, "a path", type(value).__name__)


def _flag(name: str, value: Any) -> bool:
    return value if isinstance(value, bool) else _refuse(name, "`True` or `False`", repr(value))


def _count(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**32:
        _refuse(name, "a count", repr(value))
    return value


def _seconds(name: str, value: Any) -> int:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < 2**40:
        _refuse(name, "a number of seconds", repr(value))
    return round(value * 1_000)


def _definitions(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        return write(value)
    except ValueError as error:
        raise OptionsError(f"`{name}` is no JSON: {error}") from None


def _certificates(name: str, value: Any) -> str:
    try:
        with open(_path(name, value), encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise OptionsError(f"`{name}` cannot be read: {error}") from None


def _keys(name: str, value: Any) -> list[_uniffi.TrustedKeyOptions]:
    pairs = value.items() if isinstance(value, Mapping) else value
    try:
        return [_uniffi.TrustedKeyOptions(id=_text(name, id), public=_text(name, public)) for id, public in pairs]
    except (TypeError, ValueError):
        _refuse(name, "a mapping of ids to keys", type(value).__name__)


def _one_of(**choices: Any) -> Callable[[str, Any], Any]:
    def read(name: str, value: Any) -> Any:
        if isinstance(value, str) and value in choices:
            return choices[value]
        _refuse(name, "one of " + ", ".join(f"`{choice}`" for choice in choices), repr(value))

    return read


def _refuse(name: str, wanted: str, found: str) -> NoReturn:
    raise OptionsError(f"`{name}` is {wanted}, not {found}")


_READ: Final[dict[str, Callable[[str, Any], Any]]] = {
    "environment": _text,
    "bootstrap": _definitions,
    "polling_interval": _seconds,
    "streaming": _one_of(
        off=_uniffi.Streaming.OFF, events=_uniffi.Streaming.EVENTS, websocket=_uniffi.Streaming.WEB_SOCKET
    ),
    "silence": _seconds,
    "request_timeout": _seconds,
    "start_timeout": _seconds,
    "cache_folder": _path,
    "cache_max_age": _seconds,
    "retry_attempts": _count,
    "retry_base": _seconds,
    "retry_max": _seconds,
    "fallback": _one_of(
        cache=_uniffi.Fallback.CACHE, default=_uniffi.Fallback.DEFAULT, throw=_uniffi.Fallback.THROW
    ),
    "offline": _flag,
    "threadless": _flag,
    "trusted_keys": _keys,
    "ca_file": _certificates,
    "allow_overrides": _flag,
    "sticky_file": _path,
    "sticky_capacity": _count,
    "telemetry": _flag,
    "telemetry_interval": _seconds,
    "telemetry_exposures": _flag,
    "instance_id": _text,
    "service_name": _text,
    "app_version": _text,
}
"""How each option is read, beside those of the source."""

_NATIVE: Final = {"ca_file": "certificates"}
"""Those that have another name in the native library, which has times in milliseconds besides."""
