"""The peers, and Vexil's own ways to be asked.

Each function below starts one SDK on its file of definitions, without a network, and returns what is asked of it, in
the words of its ordinary API. A function has a process to itself: some SDKs are one per process, and some leave threads
behind.
"""

from __future__ import annotations

import http.server
import importlib.metadata
import json
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

WORKLOADS: Final = ("W1", "W2", "W3")

USERS: Final = [f"user-{number}" for number in range(1_000)]
ATTRIBUTES: Final[dict[str, Any]] = {"country": "DE", "email": "jane@example.org", "age": 42, "version": "2.3.1"}
OUTDATED: Final[dict[str, Any]] = {**ATTRIBUTES, "version": "1.0.0"}

WORDS: Final[dict[str, Any]] = {
    # The flags that are asked for, one of each kind.
    "K1": "simple_501",
    "K2": "rules_502",
    "K3": "rollout_503",
    # Who asks, for those who make a context for each question.
    "USER": "user-7",
    "COUNTRY": ATTRIBUTES["country"],
    "EMAIL": ATTRIBUTES["email"],
    "AGE": ATTRIBUTES["age"],
    "VERSION": ATTRIBUTES["version"],
}
"""What all expressions may name; `users` beside them goes round the contexts of W3, and `ids` round the ids of users."""

FLAT: Final = "'country': COUNTRY, 'email': EMAIL, 'age': AGE, 'version': VERSION"
"""The inside of a dict of attributes."""


@dataclass(frozen=True)
class Ways:
    """How the context stands in a question: of the user with attributes (W1, W2), and of one user after another (W3)."""

    full: str
    user: str


REUSED: Final = Ways("full", "next(users)")


@dataclass(frozen=True)
class Peer:
    name: str
    asks: Sequence[str]
    """Expressions for W1, W2 and W3, as many as there are; `{full}` and `{user}` stand for the context."""
    words: dict[str, Any]
    """What they name, beside `WORDS`."""
    outdated: str
    """The context of a user whom the fifth rule of W2 does not serve."""
    reused: Ways | None = REUSED
    """Contexts that are there before the question; nothing where that is another peer's row."""
    new: Ways | None = None
    """Contexts that are made for the question."""
    users: Sequence[Any] = field(default_factory=lambda: USERS)
    passes: Any = "r5"
    """The answer to W2 where the fifth rule serves."""
    shared: bool = True
    """Whether threads may ask it at once."""


def version(*packages: str) -> str:
    return " / ".join(f"{package} {importlib.metadata.version(package)}" for package in packages)


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def vexil(folder: Path) -> list[Peer]:
    import vexil

    client = vexil.Client(definitions=(folder / "vexil.json").read_text(), streaming="off")
    nested = [{"user": {"id": user}} for user in USERS]
    flat = [{"user.id": user} for user in USERS]
    full: dict[str, Any] = {"user": {"id": "user-7"}, **ATTRIBUTES}
    outdated: dict[str, Any] = {"user": {"id": "user-7"}, **OUTDATED}
    words: dict[str, Any] = {"client": client, "Context": vexil.Context, "full": full, "outdated": outdated}
    asks = ("client.is_enabled(K1, {full})", "client.get_str(K2, {full})", "client.get_str(K3, {user})")

    new_nested = Ways("{'user': {'id': USER}, " + FLAT + "}", "{'user': {'id': next(ids)}}")
    new_flat = Ways("{'user.id': USER, " + FLAT + "}", "{'user.id': next(ids)}")
    dicts = Peer("vexil", asks, words, "outdated", new=new_nested, users=nested)

    flat_words = words | {"full": {"user.id": "user-7", **ATTRIBUTES}}
    flat_dicts = Peer("vexil: flat dict", asks, flat_words, "outdated", new=new_flat, users=flat)

    prepared = Peer(
        "vexil: Context",
        asks,
        words | {"full": vexil.Context(full)},
        "outdated",
        new=Ways(f"Context({new_nested.full})", f"Context({new_nested.user})"),
        users=[vexil.Context(attributes) for attributes in nested],
    )

    details = Peer(
        "vexil: details",
        (
            "client.get_bool_details(K1, {full}, False).value",
            "client.get_str_details(K2, {full}, '').value",
            "client.get_str_details(K3, {user}, '').value",
        ),
        words,
        "outdated",
        new=new_nested,
        users=nested,
    )

    on_context = ("{full}.is_enabled(K1)", "{full}.get_str(K2)", "{user}.get_str(K3)")
    pinned = Peer(
        "vexil: Pinned, as a request has it",
        on_context,
        words | {"full": client.pin(full)},
        "client.pin(outdated)",
        new=Ways(f"client.pin({new_nested.full})", f"client.pin({new_nested.user})"),
        users=[client.pin(attributes) for attributes in nested],
    )
    view = Peer(
        "vexil: View",
        on_context,
        words | {"full": client.view(full)},
        "client.view(outdated)",
        users=[client.view(attributes, ["rollout_503"]) for attributes in nested],
    )
    return [dicts, flat_dicts, prepared, details, pinned, view]


def vexil_openfeature(folder: Path) -> list[Peer]:
    from openfeature import api
    from vexil.openfeature import VexilProvider

    api.set_provider_and_wait(VexilProvider(definitions=(folder / "vexil.json").read_text(), streaming="off"))
    name = f"vexil.openfeature, asked by {version('openfeature-sdk')}"
    return [through_openfeature(name, api.get_client())]


def through_openfeature(name: str, client: Any) -> Peer:
    from openfeature.evaluation_context import EvaluationContext

    words: dict[str, Any] = {
        "client": client,
        "EvaluationContext": EvaluationContext,
        "full": EvaluationContext("user-7", ATTRIBUTES),
        "outdated": EvaluationContext("user-7", OUTDATED),
    }
    asks = (
        "client.get_boolean_value(K1, False, {full})",
        "client.get_string_value(K2, '', {full})",
        "client.get_string_value(K3, '', {user})",
    )
    return Peer(
        name,
        asks,
        words,
        "outdated",
        new=Ways("EvaluationContext(USER, {" + FLAT + "})", "EvaluationContext(next(ids))"),
        users=[EvaluationContext(user) for user in USERS],
    )


def openfeature(folder: Path) -> list[Peer]:
    """What the SDK costs by itself: the provider looks into a dict, and has no rules."""
    from openfeature import api
    from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider

    keys = [entry["key"] for entry in read(folder / "vexil.json")["entries"]]
    flags = {key: InMemoryFlag("on", {"on": True, "off": False}) for key in keys if key.startswith("simple_")}
    api.set_provider_and_wait(InMemoryProvider(flags))
    peer = through_openfeature(f"{version('openfeature-sdk')}, in memory", api.get_client())
    return [Peer(peer.name, peer.asks[:1], peer.words, peer.outdated, new=peer.new, users=peer.users)]


def flagd(folder: Path) -> list[Peer]:
    """The evaluator inside the provider, below the OpenFeature client."""
    from openfeature.contrib.tools.flagd.core import FlagdCore

    core = FlagdCore()
    core.set_flags((folder / "flagd.json").read_text())
    peer = through_openfeature(version("openfeature-flagd-core"), core)
    asks = (
        "client.resolve_boolean_value(K1, False, {full}).value",
        "client.resolve_string_value(K2, '', {full}).value",
        "client.resolve_string_value(K3, '', {user}).value",
    )
    return [Peer(peer.name, asks, peer.words, peer.outdated, new=peer.new, users=peer.users)]


def eppo(folder: Path) -> list[Peer]:
    import eppo_client
    from eppo_client import AssignmentLogger, ClientConfig, Configuration

    class Silent(AssignmentLogger):  # type: ignore[misc]
        """Its methods do nothing as they come."""

    configuration = Configuration(flags_configuration=(folder / "eppo.json").read_bytes())
    client = eppo_client.init(
        ClientConfig(
            api_key="key",
            base_url="http://127.0.0.1:1",
            assignment_logger=Silent(),
            poll_interval_seconds=None,
            initial_configuration=configuration,
        )
    )
    asks = (
        "client.get_boolean_assignment(K1, {full}, False)",
        "client.get_string_assignment(K2, {full}, '')",
        "client.get_string_assignment(K3, {user}, '')",
    )
    return [of_id_and_attributes(version("eppo-server-sdk"), asks, {"client": client})]


def of_id_and_attributes(name: str, asks: Sequence[str], words: dict[str, Any], keyword: str = "") -> Peer:
    """A peer whose context is an id and a dict, which `keyword` names where it must be named."""
    return Peer(
        name,
        asks,
        words | {"full": ATTRIBUTES, "outdated": OUTDATED, "none": {}},
        f"USER, {keyword}outdated",
        reused=Ways(f"USER, {keyword}full", f"next(ids), {keyword}none"),
        new=Ways(f"USER, {keyword}" + "{" + FLAT + "}", f"next(ids), {keyword}" + "{}"),
    )


def statsig(folder: Path) -> list[Peer]:
    import statsig_python_core as sdk

    definitions = (folder / "statsig.json").read_text()

    class Store(sdk.DataStore):  # type: ignore[misc]
        def get(self, key: str) -> Any:
            return sdk.DataStoreResponse(definitions, 1_723_061_643_057)

    options = sdk.StatsigOptions()
    options.data_store = Store()
    options.disable_network = True
    options.disable_all_logging = True
    options.disable_country_lookup = True
    client = sdk.Statsig("secret-key", options)
    client.initialize().wait()

    def user(attributes: dict[str, Any]) -> Any:
        return sdk.StatsigUser(
            "user-7",
            email=attributes["email"],
            country=attributes["country"],
            app_version=attributes["version"],
            custom={"age": attributes["age"]},
        )

    words: dict[str, Any] = {
        "client": client,
        "User": sdk.StatsigUser,
        "quiet": sdk.FeatureGateEvaluationOptions(disable_exposure_logging=True),
        "quietly": sdk.DynamicConfigEvaluationOptions(disable_exposure_logging=True),
        "full": user(ATTRIBUTES),
        "outdated": user(OUTDATED),
    }
    asks = (
        "client.check_gate({full}, K1, quiet)",
        "client.check_gate({full}, K2, quiet)",
        "client.get_dynamic_config({user}, K3, quietly).get_string('v', '')",
    )
    full = "User(USER, email=EMAIL, country=COUNTRY, app_version=VERSION, custom={'age': AGE})"
    new, users = Ways(full, "User(next(ids))"), [sdk.StatsigUser(user) for user in USERS]
    return [Peer(version("statsig-python-core"), asks, words, "outdated", new=new, users=users, passes=True)]


def growthbook(folder: Path) -> list[Peer]:
    """An instance is of one user, whom W3 changes each time. A request would have an instance of its own."""
    from growthbook import GrowthBook

    features = read(folder / "growthbook.json")["features"]
    instance = GrowthBook(attributes={"id": "user-7", **ATTRIBUTES}, features=features)

    def of(attributes: dict[str, Any]) -> Any:
        instance.set_attributes(attributes)
        return instance

    words: dict[str, Any] = {"of": of, "instance": instance, "outdated": {"id": "user-7", **OUTDATED}}
    asks = ("{full}.is_on(K1)", "{full}.get_feature_value(K2, '')", "{user}.get_feature_value(K3, '')")
    return [
        Peer(
            version("growthbook"),
            asks,
            words,
            "of(outdated)",
            reused=Ways("instance", "of(next(users))"),
            new=Ways("of({'id': USER, " + FLAT + "})", "of({'id': next(ids)})"),
            users=[{"id": user} for user in USERS],
            shared=False,
        )
    ]


def launchdarkly(folder: Path) -> list[Peer]:
    import ldclient
    from ldclient.config import Config
    from ldclient.integrations import Files

    source = Files.new_data_source(paths=[str(folder / "launchdarkly.json")])
    client = ldclient.LDClient(Config("key", update_processor_class=source, send_events=False))
    build = ldclient.Context.builder

    def context(attributes: dict[str, Any]) -> Any:
        builder = build("user-7")
        for name, value in attributes.items():
            builder.set(name, value)
        return builder.build()

    words: dict[str, Any] = {
        "client": client,
        "build": build,
        "create": ldclient.Context.create,
        "full": context(ATTRIBUTES),
        "outdated": context(OUTDATED),
    }
    asks = (
        "client.variation(K1, {full}, False)",
        "client.variation(K2, {full}, '')",
        "client.variation(K3, {user}, '')",
    )
    sets = ".set('country', COUNTRY).set('email', EMAIL).set('age', AGE).set('version', VERSION)"
    new, users = Ways(f"build(USER){sets}.build()", "create(next(ids))"), list(map(ldclient.Context.create, USERS))
    return [Peer(version("launchdarkly-server-sdk"), asks, words, "outdated", new=new, users=users)]


def flipt(folder: Path) -> list[Peer]:
    """It takes its definitions from a server alone, so there is one until it has them."""
    from flipt_client import FliptClient
    from flipt_client.models import ClientOptions

    definitions = (folder / "flipt.json").read_bytes()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(definitions)))
            self.end_headers()
            self.wfile.write(definitions)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = FliptClient(opts=ClientOptions(url=f"http://127.0.0.1:{server.server_port}", update_interval=3_600))
    server.shutdown()
    asks = (
        "client.evaluate_boolean(flag_key=K1, {full}).enabled",
        "client.evaluate_variant(flag_key=K2, {full}).variant_key",
        "client.evaluate_variant(flag_key=K3, {user}).variant_key",
    )
    # Its attributes are strings.
    words = {"client": client, "full": texts(ATTRIBUTES), "outdated": texts(OUTDATED), "none": {}}
    flat = "{" + FLAT.replace("AGE", "str(AGE)") + "}"
    return [
        Peer(
            version("flipt-client"),
            asks,
            words,
            "entity_id=USER, context=outdated",
            reused=Ways("entity_id=USER, context=full", "entity_id=next(ids), context=none"),
            new=Ways(f"entity_id=USER, context={flat}", "entity_id=next(ids), context={}"),
        )
    ]


def texts(attributes: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in attributes.items()}


def unleash(folder: Path) -> list[Peer]:
    from UnleashClient import UnleashClient
    from UnleashClient.cache import FileCache

    cache = FileCache("bench", directory=tempfile.mkdtemp(dir=folder))
    cache.bootstrap_from_dict(read(folder / "unleash.json"))
    client = UnleashClient(
        url="http://127.0.0.1:1",
        app_name="bench",
        cache=cache,
        disable_metrics=True,
        disable_registration=True,
        refresh_interval=3_600,
    )
    client.initialize_client(fetch_toggles=False)
    words: dict[str, Any] = {
        "client": client,
        "full": {"userId": "user-7", "properties": texts(ATTRIBUTES)},
        "outdated": {"userId": "user-7", "properties": texts(OUTDATED)},
    }
    asks = (
        "client.is_enabled(K1, {full})",
        "client.is_enabled(K2, {full})",
        "client.get_variant(K3, {user})['name']",
    )
    flat = FLAT.replace("AGE", "str(AGE)")
    new = Ways("{'userId': USER, 'properties': {" + flat + "}}", "{'userId': next(ids)}")
    users = [{"userId": user} for user in USERS]
    name = version("UnleashClient", "yggdrasil-engine")
    return [Peer(name, asks, words, "outdated", new=new, users=users, passes=True)]


def configcat(folder: Path) -> list[Peer]:
    import configcatclient
    from configcatclient import ConfigCatOptions
    from configcatclient.localfiledatasource import LocalFileFlagOverrides
    from configcatclient.overridedatasource import OverrideBehaviour
    from configcatclient.user import User

    overrides = LocalFileFlagOverrides(str(folder / "configcat.json"), OverrideBehaviour.LocalOnly)
    client = configcatclient.get("localhost", ConfigCatOptions(flag_overrides=overrides))

    def user(attributes: dict[str, Any]) -> Any:
        custom = {"age": attributes["age"], "version": attributes["version"]}
        return User("user-7", email=attributes["email"], country=attributes["country"], custom=custom)

    words: dict[str, Any] = {"client": client, "User": User, "full": user(ATTRIBUTES), "outdated": user(OUTDATED)}
    asks = (
        "client.get_value(K1, False, {full})",
        "client.get_value(K2, '', {full})",
        "client.get_value(K3, '', {user})",
    )
    full = "User(USER, email=EMAIL, country=COUNTRY, custom={'age': AGE, 'version': VERSION})"
    new, users = Ways(full, "User(next(ids))"), [User(user) for user in USERS]
    return [Peer(version("configcat-client"), asks, words, "outdated", new=new, users=users)]


def posthog(folder: Path) -> list[Peer]:
    from posthog import Posthog

    client = Posthog("key", host="http://127.0.0.1:1", sync_mode=True, enable_local_evaluation=False, send=False)
    client.feature_flags = read(folder / "posthog.json")["flags"]
    of = "client.get_feature_flag"
    quietly = "only_evaluate_locally=True, send_feature_flag_events=False"
    asks = (f"{of}(K1, {{full}}, {quietly})", f"{of}(K2, {{full}}, {quietly})", f"{of}(K3, {{user}}, {quietly})")
    name = version("posthog")
    public = of_id_and_attributes(name, asks, {"client": client}, "person_properties=")
    flags = {f"flag{number}": client.feature_flags_by_key[WORDS[f"K{number}"]] for number in (1, 2, 3)}
    local = "client._compute_flag_locally"
    asks = (f"{local}(flag1, {{full}})", f"{local}(flag2, {{full}})", f"{local}(flag3, {{user}})")
    beneath = of_id_and_attributes(f"{name} (beneath)", asks, {"client": client, **flags}, "person_properties=")
    return [public, beneath]


def flagsmith(folder: Path) -> list[Peer]:
    """The flags of an identity are asked for first, and one is read of them."""
    from flagsmith import Flagsmith
    from flagsmith.offline_handlers import LocalFileHandler

    client = Flagsmith(offline_mode=True, offline_handler=LocalFileHandler(str(folder / "flagsmith.json")))
    asks = (
        "client.get_identity_flags({full}).is_feature_enabled(K1)",
        "client.get_identity_flags({full}).get_feature_value(K2)",
        "client.get_identity_flags({user}).get_feature_value(K3)",
    )
    return [of_id_and_attributes(version("flagsmith", "flagsmith-flag-engine"), asks, {"client": client})]


def floor(folder: Path) -> list[Peer]:
    """No SDK: what Python takes to call a method with a key, and with the context made for it."""
    values = dict.fromkeys((entry["key"] for entry in read(folder / "vexil.json")["entries"]), True)
    return [
        Peer(
            "floor: dict.get",
            ("values.get(K1, {full})",),
            {"values": values, "full": {"user": {"id": "user-7"}, **ATTRIBUTES}},
            "full",
            new=Ways("{'user': {'id': USER}, " + FLAT + "}", ""),
        )
    ]


SYSTEMS: Final[tuple[Callable[[Path], list[Peer]], ...]] = (
    vexil,
    vexil_openfeature,
    eppo,
    statsig,
    growthbook,
    launchdarkly,
    flipt,
    flagd,
    unleash,
    configcat,
    posthog,
    flagsmith,
    openfeature,
    floor,
)
