"""A provider for OpenFeature's SDK.

::

    from openfeature import api
    from vexil.openfeature import VexilProvider

    api.set_provider_and_wait(VexilProvider(url="https://flags.example.com", key=key))
    api.get_client().get_boolean_value("checkout.v2", False, EvaluationContext("u-1"))

Reasons and error codes are OpenFeature's, as the core names them; the metadata of an evaluation has Vexil's own. A
``targeting_key`` is the user's id.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final, TypeVar

from openfeature.evaluation_context import EvaluationContext
from openfeature.event import ProviderEvent, ProviderEventDetails
from openfeature.exception import ErrorCode, OpenFeatureError, ProviderFatalError, ProviderNotReadyError
from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType
from openfeature.hook import Hook
from openfeature.provider import AbstractProvider, Metadata

from vexil import Client, Details, State
from vexil.errors import OptionsError, VexilError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from vexil import ClientOptions

__all__ = ["VexilProvider"]

T = TypeVar("T")

_NAME: Final = "vexil"
_HOPELESS: Final = frozenset({"UNAUTHENTICATED", "FORBIDDEN", "WRONG_ENVIRONMENT"})
"""Failures that trying again does not mend: somebody must change the options, or the key."""
_AFTER_READY: Final = 0.1
"""Seconds until a start that is stale is said to be so: the SDK says that it is ready when ``initialize`` has returned,
and of two events the later one counts."""


class VexilProvider(AbstractProvider):
    """Evaluates with a :class:`~vexil.Client`.

    Give it the options of a client: it starts one when OpenFeature initializes it, and closes it when OpenFeature shuts
    it down. A client that you hand over is yours, and stays open. ``hooks`` run at every evaluation by this provider.

    Events: ``PROVIDER_STALE`` when what is evaluated with may not be the newest any more, ``PROVIDER_READY`` when it is
    again, ``PROVIDER_CONFIGURATION_CHANGED`` when other definitions or overrides are in force, and ``PROVIDER_ERROR`` as
    long as there is nothing to evaluate with; it is fatal where trying again does not help. Tracking has no effect.
    """

    def __init__(
        self, client: Client | None = None, *, hooks: Sequence[Hook] = (), **options: Unpack[ClientOptions]
    ) -> None:
        super().__init__()
        if client is not None and options:
            raise OptionsError("give it a client or options, not both")
        self._given = client
        self._options = options
        self._hooks = list(hooks)
        self._client = client
        self._told: _Told | None = None

    @property
    def client(self) -> Client | None:
        """The client that it evaluates with; none before it is initialized, where it has options."""
        return self._client

    def get_metadata(self) -> Metadata:
        """The provider's name."""
        return Metadata(name=_NAME)

    def get_provider_hooks(self) -> list[Hook]:
        """The hooks that it was given."""
        return self._hooks

    def initialize(self, evaluation_context: EvaluationContext) -> None:
        """Starts the client, and waits for definitions as long as its options say.

        Raises :class:`ProviderNotReadyError` when there are none, and goes on trying: ``PROVIDER_READY`` comes when they
        do. Raises :class:`ProviderFatalError` when that is hopeless.
        """
        if self._client is None:
            try:
                self._client = Client(**self._options) if self._options else Client.from_env()
            except OptionsError as error:
                raise ProviderFatalError(str(error)) from error
            except VexilError as error:
                raise ProviderNotReadyError(str(error)) from error
        if self._told is None:
            self._told = _Told(self._client, self.emit)
        state = self._told.begin()
        if not state.initialized:
            raise _unready(state)

    def shutdown(self) -> None:
        """Closes the client, unless it was handed over. It may be initialized again."""
        told, self._told = self._told, None
        if told is not None:
            told.end()
        if self._given is None:
            client, self._client = self._client, None
            if client is not None:
                client.close()

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        """A flag or config that is ``True`` or ``False``."""
        return _resolution(self._ready().get_bool_details(flag_key, _context(evaluation_context), default_value))

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        """A flag or config that is text."""
        return _resolution(self._ready().get_str_details(flag_key, _context(evaluation_context), default_value))

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        """A flag or config that is an integer."""
        return _resolution(self._ready().get_int_details(flag_key, _context(evaluation_context), default_value))

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        """A flag or config that is a float, or an integer that a float holds exactly."""
        return _resolution(self._ready().get_float_details(flag_key, _context(evaluation_context), default_value))

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Sequence[FlagValueType] | Mapping[str, FlagValueType],
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Sequence[FlagValueType] | Mapping[str, FlagValueType]]:
        """A flag or config that is JSON; a variant's configuration, of an experiment."""
        return _resolution(self._ready().get_json_details(flag_key, _context(evaluation_context), default_value))

    def _ready(self) -> Client:
        client = self._client
        if client is None:
            raise ProviderNotReadyError("the provider is not initialized, or was shut down")
        return client


class _Told:
    """What was told of a client last. It hears on the client's thread, and tells what is another."""

    def __init__(self, client: Client, emit: Callable[[ProviderEvent, ProviderEventDetails], None]) -> None:
        self._client = client
        self._emit = emit
        self._lock = threading.RLock()
        self._status: ProviderEvent | None = None
        self._timer: threading.Timer | None = None
        self._subscriptions = (client.on_state(self._stands), client.on_generation(self._changed))

    def begin(self) -> State:
        """Begins with the client as it stands, of which the SDK tells by itself: that it is well, or in error."""
        with self._lock:
            state = self._client.state
            self._status = ProviderEvent.PROVIDER_READY if state.initialized else ProviderEvent.PROVIDER_ERROR
            if _status(state) is ProviderEvent.PROVIDER_STALE:
                self._timer = threading.Timer(_AFTER_READY, self._stands, (state,))
                self._timer.daemon = True
                self._timer.start()
            return state

    def end(self) -> None:
        """Tells no more."""
        for subscription in self._subscriptions:
            subscription.cancel()
        with self._lock:
            self._status = None
            if self._timer is not None:
                self._timer.cancel()

    def _stands(self, state: State) -> None:
        status = _status(state)
        with self._lock:
            if self._status is not None and status is not self._status:
                self._status = status
                self._emit(status, _details(state, status))

    def _changed(self, _: int) -> None:
        with self._lock:
            if self._status is not None:
                self._emit(ProviderEvent.PROVIDER_CONFIGURATION_CHANGED, _details(self._client.state, None))


def _status(state: State) -> ProviderEvent:
    if not state.initialized:
        return ProviderEvent.PROVIDER_ERROR
    return ProviderEvent.PROVIDER_READY if state.stale_since is None else ProviderEvent.PROVIDER_STALE


def _details(state: State, status: ProviderEvent | None) -> ProviderEventDetails:
    details = ProviderEventDetails(metadata={"version": state.version, "origin": state.origin})
    if status is ProviderEvent.PROVIDER_ERROR:
        details.error_code = _unready(state).error_code
    if status in (ProviderEvent.PROVIDER_ERROR, ProviderEvent.PROVIDER_STALE) and state.last_error is not None:
        details.message = str(state.last_error)
    return details


def _unready(state: State) -> OpenFeatureError:
    failure = state.last_error
    if failure is None:
        return ProviderNotReadyError("there are no definitions yet, and no last known good")
    kind = ProviderFatalError if failure.name in _HOPELESS else ProviderNotReadyError
    return kind(f"there are no definitions: {failure}")


def _context(context: EvaluationContext | None) -> dict[str, Any]:
    """OpenFeature's context as Vexil's: the targeting key is one of the names of the user's id."""
    if context is None:
        return {}
    attributes = {name: _plain(value) for name, value in context.attributes.items()}
    if context.targeting_key is not None:
        attributes["targetingKey"] = context.targeting_key
    return attributes


def _plain(value: Any) -> Any:
    """OpenFeature's contexts may hold moments, Vexil's have them as text; without a zone they are in UTC."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=timezone.utc)).isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _resolution(details: Details[T]) -> FlagResolutionDetails[T]:
    metadata: dict[str, bool | int | float | str] = {
        "version": details.version,
        "origin": details.origin,
        "reason": details.reason,
    }
    told = {
        "scope": details.scope,
        "rule": details.rule,
        "experiment": details.experiment,
        "stale": details.stale,
    }
    metadata.update((name, value) for name, value in told.items() if value is not None)
    return FlagResolutionDetails(
        value=details.value,
        error_code=None if details.error_code is None else ErrorCode(details.error_code),
        error_message=details.error_message,
        reason=details.open_feature_reason,
        variant=details.variation,
        flag_metadata=metadata,
    )
