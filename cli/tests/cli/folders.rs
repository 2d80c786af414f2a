//! Paths: files and folders, JSON and YAML.

use std::fs;

use serde_json::json;

use crate::support::{Folder, argument, vexil, vexil_reading};

#[test]
fn a_folder_is_read_sorted_and_recursively_without_what_is_hidden() {
    let folder = Folder::new();
    folder.file("b.yml", "key: second");
    folder.file("c/d/e.YAML", "- key: third\n- key: fourth");
    folder.file("a.json", r#"{"key": "first"}"#);
    folder.file("notes.txt", "not a definition");
    folder.file(".hidden.json", "{");
    folder.file(".git/config.json", "{");
    let run = vexil(&["eval", "--all", "-d", &argument(folder.path()), "--format", "json"]);
    let keys: Vec<_> = run.lines().iter().map(|line| line["key"].as_str().unwrap().to_owned()).collect();
    assert_eq!((run.code, keys), (0, ["first", "second", "third", "fourth"].map(String::from).to_vec()));
}

#[test]
fn yaml_and_json_say_the_same() {
    let folder = Folder::new();
    let yaml = folder.file(
        "a.yaml",
        "key: a\nrules:\n  - condition: {user.id: {in: [u-1, \"2\"]}}\n    action: {serve: on}\nrollout: {on: 25, off: 75}\n",
    );
    let json = folder.file(
        "a.json",
        r#"{"key": "a", "rules": [{"condition": {"user.id": {"in": ["u-1", "2"]}}, "action": {"serve": "on"}}],
            "rollout": {"on": 25, "off": 75}}"#,
    );
    let contexts = "{\"userId\": \"u-1\"}\n{\"userId\": \"2\"}\n{\"userId\": \"3\"}\n";
    let ask = |path: &str| {
        vexil_reading(&["eval", "a", "-d", path, "--contexts", "-", "--format", "json"], contexts.as_bytes())
            .out
    };
    assert_eq!(ask(&yaml), ask(&json));
    assert!(ask(&yaml).contains("TARGETING"));
}

#[test]
fn a_pipe_is_read_by_how_it_begins() {
    for text in ["{\"key\": \"a\"}", "key: a"] {
        let run = vexil_reading(&["eval", "a", "-d", "/dev/stdin", "--format", "json"], text.as_bytes());
        assert_eq!((run.code, &run.lines()[0]["value"]), (0, &json!(false)), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_back_are_entered_once() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new();
    folder.file("inner/a.json", r#"{"key": "a"}"#);
    symlink(folder.path(), folder.at("inner/back")).unwrap();
    symlink("loop.json", folder.at("loop")).unwrap();
    // As a volume of Kubernetes is mounted: files are links into a hidden folder.
    folder.file("..data/b.json", r#"{"key": "b"}"#);
    symlink("..data/b.json", folder.at("b.json")).unwrap();
    let run = vexil(&["eval", "--all", "-d", &argument(folder.path()), "--format", "json"]);
    assert_eq!((run.code, run.lines().len()), (0, 2), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_passed_over_in_a_folder() {
    let folder = Folder::new();
    folder.file("a.json", r#"{"key": "a"}"#);
    let made = std::process::Command::new("mkfifo").arg(folder.at("pipe.json")).status().unwrap();
    assert!(made.success());
    assert_eq!(vexil(&["validate", &argument(folder.path())]).code, 0);
}

#[test]
fn what_cannot_be_read_is_said_in_one_line() {
    let folder = Folder::new();
    fs::create_dir(folder.at("empty")).unwrap();
    let empty = argument(&folder.at("empty"));
    let missing = argument(&folder.at("missing.json"));
    let file = folder.file("a.json", r#"{"key": "a"}"#);
    for command in [&["validate"][..], &["eval", "a", "-d"], &["explain", "a", "-d"], &["stats", "a", "-d"]] {
        for path in [&empty, &missing] {
            let run = vexil(&[command, &[path]].concat());
            assert_eq!(run.code, 2, "{command:?} {path}");
            assert!(run.complaint().starts_with("error: ") && run.err.contains(path.as_str()), "{}", run.err);
        }
    }
    let run = vexil(&["eval", "a", "-d", &file, "--contexts", &missing]);
    assert_eq!(run.code, 2);
    assert!(run.complaint().contains(&missing));
}

#[test]
fn files_that_contradict_each_other_are_refused() {
    let folder = Folder::new();
    folder.file("a.json", r#"{"schema": 1, "version": 1, "entries": [{"key": "a", "rollout": {"on": 1}}]}"#);
    folder.file("b.json", r#"{"schema": 1, "version": 2, "entries": []}"#);
    let run = vexil(&["eval", "a", "-d", &argument(folder.path())]);
    assert_eq!(run.code, 1);
    let complaint = run.complaint();
    assert!(complaint.contains("b.json: /version: ") && complaint.contains("(CONFLICT)"), "{complaint}");
}
