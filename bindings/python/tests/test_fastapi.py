"""Flags in FastAPI and Starlette apps."""

# Annotations are not put off here: FastAPI could not look up those that name what is local to a function.

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Header, Request, WebSocket
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from vexil import ArgumentError, Client, Context, OptionsError
from vexil.fastapi import (
    DEFAULT_HEADER,
    MAX_ATTRIBUTE_LENGTH,
    ClientOf,
    Flags,
    FlagsMiddleware,
    HeaderOverrides,
    RequestFlags,
    client_of,
    flags,
    flags_of,
    lifespan,
    sign_overrides,
)
from vexil.testing import InMemoryClient

NOTHING: dict[str, Any] = {"schema": 1, "entries": []}
SECRET = b"a secret of a test, 32 bytes long"
DEFINITIONS: list[dict[str, Any]] = [
    {"key": "on", "default": True},
    {"key": "killed", "default": True, "enabled": False},
    {"key": "ada", "rules": [{"id": "ada", "condition": {"user.id": {"eq": "ada"}}, "action": {"serve": "on"}}]},
    {"key": "german", "rules": [{"id": "de", "condition": {"country": {"eq": "de"}}, "action": {"serve": "on"}}]},
    {"key": "greeting", "type": "config", "default": "Hello"},
    {"key": "static", "default": False},
]


@pytest.fixture
def client() -> Iterator[InMemoryClient]:
    with InMemoryClient(definitions=DEFINITIONS) as client:
        yield client


async def who(x_user: Annotated[str, Header()] = "nobody") -> dict[str, Any]:
    return {"user": {"id": x_user}}


def app_with(requested: RequestFlags, client: Client) -> FastAPI:
    app = FastAPI(lifespan=lifespan(client))

    @app.get("/{key}")
    async def is_enabled(key: str, flags: Annotated[Flags, Depends(requested)]) -> bool:
        return flags.is_enabled(key)

    return app


def test_a_dependency_gives_the_flags_of_the_request(client: InMemoryClient) -> None:
    with TestClient(app_with(RequestFlags(context=who), client)) as http:
        assert http.get("/on").json() is True
        assert http.get("/ada").json() is False
        assert http.get("/ada", headers={"X-User": "ada"}).json() is True
        assert http.get("/missing").json() is False


def test_without_a_context_nobody_in_particular_asks(client: InMemoryClient) -> None:
    with TestClient(app_with(flags, client)) as http:
        assert http.get("/on").json() is True
        assert http.get("/ada").json() is False


def plain(request: Request) -> dict[str, Any]:
    return {"user": {"id": request.headers["x-user"]}}


async def coroutine(request: Request) -> Context:
    await asyncio.sleep(0)
    return Context({"user": {"id": request.headers["x-user"]}})


def with_others(known: Annotated[dict[str, Any], Depends(who)]) -> dict[str, Any]:
    return {"userId": known["user"]["id"]}


@pytest.mark.parametrize("context", [plain, coroutine, with_others])
def test_who_asks_is_any_dependency(context: Any, client: InMemoryClient) -> None:
    with TestClient(app_with(RequestFlags(context=context), client)) as http:
        assert http.get("/ada", headers={"X-User": "ada"}).json() is True
        assert http.get("/ada", headers={"X-User": "grace"}).json() is False


def test_a_request_sees_one_snapshot(client: InMemoryClient) -> None:
    app = FastAPI(lifespan=lifespan(client))

    @app.get("/")
    async def twice(flags: Annotated[Flags, Depends(flags)]) -> list[bool | str]:
        before: list[bool | str] = [flags.is_enabled("on"), flags.get_str("greeting", "")]
        client.define({"key": "on", "default": False}, {"key": "greeting", "type": "config", "default": "Bye"})
        client.set_override("static", True)
        return [*before, flags.is_enabled("on"), flags.get_str("greeting", ""), flags.is_enabled("static")]

    with TestClient(app) as http:
        assert http.get("/").json() == [True, "Hello", True, "Hello", False]
        assert http.get("/").json()[:2] == [False, "Bye"]


def test_headers_become_attributes_behind_what_the_app_says(client: InMemoryClient) -> None:
    requested = RequestFlags(context=who, headers={"X-Country": "country", "X-Id": "user.id"})
    with TestClient(app_with(requested, client)) as http:
        assert http.get("/german", headers={"X-Country": "de"}).json() is True
        assert http.get("/german", headers={"X-Country": "fr"}).json() is False
        assert http.get("/german", headers=[("X-Country", "de"), ("X-Country", "de")]).json() is False
        assert http.get("/german", headers={"X-Country": "d" * (MAX_ATTRIBUTE_LENGTH + 1)}).json() is False
        assert http.get("/ada", headers={"X-Id": "ada"}).json() is False
        assert http.get("/ada", headers={"X-Id": "grace", "X-User": "ada"}).json() is True


def test_headers_cannot_be_added_to_a_prepared_context(client: InMemoryClient) -> None:
    requested = RequestFlags(context=coroutine, headers={"X-Country": "country"})
    with TestClient(app_with(requested, client)) as http, pytest.raises(TypeError, match="mapping"):
        http.get("/german", headers={"X-User": "ada"})


def test_overrides_are_off_unless_they_are_asked_for(client: InMemoryClient) -> None:
    header = {DEFAULT_HEADER: sign_overrides(SECRET, "ada", {"on": False}), "X-User": "ada"}
    with TestClient(app_with(RequestFlags(context=who), client)) as http:
        assert http.get("/on", headers=header).json() is True


def test_a_signed_header_overrides_for_its_request_alone(client: InMemoryClient) -> None:
    requested = RequestFlags(context=who, overrides=HeaderOverrides(SECRET))
    pairs = {"static": True, "killed": True, "greeting": 7, "missing": True}
    header = {DEFAULT_HEADER: sign_overrides(SECRET, "ada", pairs)}
    with TestClient(app_with(requested, client)) as http:
        assert http.get("/static", headers={**header, "X-User": "ada"}).json() is True
        assert http.get("/static", headers={"X-User": "ada"}).json() is False
        assert http.get("/static", headers={**header, "X-User": "grace"}).json() is False
        # Kills stand above them, and what does not exist is not made.
        assert http.get("/killed", headers={**header, "X-User": "ada"}).json() is False
        assert http.get("/missing", headers={**header, "X-User": "ada"}).json() is False
    assert client.overrides() == {}


def test_a_dependency_of_a_web_socket(client: InMemoryClient) -> None:
    app = FastAPI(lifespan=lifespan(client))

    @app.websocket("/")
    async def by_socket(websocket: WebSocket, flags: Annotated[Flags, Depends(RequestFlags(context=who))]) -> None:
        await websocket.accept()
        await websocket.send_json(flags.is_enabled("ada"))
        await websocket.close()

    with TestClient(app) as http, http.websocket_connect("/", headers={"X-User": "ada"}) as socket:
        assert socket.receive_json() is True


def test_flags_have_all_reads_of_a_client(client: InMemoryClient) -> None:
    flags = client.pin({"user": {"id": "ada"}}, {"greeting": "Hi"})
    assert isinstance(flags, Flags)
    assert flags.get_str_details("greeting", "").reason == "OVERRIDE"
    assert flags.get_bool_details("ada").rule == "ada"
    assert set(flags.evaluate_all()) == {definition["key"] for definition in DEFINITIONS}
    assert 'saw "ada"' in str(flags.explain("ada"))
    with pytest.raises(ArgumentError):
        client.pin({}, {"greeting": object()})
    with pytest.raises(TypeError):
        client.pin("ada")  # type: ignore[arg-type]


def test_the_middleware_gives_typed_flags(client: InMemoryClient) -> None:
    app = FastAPI(lifespan=lifespan(client))
    requested = RequestFlags(context=coroutine)
    app.add_middleware(FlagsMiddleware, flags=requested)

    @app.get("/http")
    def by_state(request: Request, flags: Annotated[Flags, Depends(requested)]) -> list[bool]:
        assert request.state.flags is flags_of(request) is flags
        return [flags_of(request).is_enabled("ada")]

    @app.websocket("/socket")
    async def by_socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json(flags_of(websocket).is_enabled("ada"))
        await websocket.close()

    with TestClient(app) as http:
        assert http.get("/http", headers={"X-User": "ada"}).json() == [True]
        with http.websocket_connect("/socket", headers={"X-User": "ada"}) as socket:
            assert socket.receive_json() is True


def test_the_middleware_calls_plain_functions_too(client: InMemoryClient) -> None:
    def endpoint(request: Request) -> JSONResponse:
        return JSONResponse(flags_of(request).is_enabled("ada"))

    mounted = Starlette(routes=[Route("/inner", endpoint)])
    app = Starlette(routes=[Route("/", endpoint), Mount("/mounted", mounted)], lifespan=lifespan(client))
    app.add_middleware(FlagsMiddleware, flags=RequestFlags(context=plain))
    with TestClient(app) as http:
        assert http.get("/", headers={"X-User": "ada"}).json() is True
        assert http.get("/mounted/inner", headers={"X-User": "ada"}).json() is True


def test_dependencies_of_apps_behind_the_middleware_have_its_client(client: InMemoryClient) -> None:
    inner = FastAPI()

    @inner.get("/")
    def is_same(found: ClientOf) -> bool:
        return found is client

    app = FastAPI(lifespan=lifespan(client))
    app.mount("/inner", inner)
    app.add_middleware(FlagsMiddleware)
    with TestClient(app) as http:
        assert http.get("/inner/").json() is True


def test_a_function_that_only_fastapi_can_call_is_refused_by_the_middleware(client: InMemoryClient) -> None:
    def two(request: Request, more: str) -> dict[str, Any]:
        raise AssertionError

    with pytest.raises(OptionsError, match="connection"):
        FlagsMiddleware(Starlette(), RequestFlags(context=two))


def test_an_app_without_a_client_says_so() -> None:
    http = TestClient(app_with(flags, Client(definitions=NOTHING)))
    with pytest.raises(RuntimeError, match="lifespan"):
        http.get("/on")
    request = Request({"type": "http", "headers": []})
    with pytest.raises(RuntimeError, match="FlagsMiddleware"):
        flags_of(request)


class Closed(Exception):
    """Stands in for whatever an app's own lifespan raises."""


def made(told: list[str]) -> type[Client]:
    class Watched(Client):
        def close(self) -> None:
            told.append("closed")
            super().close()

    return Watched


def test_a_client_of_the_lifespan_is_closed_and_one_of_yours_is_not() -> None:
    told: list[str] = []
    watched = made(told)
    yours = watched(definitions=NOTHING)
    with TestClient(FastAPI(lifespan=lifespan(yours))):
        assert told == []
    assert told == []
    with TestClient(FastAPI(lifespan=lifespan(lambda: watched(definitions=NOTHING)))) as http:
        assert isinstance(http.app.state.vexil, watched)  # type: ignore[attr-defined]
        assert told == []
    assert told == ["closed"]


def test_options_make_a_client() -> None:
    app = FastAPI(lifespan=lifespan(definitions=[{"key": "on", "default": True}]))
    with TestClient(app):
        assert app.state.vexil.is_enabled("on", {}) is True
    assert not hasattr(app.state, "vexil")
    with pytest.raises(OptionsError):
        lifespan(Client(definitions=NOTHING), definitions=NOTHING)


def test_an_apps_own_lifespan_goes_within() -> None:
    told: list[str] = []

    @asynccontextmanager
    async def own(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        assert app.state.vexil.state.initialized
        told.append("began")
        yield {"pool": "a pool"}
        assert app.state.vexil.state.initialized
        told.append("ended")

    app = FastAPI(lifespan=lifespan(lambda: made(told)(definitions=NOTHING), within=own))

    @app.get("/")
    def pool(request: Request) -> str:
        pool: str = request.state.pool
        return pool

    with TestClient(app) as http:
        assert http.get("/").json() == "a pool"
    assert told == ["began", "ended", "closed"]


def test_the_client_is_closed_where_the_apps_own_lifespan_fails() -> None:
    told: list[str] = []

    @asynccontextmanager
    async def own(app: FastAPI) -> AsyncIterator[None]:
        raise Closed
        yield

    with (
        pytest.raises(Closed),
        TestClient(FastAPI(lifespan=lifespan(lambda: made(told)(definitions=NOTHING), within=own))),
    ):
        pass
    assert told == ["closed"]


def test_a_test_brings_its_own_client(client: InMemoryClient) -> None:
    def never() -> Client:
        raise AssertionError("a client was started")

    app = app_with(flags, client)
    app.router.lifespan_context = lifespan(never)
    with client.installed(app), TestClient(app) as http:
        assert http.get("/on").json() is True
        client.set("on", False)
        assert http.get("/on").json() is False
    other = InMemoryClient({"on": False})
    app.dependency_overrides[client_of] = lambda: other
    with client.installed(app), TestClient(app) as http:
        assert http.get("/on").json() is False
