//! `vexil demo`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use crate::support::{EXAMPLES, Folder, argument, command, spawn, vexil};

#[test]
fn once_shows_everything_and_ends() {
    let folder = Folder::new();
    let dir = argument(&folder.at("made/by/the/demo"));
    let run = vexil(&["demo", "--once", "--dir", &dir]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let words = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in [
        "EXPIRED",
        "It expired at 2025-12-31T00:00:00Z.",
        "ada@companyos.io true rust_engine TARGETING rule 0 ",
        "an enterprise tenant false legacy TARGETING rule 1 ",
        "user-1 in production false legacy ROLLOUT rule 2, bucket 15421 ",
        "user-10 in production true rust_engine ROLLOUT rule 2, bucket 83835 ",
        "user-1 in staging false legacy DEFAULT scope global ",
        "PREREQUISITE_FAILED",
        "EXCLUDED_BY_LAYER",
        "bucket of user.id \"user-1\" with salt \"graph_search.v2.enable\": 15421 ",
        "expected 75.00 %",
        "p = ",
    ] {
        assert!(words.contains(wanted), "{wanted:?} in {}", run.out);
    }
    for name in ["graph_search.json", "registrations.json", "platform.yaml"] {
        let written = fs::read(folder.at("made/by/the/demo").join(name)).unwrap();
        assert_eq!(written, fs::read(format!("{EXAMPLES}/{name}")).unwrap(), "{name}");
    }
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 3);
}

#[test]
fn a_temporary_folder_is_removed() {
    let folder = Folder::new();
    let output = command(&["demo", "--once"]).env("TMPDIR", folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_someone_edited_is_theirs() {
    let folder = Folder::new();
    let edited = "{\"key\": \"graph_search.v2.enable\", \"default\": true}";
    let path = folder.file("graph_search.json", edited);
    let run = vexil(&["demo", "--once", "--dir", &argument(folder.path())]);
    assert_eq!((run.code, fs::read_to_string(path).unwrap().as_str()), (0, edited));
    let circle = r#"{"key": "graph_search.v2.enable", "prerequisites": [
        {"flag": "graph_search.v2.enable", "variation": "on"}]}"#;
    let path = folder.file("graph_search.json", circle);
    let run = vexil(&["demo", "--once", "--dir", &argument(folder.path())]);
    let place = format!("warning: {path}: `graph_search.v2.enable` refers to itself");
    assert!(run.err.contains(&place), "{}", run.err);
    folder.file("graph_search.json", "{");
    let run = vexil(&["demo", "--once", "--dir", &argument(folder.path())]);
    assert_eq!(run.code, 1);
    assert!(run.complaint().contains("graph_search.json:1:1: "), "{}", run.err);
}

/// A demo that watches; it is stopped when the test ends.
struct Watching {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Watching {
    fn start(folder: &Folder) -> Watching {
        let dir = argument(folder.path());
        let mut child = spawn(command(&["demo", "--dir", &dir]).stdin(Stdio::null()));
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut watching = Watching { child, out };
        watching.read_until("Ctrl-C ends.");
        watching
    }

    /// Reads up to the line with these words, however long that takes.
    fn read_until(&mut self, words: &str) -> String {
        let mut read = String::new();
        loop {
            let length = read.len();
            assert!(self.out.read_line(&mut read).unwrap() > 0, "{words:?} in {read}");
            if read[length..].contains(words) {
                return read;
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_edit_is_decided_anew_and_a_broken_one_is_not() {
    let folder = Folder::new();
    let mut watching = Watching::start(&folder);
    let path = folder.at("graph_search.json");
    let text = fs::read_to_string(&path).unwrap();

    let raised = text.replace(r#""rust_engine": 25, "legacy": 75"#, r#""rust_engine": 60, "legacy": 40"#);
    assert_ne!(raised, text, "the command that the demo proposes fits the file");
    fs::write(&path, &raised).unwrap();
    let told = watching.read_until("users in production get another value");
    assert!(told.contains("graph_search.json decided anew, "), "{told}");
    let moved = told.lines().find(|line| line.contains("user-2 in production")).unwrap();
    let (was, is) = moved.split_once("->").unwrap();
    assert!(was.contains("false ROLLOUT") && is.contains("true ROLLOUT"), "{told}");
    assert!(!told.contains("user-1 in production"), "whoever was in stays in: {told}");

    fs::write(&path, &raised[..200]).unwrap();
    let told = watching.read_until("What was loaded last stays in force.");
    assert!(told.contains("not loaded: ") && told.contains("graph_search.json:"), "{told}");

    // As editors do: a new file takes the place of the old one.
    let new = folder.file("graph_search.json~", raised.replace("2025-12-31", "2099-12-31"));
    fs::rename(new, &path).unwrap();
    let told = watching.read_until("ada@companyos.io");
    assert!(told.contains("false EXPIRED ") && told.contains("true TARGETING (rule 0)"), "{told}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_cleanly() {
    let folder = Folder::new();
    let tmp = folder.at("tmp");
    fs::create_dir(&tmp).unwrap();
    let mut child = spawn(command(&["demo"]).env("TMPDIR", &tmp).stdin(Stdio::null()));
    let mut watching = Watching { out: BufReader::new(child.stdout.take().unwrap()), child };
    watching.read_until("Ctrl-C ends.");
    assert_eq!(fs::read_dir(&tmp).unwrap().count(), 1);
    let pid = watching.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    watching.read_until("Stopped.");
    assert_eq!(watching.child.wait().unwrap().code(), Some(0));
    assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0);
}
