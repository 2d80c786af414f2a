"""A client for one request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import _json, _native
from .errors import ArgumentError
from .state import Explanation

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Pinned"]


class Pinned(_native.Pinned):
    """What a client reads, for one context and by one moment: :meth:`Client.pin <vexil.Client.pin>` makes it.

    All that is read is by the definitions and overrides that were in force when it was made, whatever comes meanwhile,
    and only what is asked for is evaluated. It holds on to those definitions, and so is not meant to be kept.
    """

    def __new__(
        cls,
        client: _native.Client,
        context: Mapping[str, Any] | _native.Context | None = None,
        overrides: Mapping[str, Any] | None = None,
        at: datetime | str | None = None,
    ) -> Self:
        written = None if overrides is None else _written(overrides)
        return super().__new__(cls, client, context, written, at.isoformat() if isinstance(at, datetime) else at)

    def explain(self, key: str) -> Explanation:
        """Evaluates, and tells how. Raises :class:`~vexil.ArgumentError` when the context is none."""
        text, steps = self._explain(key)
        return Explanation(text, _json.read(steps))


def _written(overrides: Mapping[str, Any]) -> str:
    try:
        return _json.write(overrides)
    except ValueError as error:
        raise ArgumentError(f"`overrides` are no JSON: {error}") from None
