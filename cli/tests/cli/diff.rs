//! `vexil diff`.

use serde_json::json;

use crate::support::{Folder, argument, vexil};

const OLD: &str = r#"[{"key": "gone"}, {"key": "a", "rollout": {"on": 25, "off": 75}}]"#;
const NEW: &str = "- {id: a, rollout: {off: 60, on: 40}}\n- {key: new, type: config, default: 1}\n";

#[test]
fn differences_are_told_with_whom_they_move() {
    let folder = Folder::new();
    let (old, new) = (folder.file("old.json", OLD), folder.file("new.yaml", NEW));
    let run = vexil(&["diff", &old, &new]);
    assert_eq!(run.code, 0);
    assert_eq!(
        run.out,
        "\
~ a feature_flag changed
    /rollout/off: 75 -> 60
    /rollout/on: 25 -> 40
    moves 15 % of the units at /rollout
- gone feature_flag removed
+ new config added
1 added, 1 removed, 1 changed
"
    );
    let lines = vexil(&["diff", &old, &new, "--format", "json"]).lines();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["moves"], json!([{"path": "/rollout", "percent": 15.0, "reshuffled": false}]));
    assert_eq!(vexil(&["diff", &old, &old]).out, "nothing differs\n");
    assert_eq!(vexil(&["diff", &old, &old, "--format", "json"]).out, "");
}

#[test]
fn another_order_of_variations_is_a_reshuffle() {
    let folder = Folder::new();
    let flag = |ids: [&str; 2]| {
        let variations = ids.map(|id| format!(r#"{{"id": "{id}", "value": "{id}"}}"#)).join(",");
        format!(
            r#"{{"key": "a", "default": "x", "variations": [{variations}], "rollout": {{"x": 25, "y": 75}}}}"#
        )
    };
    let (old, new) = (folder.file("old.json", flag(["x", "y"])), folder.file("new.json", flag(["y", "x"])));
    let run = vexil(&["diff", &old, &new]);
    assert!(run.out.contains("    moves 50 % of the units at /rollout, a reshuffle\n"), "{}", run.out);
}

#[test]
fn a_side_that_cannot_be_read_is_refused() {
    let folder = Folder::new();
    let (old, new) = (folder.file("old.json", OLD), folder.file("new.json", "7"));
    for (a, b) in [(&old, &new), (&new, &old)] {
        let run = vexil(&["diff", a, b]);
        assert_eq!((run.code, run.out.as_str()), (1, ""));
        assert!(run.complaint().starts_with(&format!("error: {new}: ")), "{}", run.err);
    }
    assert_eq!(vexil(&["diff", &old, "/nowhere"]).code, 2);
}

#[test]
fn what_is_broken_is_not_compared_and_the_rest_is() {
    let folder = Folder::new();
    folder.file("old/a.json", r#"[{"key": "a", "rollout": {"on": 1}}, {"key": "b"}]"#);
    folder.file("new/a.json", r#"{"key": "b", "owner": "o", "ruels": []}"#);
    let broken = folder.file("new/b.yaml", "- {key: a, rollout: {on: 2}}\n- {default: true}\n");
    let (old, new) = (argument(&folder.at("old")), argument(&folder.at("new")));
    let run = vexil(&["diff", &old, &new]);
    assert_eq!(run.code, 1);
    assert!(run.out.ends_with("0 added, 0 removed, 1 changed, 2 not compared\n"), "{}", run.out);
    let complaints: Vec<&str> = run.err.lines().collect();
    assert!(
        complaints[0].starts_with("warning: ") && complaints[0].ends_with("(UNKNOWN_FIELD)"),
        "{}",
        run.err
    );
    let nameless = format!("error: an entry is not compared: {broken}: /1: ");
    assert!(complaints[1].starts_with(&nameless), "{}", run.err);
    let total = format!("{broken}: /0/rollout: the percentages total 2, not 100 (PERCENTAGE_TOTAL)");
    assert_eq!((complaints.len(), complaints[3]), (4, &*format!("error: `a` is not compared: {total}")));
    let lines = vexil(&["diff", &old, &new, "--format", "json"]).lines();
    let expected = json!({"key": "a", "side": "new", "error": {
        "file": broken, "code": "PERCENTAGE_TOTAL", "severity": "error", "path": "/0/rollout",
        "message": "the percentages total 2, not 100",
    }});
    assert_eq!((lines.len(), &lines[2], &lines[3]["key"]), (4, &expected, &json!("b")));
    assert_eq!(vexil(&["diff", &broken, &broken]).code, 1, "nobody knows whether it differs from itself");
}

#[test]
fn only_what_counts_otherwise_differs() {
    let folder = Folder::new();
    let old = folder.file("old.json", r#"{"key": "a", "owner": "o"}"#);
    let new =
        folder.file("new.json", r#"{"id": "a", "owner": "p", "enabled": true, "salt": "a", "rules": []}"#);
    let run = vexil(&["diff", &old, &new]);
    let expected = "~ a feature_flag changed\n    /owner: \"o\" -> \"p\"\n0 added, 0 removed, 1 changed\n";
    assert_eq!((run.code, run.out.as_str()), (0, expected));
    let killed = folder.file("killed.json", r#"{"key": "a", "owner": "o", "enabled": false}"#);
    let fields = &vexil(&["diff", &old, &killed, "--format", "json"]).lines()[0]["fields"];
    assert_eq!(fields, &json!([{"path": "/enabled", "old": true, "new": false}]));
}
