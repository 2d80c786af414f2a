//! `vexil stats`.

use serde_json::{Value, json};

use crate::support::{BEFORE, EXAMPLES, Folder, vexil};

fn stats(arguments: &[&str]) -> Value {
    let run = vexil(&[&["stats"], arguments, &["--format", "json"]].concat());
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    run.lines().remove(0)
}

/// What was served, with the share that was expected.
fn expected(report: &Value) -> Vec<(String, Option<f64>)> {
    let parts = report["parts"].as_array().unwrap();
    parts
        .iter()
        .map(|part| (part["served"].as_str().unwrap().to_owned(), part["expected"].as_f64()))
        .collect()
}

#[test]
fn the_seed_s_split_is_what_its_definition_says() {
    let report = stats(&[
        "graph_search.v2.enable",
        "-d",
        EXAMPLES,
        "--env",
        "production",
        "--now",
        BEFORE,
        "--units",
        "20000",
    ]);
    assert_eq!(
        expected(&report),
        [("legacy".to_owned(), Some(0.75)), ("rust_engine".to_owned(), Some(0.25))]
    );
    assert_eq!((&report["units"], &report["degrees_of_freedom"]), (&json!(20_000), &json!(1)));
    assert!(report["p"].as_f64().unwrap() > 0.001, "{report}");
    let share = report["parts"][1]["share"].as_f64().unwrap();
    assert!((share - 0.25).abs() < 0.0125, "within four standard deviations: {share}");
}

#[test]
fn units_that_no_bucket_decided_are_taken_as_they_come() {
    let report = stats(&["button-colour", "-d", EXAMPLES]);
    let of = |served: &str| {
        let parts = report["parts"].as_array().unwrap();
        parts.iter().find(|part| part["served"] == served).unwrap().clone()
    };
    assert_eq!(of("EXCLUDED_BY_LAYER")["expected"], json!(null));
    assert_eq!(of("blue")["expected"], of("green")["expected"]);
    let decided = of("blue")["units"].as_u64().unwrap() + of("green")["units"].as_u64().unwrap();
    assert_eq!(of("blue")["expected"].as_f64().unwrap(), decided as f64 / 2.0 / 10_000.0);
}

#[test]
fn nothing_is_expected_of_units_that_another_attribute_splits() {
    let folder = Folder::new();
    let by_tenant = folder.file(
        "flag.json",
        r#"{"key": "a", "rollout": {"rollout": {"on": 50, "off": 50}, "by": "tenant.id"}}"#,
    );
    let report = stats(&["a", "-d", &by_tenant, "--context", r#"{"tenant": {"id": "t"}}"#]);
    assert_eq!((&report["p"], expected(&report)[0].1), (&json!(null), None));
    let by_them = stats(&["a", "-d", &by_tenant, "--by", "tenant.id", "--prefix", "t-", "--units", "2000"]);
    assert_eq!(expected(&by_them), [("off".to_owned(), Some(0.5)), ("on".to_owned(), Some(0.5))]);
}

#[test]
fn ranges_are_compared_bucket_by_bucket() {
    let folder = Folder::new();
    let ranges = folder.file(
        "flag.yaml",
        "key: a\nvariations: [{id: x, value: 1}, {id: y, value: 2}, {id: z, value: 3}]\ndefault: 0\n\
         rollout: {ranges: {x: [[0, 10000], [60000, 61234]], y: [[10000, 60000]], z: [[61234, 100000]]}}\n",
    );
    let report = stats(&["a", "-d", &ranges]);
    let wanted = [("x", 0.11234), ("y", 0.5), ("z", 0.38766)];
    for ((served, share), (wanted, wanted_share)) in expected(&report).iter().zip(wanted) {
        assert_eq!(served, wanted);
        assert!((share.unwrap() - wanted_share).abs() < 1e-12, "{served}");
    }
    assert_eq!(report["degrees_of_freedom"], json!(2));
}

#[test]
fn the_chart_is_drawn() {
    let run = vexil(&["stats", "checkout-experiment", "-d", EXAMPLES, "--units", "1000"]);
    assert_eq!(run.code, 0);
    let bars = run.out.lines().filter(|line| line.contains('█') && line.contains("expected 3")).count();
    assert_eq!(bars, 3, "{}", run.out);
    assert!(run.out.contains("p = "), "{}", run.out);
}

#[test]
fn what_cannot_be_asked_is_said() {
    let run = vexil(&["stats", "nothing.here", "-d", EXAMPLES]);
    assert_eq!(run.code, 1);
    assert!(run.complaint().contains("FLAG_NOT_FOUND"));
    let run = vexil(&["stats", "new-dashboard", "-d", EXAMPLES, "--context", "[]"]);
    assert_eq!(run.code, 1);
    assert!(run.complaint().contains("INVALID_CONTEXT"));
}
