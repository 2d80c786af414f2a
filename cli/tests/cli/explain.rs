//! `vexil explain`.

use serde_json::json;

use crate::support::{BEFORE, EXAMPLES, vexil, vexil_reading};

const CONTEXT: &str = r#"{"env": "production", "userId": "user-1"}"#;
const ARGUMENTS: [&str; 6] = ["explain", "graph_search.v2.enable", "-d", EXAMPLES, "--now", BEFORE];

#[test]
fn the_text_tells_every_step() {
    let run = vexil(&[&ARGUMENTS[..], &["--context", CONTEXT]].concat());
    assert_eq!(run.code, 0);
    assert_eq!(
        run.out,
        "\
graph_search.v2.enable = false (legacy)
ROLLOUT, rule 2, bucket 15421, version 7
   5 expiry 2025-12-31T00:00:00Z: ahead
  10 rule 0 (Internal dogfooding): unknown
    user.email endsWith \"@companyos.io\", saw nothing: unknown
  10 rule 1 (Keep enterprise on stable for now): unknown
    tenant.tier eq \"enterprise\", saw nothing: unknown
  10 rule 2 (25% rollout in production): true
    env eq \"production\", saw \"production\": true
    bucket of user.id \"user-1\" with salt \"graph_search.v2.enable\": 15421
    serve legacy
"
    );
}

#[test]
fn json_has_the_same_steps_one_line_per_context() {
    let input = format!("{CONTEXT}\nnonsense\n{CONTEXT}\n");
    let arguments = [&ARGUMENTS[..], &["--contexts", "-", "--format", "json"]].concat();
    let run = vexil_reading(&arguments, input.as_bytes());
    let lines = run.lines();
    assert_eq!((run.code, lines.len()), (1, 3));
    assert_eq!(lines[0], lines[2]);
    assert_eq!(lines[0]["steps"][3]["steps"][1]["outcome"], json!(15421));
    assert_eq!((&lines[1]["error"], &lines[1]["steps"]), (&json!("INVALID_CONTEXT"), &json!([])));
}

#[test]
fn an_error_is_explained_too() {
    let run = vexil(&["explain", "nothing.here", "-d", EXAMPLES]);
    assert_eq!((run.code, run.out.lines().nth(1)), (1, Some("ERROR FLAG_NOT_FOUND, version 7")));
}
