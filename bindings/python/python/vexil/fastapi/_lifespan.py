"""A client for as long as an app runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias, TypeVar, overload

from fastapi import Depends
from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from vexil import Client
from vexil.asyncio import close, make, start
from vexil.errors import OptionsError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from vexil import ClientOptions

__all__ = ["ClientOf", "client_of", "lifespan"]

STATE: Final = "vexil"
"""The name of the client in ``app.state``."""
SCOPE: Final = "vexil.client"
"""And in the scope of a connection that came through the middleware."""

AppT = TypeVar("AppT", bound=Starlette)
StateT = TypeVar("StateT")


@overload
def lifespan(
    client: Client | Callable[[], Client] | None = None,
    *,
    within: None = None,
    **options: Unpack[ClientOptions],
) -> Callable[[Any], AbstractAsyncContextManager[None]]: ...
@overload
def lifespan(
    client: Client | Callable[[], Client] | None = None,
    *,
    within: Callable[[AppT], AbstractAsyncContextManager[StateT]],
    **options: Unpack[ClientOptions],
) -> Callable[[AppT], AbstractAsyncContextManager[StateT]]: ...
def lifespan(
    client: Client | Callable[[], Client] | None = None,
    *,
    within: Callable[[Any], AbstractAsyncContextManager[Any]] | None = None,
    **options: Unpack[ClientOptions],
) -> Callable[[Any], AbstractAsyncContextManager[Any]]:
    """The lifespan of an app that has a client: ``FastAPI(lifespan=lifespan(url=..., key=...))``.

    Give it the options of :class:`~vexil.Client`, or a function that makes a client, or nothing: then the environment
    names the options (:meth:`Client.from_env() <vexil.Client.from_env>`). Such a client is started on a thread while the
    app starts, and closed when it stops. A client that you hand over was yours before, and stays open.

    An app's own lifespan goes ``within``: it begins when the client is there, and ends before it goes. The other way
    round, ``async with lifespan(...)(app):`` in your own does the same.

    A client that ``app.state.vexil`` has already is left as it is, and no other is started: so tests bring their own.
    """
    if client is not None and options:
        raise OptionsError("give it a client or options, not both")

    @asynccontextmanager
    async def run(app: Starlette) -> AsyncIterator[Any]:
        async with _client(app, client, options), within(app) if within else nullcontext() as state:
            yield state

    return run


@asynccontextmanager
async def _client(
    app: Starlette, given: Client | Callable[[], Client] | None, options: Mapping[str, Any]
) -> AsyncIterator[None]:
    if getattr(app.state, STATE, None) is not None:
        yield
        return
    if isinstance(given, Client):
        client = given
        # A worker that was forked follows its source from here on, and not only from its first read.
        _ = client.state
    elif options:
        client = await start(**options)
    else:
        client = await make(given or Client.from_env)
    app.state.vexil = client
    try:
        yield
    finally:
        del app.state.vexil
        if client is not given:
            # Also when the server has lost its patience: what is kept for the server is sent within a bound.
            await asyncio.shield(close(client))


def client_of(connection: HTTPConnection) -> Client:
    """The client of the app that a request came to; a dependency, which tests may override.

    Raises :class:`RuntimeError` where the app has none.
    """
    client = connection.scope.get(SCOPE) or getattr(connection.app.state, STATE, None)
    if client is None:
        raise RuntimeError("this app has no client: give it `lifespan=vexil.fastapi.lifespan(...)`")
    assert isinstance(client, Client)
    return client


ClientOf: TypeAlias = Annotated[Client, Depends(client_of)]
"""The app's client, as the parameter of an endpoint: ``client: ClientOf``."""
