//! An attack on every operation of the OpenAPI document: whatever is sent, there is no 500.

use std::process::Command;
use std::time::Duration;

use serde_json::json;
use ureq::http::{HeaderValue, Request};
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
        // Streams do not end, and the tool waits until an answer has: see below for what they are asked.
        command.args(["--exclude-path-regex", "/(stream|ws)$", "--request-timeout", "20"]);
        let mut attack = Program::start(&mut command).unwrap();
        let status = attack.wait(Duration::from_secs(400)).unwrap();
        assert!(status.success(), "{}", attack.output());
    }
}

#[test]
fn streams_and_sockets_take_any_position_and_ticket() {
    let server = TestServer::start();
    server.admin().post("/api/v1/projects/default/entries", json!({"definition": {"key": "a"}})).expect(201);
    let sdk = server.sdk("production", "server");
    // The beginning of an answer is enough; it may have no end.
    let status = |path: &str, key: bool, position: Option<&[u8]>| {
        let mut request = Request::builder().uri(format!("{}{path}", sdk.base));
        if key {
            request = request.header("authorization", format!("Bearer {}", sdk.token));
        }
        if let Some(position) = position {
            request = request.header("last-event-id", HeaderValue::from_bytes(position).unwrap());
        }
        sdk.agent.run(request.body(()).unwrap()).unwrap().status().as_u16()
    };
    let long = "9".repeat(4_000);
    let odd = ["", "x", "-1", "1e9", "\"1\"", "1,2", "18446744073709551616", "0x1", "1.5", &long];
    for path in ["/sdk/v1/stream", "/ofrep/v1/stream"] {
        for position in odd {
            assert_eq!(status(path, true, Some(position.as_bytes())), 200, "{path} {position}");
        }
        assert_eq!(status(path, true, Some(b"\xff\xfe")), 200, "{path}");
    }
    for path in ["/sdk/v1/stream", "/sdk/v1/ws"] {
        for since in odd.iter().copied().chain(["%00", "%ff", "1&since=2"]) {
            let since = since.replace('"', "%22");
            assert_eq!(status(&format!("{path}?since={since}"), true, None), 400, "{path} {since}");
        }
        let ahead = format!("{path}?since={}", u64::MAX);
        let expected = if path.ends_with("/ws") { 400 } else { 503 };
        assert_eq!(status(&ahead, true, None), expected, "{ahead}");
    }
    // A version that there is not yet is not an error of the server's: it is told when it does not come.
    assert_eq!(status("/sdk/v1/stream", true, Some(u64::MAX.to_string().as_bytes())), 503);
    for ticket in ["", "x", "%00", "%ff", "..", &long, &sdk.token] {
        let path = format!("/ofrep/v1/stream?ticket={ticket}");
        assert_eq!(status(&path, false, None), 401, "{path}");
        assert_eq!(status(&path, true, None), 401, "a key does not make up for a bad ticket: {path}");
    }
}
