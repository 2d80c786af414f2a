"""What a call can fail with.

Reads return the caller's default, and their details say why; only a fault of this library is raised from one.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, ClassVar

from . import _uniffi

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "ArgumentError",
    "ClosedError",
    "InternalError",
    "NotReadyError",
    "OptionsError",
    "SourceError",
    "VexilError",
]

_NAMES = {row.number: row.name for row in _uniffi.codes()}
_NUMBERS = {name: number for number, name in _NAMES.items()}


class VexilError(Exception):
    """Something went wrong. ``code`` is a number of the table of codes, and ``name`` its stable name."""

    code: int
    name: str

    _usual: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = _NUMBERS[self._usual] if code is None else code
        self.name = _NAMES[self.code]

    def __str__(self) -> str:
        message, name = self.args[0], f"({self.name})"
        return message if message.endswith(name) else f"{message} {name}"

    def __reduce__(self) -> tuple[type[VexilError], tuple[str, int]]:
        return type(self), (self.args[0], self.code)


class OptionsError(VexilError, ValueError):
    """The options are none, or contradict each other."""

    _usual = "INVALID_OPTIONS"


class NotReadyError(VexilError):
    """There are no definitions, and ``fallback="throw"`` says that this is an error."""

    _usual = "PROVIDER_NOT_READY"


class SourceError(VexilError):
    """The source, or the last known good on disk, could not be read."""

    _usual = "UNREACHABLE"


class ArgumentError(VexilError, ValueError):
    """An argument is not what is asked for."""

    _usual = "INVALID_VALUE"


class ClosedError(VexilError):
    """The client was closed. Reads go on with what it had; this is of what changes something, or waits."""

    _usual = "CLOSED"

    def __init__(self, message: str = "the client was closed", code: int | None = None) -> None:
        super().__init__(message, code)


class InternalError(VexilError):
    """A fault of this library or of the system below it."""


_Native: Any = _uniffi.VexilError
_KINDS: dict[type[Exception], type[VexilError]] = {
    _Native.Options: OptionsError,
    _Native.NotReady: NotReadyError,
    _Native.Source: SourceError,
    _Native.Argument: ArgumentError,
    _Native.Internal: InternalError,
}


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Raises what the native library fails with as one of the errors above."""
    try:
        yield
    except _Native as error:
        raise _KINDS[type(error)](error.reason, error.code) from None
