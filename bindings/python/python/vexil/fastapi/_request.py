"""The flags of one request."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from vexil import Client, Context, Pinned
from vexil.errors import OptionsError

from ._lifespan import client_of
from ._overrides import ContextLike, HeaderOverrides

__all__ = ["ContextFunction", "Flags", "MAX_ATTRIBUTE_LENGTH", "RequestFlags", "flags_of"]

MAX_ATTRIBUTE_LENGTH: Final = 1024
"""Characters of a header that becomes an attribute; a longer one does not become one."""

SCOPE: Final = "vexil.flags"

_log = logging.getLogger("vexil.fastapi")

Flags: TypeAlias = Pinned
"""The flags of one request, and all of them by one snapshot: ``flags.is_enabled("checkout.v2")``."""

ContextFunction: TypeAlias = Callable[..., Any]
"""Says who asks: a plain or a coroutine function that returns a mapping or a :class:`~vexil.Context`. As a dependency it
may depend on others in turn; the middleware gives it the connection alone."""


class RequestFlags:
    """How the flags of a request come about. It is a dependency, made once for an app::

        def who(user: Annotated[User, Depends(current_user)]) -> dict[str, object]:
            return {"user": {"id": user.id}, "tenant": {"id": user.tenant}}

        flags = RequestFlags(context=who)

        @app.get("/checkout")
        def checkout(flags: Annotated[Flags, Depends(flags)]) -> str:
            return "new" if flags.is_enabled("checkout.v2") else "old"

    ``context`` says who asks; it is any dependency, plain or a coroutine, and returns a mapping or, where ``headers`` are
    not asked for, a :class:`~vexil.Context`. Without it nobody in particular asks.

    ``headers`` are attributes that come from headers, by the header's name: ``{"x-country": "country"}``. Whoever sends a
    request chooses its headers: name those that a proxy of yours sets, or that do no harm. They stand behind all that
    ``context`` says. A header that is there twice, or is longer than :data:`MAX_ATTRIBUTE_LENGTH`, is left out.

    ``overrides`` allows signed headers that say what a flag is for this one request, for dark launches. Without it there
    are none.
    """

    def __init__(
        self,
        *,
        context: ContextFunction | None = None,
        headers: Mapping[str, str] | None = None,
        overrides: HeaderOverrides | None = None,
    ) -> None:
        self._context = context
        self._headers = {name.lower(): path for name, path in (headers or {}).items()}
        self._overrides = overrides
        # What FastAPI looks at: so the function that says who asks is a dependency like any other.
        self.__signature__ = inspect.Signature(_parameters(context))

    async def __call__(self, connection: HTTPConnection, client: Client, context: ContextLike | None = None) -> Flags:
        """The flags of a request. FastAPI calls this, by what ``__signature__`` says."""
        known = connection.scope.get(SCOPE)
        if known is not None and known[0] is self:
            flags: Flags = known[1]
            return flags
        flags = self._pin(connection, client, {} if context is None else context)
        connection.scope[SCOPE] = (self, flags)
        return flags

    async def resolve(self, connection: HTTPConnection, client: Client) -> Flags:
        """The same without FastAPI's dependencies: the function that says who asks is given the connection alone."""
        if self._context is None:
            return await self(connection, client)
        if inspect.iscoroutinefunction(self._context):
            return await self(connection, client, await self._context(connection))
        return await self(connection, client, await run_in_threadpool(self._context, connection))

    def check_for_middleware(self) -> None:
        """Raises :class:`~vexil.OptionsError` where only FastAPI can call the function that says who asks."""
        if self._context is None:
            return
        try:
            inspect.signature(self._context).bind(None)
        except TypeError:
            raise OptionsError(
                "the middleware calls `context` with the connection alone; this one wants something else"
            ) from None

    def _pin(self, connection: HTTPConnection, client: Client, context: ContextLike) -> Flags:
        """Puts together who asks and what is overridden, and holds on to what is in force now."""
        overrides = None
        if self._overrides is not None:
            values = connection.headers.getlist(self._overrides.header)
            overrides = self._overrides.read(values, context)
        if self._headers:
            context = self._with_headers(connection, context)
        return client.pin(context, overrides)

    def _with_headers(self, connection: HTTPConnection, context: ContextLike) -> ContextLike:
        if isinstance(context, Context):
            raise TypeError("with `headers`, `context` returns a mapping: a vexil.Context is what it is")
        found: dict[str, Any] = {}
        for name, path in self._headers.items():
            values = connection.headers.getlist(name)
            if len(values) == 1 and len(values[0]) <= MAX_ATTRIBUTE_LENGTH:
                # The farthest spelling of a path: whatever else names the attribute comes before it.
                found[f"customAttributes.{path}"] = values[0]
            elif values:
                _log.info("the header %s is there more than once or too long, and becomes no attribute", name)
        return {**found, **context} if found else context


def _parameters(context: ContextFunction | None) -> list[inspect.Parameter]:
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter("connection", keyword, annotation=HTTPConnection),
        inspect.Parameter("client", keyword, annotation=Annotated[Client, Depends(client_of)]),
    ]
    if context is not None:
        parameters.append(inspect.Parameter("context", keyword, annotation=Annotated[Any, Depends(context)]))
    return parameters


def flags_of(connection: HTTPConnection) -> Flags:
    """What :class:`~vexil.fastapi.FlagsMiddleware` has put into the state of a request, with its type.

    Raises :class:`RuntimeError` for a request that did not come through it.
    """
    flags = getattr(connection.state, "flags", None)
    if flags is None:
        raise RuntimeError("this request did not come through vexil.fastapi.FlagsMiddleware")
    assert isinstance(flags, Pinned)
    return flags
