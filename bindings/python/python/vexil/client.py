"""The client: what a program asks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import _native, _uniffi
from .errors import translated

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

__all__ = ["Client"]


class Client(_native.Client):
    """A client of one environment."""

    _control: _uniffi.VexilClient

    def __init__(self, *, definitions: Any) -> None:
        text = definitions if isinstance(definitions, str) else json.dumps(definitions)
        options = _uniffi.ClientOptions(source=_uniffi.SourceOptions.MEMORY(text))
        with translated():
            self._control = _uniffi.VexilClient.start(options)
        self._attach(self._control._uniffi_clone_handle())

    def close(self) -> None:
        """Stops: nobody is asked any more. What is held is still served, and grows old."""
        self._control.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
