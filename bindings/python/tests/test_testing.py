"""Flags that a unit test sets, and the pytest plugin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vexil import ArgumentError, Client
from vexil.testing import InMemoryClient

pytest_plugins = ["pytester"]

DEFINITIONS: list[dict[str, Any]] = [
    {
        "key": "ramp",
        "rules": [{"id": "ada", "condition": {"user.id": {"eq": "ada"}}, "action": {"serve": "on"}}],
    },
    {"key": "plan", "type": "config", "value_type": {"enum": ["free", "pro"]}, "default": "free"},
    {
        "key": "checkout",
        "type": "experiment",
        "variants": [{"id": "a", "config": {"pages": 3}}, {"id": "b", "config": {"pages": 1}}],
        "allocation": {"a": 50, "b": 50},
    },
]


@pytest.fixture
def client() -> InMemoryClient:
    return InMemoryClient(definitions=DEFINITIONS)


def test_every_type_can_be_set() -> None:
    client = InMemoryClient({"bool": True, "int": 7, "float": 1.0, "str": "x", "list": [1, {"a": None}], "dict": {}})
    assert isinstance(client, Client)
    assert client.is_enabled("bool") is True
    assert client.get_int("int", default=0) == 7
    found = client.get_float("float", default=0.0)
    assert (found, type(found)) == (1.0, float)
    assert client.get_str("str", default="") == "x"
    assert client.get_json("list", default=None) == [1, {"a": None}]
    assert client.get_json("dict", default=None) == {}
    assert client.get_str_details("int", default="mine").error_code == "TYPE_MISMATCH"


def test_what_is_not_set_is_missing_as_anywhere() -> None:
    client = InMemoryClient()
    details = client.get_bool_details("missing", default=True)
    assert (details.value, details.error_code) == (True, "FLAG_NOT_FOUND")


def test_what_is_defined_is_evaluated_by_the_core(client: InMemoryClient) -> None:
    assert client.is_enabled("ramp", {"user": {"id": "ada"}}) is True
    assert client.is_enabled("ramp", {"user": {"id": "grace"}}) is False
    client.set("ramp", True)
    assert client.is_enabled("ramp", {"user": {"id": "grace"}}) is True
    assert client.get_bool_details("ramp", {}, False).reason == "OVERRIDE"
    client.clear("ramp")
    assert client.is_enabled("ramp", {"user": {"id": "grace"}}) is False


@pytest.mark.parametrize(("key", "value"), [("ramp", "on"), ("ramp", 1), ("plan", "gold"), ("plan", True)])
def test_what_a_definition_cannot_be_is_refused(key: str, value: Any, client: InMemoryClient) -> None:
    with pytest.raises(ArgumentError, match=key):
        client.set(key, value)
    assert client.overrides() == {}


def test_what_was_made_for_a_test_may_be_of_another_type_next() -> None:
    client = InMemoryClient({"a": True})
    client.set("a", "text")
    assert client.get_str("a", {}, "") == "text"
    client.define({"key": "a", "default": True})
    with pytest.raises(ArgumentError):
        client.set("a", "text")


def test_variants_are_set(client: InMemoryClient) -> None:
    assert client.variant("checkout", {"user": {"id": "ada"}}) is None, "it is a draft"
    client.set_variant("checkout", "b")
    assert client.variant("checkout", {}) == "b"
    assert client.variant_config("checkout", {}) == {"pages": 1}
    client.set_variant("other", "red", {"colour": "#f00"})
    assert client.variant("other", {}) == "red"
    assert client.variant_config("other", {}) == {"colour": "#f00"}
    with pytest.raises(ArgumentError, match="checkout"):
        client.set_variant("checkout", "c")


def test_clear_takes_back_what_was_set(client: InMemoryClient) -> None:
    client.set("new", True)
    client.set("plan", "pro")
    client.set_variant("checkout", "a")
    client.clear("new")
    assert client.get_bool_details("new", {}, False).error_code == "FLAG_NOT_FOUND"
    assert client.get_str("plan", {}, "") == "pro"
    client.clear()
    assert client.get_str("plan", {}, "") == "free"
    assert client.variant("checkout", {}) is None
    assert client.overrides() == {}
    client.clear("never set")


def test_a_block_leaves_all_as_it_was(client: InMemoryClient) -> None:
    client.set("new", 1)
    client.set("plan", "pro")
    client.set_variant("made", "x")
    with client.using({"new": "text", "plan": "free", "other": True, "made": 7}) as same:
        assert same is client
        assert client.get_str("new", {}, "") == "text"
        assert client.get_str("plan", {}, "") == "free"
        assert client.is_enabled("other")
        assert client.get_int("made", {}, 0) == 7
    assert client.get_int("new", {}, 0) == 1
    assert client.get_str("plan", {}, "") == "pro"
    assert client.get_bool_details("other", {}, False).error_code == "FLAG_NOT_FOUND"
    assert client.variant("made", {}) == "x"
    with pytest.raises(ArgumentError), client.using({"new": 2, "plan": "gold"}):
        raise AssertionError
    assert client.get_int("new", {}, 0) == 1


PLUGGED = """
import pytest

@pytest.fixture(params=[1])
def other(vexil_flags):
    return vexil_flags

def test_each_has_its_own(vexil_flags, other):
    assert other is vexil_flags
    vexil_flags.set("a", True)
    assert vexil_flags.is_enabled("a")

def test_nothing_is_left(vexil_flags):
    assert not vexil_flags.is_enabled("a")

@pytest.mark.vexil_flags({"a": True, "limit": 3})
class TestMarked:
    def test_of_the_class(self, vexil_flags):
        assert vexil_flags.is_enabled("a")
        assert vexil_flags.get_int("limit", {}, 0) == 3

    @pytest.mark.vexil_flags({"limit": 4})
    def test_the_nearest_counts(self, vexil_flags):
        assert vexil_flags.is_enabled("a")
        assert vexil_flags.get_int("limit", {}, 0) == 4
"""


def test_the_plugin(pytester: pytest.Pytester, tmp_path: Path) -> None:
    pytester.makepyfile(PLUGGED)
    run = pytester.runpytest_subprocess("--strict-markers", "-p", "no:cacheprovider")
    run.assert_outcomes(passed=4)


def test_the_plugin_needs_nothing_but_pytest(pytester: pytest.Pytester) -> None:
    unwanted = ("fastapi", "starlette", "openfeature", "vexil.testing")
    pytester.makepyfile(f"import sys\ndef test_it():\n    assert not sys.modules.keys() & {set(unwanted)}\n")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
