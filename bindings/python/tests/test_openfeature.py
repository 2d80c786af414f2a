"""The provider for OpenFeature's SDK, beyond what OpenFeature's own scenarios ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.event import EventDetails, ProviderEvent
from openfeature.exception import ErrorCode, ProviderFatalError, ProviderNotReadyError
from openfeature.hook import Hook, HookContext, HookHints
from openfeature.provider import ProviderStatus
from openfeature.track import TrackingEventDetails

from answers import answering, nobody
from serving import ControlPlane, eventually
from vexil import Client, OptionsError
from vexil.openfeature import VexilProvider
from vexil.testing import InMemoryClient

ADA = EvaluationContext("ada")
DEFINITIONS: list[dict[str, Any]] = [
    {"key": "for-ada", "rules": [{"id": "ada", "condition": {"user.id": {"eq": "ada"}}, "action": {"serve": "on"}}]},
    {"key": "half", "rollout": {"on": 50, "off": 50}},
    {"key": "tenant", "scopes": {"tenant": {"acme": {"serve": "on"}}}},
    {"key": "killed", "default": True, "enabled": False},
    {"key": "limit", "type": "config", "default": 10},
    {"key": "ratio", "type": "config", "value_type": "float", "default": 1},
    {"key": "sizes", "type": "config", "default": [1, 2]},
    {"key": "broken", "rollout": {"on": 1}},
    {
        "key": "after-2026",
        "rules": [{"id": "t", "condition": {"at": {"after": "2026-01-01T00:00:00Z"}}, "action": {"serve": "on"}}],
    },
    {
        "key": "test",
        "type": "experiment",
        "status": "running",
        "variants": [{"id": "a", "config": {"x": 1}}],
        "allocation": {"a": 100},
    },
]


@pytest.fixture
def served() -> Iterator[InMemoryClient]:
    with InMemoryClient(definitions=DEFINITIONS) as client:
        yield client


@pytest.fixture
def provide() -> Iterator[Callable[[VexilProvider], VexilProvider]]:
    """Makes a provider the default one, until the test ends."""

    def set_provider(provider: VexilProvider) -> VexilProvider:
        api.set_provider_and_wait(provider)
        return provider

    yield set_provider
    api.shutdown()


@pytest.fixture
def told() -> Iterator[list[tuple[ProviderEvent, EventDetails]]]:
    """Every event, in its order."""
    events: list[tuple[ProviderEvent, EventDetails]] = []

    def listen(event: ProviderEvent) -> Callable[[EventDetails], None]:
        return lambda details: events.append((event, details))

    handlers = {event: listen(event) for event in ProviderEvent}
    for event, handler in handlers.items():
        api.add_handler(event, handler)
    yield events


def test_the_targeting_key_is_the_users_id(served: InMemoryClient, provide: Any) -> None:
    provide(VexilProvider(served))
    client = api.get_client()
    assert client.get_boolean_value("for-ada", False, ADA) is True
    assert client.get_boolean_value("for-ada", False, EvaluationContext("grace")) is False
    assert client.get_boolean_value("for-ada", False) is False
    named = EvaluationContext("grace", {"user": {"id": "ada"}})
    assert client.get_boolean_value("for-ada", False, named) is True, "an attribute of that name comes first"


def test_reasons_and_metadata(served: InMemoryClient, provide: Any) -> None:
    provide(VexilProvider(served))
    client = api.get_client()
    details = client.get_boolean_details("for-ada", False, ADA)
    assert (details.reason, details.variant, details.error_code) == ("TARGETING_MATCH", "on", None)
    assert details.flag_metadata == {"version": 0, "origin": "memory", "reason": "TARGETING", "rule": "ada"}
    assert client.get_boolean_details("half", False, ADA).reason == "SPLIT"
    assert client.get_boolean_details("killed", True, ADA).reason == "DISABLED"
    details = client.get_boolean_details("tenant", False, EvaluationContext(attributes={"tenant": {"id": "acme"}}))
    assert (details.value, details.flag_metadata["scope"]) == (True, "tenant")
    served.set("limit", 11)
    assert client.get_integer_details("limit", 0).reason == "STATIC"


def test_every_type(served: InMemoryClient, provide: Any) -> None:
    provide(VexilProvider(served))
    client = api.get_client()
    assert client.get_integer_value("limit", 0) == 10
    ratio = client.get_float_value("ratio", 0.0)
    assert (ratio, type(ratio)) == (1.0, float)
    assert client.get_object_value("sizes", []) == [1, 2]
    details = client.get_object_details("test", {}, ADA)
    assert (details.value, details.variant, details.flag_metadata["experiment"]) == ({"x": 1}, "a", "test")


@pytest.mark.parametrize(
    ("kind", "key", "default", "code"),
    [
        ("string", "missing", "mine", ErrorCode.FLAG_NOT_FOUND),
        ("string", "limit", "mine", ErrorCode.TYPE_MISMATCH),
        ("boolean", "broken", True, ErrorCode.PARSE_ERROR),
        ("object", "limit", {"mine": 1}, ErrorCode.TYPE_MISMATCH),
    ],
)
def test_errors_leave_the_callers_default(
    kind: str, key: str, default: Any, code: ErrorCode, served: InMemoryClient, provide: Any
) -> None:
    provide(VexilProvider(served))
    client = api.get_client()
    found = [
        getattr(client, f"get_{kind}_details")(key, default, ADA),
        asyncio.run(getattr(client, f"get_{kind}_details_async")(key, default, ADA)),
    ]
    for details in found:
        assert (details.value, details.reason, details.error_code) == (default, "ERROR", code)
        assert details.error_message


def test_an_invalid_context_is_an_error(served: InMemoryClient, provide: Any) -> None:
    provide(VexilProvider(served))
    attributes: dict[str, Any] = {"user": {"id": object()}}
    context = EvaluationContext(attributes=attributes)
    details = api.get_client().get_boolean_details("for-ada", True, context)
    assert (details.value, details.error_code) == (True, ErrorCode.INVALID_CONTEXT)


def test_moments_in_a_context(served: InMemoryClient, provide: Any) -> None:
    provide(VexilProvider(served))
    zone = timezone(timedelta(hours=2))
    for at, expected in [
        (datetime(2026, 1, 1, 0, 0, 1), True),
        (datetime(2026, 1, 1, 0, 0, 1, tzinfo=zone), False),
        (datetime(2026, 1, 1, 2, 0, 1, tzinfo=zone), True),
    ]:
        context = EvaluationContext(attributes={"at": at})
        assert api.get_client().get_boolean_value("after-2026", False, context) is expected


def test_hooks_of_the_provider_run(served: InMemoryClient, provide: Any) -> None:
    class Tenant(Hook):
        def before(self, hook_context: HookContext, hints: HookHints) -> EvaluationContext:
            return EvaluationContext(attributes={"tenant": {"id": "acme"}})

    provide(VexilProvider(served, hooks=[Tenant()]))
    assert api.get_client().get_boolean_value("tenant", False) is True


def test_tracking_has_no_effect(served: InMemoryClient, provide: Any) -> None:
    provide(VexilProvider(served))
    api.get_client().track("paid", ADA, TrackingEventDetails(9.5))


def test_a_client_of_yours_stays_open(served: InMemoryClient, provide: Any) -> None:
    provider = provide(VexilProvider(served))
    api.shutdown()
    provider.shutdown()
    assert served.is_enabled("for-ada", {"user": {"id": "ada"}}) is True
    provide(provider)
    assert api.get_client().get_boolean_value("for-ada", False, ADA) is True


def test_a_client_of_the_provider_goes_with_it_and_comes_again(provide: Any) -> None:
    provider = VexilProvider(definitions=[{"key": "a", "default": True}])
    assert provider.client is None
    for _ in range(2):
        provide(provider)
        assert api.get_client().get_boolean_value("a", False) is True
        api.shutdown()
        assert provider.client is None
        with pytest.raises(ProviderNotReadyError):
            provider.resolve_boolean_details("a", False)


def test_options_that_are_none(provide: Any, served: InMemoryClient) -> None:
    with pytest.raises(OptionsError):
        VexilProvider(served, url="http://localhost")
    with pytest.raises(ProviderFatalError):
        provide(VexilProvider(url="no address", key="k"))
    assert api.get_client().get_provider_status() is ProviderStatus.FATAL


def test_changes_are_told(served: InMemoryClient, provide: Any, told: list[Any]) -> None:
    def changes() -> list[EventDetails]:
        return [details for event, details in told if event is ProviderEvent.PROVIDER_CONFIGURATION_CHANGED]

    provide(VexilProvider(served))
    served.put('{"schema": 1, "version": 7, "entries": [{"key": "limit", "type": "config", "default": 1}]}')
    eventually(lambda: len(changes()) == 1, "other definitions are told of")
    assert changes()[0].metadata == {"version": 7, "origin": "memory"}
    assert changes()[0].provider_name == "vexil"
    served.set_override("limit", 2)
    eventually(lambda: len(changes()) == 2, "and overrides")
    api.shutdown()
    served.set_override("limit", 3)
    assert len(changes()) == 2


def test_a_source_that_is_away_and_comes_back(provide: Any, told: list[Any], tmp_path: Path) -> None:
    plane = ControlPlane(tmp_path)
    try:
        plane.create({"key": "a", "default": True, "owner": "test"})
        client = Client(url=plane.url, key=plane.key(), retry_base=0.05, retry_max=0.2)
        with client:
            provide(VexilProvider(client))
            of = api.get_client()
            assert of.get_provider_status() is ProviderStatus.READY
            plane.kill()
            eventually(lambda: of.get_provider_status() is ProviderStatus.STALE, "it is said to be stale")
            details = of.get_boolean_details("a", False)
            assert (details.value, details.error_code) == (True, None)
            assert float(details.flag_metadata["stale"]) >= 0
            plane.start()
            eventually(lambda: of.get_provider_status() is ProviderStatus.READY, "it is well again")
            assert "stale" not in of.get_boolean_details("a", False).flag_metadata
            version = plane.toggle("a", False)
            eventually(lambda: of.get_boolean_value("a", True) is False, "the change arrives")
            eventually(lambda: any(details.metadata.get("version") == version for _, details in told), "and is told")
    finally:
        plane.stop()
    order = [event for event, _ in told]
    stale = order.index(ProviderEvent.PROVIDER_STALE)
    assert ProviderEvent.PROVIDER_READY in order[:stale]
    assert ProviderEvent.PROVIDER_READY in order[stale:]


def test_what_is_not_there_at_the_start_may_come(provide: Any, told: list[Any], tmp_path: Path) -> None:
    plane = ControlPlane(tmp_path)
    try:
        key = plane.key()
        plane.create({"key": "a", "default": True, "owner": "test"})
        plane.kill()
        with pytest.raises(ProviderNotReadyError):
            provide(VexilProvider(url=plane.url, key=key, retry_base=0.05, retry_max=0.2))
        of = api.get_client()
        assert of.get_provider_status() is ProviderStatus.ERROR
        assert of.get_boolean_details("a", False).error_code is ErrorCode.PROVIDER_NOT_READY
        plane.start()
        eventually(lambda: of.get_provider_status() is ProviderStatus.READY, "it is well")
        assert of.get_boolean_value("a", False) is True
        api.shutdown()
    finally:
        plane.stop()


def test_a_key_that_is_refused_is_fatal(provide: Any, told: list[Any]) -> None:
    with answering(401) as url, pytest.raises(ProviderFatalError):
        provide(VexilProvider(url=url, key="k"))
    errors = eventually(
        lambda: [details for event, details in told if event is ProviderEvent.PROVIDER_ERROR], "it is told"
    )
    assert errors[0].error_code is ErrorCode.PROVIDER_FATAL
    assert errors[0].message and "UNAUTHENTICATED" in errors[0].message


def test_nobody_there_is_an_error_that_may_pass(provide: Any) -> None:
    with nobody() as url, pytest.raises(ProviderNotReadyError):
        provide(VexilProvider(url=url, key="k"))
