//! `vexil diff`.

use serde_json::json;

use crate::support::{Folder, vexil};

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
