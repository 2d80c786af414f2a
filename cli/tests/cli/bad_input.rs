//! Bad input: a clear message with a place, a code, no panic, bounded memory and time.

use std::ffi::OsStr;
use std::fs;

use serde_json::json;

use crate::support::{Folder, argument, command, vexil, vexil_reading, vexil_within};

/// Enough for 64 MB of text and little more.
const MEMORY: usize = 400;

#[test]
fn texts_that_cannot_be_read_are_refused_with_their_place() {
    let folder = Folder::new();
    let deep = "[".repeat(10_000);
    let stairs: String = (0..1_000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    let cases: [(&str, &[u8], &str); 14] = [
        ("truncated.json", b"{\n \"key\": \"a\",", "SYNTAX"),
        ("empty.json", b"", "SYNTAX"),
        ("deep.json", deep.as_bytes(), "TOO_DEEP"),
        ("deep.yaml", deep.as_bytes(), "TOO_DEEP"),
        ("stairs.yaml", stairs.as_bytes(), "TOO_DEEP"),
        ("member.json", b"{\"key\": \"a\", \"key\": \"b\"}", "DUPLICATE_MEMBER"),
        ("member.yaml", b"key: a\nkey: b", "DUPLICATE_MEMBER"),
        ("integer.json", b"{\"key\": \"a\", \"default\": 9223372036854775808}", "NUMBER_RANGE"),
        ("integer.yaml", b"key: a\ndefault: -9223372036854775809", "NUMBER_RANGE"),
        ("float.json", b"{\"key\": \"a\", \"default\": 1e999}", "NUMBER_RANGE"),
        ("bytes.json", b"{\"key\": \"a\xff\"}", "INVALID_UTF8"),
        ("bytes.yaml", b"key: a\xff", "INVALID_UTF8"),
        ("anchor.yaml", b"key: &a a", "SYNTAX"),
        ("documents.yaml", b"key: a\n---\nkey: b", "SYNTAX"),
    ];
    for (name, text, code) in cases {
        let path = folder.file(name, text);
        let run = vexil(&["validate", &path, "--format", "json"]);
        let line = &run.lines()[0];
        assert_eq!((run.code, &line["code"], &line["file"]), (1, &json!(code), &json!(path)), "{name}");
        assert!(line["line"].is_u64() && line["column"].is_u64(), "{line}");
        for arguments in
            [["eval", "a", "-d", &path], ["explain", "a", "-d", &path], ["stats", "a", "-d", &path]]
        {
            let run = vexil(&arguments);
            let place = format!("error: {path}:{}:{}: ", line["line"], line["column"]);
            assert_eq!((run.code, run.out.as_str()), (1, ""), "{name}");
            assert!(run.complaint().starts_with(&place) && run.err.contains(code), "{}", run.err);
        }
    }
}

#[test]
fn json_and_yaml_name_the_same_place() {
    let folder = Folder::new();
    let nested = |depth: usize| format!("{}0{}", "[".repeat(depth), "]".repeat(depth));
    for (text, column) in [
        (r#"{"é": 1, "key": "a", "key" : "b"}"#.to_owned(), 22),
        (r#"{"key": "é", "default": -9223372036854775809}"#.to_owned(), 25),
        (r#"{"key": "é", "default": 18446744073709551615}"#.to_owned(), 25),
        (r#"{"key": "é", "default": 1e999}"#.to_owned(), 25),
        (nested(101), 101),
    ] {
        let told = ["a.json", "a.yaml"].map(|name| {
            let run = vexil(&["validate", &folder.file(name, &text), "--format", "json"]);
            let line = run.lines().remove(0);
            json!([line["code"], line["line"], line["column"]])
        });
        assert_eq!((&told[0], &told[0][2]), (&told[1], &json!(column)), "{text}");
    }
}

#[test]
fn what_is_nested_too_deep_is_told_in_the_same_words() {
    let folder = Folder::new();
    let stairs: String = (0..1_000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    for (name, text) in [
        ("brackets.json", "[".repeat(10_000)),
        ("brackets.yaml", "[".repeat(10_000)),
        ("closed.yaml", format!("key: a\nmetadata: {}{}", "[".repeat(300), "]".repeat(300))),
        ("braces.yaml", "{a: ".repeat(10_000)),
        ("dashes.yaml", "- ".repeat(10_000)),
        ("stairs.yaml", stairs),
    ] {
        let path = folder.file(name, text);
        let run = vexil(&["validate", &path, "--format", "json"]);
        let line = &run.lines()[0];
        assert_eq!((run.code, &line["code"]), (1, &json!("TOO_DEEP")), "{name}");
        assert_eq!(line["message"], "nested deeper than 100 levels", "{name}");
        assert!(line["line"].is_u64() && line["column"].is_u64(), "{line}");
    }
}

#[test]
fn definitions_that_make_no_sense_are_named() {
    let folder = Folder::new();
    let rule = |condition: &str, action: &str| {
        format!(r#"{{"key": "a", "rules": [{{"condition": {condition}, "action": {action}}}]}}"#)
    };
    let serve = r#"{"serve": "on"}"#;
    let needs = |key: &str, other: &str| {
        format!(r#"{{"key": "{key}", "prerequisites": [{{"flag": "{other}", "variation": "on"}}]}}"#)
    };
    let cases = [
        (r#"{"key": "a", "rollout": {"on": 49.9, "off": 50}}"#.to_owned(), "PERCENTAGE_TOTAL", "/rollout"),
        (rule("{}", r#"{"serve": "onn"}"#), "UNKNOWN_VARIATION", "/rules/0/action/serve"),
        (rule(r#"{"x": {"endswith": "y"}}"#, serve), "UNKNOWN_OPERATOR", "/rules/0/condition/x/endswith"),
        (rule(r#"{"x": {"matches": "("}}"#, serve), "INVALID_REGEX", "/rules/0/condition/x/matches"),
        (
            rule(r#"{"x": {"matches": "((a{500}){500}){500}"}}"#, serve),
            "INVALID_REGEX",
            "/rules/0/condition/x/matches",
        ),
        (r#"[{"key": "a"}, {"key": "a"}]"#.to_owned(), "DUPLICATE_KEY", "/1/key"),
        (format!("[{}, {}]", needs("a", "b"), needs("b", "a")), "CYCLE", "/0"),
        (r#"{"key": "a", "ruels": []}"#.to_owned(), "UNKNOWN_FIELD", "/ruels"),
        ("[]".to_owned(), "NOT_A_DEFINITION", ""),
        ("7".to_owned(), "NOT_A_DEFINITION", ""),
    ];
    for (text, code, path) in cases {
        let file = folder.file("case.json", &text);
        let run = vexil(&["validate", &file, "--format", "json"]);
        assert_eq!(run.code, 1, "{text}");
        let named = |line: &serde_json::Value| line["code"] == code && line["path"] == path;
        assert!(run.lines().iter().any(named), "{text}: {}", run.out);
        let run = vexil(&["eval", "a", "-d", &file, "--context", r#"{"x": "y"}"#]);
        assert!(run.code < 2 && !run.err.is_empty() || code == "UNKNOWN_FIELD", "{text}: {}", run.err);
    }
}

#[test]
fn a_circle_answers_for_each_of_its_members() {
    let folder = Folder::new();
    let text = r#"[{"key": "a", "condition": {"segment": "b"}}, {"key": "b", "condition": {"segment": "a"}},
        {"key": "f", "rules": [{"condition": {"segment": "a"}, "action": {"serve": "on"}}]}, {"key": "g"}]"#;
    let file = folder.file("circle.json", text);
    let run = vexil(&["eval", "--all", "-d", &file, "--format", "json"]);
    let served: Vec<_> = run.lines().iter().map(|line| line["key"].clone()).collect();
    assert!(served.contains(&json!("g")), "{served:?}");
    assert!(run.err.contains("(CYCLE)"), "{}", run.err);
}

#[test]
fn what_is_wrong_is_told_with_its_file() {
    let folder = Folder::new();
    let needs = |key: &str, other: &str| {
        format!(r#"{{"key": "{key}", "prerequisites": [{{"flag": "{other}", "variation": "on"}}]}}"#)
    };
    let a = folder.file("a.json", format!(r#"{{"entries": [{{"key": "twice"}}, {}]}}"#, needs("a", "b")));
    let b = folder.file(
        "b.json",
        format!(r#"[{}, {{"key": "bad", "default": 1, "value_type": "x"}}]"#, needs("b", "a")),
    );
    let c = folder.file("c.yaml", "key: twice");
    let path = folder.path().to_str().unwrap();
    for (key, place) in [
        ("a", format!("{a}: /entries/1: `a` refers to itself")),
        ("b", format!("{b}: /0: `b` refers to itself")),
        ("bad", format!("{b}: /1/value_type: ")),
        ("twice", format!("{c}: /key: ")),
    ] {
        for (command, field) in [("eval", "message"), ("explain", "problem")] {
            let run = vexil(&[command, key, "-d", path, "--format", "json"]);
            let line = &run.lines()[0];
            assert!(line[field].as_str().unwrap().starts_with(&place), "{line}");
            assert!(run.err.contains(&format!("warning: {place}")), "{}", run.err);
            let text = vexil(&[command, key, "-d", path]);
            assert!(text.code == 1 && text.out.contains(&place), "{}", text.out);
        }
    }
}

#[test]
fn large_documents_are_not_read() {
    let folder = Folder::new();
    let path = folder.file("large.json", "");
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(200 << 20).unwrap();
    let run = vexil_within(60, &["validate", &path, "--format", "json"]);
    assert_eq!((run.code, &run.lines()[0]["code"]), (1, &json!("TOO_LARGE")), "{}", run.err);
    let run = vexil_within(60, &["eval", "a", "-d", &path]);
    assert_eq!(run.code, 1);
    assert!(run.complaint().starts_with(&format!("error: {path}:1:1: 209715200 bytes")), "{}", run.err);
}

#[test]
fn files_of_a_folder_are_no_larger_than_one_document() {
    let entry = |key: &str, zeros: usize| {
        format!(r#"{{"key": "{key}", "metadata": {{"x": [{}0]}}}}"#, "0,".repeat(zeros - 1))
    };
    // Of each the list, what it is in and the key are four values more.
    let (large, small) = (entry("a", 3_999_990), entry("b", 10));
    for name in ["b.json", "b.yaml"] {
        let folder = Folder::new();
        let files = [folder.file("a.json", &large), folder.file(name, &small)];
        for file in &files {
            assert_eq!(vexil(&["eval", "--all", "-d", file]).code, 0);
        }
        let run = vexil(&["eval", "--all", "-d", &argument(folder.path())]);
        assert_eq!(run.code, 1);
        let complaint = run.complaint();
        assert!(complaint.starts_with(&format!("error: {}:1:", files[1])), "{complaint}");
        assert!(complaint.ends_with("more than 4000000 values (TOO_LARGE)"), "{complaint}");
    }
}

#[cfg(unix)]
#[test]
fn endless_texts_end() {
    let run = vexil_within(MEMORY, &["eval", "a", "-d", "/dev/zero"]);
    assert_eq!(run.code, 1);
    assert!(run.complaint().contains("TOO_LARGE"), "{}", run.err);
    let run = vexil_reading(&["validate", "/dev/stdin"], " ".repeat(65 << 20).as_bytes());
    assert_eq!(run.code, 1);
    assert!(run.out.contains("TOO_LARGE"), "{}", run.out);
}

#[test]
fn yaml_cannot_eat_the_memory() {
    let folder = Folder::new();
    for (name, text) in [
        ("brackets.yaml", format!("[{}0]", "0, ".repeat(5_000_000))),
        ("braces.yaml", format!("{{{}}}", "a, ".repeat(5_000_000))),
        ("laughs.yaml", "a: &a [l, l]\nb: &b [*a, *a]\nc: [*b, *b]\n".to_owned()),
    ] {
        let path = folder.file(name, text);
        assert_eq!(vexil_within(MEMORY, &["validate", &path]).code, 1, "{name}");
    }
}

#[test]
fn a_catastrophic_regex_is_no_catastrophe() {
    let folder = Folder::new();
    let flag =
        r#"{"key": "a", "rules": [{"condition": {"x": {"matches": "(a+)+$"}}, "action": {"serve": "on"}}]}"#;
    let path = folder.file("regex.json", flag);
    // Backtracking would take longer than there is time.
    let context = format!("{{\"x\": \"{}!\"}}\n", "a".repeat(60_000));
    let run =
        vexil_reading(&["eval", "a", "-d", &path, "--contexts", "-", "--format", "json"], context.as_bytes());
    assert_eq!((run.code, &run.lines()[0]["reason"]), (0, &json!("DEFAULT")));
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text_are_wrong_use_or_a_path() {
    use std::os::unix::ffi::OsStrExt;

    let bytes = OsStr::from_bytes(b"\xff\xfe.json");
    let key = command(&["eval"]).arg(bytes).args(["-d", "x"]).output().unwrap();
    assert_eq!(key.status.code(), Some(2));
    let path = command(&["validate"]).arg(bytes).output().unwrap();
    assert_eq!(path.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&path.stderr).contains("cannot read"));
    let folder = Folder::new();
    fs::write(folder.path().join(bytes), r#"{"key": "a"}"#).unwrap();
    let found = command(&["validate", "--format", "json"]).arg(folder.path()).output().unwrap();
    assert_eq!(found.status.code(), Some(0));
}

#[test]
fn wrong_use_is_told_from_wrong_input() {
    for arguments in [
        &["eval"][..],
        &["eval", "a"],
        &["eval", "a", "--all", "-d", "x"],
        &["eval", "a", "-d", "x", "--now", "yesterday"],
        &["eval", "a", "-d", "x", "--now", "2026-01-01T00:00:00"],
        &["eval", "a", "-d", "x", "--context", "{}", "--contexts", "y"],
        &["validate"],
        &["bucket", "--salt", "s"],
        &["stats", "a", "-d", "x", "--units", "0"],
        &["nonsense"],
        &[],
    ] {
        assert_eq!(vexil(arguments).code, 2, "{arguments:?}");
    }
    for arguments in [&["--help"][..], &["--version"], &["eval", "--help"], &["help", "stats"]] {
        assert_eq!(vexil(arguments).code, 0, "{arguments:?}");
    }
}
