"""The contract with a control plane, which `tests/contract` takes every host through. It does what it is told."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from vexil import Change, Client, SourceError, VexilError

READERS = {
    "boolean": "get_bool_details",
    "integer": "get_int_details",
    "float": "get_float_details",
    "string": "get_str_details",
    "json": "get_json_details",
}

OPTIONS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "source": lambda source: source["http"],
    "cache_folder": lambda folder: {"cache_folder": folder},
    "trusted_keys": lambda keys: {"trusted_keys": [(key["id"], key["public"]) for key in keys]},
    "start_timeout_ms": lambda time: {"start_timeout": time / 1_000},
    "retry_base_ms": lambda time: {"retry_base": time / 1_000},
    "retry_max_ms": lambda time: {"retry_max": time / 1_000},
    "polling_interval_ms": lambda time: {"polling_interval": time / 1_000},
    "streaming": lambda how: {"streaming": how},
    "fallback": lambda fallback: {"fallback": fallback},
}
"""Options as the request names them, in this package's words."""


class Driver:
    def __init__(self) -> None:
        self.client: Client | None = None
        self.heard: list[Change] = []

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        match request:
            case {"do": "open", "options": options}:
                return self.open(options)
            case {"do": "close"}:
                self.close()
                return {"code": None}
            case {"do": "read", "key": key, "type": asked, "default": default, "context": context}:
                details = getattr(self.opened, READERS[asked])(key, context, default)
                return {
                    "value": details.value,
                    "variation": details.variation,
                    "reason": details.reason,
                    "code": details.error_code,
                    "origin": details.origin,
                    "stale": details.stale is not None,
                }
            case {"do": "variant", "experiment": experiment, "context": context}:
                variant = self.opened.variant(experiment, context)
                return {"variant": variant, "config": self.opened.variant_config(experiment, context)}
            case {"do": "state"}:
                state = self.opened.state
                return {
                    "initialized": state.initialized,
                    "connection": state.connection,
                    "version": state.version,
                    "origin": state.origin,
                    "stale": state.stale_since is not None,
                    "last_error": state.last_error and state.last_error.name,
                }
            case {"do": "watch", "key": key}:
                self.opened.on_change("features", key, self.heard.append)
                return {"code": None}
            case {"do": "heard"}:
                # What comes meanwhile is told the next time.
                heard = [self.heard.pop(0) for _ in range(len(self.heard))]
                return {"changes": [{"key": change.key, "old": change.old, "new": change.new} for change in heard]}
            case {"do": "refresh"}:
                try:
                    self.opened.force_refresh()
                except SourceError as error:
                    return {"code": error.name}
                return {"code": None}
        return {"failed": f"nothing is known of {request}"}

    @property
    def opened(self) -> Client:
        assert self.client, "no client is open"
        return self.client

    def open(self, options: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for name, value in options.items():
            told |= OPTIONS[name](value)
        try:
            self.client = Client(**told)
        except VexilError as error:
            return {"code": error.name}
        return {"code": None}

    def close(self) -> None:
        if self.client:
            self.client.close()
        self.client = None


def program() -> Path:
    """What takes a host through the contract. Without it there is none, which CI does not put up with."""
    named = Path(os.environ.get("VEXIL_TEST_CONTRACT", ""))
    if not named.is_file():
        if os.environ.get("CI"):
            pytest.fail("VEXIL_TEST_CONTRACT names no program")
        pytest.skip("VEXIL_TEST_CONTRACT names no program: `cargo xtask test` makes it")
    return named


def test_the_contract_is_kept() -> None:
    driver = Driver()
    pipe = subprocess.PIPE
    with subprocess.Popen([program(), "python"], stdin=pipe, stdout=pipe, text=True, bufsize=1) as contract:
        assert contract.stdin
        assert contract.stdout
        for line in contract.stdout:
            try:
                answer = driver.answer(json.loads(line))
            except Exception as error:  # It says so, and the program says what it had asked for.
                answer = {"failed": repr(error)}
            # Where it has ended its status says so.
            with contextlib.suppress(BrokenPipeError):
                contract.stdin.write(json.dumps(answer) + "\n")
        driver.close()
    assert contract.returncode == 0, "standard error says why"
