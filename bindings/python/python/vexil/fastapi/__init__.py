"""Flags in FastAPI and Starlette apps.

::

    from typing import Annotated

    from fastapi import Depends, FastAPI
    from vexil.fastapi import Flags, RequestFlags, lifespan

    flags = RequestFlags(context=who)
    app = FastAPI(lifespan=lifespan(url="https://flags.example.com", key=key))

    @app.get("/checkout")
    async def checkout(flags: Annotated[Flags, Depends(flags)]) -> str:
        return "new" if flags.is_enabled("checkout.v2") else "old"

A request sees one snapshot from its beginning to its end, whatever changes meanwhile.
"""

from ._lifespan import ClientOf, client_of, lifespan
from ._middleware import FlagsMiddleware
from ._overrides import (
    DEFAULT_HEADER,
    MAX_CLOCK_SKEW,
    MAX_HEADER_BYTES,
    MAX_LIFETIME,
    MAX_PAIRS,
    MIN_SECRET_BYTES,
    HeaderOverrides,
    sign_overrides,
    user_id,
)
from ._request import MAX_ATTRIBUTE_LENGTH, ContextFunction, Flags, RequestFlags, flags_of

__all__ = [
    "DEFAULT_HEADER",
    "MAX_ATTRIBUTE_LENGTH",
    "MAX_CLOCK_SKEW",
    "MAX_HEADER_BYTES",
    "MAX_LIFETIME",
    "MAX_PAIRS",
    "MIN_SECRET_BYTES",
    "ClientOf",
    "ContextFunction",
    "Flags",
    "FlagsMiddleware",
    "HeaderOverrides",
    "RequestFlags",
    "client_of",
    "flags",
    "flags_of",
    "lifespan",
    "sign_overrides",
    "user_id",
]

flags = RequestFlags()
"""The dependency for apps whose flags are the same for everybody: ``Annotated[Flags, Depends(flags)]``."""
