//! `vexil keys`.

use crate::control::{ADMIN, ControlPlane};
use crate::support::{Run, command, vexil};

const SNAPSHOT: &str = "/sdk/v1/snapshot";

#[test]
fn a_key_is_made_rotated_and_revoked() {
    let control = ControlPlane::start();
    let made =
        control.vexil(&["keys", "create", "--environment", "staging", "--kind", "server", "--name", "shop"]);
    assert_eq!((made.code, made.err.as_str()), (0, ""));
    let secret = made.out.lines().next().unwrap().strip_prefix("the key `shop`, shown this once: ").unwrap();
    let id = made.out.lines().nth(1).unwrap().rsplit(' ').next().unwrap();
    assert_eq!(control.status(SNAPSHOT, secret), 200);

    let listed = control.vexil(&["keys", "list"]);
    let words: Vec<&str> = listed.out.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(words, [id, "server", "staging", "-", "shop", "works"]);
    assert!(!listed.out.contains(secret), "{}", listed.out);

    let rotated = control.vexil(&["keys", "rotate", id, "--overlap", "600", "--format", "json"]);
    let rotated = &rotated.lines()[0];
    let (new, new_id) = (rotated["key"].as_str().unwrap(), rotated["id"].as_str().unwrap());
    assert_eq!((control.status(SNAPSHOT, secret), control.status(SNAPSHOT, new)), (200, 200));
    let listed = control.vexil(&["keys", "list", "--format", "json"]).lines();
    assert!(listed.iter().any(|key| key["id"] == id && key["successor"] == new_id), "{listed:?}");

    let revoked = control.vexil(&["keys", "revoke", new_id, "--reason", "it leaked & more"]);
    assert_eq!(revoked.out, format!("{new_id} works no more\n"));
    let log = control.folder.at("audit.jsonl");
    let exported = control.vexil(&["audit", "export", "-o", log.to_str().unwrap()]);
    assert_eq!(exported.code, 0, "{}", exported.err);
    assert!(std::fs::read_to_string(&log).unwrap().contains("it leaked & more"));
    assert_eq!((control.status(SNAPSHOT, secret), control.status(SNAPSHOT, new)), (200, 401));
    let gone = control.vexil(&["keys", "revoke", "no/such key"]);
    assert_eq!((gone.code, gone.complaint()), (1, "error: no key `no/such key` (NOT_FOUND)"));
}

#[test]
fn keys_that_sign_are_rotated() {
    let control = ControlPlane::start();
    let states = || {
        let listed = control.vexil(&["keys", "signing", "list", "--format", "json"]).lines();
        let mut states: Vec<(String, String)> = listed
            .iter()
            .map(|key| (key["id"].as_str().unwrap().to_owned(), key["state"].as_str().unwrap().to_owned()))
            .collect();
        states.sort_by(|a, b| a.1.cmp(&b.1));
        states
    };
    let first = states();
    let [(old, state)] = &*first else { panic!("{first:?}") };
    assert_eq!(state, "active");
    let made = control.vexil(&["keys", "signing", "create", "--format", "json"]).lines();
    let new = made[0]["id"].as_str().unwrap();
    assert_eq!(made[0]["state"], "next");
    assert_eq!(
        control.vexil(&["keys", "signing", "activate", new]).out,
        format!("{new} signs from now on\n")
    );
    assert_eq!(control.vexil(&["keys", "signing", "retire", old]).out, format!("{old} signs no more\n"));
    let want = [(new.to_owned(), "active".to_owned()), (old.clone(), "retired".to_owned())];
    // What signs is taken over in a moment.
    let waited = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        states() == want
    });
    assert!(waited, "{:?}", states());
    let table = control.vexil(&["keys", "signing", "list"]).out;
    assert!(table.contains("public part") && table.contains(new), "{table}");
}

#[test]
fn a_token_may_what_its_role_may() {
    let control = ControlPlane::start();
    let made = control.vexil(&[
        "keys",
        "token",
        "create",
        "--name",
        "ci",
        "--role",
        "developer",
        "--environment",
        "staging",
        "--environment",
        "development",
        "--format",
        "json",
    ]);
    assert_eq!((made.code, made.err.as_str()), (0, ""));
    let token = made.lines()[0]["token"].as_str().unwrap().to_owned();
    let listed = control.vexil(&["keys", "token", "list"]).out;
    assert!(listed.contains("developer in staging, developer in development"), "{listed}");
    let flag =
        control.folder.file("flag.json", r#"{"key": "a", "owner": "o", "expiry": "2099-01-01T00:00:00Z"}"#);
    let apply = |environment| control.vexil_as(&token, &["apply", &flag, "--environment", environment]);
    assert_eq!(apply("staging").code, 0);
    let refused = apply("production");
    assert_eq!(refused.code, 2);
    assert!(refused.complaint().ends_with("(FORBIDDEN)"), "{}", refused.err);
    let id = made.lines()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(control.vexil(&["keys", "token", "revoke", &id]).code, 0);
    let refused = apply("staging");
    assert!(refused.code == 2 && refused.complaint().ends_with("(UNAUTHENTICATED)"), "{}", refused.err);
}

#[test]
fn who_asks_must_say_so() {
    let control = ControlPlane::start();
    let none = vexil(&["keys", "list", "--server", &control.base]);
    assert_eq!(none.code, 2);
    assert!(none.complaint().contains("VEXIL_TOKEN") && none.complaint().contains("--token-file"));
    let file = control.folder.file("token", format!("{ADMIN}\n"));
    let listed = vexil(&["keys", "list", "--server", &control.base, "--token-file", &file]);
    assert_eq!((listed.code, listed.err.as_str()), (0, ""));
    let folded = control.folder.file("folded", "two words");
    let bad = vexil(&["keys", "list", "--server", &control.base, "--token-file", &folded]);
    assert!(bad.code == 2 && !bad.err.contains("two words"), "{}", bad.err);
    let unknown = control.vexil_as("somebody-whom-nobody-knows-0123456789", &["keys", "list"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.complaint().ends_with("(UNAUTHENTICATED)"), "{}", unknown.err);
}

#[test]
fn who_does_not_answer_is_named() {
    let mut command = command(&["keys", "list", "--server", "http://127.0.0.1:1/"]);
    let away = Run::of(command.env("VEXIL_TOKEN", ADMIN).output().unwrap());
    assert_eq!(away.code, 2);
    assert!(away.complaint().starts_with("error: http://127.0.0.1:1 does not answer: "), "{}", away.err);
    assert!(!away.err.contains(ADMIN));
}
