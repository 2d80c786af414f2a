"""Overrides in a header: what a few people see before it is launched.

A header says for one subject, and for at most an hour, what some flags are; whoever made it knew a secret::

    payload   = {"expires": 1767225600, "issued": 1767224700, "overrides": {...}, "subject": "u-1"}   canonical JSON
    header    = base64url(payload) "." base64url(HMAC-SHA256(secret, "vexil-overrides-v1" 0x00 payload))

The signature covers the bytes of the payload as they are sent, so there is one reading of them. What the overrides come
to is decided by the core: they stand below kills and above everything else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from vexil import Context
from vexil.errors import ArgumentError, OptionsError

__all__ = [
    "DEFAULT_HEADER",
    "MAX_CLOCK_SKEW",
    "MAX_HEADER_BYTES",
    "MAX_LIFETIME",
    "MAX_PAIRS",
    "MIN_SECRET_BYTES",
    "HeaderOverrides",
    "sign_overrides",
    "user_id",
]

DEFAULT_HEADER: Final = "x-vexil-overrides"
MIN_SECRET_BYTES: Final = 32
"""A secret is at least as long as what the hash gives (RFC 2104)."""
MAX_LIFETIME: Final = 3600
"""Seconds from the signing to the end, at most."""
MAX_CLOCK_SKEW: Final = 60
"""So many seconds may the clock of the one who signs be ahead."""
MAX_HEADER_BYTES: Final = 4096
"""A longer header is not read. Servers refuse headers of 8 to 16 KiB by themselves."""
MAX_PAIRS: Final = 32
"""Flags that one header may set."""

_DOMAIN: Final = b"vexil-overrides-v1\x00"
_MEMBERS: Final = frozenset({"expires", "issued", "overrides", "subject"})

_log = logging.getLogger("vexil.fastapi")

ContextLike: TypeAlias = "Mapping[str, Any] | Context"


def sign_overrides(
    secret: bytes,
    subject: str,
    pairs: Mapping[str, Any],
    expires_in: float = 900.0,
    *,
    now: float | None = None,
) -> str:
    """Makes the value of the header.

    ``secret`` is one that the app knows (:class:`HeaderOverrides`), at least 32 bytes. ``subject`` is whom the overrides
    are for, such as the user's id. ``pairs`` are keys with values: JSON; of an experiment, the variant's id.
    ``expires_in`` is in seconds, 1 second to an hour. ``now`` is in seconds since the epoch, and the clock's when absent.

    Raises :class:`~vexil.ArgumentError` when something is beyond these bounds.
    """
    _check_secret(secret)
    if not subject:
        raise ArgumentError("the overrides are for nobody: `subject` is empty")
    if not 1 <= expires_in <= MAX_LIFETIME:
        raise ArgumentError(f"`expires_in` is 1 to {MAX_LIFETIME} seconds")
    if not 0 < len(pairs) <= MAX_PAIRS:
        raise ArgumentError(f"`pairs` has 1 to {MAX_PAIRS} flags, not {len(pairs)}")
    issued = int(time.time() if now is None else now)
    members = {"expires": issued + int(expires_in), "issued": issued, "overrides": dict(pairs), "subject": subject}
    try:
        payload = json.dumps(members, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")
        _check_text(members)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"these are not JSON: {error}") from None
    header = f"{_encode(payload)}.{_encode(_signature(secret, payload))}"
    if len(header) > MAX_HEADER_BYTES:
        raise ArgumentError(f"the header would have {len(header)} bytes, more than {MAX_HEADER_BYTES}")
    return header


def user_id(context: ContextLike) -> str | None:
    """The text at ``user.id``, nested or flat; whom overrides are for, where the app says nothing else."""
    if isinstance(context, Context):
        return None
    user = context.get("user")
    found = user.get("id") if isinstance(user, Mapping) else None
    if found is None:
        found = context.get("user.id")
    return found if isinstance(found, str) and found else None


class HeaderOverrides:
    """Which headers with overrides are believed.

    ``secret`` is one secret or several: all of them are believed, so that one can follow another. ``subject`` says of a
    request's context whom it is for; ``None`` is nobody, and for nobody there are no overrides.

    A header that is not believed is ignored. The log of ``vexil.fastapi`` says so, with a code; neither the header nor
    the secret is in it.
    """

    __slots__ = ("_secrets", "_subject", "header")

    header: str

    def __init__(
        self,
        secret: bytes | Sequence[bytes],
        *,
        subject: Callable[[Any], str | None] = user_id,
        header: str = DEFAULT_HEADER,
    ) -> None:
        secrets = (secret,) if isinstance(secret, (bytes, bytearray)) else tuple(secret)
        if not secrets:
            raise OptionsError("there is no secret")
        for each in secrets:
            _check_secret(each)
        self._secrets: tuple[bytes, ...] = tuple(bytes(each) for each in secrets)
        self._subject = subject
        self.header = header.lower()

    def __repr__(self) -> str:
        return f"HeaderOverrides(header={self.header!r})"

    def read(
        self, values: Sequence[str], context: ContextLike, *, now: float | None = None
    ) -> Mapping[str, Any] | None:
        """The overrides that a request may have; none where there are no headers, or none is believed.

        ``values`` are those of the header, of which there may be one.
        """
        if not values:
            return None
        try:
            return self._read(values, context, time.time() if now is None else now)
        except _Refused as refused:
            _log.warning("a header with overrides was ignored: %s (%s)", refused.why, refused.code)
            return None

    def _read(self, values: Sequence[str], context: ContextLike, now: float) -> Mapping[str, Any]:
        if len(values) > 1:
            raise _Refused("OVERRIDES_AMBIGUOUS", "the header is there more than once")
        if len(values[0]) > MAX_HEADER_BYTES:
            raise _Refused("OVERRIDES_TOO_LARGE", f"it is longer than {MAX_HEADER_BYTES} bytes")
        payload = self._verified(values[0])
        subject, overrides = _members(payload, now)
        mine = self._subject(context)
        if mine is None:
            raise _Refused("OVERRIDES_NO_SUBJECT", "the request is nobody's in particular")
        if not hmac.compare_digest(subject.encode(), mine.encode("utf-8", "surrogatepass")):
            raise _Refused("OVERRIDES_FOREIGN_SUBJECT", "it is for somebody else")
        return overrides

    def _verified(self, header: str) -> bytes:
        """The payload, if one of the secrets has signed it. Nothing of it is looked at before."""
        encoded, dot, signature = header.partition(".")
        if not dot:
            raise _Refused("OVERRIDES_MALFORMED", "it is no payload with a signature")
        payload, shown = _decode(encoded), _decode(signature)
        # All of them are tried, whether or not one has fitted: how long it takes tells nothing of which.
        fits = [hmac.compare_digest(_signature(secret, payload), shown) for secret in self._secrets]
        if not any(fits):
            raise _Refused("OVERRIDES_BAD_SIGNATURE", "it is signed with no secret that is known here")
        return payload


class _Refused(Exception):
    """Why a header is not believed."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(code)
        self.code = code
        self.why = why


def _members(payload: bytes, now: float) -> tuple[str, dict[str, Any]]:
    """Whom signed overrides are for, and what they are, if now is their time."""
    malformed = _Refused("OVERRIDES_MALFORMED", "its payload is not what it should be")
    try:
        members = json.loads(payload, object_pairs_hook=_unique, parse_constant=_no_constant)
        _check_text(members)
    except (ValueError, RecursionError):
        raise malformed from None
    if not isinstance(members, dict) or members.keys() != _MEMBERS:
        raise malformed
    subject, overrides = members["subject"], members["overrides"]
    issued, expires = members["issued"], members["expires"]
    if not isinstance(subject, str) or not isinstance(overrides, dict):
        raise malformed
    if type(issued) is not int or type(expires) is not int:
        raise malformed
    if not 0 < len(overrides) <= MAX_PAIRS:
        raise _Refused("OVERRIDES_TOO_LARGE", f"it sets none or more than {MAX_PAIRS} flags")
    if not 0 < expires - issued <= MAX_LIFETIME:
        raise _Refused("OVERRIDES_LIFETIME", f"it is for longer than {MAX_LIFETIME} seconds, or for no time")
    if issued > now + MAX_CLOCK_SKEW:
        raise _Refused("OVERRIDES_NOT_YET", "it was signed in the future")
    if now >= expires:
        raise _Refused("OVERRIDES_EXPIRED", "its time is over")
    return subject, overrides


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is there twice")
    return members


def _check_text(members: Any) -> None:
    """Half a surrogate pair can be spelled in JSON, and is no text."""
    json.dumps(members, ensure_ascii=False).encode("utf-8")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _check_secret(secret: bytes) -> None:
    if not isinstance(secret, (bytes, bytearray)):
        raise OptionsError("a secret is bytes")
    if len(secret) < MIN_SECRET_BYTES:
        raise OptionsError(f"a secret has at least {MIN_SECRET_BYTES} bytes")


def _signature(secret: bytes, payload: bytes) -> bytes:
    return hmac.new(secret, _DOMAIN + payload, hashlib.sha256).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    try:
        # Strictly: the decoder for URLs skips what it does not know, and then one payload would have many spellings.
        padded = text.translate(_FROM_URL) + "=" * (-len(text) % 4)
        return base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError):
        raise _Refused("OVERRIDES_MALFORMED", "it is not base64url") from None


_FROM_URL: Final = str.maketrans("-_+/", "+/  ")
