"""Options from the environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vexil import Client, ClientOptions, OptionsError
from vexil.environment import _READ, options_from


def test_variables_are_named_like_options() -> None:
    variables = {
        "VEXIL_URL": "https://flags.example.com",
        "VEXIL_KEY": "vx_srv_x",
        "VEXIL_CACHE_FOLDER": "/var/lib/shop",
        "VEXIL_POLLING_INTERVAL": "2.5",
        "VEXIL_RETRY_ATTEMPTS": " 5 ",
        "VEXIL_OFFLINE": "True",
        "VEXIL_THREADLESS": "0",
        "VEXIL_TRUSTED_KEYS": "a:AAA, b:BBB",
        "VEXIL_SERVICE_NAME": "",
        "VEXIL_TOKEN": "of the command line",
    }
    assert options_from(variables, {"retry_max": 3.0, "offline": False}) == {
        "url": "https://flags.example.com",
        "key": "vx_srv_x",
        "cache_folder": "/var/lib/shop",
        "polling_interval": 2.5,
        "retry_attempts": 5,
        "offline": False,
        "threadless": False,
        "trusted_keys": {"a": "AAA", "b": "BBB"},
        "retry_max": 3.0,
    }


def test_every_option_has_a_variable() -> None:
    assert _READ.keys() == ClientOptions.__annotations__.keys() - {"definitions", "bootstrap"}


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("VEXIL_RETRY_MAX", "soon"),
        ("VEXIL_RETRY_ATTEMPTS", "1.5"),
        ("VEXIL_OFFLINE", "perhaps"),
        ("VEXIL_TRUSTED_KEYS", "secret"),
    ],
)
def test_what_cannot_be_read_is_named_and_not_shown(variable: str, text: str) -> None:
    with pytest.raises(OptionsError, match=variable) as raised:
        options_from({variable: text}, {})
    assert text not in str(raised.value)


def test_a_source_of_the_program_takes_the_place_of_the_environments() -> None:
    variables = {"VEXIL_URL": "http://x", "VEXIL_KEY": "k", "VEXIL_FILE": "f"}
    assert options_from(variables, {"definitions": []}) == {"definitions": []}
    assert options_from(variables, {"file": "g"}) == {"file": "g"}
    assert options_from(variables, {"url": "http://y"}) == {"url": "http://y", "key": "k"}


def test_a_client_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    flags = tmp_path / "flags.json"
    flags.write_text(json.dumps([{"key": "a", "default": True}]))
    monkeypatch.setenv("VEXIL_FILE", str(flags))
    with Client.from_env() as client:
        assert client.is_enabled("a") is True
        assert client.state.origin == "file"
    with Client.from_env(definitions=[{"key": "a", "default": False}]) as client:
        assert client.is_enabled("a") is False
