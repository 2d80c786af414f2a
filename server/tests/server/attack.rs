//! An attack on every operation of the OpenAPI document: whatever is sent, there is no 500.

use std::process::Command;
use std::time::Duration;

use serde_json::json;
use vexil_test_services::{Program, python, required};

use crate::support::{ADMIN, TestServer};

/// Examples for each operation. More are for whoever looks for longer: `VEXIL_CASES`.
const EXAMPLES: &str = "25";

#[test]
fn no_request_ends_in_a_server_error() {
    let Some(python) = required(python()) else { return };
    let server = TestServer::start();
    server.admin().post("/api/v1/projects/default/entries", json!({"definition": {"key": "a"}})).expect(201);
    let key = server.sdk("production", "server").token;
    for token in [ADMIN, &key] {
        // It keeps what it found where it runs.
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(&python);
        command
            .current_dir(folder.path())
            .args(["-m", "schemathesis.cli", "run"])
            .arg(format!("http://{}/api/openapi.json", server.address));
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
        command.args(["--checks", "not_a_server_error", "--phases", "examples,coverage,fuzzing"]);
        command.args(["--max-examples", EXAMPLES, "--seed", "1", "--suppress-health-check", "all"]);
        // Streams do not end, and a project that is made is never in the way of another.
        command.args(["--exclude-path-regex", "/(stream|ws)$", "--request-timeout", "20"]);
        let mut attack = Program::start(&mut command).unwrap();
        let status = attack.wait(Duration::from_secs(400)).unwrap();
        assert!(status.success(), "{}", attack.output());
    }
}
