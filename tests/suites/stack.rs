//! How deep an evaluation can go, and how much stack that takes: schedulers of other runtimes have small stacks.

use std::cell::Cell;

use serde_json::{Value, json};
use vexil_core::context::{Attribute, Attributes, Path};
use vexil_core::limits::{CONDITION_DEPTH, REFERENCE_DEPTH};
use vexil_core::{Environment, Request, Snapshot, Timestamp};

/// What an evaluation may take of a stack of 256 KiB, where a host's own frames need some too.
const EVALUATION: usize = 96 << 10;
/// An explanation has room for the steps that it writes in each of its frames.
const EXPLANATION: usize = 128 << 10;

/// A context that notes how far down the stack it was asked.
#[derive(Default)]
struct Depth(Cell<Option<usize>>);

impl Attributes for Depth {
    fn visit<R>(&self, path: &Path, visitor: impl FnOnce(Option<Attribute<'_>>) -> R) -> R {
        let here = address();
        self.0.set(Some(self.0.get().map_or(here, |lowest| lowest.min(here))));
        visitor(Some(Attribute::Str(match path.as_str() {
            "version" => "1.2.3-rc.1",
            "ip" => "2001:db8::17",
            "seen" => "2026-01-01T12:30:45.123+05:30",
            _ => "x",
        })))
    }
}

#[inline(never)]
fn address() -> usize {
    let local = 0_u8;
    std::ptr::from_ref(&local).addr()
}

/// As deep as one condition may be, with something at the bottom. Each level has a clause beside the next level, so
/// that it is an AND of its own.
fn deep(word: &str, bottom: Value) -> Value {
    (1..CONDITION_DEPTH).fold(bottom, |inner, _| match word {
        "not" => json!({"a": {"exists": true}, "not": inner}),
        _ => json!({"a": {"exists": true}, word: [inner]}),
    })
}

/// Clauses that need more stack than others. All are true, so that each is asked.
fn bottom() -> Value {
    json!({
        "name": {"matches": "^(\\w|\\d)+$", "contains": "X", "ignoreCase": true},
        "version": {"semverRange": ">=1.2.3-rc.0 <2.0.0"},
        "ip": {"cidr": "2001:db8::/32"},
        "seen": {"after": "1970-01-01T00:00:00Z"},
        "secret": {"sealedIn": {"salt": "s", "digests": ["SbLDuiBM5NRkYlnZia9TdlHKWrqvD-1iJn1G2f3hxo4"]}}
    })
}

/// A chain of segments, the first of which is `s0`.
fn segments(length: usize, word: &str) -> Vec<Value> {
    let condition = |i: usize| match i + 1 < length {
        true => deep(word, json!({"segment": format!("s{}", i + 1)})),
        false => deep(word, bottom()),
    };
    (0..length)
        .map(|i| json!({"key": format!("s{i}"), "type": "segment", "condition": condition(i)}))
        .collect()
}

/// Flags that need one another, the first of which is `f0`; the last asks a condition.
fn flags(length: usize, word: &str, condition: Value) -> Vec<Value> {
    let flag = |i: usize| {
        let mut flag = json!({"key": format!("f{i}"), "scopes": {"user": {"nobody": {"serve": "on"}}}});
        if i + 1 < length {
            flag["prerequisites"] = json!([{"flag": format!("f{}", i + 1), "value": true}]);
        }
        let condition = if i + 1 == length { condition.clone() } else { deep(word, json!({})) };
        flag["rules"] = json!([{"condition": condition, "action": {"serve": "on"}}]);
        flag
    };
    (0..length).map(flag).collect()
}

/// Documents in which an evaluation of `f0` goes as deep as the limits allow.
fn deepest() -> Vec<(String, Vec<Value>)> {
    let mut documents = Vec::new();
    for word in ["not", "all", "any"] {
        for needed in [1, 2, REFERENCE_DEPTH / 2, REFERENCE_DEPTH] {
            let below = REFERENCE_DEPTH + 1 - needed;
            let entries =
                [flags(needed, word, deep(word, json!({"segment": "s0"}))), segments(below, word)].concat();
            documents.push((format!("{needed} flags above {below} segments of `{word}`"), entries));
        }
        let needed = REFERENCE_DEPTH - 1;
        let experiment = json!({
            "key": "e", "type": "experiment", "status": "running",
            "variants": [{"id": "on"}], "allocation": {"on": 100},
            "audience": deep(word, json!({"segment": "s0"}))
        });
        let mut entries = [flags(needed, word, json!({})), segments(1, word), vec![experiment]].concat();
        entries[needed - 1]["rules"][0]["action"] = json!({"experiment": "e"});
        documents.push((format!("{needed} flags above an experiment for `{word}`"), entries));
    }
    documents
}

#[test]
fn the_deepest_evaluation_fits_on_a_small_stack() {
    let mut needed: Vec<(usize, String)> = Vec::new();
    for (name, entries) in deepest() {
        let text = json!(entries).to_string();
        let snapshot = Snapshot::load_json(text.as_bytes(), Environment::Document).unwrap();
        assert_eq!(snapshot.warnings().next(), None, "{name}");
        needed.push((used(&snapshot, false), format!("{name}, evaluated")));
        needed.push((used(&snapshot, true), format!("{name}, explained")));
    }
    needed.sort();
    // For whoever wants to know (`--show-output`); what is over the limit has aborted the test before.
    needed.iter().for_each(|(bytes, name)| println!("{bytes:>8} {name}"));
}

/// The bytes of stack between a call and the deepest question that it asks of its context. What comes below that, to
/// compare, fits too, or the thread would be aborted.
fn used(snapshot: &Snapshot, explained: bool) -> usize {
    let run = || {
        let context = Depth::default();
        let request = Request::new(&context, Timestamp::from_millis(0));
        let start = address();
        let evaluation = if explained {
            snapshot.explain("f0", None, &request).0
        } else {
            snapshot.evaluate("f0", &request)
        };
        assert_eq!(evaluation.error(), None);
        start - context.0.get().unwrap()
    };
    let allowed = if explained { EXPLANATION } else { EVALUATION };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(allowed).spawn_scoped(scope, run);
        thread.unwrap().join().unwrap()
    })
}
