"""The flags of every request, for apps and routes without FastAPI's dependencies."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from vexil import Client

from ._lifespan import SCOPE, client_of
from ._request import RequestFlags

__all__ = ["FlagsMiddleware"]


class FlagsMiddleware:
    """Puts the flags of each request and WebSocket into ``request.state.flags``::

        app.add_middleware(FlagsMiddleware, flags=RequestFlags(context=who))

        @app.get("/checkout")
        def checkout(request: Request) -> str:
            return "new" if flags_of(request).is_enabled("checkout.v2") else "old"

    :func:`~vexil.fastapi.flags_of` gives them with their type. The function that says who asks is given the connection
    alone. A dependency made of the same :class:`~vexil.fastapi.RequestFlags` gives the same flags.

    It is plain ASGI: nothing is buffered, and what runs behind it sees the same context variables. ``client`` is needed
    only where there is no Starlette app in front that has one.
    """

    def __init__(self, app: ASGIApp, flags: RequestFlags | None = None, client: Client | None = None) -> None:
        self._app = app
        self._flags = flags or RequestFlags()
        self._flags.check_for_middleware()
        self._client = client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            connection = HTTPConnection(scope)
            client = self._client or client_of(connection)
            # Apps that are mounted behind this one have the same client.
            scope[SCOPE] = client
            connection.state.flags = await self._flags.resolve(connection, client)
        await self._app(scope, receive, send)
