"""Feature flags and dynamic configuration, evaluated in process."""

from ._native import Context, Details, View
from ._uniffi import version as _version
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
from .options import ClientOptions, Definitions, StickyStore
from .pinned import Pinned
from .state import Change, Explanation, Failure, Origin, State, Subscription

__all__ = [
    "ArgumentError",
    "Change",
    "Client",
    "ClientOptions",
    "ClosedError",
    "Context",
    "Definitions",
    "Details",
    "Explanation",
    "Failure",
    "InternalError",
    "NotReadyError",
    "OptionsError",
    "Origin",
    "Pinned",
    "SourceError",
    "State",
    "StickyStore",
    "Subscription",
    "VexilError",
    "View",
]

__version__ = _version()
