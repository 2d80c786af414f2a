"""Contexts that are read where they are say what contexts that are laid flat say, and bad ones harm nobody."""

from __future__ import annotations

import datetime
import decimal
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import vexil
from hypothesis import given, settings
from hypothesis import strategies as st
from vexil import Client, Context

NAMES = ["a", "b", "a.b", "b.a", "a.b.a", "", "user", "user.id", "id", "userId", "targetingKey", "customAttributes"]
PATHS = ["a", "b", "a.b", "b.a", "a.b.a", "user.id", "id", "user", "env", "customAttributes.a", "a.user.id"]

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, 1.0, 2.5, -0.0]),
    st.sampled_from(["", "x", "y", "1"]),
    st.lists(st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["x", "y"])), max_size=3),
)
TREES = st.recursive(
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4),
    lambda inner: st.dictionaries(st.sampled_from(NAMES), st.one_of(VALUES, inner), max_size=4),
    max_leaves=12,
)
CLAUSES: list[dict[str, Any]] = [
    {"exists": True},
    {"eq": "x"},
    {"eq": 1},
    {"eq": True},
    {"in": ["x", 2]},
    {"gte": 1},
    {"contains": "x"},
    {"containsAny": ["y", 1]},
    {"size": 2},
]


def flags() -> Iterator[dict[str, Any]]:
    """A flag for each way to ask for each path."""
    for path in PATHS:
        yield {"key": f"unit.{path}", "rollout": {"rollout": {"on": 50, "off": 50}, "by": path}}
        for number, clause in enumerate(CLAUSES):
            rules = [
                {"condition": {path: clause}, "action": {"value": "true"}},
                {"condition": {"not": {path: clause}}, "action": {"value": "false"}},
            ]
            yield {"key": f"{path}.{number}", "type": "config", "default": "unknown", "rules": rules}


CLIENT = Client(definitions=list(flags()))


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_a_dict_says_what_it_says_laid_flat(tree: dict[str, Any]) -> None:
    in_place, flat = CLIENT.evaluate_all(tree), CLIENT.evaluate_all(Context(tree))
    for key, details in in_place.items():
        assert (details.value, details.reason) == (flat[key].value, flat[key].reason), key


class Raising(Mapping[str, Any]):
    """A mapping that cannot be read."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def __getitem__(self, name: str) -> Any:
        raise self._error

    def __iter__(self) -> Iterator[str]:
        raise self._error

    def __len__(self) -> int:
        return 1


CYCLE: dict[str, Any] = {}
CYCLE["b"] = CYCLE
LOOP: list[Any] = []
LOOP.append(LOOP)
DEEP: dict[str, Any] = {"a": 1}
for _ in range(200):
    DEEP = {"b": DEEP}

REFUSED: list[tuple[Any, str]] = [
    (2**63, "an integer beyond 64 bits"),
    (-(2**64), "an integer beyond 64 bits"),
    (float("nan"), "NaN, and no finite number"),
    (float("inf"), "inf, and no finite number"),
    ("\ud800", "text that is no Unicode"),
    (b"x", "of type bytes, which no context holds"),
    ({"x"}, "of type set, which no context holds"),
    (decimal.Decimal(1), "of type Decimal, which no context holds"),
    (datetime.datetime(2026, 1, 1), "of type datetime, which no context holds"),
    (["x", b"y"], "of type bytes, which no context holds"),
    (object(), "of type object, which no context holds"),
]


@pytest.mark.parametrize(("value", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_what_no_context_holds_is_told_and_the_default_served(value: Any, why: str) -> None:
    details = CLIENT.get_str_details("a.7", {"a": value}, "mine")
    assert (details.value, details.reason, details.error_code) == ("mine", "ERROR", "INVALID_CONTEXT")
    assert details.error_message == f"`a` in the context is {why}"
    assert CLIENT.get_str("a.7", {"a": value}, "mine") == "mine"
    # It is no matter of those who do not ask for it.
    assert CLIENT.get_str_details("b.0", {"a": value, "b": 1}, "mine").value == "true"
    with pytest.raises(vexil.ArgumentError, match="`a` in the context is") as raised:
        Context({"a": value})
    assert raised.value.name == "INVALID_CONTEXT"


def test_a_mapping_that_raises_is_no_context() -> None:
    details = CLIENT.get_str_details("a.0", Raising(ValueError("no")), "mine")
    assert (details.value, details.error_code) == ("mine", "INVALID_CONTEXT")
    assert details.error_message == "`a` in the context is not to be read: ValueError: no"
    with pytest.raises(vexil.ArgumentError, match="ValueError: no"):
        Context(Raising(ValueError("no")))
    assert CLIENT.get_str("a.0", Raising(KeyError("a")), "mine") == "false"


def test_an_interrupt_goes_through() -> None:
    for error in (KeyboardInterrupt(), SystemExit(3)):
        with pytest.raises(type(error)):
            CLIENT.get_str("a.0", Raising(error), "mine")
        with pytest.raises(type(error)):
            Context({"a": Raising(error)})


def test_what_is_no_mapping_is_a_mistake_of_the_program() -> None:
    for wrong in ("ada", 7, [("a", 1)], object(), b"", 1.5, {"a"}):
        for read in (CLIENT.is_enabled, CLIENT.get_str, CLIENT.get_json_details, CLIENT.variant, CLIENT.explain):
            with pytest.raises(TypeError, match="a context is a mapping or a vexil.Context, not"):
                read("a.0", wrong)  # type: ignore[operator]
        with pytest.raises(TypeError):
            Context(wrong)  # type: ignore[arg-type]


def test_a_key_is_text() -> None:
    for wrong in (7, None, b"on", ["on"]):
        with pytest.raises(TypeError):
            CLIENT.is_enabled(wrong)  # type: ignore[arg-type]
    assert CLIENT.get_str_details("\ud800", {}, "mine").error_code == "FLAG_NOT_FOUND"
    assert CLIENT.get_str_details("", {}, "mine").error_code == "FLAG_NOT_FOUND"


def test_what_holds_itself_comes_to_an_end() -> None:
    assert CLIENT.get_str("b.a.0", CYCLE) == "unknown" or CLIENT.get_str("b.a.0", CYCLE) == "false"
    assert CLIENT.get_str("b.0", CYCLE) == "true"
    assert CLIENT.get_str("a.0", {"a": LOOP}) == "true"
    assert CLIENT.get_str("a.6", {"a": LOOP}) == "false"
    assert CLIENT.get_str("b.0", DEEP) == "true"
    for wrong in (CYCLE, DEEP, {"a": LOOP}):
        with pytest.raises(vexil.ArgumentError):
            Context(wrong)


def test_names_that_are_no_text_are_nobodys() -> None:
    assert CLIENT.get_str("a.0", {1: 2, None: 3, "a": "x"}) == "true"  # type: ignore[dict-item]
    with pytest.raises(vexil.ArgumentError, match="names that are no text"):
        Context({1: 2})  # type: ignore[dict-item]
    with pytest.raises(vexil.ArgumentError, match="names that are no text"):
        Context({"\udfff": 2})


def test_a_context_that_is_too_large_is_refused_whole() -> None:
    with pytest.raises(vexil.ArgumentError, match="too large|at most"):
        Context({str(number): number for number in range(20_000)})
    with pytest.raises(vexil.ArgumentError, match="too large|at most"):
        Context({"a": ["x"] * 20_000})
    with pytest.raises(vexil.ArgumentError, match="at most"):
        Context({"a": "x" * 100_000})


def test_a_dict_may_change_while_it_is_read() -> None:
    context: dict[str, Any] = {"a": "x", "b": {"a": ["x", "y"]}}
    done = threading.Event()

    def change() -> None:
        number = 0
        while not done.is_set():
            number += 1
            context["a"] = f"text {number}"
            context["b"] = {"a": [str(number)] * (number % 7)}
            context[f"more {number % 1_000}"] = number
            context.pop(f"more {(number * 7) % 1_000}", None)

    changer = threading.Thread(target=change)
    changer.start()
    try:
        for _ in range(3_000):
            assert CLIENT.get_str("a.0", context) == "true"
            assert CLIENT.get_str("b.a.6", context) in ("true", "false")
    finally:
        done.set()
        changer.join()


def test_names_that_run_python_when_they_are_compared_do_no_harm() -> None:
    context: dict[Any, Any] = {}

    class Name(str):
        def __hash__(self) -> int:
            return hash(str(self))

        def __eq__(self, other: object) -> bool:
            context.clear()
            return False

    for _ in range(10):
        context[Name("b")] = {"a": "x" * 100}
        assert CLIENT.get_str("b.a.0", context) == "false"
        assert not context


def test_more_names_and_texts_than_are_kept() -> None:
    """What the native module keeps has bounds, and nobody sees where they are."""
    count = 6_000
    condition = [{f"a{number}.b": {"eq": number}} for number in range(count)]
    definitions = [
        {"key": f"k{number}", "type": "config", "default": "", "rules": [{"condition": condition[number], "action": action}]}
        for number in range(count)
        for action in [{"value": f"text {number}"}]
    ]
    context = {f"a{number}": {"b": number} for number in range(count)}
    with Client(definitions=definitions) as client:
        for _ in range(2):
            assert [client.get_str(f"k{number}", context) for number in range(count)] == [
                f"text {number}" for number in range(count)
            ]


def test_a_path_of_many_parts() -> None:
    path = ".".join("abcdefghijkl")
    rules = [{"condition": {path: {"eq": 1}}, "action": {"serve": "on"}}]
    context: dict[str, Any] = {"l": 1}
    for name in "kjihgfedcba":
        context = {name: context}
    with Client(definitions=[{"key": "deep", "rules": rules}]) as client:
        assert client.is_enabled("deep", context) is True
        assert client.is_enabled("deep", {path: 1}) is True
        assert client.is_enabled("deep", {"a.b.c": {"d.e.f.g.h": {"i": {"j.k.l": 1}}}}) is True
        assert client.is_enabled("deep", {"a.b.c": {"d.e.f.g.h": {"i": {"j.k": 1}}}}) is False
