"""What type checkers are to make of the package; it is checked, and not run."""

from __future__ import annotations

from typing import Any

from typing_extensions import assert_type

import vexil
from vexil import Change, Client, Context, Details, State, Subscription, View


def reads(client: Client, context: Context) -> None:
    assert_type(client.is_enabled("on"), bool)
    assert_type(client.is_enabled("on", {"user": {"id": "ada"}}), bool)
    assert_type(client.get_bool("on", context, True), bool)
    assert_type(client.get_int("limit", context), int)
    assert_type(client.get_int("limit", context, None), int | None)
    assert_type(client.get_float("ratio", default="none"), float | str)
    assert_type(client.get_str("title", None, "x"), str)
    assert_type(client.get_json("theme"), Any)
    assert_type(client.get_str_details("title", context, None), Details[str | None])
    assert_type(client.get_bool_details("on").value, bool)
    assert_type(client.details("on").value, Any)
    assert_type(client.evaluate_all(context)["on"].reason, str)
    assert_type(client.variant("button", context), str | None)
    assert_type(client.explain("on").text, str)


def views(client: Client) -> None:
    view = client.view({"user": {"id": "ada"}}, ["on"])
    assert_type(view, View)
    assert_type(view.get_int("limit", None), int | None)
    assert_type(view.renew(), View)
    pinned = client.pin(Context({}), {"on": True}, at="2026-01-01T00:00:00Z")
    assert_type(pinned.get_str("title"), str)


def listens(client: Client) -> None:
    def on_state(state: State) -> None:
        if state.last_error is not None:
            assert_type(state.last_error.name, str)

    def on_change(change: Change) -> int:
        return len(change.key)

    assert_type(client.on_state(on_state), Subscription)
    with client.on_change("features", "on", on_change) as subscription:
        assert_type(subscription, Subscription)
    client.on_change("features", "on", on_state)  # type: ignore[arg-type]


def starts() -> None:
    class Mine(Client):
        pass

    assert_type(Mine.from_env(), Mine)
    with Mine(url="https://flags.example.com", key="k", polling_interval=5, streaming="off") as client:
        assert_type(client, Mine)
    Client(url=7, key="k")  # type: ignore[arg-type]
    Client(streaming="sse")  # type: ignore[arg-type]
    Client(urls="https://flags.example.com")  # type: ignore[call-arg]


def mistakes(client: Client) -> None:
    client.is_enabled(7)  # type: ignore[arg-type]
    client.is_enabled("on", "ada")  # type: ignore[arg-type]
    client.get_bool_details("on").value = True  # type: ignore[misc]
    raise vexil.ArgumentError("it is so", "270")  # type: ignore[arg-type]
