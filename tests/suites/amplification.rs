//! A small text must not become a large heap, whatever stands in it.

use std::fmt::Write;

use vexil_core::definition::{self, Mode};
use vexil_core::limits;
use vexil_core::{Arena, Context, Environment, Node, Snapshot};

use crate::heap::measure;

/// How many bytes of heap a byte of text may take, over and above a fixed amount.
const FACTOR: usize = 100;
const FIXED: usize = 32 << 20;
/// Two readings may hold their patterns at one time.
const FIXED_FOR_PATTERNS: usize = FIXED + 2 * limits::REGEXES_COMPILED_BYTES;

fn assert_bounded(what: &str, fixed: usize, bytes: usize, run: impl FnOnce()) {
    let ((), taken) = measure(run);
    let peak = usize::try_from(taken.peak).unwrap();
    assert!(peak <= fixed + FACTOR * bytes, "{what}: {} MB for {} kB of text", peak >> 20, bytes >> 10);
}

fn of_definitions(what: &str, text: &str) {
    with_patterns(what, FIXED, text);
}

fn with_patterns(what: &str, fixed: usize, text: &str) {
    assert_bounded(what, fixed, text.len(), || {
        let arena = Arena::new();
        let documents = [Node::parse_json(text.as_bytes(), &arena).unwrap()];
        for mode in [Mode::Authoring, Mode::Loading] {
            drop(definition::read(&documents, mode));
        }
        drop(Snapshot::load(&documents, Environment::Document));
    });
}

fn repeated(count: usize, item: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for i in 0..count {
        let comma = if i > 0 { "," } else { "" };
        write!(text, "{comma}{}", item(i)).unwrap();
    }
    text
}

#[test]
fn of_messages_that_repeat_an_operand() {
    let members = repeated(1_000, |i| format!(r#""m{i}{}""#, "m".repeat(1_000)));
    let bad = repeated(1_000, |i| format!(r#"{{"id":"v{i}","value":"z"}}"#));
    let text =
        format!(r#"{{"key":"f","value_type":{{"enum":[{members}]}},"default":"z","variations":[{bad}]}}"#);
    of_definitions("an enum's members in each message", &text);
    let long = "z".repeat(100_000);
    let text = format!(
        r#"{{"key":"f","default":1,"variations":[{}]}}"#,
        repeated(500, |i| format!(r#"{{"id":"v{i}","value":"{long}"}}"#))
    );
    of_definitions("long values in messages", &text);
}

#[test]
fn of_messages_that_list_what_is_known() {
    let long = "v".repeat(190);
    let variations = repeated(1_000, |i| format!(r#"{{"id":"{long}{i}","value":{i}}}"#));
    let rules = repeated(1_000, |_| r#"{"action":{"serve":"z"}}"#.to_owned());
    of_definitions(
        "variations in each message",
        &format!(r#"{{"key":"f","default":0,"variations":[{variations}],"rules":[{rules}]}}"#),
    );
    let roles = repeated(1_000, |i| format!(r#""{long}{i}""#));
    let flags = repeated(10_000, |i| format!(r#"{{"key":"f{i}","min_role":"z"}}"#));
    of_definitions("roles in each message", &format!(r#"{{"roles":[{roles}],"entries":[{flags}]}}"#));
}

#[test]
fn of_paths_that_repeat_a_long_name() {
    let long = "k".repeat(200_000);
    let bad = repeated(1_000, |_| "[1]".to_owned());
    of_definitions("a layer's slots", &format!(r#"{{"key":"l","slots":{{"{long}":[{bad}]}}}}"#));
    let unknown = repeated(1_000, |i| format!(r#""u{i}":1"#));
    of_definitions(
        "a scope's id",
        &format!(r#"{{"key":"f","scopes":{{"user":{{"{long}":{{"serve":"on",{unknown}}}}}}}}}"#),
    );
}

#[test]
fn of_unknown_names() {
    let unknown = repeated(50_000, |i| format!(r#""u{i}":1"#));
    of_definitions("many unknown fields", &format!(r#"{{"key":"f",{unknown}}}"#));
    let long = "u".repeat(1_000_000);
    of_definitions("a long unknown field", &format!(r#"{{"key":"f","{long}":1}}"#));
    of_definitions(
        "a long unknown operator",
        &format!(r#"{{"key":"s","condition":{{"a":{{"{long}":1}}}}}}"#),
    );
}

#[test]
fn of_regular_expressions() {
    let rules = repeated(600, |i| {
        format!(r#"{{"condition":{{"a":{{"matches":"\\w{{18}}{i}"}}}},"action":{{"serve":"on"}}}}"#)
    });
    with_patterns("patterns of a flag", FIXED_FOR_PATTERNS, &format!(r#"{{"key":"f","rules":[{rules}]}}"#));
    let flags = repeated(600, |i| {
        format!(
            r#"{{"key":"f{i}","rules":[{{"condition":{{"a":{{"matches":"\\w{{18}}{i}"}}}},"action":{{"serve":"on"}}}}]}}"#
        )
    });
    with_patterns("patterns of many flags", FIXED_FOR_PATTERNS, &format!("[{flags}]"));
}

#[test]
fn of_a_context_with_long_names() {
    let long = "k".repeat(500_000);
    let members = repeated(900, |i| format!(r#""a{i}":1"#));
    let text = format!(r#"{{"{long}":{{{members}}}}}"#);
    assert_bounded("a long name above many attributes", FIXED, text.len(), || {
        drop(Context::parse_json(text.as_bytes()))
    });
}
