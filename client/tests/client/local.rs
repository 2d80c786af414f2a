//! Without a server: memory, files, bootstrap, overrides, listeners.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use vexil_client::{
    Client, ConnectionStatus, Context, ErrorCode, FailureCode, Fallback, Options, Origin, Source, StartError,
    Value,
};

pub(crate) fn bundle(version: u64, entries: &str) -> String {
    format!(r#"{{"schema": 1, "version": {version}, "environment": "test", "entries": [{entries}]}}"#)
}

pub(crate) fn memory(entries: &str) -> Client {
    Client::start(Options::new(Source::Memory(bundle(1, entries)))).unwrap()
}

/// Waits until something is so.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "not within a minute: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn values_have_their_types_and_their_reasons() {
    let client = memory(
        r#"{"key": "a", "default": true}, {"key": "n", "type": "config", "default": 7},
           {"key": "f", "type": "config", "default": 1.5}, {"key": "s", "type": "config", "default": "x"},
           {"key": "j", "type": "config", "default": {"k": [1]}}"#,
    );
    let nobody = Context::new();
    assert!(client.is_enabled("a", &nobody));
    assert_eq!(client.get_int("n", &nobody, 0), 7);
    assert_eq!(client.get_float("f", &nobody, 0.0), 1.5);
    assert_eq!(client.get_float("n", &nobody, 0.0), 7.0);
    assert_eq!(client.get_string("s", &nobody, ""), "x");
    assert_eq!(client.get_json("j", &nobody, Value::Null).to_string(), r#"{"k":[1]}"#);
    let details = client.bool_details("s", &nobody, true);
    assert_eq!((details.value, details.error), (true, Some(ErrorCode::TypeMismatch)));
    let details = client.bool_details("a", &nobody, false);
    assert_eq!((details.reason.as_str(), details.version, details.origin), ("DEFAULT", 1, Origin::Memory));
    assert_eq!(details.stale_ms, None);
    assert_eq!(client.bool_details("none", &nobody, true).error, Some(ErrorCode::FlagNotFound));
    let mut keys = Vec::new();
    client.evaluate_all(&nobody, |key, _| keys.push(key.to_owned()));
    assert_eq!(keys, ["a", "n", "f", "s", "j"]);
}

#[test]
fn what_the_client_knows_stands_behind_what_the_caller_says() {
    let condition = |path: &str, value: &str| {
        format!(
            r#"{{"key": "{path}", "rules": [{{"condition": {{"{path}": {{"eq": "{value}"}}}}, "action": {{"serve": "on"}}}}]}}"#
        )
    };
    let entries = [condition("service.name", "shop"), condition("app.version", "1.2.3")].join(",");
    let mut options = Options::new(Source::Memory(bundle(1, &entries)));
    options.supplied.service_name = Some("shop".to_owned());
    options.supplied.app_version = Some("1.2.3".to_owned());
    let client = Client::start(options).unwrap();
    assert!(client.is_enabled("service.name", &Context::new()));
    assert!(client.is_enabled("app.version", &Context::new().with("user.id", "u")));
    assert!(!client.is_enabled("app.version", &Context::new().with("app.version", "2.0.0")));
}

#[test]
fn overrides_stand_above_everything_where_they_are_allowed() {
    let client = memory(r#"{"key": "a", "enabled": false, "default": true}"#);
    let nobody = Context::new();
    assert!(!client.is_enabled("a", &nobody));
    client.set_override("a", true).unwrap();
    assert!(client.is_enabled("a", &nobody));
    assert_eq!(client.bool_details("a", &nobody, false).reason.as_str(), "OVERRIDE");
    assert_eq!(client.get_override("a"), Some(Value::Bool(true)));
    assert_eq!(client.state().overrides, 1);
    client.remove_override("a");
    assert!(!client.is_enabled("a", &nobody));
    client.set_override("a", true).unwrap();
    client.clear_overrides();
    assert!(client.overrides().is_empty() && !client.is_enabled("a", &nobody));

    let options = Options { allow_overrides: false, ..Options::new(Source::Memory(bundle(1, ""))) };
    assert!(Client::start(options).unwrap().set_override("a", true).is_err());
}

#[test]
fn listeners_hear_of_values_that_are_another_and_one_that_panics_harms_nobody() {
    let client = memory(r#"{"key": "a", "default": false}, {"key": "b", "default": false}"#);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let _broken = client.on_change("features", "a", |_| panic!("a listener of the host's"));
    let listener = {
        let heard = Arc::clone(&heard);
        move |change: &vexil_client::Change| heard.lock().unwrap().push(change.clone())
    };
    let subscription = client.on_change("features", "a", listener);
    client.put(&bundle(2, r#"{"key": "a", "default": false}, {"key": "b", "default": true}"#)).unwrap();
    assert!(heard.lock().unwrap().is_empty(), "only b is another");
    client.put(&bundle(3, r#"{"key": "a", "default": true}"#)).unwrap();
    {
        let heard = heard.lock().unwrap();
        assert_eq!(heard.len(), 1);
        assert_eq!((&heard[0].old, &heard[0].new), (&Some(Value::Bool(false)), &Some(Value::Bool(true))));
        assert_eq!((heard[0].namespace.as_str(), heard[0].origin), ("features", Origin::Memory));
    }
    drop(subscription);
    client.put(&bundle(4, r#"{"key": "a", "default": false}"#)).unwrap();
    assert_eq!(heard.lock().unwrap().len(), 1, "who has gone hears nothing");
    assert_eq!(client.state().version, 4);
}

#[test]
fn definitions_that_cannot_be_read_leave_what_is_in_force() {
    let client = memory(r#"{"key": "a", "default": true}"#);
    assert_eq!(client.put("{").unwrap_err().code, FailureCode::Definitions);
    assert!(client.is_enabled("a", &Context::new()));
    let refused = Client::start(Options::new(Source::Memory("[".to_owned())));
    assert!(matches!(refused.err(), Some(StartError::Definitions(_))));
}

#[test]
fn a_file_is_watched_and_its_absence_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flags.json");
    std::fs::write(&path, bundle(1, r#"{"key": "a", "default": true}"#)).unwrap();
    let options =
        Options { polling_interval: Duration::from_millis(10), ..Options::new(Source::File(path.clone())) };
    let client = Client::start(options).unwrap();
    let nobody = Context::new();
    assert!(client.is_enabled("a", &nobody));
    assert_eq!(client.state().connection, ConnectionStatus::Connected);
    std::fs::write(&path, bundle(22, r#"{"key": "a", "default": false}"#)).unwrap();
    until("the file is read again", || client.state().version == 22);
    assert!(!client.is_enabled("a", &nobody));
    std::fs::remove_file(&path).unwrap();
    until("the file is missed", || client.state().connection == ConnectionStatus::Error);
    assert_eq!(client.state().last_error.unwrap().code, FailureCode::File);
    assert_eq!(client.bool_details("a", &nobody, true).error, None);
    assert!(client.bool_details("a", &nobody, true).stale_ms.is_some());
    std::fs::write(&path, bundle(333, r#"{"key": "a", "default": true}"#)).unwrap();
    until("the file is there again", || client.state().version == 333);
    assert_eq!(client.bool_details("a", &nobody, false).stale_ms, None);
    client.close();
    assert!(client.is_enabled("a", &nobody), "what is held is still served");
}

#[test]
fn a_program_can_bring_its_first_definitions() {
    let missing = Source::File("/nowhere/flags.json".into());
    let options = Options {
        bootstrap: Some(bundle(1, r#"{"key": "a", "default": true}"#)),
        ..Options::new(missing.clone())
    };
    let client = Client::start(options).unwrap();
    let details = client.bool_details("a", &Context::new(), false);
    assert_eq!((details.value, details.origin), (true, Origin::Bootstrap));
    assert!(details.stale_ms.is_some() && client.state().stale_since.is_some());

    let nothing = Client::start(Options::new(missing.clone())).unwrap();
    let details = nothing.bool_details("a", &Context::new(), true);
    assert_eq!((details.value, details.error), (true, Some(ErrorCode::ProviderNotReady)));
    let strict = Options { fallback: Fallback::Throw, ..Options::new(missing) };
    assert!(matches!(Client::start(strict).err(), Some(StartError::NotReady(_))));
}
