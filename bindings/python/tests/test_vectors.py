"""The corpus of vectors, through the client. It compares, and decides nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from vexil import Client, Context

VECTORS = Path(os.environ.get("VEXIL_TEST_VECTORS") or Path(__file__).parents[3] / "tests" / "vectors")
"""``cargo xtask test`` names a corpus with new ones among them."""
NOW = "2026-01-01T00:00:00Z"

OTHER_KINDS = {
    "bucketing": "asked again as evaluations: a client tells the bucket of no other salt and unit",
    "siphash": "likewise: what is hashed is the core's matter",
    "validation": "what authors write is checked by `vexil validate` and the control plane",
}
"""Kinds that are no matter of a client."""

SKIPS: dict[str, int] = {
    skip["member"]: skip["cases"] for skip in json.loads((VECTORS / "index.json").read_text())["skips"]
}
"""Members of a case that no host has a word for, and how many cases have them; the index says why."""

NAMES = {"error": "error_code"}
"""Members that have another name in the details."""

READERS = {
    None: "details",
    "boolean": "get_bool_details",
    "integer": "get_int_details",
    "float": "get_float_details",
    "string": "get_str_details",
    "json": "get_json_details",
}


def files(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in json.loads((VECTORS / "index.json").read_text())["files"]:
        if file["kind"] == kind:
            content = json.loads((VECTORS / file["path"]).read_text())
            assert len(content["cases"]) == file["cases"], file["path"]
            yield file["path"], content


def test_every_kind_is_run_or_is_no_matter_of_a_client() -> None:
    kinds = {file["kind"] for file in json.loads((VECTORS / "index.json").read_text())["files"]}
    assert kinds == {"evaluation", *OTHER_KINDS}


def same(got: Any, wanted: Any) -> bool:
    """As JSON, with numbers by value."""
    if isinstance(got, bool) or isinstance(wanted, bool):
        return got is wanted
    if isinstance(wanted, dict):
        return isinstance(got, dict) and got.keys() == wanted.keys() and all(same(got[k], wanted[k]) for k in wanted)
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(map(same, got, wanted))
    return bool(got == wanted)


def contexts(case: dict[str, Any]) -> list[Any]:
    """The context of a case, to be read in place and prepared; none, where it is no context.

    What is read in place is looked at only where somebody asks, and so never refused whole.
    """
    try:
        text = case.get("context_text")
        tree = case.get("context", {}) if text is None else json.loads(text, object_pairs_hook=unique)
        return [tree, Context(tree)]
    except (ValueError, TypeError, RecursionError):
        return []


def unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in members}) < len(members):
        raise ValueError("a member is there twice")
    return dict(members)


COUNTED: dict[str, dict[str, int]] = {}
"""By file, once it was run."""


class Store:
    """Knows what a case says, and keeps what is put."""

    def begin(self, case: dict[str, Any]) -> None:
        self._known = case.get("sticky", {})
        self.put_last: dict[str, str] | None = None

    def get(self, experiment: str, unit: str) -> str | None:
        variant: str | None = self._known.get(experiment, {}).get(unit)
        return variant

    def put(self, experiment: str, unit: str, variant: str) -> None:
        self.put_last = {"experiment": experiment, "unit": unit, "variant": variant}


@pytest.mark.parametrize(("path", "content"), [pytest.param(*file, id=file[0]) for file in files("evaluation")])
def test_evaluations(path: str, content: dict[str, Any]) -> None:
    definitions = content.get("definitions_text") or json.dumps(content["definitions"])
    clients: dict[str | None, Client] = {}
    store = Store()
    failures: list[str] = []
    passed = skipped = 0
    for case in content["cases"]:
        if SKIPS.keys() & case.keys():
            skipped += 1
            continue
        before = len(failures)
        environment = case.get("environment")
        client = clients.get(environment) or Client(definitions=definitions, environment=environment, sticky=store)
        clients[environment] = client
        client.clear_overrides()
        for key, value in case.get("overrides", {}).items():
            client.set_override(key, value)
        asking = contexts(case)
        if not asking and case["expect"].get("error") != "INVALID_CONTEXT":
            failures.append(f"{case['name']}: the context is refused")
        for context in asking:
            store.begin(case)
            pinned = client.pin(context, case.get("request_overrides"), at=case.get("now", NOW))
            details = getattr(pinned, READERS[case.get("type")])(case["key"], None)
            for name, wanted in case["expect"].items():
                got = store.put_last if name == "store" else getattr(details, NAMES.get(name, name))
                if not same(got, wanted):
                    failures.append(f"{case['name']} ({type(context).__name__}): {name} is {got!r}, not {wanted!r}")
        passed += len(failures) == before
    COUNTED[path] = {"passed": passed, "skipped": skipped}
    assert not failures, "\n".join(failures)


def test_what_was_counted_is_left_for_the_table_of_all_hosts() -> None:
    folder = os.environ.get("VEXIL_CONFORMANCE")
    if folder:
        told = {"host": "python", "files": COUNTED}
        (Path(folder) / "python.json").write_text(json.dumps(told))


def test_no_more_cases_are_passed_over_than_are_listed() -> None:
    cases = [case for _, content in files("evaluation") for case in content["cases"]]
    assert len(cases) > 2_000
    for member, count in SKIPS.items():
        assert sum(member in case for case in cases) == count, member
