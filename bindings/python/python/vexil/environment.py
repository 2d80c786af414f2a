"""Options from the environment: ``VEXIL_URL`` is ``url``, ``VEXIL_CACHE_FOLDER`` is ``cache_folder``, and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from .errors import OptionsError

__all__ = ["options_from"]


def options_from(environment: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that variables name, and before them those that a program gives. Empty variables say nothing."""
    options: dict[str, Any] = {}
    for name, read in _READ.items():
        variable = f"VEXIL_{name.upper()}"
        text = environment.get(variable, "").strip()
        if not text or name in _sources_beside(given):
            continue
        try:
            options[name] = read(text)
        except ValueError:
            # What it says may be a secret, and is not told.
            raise OptionsError(f"{variable} is not {_WANTED[read]}") from None
    return {**options, **given}


def _sources_beside(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Sources of the environment that a source of the program's takes the place of."""
    if "file" in given or "definitions" in given:
        return ("url", "key", "file")
    return ("file",) if "url" in given else ()


def _flag(text: str) -> bool:
    try:
        return {"true": True, "1": True, "false": False, "0": False}[text.lower()]
    except KeyError:
        raise ValueError from None


def _keys(text: str) -> dict[str, str]:
    pairs = [pair.strip().partition(":") for pair in text.split(",")]
    if not all(id and public for id, _, public in pairs):
        raise ValueError
    return {id: public for id, _, public in pairs}


_READ: Final[dict[str, Callable[[str], Any]]] = {
    **dict.fromkeys(("url", "key", "file", "environment", "streaming", "fallback", "cache_folder"), str),
    **dict.fromkeys(("sticky_file", "instance_id", "service_name", "app_version"), str),
    **dict.fromkeys(("polling_interval", "silence", "request_timeout", "start_timeout", "cache_max_age"), float),
    **dict.fromkeys(("retry_base", "retry_max", "telemetry_interval"), float),
    **dict.fromkeys(("retry_attempts", "sticky_capacity"), int),
    **dict.fromkeys(("offline", "threadless", "allow_overrides", "telemetry", "telemetry_exposures"), _flag),
    "trusted_keys": _keys,
}
"""How each option is read. Definitions do not come from variables."""

_WANTED: Final[dict[Callable[[str], Any], str]] = {
    str: "text",
    float: "a number",
    int: "a whole number",
    _flag: "`true` or `false`",
    _keys: "a list of `id:key`, with commas between them",
}
