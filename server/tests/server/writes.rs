//! The write path at its edges: what a part of a permission reaches, what is stale, what is too large, what no database
//! takes. On both databases where they could differ.

use serde_json::{Value, json};

use crate::support::{Answer, Client, TestServer};

const PROJECT: &str = "/api/v1/projects/default";
const ENTRIES: &str = "/api/v1/projects/default/entries";
const IN_PRODUCTION: &str = "/api/v1/projects/default/environments/production/entries";

fn create(admin: &Client, definition: Value) {
    admin.post(ENTRIES, json!({"definition": definition})).expect(201);
}

/// A request of somebody who has seen a number.
fn seen(client: &Client, method: &str, path: &str, number: u64, body: Option<Value>) -> Answer {
    let tag = format!("\"{number}\"");
    let body = body.map(|body| body.to_string());
    client.send(method, path, &[("if-match", &tag)], body.as_deref().map(str::as_bytes))
}

#[test]
fn whoever_may_change_parts_changes_nothing_that_has_no_difference() {
    let server = TestServer::start();
    let admin = server.admin();
    let breaker = server.token(json!([{"role": "system"}]));
    create(&admin, json!({"key": "a", "kind": "ops"}));
    let path = format!("{IN_PRODUCTION}/a");
    // Defaults that are written out are no difference to evaluation, and not a breaker's to write all the same.
    for patch in [json!({"rules": []}), json!({"enabled": true, "rules": []}), json!({"salt": "a"})] {
        breaker.patch(&path, json!({"patch": patch})).refused(403, "FORBIDDEN");
    }
    breaker.patch(&path, json!({"patch": {"enabled": true}})).expect(200);
    breaker.patch(&path, json!({"patch": {"enabled": false}})).expect(200);

    // What is in force nowhere has no difference at all.
    let nowhere = |key: &str| json!({"definition": {"key": key, "kind": "ops"}, "environments": []});
    breaker.post(ENTRIES, nowhere("made")).refused(403, "FORBIDDEN");
    admin.post(ENTRIES, nowhere("b")).expect(201);
    let edit = json!({"identity": {"owner": "nobody"}});
    breaker.patch(&format!("{ENTRIES}/b"), edit.clone()).refused(403, "FORBIDDEN");
    breaker
        .patch(&format!("{ENTRIES}/b"), json!({"identity": {"kind": "release"}}))
        .refused(403, "FORBIDDEN");
    breaker.delete(&format!("{ENTRIES}/b")).refused(403, "FORBIDDEN");
    admin.patch(&format!("{ENTRIES}/b"), edit).expect(200);
}

#[test]
fn whatever_has_a_number_is_not_written_over() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, json!({"key": "a", "owner": "me"}));
        let entry = format!("{ENTRIES}/a");
        admin.patch(&entry, json!({"identity": {"owner": "you"}})).expect(200);
        let stale = seen(&admin, "DELETE", &entry, 1, None);
        assert_eq!(stale.header("etag"), Some("\"2\""));
        let stale = stale.refused(412, "STALE");
        assert_eq!((&stale["current"], &stale["changed"]["owner"]), (&json!(2), &json!("you")));
        seen(&admin, "PATCH", &entry, 1, Some(json!({"identity": {"owner": "us"}}))).refused(412, "STALE");
        seen(&admin, "DELETE", &entry, 2, None).expect(200);
        let restore = format!("{entry}/restore");
        seen(&admin, "POST", &restore, 2, Some(json!({}))).refused(412, "STALE");
        seen(&admin, "POST", &restore, 3, Some(json!({}))).expect(200);

        admin.patch(&format!("{IN_PRODUCTION}/a"), json!({"patch": {"enabled": false}})).expect(200);
        let production = format!("{PROJECT}/environments/production");
        for (path, body) in [("rollback", json!({"version": 1})), ("promote", json!({"from": "staging"}))] {
            let stale = seen(&admin, "POST", &format!("{production}/{path}"), 4, Some(body));
            let changed = stale.refused(412, "STALE")["changed"].clone();
            let field = json!({"path": "/enabled", "old": true, "new": false});
            assert_eq!(changed.as_array().map(Vec::len), Some(1), "{path}: {changed}");
            assert!(changed[0]["fields"].as_array().unwrap().contains(&field), "{path}: {changed}");
        }
        seen(&admin, "PATCH", &production, 1, Some(json!({"name": "x"}))).refused(412, "STALE");

        let revision = admin.get(PROJECT).expect(200)["revision"].as_u64().unwrap();
        let import = json!({"environments": {"staging": [{"key": "b"}]}});
        for (method, path, body) in [
            ("PATCH", PROJECT.to_owned(), json!({"name": "x"})),
            ("POST", format!("{PROJECT}/import"), import),
        ] {
            let stale = seen(&admin, method, &path, revision - 1, Some(body.clone()));
            assert_eq!(stale.refused(412, "STALE")["changed"]["name"], json!("Default"), "{path}");
            if method == "POST" {
                let now = admin.get(PROJECT).expect(200)["revision"].as_u64().unwrap();
                seen(&admin, method, &path, now, Some(body)).expect(200);
            }
        }
    });
}

#[test]
fn an_identity_can_be_tried_and_is_read_where_no_definition_is() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, json!({"key": "a", "type": "config", "default": 1}));
        let edit = json!({"identity": {"owner": "me"}, "dry_run": true});
        let planned = admin.patch(&format!("{ENTRIES}/a"), edit).expect(200);
        assert_eq!(planned["environments"].as_array().map(Vec::len), Some(3), "{planned}");
        assert_eq!(planned["environments"][0]["changes"][0]["fields"][0]["path"], json!("/owner"));
        let entry = admin.get(&format!("{ENTRIES}/a")).expect(200);
        assert_eq!((&entry["revision"], entry["identity"].get("owner")), (&json!(1), None));

        let nowhere = |definition: Value| json!({"definition": definition, "environments": []});
        let refused = admin.post(ENTRIES, nowhere(json!({"key": "b", "tags": "not a list"})));
        assert_eq!(refused.refused(422, "INVALID_DEFINITIONS")["problems"][0]["path"], json!("/tags"));
        admin.post(ENTRIES, nowhere(json!({"key": "b", "type": "config"}))).expect(201);
        for identity in
            [json!({"owner": 1}), json!({"tags": [1]}), json!({"kind": "none"}), json!({"name": {}})]
        {
            let refused = admin.patch(&format!("{ENTRIES}/b"), json!({"identity": identity}));
            let refusal = refused.refused(422, "INVALID_DEFINITIONS");
            assert_eq!(
                (&refusal["problems"][0]["key"], &refusal["environment"]),
                (&json!("b"), &Value::Null)
            );
        }
        admin.patch(&format!("{ENTRIES}/b"), json!({"identity": {"owner": "me", "tags": ["t"]}})).expect(200);
    });
}

#[test]
fn what_is_large_is_written_and_told_as_a_digest() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        let text = |letter: &str| letter.repeat(9 << 20);
        create(&admin, json!({"key": "a", "type": "config", "default": text("x")}));
        let path = format!("{IN_PRODUCTION}/a");
        admin.patch(&path, json!({"patch": {"default": text("y")}})).expect(200);
        let log = admin.get("/api/v1/audit?target=a&environment=production&project=default").expect(200);
        let record = &log["items"][0]["record"];
        assert_eq!(record["action"], json!("entry.update"));
        assert_eq!(record["old"]["sha256"].as_str().map(str::len), Some(64), "{record}");
        assert_ne!(record["old"]["sha256"], record["new"]["sha256"]);
        assert!(record["new"]["bytes"].as_u64().unwrap() > 9 << 20);

        let long = "x".repeat(11 << 10);
        for body in [json!({"patch": {}, "reason": long}), json!({"patch": {}, "ticket": long})] {
            admin.patch(&path, body).refused(422, "TOO_LONG");
        }
        admin.patch(PROJECT, json!({"name": long})).refused(422, "TOO_LONG");
        let many: Vec<Value> = (0..101).map(|number| json!({"key": format!("e{number}")})).collect();
        let project = json!({"key": "many", "environments": many});
        admin.post("/api/v1/projects", project).refused(422, "LIMIT_EXCEEDED");
    });
}

#[test]
fn no_text_has_a_character_that_a_database_cannot_hold() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, json!({"key": "a"}));
        let nul = "a\u{0}b";
        for (method, path, body) in [
            ("POST", ENTRIES.to_owned(), json!({"definition": {"key": "b", "owner": nul}})),
            ("POST", ENTRIES.to_owned(), json!({"definition": {"key": "b", "tags": [nul]}})),
            ("PATCH", format!("{ENTRIES}/a"), json!({"identity": {"description": nul}})),
            ("PATCH", format!("{IN_PRODUCTION}/a"), json!({"patch": {"enabled": false}, "reason": nul})),
            ("PATCH", PROJECT.to_owned(), json!({"name": nul})),
            ("POST", format!("{PROJECT}/environments"), json!({"key": "x", "name": nul})),
            (
                "POST",
                "/api/v1/keys".to_owned(),
                json!({"environment": "staging", "kind": "server", "name": nul}),
            ),
            ("POST", "/api/v1/session".to_owned(), json!({"email": nul, "password": "x"})),
        ] {
            let sent = admin.send(method, &path, &[], Some(body.to_string().as_bytes()));
            sent.refused(400, "NUL_CHARACTER");
        }
        for path in [
            format!("{ENTRIES}?text=%00"),
            format!("{ENTRIES}/%00"),
            format!("{IN_PRODUCTION}/a%00/revisions"),
            "/api/v1/audit?target=a%00".to_owned(),
        ] {
            admin.get(&path).refused(400, "NUL_CHARACTER");
        }
        admin.delete(&format!("{ENTRIES}/a?reason=%00")).refused(400, "NUL_CHARACTER");
        // A percent sign before two zeros is none.
        admin.delete(&format!("{ENTRIES}/a?reason=%2500")).expect(200);
    });
}

#[test]
fn environments_are_renamed_and_put_in_order() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, json!({"key": "a"}));
        let mut stream = server.sdk("production", "server").stream(None);
        assert_eq!(stream.next().unwrap().id, Some(1));
        let production = format!("{PROJECT}/environments/production");
        let order = || -> Vec<(String, String, u64)> {
            let listed = admin.get(&format!("{PROJECT}/environments")).expect(200);
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let of = |one: &Value| (text(&one["key"]), text(&one["name"]), one["position"].as_u64().unwrap());
            listed.as_array().unwrap().iter().map(of).collect()
        };
        assert_eq!(order()[0].0, "development");
        let done = admin.patch(&production, json!({"name": "Live", "position": 0, "reason": "first"}));
        assert_eq!(done.expect(200)["versions"], json!({}));
        let expected =
            [("production", "Live", 0), ("development", "development", 1), ("staging", "staging", 2)]
                .map(|(key, name, position)| (key.to_owned(), name.to_owned(), position));
        assert_eq!(order(), expected);
        let log = admin.get("/api/v1/audit?action=environment.update&target=production").expect(200);
        let record = &log["items"][0]["record"];
        assert_eq!((&record["old"]["position"], &record["new"]["position"]), (&json!(2), &json!(0)));
        assert_eq!((&record["new"]["name"], &record["reason"]), (&json!("Live"), &json!("first")));

        // It stays where it is until it is told otherwise, and versions go on.
        admin.patch(&production, json!({"name": "Production"})).expect(200);
        assert_eq!(order()[0], ("production".to_owned(), "Production".to_owned(), 0));
        admin.patch(&production, json!({"position": 99})).expect(200);
        assert_eq!(order()[2].0, "production");
        assert_eq!(admin.patch(&production, json!({})).expect(200)["change"], Value::Null);
        admin.post(&format!("{PROJECT}/environments"), json!({"key": "last"})).expect(201);
        assert_eq!(order()[3].0, "last");
        admin.patch(&format!("{IN_PRODUCTION}/a"), json!({"patch": {"enabled": false}})).expect(200);
        assert_eq!(stream.next().unwrap().id, Some(2));
        server
            .token(json!([{"role": "developer"}]))
            .patch(&production, json!({"name": "x"}))
            .refused(403, "FORBIDDEN");
        admin.patch(&format!("{PROJECT}/environments/moon"), json!({})).refused(404, "NOT_FOUND");
    });
}
