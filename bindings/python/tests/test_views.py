"""Views: what keys are for one context at one moment."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
import vexil
from vexil import Client, Context, View

DEFINITIONS = [
    {"key": "on", "default": True},
    {"key": "limit", "type": "config", "default": 10},
    {"key": "theme", "type": "config", "default": {"dark": [1]}},
    {"key": "berlin", "rules": [{"condition": {"city": {"eq": "Berlin"}}, "action": {"serve": "on"}}]},
    {
        "key": "button",
        "type": "experiment",
        "variants": [{"id": "green", "config": {"hex": "#0f0"}}],
        "allocation": {"green": 100},
        "status": "running",
    },
]
ADA = {"user": {"id": "ada"}, "city": "Berlin"}


@pytest.mark.parametrize("context", [ADA, Context(ADA)])
def test_a_view_says_what_the_client_says(context: dict[str, object] | Context) -> None:
    with Client(definitions=DEFINITIONS) as client:
        view = client.view(context)
        assert isinstance(view, View)
        assert (view.is_enabled("on"), view.get_bool("berlin"), view.get_int("limit")) == (True, True, 10)
        assert view.get_float("limit") == 10.0 and type(view.get_float("limit")) is float
        assert view.get_json("theme") == {"dark": [1]}
        assert view.get_str("limit", "no") == "no"
        assert (view.variant("button"), view.variant_config("button")) == ("green", {"hex": "#0f0"})
        assert (view.variant("on"), view.get_json("none")) == (None, None)
        details = view.get_bool_details("berlin")
        assert (details.value, details.reason, details.rule) == (True, "TARGETING", "0")
        assert view.get_bool_details("none", True).error_code == "FLAG_NOT_FOUND"
        assert view.get_bool_details("limit", True).error_code == "TYPE_MISMATCH"
        all_of_them = client.evaluate_all(context)
        assert {key: details.value for key, details in view.evaluate_all().items()} == {
            key: details.value for key, details in all_of_them.items()
        }


def test_a_view_stays_as_it_is_and_can_be_renewed() -> None:
    with Client(definitions={"schema": 1, "version": 1, "entries": DEFINITIONS}) as client:
        view = client.view(ADA)
        assert (view.version, view.origin, view.stale, view.is_current) == (1, "memory", None, True)
        client.put({"schema": 1, "version": 2, "entries": [{"key": "on", "default": False}, DEFINITIONS[3]]})
        assert (view.is_enabled("on"), view.version, view.is_current) == (True, 1, False)
        renewed = view.renew()
        assert (renewed.is_enabled("on"), renewed.version, renewed.is_current) == (False, 2, True)
        assert renewed.is_enabled("berlin") is True
        assert view.renew({"city": "Rome"}).is_enabled("berlin") is False


def test_a_view_may_be_of_some_keys() -> None:
    with Client(definitions=DEFINITIONS) as client:
        view = client.view(ADA, ["on", "none"])
        assert set(view.evaluate_all()) == {"on"}
        assert view.get_int("limit", -1) == -1
        with pytest.raises(TypeError):
            client.view(ADA, "on")
        with pytest.raises(TypeError):
            client.view(ADA, [1])  # type: ignore[list-item]


def test_a_view_is_made_of_a_context() -> None:
    with Client(definitions=DEFINITIONS) as client:
        assert client.view().is_enabled("berlin") is False
        with pytest.raises(TypeError):
            client.view("ada")  # type: ignore[arg-type]
        with pytest.raises(vexil.ArgumentError, match="`city` in the context is of type object"):
            client.view({"city": object()})
        with pytest.raises(vexil.ArgumentError):
            client.view(ADA).renew({"city": object()})


def test_what_is_pinned_may_be_of_another_moment() -> None:
    summer = {"key": "summer", "expiry": "2026-09-01T00:00:00Z", "default": False, "rollout": {"on": 100}}
    with Client(definitions=[summer]) as client:
        for before in ("2026-08-31T23:59:59Z", "2026-09-01T01:59:59+02:00", datetime(2026, 7, 1, tzinfo=timezone.utc)):
            assert client.pin(ADA, at=before).is_enabled("summer") is True
        after = client.pin(ADA, at="2026-09-01T00:00:00Z")
        assert (after.is_enabled("summer"), after.details("summer").reason) == (False, "EXPIRED")
        for wrong in ("summer", "2026-07-01", datetime(2026, 7, 1)):
            with pytest.raises(vexil.ArgumentError, match="is no moment with an offset from UTC"):
                client.pin(ADA, at=wrong)
