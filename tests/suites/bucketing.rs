//! What buckets promise (DESIGN 6 and 7): they are uniform and independent, ramps keep those who were in, ranges decide
//! as they are laid, layers never overlap. Ids are counted, not drawn, so every run sees the same.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vexil_core::{Context, Environment, Evaluation, Request, Snapshot, Timestamp, bucket_of};

const UNITS: usize = 100_000;
/// How far a count may be from what is expected, in standard deviations.
const DEVIATIONS: f64 = 4.0;

#[test]
fn a_million_ids_fill_all_buckets_alike() {
    const IDS: usize = 1_000_000;
    let mut buckets = vec![0; 100_000];
    for i in 0..IDS {
        buckets[bucket_of("uniform", &format!("user-{i}")).bucket as usize] += 1;
    }
    let bins: Vec<usize> = buckets.chunks(1_000).map(|chunk| chunk.iter().sum()).collect();
    for (name, counts) in [("100 bins", &bins), ("100,000 buckets", &buckets)] {
        let expected = vec![IDS as f64 / counts.len() as f64; counts.len()];
        assert_as_by_chance(name, chi_square(counts, &expected), counts.len() - 1);
    }
}

#[test]
fn hundred_thousand_ids_are_split_as_the_percentages_say() {
    let splits = [
        json!({"a": 50, "b": 50}),
        json!({"a": 1, "b": 99}),
        json!({"a": 33.333, "b": 33.333, "c": 33.334}),
        json!({"a": 0.1, "b": 0.9, "c": 99}),
        json!({"a": 20, "b": 20, "c": 20, "d": 40}),
    ];
    for (i, percentages) in splits.iter().enumerate() {
        for form in [counted, serial, like_uuid, like_email] {
            let key = format!("split-{i}");
            let snapshot = load(json!([rollout(&key, percentages.clone())]));
            let counts = count((0..UNITS).map(|i| variation(&snapshot, &key, &form(i))));
            for (id, percent) in percentages.as_object().unwrap() {
                let share = percent.as_f64().unwrap() / 100.0;
                assert_share(
                    &format!("{percentages} {id}"),
                    counts.get(id).copied().unwrap_or(0),
                    UNITS,
                    share,
                );
            }
        }
    }
}

#[test]
fn raising_the_first_or_last_variation_keeps_everyone_who_was_in() {
    for (raised, lowered) in [("a", "d"), ("d", "a")] {
        let mut before: Vec<String> = vec![String::new(); 20_000];
        for percent in [0.0, 0.001, 1.0, 5.0, 33.333, 50.0, 79.999, 80.0] {
            // The two in the middle keep their 20 percent, but move.
            let percentages = json!({raised: percent, lowered: rounded(80.0 - percent), "b": 10, "c": 10});
            let snapshot = load(json!([rollout("ramp", percentages)]));
            for (i, before) in before.iter_mut().enumerate() {
                let now = variation(&snapshot, "ramp", &counted(i));
                assert!(before != raised || now == raised, "{} left at {percent} %", counted(i));
                *before = now;
            }
        }
        assert!(before.iter().filter(|id| *id == raised).count() > 15_000);
    }
}

#[test]
fn ramps_by_rollout_percentage_and_traffic_keep_everyone_who_was_in() {
    let mut flag: Vec<bool> = vec![false; 20_000];
    let mut variants: Vec<Option<String>> = vec![None; 20_000];
    for percent in [0.0, 0.5, 10.0, 25.0, 75.5, 100.0] {
        let snapshot = load(json!([
            {"key": "flag", "type": "feature_flag", "rolloutPercentage": percent},
            experiment("test", json!({"traffic": percent}))
        ]));
        for i in 0..20_000 {
            let on = variation(&snapshot, "flag", &counted(i)) == "on";
            assert!(on || !flag[i], "{} left the flag at {percent} %", counted(i));
            flag[i] = on;
            let variant = assigned(&snapshot, "test", &counted(i));
            assert!(variants[i].is_none() || variants[i] == variant, "{} changed its variant", counted(i));
            variants[i] = variant;
        }
    }
    assert!(flag.iter().all(|on| *on) && variants.iter().all(Option::is_some));
}

#[test]
fn ranges_decide_as_they_are_laid() {
    for i in 0..200 {
        let unit = serial(i);
        let bucket = bucket_of("laid", &unit).bucket;
        let lay = |ranges: Value| {
            let ranges = json!({"ranges": ranges, "salt": "laid"});
            let snapshot = load(json!([rollout("ranges", ranges)]));
            variation(&snapshot, "ranges", &unit)
        };
        assert_eq!(lay(json!({"a": [[0, bucket + 1]], "b": [[bucket + 1, 100_000]]})), "a", "the last of a");
        assert_eq!(lay(json!({"a": [[0, bucket]], "b": [[bucket, 100_000]]})), "b", "the first of b");
        let alone = json!({"a": [[0, bucket], [bucket + 1, 100_000]], "c": [[bucket, bucket + 1]]});
        assert_eq!(lay(alone), "c", "a bucket of its own");
    }
}

#[test]
fn every_bucket_is_served_by_the_range_that_holds_it() {
    let ranges = json!({"a": [[0, 1], [99_999, 100_000]], "b": [[1, 50_000]], "c": [[50_000, 99_999]]});
    let snapshot = load(json!([rollout("edges", json!({"ranges": ranges}))]));
    for i in 0..UNITS {
        let context = Context::new().with("user.id", counted(i));
        let evaluation = evaluate(&snapshot, "edges", &context);
        let bucket = evaluation.bucket().unwrap();
        assert_eq!(bucket, bucket_of("edges", &counted(i)).bucket);
        let wanted = match bucket {
            0 | 99_999 => "a",
            1..50_000 => "b",
            _ => "c",
        };
        assert_eq!(evaluation.variation(), Some(wanted), "bucket {bucket}");
    }
}

#[test]
fn experiments_of_one_layer_never_overlap() {
    let slots = json!({"one": [[0, 20_000], [90_000, 100_000]], "two": [[20_000, 50_000]],
        "three": [[50_000, 85_000]]});
    let layered = |slots: Value| {
        let of_layer = |key: &str| experiment(key, json!({"layer": "layer"}));
        load(json!([{"key": "layer", "slots": slots}, of_layer("one"), of_layer("two"), of_layer("three")]))
    };
    let by_ranges = layered(slots);
    let by_percent = layered(json!({"one": 30, "two": 30, "three": 35}));
    for snapshot in [by_ranges, by_percent] {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for i in 0..UNITS {
            let unit = counted(i);
            let mut inside =
                ["one", "two", "three"].into_iter().filter(|key| assigned(&snapshot, key, &unit).is_some());
            *counts.entry(inside.next().unwrap_or("none")).or_default() += 1;
            assert_eq!(inside.next(), None, "{unit} is in two experiments");
        }
        for (key, share) in [("one", 0.3), ("two", 0.3), ("three", 0.35), ("none", 0.05)] {
            assert_share(key, counts[key], UNITS, share);
        }
    }
}

#[test]
fn salts_are_independent_of_each_other() {
    let pairs =
        [("a", "b"), ("flag-1", "flag-2"), ("checkout", "checkout:traffic"), ("", "\u{e9}"), ("x", "xx")];
    for (one, other) in pairs {
        let pair = |i: usize| {
            (bucket_of(one, &counted(i)).bucket / 10_000, bucket_of(other, &counted(i)).bucket / 10_000)
        };
        assert_independent(&format!("{one:?} and {other:?}"), (0..UNITS).map(pair));
    }
}

#[test]
fn traffic_allocation_and_holdout_are_independent() {
    let everyone = load(json!([experiment("test", json!({}))]));
    let some = load(json!([experiment("test", json!({"traffic": 30}))]));
    let held = load(json!([experiment("test", json!({"holdout": {"key": "year", "percent": 20}}))]));
    let is_a = |snapshot: &Snapshot, unit: &str| assigned(snapshot, "test", unit).as_deref() == Some("a");
    let inside = |snapshot: &Snapshot, unit: &str| u32::from(assigned(snapshot, "test", unit).is_some());
    let units: Vec<String> = (0..UNITS).map(counted).collect();
    let pairs = |of: &dyn Fn(&str) -> (u32, u32)| units.iter().map(|unit| of(unit)).collect::<Vec<_>>();

    let by_traffic = pairs(&|unit| (inside(&some, unit), u32::from(is_a(&everyone, unit))));
    assert_share("traffic", by_traffic.iter().filter(|(inside, _)| *inside == 1).count(), UNITS, 0.3);
    assert_independent("traffic and variant", by_traffic.into_iter());
    assert_independent(
        "holdout and variant",
        pairs(&|unit| (inside(&held, unit), u32::from(is_a(&everyone, unit)))).into_iter(),
    );
    assert_independent(
        "holdout and traffic",
        pairs(&|unit| (inside(&held, unit), inside(&some, unit))).into_iter(),
    );
}

fn counted(i: usize) -> String {
    format!("user-{i}")
}

fn serial(i: usize) -> String {
    (9_000_000_000 + i).to_string()
}

fn like_uuid(i: usize) -> String {
    format!("{:08x}-0000-4000-8000-{:012x}", i.wrapping_mul(2_654_435_761) & 0xffff_ffff, i)
}

fn like_email(i: usize) -> String {
    format!("first.last+{i}@example.com")
}

/// A string flag of four variations, `a` to `d`.
fn rollout(key: &str, rollout: Value) -> Value {
    let variations: Vec<Value> =
        ["a", "b", "c", "d"].iter().map(|id| json!({"id": id, "value": id})).collect();
    json!({"key": key, "type": "feature_flag", "default": "none", "variations": variations, "rollout": rollout})
}

/// A running experiment that halves its units, with further fields.
fn experiment(key: &str, further: Value) -> Value {
    let mut experiment = json!({
        "key": key, "type": "experiment", "status": "running",
        "variants": [{"id": "a"}, {"id": "b"}], "allocation": {"a": 50, "b": 50}
    });
    experiment.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    experiment
}

fn load(definitions: Value) -> Snapshot {
    let snapshot = Snapshot::load_json(definitions.to_string().as_bytes(), Environment::Document).unwrap();
    assert_eq!(snapshot.warnings().next(), None);
    snapshot
}

fn evaluate<'a>(snapshot: &'a Snapshot, key: &str, context: &'a Context) -> Evaluation<'a> {
    snapshot.evaluate(key, &Request::new(context, Timestamp::from_millis(0)))
}

fn variation(snapshot: &Snapshot, key: &str, unit: &str) -> String {
    assigned(snapshot, key, unit).unwrap()
}

/// The variant, if the unit takes part.
fn assigned(snapshot: &Snapshot, key: &str, unit: &str) -> Option<String> {
    let context = Context::new().with("user.id", unit);
    evaluate(snapshot, key, &context).variation().map(str::to_owned)
}

fn rounded(percent: f64) -> f64 {
    (percent * 1_000.0).round() / 1_000.0
}

fn count(ids: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for id in ids {
        *counts.entry(id).or_default() += 1;
    }
    counts
}

/// Counts by chance are binomial.
fn assert_share(what: &str, count: usize, of: usize, share: f64) {
    let expected = of as f64 * share;
    let deviation = (expected * (1.0 - share)).sqrt();
    let distance = (count as f64 - expected).abs();
    assert!(distance <= DEVIATIONS * deviation, "{what}: {count} instead of {expected} ± {deviation:.1}");
}

fn chi_square(counts: &[usize], expected: &[f64]) -> f64 {
    counts.iter().zip(expected).map(|(count, expected)| (*count as f64 - expected).powi(2) / expected).sum()
}

/// Chi-square by chance has mean `freedom` and variance `2 * freedom`; too regular is not by chance either.
fn assert_as_by_chance(what: &str, chi_square: f64, freedom: usize) {
    let freedom = freedom as f64;
    let distance = (chi_square - freedom).abs() / (2.0 * freedom).sqrt();
    assert!(distance <= DEVIATIONS, "{what}: chi-square {chi_square:.1} with {freedom} degrees of freedom");
}

/// By the chi-square of the contingency table.
fn assert_independent(what: &str, pairs: impl Iterator<Item = (u32, u32)>) {
    let mut cells: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for pair in pairs {
        *cells.entry(pair).or_default() += 1;
    }
    let (mut rows, mut columns) = (BTreeMap::new(), BTreeMap::new());
    for ((row, column), count) in &cells {
        *rows.entry(*row).or_insert(0) += count;
        *columns.entry(*column).or_insert(0) += count;
    }
    let total: usize = rows.values().sum();
    let (mut counts, mut expected) = (Vec::new(), Vec::new());
    for (row, in_row) in &rows {
        for (column, in_column) in &columns {
            counts.push(cells.get(&(*row, *column)).copied().unwrap_or(0));
            expected.push(*in_row as f64 * *in_column as f64 / total as f64);
        }
    }
    assert_as_by_chance(what, chi_square(&counts, &expected), (rows.len() - 1) * (columns.len() - 1));
}
