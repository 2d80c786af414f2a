//! `vexil apply` and `vexil export`.

use std::fs;

use serde_json::{Value, json};

use crate::control::{ControlPlane, answer_each};
use crate::support::{EXAMPLES, Folder, Run, argument, command, vexil};

#[test]
fn what_is_exported_changes_nothing_when_it_is_applied() {
    let control = ControlPlane::start();
    let applied = control.vexil(&["apply", EXAMPLES, "--reason", "a test"]);
    assert_eq!(applied.code, 0, "{}", applied.err);
    let warning = "development,staging,production/new-dashboard: warning EXPIRED /expiry: ";
    assert!(applied.err.lines().any(|line| line.starts_with(warning)), "{}", applied.err);
    assert_eq!(applied.err.matches("new-dashboard: warning EXPIRED").count(), 1, "{}", applied.err);
    assert!(applied.out.contains("development is at version 1"), "{}", applied.out);
    let folder = argument(&control.folder.at("out"));
    let exported = control.vexil(&["export", "-o", &folder]);
    assert_eq!((exported.code, exported.out.lines().count()), (0, 3), "{}", exported.err);
    let production = fs::read_to_string(control.folder.at("out/production.json")).unwrap();
    assert!(production.starts_with("{\n  \"schema\": 1,\n  \"environment\": \"production\""), "{production}");
    assert_eq!(vexil(&["validate", &argument(&control.folder.at("out/production.json"))]).code, 0);
    for more in [&[][..], &["--prune"]] {
        let plan = control.vexil(&[&["apply", &folder, "--plan"], more].concat());
        assert_eq!((plan.code, plan.out.as_str()), (0, "nothing changes\n"), "{}", plan.err);
        let plan = control.vexil(&[&["apply", &folder, "--plan", "--format", "json"], more].concat());
        assert_eq!(plan.out, "");
    }
    let printed = control.vexil(&["export", "--environment", "production"]);
    assert_eq!(printed.out, production, "the same definitions give the same bytes");
    assert_eq!(control.vexil(&["export", "--format", "json"]).lines().len(), 3);
}

#[test]
fn a_plan_tells_whom_it_moves_and_does_nothing() {
    let control = ControlPlane::start();
    let flag = |on: u32| {
        let text = json!({
            "key": "a", "owner": "o", "description": "d", "expiry": "2099-01-01T00:00:00Z",
            "rollout": {"on": on, "off": 100 - on},
        });
        control.folder.file("a.json", text.to_string())
    };
    let file = flag(25);
    assert_eq!(control.vexil(&["apply", &file, "--environment", "staging"]).code, 0);
    flag(40);
    let plan = ["apply", &file, "--environment", "staging", "--plan"];
    let told = control.vexil(&plan);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    assert!(told.out.starts_with("staging, now at version 1\n~ a feature_flag changed\n"), "{}", told.out);
    assert!(told.out.contains("    moves 15 % of the units at /rollout\n"), "{}", told.out);
    assert!(told.out.ends_with("0 added, 0 removed, 1 changed\n"), "{}", told.out);
    let lines = control.vexil(&[&plan[..], &["--format", "json"]].concat()).lines();
    assert_eq!((&lines[0]["environment"], &lines[0]["key"]), (&json!("staging"), &json!("a")));
    assert_eq!(lines[0]["moves"][0]["percent"], json!(15.0));
    assert_eq!(control.vexil(&plan).out, told.out, "a plan changes nothing");
    let done = control.vexil(&["apply", &file, "--environment", "staging"]);
    assert!(
        done.out.contains("\ndone in change ") && done.out.ends_with(": staging is at version 2\n"),
        "{}",
        done.out
    );
    assert_eq!(control.vexil(&plan).out, "nothing changes\n");
}

#[test]
fn what_is_not_valid_is_listed_and_not_taken_over() {
    let control = ControlPlane::start();
    let file = control.folder.file(
        "bad.yaml",
        "- {key: good, owner: o}\n- {key: bad, owner: o, rollout: {on: 70, off: 70}, min_role: nobody}\n",
    );
    let refused = control.vexil(&["apply", &file, "--environment", "production"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    let lines: Vec<&str> = refused.err.lines().collect();
    let wanted = "production/bad: error PERCENTAGE_TOTAL /rollout: ";
    assert!(lines.iter().any(|line| line.starts_with(wanted)), "{}", refused.err);
    assert!(lines.last().unwrap().ends_with("(INVALID_DEFINITIONS)"), "{}", refused.err);
    let exported = control.vexil(&["export", "--environment", "production", "--format", "json"]).lines();
    assert_eq!(exported[0]["entries"], json!([]), "all or nothing");
    let broken = control.folder.file("broken.json", "{");
    let refused = control.vexil(&["apply", &broken]);
    assert_eq!(refused.code, 1);
    assert!(refused.complaint().starts_with(&format!("error: {broken}:1:")), "{}", refused.err);
}

#[test]
fn files_are_for_the_environment_that_they_name() {
    let control = ControlPlane::start();
    let bundle = |name: &str, environment: &str, entries: Value| {
        let text = json!({"schema": 1, "environment": environment, "entries": entries});
        control.folder.file(&format!("all/{name}.json"), text.to_string())
    };
    let entry = |default: bool| json!({"key": "a", "owner": "o", "default": default});
    let staging = bundle("staging", "staging", json!([entry(true)]));
    bundle("production", "production", json!([entry(false), {"key": "b", "owner": "o"}]));
    let folder = argument(&control.folder.at("all"));
    assert_eq!(control.vexil(&["apply", &folder]).code, 0);
    let keys = |environment: &str| {
        let exported = control.vexil(&["export", "--environment", environment, "--format", "json"]).lines();
        let entries = exported[0]["entries"].as_array().unwrap().clone();
        entries.iter().map(|entry| entry["key"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((keys("development"), keys("staging"), keys("production")).2, ["a", "b"]);
    assert_eq!((keys("development").len(), keys("staging")), (0, vec!["a".to_owned()]));
    let mixed = control.vexil(&["apply", &staging, "--environment", "production"]);
    assert_eq!(mixed.code, 2);
    assert!(mixed.complaint().ends_with("is for `staging`, not for `production`"), "{}", mixed.err);
    let gone = control.vexil(&["apply", &staging, "--environment", "mars"]);
    assert_eq!(gone.code, 2);

    bundle("production", "production", json!([entry(false)]));
    assert_eq!(control.vexil(&["apply", &folder, "--plan"]).out, "nothing changes\n");
    let pruned = control.vexil(&["apply", &folder, "--prune"]);
    assert!(pruned.out.contains("- b feature_flag removed\n"), "{}{}", pruned.out, pruned.err);
    assert_eq!(keys("production"), ["a"]);
}

#[test]
fn what_is_exported_edited_and_applied_is_what_is_in_force() {
    let control = ControlPlane::start();
    let flag = |key: &str, on: u32| json!({"key": key, "type": "feature_flag", "owner": "o", "rollout": {"on": on, "off": 100 - on}});
    let start =
        control.folder.file("start.json", json!([flag("a", 10), flag("b", 10), flag("c", 10)]).to_string());
    assert_eq!(control.vexil(&["apply", &start]).code, 0);
    let folder = argument(&control.folder.at("files"));
    let export = || assert_eq!(control.vexil(&["export", "-o", &folder]).code, 0);
    let edit = |environment: &str, edit: &dyn Fn(&mut Vec<Value>)| {
        let file = control.folder.at(&format!("files/{environment}.json"));
        let mut bundle: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        edit(bundle["entries"].as_array_mut().unwrap());
        fs::write(file, bundle.to_string()).unwrap();
    };
    export();
    // One is changed, one goes here and stays there, one goes everywhere, one is new.
    edit("production", &|entries| {
        entries.retain(|entry| entry["key"] == "a");
        entries[0]["rollout"] = json!({"on": 35, "off": 65});
        entries.push(flag("d", 5));
    });
    for environment in ["development", "staging"] {
        edit(environment, &|entries| entries.retain(|entry| entry["key"] != "c"));
    }
    let wanted = ["development", "staging", "production"].map(|environment| {
        let text = fs::read_to_string(control.folder.at(&format!("files/{environment}.json"))).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["entries"].clone()
    });
    let applied = control.vexil(&["apply", &folder, "--prune", "--reason", "by hand"]);
    assert_eq!(applied.code, 0, "{}", applied.err);
    assert!(applied.out.contains("1 added, 4 removed, 1 changed\n"), "{}", applied.out);
    assert!(applied.out.contains("    moves 25 % of the units at /rollout\n"), "{}", applied.out);
    export();
    let entries = ["development", "staging", "production"].map(|environment| {
        let text = fs::read_to_string(control.folder.at(&format!("files/{environment}.json"))).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["entries"].clone()
    });
    assert_eq!(entries, wanted);
    assert_eq!(control.vexil(&["apply", &folder, "--prune"]).out, "nothing changes\n");
}

#[test]
fn what_is_applied_is_what_was_planned_or_nothing() {
    let asked_for_project = json!({"revision": 3}).to_string();
    let environments =
        json!([{"key": "staging", "version": 7}, {"key": "production", "version": 4}]).to_string();
    let changes = json!([{"key": "a", "type": "feature_flag", "change": "added"}]);
    let plan =
        json!({"environments": [{"environment": "staging", "version": 7, "changes": changes}]}).to_string();
    let done = json!({"change": "c", "versions": {"staging": 8}}).to_string();
    let (base, asked) =
        answer_each("content-type: application/json", vec![asked_for_project, environments, plan, done]);
    let folder = Folder::new();
    let file = folder.file("a.json", r#"{"key": "a"}"#);
    let mut command = command(&["apply", &file, "--environment", "staging"]);
    let run = Run::of(command.env("VEXIL_SERVER", base).env("VEXIL_TOKEN", "t").output().unwrap());
    assert_eq!(run.code, 0, "{}", run.err);
    let asked = asked.join().unwrap();
    for (sent, dry_run) in [(&asked[2], "\"dry_run\":true"), (&asked[3], "\"dry_run\":false")] {
        assert!(sent.to_lowercase().contains("if-match: \"3\"\r\n"), "{sent}");
        assert!(sent.contains("\"expected\":{\"staging\":7}") && sent.contains(dry_run), "{sent}");
    }
}
