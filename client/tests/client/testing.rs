//! The client for the unit tests of programs.

use vexil_client::testing::{NotSet, TestClient};
use vexil_client::{Context, ErrorCode, Keys, Value};

use crate::local::bundle;

fn nobody() -> Context {
    Context::new()
}

#[test]
fn a_test_sets_flags_of_every_type_and_takes_them_back() {
    let client = TestClient::new().unwrap();
    assert!(client.is_ready());
    assert_eq!(client.bool_details("b", &nobody(), true).error, Some(ErrorCode::FlagNotFound));
    client.set("b", true).unwrap();
    client.set("i", 7_i64).unwrap();
    client.set("f", Value::Float(7.0)).unwrap();
    client.set("s", "text").unwrap();
    client.set("j", Value::Null).unwrap();
    assert!(client.is_enabled("b", &nobody()));
    assert_eq!((client.get_int("i", &nobody(), 0), client.get_float("f", &nobody(), 0.0)), (7, 7.0));
    assert_eq!(client.int_details("f", &nobody(), 0).error, Some(ErrorCode::TypeMismatch));
    assert_eq!(client.get_string("s", &nobody(), ""), "text");
    assert_eq!(client.get_json("j", &nobody(), Value::Bool(true)), Value::Null);
    assert!(client.view(nobody(), Keys::All).is_enabled("b"));
    client.set("b", "another type").unwrap();
    assert_eq!(client.get_string("b", &nobody(), ""), "another type");
    client.remove("b");
    assert_eq!(client.string_details("b", &nobody(), "").error, Some(ErrorCode::FlagNotFound));
    client.clear();
    assert_eq!(client.int_details("i", &nobody(), 0).error, Some(ErrorCode::FlagNotFound));
    assert!(matches!(client.set("no key", true), Err(NotSet::Problem(_))));
}

#[test]
fn a_test_sets_variants() {
    let client = TestClient::new().unwrap();
    client.set_variant("e", "a").unwrap();
    assert_eq!(client.variant("e", &nobody()).as_deref(), Some("a"));
    client.set_variant_with_config("e", "b", Value::from("config")).unwrap();
    assert_eq!(client.variant("e", &nobody()).as_deref(), Some("b"));
    assert_eq!(client.variant_config("e", &nobody()), Some("config".into()));
    client.set("e", true).unwrap();
    assert!(client.is_enabled("e", &nobody()), "a flag by now");
    client.remove("e");
    assert_eq!(client.variant("e", &nobody()), None);
}

#[test]
fn what_a_test_sets_stands_above_its_definitions_or_is_an_error() {
    let client = TestClient::with_definitions(&bundle(
        1,
        r#"{"key": "a", "enabled": false},
           {"key": "broken", "rollout": {"on": 1}},
           {"key": "e", "type": "experiment", "variants": [{"id": "v"}, {"id": "w"}],
            "allocation": {"v": 50, "w": 50}}"#,
    ))
    .unwrap();
    client.set("a", true).unwrap();
    assert!(client.is_enabled("a", &nobody()));
    assert_eq!(client.set("a", "text"), Err(NotSet::Type("a".to_owned())));
    assert!(!client.is_enabled("a", &nobody()), "a test that fails to set leaves what is defined");
    assert!(client.set("broken", true).is_err());
    client.set_variant("e", "w").unwrap();
    assert_eq!(client.variant("e", &nobody()).as_deref(), Some("w"));
    let refused = client.set_variant("e", "x").unwrap_err();
    assert_eq!(refused.to_string(), "`e` has no variant `x`, by the definitions of this test");
    client.clear();
    assert_eq!(client.variant("e", &nobody()), None);
    assert!(TestClient::with_definitions("{").is_err());
}
