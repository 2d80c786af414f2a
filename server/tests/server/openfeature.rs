//! The OpenFeature SDKs of Python and JavaScript with their OFREP providers, against a running server.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use vexil_test_services::{Program, node, python, required};

use crate::support::TestServer;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/ofrep");
const SOON: Duration = Duration::from_secs(60);

fn start() -> TestServer {
    let server = TestServer::start();
    for definition in [
        json!({"key": "checkout", "client_visible": true, "rules": [
            {"id": "staff", "condition": {"email": {"endsWith": "@x.io"}}, "action": {"serve": "on"}}]}),
        json!({"key": "half", "client_visible": true, "rollout": {"on": 50, "off": 50}, "salt": "s"}),
        json!({"key": "greeting", "client_visible": true, "variations": [
            {"id": "formal", "value": "Good day"}, {"id": "plain", "value": "Hi"}], "default": "Hi"}),
        json!({"key": "limit", "type": "config", "client_visible": true, "default": 10}),
        json!({"key": "ratio", "type": "config", "client_visible": true, "value_type": "float", "default": 1}),
        json!({"key": "theme", "type": "config", "client_visible": true, "default": {"dark": true, "sizes": [1, 2]}}),
        json!({"key": "killed", "client_visible": true, "enabled": false}),
        json!({"key": "draft", "client_visible": true, "type": "experiment", "variants": [{"id": "a", "config": {}}],
            "allocation": {"a": 100}}),
        json!({"key": "hidden", "default": true}),
        json!({"key": "password", "type": "config", "default": "hunter2", "sensitive": true}),
    ] {
        server.admin().post("/api/v1/admin/featureflags/create", definition).expect(201);
    }
    server
}

/// What every client must come to.
fn cases() -> Vec<Value> {
    let ada = || json!({"targetingKey": "ada", "email": "ada@x.io"});
    let not_found = |key: &str, value_type: &str, default: Value| json!({"key": key, "type": value_type, "context": ada(), "default": default, "errorCode": "FLAG_NOT_FOUND"});
    vec![
        json!({"key": "checkout", "type": "boolean", "context": ada(), "value": true, "reason": "TARGETING_MATCH",
            "variant": "on"}),
        json!({"key": "checkout", "type": "boolean", "value": false, "reason": "DEFAULT", "variant": "off"}),
        json!({"key": "half", "type": "boolean", "context": ada(), "reason": "SPLIT"}),
        json!({"key": "greeting", "type": "string", "context": ada(), "value": "Hi", "reason": "DEFAULT",
            "variant": "plain"}),
        json!({"key": "limit", "type": "integer", "context": ada(), "value": 10, "reason": "DEFAULT", "variant": ""}),
        json!({"key": "ratio", "type": "float", "context": ada(), "default": 0.5, "value": 1.0, "reason": "DEFAULT"}),
        json!({"key": "theme", "type": "object", "context": ada(), "value": {"dark": true, "sizes": [1, 2]}}),
        json!({"key": "killed", "type": "boolean", "context": ada(), "default": true, "value": false,
            "reason": "DISABLED", "variant": "off"}),
        not_found("missing", "string", json!("mine")),
        not_found("password", "string", json!("mine")),
    ]
}

/// Runs a client to its end; all of its cases must come out.
fn run(program: &Path, script: &str, server: &TestServer, kind: &str, cases: &[Value]) {
    let key = server.sdk("production", kind).token;
    let mut command = Command::new(program);
    command.arg(Path::new(FOLDER).join(script)).arg(format!("http://{}", server.address));
    command.arg(key).arg(json!(cases).to_string());
    let mut client = Program::start(&mut command).unwrap();
    let status = client.wait(SOON).unwrap();
    let said = client.output();
    assert!(status.success(), "{said}");
    assert_eq!(client.stdout().lines().filter(|line| line.starts_with("ok ")).count(), cases.len(), "{said}");
}

/// An experiment without a variant leaves the value to the caller's code.
fn draft(reason: &str) -> Value {
    let mine = json!({"mine": 1});
    json!({"key": "draft", "type": "object", "context": {"targetingKey": "ada"}, "default": mine, "value": mine,
        "reason": reason})
}

#[test]
fn the_python_sdk_evaluates() {
    let Some(python) = required(python()) else { return };
    let mut cases = cases();
    cases.push(draft("DISABLED"));
    cases.push(json!({"key": "hidden", "type": "boolean", "value": true}));
    run(&python, "python_client.py", &start(), "server", &cases);
}

#[test]
fn the_javascript_server_sdk_evaluates() {
    let Some(node) = required(node()) else { return };
    let mut cases = cases();
    // This provider takes an answer without a value for none; the caller's default it is all the same.
    let mut draft = draft("ERROR");
    draft["errorCode"] = json!("GENERAL");
    cases.push(draft);
    cases.push(json!({"key": "hidden", "type": "boolean", "value": true}));
    run(&node, "server_client.mjs", &start(), "server", &cases);
}

#[test]
fn the_web_sdk_evaluates() {
    let Some(node) = required(node()) else { return };
    let mut cases = cases();
    cases.push(draft("DISABLED"));
    cases.push(json!({"key": "hidden", "type": "boolean", "default": false, "errorCode": "FLAG_NOT_FOUND"}));
    run(&node, "web_client.mjs", &start(), "client", &cases);
}

/// Toggles a flag under a running web client, which must see it by these means.
fn sees_a_toggle(means: &str) {
    let Some(node) = required(node()) else { return };
    let server = start();
    let key = server.sdk("production", "client").token;
    let case = json!([{"key": "checkout", "type": "boolean", "context": {"targetingKey": "ada", "email": "ada@x.io"},
        "value": true, "changed": false}]);
    let mut command = Command::new(node);
    command.arg(Path::new(FOLDER).join("web_client.mjs")).arg(format!("http://{}", server.address));
    command.arg(key).arg(case.to_string()).arg(means);
    let mut client = Program::start(&mut command).unwrap();
    client.wait_for("ready", SOON).unwrap();
    client.send("go").unwrap();
    let body = json!({"enabled": false, "environment": "production", "reason": "test"});
    server.admin().post("/api/v1/admin/featureflags/checkout/toggle", body).expect(200);
    let status = client.wait(SOON).unwrap();
    assert!(status.success(), "{}", client.output());
    assert_eq!(client.stdout(), "ok checkout\nready\nok checkout\n");
}

#[test]
fn the_web_sdk_sees_a_toggle_by_polling() {
    sees_a_toggle("polling");
}

#[test]
fn the_web_sdk_sees_a_toggle_by_the_event_stream() {
    sees_a_toggle("sse");
}
