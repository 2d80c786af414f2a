"""Errors: a hierarchy with codes, which are those of the native library."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest
import vexil
from vexil import _uniffi

KINDS = [
    (vexil.OptionsError, "INVALID_OPTIONS"),
    (vexil.NotReadyError, "PROVIDER_NOT_READY"),
    (vexil.SourceError, "UNREACHABLE"),
    (vexil.ArgumentError, "INVALID_VALUE"),
    (vexil.ClosedError, "CLOSED"),
    (vexil.InternalError, "INTERNAL"),
]


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_each_is_a_vexil_error_with_a_code(kind: type[vexil.VexilError], name: str) -> None:
    error = kind("it is so")
    assert isinstance(error, vexil.VexilError)
    assert (error.name, str(error)) == (name, f"it is so ({name})")
    assert {row.number: row.name for row in _uniffi.codes()}[error.code] == name
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.code) == (kind, str(error), error.code)


def test_what_python_calls_a_value_error_is_one() -> None:
    assert issubclass(vexil.OptionsError, ValueError)
    assert issubclass(vexil.ArgumentError, ValueError)


def test_every_kind_of_the_native_library_has_one_here() -> None:
    from vexil import errors

    native = {kind for kind in vars(_uniffi.VexilError).values() if isinstance(kind, type)}
    assert native == set(errors._KINDS)


def test_the_codes_are_those_of_the_documents() -> None:
    table = Path(__file__).parents[3] / "docs" / "errors.md"
    rows = re.search(r"<!-- codes: begin -->\n(.*?)<!-- codes: end -->", table.read_text(), re.DOTALL)
    assert rows is not None
    documented = re.findall(r"^\| (\d+) \| `([A-Z_0-9]+)` \| (.*) \|$", rows[1], re.MULTILINE)
    assert [(row.number, row.name, row.meaning) for row in _uniffi.codes()] == [
        (int(number), name, meaning) for number, name, meaning in documented
    ]


def test_the_code_says_what_exactly() -> None:
    with vexil.Client(definitions={"entries": []}) as client:
        with pytest.raises(vexil.ArgumentError) as raised:
            client.put("{")
        assert raised.value.name == "INVALID_DEFINITIONS"
        assert str(raised.value).count("(INVALID_DEFINITIONS)") == 1
        with pytest.raises(vexil.ArgumentError) as refused:
            client.set_override("on", 2**70)
        assert refused.value.name == "INVALID_VALUE"
