"""The options: what is said arrives, and what is wrong is told."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest
import vexil
from vexil import Client, OptionsError, _uniffi
from vexil.options import ClientOptions, to_native

ON = [{"key": "on", "default": True}]


def test_every_option_arrives(tmp_path: pathlib.Path) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text("a certificate")
    options: ClientOptions = {
        "url": "https://flags.example.com",
        "key": "vx_srv_secret",
        "environment": "production",
        "bootstrap": ON,
        "polling_interval": 1,
        "streaming": "websocket",
        "silence": 2.5,
        "request_timeout": 3,
        "start_timeout": 0,
        "cache_folder": pathlib.Path("kept/cache"),
        "cache_max_age": 3600,
        "retry_attempts": 4,
        "retry_base": 0.25,
        "retry_max": 5,
        "fallback": "throw",
        "offline": True,
        "threadless": True,
        "trusted_keys": {"one": "a" * 43},
        "ca_file": authority,
        "allow_overrides": True,
        "sticky_file": "kept/sticky",
        "sticky_capacity": 7,
        "telemetry": False,
        "telemetry_interval": 9,
        "telemetry_exposures": False,
        "instance_id": "pod-1",
        "service_name": "shop",
        "app_version": "1.2.3",
    }
    assert to_native(options) == _uniffi.ClientOptions(
        source=_uniffi.SourceOptions.HTTP(url="https://flags.example.com", key="vx_srv_secret"),
        environment="production",
        bootstrap=json.dumps(ON),
        polling_interval_ms=1_000,
        streaming=_uniffi.Streaming.WEB_SOCKET,
        silence_ms=2_500,
        request_timeout_ms=3_000,
        start_timeout_ms=0,
        cache_folder="kept/cache",
        cache_max_age_ms=3_600_000,
        retry_attempts=4,
        retry_base_ms=250,
        retry_max_ms=5_000,
        fallback=_uniffi.Fallback.THROW,
        offline=True,
        threadless=True,
        trusted_keys=[_uniffi.TrustedKeyOptions(id="one", public="a" * 43)],
        certificates="a certificate",
        allow_overrides=True,
        sticky_file="kept/sticky",
        sticky_capacity=7,
        telemetry=False,
        telemetry_interval_ms=9_000,
        telemetry_exposures=False,
        sdk=f"vexil-python/{vexil.__version__}",
        instance_id="pod-1",
        service_name="shop",
        app_version="1.2.3",
    )
    # One that the native library has and nobody can name here would be missing above as well.
    named = set(ClientOptions.__annotations__) - {"sticky"} | {"sdk"}
    native = {name.removesuffix("_ms") for name in vars(to_native(options)) if name != "source"}
    assert native - {"certificates"} | {"url", "key", "file", "definitions", "ca_file"} == named


def test_what_is_not_said_is_the_native_library_s_to_know() -> None:
    said = vars(to_native({"file": "flags.json", "environment": None}))
    assert said.pop("source") == _uniffi.SourceOptions.FILE(path="flags.json")
    assert said.pop("sdk")
    assert not any(said.values()), said


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "not nothing"),
    ({"url": "https://flags.example.com"}, "not `url`"),
    ({"url": "https://flags.example.com", "key": "k", "file": "f"}, "not `url` and `key` and `file`"),
    ({"file": "f", "definitions": ON}, "not `file` and `definitions`"),
    ({"url": "flags", "key": "k"}, "no address of a control plane"),
    ({"definitions": "{"}, "cannot be read"),
    ({"definitions": {"key": object()}}, "`definitions` is no JSON"),
    ({"definitions": ON, "polling_interval": -1}, "`polling_interval` is a number of seconds, not -1"),
    ({"definitions": ON, "polling_interval": float("nan")}, "`polling_interval` is a number of seconds, not nan"),
    ({"definitions": ON, "polling_interval": "60"}, "`polling_interval` is a number of seconds, not '60'"),
    ({"definitions": ON, "silence": True}, "`silence` is a number of seconds, not True"),
    ({"definitions": ON, "streaming": "sse"}, "`streaming` is one of `off`, `events`, `websocket`, not 'sse'"),
    ({"definitions": ON, "fallback": 1}, "`fallback` is one of"),
    ({"definitions": ON, "offline": 1}, "`offline` is `True` or `False`, not 1"),
    ({"definitions": ON, "retry_attempts": -1}, "`retry_attempts` is a count, not -1"),
    ({"definitions": ON, "environment": 7}, "`environment` is text, not int"),
    ({"definitions": ON, "cache_folder": b"x"}, "`cache_folder` is a path, not bytes"),
    ({"definitions": ON, "cache_max_age": 1}, "of no use without `cache_folder`"),
    ({"definitions": ON, "trusted_keys": ["a"]}, "`trusted_keys` is a mapping of ids to keys"),
    ({"definitions": ON, "trusted_keys": {"a": "b"}}, "`trusted_keys`"),
    ({"definitions": ON, "ca_file": "/there/is/none"}, "`ca_file` cannot be read"),
    ({"definitions": ON, "ca_file": __file__}, "there is no certificate in it"),
    ({"definitions": ON, "service_name": "\ud800"}, "`service_name` is Unicode, not something else"),
]


@pytest.mark.parametrize(("options", "why"), WRONG, ids=[why for _, why in WRONG])
def test_what_is_wrong_is_told(options: dict[str, Any], why: str) -> None:
    with pytest.raises(OptionsError) as raised:
        Client(**options)
    assert why in str(raised.value)


def test_an_option_that_there_is_not_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match="there is no option `urls`"):
        Client(urls="https://flags.example.com")  # type: ignore[call-arg]


def test_secrets_are_not_told() -> None:
    with pytest.raises(OptionsError) as raised:
        Client(url="https://flags.example.com", key=b"vx_srv_secret")  # type: ignore[typeddict-item]
    assert "secret" not in str(raised.value)


def test_definitions_are_text_or_what_it_becomes_in_python() -> None:
    for definitions in (ON, ON[0], {"schema": 1, "entries": ON}, json.dumps(ON), tuple(ON)):
        with Client(definitions=definitions) as client:
            assert client.is_enabled("on"), definitions


def test_what_a_client_supplies_is_in_its_contexts() -> None:
    entries = [
        {"key": key, "rules": [{"condition": {path: {"eq": value}}, "action": {"serve": "on"}}]}
        for key, path, value in (
            ("instance", "instance.id", "pod-1"),
            ("service", "service.name", "shop"),
            ("version", "app.version", "1.2.3"),
        )
    ]
    with Client(definitions=entries, instance_id="pod-1", service_name="shop", app_version="1.2.3") as client:
        assert client.instance_id == "pod-1"
        for context in (None, {}, vexil.Context({})):
            assert all(client.is_enabled(key, context) for key in ("instance", "service", "version"))
        assert not client.is_enabled("service", {"service": {"name": "other"}})


def test_the_environment_names_options(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "flags.json"
    file.write_text(json.dumps(ON))
    monkeypatch.setenv("VEXIL_FILE", str(file))
    monkeypatch.setenv("VEXIL_INSTANCE_ID", "pod-2")

    class Mine(Client):
        pass

    with Mine.from_env() as client:
        assert type(client) is Mine
        assert (client.is_enabled("on"), client.instance_id) == (True, "pod-2")
    monkeypatch.setenv("VEXIL_POLLING_INTERVAL", "often")
    with pytest.raises(OptionsError, match="VEXIL_POLLING_INTERVAL: ") as raised:
        Client.from_env()
    assert "often" not in str(raised.value)
    monkeypatch.delenv("VEXIL_FILE")
    monkeypatch.delenv("VEXIL_POLLING_INTERVAL")
    with pytest.raises(OptionsError):
        Client.from_env()
