//! `vexil validate` and `vexil schema`.

use serde_json::{Value, json};

use crate::support::{EXAMPLES, Folder, vexil};

const SOUND: &str = r#"{"key": "team.a", "type": "config", "default": 1, "owner": "o", "description": "d"}"#;

#[test]
fn the_examples_have_no_errors() {
    let run = vexil(&["validate", EXAMPLES]);
    assert_eq!(run.code, 0);
    assert!(run.out.ends_with("3 files, 13 entries, 0 errors, 5 warnings\n"), "{}", run.out);
    assert_eq!(vexil(&["validate", EXAMPLES, "--strict"]).code, 1);
}

#[test]
fn problems_are_told_in_order_with_their_places() {
    let folder = Folder::new();
    folder.file(
        "a.json",
        r#"[{"key": "a", "rules": [{"condition": {"plan": {"equals": 1}}, "action": {"serve": "x"}}]},
            {"key": "b", "rollout": {"on": 99.9}}]"#,
    );
    folder.file("b.json", "{\n  \"key\": \"c\",\n  \"key\": \"d\"\n}");
    let path = folder.path().to_str().unwrap();
    let run = vexil(&["validate", path, "--format", "json"]);
    assert_eq!(run.code, 1);
    let told: Vec<Value> = run
        .lines()
        .into_iter()
        .filter(|line| line["severity"] == "error")
        .map(|line| {
            let file = line["file"].as_str().unwrap().rsplit('/').next().unwrap();
            json!([file, line["path"], line["code"], line["line"], line["column"]])
        })
        .collect();
    let expected = [
        json!(["a.json", "/0/rules/0/condition/plan/equals", "UNKNOWN_OPERATOR", null, null]),
        json!(["a.json", "/0/rules/0/action/serve", "UNKNOWN_VARIATION", null, null]),
        json!(["a.json", "/1/rollout", "PERCENTAGE_TOTAL", null, null]),
        json!(["b.json", "", "DUPLICATE_MEMBER", 3, 3]),
    ];
    assert_eq!(told, expected);
    let text = vexil(&["validate", path]).out;
    assert!(text.contains("/b.json:3:3: error DUPLICATE_MEMBER: the member `key` is there twice"), "{text}");
    assert!(text.contains("/a.json: error PERCENTAGE_TOTAL /1/rollout: "), "{text}");
}

#[test]
fn files_of_a_folder_refer_to_each_other_and_paths_do_not() {
    let folder = Folder::new();
    let segment = r#"{"key": "s", "condition": {"a": {"eq": 1}}}"#;
    let flag = r#"{"key": "f", "rules": [{"condition": {"segment": "s"}, "action": {"serve": "on"}}]}"#;
    let (a, b) = (folder.file("a.json", segment), folder.file("b.json", flag));
    assert_eq!(vexil(&["validate", folder.path().to_str().unwrap()]).code, 0);
    let apart = vexil(&["validate", &a, &b]);
    assert_eq!(apart.code, 1);
    assert!(apart.out.contains("UNKNOWN_SEGMENT"), "{}", apart.out);
    folder.file("a.json", "{");
    let broken = vexil(&["validate", folder.path().to_str().unwrap()]).out;
    assert!(!broken.contains("UNKNOWN_SEGMENT"), "it may be in the broken file: {broken}");
}

#[test]
fn strictness_is_asked_for() {
    let folder = Folder::new();
    let sound = folder.file("sound.json", SOUND);
    assert_eq!(vexil(&["validate", &sound, "--strict"]).out, "1 file, 1 entry, 0 errors, 0 warnings\n");
    let bare = folder.file("bare.json", r#"{"key": "a"}"#);
    let codes = |run: crate::support::Run| -> Vec<String> {
        run.lines().iter().map(|line| format!("{} {}", line["severity"], line["code"])).collect()
    };
    let lenient = vexil(&["validate", &bare, "--format", "json"]);
    assert_eq!(lenient.code, 0);
    assert_eq!(
        codes(lenient),
        [
            r#""warning" "MISSING_OWNER""#,
            r#""warning" "MISSING_DESCRIPTION""#,
            r#""warning" "MISSING_EXPIRY""#
        ]
    );
    let strict = vexil(&["validate", &bare, "--strict", "--format", "json"]);
    assert_eq!(strict.code, 1);
    assert!(codes(strict).iter().all(|code| code.starts_with(r#""error""#)));
}

#[test]
fn a_document_without_entries_is_sound_and_says_so() {
    let folder = Folder::new();
    for (name, text) in [
        ("bundle.json", r#"{"schema": 1, "environment": "production", "version": 1, "entries": []}"#),
        ("bundle.yaml", "entries: []"),
    ] {
        let bundle = folder.file(name, text);
        let run = vexil(&["validate", &bundle]);
        assert_eq!((run.code, run.out.as_str()), (0, "1 file, 0 entries, 0 errors, 0 warnings\n"));
        assert_eq!(vexil(&["eval", "--all", "-d", &bundle]).code, 0);
    }
}

#[test]
fn keys_follow_the_naming_pattern_as_a_whole() {
    let folder = Folder::new();
    let sound = folder.file("sound.json", SOUND);
    assert_eq!(vexil(&["validate", &sound, "--strict", "--naming", r"team\.[a-z]+"]).code, 0);
    let run = vexil(&["validate", &sound, "--naming", "team", "--format", "json"]);
    assert_eq!((run.code, &run.lines()[0]["code"]), (0, &json!("NAMING_PATTERN")));
    assert_eq!(vexil(&["validate", &sound, "--naming", "("]).code, 2);
    assert_eq!(vexil(&["validate", &sound, "--naming", "(a{1000}){1000}"]).code, 2);
}

#[test]
fn expiry_is_judged_at_the_moment_that_is_asked_for() {
    let folder = Folder::new();
    let flag = folder.file(
        "flag.json",
        r#"{"key": "a", "owner": "o", "description": "d", "expiry": "2026-06-30T00:00:00Z", "rollout": {"on": 100}}"#,
    );
    let codes = |now: &str| vexil(&["validate", &flag, "--now", now]).out;
    assert!(codes("2026-05-01T00:00:00Z").ends_with("1 file, 1 entry, 0 errors, 0 warnings\n"));
    assert!(codes("2026-06-15T00:00:00Z").contains("warning EXPIRES_SOON /expiry"));
    assert!(codes("2026-07-01T00:00:00Z").contains("warning EXPIRED /expiry"));
}

#[test]
fn values_are_held_to_their_schema() {
    let folder = Folder::new();
    let config = folder.file(
        "config.yaml",
        "{key: a, type: config, value_type: json, value_schema: {type: object, required: [x]}, default: {y: 1}}",
    );
    let run = vexil(&["validate", &config]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("error VALUE_SCHEMA /default: "), "{}", run.out);
}

#[test]
fn the_schema_is_json() {
    let run = vexil(&["schema"]);
    let schema: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, &schema["$schema"]), (0, &json!("https://json-schema.org/draft/2020-12/schema")));
}
