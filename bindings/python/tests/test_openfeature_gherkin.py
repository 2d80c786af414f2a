"""OpenFeature's own scenarios, against the provider. ``openfeature/README.md`` says where they are from."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import OpenFeatureError
from openfeature.flag_evaluation import FlagEvaluationDetails, FlagEvaluationOptions
from openfeature.hook import Hook, HookContext, HookHints
from pytest_bdd import given, parsers, scenarios, then, when

from answers import answering, nobody, silent
from serving import eventually
from vexil.openfeature import VexilProvider
from vexil.testing import InMemoryClient

FOLDER = Path(__file__).parent / "openfeature"

NOT_OF_A_PROVIDER = {
    "test_cached_reason": "the provider caches nothing: to evaluate anew is as fast",
    "test_flag_metadata_in_evaluation_details": "an evaluation carries none of what a definition's `metadata` says",
    "test_evaluation_context_immutability": "the details are the SDK's, which has them mutable",
}
"""Scenarios that do not apply, and why."""

scenarios(str(FOLDER / "evaluation.feature"), str(FOLDER / "evaluation_v2.feature"), str(FOLDER / "hooks.feature"))


for scenario in NOT_OF_A_PROVIDER:
    del globals()[scenario]


@pytest.fixture(params=["set", "defined"], autouse=True)
def static_reason(request: pytest.FixtureRequest) -> str:
    """``STATIC`` is the reason of a value that is set, and nothing is decided. Of one that is defined, and that nothing
    more specific decides, it is ``DEFAULT``. The scenarios hold for both."""
    return "STATIC" if request.param == "set" else "DEFAULT"


@pytest.fixture
def world() -> Iterator[dict[str, Any]]:
    """What a scenario has come to so far."""
    with ExitStack() as held:
        held.callback(api.shutdown)
        yield {"context": {}, "held": held}


@pytest.fixture
def client() -> OpenFeatureClient:
    return api.get_client()


# Providers.


@given("a stable provider")
def stable(static_reason: str) -> None:
    flags = json.loads((FOLDER / "flags.json").read_text())
    served = InMemoryClient(definitions=flags)
    if static_reason == "STATIC":
        for flag in flags:
            if "rules" not in flag and "enabled" not in flag and flag["key"] != "wrong-flag":
                served.set(flag["key"], flag["default"])
    api.set_provider_and_wait(VexilProvider(served))


@given("a not ready provider")
def not_ready(world: dict[str, Any]) -> None:
    url = world["held"].enter_context(silent())
    api.set_provider(VexilProvider(url=url, key="k", start_timeout=5.0, request_timeout=5.0))


@given("a error provider")
def in_error() -> None:
    with nobody() as url, pytest.raises(OpenFeatureError):
        api.set_provider_and_wait(VexilProvider(url=url, key="k"))


@given("a fatal provider")
def fatal() -> None:
    with answering(401) as url, pytest.raises(OpenFeatureError):
        api.set_provider_and_wait(VexilProvider(url=url, key="k"))


@given("a stale provider")
def stale(client: OpenFeatureClient) -> None:
    with answering(500) as url:
        api.set_provider_and_wait(VexilProvider(url=url, key="k", bootstrap='[{"key": "a"}]'))
        eventually(lambda: client.get_provider_status().value == "STALE", "it is said to be stale")


@then(parsers.parse('the provider status should be "{status}"'))
def has_status(status: str, client: OpenFeatureClient) -> None:
    assert client.get_provider_status().value == status


# Evaluation, as the second suite and that of hooks say it.


def read(text: str, kind: str) -> Any:
    """A value as a table has it."""
    text = text.replace('\\"', '"')
    kind = kind.lower()
    return text if kind == "string" else json.loads(text or "null")


@given(parsers.re(r'(?i:an?) (?P<kind>\w+)-flag with key "(?P<key>[^"]*)" and a fallback value "(?P<default>.*)"'))
def asked(kind: str, key: str, default: str, world: dict[str, Any]) -> None:
    world.update(kind=kind.lower(), key=key, default=read(default, kind))


@given(parsers.parse('a context containing a key "{key}", with type "{kind}" and with value "{value}"'))
def with_attribute(key: str, kind: str, value: str, world: dict[str, Any]) -> None:
    world["context"][key] = read(value, kind)


@given(parsers.parse('a context containing a key "{key}" with null value'))
def with_nothing(key: str, world: dict[str, Any]) -> None:
    world["context"][key] = None


def evaluate(client: OpenFeatureClient, world: dict[str, Any], suffix: str, **more: Any) -> Any:
    ask = getattr(client, f"get_{world['kind']}_{suffix}")
    return ask(world["key"], world["default"], EvaluationContext(attributes=world["context"]), **more)


@when("the flag was evaluated with details")
def with_details(client: OpenFeatureClient, world: dict[str, Any]) -> None:
    world["details"] = evaluate(client, world, "details")


@when("the flag was evaluated with details asynchronously")
def with_details_async(client: OpenFeatureClient, world: dict[str, Any]) -> None:
    world["details"] = asyncio.run(evaluate(client, world, "details_async"))


@then("the evaluation should complete without blocking")
def is_complete(world: dict[str, Any]) -> None:
    assert isinstance(world["details"], FlagEvaluationDetails)


@then(parsers.re(r'the resolved details value should be "(?P<value>.*)"'))
def has_value(value: str, world: dict[str, Any]) -> None:
    details, expected = world["details"], read(value, world["kind"])
    assert details.value == expected
    assert type(details.value) is type(expected)


@then(parsers.parse('the reason should be "{reason}"'))
def has_reason(reason: str, world: dict[str, Any], static_reason: str) -> None:
    assert world["details"].reason == (static_reason if reason == "STATIC" else reason)


@then(parsers.parse('the error-code should be "{code}"'))
def has_code(code: str, world: dict[str, Any]) -> None:
    assert world["details"].error_code == code


@then(parsers.parse('the flag key should be "{key}"'))
def has_key(key: str, world: dict[str, Any]) -> None:
    assert world["details"].flag_key == key


@then(parsers.re(r'the variant should be "(?P<variant>[^"]*)"'))
def has_variant(variant: str, world: dict[str, Any]) -> None:
    assert world["details"].variant == variant


# The same, as the first suite says it.


def first(client: OpenFeatureClient, world: dict[str, Any], kind: str, key: str, default: str, details: str) -> None:
    default = read(default, kind) if default else {}
    world.update(kind=kind, key=key, default=default)
    suffix = "details" if details else "value"
    world["found"] = evaluate(client, world, suffix)
    if details:
        world["details"] = world["found"]


@when(
    parsers.re(
        r"an? (?P<kind>boolean|string|integer|float|object) flag with key \"(?P<key>[^\"]*)\" is evaluated with"
        r"(?P<details> details and)?(?: a null)? default value ?\"?(?P<default>[^\"]*)\"?"
    )
)
def first_evaluated(
    client: OpenFeatureClient, world: dict[str, Any], kind: str, key: str, details: str | None, default: str
) -> None:
    first(client, world, kind, key, default, details or "")


FIELDS = (
    r'contain fields "(?P<a>\w+)", "(?P<b>\w+)", and "(?P<c>\w+)", with values "(?P<x>\w+)", "(?P<y>[^"]*)" and (?P<z>\d+), '
    r"respectively"
)


@then(parsers.re(rf"the resolved object (?:details )?value should be {FIELDS}"))
def first_object(world: dict[str, Any], a: str, b: str, c: str, x: str, y: str, z: str) -> None:
    found = world["details"].value if "details" in world else world["found"]
    assert found == {a: json.loads(x), b: y, c: int(z)}


@then(parsers.re(r'the resolved (?P<kind>boolean|string|integer|float) value should be "?(?P<value>[^"]*)"?'))
def first_value(world: dict[str, Any], kind: str, value: str) -> None:
    assert world["found"] == read(value, kind)


@then(
    parsers.re(
        r'the resolved (?P<kind>boolean|string|integer|float) details value should be "?(?P<value>[^"]*)"?, the variant '
        r'should be "(?P<variant>\w+)", and the reason should be "(?P<reason>\w+)"'
    )
)
def first_details(world: dict[str, Any], static_reason: str, kind: str, value: str, variant: str, reason: str) -> None:
    assert world["details"].value == read(value, kind)
    first_variant_and_reason(world, static_reason, variant, reason)


@then(parsers.re(r'the variant should be "(?P<variant>\w+)", and the reason should be "(?P<reason>\w+)"'))
def first_variant_and_reason(world: dict[str, Any], static_reason: str, variant: str, reason: str) -> None:
    has_variant(variant, world)
    has_reason(reason, world, static_reason)


@when('context contains keys "fn", "ln", "age", "customer" with values "Sulisław", "Świętopełk", 29, "false"')
def first_context(world: dict[str, Any]) -> None:
    world["context"] = {"fn": "Sulisław", "ln": "Świętopełk", "age": 29, "customer": False}


@when(parsers.parse('a flag with key "{key}" is evaluated with default value "{default}"'))
def first_by_context(client: OpenFeatureClient, world: dict[str, Any], key: str, default: str) -> None:
    first(client, world, "string", key, default, "")


@then(parsers.parse('the resolved string response should be "{value}"'))
def first_response(world: dict[str, Any], value: str) -> None:
    assert world["found"] == value


@then(parsers.parse('the resolved flag value is "{value}" when the context is empty'))
def first_without_context(client: OpenFeatureClient, world: dict[str, Any], value: str) -> None:
    assert client.get_string_value(world["key"], world["default"], EvaluationContext()) == value


@when(
    parsers.re(
        r'an? (?:non-existent )?string flag with key "(?P<key>[^"]*)" is evaluated (?:as an (?P<kind>integer), )?with '
        r'details and a fallback value "?(?P<default>[^"]*)"?'
    )
)
def first_in_error(client: OpenFeatureClient, world: dict[str, Any], key: str, kind: str | None, default: str) -> None:
    first(client, world, kind or "string", key, default, "details")


@then(parsers.re(r"the default (?:string|integer) value should be returned"))
def first_default(world: dict[str, Any]) -> None:
    assert world["details"].value == world["default"]


@then(
    parsers.re(
        r"the reason should indicate an error and the error code should indicate a (?:missing flag|type mismatch) with "
        r'"(?P<code>\w+)"'
    )
)
def first_code(world: dict[str, Any], code: str, static_reason: str) -> None:
    has_reason("ERROR", world, static_reason)
    has_code(code, world)


# Hooks.


class Recorder(Hook):
    """Writes down which stages it was called at, and with what."""

    def __init__(self, name: str = "", order: list[str] | None = None) -> None:
        self.called: dict[str, Any] = {}
        self._name = name
        self._order = [] if order is None else order

    def before(self, hook_context: HookContext, hints: HookHints) -> None:
        self.called["before"] = None
        self._order.append(f"before {self._name}")

    def after(self, hook_context: HookContext, details: FlagEvaluationDetails[Any], hints: HookHints) -> None:
        self.called["after"] = details
        self._order.append(f"after {self._name}")

    def error(self, hook_context: HookContext, exception: Exception, hints: HookHints) -> None:
        self.called["error"] = None

    def finally_after(self, hook_context: HookContext, details: FlagEvaluationDetails[Any], hints: HookHints) -> None:
        self.called["finally"] = details


@given("a client with added hook")
def with_hook(client: OpenFeatureClient, world: dict[str, Any]) -> None:
    world["hook"] = Recorder()
    client.add_hooks([world["hook"]])


@then(parsers.parse('the "{stage}" hook should have been executed'))
def was_executed(stage: str, world: dict[str, Any]) -> None:
    assert stage in world["hook"].called


@then(parsers.parse('the "{stages}" hooks should be called with evaluation details'))
def were_called_with(stages: str, datatable: list[list[str]], world: dict[str, Any], static_reason: str) -> None:
    for stage in stages.split(", "):
        details = world["hook"].called[stage]
        for kind, name, value in datatable[1:]:
            expected = None if value == "null" else read(value, kind)
            expected = static_reason if expected == "STATIC" else expected
            assert getattr(details, name) == expected, (stage, name)


@given("evaluation options containing specific hooks")
def with_options(world: dict[str, Any]) -> None:
    world["order"] = []
    world["hooks"] = [Recorder("first", world["order"]), Recorder("second", world["order"])]


@when("the flag was evaluated with details using the evaluation options")
def with_details_and_options(client: OpenFeatureClient, world: dict[str, Any]) -> None:
    options = FlagEvaluationOptions(hooks=world["hooks"])
    world["details"] = evaluate(client, world, "details", flag_evaluation_options=options)


@then("the specified hooks should execute during evaluation")
def did_execute(world: dict[str, Any]) -> None:
    assert all({"before", "after", "finally"} <= hook.called.keys() for hook in world["hooks"])


@then("the hook order should be maintained")
def in_order(world: dict[str, Any]) -> None:
    assert world["order"] == ["before first", "before second", "after second", "after first"]
