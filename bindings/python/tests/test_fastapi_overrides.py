"""Which headers with overrides are believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from typing import Any

import pytest

from vexil import ArgumentError, OptionsError
from vexil.fastapi import MAX_HEADER_BYTES, MAX_LIFETIME, MAX_PAIRS, HeaderOverrides, sign_overrides

SECRET = b"a secret of a test, 32 bytes long"
OTHER = b"another secret of a test, as long"
NOW = 1_767_225_600.0
ADA = {"user": {"id": "ada"}}
PAIRS = {"checkout.v2": True, "limit": 10, "theme": {"dark": True}}


def read(header: str, *, now: float = NOW, context: dict[str, Any] = ADA, secret: Any = SECRET) -> Any:
    return HeaderOverrides(secret).read([header], context, now=now)


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(payload: bytes, secret: bytes = SECRET) -> str:
    """Signed as the documentation says, whatever it is."""
    signature = hmac.new(secret, b"vexil-overrides-v1\x00" + payload, hashlib.sha256).digest()
    return f"{encode(payload)}.{encode(signature)}"


def members(**changed: Any) -> bytes:
    whole = {"expires": int(NOW) + 60, "issued": int(NOW), "overrides": {"a": True}, "subject": "ada", **changed}
    return json.dumps({name: member for name, member in whole.items() if member is not None}).encode()


@pytest.fixture
def code(caplog: pytest.LogCaptureFixture) -> Any:
    """The code that the log names, of the one header that was ignored."""
    caplog.set_level(logging.DEBUG, "vexil.fastapi")

    def last() -> str:
        (record,) = caplog.records
        caplog.clear()
        said = record.getMessage()
        return said[said.rindex("(") + 1 : -1]

    return last


def test_what_is_signed_is_read() -> None:
    header = sign_overrides(SECRET, "ada", PAIRS, 60, now=NOW)
    assert read(header) == PAIRS
    assert header.isascii() and not set(header) & set(' "=+/')
    assert HeaderOverrides(SECRET).read([], ADA) is None


def test_the_form_is_the_documented_one() -> None:
    payload = b'{"expires":1767226500,"issued":1767225600,"overrides":{"a":true,"b":"\\u00e9"},"subject":"ada"}'
    assert sign_overrides(SECRET, "ada", {"b": "\u00e9", "a": True}, now=NOW) == forged(payload)
    assert read(forged(members())) == {"a": True}


def test_its_time_is_at_most_an_hour(code: Any) -> None:
    header = sign_overrides(SECRET, "ada", PAIRS, MAX_LIFETIME, now=NOW)
    assert read(header, now=NOW + MAX_LIFETIME - 1) == PAIRS
    assert read(header, now=NOW + MAX_LIFETIME) is None
    assert code() == "OVERRIDES_EXPIRED"
    assert read(forged(members(expires=int(NOW) + MAX_LIFETIME + 1))) is None
    assert code() == "OVERRIDES_LIFETIME"
    assert read(forged(members(expires=int(NOW)))) is None
    assert code() == "OVERRIDES_LIFETIME"


def test_the_clock_of_the_signer_may_be_a_minute_ahead(code: Any) -> None:
    header = sign_overrides(SECRET, "ada", PAIRS, 600, now=NOW)
    assert read(header, now=NOW - 60) == PAIRS
    assert read(header, now=NOW - 61) is None
    assert code() == "OVERRIDES_NOT_YET"


def test_it_is_for_one_subject(code: Any) -> None:
    header = sign_overrides(SECRET, "ada", PAIRS, now=NOW)
    assert read(header, context={"user.id": "ada"}) == PAIRS
    assert read(header, context={"user": {"id": "grace"}}) is None
    assert code() == "OVERRIDES_FOREIGN_SUBJECT"
    for nobody in ({}, {"user": {"id": ""}}, {"user": {"id": 7}}, {"user": "ada"}):
        assert read(header, context=nobody) is None
        assert code() == "OVERRIDES_NO_SUBJECT"
    tenants = HeaderOverrides(SECRET, subject=lambda context: context["tenant"])
    assert tenants.read([header], {"tenant": "ada"}, now=NOW) == PAIRS


def test_one_secret_can_follow_another(code: Any) -> None:
    header = sign_overrides(SECRET, "ada", PAIRS, now=NOW)
    assert read(header, secret=[OTHER, SECRET]) == PAIRS
    assert read(header, secret=OTHER) is None
    assert code() == "OVERRIDES_BAD_SIGNATURE"


def test_each_flipped_bit_is_noticed(code: Any) -> None:
    payload, signature = sign_overrides(SECRET, "ada", PAIRS, now=NOW).split(".")
    whole = [base64.urlsafe_b64decode(part + "==") for part in (payload, signature)]
    for part in (0, 1):
        for position in range(len(whole[part]) * 8):
            damaged = [bytearray(each) for each in whole]
            damaged[part][position // 8] ^= 1 << position % 8
            assert read(".".join(map(encode, map(bytes, damaged)))) is None
            assert code() == "OVERRIDES_BAD_SIGNATURE"


@pytest.mark.parametrize(
    "header",
    ["", ".", "a", "a.b.c", "a b.c", "+/+/.+/+/", "=.=", "\u00e9.\u00e9", "YWJj.YWJj ", "a" * 4000],
)
def test_what_is_no_header_is_ignored(header: str, code: Any) -> None:
    assert read(header) is None
    assert code() in ("OVERRIDES_MALFORMED", "OVERRIDES_BAD_SIGNATURE")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"not json",
        b"\xff\xfe",
        b"[" * 3000,
        members(subject=None),
        members(more=1),
        members(subject=7),
        members(overrides=["a"]),
        members(issued=NOW),
        members(expires="soon"),
        members(expires=True),
        b'{"expires":1767225660,"issued":1767225600,"overrides":{"a":1,"a":2},"subject":"ada"}',
        b'{"expires":1767225660,"issued":1767225600,"overrides":{"a":NaN},"subject":"ada"}',
    ],
)
def test_what_is_signed_and_none_the_less_wrong_is_ignored(payload: bytes, code: Any) -> None:
    assert read(forged(payload)) is None
    assert code() == "OVERRIDES_MALFORMED"


def test_size_is_bounded(code: Any) -> None:
    pairs = {f"flag-{number}": True for number in range(MAX_PAIRS + 1)}
    for overrides in (pairs, {}):
        assert read(forged(members(overrides=overrides))) is None
        assert code() == "OVERRIDES_TOO_LARGE"
    assert read("a" * (MAX_HEADER_BYTES + 1)) is None
    assert code() == "OVERRIDES_TOO_LARGE"
    header = sign_overrides(SECRET, "ada", PAIRS, now=NOW)
    assert HeaderOverrides(SECRET).read([header, header], ADA, now=NOW) is None
    assert code() == "OVERRIDES_AMBIGUOUS"


def test_neither_secret_nor_header_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    header = sign_overrides(OTHER, "ada", PAIRS, now=NOW)
    assert read(header) is None
    assert caplog.records
    told = caplog.text + repr(HeaderOverrides(SECRET)) + str(HeaderOverrides(SECRET))
    for hidden in (header, *header.split("."), SECRET.decode(), "checkout.v2", "ada"):
        assert hidden not in told


@pytest.mark.parametrize("secret", [b"", b"x" * 31, "x" * 32, [], [SECRET, b"short"]])
def test_a_weak_secret_is_refused(secret: Any) -> None:
    with pytest.raises(OptionsError):
        HeaderOverrides(secret)
    if isinstance(secret, (bytes, str)):
        with pytest.raises(OptionsError):
            sign_overrides(secret, "ada", PAIRS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("subject", "pairs", "expires_in"),
    [
        ("", PAIRS, 60),
        ("ada", {}, 60),
        ("ada", {f"flag-{number}": True for number in range(MAX_PAIRS + 1)}, 60),
        ("ada", PAIRS, 0),
        ("ada", PAIRS, 0.5),
        ("ada", PAIRS, MAX_LIFETIME + 1),
        ("ada", PAIRS, float("nan")),
        ("ada", {"a": float("inf")}, 60),
        ("ada", {"a": object()}, 60),
        ("ada", {"a": "x" * MAX_HEADER_BYTES}, 60),
        ("\ud800", PAIRS, 60),
        ("ada", {"a": "\ud800"}, 60),
    ],
)
def test_what_would_not_be_believed_is_not_signed(subject: str, pairs: dict[str, Any], expires_in: float) -> None:
    with pytest.raises(ArgumentError):
        sign_overrides(SECRET, subject, pairs, expires_in)
