//! Evaluation takes nothing from the heap (DESIGN 11), but for what a regular expression makes at its first use.

use serde_json::{Value, json};
use vexil_client::{Client, Keys, Options, Source};
use vexil_core::{
    Asked, Context, Environment, Key, Overrides, Request, Snapshot, StickyAssignments, Timestamp, value,
};

use crate::heap::measure;

const NOW: Timestamp = Timestamp::from_nanos(1_767_225_600_000_000_000);

/// One flag for each thing that an evaluation can do.
fn flags() -> Vec<(&'static str, Value)> {
    let rule =
        |condition: Value| json!({"default": 0, "rules": [{"condition": condition, "action": {"value": 1}}]});
    let many: Vec<String> = (0..1_000).map(|i| format!("tenant-{i}")).collect();
    vec![
        ("plain", json!({"default": "text"})),
        ("rollout", json!({"rollout": {"on": 25, "off": 75}})),
        ("rollout-by-integer", json!({"rollout": {"rollout": {"on": 25, "off": 75}, "by": "tenant.id"}})),
        (
            "targeting",
            rule(json!({"user.email": {"endsWith": "@x.io"}, "tenant.tier": {"in": ["pro", "enterprise"]}})),
        ),
        ("segments", rule(json!({"any": [{"segment": "inner"}, {"segment": "outer"}]}))),
        ("user", json!({"scopes": {"user": {"ann": {"serve": "on", "until": "2030-01-01T00:00:00Z"}}}})),
        ("session", json!({"scopes": {"session": {"s-1": {"serve": "on"}}}})),
        ("tenant", json!({"scopes": {"tenant": {"42": {"serve": "on"}}}})),
        ("service", json!({"scopes": {"service": {"web": {"serve": "on"}}}})),
        ("environment", json!({"scopes": {"environment": {"production": {"serve": "on"}}}})),
        (
            "gates",
            json!({"rollout": {"on": 100}, "min_role": "member", "environments": ["production"],
                "expiry": "2030-01-01T00:00:00Z",
            "kill": {"environments": ["dark"], "tenants": ["globex"]}}),
        ),
        ("killed", json!({"enabled": false})),
        (
            "prerequisites",
            json!({"rollout": {"on": 100}, "prerequisites": [
                {"flag": "gates", "variation": "on"}, {"flag": "experiment", "variation": "a"}
            ]}),
        ),
        (
            "through-experiment",
            json!({"default": "x", "variations": [{"id": "a", "value": "a"}, {"id": "b", "value": "b"}],
            "rules": [{"action": {"experiment": "experiment"}}]}),
        ),
        (
            "static",
            json!({"dynamic": false, "rules": [{"condition": {"segment": "outer"}, "action": {"serve": "on"}}]}),
        ),
        ("json", json!({"type": "config", "default": {"a": [1, 2, {"b": null}]}})),
        (
            "ignore-case",
            rule(json!({"name": {"in": ["STRASSE", "Straße", "ΣΊΣΥΦΟΣ"], "contains": "aß",
                    "startsWith": "STR", "endsWith": ["ẞE"], "ignoreCase": true}})),
        ),
        ("many-members", rule(json!({"tenant.name": {"in": many}}))),
        ("order", rule(json!({"age": {"gte": 18, "lt": 9_007_199_254_740_993_i64}, "name": {"gt": "A"}}))),
        (
            "semver",
            rule(json!({"version": {"semverGte": "1.2.0-rc.1", "semverRange": ">=1.2.3-alpha <2.0.0"}})),
        ),
        (
            "dates",
            rule(json!({"seen": {"after": "2025-01-01T00:00:00+01:00", "before": 1_800_000_000_000_i64}})),
        ),
        ("cidr", rule(json!({"ip": {"cidr": ["10.0.0.0/8", "2001:db8::/32"]}}))),
        (
            "sealed",
            rule(
                json!({"name": {"sealedIn": {"salt": "s", "digests": ["47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"]}}}),
            ),
        ),
        (
            "lists",
            rule(json!({"tags": {"contains": ["beta", 1], "containsAll": ["beta", 3], "containsNone": ["z"],
                    "size": {"gte": 2, "notIn": [9]}}})),
        ),
        ("lists-ignoring-case", rule(json!({"tags": {"containsAny": ["BETA"], "ignoreCase": true}}))),
        ("numbers", rule(json!({"age": {"modulo": [10, 3], "ne": 0.5, "in": [1, 2.5, 43]}}))),
        ("presence", rule(json!({"device": {"exists": true}, "gone": {"exists": false}}))),
        ("unknown", rule(json!({"gone": {"eq": 1}, "name": {"resembles": 1}}))),
        (
            "patterns",
            rule(
                json!({"name": {"matches": "^stra(ß|ss)e$", "ignoreCase": true}, "seen": {"matches": "\\d{4}-"}}),
            ),
        ),
    ]
}

struct Stored;

impl StickyAssignments for Stored {
    fn stored(&self, _: &str, unit: &str) -> Option<&str> {
        (unit == "bob").then_some("b")
    }
}

fn snapshot() -> Snapshot {
    Snapshot::load_json(document().as_bytes(), Environment::Document).unwrap()
}

fn document() -> String {
    let mut entries: Vec<Value> = flags()
        .into_iter()
        .map(|(key, mut flag)| {
            flag["key"] = json!(key);
            flag
        })
        .collect();
    entries.extend([
        json!({"key": "inner", "type": "segment", "condition": {"user.email": {"eq": "nobody@x.io"}}}),
        json!({"key": "outer", "type": "segment",
            "condition": {"all": [{"not": {"segment": "inner"}}, {"age": {"gt": 1}}]}}),
        json!({"key": "layer", "type": "layer", "slots": {"experiment": [[0, 100_000]]}}),
        json!({"key": "experiment", "type": "experiment", "status": "running", "sticky": true,
            "layer": "layer", "traffic": 99,
            "holdout": {"key": "h", "percent": 1}, "audience": {"segment": "outer"},
            "start_date": "2020-01-01T00:00:00Z",
            "variants": [{"id": "a", "config": {"a": 1}}, {"id": "b"}], "allocation": {"a": 50, "b": 50}}),
    ]);
    json!({"environment": "production", "roles": ["viewer", "member"], "entries": entries}).to_string()
}

/// Ann by her name, by a number, with texts too long to lie in a value itself, and nobody at all.
fn contexts() -> Vec<Context> {
    let attributes = json!({
        "session": {"id": "s-1"}, "tenant": {"id": 42, "tier": "enterprise", "name": "tenant-999"},
        "service": {"name": "web"},
        "user": {"id": "ann", "email": "ann.with.a.long.address@x.io", "role": ["viewer", "member"]},
        "age": 43, "name": "Straße", "version": "1.2.3-beta.11+build.2026",
        "seen": "2026-01-01T12:30:45.123456789+05:30",
        "ip": "2001:db8::17", "tags": ["beta", 3, true, null, ["x"]], "device": {"os": "ios"}
    });
    let mut by_number = attributes.clone();
    by_number["user"]["id"] = json!(i64::MIN);
    by_number["tenant"]["id"] = json!(7.0);
    by_number["user"]["role"] = json!("admin");
    let mut long = attributes.clone();
    long["user"]["id"] = json!("u".repeat(500));
    long["name"] = json!("ΣΊΣΥΦΟΣ ".repeat(50));
    let texts = [attributes, by_number, long, json!({"user": {"id": "bob"}, "age": 2.5}), json!({})];
    texts.iter().map(|text| Context::parse_json(text.to_string().as_bytes()).unwrap()).collect()
}

#[test]
fn evaluation_takes_nothing_from_the_heap() {
    let snapshot = snapshot();
    let mut overrides = Overrides::new();
    overrides.set("never", value::Value::Bool(true));
    overrides.set("killed", "of another type");
    let keys: Vec<&str> = snapshot.keys().chain(["no-such-key", "inner"]).collect();
    for (number, context) in contexts().iter().enumerate() {
        let plain = Request::new(context, NOW);
        let full = Request {
            overrides: Some(&overrides),
            request_overrides: Some(&overrides),
            sticky: Some(&Stored),
            ..Request::new(context, NOW)
        };
        for key in &keys {
            let known = Key::new(*key);
            for request in [&plain, &full] {
                // A regular expression makes its automaton as it is first used; all else must not need a first time.
                if *key == "patterns" {
                    snapshot.evaluate(key, request);
                }
                let (_, taken) = measure(|| {
                    let evaluation = snapshot.evaluate(key, request);
                    let told =
                        (evaluation.value(), evaluation.variation(), evaluation.rule(), evaluation.bucket());
                    (
                        std::hint::black_box(told).0.is_some(),
                        snapshot.evaluate_as(&known, Asked::Json, request).reason(),
                    )
                });
                assert_eq!(taken.allocations, 0, "{key} for context {number}");
            }
        }
    }
}

/// The same through a client, and of a view: what a program asks every time.
#[test]
fn a_client_s_reads_take_nothing_from_the_heap() {
    let client = Client::start(Options::new(Source::Memory(document()))).unwrap();
    let mut overrides = Overrides::new();
    overrides.set("never", true);
    let asking = client.with_request_overrides(overrides);
    let keys: Vec<String> = snapshot().keys().chain(["no-such-key", "inner"]).map(str::to_owned).collect();
    let read = |client: &Client, key: &str, context: &Context| {
        let text = client.evaluate(key, Some(Asked::String), context, |outcome| {
            outcome.evaluation.value().and_then(|value| value.as_str()).is_some()
        });
        let details = client.evaluate(key, None, context, |outcome| {
            (outcome.error(), outcome.evaluation.variation().is_some(), outcome.stale_ms)
        });
        std::hint::black_box((
            (text, details),
            client.get_bool(key, context, false),
            client.get_int(key, context, 0),
            client.get_float(key, context, 0.0),
        ));
    };
    for context in contexts() {
        let view = client.view(context.clone(), Keys::All);
        for (key, is_overridden) in keys.iter().flat_map(|key| [(key, false), (key, true)]) {
            match is_overridden {
                true => client.set_override("never", 1_i64).unwrap(),
                false => client.clear_overrides(),
            }
            for client in [&client, &asking] {
                // A regular expression makes its automaton at its first use, a thread its place among the readers.
                read(client, key, &context);
                let (_, taken) = measure(|| read(client, key, &context));
                assert_eq!(taken.allocations, 0, "{key}");
            }
            let read = || (view.get_bool(key, true), view.get_str(key, "").len(), view.outcome(key).error());
            let (_, taken) = measure(|| std::hint::black_box((read(), view.is_current(), view.clone())));
            assert_eq!(taken.allocations, 0, "{key} of a view");
        }
    }
}

/// So that the tests above cannot pass because its flags are broken, or its counter is.
#[test]
fn its_flags_do_what_they_are_for() {
    let snapshot = snapshot();
    assert_eq!(
        snapshot.warnings().map(|problem| problem.code.as_str()).collect::<Vec<_>>(),
        ["UNKNOWN_OPERATOR"]
    );
    let contexts = contexts();
    let request = &Request::new(&contexts[0], NOW);
    for (key, flag) in flags() {
        let evaluation = snapshot.evaluate(key, request);
        let applies = evaluation.value() == Some(&value::Value::Int(1));
        let is_exception = ["unknown", "sealed"].contains(&key);
        assert!(flag.get("rules").is_none() || flag["default"] != 0 || applies != is_exception, "{key}");
    }
    let (_, taken) = measure(|| std::hint::black_box(vec![0_u8; 1_000]));
    assert_eq!((taken.allocations, taken.peak), (1, 1_000));
}
