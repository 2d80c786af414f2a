//! The OpenAPI document: the one that is checked in is the one that the code makes, it is valid, and it says what there
//! is.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use vexil_test_services::{Program, python, required};

use crate::support::TestServer;

fn document() -> Value {
    serde_json::from_str(&vexil_server::api::openapi()).unwrap()
}

/// The method, path and description of every operation.
fn operations(document: &Value) -> Vec<(String, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(move |(method, operation)| (method.to_uppercase(), path.as_str(), operation))
        })
        .collect()
}

#[test]
fn the_checked_in_document_is_of_this_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let made = vexil_server::api::openapi() + "\n";
    if std::env::var_os("VEXIL_BLESS").is_some() {
        fs::write(path, &made).unwrap();
    }
    let known = fs::read_to_string(path).unwrap_or_default();
    assert!(known == made, "the API has changed: run `cargo xtask bless`, and look at the difference");
    assert!(made.contains("\"openapi\": \"3.1.0\""));
}

#[test]
fn the_document_is_valid() {
    let Some(python) = required(python()) else { return };
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let mut command = Command::new(&python);
    command.args(["-m", "openapi_spec_validator", "--schema", "3.1", "--validation-errors", "all", path]);
    let mut validator = Program::start(&mut command).unwrap();
    let status = validator.wait(Duration::from_secs(120)).unwrap();
    assert!(status.success(), "{}", validator.output());
}

#[test]
fn every_answer_is_described() {
    let document = document();
    for (method, path, operation) in operations(&document) {
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.contains_key("4XX") && answers.contains_key("5XX"), "{method} {path}");
        for (status, answer) in answers {
            let place = format!("{method} {path} {status}");
            assert!(!answer["description"].as_str().unwrap_or_default().is_empty(), "{place}");
            let content = answer["content"].as_object();
            if matches!(status.as_str(), "101" | "204" | "304") {
                assert!(content.is_none(), "{place}");
                continue;
            }
            let content = content.unwrap_or_else(|| panic!("{place} says nothing of its body"));
            assert!(content.values().all(|content| content["schema"].is_object()), "{place}");
            // What is refused is a problem, in the form that the protocol has for it.
            if !status.starts_with('2') {
                let media =
                    if path.starts_with("/ofrep/") { "application/json" } else { "application/problem+json" };
                assert!(content.keys().eq([media]), "{place}");
            }
        }
    }
}

#[test]
fn the_headers_of_changes_are_read_where_the_document_says_so() {
    let server = TestServer::start();
    let admin = server.admin();
    let document = document();
    let is_told = |operation: &Value, name: &str| {
        operation["parameters"].as_array().into_iter().flatten().any(|parameter| parameter["name"] == name)
    };
    let mut read = 0;
    for (method, path, operation) in operations(&document) {
        let mut asked = path.to_owned();
        for (name, value) in [("{project}", "default"), ("{environment}", "production"), ("{revision}", "1")]
        {
            asked = asked.replace(name, value);
        }
        let asked = asked.replace("{key}", "a").replace("{id}", "a").replace("{name}", "a");
        // Streams and the socket have nothing that changes.
        if method == "GET" {
            assert!(!is_told(operation, "Idempotency-Key") && !is_told(operation, "If-Match"), "{path}");
            continue;
        }
        for (name, value) in [("if-match", "x"), ("idempotency-key", "")] {
            let answer = admin.send(&method, &asked, &[(name, value)], Some(b"{}"));
            let is_read = answer.body["code"] == "INVALID_HEADER";
            assert_eq!(is_read, is_told(operation, "Idempotency-Key"), "{method} {path}: {}", answer.text);
            read += usize::from(is_read);
        }
        let is_compared = operation["responses"]["412"].is_object();
        assert_eq!(is_told(operation, "If-Match"), is_compared, "{method} {path}");
    }
    assert!(read > 40, "{read} headers were read");
}
