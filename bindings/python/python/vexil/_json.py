"""Values on their way to the native library and back, which are JSON there."""

from __future__ import annotations

import json
from typing import Any


def write(value: Any) -> str:
    """A value as JSON. Raises :class:`ValueError` for what is none."""
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def read(text: str) -> Any:
    """What JSON becomes in Python."""
    return json.loads(text)
