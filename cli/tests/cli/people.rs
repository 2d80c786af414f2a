//! `vexil people`.

use serde_json::{Value, json};

use crate::control::{ADMIN, ControlPlane, answer_once};
use crate::support::{Folder, Run, command};

/// What a command sends, and what comes of it.
fn ask(arguments: &[&str], answer: &Value) -> (String, Value, Run) {
    let (base, asked) = answer_once("content-type: application/json", answer.to_string());
    let run = command(arguments).env("VEXIL_SERVER", base).env("VEXIL_TOKEN", ADMIN).output().unwrap();
    let asked = asked.join().unwrap();
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
    (line, serde_json::from_str(body).unwrap_or(Value::Null), Run::of(run))
}

#[test]
fn people_are_added_with_a_password_that_no_argument_shows() {
    let folder = Folder::new();
    let file = folder.file("password", "correct horse battery\n");
    let create = ["people", "create", "--email", "ada@example.com", "--name", "Ada", "--role", "operator"];
    let place = ["--environment", "staging", "--password-file", &file];
    let (line, sent, run) = ask(&[&create[..], &place].concat(), &json!({"id": "p1"}));
    assert_eq!(line, "POST /api/v1/people");
    let expected = json!({
        "email": "ada@example.com", "name": "Ada", "password": "correct horse battery",
        "grants": [{"role": "operator", "environment": "staging"}], "reason": null,
    });
    assert_eq!(sent, expected);
    assert_eq!((run.code, run.out.as_str()), (0, "Ada may sign in as ada@example.com; the id is p1\n"));

    let (line, sent, run) = ask(&["people", "password", "p/1", "--password-file", &file], &json!({}));
    assert_eq!(
        (line.as_str(), sent),
        ("PUT /api/v1/people/p%2F1/password", json!({"new": "correct horse battery", "reason": null}))
    );
    assert!(run.code == 0 && !run.out.contains("horse"), "{}", run.out);
}

#[test]
fn people_are_listed_and_disabled() {
    let ada = json!({"id": "p1", "email": "ada@example.com", "name": "Ada", "enabled": false,
        "grants": [{"role": "operator", "environment": "staging"}, {"role": "viewer"}]});
    let (line, _, run) = ask(&["people", "list"], &json!({"items": [ada]}));
    assert_eq!((line.as_str(), run.code), ("GET /api/v1/people?limit=500", 0));
    let words: Vec<&str> = run.out.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(words.join(" "), "p1 ada@example.com Ada operator in staging, viewer disabled");
    let (_, _, run) = ask(&["people", "list", "--format", "json"], &json!({"items": [ada]}));
    assert_eq!(run.lines(), [ada]);
    for (command, enabled) in [("disable", false), ("enable", true)] {
        let (line, sent, run) = ask(&["people", command, "p1", "--reason", "leave"], &json!({}));
        let asked = json!({"enabled": enabled, "reason": "leave"});
        assert_eq!((line.as_str(), sent, run.code), ("PATCH /api/v1/people/p1", asked, 0));
    }
}

#[test]
fn a_control_plane_knows_whom_it_is_told_of() {
    let control = ControlPlane::start();
    let file = control.folder.file("password", "correct horse battery staple");
    let create = ["people", "create", "--email", "ada@example.com", "--name", "Ada", "--role", "operator"];
    let made = control.vexil(&[&create[..], &["--password-file", &file, "--format", "json"]].concat());
    assert_eq!((made.code, made.err.as_str()), (0, ""));
    let id = made.lines()[0]["id"].as_str().unwrap().to_owned();
    let state = || control.vexil(&["people", "list", "--format", "json"]).lines()[0]["enabled"].clone();
    assert_eq!(control.vexil(&["people", "password", &id, "--password-file", &file]).code, 0);
    assert_eq!(control.vexil(&["people", "disable", &id]).code, 0);
    assert_eq!(state(), json!(false));
    assert_eq!(control.vexil(&["people", "enable", &id]).code, 0);
    assert_eq!(state(), json!(true));
    let short = control.folder.file("short", "x");
    let refused = control.vexil(&["people", "password", &id, "--password-file", &short]);
    assert_eq!(refused.code, 1, "{}", refused.err);
}
