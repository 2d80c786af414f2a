//! What a program says beside the definitions: runtime values, what it registers, and who hears of it.

use std::sync::{Arc, Mutex};

use vexil_client::{
    Change, Client, Context, ErrorCode, Fallback, Keys, Options, Origin, RuntimeError, Source, Value, limits,
};
use vexil_core::problem::Code;

use crate::local::{bundle, memory};

const REGISTERED: &str = include_str!("../../../examples/registrations.json");

fn ann() -> Context {
    Context::new().with("user.id", "ann").with("env", "production")
}

/// Notes what is heard.
fn hearing() -> (Arc<Mutex<Vec<Change>>>, impl Fn(&Change) + Send + Sync + 'static) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let noting = Arc::clone(&heard);
    (heard, move |change: &Change| noting.lock().unwrap().push(change.clone()))
}

fn told(heard: &Mutex<Vec<Change>>) -> Vec<(Option<Value>, Option<Value>, Origin)> {
    heard.lock().unwrap().drain(..).map(|change| (change.old, change.new, change.origin)).collect()
}

fn some(value: impl Into<Value>) -> Option<Value> {
    Some(value.into())
}

#[test]
fn values_of_the_host_s_own_namespaces_are_set_heard_of_and_removed() {
    let options = Options { allow_overrides: false, ..Options::new(Source::Memory(bundle(1, ""))) };
    let client = Client::start(options).unwrap();
    let (heard, listener) = hearing();
    let _subscription = client.on_change("ui", "theme", listener);
    assert_eq!(client.get_runtime("ui", "theme"), None);
    client.set_runtime("ui", "theme", "dark").unwrap();
    client.set_runtime("ui", "theme", "dark").unwrap();
    client.set_runtime("ui", "size", 3_i64).unwrap();
    client.set_runtime("other", "theme", "light").unwrap();
    assert_eq!(client.get_runtime("ui", "theme"), some("dark"));
    let all: Vec<_> = client.runtime_values("ui").into_iter().map(|(key, _)| key).collect();
    assert_eq!(all, ["size", "theme"]);
    client.put(&bundle(2, "")).unwrap();
    assert_eq!(client.get_runtime("ui", "theme"), some("dark"), "definitions leave it alone");
    client.remove_runtime("ui", "theme");
    client.remove_runtime("ui", "never-there");
    client.remove_runtime("nowhere", "never-there");
    assert_eq!(client.get_runtime("ui", "theme"), None);
    let expected = [(None, some("dark"), Origin::Runtime), (some("dark"), None, Origin::Runtime)];
    assert_eq!(told(&heard), expected);
}

#[test]
fn in_the_namespaces_of_the_definitions_a_runtime_value_is_an_override() {
    let client = memory(r#"{"key": "a", "default": false}"#);
    let (heard, listener) = hearing();
    let _subscription = client.on_change("features", "a", listener);
    client.set_runtime("features", "a", true).unwrap();
    assert!(client.is_enabled("a", &Context::new()));
    assert_eq!((client.get_runtime("features", "a"), client.get_override("a")), (some(true), some(true)));
    assert_eq!(client.state().overrides, 1);
    // While it is overridden, other definitions change nothing.
    client.put(&bundle(2, r#"{"key": "a", "default": true}"#)).unwrap();
    client.put(&bundle(3, r#"{"key": "a", "default": false}"#)).unwrap();
    client.remove_runtime("configs", "a");
    assert!(!client.is_enabled("a", &Context::new()));
    let expected = [(some(false), some(true), Origin::Runtime), (some(true), some(false), Origin::Memory)];
    assert_eq!(told(&heard), expected);

    let options = Options { allow_overrides: false, ..Options::new(Source::Memory(bundle(1, ""))) };
    let client = Client::start(options).unwrap();
    let refused = client.set_runtime("experiments", "a", "b").unwrap_err();
    assert!(
        matches!(refused, RuntimeError::NotAllowed(_))
            && refused.to_string().contains("OVERRIDES_NOT_ALLOWED")
    );
}

#[test]
fn runtime_values_are_bounded() {
    let client = memory("");
    let long = "n".repeat(limits::NAME_BYTES + 1);
    for (namespace, key) in [("", "k"), ("n", ""), (long.as_str(), "k"), ("n", long.as_str())] {
        assert_eq!(client.set_runtime(namespace, key, 1_i64), Err(RuntimeError::Name));
    }
    let large = "v".repeat(limits::RUNTIME_VALUE_BYTES);
    assert_eq!(client.set_runtime("n", "k", large.as_str()), Err(RuntimeError::TooLarge));
    let nested = Value::List((0..limits::RUNTIME_VALUE_BYTES / 8).map(|i| Value::Int(i as i64)).collect());
    assert_eq!(client.set_runtime("n", "k", nested), Err(RuntimeError::TooLarge));
    for i in 0..limits::RUNTIME_VALUES {
        client.set_runtime("n", &i.to_string(), 1_i64).unwrap();
    }
    assert_eq!(client.set_runtime("n", "more", 1_i64), Err(RuntimeError::TooMany));
    client.set_runtime("n", "0", 2_i64).unwrap();
    for i in 1..limits::RUNTIME_NAMESPACES {
        client.set_runtime(&i.to_string(), "k", 1_i64).unwrap();
    }
    assert_eq!(client.set_runtime("more", "k", 1_i64), Err(RuntimeError::TooMany));
    client.remove_runtime("1", "k");
    client.set_runtime("more", "k", 1_i64).unwrap();
    assert_eq!(client.get_runtime("n", "0"), some(2_i64));
}

#[test]
fn what_is_registered_stands_where_nothing_else_does() {
    let client = memory(r#"{"key": "known", "default": true}"#);
    client.register(REGISTERED).unwrap();
    client.register(r#"{"key": "known", "default": false}"#).unwrap();
    assert_eq!(client.registered(), ["checkout-experiment", "known", "new-dashboard"]);
    let details = client.bool_details("known", &ann(), false);
    assert_eq!((details.value, details.origin), (true, Origin::Memory));
    let details = client.bool_details("new-dashboard", &ann(), true);
    assert_eq!((details.value, details.reason.as_str()), (false, "EXPIRED"));
    assert_eq!((details.origin, details.error), (Origin::Registered, None));
    let assigned = client.experiment("checkout-experiment", &ann()).unwrap();
    assert_eq!(assigned.origin, Origin::Registered);

    let mut keys = Vec::new();
    client.evaluate_all(&ann(), |key, _| keys.push(key.to_owned()));
    assert_eq!(keys, ["known", "checkout-experiment", "new-dashboard"], "each once");
    let view = client.view(ann(), Keys::of(["new-dashboard", "checkout-experiment"]));
    assert_eq!(view.bool_details("new-dashboard", true), details_of(&client));
    assert_eq!(view.variant("checkout-experiment"), Some(assigned.variant.as_str()));
    assert!(client.explain("new-dashboard", &ann()).to_string().contains("expiry"));
    client.set_override("new-dashboard", true).unwrap();
    assert!(client.is_enabled("new-dashboard", &ann()));
    client.clear_overrides();

    client.put(&bundle(2, r#"{"key": "new-dashboard", "default": true}"#)).unwrap();
    let details = client.bool_details("new-dashboard", &ann(), false);
    assert_eq!((details.value, details.origin), (true, Origin::Memory), "by now the control plane knows it");
    assert_eq!(client.bool_details("known", &ann(), true).origin, Origin::Registered);
    client.unregister("known");
    assert_eq!(client.bool_details("known", &ann(), true).error, Some(ErrorCode::FlagNotFound));
}

fn details_of(client: &Client) -> vexil_client::Details<bool> {
    client.bool_details("new-dashboard", &ann(), true)
}

#[test]
fn what_is_registered_stands_in_the_environment_and_with_the_roles_of_what_is_in_force() {
    let options = Options {
        environment: None,
        ..Options::new(Source::Memory(r#"{"schema": 1, "entries": []}"#.into()))
    };
    let client = Client::start(options).unwrap();
    client
        .register(
            r#"[{"key": "here", "default": true, "environments": ["staging"]},
                {"key": "led", "default": true, "min_role": "lead"},
                {"key": "uses", "rules": [{"condition": {"segment": "later"}, "action": {"serve": "on"}}]}]"#,
        )
        .unwrap();
    let lead = Context::new().with("user.role", "lead");
    assert!(!client.is_enabled("here", &lead));
    assert_eq!(client.bool_details("led", &lead, false).error, Some(ErrorCode::ParseError));
    client
        .put(
            r#"{"schema": 1, "environment": "staging", "roles": ["member", "lead"], "entries": [
            {"key": "later", "type": "segment", "condition": {}}]}"#,
        )
        .unwrap();
    assert!(client.is_enabled("here", &lead) && client.is_enabled("led", &lead));
    assert!(!client.is_enabled("led", &Context::new().with("user.role", "member")));
    assert!(!client.is_enabled("uses", &lead), "what is registered sees only what is registered");
    client.register(r#"{"key": "later", "type": "segment", "condition": {}}"#).unwrap();
    assert!(client.is_enabled("uses", &lead));
}

#[test]
fn what_is_in_force_does_not_see_what_is_registered() {
    let client = memory(r#"{"key": "a", "default": true, "prerequisites": [{"flag": "b", "value": true}]}"#);
    client.register(r#"{"key": "b", "default": true}"#).unwrap();
    assert!(client.is_enabled("b", &ann()));
    assert_eq!(client.bool_details("a", &ann(), true).reason.as_str(), "PREREQUISITE_FAILED");
}

#[test]
fn all_of_it_is_registered_or_nothing() {
    let client = memory("");
    client.register(r#"{"key": "a", "default": true}"#).unwrap();
    let before = client.generation();
    for (text, code) in [
        ("{", Code::Syntax),
        ("[]", Code::NotADefinition),
        (r#"[{"key": "b"}, {"key": "c", "defualt": true}]"#, Code::UnknownField),
        (r#"[{"key": "b"}, {"key": "c d"}]"#, Code::InvalidKey),
        (r#"[{"key": "b"}, {"key": "b"}]"#, Code::DuplicateKey),
        (r#"{"key": "b", "rollout": {"on": 1}}"#, Code::PercentageTotal),
    ] {
        assert_eq!(client.register(text).unwrap_err().code, code, "{text}");
    }
    let many: Vec<_> = (0..limits::REGISTERED_ENTRIES).map(|i| format!(r#"{{"key": "k{i}"}}"#)).collect();
    assert_eq!(client.register(&format!("[{}]", many.join(","))).unwrap_err().code, Code::LimitExceeded);
    let long = format!(r#"{{"key": "b", "description": "{}"}}"#, "d".repeat(limits::REGISTERED_BYTES));
    assert_eq!(client.register(&long).unwrap_err().code, Code::LimitExceeded);
    assert_eq!((client.registered(), client.generation()), (vec!["a".to_owned()], before));
    client.register(&format!("[{}]", many[1..].join(","))).unwrap();
    assert_eq!(client.registered().len(), limits::REGISTERED_ENTRIES);
    client.register(r#"{"key": "a", "default": false}"#).unwrap();
    assert!(!client.is_enabled("a", &ann()), "the later one takes the place of the one before");
}

#[test]
fn listeners_hear_of_what_is_registered() {
    let client = memory("");
    let (heard, listener) = hearing();
    let _subscription = client.on_change("features", "a", listener);
    client.register(r#"{"key": "a", "default": true}"#).unwrap();
    client.put(&bundle(2, r#"{"key": "a", "default": false}"#)).unwrap();
    let expected = [(None, some(true), Origin::Registered), (some(true), some(false), Origin::Memory)];
    assert_eq!(told(&heard), expected);
}

#[test]
fn a_listener_may_listen_for_somebody() {
    let rule = |user: &str| {
        format!(
            r#"{{"key": "a", "rules": [{{"condition": {{"user.id": {{"eq": "{user}"}}}}, "action": {{"serve": "on"}}}}]}}"#
        )
    };
    let client = memory(&rule("bob"));
    let ((for_ann, of_ann), (for_nobody, of_nobody)) = (hearing(), hearing());
    let _subscriptions =
        (client.on_change_for("features", "a", ann(), of_ann), client.on_change("features", "a", of_nobody));
    client.put(&bundle(2, &rule("ann"))).unwrap();
    assert_eq!(told(&for_ann), [(some(false), some(true), Origin::Memory)]);
    assert_eq!(told(&for_nobody), []);
}

#[test]
fn a_listener_hears_of_everything_that_is_put_in_force() {
    let client = memory("");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let noting = Arc::clone(&heard);
    let subscription = client.on_generation(move |generation| noting.lock().unwrap().push(*generation));
    client.set_runtime("ui", "theme", "dark").unwrap();
    client.put(&bundle(2, "")).unwrap();
    client.register(r#"{"key": "a"}"#).unwrap();
    let last = client.generation();
    assert_eq!(*heard.lock().unwrap(), [last - 2, last - 1, last]);
    drop(subscription);
    client.put(&bundle(3, "")).unwrap();
    assert_eq!(heard.lock().unwrap().len(), 3);
}

#[test]
fn a_listener_may_change_what_is_in_force() {
    let client = memory(r#"{"key": "a", "default": false}, {"key": "b", "default": false}"#);
    let (heard, listener) = hearing();
    let changing = client.clone();
    let _subscriptions = (
        client.on_change("features", "a", move |_| changing.set_override("b", true).unwrap()),
        client.on_change("features", "b", listener),
    );
    client.set_override("a", true).unwrap();
    assert_eq!(told(&heard), [(some(false), some(true), Origin::Runtime)]);
    assert_eq!(client.state().overrides, 2);
}

#[test]
fn the_state_says_how_many_overrides_there_are() {
    let client = memory(r#"{"key": "a", "default": false}"#);
    let counts = Arc::new(Mutex::new(Vec::new()));
    let noting = Arc::clone(&counts);
    let _subscription = client.on_state(move |state| noting.lock().unwrap().push(state.overrides));
    client.set_override("a", true).unwrap();
    client.set_override("a", false).unwrap();
    client.set_override("b", true).unwrap();
    client.clear_overrides();
    assert_eq!(*counts.lock().unwrap(), [1, 2, 0]);
}

#[test]
fn only_where_there_are_no_definitions_at_all_nobody_is_ready() {
    let nowhere = Source::File("/nowhere/flags.json".into());
    let client = Client::start(Options::new(nowhere.clone())).unwrap();
    assert!(!client.is_ready());
    let view = client.view(ann(), Keys::All);
    for details in [client.bool_details("a", &ann(), true), view.bool_details("a", true)] {
        assert_eq!((details.value, details.error), (true, Some(ErrorCode::ProviderNotReady)));
    }
    client.evaluate("a", None, &ann(), |outcome| {
        assert_eq!(outcome.error(), Some(ErrorCode::ProviderNotReady));
    });
    client.register(r#"{"key": "a", "default": false}"#).unwrap();
    assert_eq!(client.bool_details("a", &ann(), true).error, None, "it is registered");
    client.evaluate("b", None, &ann(), |outcome| {
        assert_eq!(outcome.error(), Some(ErrorCode::ProviderNotReady));
    });

    let options = Options {
        fallback: Fallback::Throw,
        ..Options::new(Source::Memory(bundle(1, r#"{"key": "s", "type": "config", "default": "x"}"#)))
    };
    let client = Client::start(options).unwrap();
    assert!(client.is_ready());
    assert_eq!(client.bool_details("a", &ann(), true).error, Some(ErrorCode::FlagNotFound));
    assert_eq!(client.bool_details("s", &ann(), true).error, Some(ErrorCode::TypeMismatch));
}
