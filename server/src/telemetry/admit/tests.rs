use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::catalog::Row;

const NOW: i64 = 1_800_000_000_000;

fn environment() -> Environment {
    let row = Row {
        key: "production".into(),
        name: "production".into(),
        production: true,
        position: 0,
        version: 3,
        changed_at: 0,
    };
    let mut environment = Environment::empty(row);
    for document in [
        json!({"key": "flag"}),
        json!({"key": "open", "client_visible": true}),
        json!({"key": "price", "type": "config", "default": 3}),
        json!({"key": "secret", "type": "config", "default": "x", "sensitive": true, "client_visible": true}),
        json!({"key": "colour", "default": "red", "variations": [{"id": "red", "value": "red"}]}),
        json!({"key": "trial", "type": "experiment", "variants": [{"id": "a"}, {"id": "b"}]}),
    ] {
        let Value::Object(document) = document else { unreachable!() };
        let key: String = document["key"].as_str().unwrap().into();
        environment.set(key.into(), 1, 1, Some(document));
    }
    environment
}

fn judge(audience: &Audience, sampling: Sampling, report: Value) -> (TelemetryBatch, Receipt) {
    let mut whole = json!({"batch": Uuid::from_u128(1).to_string()});
    whole.as_object_mut().unwrap().extend(report.as_object().unwrap().clone());
    let report = serde_json::from_value(whole).unwrap();
    let place = ("default".into(), "production".into());
    let (parts, receipt) = admit(report, place, &environment(), audience, sampling, NOW);
    let mut whole = TelemetryBatch {
        place: ("default".into(), "production".into()),
        id: Uuid::from_u128(1),
        part: 0,
        received_at: NOW,
        evaluations: Vec::new(),
        exposures: Vec::new(),
        instance: None,
    };
    for part in parts {
        assert!(part.evaluations.len() + part.exposures.len() <= PART_ITEMS);
        whole.evaluations.extend(part.evaluations);
        whole.exposures.extend(part.exposures);
        whole.instance = whole.instance.or(part.instance);
    }
    (whole, receipt)
}

fn at(millis: i64) -> String {
    Timestamp::from_millis(millis).to_string()
}

fn count(key: &str, variation: Option<&str>, reason: &str, count: u64) -> Value {
    let moment = at(NOW - 1_000);
    json!({"key": key, "variation": variation, "reason": reason, "count": count, "from": moment, "to": moment})
}

fn rejected(receipt: &Receipt) -> BTreeMap<&str, u64> {
    receipt.rejected.clone()
}

#[test]
fn what_names_nothing_is_kept_out_and_counted() {
    let evaluations = [
        count("flag", Some("on"), "ROLLOUT", 1),
        count("flag", None, "ERROR", 1),
        count("price", None, "DEFAULT", 1),
        count("colour", Some("red"), "DEFAULT", 1),
        count("trial", Some("b"), "EXPERIMENT", 1),
        count("none", None, "DEFAULT", 1),
        count("secret", None, "DEFAULT", 1),
        count("price", Some("on"), "DEFAULT", 1),
        count("colour", Some("blue"), "DEFAULT", 1),
        count("flag", Some("on"), "SPLIT", 1),
        count("flag", Some("on"), "ROLLOUT", 0),
        count("flag", Some("on"), "ROLLOUT", COUNT + 1),
    ];
    let (batch, receipt) = judge(&Audience::Server, Sampling::COMPLETE, json!({"evaluations": evaluations}));
    assert_eq!((batch.evaluations.len(), receipt.accepted), (5, 5));
    let wanted = [("UNKNOWN_KEY", 2), ("UNKNOWN_VARIATION", 2), ("UNKNOWN_REASON", 1), ("INVALID_COUNT", 2)];
    assert_eq!(rejected(&receipt), wanted.into());
}

#[test]
fn a_client_does_not_learn_what_it_cannot_see() {
    let hidden = count("flag", Some("on"), "ROLLOUT", 1);
    let absent = count("none", Some("on"), "ROLLOUT", 1);
    let sensitive = count("secret", None, "DEFAULT", 1);
    let receipt_of = |item: &Value| {
        let report = json!({"evaluations": [item], "instance": {"id": "phone", "version": 1}});
        let (batch, receipt) = judge(&Audience::Client(None), Sampling::COMPLETE, report);
        assert_eq!((batch.evaluations.len(), batch.instance), (0, None));
        receipt
    };
    assert_eq!(receipt_of(&hidden), receipt_of(&absent));
    assert_eq!(receipt_of(&sensitive), receipt_of(&absent));
    let open = json!({"evaluations": [count("open", Some("on"), "ROLLOUT", 1)]});
    let (batch, _) = judge(&Audience::Client(None), Sampling::COMPLETE, open);
    assert_eq!(batch.evaluations.len(), 1);
}

#[test]
fn moments_are_moved_near_now_and_intervals_count_in_their_middle() {
    let item = |from: &str, to: &str| {
        let item = json!({"key": "flag", "variation": "on", "reason": "ROLLOUT", "count": 1, "from": from, "to": to});
        let (batch, receipt) = judge(&Audience::Server, Sampling::COMPLETE, json!({"evaluations": [item]}));
        (batch.evaluations.first().map(|count| count.at), receipt)
    };
    let (moment, receipt) = item(&at(NOW - 30_000), &at(NOW - 10_000));
    assert_eq!((moment, receipt.clamped), (Some(NOW - 20_000), 0));
    let (moment, receipt) = item("9999-01-01T00:00:00Z", "9999-01-01T00:00:00Z");
    assert_eq!((moment, receipt.clamped), (Some(NOW), 1));
    let (moment, receipt) = item("0001-01-01T00:00:00Z", "1971-01-01T00:00:00Z");
    assert_eq!((moment, receipt.clamped), (Some(NOW - CLOCK_PAST), 1));
    for (from, to) in [(at(NOW), at(NOW - 1)), ("yesterday".into(), at(NOW))] {
        let (moment, receipt) = item(&from, &to);
        assert_eq!((moment, rejected(&receipt)), (None, [("INVALID_TIME", 1)].into()));
    }
}

fn exposure(variant: &str, unit: &str) -> Value {
    json!({"experiment": "trial", "variant": variant, "attribute": "user.id", "unit": unit, "at": at(NOW)})
}

#[test]
fn exposures_are_of_variants_of_experiments() {
    let mut of_flag = exposure("on", "u");
    of_flag["experiment"] = json!("flag");
    let long = "u".repeat(UNIT_BYTES + 1);
    let exposures = [
        exposure("a", "u"),
        exposure("c", "u"),
        of_flag,
        exposure("a", ""),
        exposure("a", &long),
        exposure("a", "\u{0}"),
    ];
    let (batch, receipt) = judge(&Audience::Server, Sampling::COMPLETE, json!({"exposures": exposures}));
    assert_eq!(batch.exposures.len(), 1);
    let wanted = [("UNKNOWN_VARIANT", 1), ("UNKNOWN_EXPERIMENT", 1), ("INVALID_UNIT", 3)];
    assert_eq!(rejected(&receipt), wanted.into());
}

#[test]
fn a_unit_is_always_in_the_sample_or_never_and_a_larger_sample_holds_a_smaller_one() {
    let units: Vec<String> = (0..10_000).map(|n| format!("user-{n}")).collect();
    let sample = |percent: f64| {
        let exposures: Vec<_> = units.iter().map(|unit| exposure("a", unit)).collect();
        let report = json!({"exposures": exposures});
        let (batch, receipt) = judge(&Audience::Server, Sampling::percent(percent), report);
        assert_eq!(receipt.accepted, 10_000);
        assert_eq!(receipt.sampled_out, 10_000 - batch.exposures.len() as u64);
        batch.exposures.into_iter().map(|exposure| exposure.unit).collect::<std::collections::HashSet<_>>()
    };
    let (tenth, half) = (sample(10.0), sample(50.0));
    assert_eq!(tenth, sample(10.0));
    // Five standard deviations of a binomial distribution: 30 and 50 units.
    assert!((850..=1_150).contains(&tenth.len()), "{}", tenth.len());
    assert!((4_750..=5_250).contains(&half.len()), "{}", half.len());
    assert!(tenth.is_subset(&half));
    assert_eq!((sample(0.0).len(), sample(100.0).len()), (0, 10_000));
}

#[test]
fn percent_of_a_sample_are_bounded() {
    for (percent, units) in [(0.0, 0), (0.001, 1), (12.5, 12_500), (250.0, 100_000), (-1.0, 0), (f64::NAN, 0)]
    {
        assert_eq!(Sampling::percent(percent).units(), units);
    }
}

#[test]
fn an_instance_has_a_name_and_a_version_that_can_be() {
    let judge_instance = |instance: Value| {
        let (batch, receipt) =
            judge(&Audience::Server, Sampling::COMPLETE, json!({"instance": instance, "dropped": 3}));
        batch.instance.ok_or_else(|| receipt.rejected.into_keys().next().unwrap())
    };
    let future = at(NOW + 60_000);
    let found = judge_instance(json!({"id": "i", "version": 2, "applied_at": future})).unwrap();
    assert_eq!((found.applied_at, found.version, found.dropped), (Some(NOW), 2, 3));
    assert_eq!(judge_instance(json!({"id": "", "version": 2})), Err("INVALID_INSTANCE"));
    assert_eq!(judge_instance(json!({"id": "a\u{0}", "version": 2})), Err("INVALID_INSTANCE"));
    assert_eq!(judge_instance(json!({"id": "a", "version": i64::MAX})), Err("INVALID_VERSION"));
    assert_eq!(judge_instance(json!({"id": "a", "version": 1, "applied_at": "now"})), Err("INVALID_TIME"));
}

#[test]
fn an_item_is_of_the_same_part_whatever_becomes_of_the_others() {
    let parts_with = |before: Value| {
        let mut evaluations = vec![before; PART_ITEMS - 1];
        evaluations.extend(vec![count("flag", Some("on"), "ROLLOUT", 1); 2]);
        let report = json!({
            "batch": Uuid::from_u128(1).to_string(), "evaluations": evaluations,
            "exposures": vec![exposure("a", "u"); PART_ITEMS],
        });
        let place = ("default".into(), "production".into());
        let report = serde_json::from_value(report).unwrap();
        let (parts, _) = admit(report, place, &environment(), &Audience::Server, Sampling::COMPLETE, NOW);
        let sizes = parts.iter().map(|part| (part.part, part.evaluations.len(), part.exposures.len()));
        sizes.collect::<Vec<_>>()
    };
    let sound = parts_with(count("flag", None, "ERROR", 1));
    assert_eq!(sound, [(0, PART_ITEMS, 0), (1, 1, PART_ITEMS - 1), (2, 0, 1)]);
    let unsound = parts_with(count("none", None, "ERROR", 1));
    assert_eq!(unsound, [(0, 1, 0), (1, 1, PART_ITEMS - 1), (2, 0, 1)]);
}
