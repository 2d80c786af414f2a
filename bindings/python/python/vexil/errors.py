"""What a call can fail with. Reads never fail: they return the caller's default, and their details say why."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, ClassVar

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


class VexilError(Exception):
    """Something went wrong. ``code`` is a number of the table of codes, ``name`` its stable name."""

    code: int
    name: str

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code
        self.name = _NAMES[code]

    def __str__(self) -> str:
        return f"{self.args[0]} ({self.name})"

    def __reduce__(self) -> tuple[type[VexilError], tuple[str, int]]:
        return type(self), (self.args[0], self.code)


class OptionsError(VexilError, ValueError):
    """The options are none, or contradict each other."""


class NotReadyError(VexilError):
    """There are no definitions, and ``fallback="throw"`` says that this is an error."""


class SourceError(VexilError):
    """The source, or the last known good on disk, could not be read."""


class ArgumentError(VexilError, ValueError):
    """An argument is not what is asked for."""


class ClosedError(VexilError):
    """The client was closed."""

    CODE: ClassVar[int] = 240

    def __init__(self, message: str = "the client was closed", code: int = CODE) -> None:
        super().__init__(message, code)


class InternalError(VexilError):
    """A fault of this library or of the system below it."""


_KINDS: dict[type[Exception], type[VexilError]] = {
    _uniffi.VexilError.Options: OptionsError,
    _uniffi.VexilError.NotReady: NotReadyError,
    _uniffi.VexilError.Source: SourceError,
    _uniffi.VexilError.Argument: ArgumentError,
    _uniffi.VexilError.Internal: InternalError,
}


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Raises what the native library fails with as one of the errors above."""
    try:
        yield
    except _uniffi.VexilError as error:
        raise _KINDS[type(error)](error.reason, error.code) from None
