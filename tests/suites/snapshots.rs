//! The next snapshot: by a delta or by a whole document, it is what a fresh load of the result would be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use vexil_core::definition::{self, Mode};
use vexil_core::limits::ENTRIES;
use vexil_core::snapshot::Misfit;
use vexil_core::{Arena, Context, Delta, Environment, Key, Node, Request, Snapshot, Timestamp, bucket_of};
use vexil_reference::{self as reference, generate};

use crate::agreement::{by_the_engine, keys};

/// Pairs of generated documents.
const PAIRS: u64 = 250;

#[test]
fn deltas_and_replacements_equal_a_full_load() {
    let mut compared = 0;
    let mut known = BTreeMap::new();
    for seed in 0..PAIRS {
        // Of many documents, so that entries are hardly ever where a key has found them; and of so few that keys take note.
        if seed % 25 == 0 {
            known.clear();
        }
        let (old, new) = (entries(seed), entries(seed + PAIRS));
        let mixed = mixture(seed, &old, &new);
        // There and back, so that what was removed, masked or in a circle comes again.
        let stages = [&old, &mixed, &new, &mixed, &old];
        let mut by_delta = load(&bundle(1, stages[0]));
        let mut by_replacement = by_delta.clone();
        for (version, stage) in (1..).zip(stages.windows(2)) {
            let whole = bundle(version + 1, stage[1]);
            let loaded = load(&whole);
            by_delta = by_delta.apply(delta(version, stage[0], stage[1])).unwrap();
            by_replacement = by_replacement.replace(read(&whole)).unwrap();
            for next in [&by_delta, &by_replacement] {
                compared += assert_same(seed, next, &loaded, &[&old, &new]);
                assert_found(next, &[&old, &new], &mut known);
            }
        }
    }
    assert!(compared > 12_000, "only {compared} evaluations");
}

/// Two snapshots answer alike; returns how many answers were compared.
fn assert_same(seed: u64, got: &Snapshot, wanted: &Snapshot, documents: &[&Vec<Value>]) -> usize {
    assert_eq!(got.version(), wanted.version());
    let sorted = |snapshot: &Snapshot| snapshot.keys().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(sorted(got), sorted(wanted), "seed {seed}");
    let mut compared = 0;
    for document in documents {
        let document = json!(document);
        let request = generate::request(seed, &document);
        for key in keys(&document) {
            let request = reference::Request { key, ..request.clone() };
            let (got, wanted) = (by_the_engine(got, &request), by_the_engine(wanted, &request));
            assert_eq!(got, wanted, "seed {seed}, {}", request.key);
            compared += 1;
        }
    }
    compared
}

/// Whoever asks by keys that remember where they were found is told the same as who asks by their text.
fn assert_found(snapshot: &Snapshot, documents: &[&Vec<Value>], known: &mut BTreeMap<String, Key>) {
    let context = Context::new().with("user.id", "ann");
    let request = Request::new(&context, Timestamp::from_millis(0));
    for key in documents.iter().flat_map(|document| keys(&json!(document))) {
        let by_text = snapshot.evaluate(&key, &request);
        let known = known.entry(key.clone()).or_insert_with(|| Key::new(key.as_str()));
        for again in [false, true] {
            let by_key = snapshot.evaluate(&*known, &request);
            assert!(by_key.says_the_same(&by_text) && by_key.key() == by_text.key(), "{known}, {again}");
        }
    }
}

/// A generated document's entries. What is static would stay as it was.
fn entries(seed: u64) -> Vec<Value> {
    let document = generate::document(seed);
    let mut entries = match document.get("entries").unwrap_or(&document) {
        Value::Array(entries) => entries.clone(),
        single => vec![single.clone()],
    };
    for entry in &mut entries {
        entry.as_object_mut().unwrap().remove("dynamic");
    }
    entries
}

/// Of each key the old entry, the new one, or neither.
fn mixture(seed: u64, old: &[Value], new: &[Value]) -> Vec<Value> {
    let choice = |key: &str| bucket_of(&seed.to_string(), key).bucket % 5;
    let chosen = |entries: &[Value], choices: &[u32]| {
        let entries = entries.iter().filter(|entry| choices.contains(&choice(key_of(entry))));
        entries.cloned().collect::<Vec<_>>()
    };
    [chosen(old, &[0, 1]), chosen(new, &[2, 3])].concat()
}

fn key_of(entry: &Value) -> &str {
    entry.get("key").or_else(|| entry.get("id")).and_then(Value::as_str).unwrap()
}

fn bundle(version: u64, entries: &[Value]) -> Value {
    json!({"version": version, "environment": "production", "roles": ["viewer", "member", "admin"], "entries": entries})
}

/// What leads from some entries to others.
fn delta(from: u64, old: &[Value], new: &[Value]) -> Delta {
    let by_key = |entries: &[Value]| {
        let mut by_key: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for entry in entries {
            by_key.entry(key_of(entry).to_owned()).or_default().push(entry.clone());
        }
        by_key
    };
    let (old, new) = (by_key(old), by_key(new));
    let changed: Vec<&Value> = new
        .iter()
        .filter(|(key, entries)| old.get(*key) != Some(*entries))
        .flat_map(|(_, entries)| entries)
        .collect();
    let removed: Vec<&String> = old.keys().filter(|key| !new.contains_key(*key)).collect();
    let text = json!({
        "from": from, "version": from + 1, "roles": ["viewer", "member", "admin"],
        "entries": changed, "removed": removed
    });
    parse(&text)
}

fn parse(delta: &Value) -> Delta {
    Delta::parse_json(delta.to_string().as_bytes()).unwrap()
}

fn load(document: &Value) -> Snapshot {
    Snapshot::load_json(document.to_string().as_bytes(), Environment::Document).unwrap()
}

fn read(document: &Value) -> definition::Reading {
    definition::read(
        &[Node::parse_json(document.to_string().as_bytes(), &Arena::new()).unwrap()],
        Mode::Loading,
    )
}

/// The value of an entry for Ann, as text; an error is its code.
fn value(snapshot: &Snapshot, key: &str) -> String {
    let context = Context::new().with("user.id", "ann").with("user.role", "admin").with("beta", true);
    let evaluation = snapshot.evaluate(key, &Request::new(&context, Timestamp::from_millis(0)));
    match evaluation.error() {
        Some(error) => error.as_str().to_owned(),
        None => evaluation.value().unwrap().to_string(),
    }
}

fn flag(key: &str, condition: Value) -> Value {
    json!({"key": key, "type": "feature_flag", "rules": [{"condition": condition, "action": {"serve": "on"}}]})
}

fn segment(key: &str, condition: Value) -> Value {
    json!({"key": key, "type": "segment", "condition": condition})
}

#[test]
fn a_delta_for_another_version_does_not_fit() {
    let snapshot = load(&bundle(11, &[flag("f", json!({}))]));
    let delta = parse(&json!({"from": 10, "version": 12, "entries": []}));
    let misfit = snapshot.apply(delta).unwrap_err();
    assert_eq!(misfit, Misfit { held: 11, wanted: 10 });
    assert_eq!(value(&snapshot, "f"), "true");
}

#[test]
fn a_malformed_delta_is_refused_whole() {
    let refused = [
        "[]",
        "{",
        r#"{"version": 2, "entries": []}"#,
        r#"{"from": -1, "version": 2, "entries": []}"#,
        r#"{"from": "1", "version": 2, "entries": []}"#,
        r#"{"from": 1, "entries": []}"#,
        r#"{"from": 1, "version": 1, "entries": []}"#,
        r#"{"from": 2, "version": 1, "entries": []}"#,
        r#"{"from": 1, "version": 2, "entries": {}}"#,
        r#"{"from": 1, "version": 2, "entries": [], "removed": "f"}"#,
        r#"{"from": 1, "version": 2, "entries": [], "removed": [1]}"#,
        r#"{"from": 1, "from": 1, "version": 2, "entries": []}"#,
    ];
    for text in refused {
        assert!(Delta::parse_json(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn what_is_removed_is_gone_and_what_is_added_is_there() {
    let first = load(&bundle(1, &[flag("f", json!({})), flag("g", json!({}))]));
    let removal =
        json!({"from": 1, "version": 2, "entries": [flag("h", json!({}))], "removed": ["f", "never-there"]});
    let second = first.apply(parse(&removal)).unwrap();
    assert_eq!(
        [value(&second, "f"), value(&second, "g"), value(&second, "h")],
        ["FLAG_NOT_FOUND", "true", "true"]
    );
    assert_eq!(second.keys().collect::<Vec<_>>(), ["g", "h"]);
    let again =
        second.apply(parse(&json!({"from": 2, "version": 3, "entries": [flag("f", json!({}))]}))).unwrap();
    assert_eq!(value(&again, "f"), "true");
    assert_eq!(
        [value(&first, "f"), value(&second, "f")],
        ["true", "FLAG_NOT_FOUND"],
        "the old ones stay as they are"
    );
}

#[test]
fn a_changed_segment_is_seen_by_those_who_use_it() {
    let entries = [
        segment("inner", json!({"beta": {"eq": true}})),
        segment("outer", json!({"not": {"segment": "inner"}})),
        flag("f", json!({"segment": "outer"})),
    ];
    let first = load(&bundle(1, &entries));
    assert_eq!(value(&first, "f"), "false");
    let changed =
        json!({"from": 1, "version": 2, "entries": [segment("inner", json!({"beta": {"eq": false}}))]});
    let second = first.apply(parse(&changed)).unwrap();
    assert_eq!(value(&second, "f"), "true");
    let third =
        second.apply(parse(&json!({"from": 2, "version": 3, "entries": [], "removed": ["inner"]}))).unwrap();
    assert_eq!(value(&third, "f"), "false", "unknown does not apply");
}

#[test]
fn deltas_make_and_mend_circles() {
    let needs = |key: &str, other: &str| json!({"key": key, "prerequisites": [{"flag": other, "value": true}], "rollout": {"on": 100}});
    let free = |key: &str| json!({"key": key, "rollout": {"on": 100}});
    let first = load(&bundle(1, &[needs("a", "b"), needs("b", "c"), free("c"), free("d")]));
    assert_eq!(value(&first, "a"), "true");
    let closed = first.apply(parse(&json!({"from": 1, "version": 2, "entries": [needs("c", "a")]}))).unwrap();
    for key in ["a", "b", "c"] {
        assert_eq!(value(&closed, key), "PARSE_ERROR");
    }
    assert_eq!(value(&closed, "d"), "true");
    assert_eq!(closed.warnings().filter(|problem| problem.code.as_str() == "CYCLE").count(), 3);
    for mending in [
        json!({"entries": [free("c")]}),
        json!({"entries": [free("b")]}),
        json!({"entries": [], "removed": ["c"]}),
    ] {
        let mut delta = mending.clone();
        delta["from"] = json!(2);
        delta["version"] = json!(3);
        let mended = closed.apply(parse(&delta)).unwrap();
        let is_removal = mending.get("removed").is_some();
        assert_eq!(value(&mended, "a"), if is_removal { "false" } else { "true" });
        assert_eq!(mended.warnings().filter(|problem| problem.code.as_str() == "CYCLE").count(), 0);
    }
}

#[test]
fn a_delta_brings_roles_and_takes_them_away() {
    let guarded = |key: &str, role: &str| {
        let mut flag = flag(key, json!({}));
        flag["min_role"] = json!(role);
        flag
    };
    let first = load(&bundle(1, &[guarded("a", "admin"), guarded("o", "owner"), flag("f", json!({}))]));
    let values = |snapshot: &Snapshot| ["a", "o", "f"].map(|key| value(snapshot, key));
    let codes =
        |snapshot: &Snapshot| snapshot.warnings().map(|found| found.code.to_string()).collect::<Vec<_>>();
    assert_eq!(values(&first), ["true", "PARSE_ERROR", "true"]);
    assert_eq!(codes(&first), ["UNKNOWN_ROLE"]);
    let roles = |version: u64, roles: Value| json!({"from": version - 1, "version": version, "roles": roles});
    let second = first.apply(parse(&roles(2, json!(["owner", "admin"])))).unwrap();
    assert_eq!(values(&second), ["true", "true", "true"]);
    assert_eq!(codes(&second), [""; 0]);
    let third = second.apply(parse(&roles(3, json!([])))).unwrap();
    assert_eq!(values(&third), ["PARSE_ERROR", "PARSE_ERROR", "true"]);
    let silent = json!({"from": 1, "version": 2, "entries": [guarded("a", "member"), guarded("f", "boss")]});
    let fourth = first.apply(parse(&silent)).unwrap();
    assert_eq!(values(&fourth), ["true", "PARSE_ERROR", "PARSE_ERROR"], "the roles that are held stay");
}

#[test]
fn the_environment_is_that_of_the_newest_document() {
    let named = |version: u64, name: &str| json!({"version": version, "environment": name, "entries": []});
    let environments = |named_by: Environment| {
        let first = Snapshot::load_json(named(1, "blue").to_string().as_bytes(), named_by).unwrap();
        let replaced = first.replace(read(&named(2, "green"))).unwrap();
        let delta = json!({"from": 1, "version": 2, "environment": "red", "entries": []});
        let applied = first.apply(parse(&delta)).unwrap();
        let silent = first.apply(parse(&json!({"from": 1, "version": 2, "entries": []}))).unwrap();
        [replaced, applied, silent].map(|snapshot| snapshot.environment().unwrap_or("none").to_owned())
    };
    assert_eq!(environments(Environment::Document), ["green", "red", "blue"]);
    assert_eq!(environments(Environment::Fixed("mine".into())), ["mine", "mine", "mine"]);
}

#[test]
fn deltas_do_not_grow_a_snapshot_beyond_its_limit() {
    let keys = (0..ENTRIES).map(|i| json!({"key": format!("f{i}")})).collect::<Vec<_>>();
    let full = load(&bundle(1, &keys));
    assert_eq!((full.keys().count(), full.warnings().count()), (ENTRIES, 0));
    let changes = json!({"from": 1, "version": 2, "removed": ["f0"],
        "entries": [flag("f1", json!({})), flag("new", json!({})), flag("one-too-many", json!({}))]});
    let next = full.apply(parse(&changes)).unwrap();
    assert_eq!(next.keys().count(), ENTRIES);
    let values = ["f0", "f1", "new", "one-too-many"].map(|key| value(&next, key));
    assert_eq!(values, ["FLAG_NOT_FOUND", "true", "true", "FLAG_NOT_FOUND"]);
    let codes = next.warnings().map(|found| found.code.to_string()).collect::<Vec<_>>();
    assert_eq!(codes, ["LIMIT_EXCEEDED"]);
}

/// A reference leads only to what it asks for: a flag that names itself as a segment names none.
#[test]
fn what_leads_nowhere_makes_no_circle() {
    let mut both = flag("f", json!({"not": {"segment": "f"}}));
    let first = load(&bundle(1, &[both.clone()]));
    assert_eq!(value(&first, "f"), "false", "unknown does not apply");
    both["prerequisites"] = json!([{"flag": "f", "value": true}]);
    let second = first.apply(parse(&json!({"from": 1, "version": 2, "entries": [both]}))).unwrap();
    assert_eq!(value(&second, "f"), "PARSE_ERROR");
    // What the key is decides whether there is a circle.
    let mutual = |of: &str, key: &str| json!({"key": key, "type": of, "condition": {"segment": "x"}});
    let x = segment("x", json!({"segment": "y"}));
    let other = flag("y", json!({"segment": "x"}));
    let open = load(&bundle(1, &[x.clone(), other]));
    assert_eq!(value(&open, "y"), "false");
    assert_eq!(open.warnings().filter(|found| found.code.as_str() == "CYCLE").count(), 0);
    let closed =
        open.apply(parse(&json!({"from": 1, "version": 2, "entries": [mutual("segment", "y")]}))).unwrap();
    assert_eq!(closed.warnings().filter(|found| found.code.as_str() == "CYCLE").count(), 2);
}

#[test]
fn what_becomes_sensitive_is_withheld() {
    let config = |sensitive: bool| json!({"key": "secret", "type": "config", "default": "s3cr3t", "sensitive": sensitive});
    let open = load(&bundle(1, &[config(false)]));
    assert_eq!(value(&open, "secret"), "\"s3cr3t\"");
    let closed = open.apply(parse(&json!({"from": 1, "version": 2, "entries": [config(true)]}))).unwrap();
    assert_eq!(value(&closed, "secret"), "FLAG_NOT_FOUND");
    assert_eq!(closed.keys().count(), 0);
    let replaced = open.replace(read(&bundle(2, &[config(true)]))).unwrap();
    assert_eq!(value(&replaced, "secret"), "FLAG_NOT_FOUND");
}

#[test]
fn warnings_go_with_the_entries_that_they_are_of() {
    let unknown = flag("f", json!({"a": {"resembles": 1}}));
    let first = load(&bundle(1, &[unknown.clone(), flag("g", json!({"b": {"resembles": 1}}))]));
    assert_eq!(first.warnings().count(), 2);
    let mended =
        first.apply(parse(&json!({"from": 1, "version": 2, "entries": [flag("f", json!({}))]}))).unwrap();
    assert_eq!(mended.warnings().count(), 1);
    let removed =
        mended.apply(parse(&json!({"from": 2, "version": 3, "entries": [], "removed": ["g"]}))).unwrap();
    assert_eq!(removed.warnings().count(), 0);
    let again = removed.apply(parse(&json!({"from": 3, "version": 4, "entries": [unknown]}))).unwrap();
    assert_eq!(again.warnings().count(), 1);
    assert_eq!(again.replace(read(&bundle(5, &[flag("f", json!({}))]))).unwrap().warnings().count(), 0);
}

/// A delta need not say again what the snapshot holds already.
#[test]
fn a_delta_is_read_against_what_is_held() {
    let first =
        load(&bundle(1, &[segment("s", json!({"beta": {"eq": true}})), flag("f", json!({"segment": "s"}))]));
    let mut guarded = flag("f", json!({"segment": "s"}));
    guarded["min_role"] = json!("member");
    let second = first.apply(parse(&json!({"from": 1, "version": 2, "entries": [guarded]}))).unwrap();
    assert_eq!(value(&second, "f"), "true");
    assert_eq!(second.warnings().map(|problem| problem.code.as_str()).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_delta_may_only_remove() {
    let first = load(&bundle(1, &[flag("f", json!({}))]));
    let second = first.apply(parse(&json!({"from": 1, "version": 2, "removed": ["f"]}))).unwrap();
    assert_eq!((second.version(), value(&second, "f").as_str()), (2, "FLAG_NOT_FOUND"));
    assert_eq!(second.warnings().count(), 0);
}

#[test]
fn a_failing_entry_spoils_no_other() {
    let bad =
        json!({"key": "bad", "rules": [{"condition": {"a": {"matches": "("}}, "action": {"serve": "on"}}]});
    let first = load(&bundle(1, &[bad.clone(), flag("good", json!({}))]));
    assert_eq!([value(&first, "bad"), value(&first, "good")], ["PARSE_ERROR", "true"]);
    let worse = first.apply(parse(
        &json!({"from": 1, "version": 2, "entries": [{"key": "good", "rules": 5}, flag("bad", json!({}))]}),
    ));
    let worse = worse.unwrap();
    assert_eq!([value(&worse, "bad"), value(&worse, "good")], ["true", "PARSE_ERROR"]);
    let refused = worse.replace(read(&json!({"version": 3, "entries": 5})));
    assert!(refused.is_err(), "and a document that is none leaves what is held");
}

#[test]
fn threads_evaluate_while_snapshots_are_swapped() {
    const VERSIONS: u64 = 2_000;
    let config = |version: u64| {
        json!({"key": "version", "type": "config", "default": version, "rules": [
            {"condition": {"segment": "s"}, "action": {"value": version}}
        ]})
    };
    let first = bundle(1, &[segment("s", json!({"beta": {"eq": true}})), config(1)]);
    let current = Mutex::new(Arc::new(load(&first)));
    let (done, evaluations) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = 0;
                while !done.load(Ordering::Relaxed) {
                    let snapshot = Arc::clone(&current.lock().unwrap());
                    assert_eq!(value(&snapshot, "version"), snapshot.version().to_string());
                    assert!(snapshot.version() >= last);
                    last = snapshot.version();
                    evaluations.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for version in 1..VERSIONS {
            let delta =
                parse(&json!({"from": version, "version": version + 1, "entries": [config(version + 1)]}));
            let next = Arc::new(current.lock().unwrap().apply(delta).unwrap());
            *current.lock().unwrap() = next;
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(value(&current.lock().unwrap(), "version"), VERSIONS.to_string());
    assert!(evaluations.load(Ordering::Relaxed) > 100);
}

/// Keys come and go for as long as a process runs.
#[test]
fn what_is_gone_takes_no_room() {
    const KEYS: usize = 200;
    let needs = |i: usize, of: usize| {
        let mut flag = flag(&format!("f{i}-{of}"), json!({"segment": format!("s{i}-{of}")}));
        flag["prerequisites"] = json!([{"flag": format!("gone{i}"), "value": true}]);
        [flag, segment(&format!("s{i}-{of}"), json!({}))]
    };
    let generation = |i: usize| (0..KEYS).flat_map(|of| needs(i, of)).collect::<Vec<_>>();
    let mut held = load(&bundle(1, &generation(0)));
    let mut sizes = Vec::new();
    for version in 1..20 {
        let old = generation(version - 1);
        let changes = json!({"from": version, "version": version + 1, "entries": generation(version),
            "removed": old.iter().map(key_of).collect::<Vec<_>>()});
        held = held.apply(parse(&changes)).unwrap();
        assert_eq!(held.keys().count(), KEYS);
        assert_eq!(value(&held, &format!("f{}-7", version - 1)), "FLAG_NOT_FOUND");
        assert_eq!(value(&held, &format!("f{version}-7")), "false");
        sizes.push(held.capacity());
    }
    assert!(sizes[18] <= sizes[1], "{sizes:?}");
}

#[test]
fn definitions_may_stand_beside_others_in_their_environment_and_with_their_roles() {
    let roles =
        json!({"environment": "staging", "roles": ["member", "lead"], "entries": [flag("main", json!({}))]});
    let main = load(&roles);
    let beside = json!([
        {"key": "led", "default": true, "min_role": "lead"},
        {"key": "here", "default": true, "environments": ["staging"]},
        {"key": "main", "default": "another"},
        {"key": "needs", "default": true, "prerequisites": [{"flag": "led", "value": true}]},
    ]);
    let beside = main.beside(read(&beside)).unwrap();
    let context = Context::new().with("user.role", "lead");
    let request = Request::new(&context, Timestamp::from_millis(0));
    for key in ["led", "here", "needs"] {
        assert_eq!(beside.evaluate(key, &request).value(), Some(&true.into()), "{key}");
    }
    assert!(main.has_surroundings_of(&beside) && beside.has_surroundings_of(&main));
    for other in [
        json!({"environment": "staging", "roles": ["member"], "entries": []}),
        json!({"environment": "production", "roles": ["member", "lead"], "entries": []}),
    ] {
        assert!(!load(&other).has_surroundings_of(&beside));
    }
    assert_eq!((main.key("main"), main.key("led"), beside.key("led")), (Some("main"), None, Some("led")));
}

#[test]
fn evaluations_of_different_snapshots_may_say_the_same() {
    let of = |entry: Value| {
        let snapshot = load(&bundle(1, &[entry]));
        let context = Context::new();
        let evaluation = snapshot.evaluate("a", &Request::new(&context, Timestamp::from_millis(0)));
        let same = load(&bundle(2, &[json!({"key": "a", "type": "config", "default": 1})]));
        let other = same.evaluate("a", &Request::new(&context, Timestamp::from_millis(0)));
        evaluation.says_the_same(&other)
    };
    assert!(of(json!({"key": "a", "type": "config", "default": 1, "description": "one"})));
    assert!(!of(json!({"key": "a", "type": "config", "default": 2})));
    assert!(!of(json!({"key": "a", "type": "config", "default": 1.0})), "another type reads otherwise");
    assert!(!of(json!({"key": "a", "type": "config", "default": 1, "enabled": false})), "another reason");
    assert!(!of(
        json!({"key": "a", "type": "config", "default": 1, "variations": [{"id": "one", "value": 1}]})
    ));
    assert!(!of(json!({"key": "b", "type": "config", "default": 1})), "no such key");
}
