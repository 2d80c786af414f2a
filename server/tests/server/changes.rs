//! Changes: what they do, what they refuse, and that they can be taken back.

use serde_json::json;

use crate::support::TestServer;

const ENTRIES: &str = "/api/v1/projects/default/entries";
const IN_PRODUCTION: &str = "/api/v1/projects/default/environments/production/entries";

#[test]
fn an_entry_is_made_everywhere_changed_somewhere_and_taken_back() {
    let server = TestServer::start();
    let admin = server.admin();
    let made = admin
        .post(ENTRIES, json!({"definition": {"key": "a", "rollout": {"on": 25, "off": 75}}}))
        .expect(201);
    assert_eq!(made["versions"], json!({"development": 1, "staging": 1, "production": 1}));

    let mut stream = server.sdk("production", "server").stream(None);
    assert_eq!(stream.next().unwrap().id, Some(1));
    admin.patch(&format!("{IN_PRODUCTION}/a"), json!({"patch": {"enabled": false}})).expect(200);
    let delta = stream.next().unwrap();
    assert_eq!((delta.name.as_str(), delta.id), ("delta", Some(2)));
    assert_eq!(delta.data["payload"]["entries"][0]["enabled"], json!(false));

    admin.post(&format!("{IN_PRODUCTION}/a/rollback"), json!({"revision": 1})).expect(200);
    let definition = admin.get(&format!("{IN_PRODUCTION}/a")).expect(200);
    assert_eq!((&definition["revision"], &definition["version"]), (&json!(3), &json!(3)));
    assert_eq!(definition["definition"].get("enabled"), None);
    let history = admin.get(&format!("{IN_PRODUCTION}/a/revisions")).expect(200);
    let revisions: Vec<_> =
        history["items"].as_array().unwrap().iter().map(|item| &item["revision"]).collect();
    assert_eq!(revisions, [3, 2, 1]);
    let development = admin.get("/api/v1/projects/default/environments/development").expect(200);
    assert_eq!(development["version"], json!(1));
}

#[test]
fn a_stale_edit_is_told_what_changed_and_overwrites_nothing() {
    let server = TestServer::start();
    let admin = server.admin();
    admin.post(ENTRIES, json!({"definition": {"key": "a"}})).expect(201);
    let path = format!("{IN_PRODUCTION}/a");
    let edit = |seen: &str, body: serde_json::Value| {
        admin.send("PATCH", &path, &[("if-match", seen)], Some(body.to_string().as_bytes()))
    };
    edit("\"1\"", json!({"patch": {"enabled": false}})).expect(200);
    let refusal = edit("\"1\"", json!({"patch": {"tags": ["x"]}})).refused(412, "STALE");
    assert_eq!(refusal["current"], json!(2));
    assert_eq!(refusal["changed"][0]["fields"], json!([{"path": "/enabled", "old": true, "new": false}]));
    assert_eq!(admin.get(&path).expect(200)["revision"], json!(2));
}
