"""What a program asks, of every type, with and without a context."""

from __future__ import annotations

import enum
from collections import OrderedDict
from types import MappingProxyType
from typing import Any

import pytest
import vexil
from vexil import Client, Context, Details

ADA = {"user": {"id": "ada"}, "address": {"city": "Berlin"}, "age": 36, "groups": ["staff", "beta"], "vip": True}

DEFINITIONS: list[dict[str, Any]] = [
    {"key": "on", "default": True},
    {"key": "limit", "type": "config", "default": 10},
    {"key": "ratio", "type": "config", "default": 0.5},
    {"key": "title", "type": "config", "default": "Grüße"},
    {"key": "theme", "type": "config", "default": {"dark": [1, 2.5, None, "x", {"deep": True}], "": -3}},
    {
        "key": "berlin",
        "rules": [{"id": "city", "condition": {"address.city": {"eq": "Berlin"}}, "action": {"serve": "on"}}],
    },
    {"key": "half", "rollout": {"on": 50, "off": 50}},
    {"key": "tenants", "scopes": {"tenant": {"acme": {"serve": "on"}}}},
    {
        "key": "button",
        "type": "experiment",
        "variants": [{"id": "green", "config": {"hex": "#0f0"}}],
        "allocation": {"green": 100},
        "status": "running",
    },
    {"key": "broken", "rules": [{"condition": {"a": {"matches": "("}}, "action": {"serve": "on"}}]},
    {"key": "huge", "type": "config", "default": 2**63 - 1},
]


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(definitions=DEFINITIONS)


def test_a_value_is_of_its_type(client: Client) -> None:
    assert client.is_enabled("on") is True
    assert client.get_bool("on") is True
    assert client.get_int("limit") == 10 and type(client.get_int("limit")) is int
    assert client.get_float("ratio") == 0.5
    assert client.get_str("title") == "Grüße"
    assert client.get_json("theme") == {"dark": [1, 2.5, None, "x", {"deep": True}], "": -3}
    assert client.get_int("huge") == 2**63 - 1


def test_an_integer_widens_to_a_float_and_nothing_else_converts(client: Client) -> None:
    assert client.get_float("limit") == 10.0 and type(client.get_float("limit")) is float
    assert client.get_float("huge", None, -1.0) == -1.0
    assert client.get_int("ratio", None, -1) == -1
    assert client.get_str("limit", None, "no") == "no"
    assert client.get_bool("limit", None, True) is True


def test_what_is_returned_is_the_callers_to_change(client: Client) -> None:
    client.get_json("theme")["dark"].append("mine")
    assert client.get_json("theme")["dark"][-1] == {"deep": True}


def test_without_a_default_it_is_nothing_of_the_type(client: Client) -> None:
    none = "there is no such key"
    assert client.is_enabled(none) is False
    assert client.get_bool(none) is False
    assert client.get_int(none) == 0 and type(client.get_int(none)) is int
    assert client.get_float(none) == 0.0 and type(client.get_float(none)) is float
    assert client.get_str(none) == ""
    assert client.get_json(none) is None


def test_a_default_comes_back_as_it_is(client: Client) -> None:
    default = object()
    assert client.get_bool("none", ADA, default) is default
    assert client.get_str("none", default=None) is None
    assert client.get_json_details("none", None, default).value is default


def test_a_context_is_nested_or_flat_a_mapping_of_any_kind_or_prepared(client: Client) -> None:
    for context in (
        ADA,
        {"address.city": "Berlin"},
        OrderedDict(address=OrderedDict(city="Berlin")),
        MappingProxyType({"address": MappingProxyType({"city": "Berlin"})}),
        {"customAttributes": {"address": {"city": "Berlin"}}},
        Context(ADA),
        Context(MappingProxyType(ADA)),
    ):
        assert client.is_enabled("berlin", context) is True, context
    for context in ({}, None, {"address": {"city": "Rome"}}, {"address": "Berlin"}, {"address": {"city": None}}):
        assert client.is_enabled("berlin", context) is False, context


def test_subtypes_are_what_they_are(client: Client) -> None:
    class City(str, enum.Enum):
        BERLIN = "Berlin"

    class Text(str):
        pass

    assert client.is_enabled("berlin", {"address": {"city": City.BERLIN}}) is True
    assert client.is_enabled("berlin", {Text("address"): {"city": Text("Berlin")}}) is True


def test_details_tell_how_it_came_about(client: Client) -> None:
    details = client.get_bool_details("berlin", ADA)
    assert isinstance(details, Details)
    assert (details.value, details.variation, details.reason) == (True, "on", "TARGETING")
    assert (details.rule, details.scope, details.open_feature_reason) == ("city", None, "TARGETING_MATCH")
    assert (details.error_code, details.error_message, details.experiment) == (None, None, None)
    assert (details.version, details.origin, details.stale) == (0, "memory", None)
    assert client.get_bool_details("tenants", {"tenant": {"id": "acme"}}).scope == "tenant"
    assert client.get_bool_details("half", ADA).reason == "ROLLOUT"
    assert repr(details) == (
        "Details(value=True, variation='on', reason='TARGETING', rule='city', version=0, origin='memory')"
    )


def test_details_tell_what_went_wrong(client: Client) -> None:
    wrong = {
        "FLAG_NOT_FOUND": client.get_bool_details("none", ADA, True),
        "TYPE_MISMATCH": client.get_bool_details("limit", ADA, True),
        "PARSE_ERROR": client.get_bool_details("broken", ADA, True),
        "INVALID_CONTEXT": client.get_bool_details("berlin", {"address": {"city": object()}}, True),
    }
    for code, details in wrong.items():
        assert (details.value, details.reason, details.error_code) == (True, "ERROR", code)
        assert details.error_message, code
        assert details.open_feature_reason == "ERROR"


def test_an_experiment_gives_a_variant(client: Client) -> None:
    assert client.variant("button", ADA) == "green"
    assert client.variant_config("button", ADA) == {"hex": "#0f0"}
    assert client.variant("button", {}) is None
    assert client.variant_config("button") is None
    assert client.variant("on", ADA) is None
    assert client.get_json_details("button", ADA).experiment == "button"


def test_everything_at_once(client: Client) -> None:
    all_of_them = client.evaluate_all(ADA)
    assert set(all_of_them) == {definition["key"] for definition in DEFINITIONS}
    assert all_of_them["berlin"].value is True
    assert all_of_them["limit"].value == 10
    assert all_of_them["broken"].error_code == "PARSE_ERROR"
    assert all_of_them["broken"].value is None
    # Who asks in a way that is none is told so where it matters, and nowhere else.
    partly = client.evaluate_all({**ADA, "address": {"city": object()}})
    assert partly["berlin"].error_code == "INVALID_CONTEXT"
    assert partly["half"].error_code is None


def test_an_explanation_is_text_and_steps(client: Client) -> None:
    explanation = client.explain("berlin", ADA)
    assert "address.city" in str(explanation) and str(explanation) == explanation.text
    assert explanation.steps
    with pytest.raises(vexil.ArgumentError, match="`address.city` in the context is of type object"):
        client.explain("berlin", {"address": {"city": object()}})


def test_there_is_nothing_to_evaluate_with_yet() -> None:
    with Client(url="http://127.0.0.1:1", key="vx_srv_none", offline=True) as client:
        details = client.get_bool_details("on", None, True)
        assert (details.value, details.error_code, details.origin) == (True, "PROVIDER_NOT_READY", "none")
        assert client.is_enabled("on") is False
        assert client.state.initialized is False


def test_a_program_may_want_that_to_be_an_error() -> None:
    with pytest.raises(vexil.NotReadyError, match="there are no definitions") as raised:
        Client(url="http://127.0.0.1:1", key="vx_srv_none", offline=True, fallback="throw")
    assert raised.value.name == "CACHE_NOT_READ"


def test_a_client_that_was_not_started_says_so() -> None:
    class Careless(Client):
        def __init__(self) -> None:
            pass

    with pytest.raises(RuntimeError, match="`__init__` was not called"):
        Careless().is_enabled("on")
