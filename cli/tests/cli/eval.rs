//! `vexil eval` and `vexil bucket`.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{BEFORE, EXAMPLES, Folder, command, spawn, vexil, vexil_reading};

const SEED: &str = "graph_search.v2.enable";

/// Evaluates the seed's flag for one context, a moment before it expired.
fn seed(context: &str, more: &[&str]) -> Value {
    let arguments = ["eval", SEED, "-d", EXAMPLES, "--now", BEFORE, "--format", "json", "--context", context];
    let run = vexil(&[&arguments, more].concat());
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    run.lines().remove(0)
}

#[test]
fn the_seed_s_flag_decides_by_its_rules() {
    let internal = seed(r#"{"user": {"email": "ada@companyos.io"}, "env": "production"}"#, &[]);
    let expected = json!({
        "key": SEED, "value": true, "variation": "rust_engine", "reason": "TARGETING", "scope": null,
        "rule": "0", "bucket": null, "error": null, "version": 7,
    });
    assert_eq!(internal, expected);
    let enterprise = seed(r#"{"tenant": {"tier": "enterprise"}, "env": "production"}"#, &[]);
    assert_eq!((&enterprise["variation"], &enterprise["rule"]), (&json!("legacy"), &json!("1")));
    let elsewhere = seed(r#"{"userId": "u-1", "env": "staging"}"#, &[]);
    assert_eq!((&elsewhere["reason"], &elsewhere["scope"]), (&json!("DEFAULT"), &json!("global")));
}

#[test]
fn the_environment_is_the_context_s_else_the_argument_s() {
    let context = r#"{"userId": "u-1"}"#;
    assert_eq!(seed(context, &["--env", "production"])["reason"], "ROLLOUT");
    assert_eq!(seed(context, &[])["reason"], "DEFAULT");
    let staging = r#"{"userId": "u-1", "environment": "staging"}"#;
    assert_eq!(seed(staging, &["--env", "production"])["reason"], "DEFAULT");
}

#[test]
fn an_expired_flag_says_so() {
    let arguments = ["eval", SEED, "-d", EXAMPLES, "--format", "json", "--now"];
    let at = |now: &str| vexil(&[&arguments[..], &[now]].concat()).lines().remove(0);
    assert_eq!(at("2025-12-31T00:00:00Z")["reason"], "EXPIRED");
    assert_eq!(at("2025-12-31T00:59:59+01:00")["reason"], "DEFAULT");
    assert_eq!(vexil(&arguments[..6]).lines()[0]["reason"], "EXPIRED", "the clock is past it");
}

#[test]
fn buckets_are_those_of_the_bucket_command() {
    let served = seed(r#"{"userId": "user-1", "env": "production"}"#, &[]);
    let run = vexil(&["bucket", "--salt", SEED, "--unit", "user-1", "--format", "json"]);
    let place = &run.lines()[0];
    assert_eq!(served["bucket"], place["bucket"]);
    // The paper's vector for the message 00: an empty salt, the separator, an empty unit.
    let empty = vexil(&["bucket", "--salt", "", "--unit", "", "--format", "json"]);
    assert_eq!(empty.lines()[0]["hash"], "74f839c593dc67fd");
    assert_eq!(
        vexil(&["bucket", "-s", "", "-u", ""]).out,
        "bucket 45691 of 100000\nhash   74f839c593dc67fd\n"
    );
}

#[test]
fn contexts_are_answered_in_order_and_bad_ones_are_results() {
    let folder = Folder::new();
    let contexts = folder.file(
        "contexts.jsonl",
        b"{\"userId\": \"u-1\", \"env\": \"staging\"}\n\n  \t\r\n{\"userId\": 1, \"userId\": 2}\n[]\n\xff\n{\"env\": \"production\", \"userId\": \"user-1\"}",
    );
    let arguments = ["eval", SEED, "-d", EXAMPLES, "--now", BEFORE, "--contexts"];
    let run = vexil(&[&arguments[..], &[&contexts, "--format", "json"]].concat());
    assert_eq!(run.code, 1);
    let lines = run.lines();
    let told: Vec<_> = lines.iter().map(|line| (&line["reason"], &line["error"], &line["value"])).collect();
    let (error, invalid) = (json!("ERROR"), json!("INVALID_CONTEXT"));
    assert_eq!(told[0], (&json!("DEFAULT"), &json!(null), &json!(false)));
    assert_eq!(told[4], (&json!("ROLLOUT"), &json!(null), &json!(false)));
    for (line, told) in [(4, told[1]), (5, told[2]), (6, told[3])] {
        assert_eq!(told, (&error, &invalid, &json!(null)));
        let message = lines[line - 3]["message"].as_str().unwrap();
        assert!(message.contains(&format!("line {line}")), "{message}");
    }
    assert_eq!(lines.len(), 5);
    let text = vexil(&[&arguments[..], &[&contexts]].concat());
    assert_eq!((text.code, text.out.lines().count()), (1, 5));
    assert!(!text.out.contains('\x1b'), "no colours outside a terminal");
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_context() {
    let folder = Folder::new();
    let arguments = ["eval", SEED, "-d", EXAMPLES, "--format", "json", "--now", BEFORE];
    let marked = "\u{FEFF}{\"env\": \"staging\"}";
    let one = vexil(&[&arguments[..], &["--context", marked]].concat());
    assert_eq!((one.code, &one.lines()[0]["reason"]), (0, &json!("DEFAULT")));
    let stats = vexil(&["stats", SEED, "-d", EXAMPLES, "--now", BEFORE, "--context", marked]);
    assert_eq!(stats.code, 0, "{}", stats.err);
    let ask = |text: &str| {
        let contexts = folder.file("contexts.jsonl", text);
        vexil(&[&arguments[..], &["--contexts", &contexts]].concat())
    };
    assert_eq!(ask(&format!("{marked}\n{{}}\n")).code, 0);
    assert_eq!(ask("\u{FEFF}\r\n{}\n").lines().len(), 1, "a line that holds only the mark is blank");
    let within = ask(&format!("{{}}\n{marked}\n"));
    assert_eq!((within.code, &within.lines()[1]["error"]), (1, &json!("INVALID_CONTEXT")));
}

#[test]
fn a_bad_context_on_the_command_line_is_a_result_too() {
    let run = vexil(&["eval", SEED, "-d", EXAMPLES, "--context", "{", "--format", "json"]);
    assert_eq!((run.code, &run.lines()[0]["error"]), (1, &json!("INVALID_CONTEXT")));
}

#[test]
fn an_overlong_context_spoils_only_itself() {
    let long = format!("{{\"a\": \"{}\"}}\n{{}}\n", "x".repeat(3 << 20));
    let run = vexil_reading(
        &["eval", SEED, "-d", EXAMPLES, "--contexts", "-", "--format", "json"],
        long.as_bytes(),
    );
    let errors: Vec<Value> = run.lines().iter().map(|line| line["error"].clone()).collect();
    assert_eq!((run.code, errors), (1, vec![json!("INVALID_CONTEXT"), json!(null)]));
}

#[test]
fn an_unknown_key_is_a_result() {
    let run = vexil(&["eval", "nothing.here", "-d", EXAMPLES, "--format", "json"]);
    assert_eq!(run.code, 1);
    let expected = json!({
        "key": "nothing.here", "value": null, "variation": null, "reason": "ERROR", "scope": null,
        "rule": null, "bucket": null, "error": "FLAG_NOT_FOUND", "version": 7,
    });
    assert_eq!(run.lines(), [expected]);
}

#[test]
fn one_broken_entry_spoils_only_itself() {
    let folder = Folder::new();
    let flags =
        r#"[{"key": "bad", "default": "x", "value_type": "boolean"}, {"key": "good", "default": true}]"#;
    let flags = folder.file("flags.json", flags);
    let run = vexil(&["eval", "--all", "-d", &flags, "--format", "json"]);
    let lines = run.lines();
    assert_eq!((run.code, &lines[0]["error"], &lines[1]["value"]), (1, &json!("PARSE_ERROR"), &json!(true)));
    assert!(lines[0]["message"].as_str().unwrap().contains("VALUE_TYPE"));
    assert!(run.complaint().starts_with(&format!("warning: {flags}: /0/default: ")), "{}", run.err);
    assert_eq!(vexil(&["eval", "good", "-d", &flags]).code, 0);
}

#[test]
fn types_can_be_insisted_on() {
    let ask = |asked: &str| {
        vexil(&["eval", "api.requests-per-minute", "-d", EXAMPLES, "--type", asked, "--format", "json"])
    };
    assert_eq!((ask("integer").code, &ask("integer").lines()[0]["value"]), (0, &json!(600)));
    assert_eq!(ask("float").code, 0);
    assert_eq!((ask("string").code, &ask("string").lines()[0]["error"]), (1, &json!("TYPE_MISMATCH")));
    assert_eq!(ask("number").code, 2);
}

#[test]
fn all_asks_for_every_entry_in_the_order_of_the_document() {
    let folder = Folder::new();
    let bundle = r#"{"schema": 1, "version": 3, "entries": [
        {"key": "z"}, {"key": "s", "condition": {}}, {"key": "x", "variants": [{"id": "v"}],
        "allocation": {"v": 100}}, {"key": "c", "type": "config", "default": 1}]}"#;
    let bundle = folder.file("bundle.json", bundle);
    let run = vexil_reading(
        &["eval", "--all", "-d", &bundle, "--format", "json", "--contexts", "-"],
        b"{}\n{\"userId\": \"u\"}\n",
    );
    let keys: Vec<_> = run.lines().iter().map(|line| line["key"].as_str().unwrap().to_owned()).collect();
    assert_eq!((run.code, keys.join(" ")), (0, "z x c z x c".to_owned()));
    assert_eq!(run.lines()[1]["reason"], "NOT_RUNNING");
    assert_eq!(run.lines()[5]["version"], 3);
}

#[test]
fn overdue_and_sticky_are_told_only_when_so() {
    let folder = Folder::new();
    let flags = r#"[{"key": "kept", "expiry": 0, "on_expiry": "keep"}, {"key": "test", "variants": [{"id": "v"}],
        "allocation": {"v": 100}, "status": "running", "sticky": true}]"#;
    let flags = folder.file("flags.json", flags);
    let ask = |key: &str, context: &str| {
        vexil(&["eval", key, "-d", &flags, "--context", context, "--format", "json"]).lines().remove(0)
    };
    assert_eq!(ask("kept", "{}")["overdue"], json!(true));
    let sticky = ask("test", r#"{"userId": 42}"#);
    assert_eq!(sticky["store"], json!({"experiment": "test", "unit": "42", "variant": "v"}));
    assert_eq!((sticky.get("overdue"), ask("test", "{}").get("store")), (None, None));
}

#[test]
fn what_is_to_be_stored_names_the_environment_where_that_is_the_unit() {
    let folder = Folder::new();
    let test = r#"{"key": "test", "variants": [{"id": "v"}], "allocation": {"v": 100}, "status": "running",
        "sticky": true, "by": "env"}"#;
    let test = folder.file("test.json", test);
    let ask = |more: &[&str]| {
        vexil(&[&["eval", "test", "-d", &test, "--format", "json"], more].concat()).lines().remove(0)
    };
    let expected = json!({"experiment": "test", "unit": "prod", "variant": "v"});
    assert_eq!(ask(&["--env", "prod"])["store"], expected);
    assert_eq!(ask(&["--context", r#"{"env": "prod"}"#])["store"], expected);
}

#[test]
fn who_waits_for_an_answer_gets_it() {
    let arguments = ["eval", SEED, "-d", EXAMPLES, "--contexts", "-", "--format", "json"];
    let mut child = spawn(command(&arguments).stdin(Stdio::piped()));
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    for _ in 0..3 {
        stdin.write_all(b"{}\n").unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        assert!(answer.contains("EXPIRED"), "{answer}");
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    let arguments = ["eval", "--all", "-d", EXAMPLES, "--contexts", "-", "--format", "json"];
    let mut child = spawn(command(&arguments).stdin(Stdio::piped()));
    let mut stdin = child.stdin.take().unwrap();
    // It may stop reading as soon as nobody reads it.
    let writer = std::thread::spawn(move || stdin.write_all(&b"{}\n".repeat(100_000)).is_ok());
    let mut first = [0; 1];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_said() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&["eval", SEED, "-d", EXAMPLES]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: cannot write: "));
}
