//! Runs the corpus. It compares, and decides nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use vexil_client::{Client, Options, Source, StickyStore};
use vexil_core::definition::{self, Mode};
use vexil_core::{
    Arena, Asked, Context, Environment, Evaluation, Node, Overrides, Request, Severity, Snapshot,
    StickyAssignments, Timestamp,
};

use crate::corpus::{
    Buckets, EvaluationCase, Evaluations, Expected, SipHashes, Tally, ValidationCase, Validations, files,
    skips,
};

pub(crate) const NOW: &str = "2026-01-01T00:00:00Z";

#[test]
fn evaluations() {
    run_evaluations("core", |definitions, case| Some(evaluate(definitions, case)));
}

/// Only a control plane fixes an environment: a client of definitions has no word for it.
#[test]
fn evaluations_by_a_client() {
    let skipped = run_evaluations("client", |definitions, case| {
        case.fixed_environment.is_none().then(|| evaluate_by_client(definitions, case))
    });
    assert_eq!(skipped, skips());
}

/// Compares what an engine says of every case; none is a case that it skips, and how many those are is returned.
fn run_evaluations(host: &str, engine: impl Fn(&str, &EvaluationCase) -> Option<Value>) -> usize {
    let mut failures = Vec::new();
    let mut tally = Tally::default();
    for file in files::<Evaluations>() {
        let text = file.content.definitions();
        for case in &file.content.cases {
            let Some(got) = engine(&text, case) else {
                tally.skipped(&file.path);
                continue;
            };
            let before = failures.len();
            for (member, wanted) in &case.expect {
                let value = got.get(member).unwrap_or(&Value::Null);
                if !same(value, wanted) {
                    failures.push(format!("{}: {}: {member} is {value}, not {wanted}", file.path, case.name));
                }
            }
            if failures.len() == before {
                tally.passed(&file.path);
            }
        }
    }
    tally.leave(host);
    report(tally.total(), 600, &failures);
    tally.total_skipped()
}

#[test]
fn buckets() {
    let mut failures = Vec::new();
    let mut count = 0;
    for file in files::<Buckets>() {
        for case in &file.content.cases {
            count += 1;
            let got = vexil_core::bucket_of(&case.salt, &case.unit);
            if (format!("{:016x}", got.hash), got.bucket) != (case.hash.clone(), case.bucket) {
                failures.push(format!("{}: {:?} {:?}: {got:?}", file.path, case.salt, case.unit));
            }
        }
    }
    report(count, 250, &failures);
}

/// The paper's inputs are bytes, and the core's hash is of text: those that are a salt, a zero and a unit are compared.
#[test]
fn siphash_of_the_paper() {
    let mut count = 0;
    for file in files::<SipHashes>() {
        assert_eq!(file.content.key, "000102030405060708090a0b0c0d0e0f");
        for case in &file.content.cases {
            let input = bytes(&case.input);
            let Some(zero) = input.iter().position(|byte| *byte == 0) else { continue };
            let (salt, unit) = (std::str::from_utf8(&input[..zero]), std::str::from_utf8(&input[zero + 1..]));
            let got = vexil_core::bucket_of(salt.unwrap(), unit.unwrap()).hash;
            assert_eq!(got.to_le_bytes().to_vec(), bytes(&case.output), "{}", case.input);
            count += 1;
        }
    }
    assert_eq!(count, 63, "all inputs of the paper but the empty one begin with a zero byte");
}

#[test]
fn validations() {
    let mut failures = Vec::new();
    let mut count = 0;
    for file in files::<Validations>() {
        for case in &file.content.cases {
            count += 1;
            let (errors, warnings) = validate(case);
            let mut wanted = case.problems.clone();
            wanted.sort();
            if errors != wanted {
                failures.push(format!("{}: {}: found {errors:?}, not {wanted:?}", file.path, case.name));
            }
            for warning in case.warnings.iter().filter(|warning| !warnings.contains(warning)) {
                failures
                    .push(format!("{}: {}: no warning {warning:?} in {warnings:?}", file.path, case.name));
            }
        }
    }
    report(count, 100, &failures);
}

fn report(count: usize, at_least: usize, failures: &[String]) {
    assert!(count >= at_least, "only {count} cases");
    assert!(failures.is_empty(), "{} of {count} cases differ:\n{}", failures.len(), failures.join("\n"));
}

pub(crate) struct Stored<'c>(pub(crate) &'c BTreeMap<String, BTreeMap<String, String>>);

impl StickyAssignments for Stored<'_> {
    fn stored(&self, experiment: &str, unit: &str) -> Option<&str> {
        self.0.get(experiment)?.get(unit).map(String::as_str)
    }
}

fn evaluate(definitions: &str, case: &EvaluationCase) -> Value {
    let environment = match (&case.fixed_environment, &case.environment) {
        (Some(name), _) => Environment::Fixed(name.as_str().into()),
        (None, Some(name)) => Environment::Default(name.as_str().into()),
        (None, None) => Environment::Document,
    };
    let snapshot = Snapshot::load_json(definitions.as_bytes(), environment).unwrap();
    let Ok(context) = Context::parse_json(context_text(case).as_bytes()) else {
        return json!({"value": null, "reason": "ERROR", "error": "INVALID_CONTEXT"});
    };
    let now = Timestamp::parse(case.now.as_deref().unwrap_or(NOW)).unwrap();
    let (overrides, request_overrides) = (overrides(&case.overrides), overrides(&case.request_overrides));
    let sticky = Stored(&case.sticky);
    let request = Request {
        overrides: Some(&overrides),
        request_overrides: Some(&request_overrides),
        sticky: Some(&sticky),
        ..Request::new(&context, now)
    };
    let asked = asked(case);
    let fast = match asked {
        Some(asked) => snapshot.evaluate_as(&case.key, asked, &request),
        None => snapshot.evaluate(&case.key, &request),
    };
    let (explained, _) = snapshot.explain(&case.key, asked, &request);
    let (fast, explained) = (describe(&fast, &context), describe(&explained, &context));
    assert_eq!(fast, explained, "{}: the explanation tells another story", case.name);
    fast
}

/// What a client keeps, and what it is told last.
#[derive(Default)]
struct Store {
    known: BTreeMap<String, BTreeMap<String, String>>,
    put: Mutex<Option<Value>>,
}

impl StickyStore for Store {
    fn get(&self, experiment: &str, unit: &str) -> Option<String> {
        self.known.get(experiment)?.get(unit).cloned()
    }

    fn put(&self, experiment: &str, unit: &str, variant: &str) {
        let put = json!({"experiment": experiment, "unit": unit, "variant": variant});
        *self.put.lock().unwrap() = Some(put);
    }
}

fn evaluate_by_client(definitions: &str, case: &EvaluationCase) -> Value {
    let text = context_text(case);
    let Ok(context) = Context::parse_json(text.as_bytes()) else {
        return json!({"value": null, "reason": "ERROR", "error": "INVALID_CONTEXT"});
    };
    let store = Arc::new(Store { known: case.sticky.clone(), put: Mutex::default() });
    let mut options = Options::new(Source::Memory(definitions.to_owned()));
    options.environment.clone_from(&case.environment);
    options.sticky = Some(Arc::clone(&store) as Arc<dyn StickyStore>);
    let client = Client::start(options).unwrap();
    for (key, value) in overrides(&case.overrides).iter() {
        client.set_override(key, value.clone()).unwrap();
    }
    let now = Timestamp::parse(case.now.as_deref().unwrap_or(NOW)).unwrap();
    let client = client.pinned_at(now).with_request_overrides(overrides(&case.request_overrides));
    client.evaluate(&case.key, asked(case), &context, |outcome| {
        let mut got = describe(outcome.evaluation, &context);
        got["store"] = store.put.lock().unwrap().clone().unwrap_or_default();
        got
    })
}

fn context_text(case: &EvaluationCase) -> String {
    match (&case.context_text, &case.context) {
        (Some(text), _) => text.clone(),
        (None, Some(context)) => context.to_string(),
        (None, None) => "{}".to_owned(),
    }
}

fn asked(case: &EvaluationCase) -> Option<Asked> {
    case.asked.as_ref().map(|name| Asked::ALL.iter().find(|(known, _)| known == name).unwrap().1)
}

pub(crate) fn overrides(values: &BTreeMap<String, Value>) -> Overrides {
    let mut overrides = Overrides::new();
    for (key, value) in values {
        overrides.set(key, Node::parse_json(value.to_string().as_bytes(), &Arena::new()).unwrap().to_value());
    }
    overrides
}

fn describe(evaluation: &Evaluation<'_>, context: &Context) -> Value {
    let store = evaluation.assignment().filter(|assignment| assignment.is_to_be_stored()).map(|assignment| {
        json!({"experiment": assignment.experiment(), "unit": evaluation.unit(context), "variant": assignment.variant()})
    });
    json!({
        "value": evaluation.value(),
        "variation": evaluation.variation(),
        "reason": evaluation.reason().as_str(),
        "scope": evaluation.scope().map(|scope| scope.as_str()),
        "rule": evaluation.rule().map(|rule| rule.to_string()),
        "bucket": evaluation.bucket(),
        "error": evaluation.error().map(|error| error.as_str()),
        "version": evaluation.version(),
        "overdue": evaluation.is_overdue(),
        "store": store,
    })
}

/// Equal as JSON, numbers by value.
fn same(a: &Value, b: &Value) -> bool {
    let read =
        |value: &Value| Node::parse_json(value.to_string().as_bytes(), &Arena::new()).unwrap().to_value();
    read(a) == read(b)
}

fn validate(case: &ValidationCase) -> (Vec<Expected>, Vec<Expected>) {
    let text =
        case.text.clone().unwrap_or_else(|| case.definition.as_ref().unwrap_or(&Value::Null).to_string());
    let problems = match Node::parse_json(text.as_bytes(), &Arena::new()) {
        Err(problem) => vec![problem],
        Ok(node) => {
            let mut reading = definition::read(&[node], Mode::Authoring);
            let options = definition::lint::Options { now: Timestamp::parse(NOW).unwrap(), naming: None };
            definition::lint::warn(&mut reading, &options);
            reading.problems.into_iter().map(|found| found.problem).collect()
        }
    };
    let of = |severity: Severity| {
        let mut list: Vec<Expected> = problems
            .iter()
            .filter(|problem| problem.severity == severity)
            .map(|problem| Expected { path: problem.path.clone(), code: problem.code.to_string() })
            .collect();
        list.sort();
        list
    };
    (of(Severity::Error), of(Severity::Warning))
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
}
