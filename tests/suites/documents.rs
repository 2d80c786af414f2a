//! What is written down is what the code does.

use std::fs;

use serde_json::Value;
use vexil_core::definition::schema::SCHEMA;
use vexil_core::definition::{self, Mode};
use vexil_core::{Arena, Code, ErrorCode, Node, Severity};

use crate::corpus::{Evaluations, Validations, files, folder};

/// Problems that a schema cannot see: they are of meaning, not of form.
const BEYOND_A_SCHEMA: [&str; 22] = [
    "DUPLICATE_KEY",
    "DUPLICATE_ID",
    "INVALID_TIME",
    "INVALID_PERCENTAGE",
    "PERCENTAGE_TOTAL",
    "INVALID_RANGE",
    "RANGE_OVERLAP",
    "RANGE_GAP",
    "UNKNOWN_VARIATION",
    "MISSING_DEFAULT",
    "VALUE_TYPE",
    "VALUE_SCHEMA",
    "INVALID_OPERAND",
    "INVALID_REGEX",
    "UNKNOWN_SEGMENT",
    "UNKNOWN_FLAG",
    "UNKNOWN_EXPERIMENT",
    "UNKNOWN_LAYER",
    "UNKNOWN_ROLE",
    "VARIANT_WITHOUT_VARIATION",
    "CYCLE",
    "LIMIT_EXCEEDED",
];

/// A schema counts characters, the limit counts bytes.
const BYTES: &str = "id of a variation: 201 bytes";

#[test]
fn every_code_is_documented_as_it_behaves() {
    let page = fs::read_to_string(folder().join("../docs/errors.md")).unwrap();
    let rows: Vec<Vec<&str>> =
        page.lines().filter(|line| line.starts_with("| `")).map(|line| line.split(" | ").collect()).collect();
    let documented: Vec<&str> =
        rows.iter().map(|row| row[0].trim_matches(|c| c == '|' || c == ' ' || c == '`')).collect();
    let codes = Code::ALL.iter().map(|code| code.as_str());
    let errors = ErrorCode::ALL.iter().map(|code| code.as_str());
    assert_eq!(documented, codes.chain(errors).collect::<Vec<_>>(), "the same codes in the same order");
    for (code, row) in Code::ALL.iter().zip(&rows) {
        let severity = match code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let load = format!("{:?}", code.on_load()).to_lowercase();
        assert_eq!((row[1].trim(), row[2].trim()), (severity, load.as_str()), "{code}");
    }
}

#[test]
fn the_schema_accepts_what_is_valid_and_refuses_malformed_entries() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut failures = Vec::new();
    let mut accepted = 0;
    for file in files::<Evaluations>() {
        let text = file.content.definitions();
        let arena = Arena::new();
        let node = Node::parse_json(text.as_bytes(), &arena).unwrap();
        if definition::read(&[node], Mode::Authoring).has_errors() {
            continue;
        }
        accepted += 1;
        for error in validator.iter_errors(&serde_json::from_str(&text).unwrap()) {
            failures.push(format!("{}: {}: {error}", file.path, error.instance_path()));
        }
    }
    let mut refused = 0;
    for file in files::<Validations>() {
        for case in file.content.cases.iter().filter(|case| case.text.is_none()) {
            let definition = case.definition.as_ref().unwrap_or(&Value::Null);
            let of_form =
                case.problems.iter().any(|problem| !BEYOND_A_SCHEMA.contains(&problem.code.as_str()));
            if case.problems.is_empty() && !validator.is_valid(definition) {
                let error = validator.iter_errors(definition).next().unwrap();
                failures.push(format!(
                    "{}: {}: refused: {}: {error}",
                    file.path,
                    case.name,
                    error.instance_path()
                ));
            }
            if of_form && case.name != BYTES {
                refused += 1;
                if validator.is_valid(definition) {
                    failures.push(format!("{}: {}: accepted, but {:?}", file.path, case.name, case.problems));
                }
            }
        }
    }
    assert!(accepted > 25 && refused > 100, "{accepted} accepted, {refused} refused");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
