//! `vexil demo`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use crate::support::{Folder, command, spawn, vexil};

#[test]
fn once_shows_everything_and_ends() {
    let run = vexil(&["demo", "--once"]);
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
        "The client got version 1 of `production`",
        "version 2 came as a delta of ",
    ] {
        assert!(words.contains(wanted), "{wanted:?} in {}", run.out);
    }
    let (_, change) = run.out.split_once("A change: ").unwrap();
    let moved = change.lines().find(|line| line.contains("user-2 in production")).unwrap();
    let (was, is) = moved.split_once("->").unwrap();
    assert!(was.contains("false ROLLOUT") && is.contains("true ROLLOUT"), "{change}");
    assert!(!change.contains("user-1 in production"), "whoever was in stays in: {change}");
    let measured = change.lines().find(|line| line.contains("The client decided anew")).unwrap();
    let delay: f64 = measured.split_whitespace().nth(4).unwrap().parse().unwrap();
    assert!(delay > 0.0 && delay < 10_000.0, "{measured}");
}

#[test]
fn a_temporary_folder_is_removed() {
    let folder = Folder::new();
    let output = command(&["demo", "--once"]).env("TMPDIR", folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A demo that stays; it is stopped when the test ends.
struct Staying {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Staying {
    fn start(folder: &Folder) -> (Staying, String) {
        let mut child = spawn(command(&["demo"]).env("TMPDIR", folder.path()).stdin(Stdio::null()));
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut staying = Staying { child, out };
        let told = staying.read_until("Ctrl-C ends.");
        (staying, told)
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

impl Drop for Staying {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The word after another.
fn after<'t>(text: &'t str, word: &str) -> &'t str {
    let (_, rest) = text.split_once(word).unwrap();
    rest.split(|c: char| c.is_whitespace() || c == '\'').next().unwrap()
}

#[cfg(unix)]
#[test]
fn it_stays_for_changes_and_an_interrupt_ends_it_cleanly() {
    let folder = Folder::new();
    let (mut staying, told) = Staying::start(&folder);
    // What the curl command that the demo shows would send.
    let (url, token) = (after(&told, "curl -X PATCH "), after(&told, "Authorization: Bearer "));
    let body = after_quoted(&told, "-d '");
    let agent = ureq::Agent::new_with_defaults();
    let request = agent.patch(url).header("authorization", format!("Bearer {token}"));
    let answer = request.header("content-type", "application/json").send(body).unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let told_of_it = staying.read_until("version 3 came as a delta");
    let changed = told_of_it.lines().find(|line| line.contains("search.related-products")).unwrap();
    let words = changed.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.ends_with("true DEFAULT (scope global) -> false DISABLED"), "{told_of_it}");

    // The files and the command that it shows.
    let definitions = told.lines().find(|line| line.contains("vexil apply --plan ")).unwrap();
    let definitions = definitions.rsplit(' ').next().unwrap();
    let plan = command(&["apply", "--plan", definitions])
        .env("VEXIL_SERVER", after(&told, "VEXIL_SERVER="))
        .env("VEXIL_TOKEN", after(&told, "VEXIL_TOKEN="))
        .output()
        .unwrap();
    let plan = String::from_utf8(plan.stdout).unwrap();
    assert!(plan.contains("~ graph_search.v2.enable feature_flag changed"), "{plan}");
    assert!(plan.contains("~ search.related-products feature_flag changed"), "{plan}");

    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let pid = staying.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    staying.read_until("Stopped.");
    assert_eq!(staying.child.wait().unwrap().code(), Some(0));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(unix)]
fn after_quoted<'t>(text: &'t str, opening: &str) -> &'t str {
    let (_, rest) = text.split_once(opening).unwrap();
    rest.split('\'').next().unwrap()
}
