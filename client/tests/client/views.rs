//! Views: evaluated once, read as the client reads, renewed when something else is in force.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use vexil_client::{Client, Context, ErrorCode, Keys, Options, Origin, Overrides, Source, Value, View};

use crate::local::{bundle, memory, until};

const ENTRIES: &str = r#"
    {"key": "b", "default": true},
    {"key": "i", "type": "config", "default": 9007199254740993},
    {"key": "f", "type": "config", "default": 0.5},
    {"key": "s", "type": "config", "default": "x"},
    {"key": "j", "type": "config", "default": {"k": [1]}},
    {"key": "broken", "rollout": {"on": 1}},
    {"key": "mine", "rules": [{"condition": {"user.id": {"eq": "ann"}}, "action": {"serve": "on"}}]},
    {"key": "e", "type": "experiment", "status": "running", "allocation": {"v": 100},
     "variants": [{"id": "v", "config": {"steps": 2}}]}"#;

fn ann() -> Context {
    Context::new().with("user.id", "ann")
}

#[test]
fn a_view_reads_what_the_client_reads() {
    let client = memory(ENTRIES);
    let view = client.view(ann(), Keys::All);
    assert!(view.is_enabled("b") && view.is_enabled("mine") && !view.is_enabled("s"));
    assert_eq!((view.get_int("i", 0), view.get_float("f", 0.0)), (9_007_199_254_740_993, 0.5));
    assert_eq!((view.get_str("s", ""), view.get_str("none", "d")), ("x", "d"));
    assert_eq!(view.get_json("j", &Value::Null).to_string(), r#"{"k":[1]}"#);
    assert_eq!((view.variant("e"), view.variant("b")), (Some("v"), None));
    assert_eq!(view.variant_config("e").unwrap().to_string(), r#"{"steps":2}"#);
    assert_eq!(view.experiment("e"), client.experiment("e", &ann()));
    assert_eq!(view.experiment("e").unwrap().unit.as_deref(), Some("ann"));
    for key in ["b", "i", "f", "s", "j", "broken", "mine", "e", "none", ""] {
        assert_eq!(view.bool_details(key, true), client.bool_details(key, &ann(), true), "{key}");
        assert_eq!(view.int_details(key, 7), client.int_details(key, &ann(), 7), "{key}");
        assert_eq!(view.float_details(key, 0.25), client.float_details(key, &ann(), 0.25), "{key}");
        assert_eq!(view.string_details(key, "d"), client.string_details(key, &ann(), "d"), "{key}");
        let null = || Value::Null;
        assert_eq!(view.json_details(key, null()), client.json_details(key, &ann(), null()), "{key}");
    }
    assert_eq!(view.float_details("i", 0.0).error, Some(ErrorCode::TypeMismatch), "no float holds it");
    let keys: Vec<_> = view.iter().map(|(key, _)| key.to_owned()).collect();
    assert_eq!(keys, ["b", "i", "f", "s", "j", "broken", "mine", "e"]);
    assert_eq!((view.version(), view.origin(), view.stale_ms()), (1, Origin::Memory, None));
}

#[test]
fn a_view_of_some_keys_has_these_and_no_others() {
    let client = memory(ENTRIES);
    let view = client.view(ann(), Keys::of(["s", "none", "b", "s"]));
    assert_eq!(view.iter().map(|(key, _)| key).collect::<Vec<_>>(), ["s", "b"]);
    assert!(view.is_enabled("b"));
    let left_out = view.bool_details("mine", false);
    assert_eq!((left_out.value, left_out.error), (false, Some(ErrorCode::FlagNotFound)));
    assert!(left_out.message.unwrap().contains("this view"));
    assert_eq!(view.bool_details("none", true), client.bool_details("none", &ann(), true));
}

#[test]
fn a_view_stays_as_it_is_until_it_is_renewed_and_says_whether_anything_changed() {
    let client = memory(ENTRIES);
    let mut view = client.view(ann(), Keys::All);
    let kept = view.clone();
    assert!(view.is_current());
    client.put(&bundle(2, &ENTRIES.replace("\"x\"", "\"y\""))).unwrap();
    assert!(!view.is_current());
    assert_eq!(view.get_str("s", ""), "x");
    assert!(view.renew());
    assert!(view.is_current());
    assert_eq!((view.get_str("s", ""), view.version()), ("y", 2));
    assert_eq!((kept.get_str("s", ""), kept.version()), ("x", 1), "clones are other views by now");

    client.put(&bundle(3, &ENTRIES.replace("\"x\"", "\"y\""))).unwrap();
    assert!(!view.is_current());
    assert!(!view.renew(), "another version says the same");
    assert!(view.renew_with(Context::new().with("user.id", "bob")));
    assert!(!view.is_enabled("mine"));
    client.put(&bundle(4, r#"{"key": "b", "default": true}"#)).unwrap();
    assert!(view.renew(), "keys have gone");
}

#[test]
fn a_view_that_is_as_old_as_the_polling_interval_is_not_current() {
    let options = Options {
        polling_interval: Duration::from_millis(1),
        ..Options::new(Source::Memory(bundle(1, r#"{"key": "a", "default": true}"#)))
    };
    let mut view = Client::start(options).unwrap().view(ann(), Keys::All);
    until("time may have changed what it says", || !view.is_current());
    assert!(!view.renew());
}

#[test]
fn everything_that_a_read_depends_on_moves_the_generation() {
    let client = memory(ENTRIES);
    let mut last = client.generation();
    let mut moved = |what: &str| {
        assert!(client.generation() > last, "{what}");
        last = client.generation();
    };
    let mut view = client.view(ann(), Keys::All);
    client.set_override("s", "o").unwrap();
    moved("an override");
    assert!(!view.is_current() && view.renew());
    assert_eq!(view.get_str("s", ""), "o");
    client.clear_overrides();
    moved("no override");
    client.register(r#"{"key": "new", "default": true}"#).unwrap();
    moved("a registration");
    assert!(view.renew() && view.is_enabled("new"));
    client.unregister("new");
    moved("no registration");
    client.set_runtime("ui", "theme", "dark").unwrap();
    moved("a runtime value");
    client.put(&bundle(1, ENTRIES)).unwrap();
    moved("definitions");
    client.is_enabled("b", &ann());
    assert_eq!(client.generation(), last, "a read moves nothing");
}

#[test]
fn a_view_is_read_by_many_threads_while_the_client_goes() {
    let client = memory(ENTRIES);
    let view = Arc::new(client.view(ann(), Keys::All));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let view = Arc::clone(&view);
            thread::spawn(move || (0..1_000).all(|_| view.is_enabled("mine") && view.get_str("s", "") == "x"))
        })
        .collect();
    drop(client);
    assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
    let mut view = View::clone(&view);
    assert!(!view.renew(), "what was held is still there");
}

#[test]
fn a_request_may_bring_overrides_of_its_own_below_kills() {
    let client = memory(r#"{"key": "a"}, {"key": "killed", "enabled": false}"#);
    let mut overrides = Overrides::new();
    overrides.set("a", true);
    overrides.set("killed", true);
    let asking = client.with_request_overrides(overrides);
    assert!(asking.is_enabled("a", &ann()) && !client.is_enabled("a", &ann()));
    assert!(!asking.is_enabled("killed", &ann()));
    let mut view = asking.view(ann(), Keys::All);
    assert!(view.is_enabled("a") && !view.is_enabled("killed"));
    client.put(&bundle(2, r#"{"key": "a"}, {"key": "b", "default": true}"#)).unwrap();
    assert!(view.renew());
    assert!(view.is_enabled("a") && view.is_enabled("b"));
    assert_eq!(view.bool_details("a", false).reason.as_str(), "OVERRIDE");
}

#[test]
fn a_pinned_client_sees_one_moment() {
    let client =
        memory(r#"{"key": "b", "default": true}, {"key": "killed", "enabled": false, "default": true}"#);
    client.set_override("b", false).unwrap();
    let mut overrides = Overrides::new();
    overrides.set("killed", true);
    overrides.set("later", true);
    let pinned = client.with_request_overrides(overrides).pinned();
    client.clear_overrides();
    client.put(&bundle(2, r#"{"key": "b", "default": true}, {"key": "killed"}, {"key": "later"}"#)).unwrap();
    let read = |client: &Client| {
        ["b", "killed", "later"]
            .map(|key| client.bool_details(key, &ann(), false))
            .map(|found| (found.value, found.version))
    };
    assert_eq!(read(&pinned), [(false, 1), (false, 1), (false, 1)]);
    assert_eq!(pinned.view(ann(), Keys::All).version(), 1);
    assert!(pinned.explain("later", &ann()).to_string().contains("later"));
    assert_eq!(read(&client), [(true, 2), (false, 2), (false, 2)]);
    assert_eq!(
        read(&pinned.pinned()),
        [(true, 2), (true, 2), (true, 2)],
        "it is pinned anew, with its overrides"
    );
    assert_eq!(pinned.state().version, 2, "how the client stands is its own matter");
}
