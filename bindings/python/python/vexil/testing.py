"""Flags that a unit test sets.

::

    def test_the_new_checkout(vexil_flags):              # the fixture comes with the package
        vexil_flags.set("checkout.v2", True)
        assert checkout(vexil_flags) == "one page"

It is a :class:`~vexil.Client` whose definitions are in memory, so nothing is told twice: types, rules and buckets are the
core's, and what a test sets is an override. With pytest there is a fixture and a marker::

    @pytest.mark.vexil_flags({"checkout.v2": True, "limit": 10})
    def test_the_new_checkout(vexil_flags): ...
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from vexil import Client
from vexil.errors import ArgumentError

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["InMemoryClient"]

_TYPES: Final = ((bool, "boolean"), (int, "integer"), (float, "float"), (str, "string"))


class InMemoryClient(Client):
    """A client without a control plane, for tests.

    ``flags`` are set from the beginning, as by :meth:`set`. ``definitions`` are real ones, for tests of rules and
    rollouts: as in files, as mappings.
    """

    __test__ = False

    _written: dict[str, Mapping[str, Any]]
    _made: set[str]

    def __init__(
        self, flags: Mapping[str, Any] | None = None, *, definitions: Iterable[Mapping[str, Any]] = ()
    ) -> None:
        self._written = {str(definition["key"]): definition for definition in definitions}
        self._made = set()
        super().__init__(definitions=_bundle(self._written), allow_overrides=True)
        for key, value in (flags or {}).items():
            self.set(key, value)

    def define(self, *definitions: Mapping[str, Any]) -> None:
        """Adds definitions, or puts them in the place of those with the same keys."""
        written = {str(definition["key"]): definition for definition in definitions}
        self._put({**self._written, **written})
        self._made -= written.keys()

    def set(self, key: str, value: Any) -> None:
        """Makes a flag or config what a test wants it to be, for everybody. One that is not defined is made.

        Raises :class:`~vexil.ArgumentError` when it is defined, and cannot be this value.
        """
        if key in self._made or key not in self._written:
            kind = "feature_flag" if isinstance(value, bool) else "config"
            self._make({"key": key, "type": kind, "value_type": _type_of(value), "default": value})
        self.set_override(key, value)
        if not self._is_overridden(key):
            self.remove_override(key)
            raise ArgumentError(f"`{key}` is defined, and cannot be {value!r}")

    def set_variant(self, experiment: str, variant: str, config: Any = None) -> None:
        """Gives everybody this variant of an experiment. One that is not defined is made, with this variant alone.

        Raises :class:`~vexil.ArgumentError` when it is defined and has no such variant.
        """
        if experiment in self._made or experiment not in self._written:
            variants = [{"id": variant, "config": config}]
            self._make({"key": experiment, "type": "experiment", "variants": variants, "allocation": {variant: 100}})
        self.set_override(experiment, variant)
        if not self._is_overridden(experiment):
            self.remove_override(experiment)
            raise ArgumentError(f"`{experiment}` is defined, and has no variant `{variant}`")

    def clear(self, key: str | None = None) -> None:
        """Takes back what was set: of one key, or of all. What was made for it is gone as well."""
        keys = self._made | set(self.overrides()) if key is None else {key}
        for each in keys:
            self.remove_override(each)
        made = self._made & keys
        if made:
            self._put({known: written for known, written in self._written.items() if known not in made})
            self._made -= made

    @contextmanager
    def using(self, flags: Mapping[str, Any]) -> Iterator[Self]:
        """Sets flags for as long as a block lasts; then they are what they were before."""
        before = {key: self._standing(key) for key in flags}
        try:
            for key, value in flags.items():
                self.set(key, value)
            yield self
        finally:
            for key, standing in before.items():
                self._stand(key, *standing)

    @contextmanager
    def installed(self, app: Any) -> Iterator[Self]:
        """Makes this the client of a FastAPI or Starlette app for as long as a block lasts: of its dependencies, its
        middleware, and its lifespan, which then starts no other one."""
        before = getattr(app.state, "vexil", None)
        app.state.vexil = self
        try:
            yield self
        finally:
            app.state.vexil = before

    def _make(self, definition: Mapping[str, Any]) -> None:
        key = str(definition["key"])
        self._put({**self._written, key: definition})
        self._made.add(key)

    def _put(self, written: dict[str, Mapping[str, Any]]) -> None:
        self.put(_bundle(written))
        self._written = written

    def _standing(self, key: str) -> tuple[Mapping[str, Any] | None, tuple[Any] | None]:
        """What was made for a key, and what it is set to."""
        overrides = self.overrides()
        made = self._written[key] if key in self._made else None
        return made, ((overrides[key],) if key in overrides else None)

    def _stand(self, key: str, made: Mapping[str, Any] | None, value: tuple[Any] | None) -> None:
        self.clear(key)
        if made is not None:
            self._make(made)
        if value is not None:
            self.set_override(key, value[0])

    def _is_overridden(self, key: str) -> bool:
        """Whether the core takes the override: not one of another type."""
        return self.evaluate_all({})[key].reason == "OVERRIDE"


def _bundle(written: Mapping[str, Mapping[str, Any]]) -> str:
    return json.dumps({"schema": 1, "entries": list(written.values())})


def _type_of(value: Any) -> str:
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "json")
