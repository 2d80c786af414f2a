//! `vexil serve`, `vexil backup` and `vexil audit`.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use serde_json::json;
use vexil_core::Timestamp;
use vexil_server::audit::{Action, Head, Record, export};

use crate::control::{ADMIN, ControlPlane, answer_once};
use crate::support::{Folder, Run, argument, command, spawn, vexil};

#[test]
fn a_backup_is_taken_while_it_serves_and_serves_itself() {
    let control = ControlPlane::start();
    let flag = control.folder.file("flag.json", r#"{"key": "kept", "owner": "o"}"#);
    assert_eq!(control.vexil(&["apply", &flag]).code, 0);
    let data = argument(&control.data());
    let restored = Folder::new();
    fs::create_dir(restored.at("data")).unwrap();
    let copy = argument(&restored.at("data/vexil.db"));
    let backup = ["backup", "-o", &copy, "--data", &data];
    let taken = vexil(&backup);
    assert_eq!((taken.code, taken.err.as_str()), (0, ""));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::read_dir(restored.at("data")).unwrap().count(), 1, "nothing else is left");
    let again = vexil(&backup);
    assert_eq!(again.code, 2);
    assert!(again.complaint().starts_with(&format!("error: cannot write {copy}: ")), "{}", again.err);
    // It is in the audit log, and in that of the copy: by whom the secrets and the signing keys may be known.
    let told = control.folder.at("audit.jsonl");
    assert_eq!(control.vexil(&["audit", "export", "-o", &argument(&told)]).code, 0);
    let log = fs::read_to_string(&told).unwrap();
    let notes: Vec<&str> = log.lines().filter(|line| line.contains("backup.take")).collect();
    assert!(notes.len() == 1 && notes[0].contains("vexil.db"), "{log}");
    // The original goes on, and what it does is not in the copy.
    let later = control.folder.file("later.json", r#"{"key": "later", "owner": "o"}"#);
    assert_eq!(control.vexil(&["apply", &later]).code, 0);

    let restored = ControlPlane::on(restored);
    let exported = restored.vexil(&["export", "--environment", "production", "--format", "json"]).lines();
    let entries = exported[0]["entries"].as_array().unwrap();
    assert_eq!((entries.len(), &entries[0]["key"]), (1, &json!("kept")));
}

#[test]
fn a_backup_of_nothing_is_none() {
    let folder = Folder::new();
    let (copy, data) = (argument(&folder.at("copy.db")), argument(&folder.at("nowhere")));
    let none = vexil(&["backup", "-o", &copy, "--data", &data]);
    assert_eq!(none.code, 2);
    assert!(none.complaint().contains("vexil.db"), "{}", none.err);
    let none = vexil(&["backup", "-o", &copy, "--database-url", "postgres://x@y/z"]);
    assert!(none.code == 2 && none.complaint().contains("pg_dump"), "{}", none.err);
    folder.file("broken/vexil.db", "this is no database, and never was one".repeat(100));
    let none = vexil(&["backup", "-o", &copy, "--data", &argument(&folder.at("broken"))]);
    assert!(none.code == 2 && none.complaint().starts_with("error: cannot copy "), "{}", none.err);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no part of a copy is left");
}

/// An export of so many links, and its head.
fn chain(links: usize) -> (String, String) {
    let (mut head, mut text) = (Head::GENESIS, export::header(&Head::GENESIS));
    for number in 0..links {
        let at = Timestamp::from_millis(i64::try_from(number).unwrap());
        let link = head.seal(Record::new(at, "person:p1".into(), Action::EntryUpdate)).unwrap();
        text.push_str(&export::line(&link));
        head = link.head();
    }
    (text, head.hash.to_string())
}

#[test]
fn an_export_is_proved_or_its_first_broken_link_named() {
    let folder = Folder::new();
    let (text, head) = chain(4);
    let file = folder.file("audit.jsonl", &text);
    let proved = vexil(&["audit", "verify", &file, "--head", &head]);
    assert_eq!((proved.code, proved.out), (0, format!("4 links hold, 1 to 4; head {head}\n")));
    let lines = vexil(&["audit", "verify", &file, "--format", "json"]).lines();
    assert_eq!((&lines[0]["holds"], &lines[0]["head"]["hash"]), (&json!(true), &json!(head)));

    let changed = folder.file("changed.jsonl", text.replacen("person:p1", "person:p2", 3));
    let broken = vexil(&["audit", "verify", &changed]);
    assert_eq!(broken.code, 1);
    assert!(broken.out.starts_with("line 2: link 1 is broken: "), "{}", broken.out);
    let lines = vexil(&["audit", "verify", &changed, "--format", "json"]).lines();
    assert_eq!((&lines[0]["holds"], &lines[0]["code"]), (&json!(false), &json!("AUDIT_HASH_MISMATCH")));

    let shorter =
        folder.file("shorter.jsonl", text.lines().take(3).fold(String::new(), |all, line| all + line + "\n"));
    assert_eq!(vexil(&["audit", "verify", &shorter]).code, 0, "as far as it goes");
    let broken = vexil(&["audit", "verify", &shorter, "--head", &head]);
    assert!(broken.code == 1 && broken.out.contains("AUDIT_TRUNCATED"), "{}", broken.out);
    assert_eq!(vexil(&["audit", "verify", "/nowhere"]).code, 2);
    assert_eq!(vexil(&["audit", "verify", &file, "--head", "no hash"]).code, 2);
}

#[test]
fn an_export_arrives_byte_for_byte() {
    let folder = Folder::new();
    let (text, hash) = chain(3);
    let file = argument(&folder.at("audit.jsonl"));
    let (base, asked) = answer_once(&format!("x-audit-head: {hash}"), text.clone());
    let mut exporting = command(&["audit", "export", "-o", &file, "--from", "1", "--server", &base]);
    let exported = Run::of(exporting.env("VEXIL_TOKEN", ADMIN).output().unwrap());
    assert_eq!((exported.code, exported.err.as_str()), (0, ""));
    assert!(exported.out.ends_with(&format!(": {hash}\n")), "{}", exported.out);
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("GET /api/v1/audit/export?from=1 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains(&format!("Bearer {ADMIN}")), "{asked}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    assert_eq!(vexil(&["audit", "verify", &file, "--head", &hash]).code, 0);
    assert_eq!(exporting.output().unwrap().status.code(), Some(2), "no file is overwritten");
}

#[test]
fn the_log_of_a_control_plane_is_exported_and_holds() {
    let control = ControlPlane::start();
    let flag = control.folder.file("flag.json", r#"{"key": "a", "owner": "o"}"#);
    assert_eq!(control.vexil(&["apply", &flag]).code, 0);
    let file = argument(&control.folder.at("audit.jsonl"));
    let exported = control.vexil(&["audit", "export", "-o", &file]);
    assert_eq!((exported.code, exported.err.as_str()), (0, ""));
    let head = exported.out.split_whitespace().last().unwrap();
    let proved = vexil(&["audit", "verify", &file, "--head", head]);
    assert_eq!(proved.code, 0, "{}{}", proved.out, proved.err);
    let printed = control.vexil(&["audit", "export", "--from", "2"]).out;
    let part = control.folder.file("part.jsonl", printed);
    let proved = vexil(&["audit", "verify", &part]);
    assert!(proved.code == 0 && proved.out.contains(" 2 to "), "{}", proved.out);
}

#[test]
fn settings_of_a_file_count_and_unknown_ones_are_refused() {
    let folder = Folder::new();
    let config = folder.file(
        "vexil.toml",
        format!(
            "listen = \"127.0.0.1:1\"\ndata = {:?}\nadmin_token = \"{ADMIN}\"\ndrain = \"1s\"\n",
            folder.at("here")
        ),
    );
    let mut serving = command(&["serve", "--config", &config, "--listen", "127.0.0.1:0"]);
    let mut child = spawn(serving.stdin(Stdio::null()));
    let mut line = String::new();
    // Open until the end: whoever cannot tell its address does not serve.
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let base = line.split_whitespace().nth(3).unwrap().trim_end_matches(',').to_owned();
    assert!(folder.at("here/vexil.db").is_file());
    let listed = command(&["keys", "list", "--server", &base]).env("VEXIL_TOKEN", ADMIN).output().unwrap();
    #[cfg(unix)]
    {
        let pid = child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "it ends when it is asked to");
    }
    #[cfg(not(unix))]
    child.kill().unwrap();
    assert_eq!(listed.status.code(), Some(0), "{line}");
    let mut complaints = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
    let is_told = |line: &str| line.contains("INFO vexil::audit: audit sequence=");
    assert!(complaints.lines().all(is_told) && !complaints.contains(ADMIN), "{complaints}");

    let config = folder.file("wrong.toml", "listne = \"127.0.0.1:0\"\n");
    let refused = vexil(&["serve", "--config", &config]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("wrong.toml") && refused.err.contains("listne"), "{}", refused.err);
    assert_eq!(vexil(&["serve", "--drain", "ten"]).code, 2);
}
