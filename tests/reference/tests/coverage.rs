//! The generator reaches everything: evaluating twenty thousand seeds panics nowhere, and brings
//! out every reason, error and scope, and every operator as true, false and unknown.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vexil_reference::{OPERATORS, Outcome, condition, evaluate, generate};

const SEEDS: u64 = 20_000;

/// How often each thing must have occurred.
const AT_LEAST: u32 = 50;

const REASONS: [&str; 15] = [
    "ERROR",
    "OVERRIDE",
    "DISABLED",
    "EXPIRED",
    "PREREQUISITE_FAILED",
    "TARGETING",
    "ROLLOUT",
    "EXPERIMENT",
    "DEFAULT",
    "NOT_RUNNING",
    "NO_UNIT",
    "NOT_IN_AUDIENCE",
    "HELD_OUT",
    "EXCLUDED_BY_LAYER",
    "NOT_IN_TRAFFIC",
];
const ERRORS: [&str; 4] = ["FLAG_NOT_FOUND", "TYPE_MISMATCH", "PARSE_ERROR", "INVALID_CONTEXT"];
const SCOPES: [&str; 6] = ["session", "user", "tenant", "service", "environment", "global"];

type Counts = BTreeMap<String, u32>;

#[test]
fn everything_occurs() {
    let mut counts = Counts::new();
    for seed in 0..SEEDS {
        let document = generate::document(seed);
        let request = generate::request(seed, &document);
        count_outcome(&mut counts, &evaluate(&document, &request));
        for clause in clauses_of_document(&document) {
            let name = clause_name(&clause);
            let judgement = match condition(&document, &clause, &request) {
                Some(true) => "true",
                Some(false) => "false",
                None => "unknown",
            };
            count(&mut counts, format!("{name} is {judgement}"));
        }
    }

    let mut expected: Vec<String> = Vec::new();
    expected.extend(REASONS.map(|reason| format!("reason {reason}")));
    expected.extend(ERRORS.map(|error| format!("error {error}")));
    expected.extend(SCOPES.map(|scope| format!("scope {scope}")));
    expected.extend(["a rule", "a bucket", "to store", "kept", "overdue"].map(str::to_owned));
    for operator in OPERATORS.into_iter().chain(["segment"]) {
        for judgement in ["true", "false", "unknown"] {
            // Whether an attribute exists is always known.
            if (operator, judgement) != ("exists", "unknown") {
                expected.push(format!("{operator} is {judgement}"));
            }
        }
    }
    let rare: Vec<_> = expected
        .iter()
        .map(|name| (name, counts.get(name).copied().unwrap_or(0)))
        .filter(|(_, times)| *times < AT_LEAST)
        .collect();
    assert!(rare.is_empty(), "too rare: {rare:?}");
}

#[test]
fn one_seed_is_one_case() {
    for seed in 0..100 {
        let document = generate::document(seed);
        assert_eq!(document, generate::document(seed));
        let request = generate::request(seed, &document);
        assert_eq!(request, generate::request(seed, &document));
        assert_eq!(evaluate(&document, &request), evaluate(&document, &request));
    }
    assert_ne!(generate::document(1), generate::document(2));
}

fn count(counts: &mut Counts, name: String) {
    *counts.entry(name).or_default() += 1;
}

fn count_outcome(counts: &mut Counts, outcome: &Outcome) {
    count(counts, format!("reason {}", outcome.reason));
    if let Some(error) = &outcome.error {
        count(counts, format!("error {error}"));
    }
    if let Some(scope) = &outcome.scope {
        count(counts, format!("scope {scope}"));
    }
    let is_kept = outcome.reason == "EXPERIMENT" && outcome.bucket.is_none();
    for (name, is_so) in [
        ("a rule", outcome.rule.is_some()),
        ("a bucket", outcome.bucket.is_some()),
        ("to store", outcome.store.is_some()),
        ("kept", is_kept),
        ("overdue", outcome.overdue),
    ] {
        if is_so {
            count(counts, name.to_owned());
        }
    }
}

/// Every clause of a document, each as a condition of its own with one operator.
fn clauses_of_document(document: &Value) -> Vec<Value> {
    let entries = match document {
        Value::Array(list) => list.clone(),
        bundle if bundle["entries"].is_array() => bundle["entries"].as_array().unwrap().clone(),
        single => vec![single.clone()],
    };
    let mut found = Vec::new();
    for entry in &entries {
        found.extend(clauses(&entry["condition"]));
        found.extend(clauses(&entry["audience"]));
        for rule in entry["rules"].as_array().into_iter().flatten() {
            found.extend(clauses(&rule["condition"]));
        }
    }
    found
}

fn clauses(condition: &Value) -> Vec<Value> {
    let members = condition.as_object().into_iter().flatten();
    members
        .flat_map(|(word, operand)| match word.as_str() {
            "all" | "any" => operand.as_array().unwrap().iter().flat_map(clauses).collect(),
            "not" => clauses(operand),
            "segment" => vec![json!({"segment": operand})],
            path => operators(path, operand),
        })
        .collect()
}

fn operators(path: &str, clause: &Value) -> Vec<Value> {
    let clause = clause.as_object().unwrap();
    let ignore_case = clause.get("ignoreCase").cloned().unwrap_or(json!(false));
    clause
        .iter()
        .filter(|(operator, _)| *operator != "ignoreCase")
        .map(|(operator, operand)| json!({path: {operator: operand, "ignoreCase": ignore_case}}))
        .collect()
}

/// The operator of a clause, or the word `segment`.
fn clause_name(clause: &Value) -> String {
    let (word, operand) = clause.as_object().unwrap().iter().next().unwrap();
    let mut operators = operand.as_object().into_iter().flat_map(|clause| clause.keys());
    let operator = operators.find(|name| *name != "ignoreCase");
    operator.unwrap_or(word).clone()
}
