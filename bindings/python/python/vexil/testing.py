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

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from . import Client
from .errors import ArgumentError

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["InMemoryClient"]

_TYPES: Final = ((bool, "boolean"), (int, "integer"), (float, "float"), (str, "string"))

Definition = Mapping[str, Any]


class InMemoryClient(Client):
    """A client without a control plane, for tests.

    ``flags`` are set from the beginning, as by :meth:`set`. ``definitions`` are real ones, for tests of rules and
    rollouts: as in files, as mappings.
    """

    __test__ = False

    _defined: dict[str, Definition]
    _made: dict[str, Definition]

    def __init__(self, flags: Mapping[str, Any] | None = None, *, definitions: Iterable[Definition] = ()) -> None:
        self._defined = _by_key(definitions)
        self._made = {}
        super().__init__(definitions=_bundle(self._defined), allow_overrides=True)
        for key, value in (flags or {}).items():
            self.set(key, value)

    def define(self, *definitions: Definition) -> None:
        """Adds definitions, or puts them in the place of those with the same keys."""
        defined = {**self._defined, **_by_key(definitions)}
        self.put(_bundle(defined))
        self._defined = defined

    def set(self, key: str, value: Any) -> None:
        """Makes a flag or config what a test wants it to be, for everybody. One that is not defined is made.

        Raises :class:`~vexil.ArgumentError` when it is defined, and cannot be this value.
        """
        if key not in self._defined:
            kind = "feature_flag" if isinstance(value, bool) else "config"
            self._make({"key": key, "type": kind, "value_type": _type_of(value), "default": value})
        self._override(key, value, f"`{key}` is defined, and cannot be {value!r}")

    def set_variant(self, experiment: str, variant: str, config: Any = None) -> None:
        """Gives everybody this variant of an experiment. One that is not defined is made, with this variant alone, and
        ``config``.

        Raises :class:`~vexil.ArgumentError` when it is defined, and has no such variant.
        """
        if experiment not in self._defined:
            variants = [{"id": variant, "config": config}]
            self._make({"key": experiment, "type": "experiment", "variants": variants, "allocation": {variant: 100}})
        self._override(experiment, variant, f"`{experiment}` is defined, and has no variant `{variant}`")

    def clear(self, key: str | None = None) -> None:
        """Takes back what was set: of one key, or of all. What was made for it is gone as well."""
        keys = self._made.keys() | self.overrides().keys() if key is None else {key}
        for each in keys:
            self.remove_override(each)
            self.unregister(each)
            self._made.pop(each, None)

    @contextmanager
    def using(self, flags: Mapping[str, Any]) -> Iterator[Self]:
        """Sets flags for as long as a block lasts; then they are what they were before."""
        overrides = self.overrides()
        before = {key: (self._made.get(key), (overrides[key],) if key in overrides else None) for key in flags}
        try:
            for key, value in flags.items():
                self.set(key, value)
            yield self
        finally:
            for key, (made, override) in before.items():
                self.clear(key)
                if made is not None:
                    self._make(made)
                if override is not None:
                    self.set_override(key, override[0])

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

    def _make(self, definition: Definition) -> None:
        """Stands where the definitions have no such key."""
        self.register(definition)
        self._made[str(definition["key"])] = definition

    def _override(self, key: str, value: Any, refusal: str) -> None:
        self.set_override(key, value)
        # The core does not take one of another type, and a test must not go on with a value that is not there.
        if self.evaluate_all()[key].reason != "OVERRIDE":
            self.remove_override(key)
            raise ArgumentError(refusal)


def _by_key(definitions: Iterable[Definition]) -> dict[str, Definition]:
    return {str(definition["key"]): definition for definition in definitions}


def _bundle(definitions: Mapping[str, Definition]) -> dict[str, Any]:
    return {"schema": 1, "entries": list(definitions.values())}


def _type_of(value: Any) -> str:
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "json")
