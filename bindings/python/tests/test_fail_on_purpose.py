"""What happens when the library itself fails. It is asked of a native module that can, and is in no wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

MODULE = os.environ.get("VEXIL_TEST_FAILING_MODULE")

pytestmark = pytest.mark.skipif(
    MODULE is None and os.environ.get("CI") != "true",
    reason="VEXIL_TEST_FAILING_MODULE does not name a native module with the feature `fail-on-purpose`",
)

BEFORE = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("vexil._native", sys.argv[1])
native = importlib.util.module_from_spec(spec)
sys.modules["vexil._native"] = native
spec.loader.exec_module(native)
import vexil
client = vexil.Client(definitions='{"schema": 1, "version": 1, "entries": [{"key": "on", "default": true}]}')
"""
AFTER = """
assert client.is_enabled("on") is True
client.close()
print("it goes on")
"""


def survives(program: str) -> None:
    assert MODULE is not None, "VEXIL_TEST_FAILING_MODULE is not set"
    program = BEFORE + textwrap.dedent(program) + AFTER
    done = subprocess.run([sys.executable, "-c", program, MODULE], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "it goes on\n"), done.stderr


def test_a_read_that_panics_is_an_error_like_others() -> None:
    survives(
        """
        for read in (client.is_enabled, client.get_str, client.get_json_details, client.variant, client.details):
            try:
                read("vexil.provoke.panic")
            except vexil.InternalError as error:
                assert "a read that panics" in str(error) and error.name == "INTERNAL", error
            else:
                raise AssertionError(read)
        """
    )


def test_a_panic_beneath_is_a_code() -> None:
    survives("assert [native.provoke_panic() for _ in range(2)] == [900, 900]")


def test_an_error_beneath_is_its_code() -> None:
    survives("assert (native.provoke_error(310), native.provoke_error(12345)) == (310, 900)")


def test_text_that_is_no_text_is_an_error() -> None:
    survives(
        """
        try:
            native.provoke_bad_text()
        except vexil.ArgumentError as error:
            assert error.name == "INVALID_UTF8", error
        else:
            raise AssertionError("it was taken")
        """
    )


def test_a_listener_that_raises_harms_nobody() -> None:
    survives(
        """
        heard = []
        def raises(change):
            heard.append(change.key)
            raise ValueError("on purpose")
        first = client.on_change("features", "on", raises)
        second = client.on_change("features", "on", lambda change: heard.append("second"))
        client.set_override("on", False)
        client.set_override("on", True)
        assert heard == ["on", "second", "on", "second"], heard
        """
    )
