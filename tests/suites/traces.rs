//! Explanations against the golden texts of `tests/traces`, whose README says how to renew them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Value, json};
use vexil_core::trace::{Step, Trace};
use vexil_core::{Asked, Context, Environment, Reason, Request, Snapshot, Timestamp};

use crate::agreement::describe;
use crate::corpus::folder;
use crate::vectors::{NOW, Stored, overrides};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    #[serde(rename = "about")]
    _about: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    key: String,
    context: Value,
    now: Option<String>,
    environment: Option<String>,
    #[serde(rename = "type")]
    asked: Option<String>,
    #[serde(default)]
    overrides: BTreeMap<String, Value>,
    #[serde(default)]
    request_overrides: BTreeMap<String, Value>,
    #[serde(default)]
    sticky: BTreeMap<String, BTreeMap<String, String>>,
}

/// Every kind of step that an evaluation can take.
const STEPS: [&str; 27] = [
    "override",
    "kill",
    "request_override",
    "expiry",
    "environments",
    "role",
    "prerequisite",
    "scope",
    "global",
    "rule",
    "all",
    "any",
    "not",
    "segment",
    "clause",
    "bucket",
    "serve",
    "value",
    "default",
    "experiment",
    "running",
    "unit",
    "audience",
    "holdout",
    "sticky",
    "layer",
    "traffic",
];

#[test]
fn explanations_are_as_the_golden_texts() {
    let definitions = definitions();
    let mut failures = Vec::new();
    for case in read() {
        let trace = explain(&definitions, &case);
        let path = golden(&case.name);
        if std::env::var_os("VEXIL_BLESS").is_some() {
            fs::write(&path, trace.to_string()).unwrap();
        }
        let wanted = fs::read_to_string(&path).unwrap_or_default();
        if trace.to_string() != wanted {
            failures.push(format!("{}: the text is now\n{trace}and was\n{wanted}", case.name));
        }
    }
    assert!(failures.is_empty(), "VEXIL_BLESS=1 accepts what is meant\n{}", failures.join("\n"));
}

#[test]
fn every_golden_text_has_a_case() {
    let named: BTreeSet<PathBuf> = read().iter().map(|case| golden(&case.name)).collect();
    for found in fs::read_dir(traces()).unwrap() {
        let path = found.unwrap().path();
        let is_text = path.extension().is_some_and(|extension| extension == "txt");
        assert!(!is_text || named.contains(&path), "{} is of no case", path.display());
    }
}

#[test]
fn the_cases_show_every_step_and_reason() {
    let definitions = definitions();
    let (mut steps, mut reasons) = (BTreeSet::new(), BTreeSet::new());
    for case in read() {
        let trace = explain(&definitions, &case);
        reasons.insert(trace.reason);
        trace.steps.iter().for_each(|step| kinds(step, &mut steps));
    }
    assert_eq!(steps, BTreeSet::from(STEPS));
    assert_eq!(reasons, Reason::ALL.iter().map(|reason| reason.as_str()).collect());
}

/// Whatever names and comments say: they are part of one line, and no terminal obeys them.
#[test]
fn control_characters_are_escaped() {
    let definition = json!({
        "key": "f",
        "type": "config",
        "default": "\u{7f}",
        "rules": [
            {"condition": {"a": {"ne": "\u{9b}2J"}}, "action": {"value": "x"}, "comment": "\r\n  12 global\u{1b}[2J"},
            {"action": {"value": "y\u{85}ä"}, "comment": "no\tmore"}
        ]
    });
    let snapshot = Snapshot::load_json(definition.to_string().as_bytes(), Environment::Document).unwrap();
    let context = Context::new();
    let request = Request::new(&context, Timestamp::parse(NOW).unwrap());
    let text = snapshot.explain("f", None, &request).1.to_string();
    assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "{text}");
    assert!(text.contains(r"(\r\n  12 global\u{1b}[2J): unknown"), "{text}");
    assert!(text.contains(r"(no\tmore): true") && text.contains(r#"serve value "y\u{85}ä""#), "{text}");
    let absent = snapshot.explain("f\n", None, &request).1.to_string();
    assert_eq!(absent, "f\\n = null\nERROR FLAG_NOT_FOUND, version 0\n");
}

fn kinds(step: &Step, found: &mut BTreeSet<&'static str>) {
    found.insert(step.kind.as_str());
    step.steps.iter().for_each(|step| kinds(step, found));
}

fn traces() -> PathBuf {
    folder().join("traces")
}

fn golden(name: &str) -> PathBuf {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    traces().join(words.collect::<Vec<_>>().join("-")).with_extension("txt")
}

fn read() -> Vec<Case> {
    let text = fs::read_to_string(traces().join("cases.json")).unwrap();
    serde_json::from_str::<Cases>(&text).unwrap().cases
}

/// As bytes: explanations tell of clauses in the order in which their author wrote them.
fn definitions() -> Vec<u8> {
    fs::read(traces().join("definitions.json")).unwrap()
}

/// The explanation of a case; on the way, that it tells of the same decision as a plain evaluation, also as JSON.
fn explain(definitions: &[u8], case: &Case) -> Trace {
    let environment =
        case.environment.as_deref().map_or(Environment::Document, |name| Environment::Default(name.into()));
    let snapshot = Snapshot::load_json(definitions, environment).unwrap();
    let context = Context::parse_json(case.context.to_string().as_bytes()).unwrap();
    let now = Timestamp::parse(case.now.as_deref().unwrap_or(NOW)).unwrap();
    let (overrides, request_overrides) = (overrides(&case.overrides), overrides(&case.request_overrides));
    let sticky = Stored(&case.sticky);
    let request = Request {
        overrides: Some(&overrides),
        request_overrides: Some(&request_overrides),
        sticky: Some(&sticky),
        ..Request::new(&context, now)
    };
    let asked = case.asked.as_ref().map(|name| Asked::ALL.iter().find(|(known, _)| known == name).unwrap().1);
    let (explained, trace) = snapshot.explain(&case.key, asked, &request);
    let plain = match asked {
        Some(asked) => snapshot.evaluate_as(&case.key, asked, &request),
        None => snapshot.evaluate(&case.key, &request),
    };
    assert_eq!(describe(&explained, &context), describe(&plain, &context), "{}", case.name);

    let read: Value = serde_json::from_str(&serde_json::to_string(&trace).unwrap()).unwrap();
    let decision = json!({
        "key": case.key,
        "value": plain.value(),
        "variation": plain.variation(),
        "reason": plain.reason().as_str(),
        "scope": plain.scope().map(|scope| scope.as_str()),
        "rule": plain.rule().map(|rule| rule.to_string()),
        "bucket": plain.bucket(),
        "error": plain.error().map(|error| error.as_str()),
        "version": plain.version(),
    });
    for (member, value) in decision.as_object().unwrap() {
        assert_eq!(&read[member], value, "{}: `{member}` of the explanation as JSON", case.name);
    }
    trace
}
