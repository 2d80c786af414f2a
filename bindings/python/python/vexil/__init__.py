"""Feature flags and dynamic configuration, evaluated in process."""

from ._native import Context
from .client import Client
from .errors import (
    ArgumentError,
    ClosedError,
    InternalError,
    NotReadyError,
    OptionsError,
    SourceError,
    VexilError,
)

__all__ = [
    "ArgumentError",
    "Client",
    "ClosedError",
    "Context",
    "InternalError",
    "NotReadyError",
    "OptionsError",
    "SourceError",
    "VexilError",
]
