"""What a program says by itself: other definitions, overrides, runtime values, registrations."""

from __future__ import annotations

from pathlib import Path

import pytest
import vexil
from vexil import Client

DEFINITIONS = [{"key": "on", "default": True}, {"key": "limit", "type": "config", "default": 10}]


def test_other_definitions_are_put_in_force() -> None:
    with Client(definitions=DEFINITIONS) as client:
        client.put([{"key": "on", "default": False}])
        assert client.is_enabled("on") is False
        with pytest.raises(vexil.ArgumentError) as raised:
            client.put("[{")
        assert raised.value.name == "INVALID_DEFINITIONS"
        with pytest.raises(vexil.ArgumentError, match="`definitions` is no JSON"):
            client.put([{"key": {1, 2}}])
        assert client.is_enabled("on") is False


def test_overrides_stand_above_everything() -> None:
    with Client(definitions=DEFINITIONS) as client:
        client.set_override("on", False)
        client.set_override("limit", 11)
        assert (client.is_enabled("on"), client.get_int("limit")) == (False, 11)
        assert client.get_int_details("limit").reason == "OVERRIDE"
        assert client.overrides() == {"on": False, "limit": 11}
        assert (client.get_override("limit"), client.get_override("none")) == (11, None)
        assert client.state.overrides == 2
        # One of another type does not apply.
        client.set_override("limit", "eleven")
        assert client.get_int("limit") == 10
        client.remove_override("limit")
        assert client.overrides() == {"on": False}
        client.clear_overrides()
        assert (client.overrides(), client.is_enabled("on")) == ({}, True)
        for wrong in (float("nan"), object(), {"a": b"x"}):
            with pytest.raises(vexil.ArgumentError, match="`value` is no JSON"):
                client.set_override("on", wrong)


def test_overrides_must_be_allowed() -> None:
    with Client(definitions=DEFINITIONS, allow_overrides=False) as client:
        with pytest.raises(vexil.ArgumentError) as raised:
            client.set_override("on", False)
        assert raised.value.name == "OVERRIDES_NOT_ALLOWED"
        assert client.is_enabled("on") is True


def test_runtime_values_are_a_program_s_own() -> None:
    with Client(definitions=DEFINITIONS) as client:
        client.set_runtime("worker", "paused", {"by": "ops"})
        assert client.get_runtime("worker", "paused") == {"by": "ops"}
        assert client.runtime_values("worker") == {"paused": {"by": "ops"}}
        client.remove_runtime("worker", "paused")
        assert client.get_runtime("worker", "paused") is None
        client.set_runtime("features", "on", False)
        assert client.is_enabled("on") is False


def test_what_is_registered_stands_where_nothing_is_defined() -> None:
    with Client(definitions=DEFINITIONS) as client:
        client.register([{"key": "on", "default": False}, {"key": "new", "default": True}])
        assert (client.is_enabled("on"), client.is_enabled("new")) == (True, True)
        assert client.get_bool_details("new").origin == "registered"
        assert client.registered() == ["new", "on"]
        client.unregister("new")
        assert client.registered() == ["on"]
        with pytest.raises(vexil.VexilError):
            client.register([{"key": "?"}])


def test_a_closed_client_serves_what_it_has_and_nothing_else() -> None:
    client = Client(definitions=DEFINITIONS)
    client.set_override("limit", 11)
    view = client.view()
    client.close()
    client.close()
    assert client.is_enabled("on") is True
    assert client.get_int("limit") == 11
    assert client.get_int_details("limit").value == 11
    assert client.evaluate_all()["on"].value is True
    assert view.is_enabled("on") is True
    assert client.state.connection == "disconnected"
    assert client.overrides() == {"limit": 11}
    for changing in (
        lambda: client.put(DEFINITIONS),
        client.force_refresh,
        lambda: client.on_state(print),
        lambda: client.on_change("features", "on", print),
        lambda: client.set_override("on", False),
        lambda: client.set_runtime("a", "b", 1),
        lambda: client.register([]),
    ):
        with pytest.raises(vexil.ClosedError):
            changing()


STICKY = {
    "key": "button",
    "type": "experiment",
    "variants": [{"id": "green"}, {"id": "blue"}],
    "allocation": {"green": 100},
    "status": "running",
    "sticky": True,
}


def test_variants_are_remembered_where_the_program_says() -> None:
    class Store:
        def __init__(self) -> None:
            self.variants = {("button", "ada"): "blue"}

        def get(self, experiment: str, unit: str) -> str | None:
            return self.variants.get((experiment, unit))

        def put(self, experiment: str, unit: str, variant: str) -> None:
            self.variants[experiment, unit] = variant

    store = Store()
    with Client(definitions=[STICKY], sticky=store) as client:
        assert client.variant("button", {"user": {"id": "ada"}}) == "blue"
        assert client.variant("button", {"user": {"id": "bob"}}) == "green"
        assert store.variants["button", "bob"] == "green"
        assert client.view({"user": {"id": "ada"}}).variant("button") == "blue"


def test_a_store_that_fails_knows_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def get(self, experiment: str, unit: str) -> str | None:
            raise ValueError("no")

        def put(self, experiment: str, unit: str, variant: str) -> None:
            raise ValueError("no")

    with Client(definitions=[STICKY], sticky=Broken()) as client:
        assert client.variant("button", {"user": {"id": "ada"}}) == "green"
    assert {record.getMessage() for record in caplog.records} == {"a sticky store failed"}


def test_variants_are_remembered_in_a_file(tmp_path: Path) -> None:
    ada = {"user": {"id": "ada"}}
    with Client(definitions=[STICKY], sticky_file=tmp_path / "sticky") as client:
        assert client.variant("button", ada) == "green"
        client.put([{**STICKY, "allocation": {"blue": 100}}])
        assert client.variant("button", ada) == "green"
        assert client.variant("button", {"user": {"id": "bob"}}) == "blue"
    with Client(definitions=[{**STICKY, "allocation": {"blue": 100}}], sticky_file=tmp_path / "sticky") as client:
        assert client.variant("button", ada) == "green"
