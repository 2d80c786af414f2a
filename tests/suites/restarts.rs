//! Static entries (`dynamic: false`): a running process keeps what it booted with, and says when that is old.

use serde_json::{Value, json};
use vexil_core::definition::{self, Mode};
use vexil_core::limits::{ENTRIES, REFERENCE_DEPTH};
use vexil_core::{Arena, Context, Delta, Environment, Node, Request, Snapshot, Timestamp};

/// A static flag that is on for the segment `outer`, which is whoever is not in `inner`.
fn entries(served: &str, inner: Value) -> Vec<Value> {
    vec![
        json!({"key": "fixed", "type": "config", "dynamic": false, "default": "off", "rules": [
            {"condition": {"segment": "outer"}, "action": {"value": served}}
        ]}),
        json!({"key": "moving", "type": "config", "default": "off", "rules": [
            {"condition": {"segment": "outer"}, "action": {"value": served}}
        ]}),
        json!({"key": "outer", "type": "segment", "condition": {"not": {"segment": "inner"}}}),
        json!({"key": "inner", "type": "segment", "condition": inner}),
    ]
}

fn nobody() -> Value {
    json!({"any": []})
}

fn everybody() -> Value {
    json!({})
}

fn boot() -> Snapshot {
    load(1, &entries("on", nobody()))
}

fn load(version: u64, entries: &[Value]) -> Snapshot {
    let text = json!({"version": version, "entries": entries}).to_string();
    Snapshot::load_json(text.as_bytes(), Environment::Document).unwrap()
}

/// The next snapshot in both ways: by a delta that names all entries, and by the whole document.
fn next(held: &Snapshot, entries: &[Value]) -> [Snapshot; 2] {
    let whole = json!({"version": held.version() + 1, "entries": entries});
    let text = whole.to_string();
    let reading =
        definition::read(&[Node::parse_json(text.as_bytes(), &Arena::new()).unwrap()], Mode::Loading);
    [change(held, entries, &[]), held.replace(reading).unwrap()]
}

fn change(held: &Snapshot, entries: &[Value], removed: &[&str]) -> Snapshot {
    let version = held.version();
    let delta = json!({"from": version, "version": version + 1, "entries": entries, "removed": removed});
    held.apply(Delta::parse_json(delta.to_string().as_bytes()).unwrap()).unwrap()
}

fn value(snapshot: &Snapshot, key: &str) -> String {
    let context = Context::new();
    let evaluation = snapshot.evaluate(key, &Request::new(&context, Timestamp::from_millis(0)));
    evaluation.value().and_then(|value| value.as_str()).unwrap_or(evaluation.reason().as_str()).to_owned()
}

fn outdated(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.restart_required().collect()
}

#[test]
fn a_static_entry_keeps_what_it_booted_with_until_a_restart() {
    let booted = boot();
    for changed in next(&booted, &entries("new", nobody())) {
        assert_eq!([value(&changed, "fixed"), value(&changed, "moving")], ["on", "new"]);
        assert_eq!(outdated(&changed), ["fixed"]);
        for unrelated in next(&changed, &entries("newer", nobody())) {
            assert_eq!([value(&unrelated, "fixed"), value(&unrelated, "moving")], ["on", "newer"]);
            assert_eq!(outdated(&unrelated), ["fixed"]);
        }
        for reverted in next(&changed, &entries("on", nobody())) {
            assert_eq!([value(&reverted, "fixed"), value(&reverted, "moving")], ["on", "on"]);
            assert_eq!(outdated(&reverted), [""; 0], "what it booted with is in force again");
        }
    }
    assert_eq!(value(&load(2, &entries("new", nobody())), "fixed"), "new", "after a restart");
}

#[test]
fn a_static_entry_keeps_its_nested_segments() {
    let booted = boot();
    let changes = next(&booted, &entries("on", everybody()));
    let alone = change(&booted, &entries("on", everybody())[3..], &[]);
    for changed in changes.iter().chain([&alone]) {
        assert_eq!([value(changed, "fixed"), value(changed, "moving")], ["on", "off"]);
        assert_eq!(outdated(changed), ["fixed"]);
        for reverted in next(changed, &entries("on", nobody())) {
            assert_eq!([value(&reverted, "fixed"), value(&reverted, "moving")], ["on", "on"]);
            assert_eq!(outdated(&reverted), [""; 0]);
        }
    }
}

#[test]
fn a_static_entry_outlives_its_removal_and_that_of_its_segments() {
    let booted = boot();
    let removed = change(&booted, &[], &["fixed", "inner"]);
    assert_eq!([value(&removed, "fixed"), value(&removed, "moving")], ["on", "off"]);
    assert_eq!(outdated(&removed), ["fixed"]);
    let all = entries("on", nobody());
    let half_back = change(&removed, &all[..1], &[]);
    assert_eq!(
        (value(&half_back, "fixed").as_str(), outdated(&half_back)),
        ("on", vec!["fixed"]),
        "its segment is gone"
    );
    let back = change(&half_back, &all[3..], &[]);
    assert_eq!((value(&back, "fixed").as_str(), outdated(&back)), ("on", vec![]));
}

#[test]
fn a_static_entry_stays_so_whatever_the_new_definition_says() {
    let booted = boot();
    let mut entries = entries("new", nobody());
    entries[0]["dynamic"] = json!(true);
    for changed in next(&booted, &entries) {
        assert_eq!((value(&changed, "fixed").as_str(), outdated(&changed)), ("on", vec!["fixed"]));
    }
    entries[0] = json!({"key": "fixed", "rules": 5});
    for broken in next(&booted, &entries) {
        assert_eq!((value(&broken, "fixed").as_str(), outdated(&broken)), ("on", vec!["fixed"]));
    }
}

#[test]
fn what_becomes_static_is_kept_from_then_on() {
    let booted = boot();
    let fixed_now = |served: &str| {
        let mut entries = entries(served, nobody());
        entries[1]["dynamic"] = json!(false);
        entries
    };
    for fixed in next(&booted, &fixed_now("on")) {
        assert_eq!(outdated(&fixed), [""; 0]);
        for later in next(&fixed, &fixed_now("later")) {
            assert_eq!([value(&later, "fixed"), value(&later, "moving")], ["on", "on"]);
            assert_eq!(outdated(&later), ["fixed", "moving"]);
        }
    }
}

/// A static flag that needs another one, which can be made to need it in turn.
fn needing(served: &str, circle: bool) -> Vec<Value> {
    let needs = |key: &str| json!([{"flag": key, "value": true}]);
    let mut other = json!({"key": "other", "default": true});
    if circle {
        other["prerequisites"] = needs("fixed");
    }
    let fixed = json!({"key": "fixed", "type": "config", "dynamic": false, "default": served, "off": "closed",
        "prerequisites": needs("other")});
    vec![fixed, other]
}

#[test]
fn a_static_entry_comes_out_of_a_circle_as_it_booted() {
    let booted = load(1, &needing("on", false));
    assert_eq!(value(&booted, "fixed"), "on");
    for circle in next(&booted, &needing("new", true)) {
        assert_eq!((value(&circle, "fixed").as_str(), outdated(&circle)), ("ERROR", vec!["fixed"]));
        for mended in next(&circle, &needing("newer", false)) {
            assert_eq!((value(&mended, "fixed").as_str(), outdated(&mended)), ("on", vec!["fixed"]));
        }
        for reverted in next(&circle, &needing("on", false)) {
            assert_eq!((value(&reverted, "fixed").as_str(), outdated(&reverted)), ("on", vec![]));
        }
    }
}

#[test]
fn a_static_entry_boots_when_it_can_first_be_served() {
    let circle = load(1, &needing("first", true));
    assert_eq!((value(&circle, "fixed").as_str(), outdated(&circle)), ("ERROR", vec![]));
    for mended in next(&circle, &needing("second", false)) {
        assert_eq!((value(&mended, "fixed").as_str(), outdated(&mended)), ("second", vec![]));
        for later in next(&mended, &needing("third", false)) {
            assert_eq!((value(&later, "fixed").as_str(), outdated(&later)), ("second", vec!["fixed"]));
        }
    }
    // The same when the other one alone is mended.
    let mended = change(&circle, &needing("first", false)[1..], &[]);
    let later = change(&mended, &needing("second", false)[..1], &[]);
    assert_eq!((value(&later, "fixed").as_str(), outdated(&later)), ("first", vec!["fixed"]));
}

#[test]
fn a_segment_that_was_missing_stays_so_for_a_static_entry() {
    let all = entries("on", everybody());
    for missing in [&all[..2], &all[..3]] {
        let booted = load(1, missing);
        assert_eq!([value(&booted, "fixed"), value(&booted, "moving")], ["off", "off"]);
        for complete in next(&booted, &entries("on", nobody())) {
            assert_eq!([value(&complete, "fixed"), value(&complete, "moving")], ["off", "on"]);
            assert_eq!(outdated(&complete), ["fixed"]);
        }
    }
}

#[test]
fn a_static_entry_keeps_its_segments_through_a_circle() {
    let with = |circle: bool, inner: Value| {
        let mut entries = [entries("on", inner), needing("unused", circle)[1..].to_vec()].concat();
        entries[0]["prerequisites"] = json!([{"flag": "other", "value": true}]);
        entries
    };
    let booted = load(1, &with(false, nobody()));
    assert_eq!(value(&booted, "fixed"), "on");
    for circle in next(&booted, &with(true, nobody())) {
        assert_eq!(value(&circle, "fixed"), "ERROR");
        for mended in next(&circle, &with(false, everybody())) {
            assert_eq!([value(&mended, "fixed"), value(&mended, "moving")], ["on", "off"]);
            assert_eq!(outdated(&mended), ["fixed"]);
        }
    }
}

/// What is pinned is visited as it was: limits hold for that, and not for the segments of today.
#[test]
fn limits_count_what_a_static_entry_keeps() {
    let segments = |length: usize| {
        let link = move |i: usize| {
            let condition =
                if i + 1 < length { json!({"segment": format!("d{}", i + 1)}) } else { everybody() };
            json!({"key": format!("d{i}"), "type": "segment", "condition": condition})
        };
        (0..length).map(link).collect::<Vec<_>>()
    };
    let fixed = json!({"key": "fixed", "type": "config", "dynamic": false, "default": "off", "rules": [
        {"condition": {"segment": "d0"}, "action": {"value": "on"}}
    ]});
    // `g0` needs `g1`, and so on down to the static entry.
    let chain = |length: usize| {
        let needs = move |i: usize| {
            let next = if i + 1 < length { format!("g{}", i + 1) } else { "fixed".to_owned() };
            let value = if i + 1 < length { json!(true) } else { json!("on") };
            json!({"key": format!("g{i}"), "default": true, "prerequisites": [{"flag": next, "value": value}]})
        };
        (0..length).map(needs).collect::<Vec<_>>()
    };
    let long = REFERENCE_DEPTH - 2;
    let booted = load(1, &[vec![fixed.clone()], segments(long)].concat());
    assert_eq!(value(&booted, "fixed"), "on");
    // Above one that is refused the count begins anew: it answers at once.
    for (needed, broken) in [(2, 0), (3, 1), (long, 1)] {
        for next in next(&booted, &[vec![fixed.clone()], segments(1), chain(needed)].concat()) {
            assert_eq!(value(&next, "fixed"), "on");
            let codes: Vec<_> = next.warnings().map(|found| found.code.to_string()).collect();
            assert_eq!(codes, vec!["LIMIT_EXCEEDED"; broken], "{needed} flags above {long} segments");
        }
    }
    // And the other way round: what has become too long is nobody's who keeps the short one.
    let short = load(1, &[vec![fixed.clone()], segments(1)].concat());
    for next in next(&short, &[vec![fixed.clone()], segments(long), chain(long)].concat()) {
        assert_eq!((value(&next, "fixed").as_str(), next.warnings().count()), ("on", 0));
    }
}

#[test]
fn costs_count_what_a_static_entry_keeps() {
    let wide = |key: &str, of: &str| json!({"key": key, "type": "segment", "condition": {"any": vec![json!({"segment": of}); 18]}});
    let tower =
        [wide("s1", "s2"), wide("s2", "s3"), json!({"key": "s3", "type": "segment", "condition": nobody()})];
    let fixed = json!({"key": "fixed", "type": "config", "dynamic": false, "default": "off", "rules": [
        {"condition": {"segment": "s1"}, "action": {"value": "on"}}
    ]});
    let needs = |key: &str, other: &str, value: Value| {
        json!({"key": key, "default": true,
        "prerequisites": vec![json!({"flag": other, "value": value}); 60]})
    };
    let booted = load(1, &[vec![fixed.clone()], tower.to_vec()].concat());
    assert_eq!(booted.warnings().count(), 0);
    let trivial = json!({"key": "s1", "type": "segment", "condition": nobody()});
    let above = [fixed, trivial, needs("g", "fixed", json!("off")), needs("h", "g", json!(true))];
    for next in next(&booted, &above) {
        let broken: Vec<_> =
            next.warnings().map(|found| (found.code.as_str(), found.path.as_str())).collect();
        assert_eq!(broken, [("LIMIT_EXCEEDED", "/g")], "60 times 343 visits");
        assert_eq!(value(&next, "h"), "PREREQUISITE_FAILED");
    }
}

#[test]
fn what_one_snapshot_boots_with_is_no_other_s() {
    let circle = load(1, &[needing("on", true), entries("on", nobody())[2..].to_vec()].concat());
    let mut fixed = needing("on", false);
    fixed[0]["rules"] = json!([{"condition": {"segment": "outer"}, "action": {"value": "in"}}]);
    let circle = next(
        &circle,
        &[vec![fixed[0].clone(), needing("on", true)[1].clone()], entries("on", nobody())[2..].to_vec()]
            .concat(),
    )[0]
    .clone();
    assert_eq!(value(&circle, "fixed"), "ERROR");
    let discarded = change(&circle, &[&fixed[1..], &entries("on", everybody())[3..]].concat(), &[]);
    assert_eq!(value(&discarded, "fixed"), "on", "nobody is in `outer`");
    let taken = change(&circle, &fixed[1..], &[]);
    assert_eq!(value(&taken, "fixed"), "in");
}

#[test]
fn static_entries_count_as_long_as_they_stay() {
    let all = |name: &str| {
        (0..ENTRIES).map(|i| json!({"key": format!("{name}{i}"), "dynamic": false})).collect::<Vec<_>>()
    };
    let booted = load(1, &all("a"));
    let text = json!({"version": 2, "entries": all("b")}).to_string();
    let arena = Arena::new();
    let reading = definition::read(&[Node::parse_json(text.as_bytes(), &arena).unwrap()], Mode::Loading);
    let replaced = booted.replace(reading).unwrap();
    assert_eq!((replaced.keys().count(), replaced.restart_required().count()), (ENTRIES, ENTRIES));
}

/// What a static entry would mention, were it taken over, needs no place in the snapshot.
#[test]
fn what_is_not_taken_over_takes_no_room() {
    let naming = |segment: &str| {
        vec![json!({"key": "fixed", "dynamic": false, "rules": [
            {"condition": {"segment": segment}, "action": {"serve": "on"}}
        ]})]
    };
    let booted = load(1, &naming("s"));
    let mut held = booted.clone();
    for version in 0..20 {
        held = change(&held, &naming(&format!("s{version}")), &[]);
        assert_eq!(outdated(&held), ["fixed"]);
    }
    assert!(held.capacity() <= booted.capacity() + 1, "{}", held.capacity());
}
