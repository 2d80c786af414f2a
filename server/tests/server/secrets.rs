//! What a secret is, wherever it is looked for: its value is often where no mark is.

use serde_json::{Value, json};

use crate::support::{Client, TestServer};

const ENTRIES: &str = "/api/v1/projects/default/entries";
const PRODUCTION: &str = "/api/v1/projects/default/environments/production";
const STAGING: &str = "/api/v1/projects/default/environments/staging";

fn create(admin: &Client, definition: Value) {
    admin.post(ENTRIES, json!({"definition": definition})).expect(201);
}

/// How many reads of secrets the audit log has.
fn reads(admin: &Client) -> usize {
    admin.get("/api/v1/audit?action=secret.read&limit=500").expect(200)["items"].as_array().unwrap().len()
}

#[test]
fn a_mark_closes_what_came_before_it_and_other_environments() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, json!({"key": "db", "type": "config", "default": "hunter1"}));
        let (db, staging) = (format!("{PRODUCTION}/entries/db"), format!("{STAGING}/entries/db"));
        admin.patch(&db, json!({"patch": {"default": "hunter2"}})).expect(200);
        admin.patch(&staging, json!({"patch": {"default": "hunter2"}})).expect(200);
        let viewer = server.token(json!([{"role": "viewer"}]));
        assert!(viewer.get(&format!("{db}/revisions/2")).text.contains("hunter2"), "nothing is secret yet");
        admin.patch(&db, json!({"patch": {"sensitive": true}})).expect(200);
        let paths = [
            db.clone(),
            format!("{db}/revisions"),
            format!("{db}/revisions/1"),
            format!("{db}/revisions/2"),
            format!("{db}/diff?from=1&to=2"),
            format!("{db}/diff?from=1"),
            format!("{PRODUCTION}/diff?from=1&to=2"),
            format!("{STAGING}/diff?from=1"),
            staging.clone(),
            format!("{staging}/revisions"),
            "/api/v1/admin/config/db?environment=staging".to_owned(),
            "/api/v1/projects/default/export?secrets=true".to_owned(),
        ];
        let are_closed = |paths: &[String]| {
            for path in paths {
                let answer = viewer.get(path);
                assert!(!answer.text.contains("hunter"), "{path}: {}", answer.text);
                answer.expect(200);
            }
        };
        are_closed(&paths);
        let shown = viewer.get(&format!("{db}/revisions/1")).expect(200);
        assert!(shown["concealed"] == true && shown["definition"]["default"]["hmac_sha256"].is_string());
        // That something differs is still told.
        let differs = viewer.get(&format!("{db}/diff?from=1&to=2")).expect(200);
        assert_eq!(differs["changes"][0]["fields"][0]["path"], "/default");
        let telemetry = viewer.get(&format!("{staging}/evaluations"));
        telemetry.refused(403, "FORBIDDEN");
        assert_eq!(reads(&admin), 0, "nobody has seen it");
        // What a change would do is no way around.
        let writer = server.token(json!([{"role": "developer", "environment": "staging"}]));
        let back = writer.post(&format!("{staging}/rollback"), json!({"revision": 1, "dry_run": true}));
        assert!(!back.text.contains("hunter"), "{}", back.text);
        assert_eq!(back.status, 200, "{}", back.text);
        // An archived secret is one still.
        admin.delete(&format!("{ENTRIES}/db")).expect(200);
        are_closed(&[format!("{db}/revisions"), format!("{staging}/revisions/2"), paths[4].clone()]);
        viewer.get(&format!("{staging}/evaluations")).refused(403, "FORBIDDEN");
    });
}

#[test]
fn who_sees_secrets_in_a_history_is_noted_once_and_for_what_they_saw() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, json!({"key": "db", "type": "config", "default": "hunter1"}));
        let db = format!("{PRODUCTION}/entries/db");
        for number in 2..=4 {
            admin
                .patch(
                    &db,
                    json!({"patch": {"default": format!("hunter{number}"), "sensitive": number == 4}}),
                )
                .expect(200);
        }
        let page = admin.get(&format!("{db}/revisions?limit=1"));
        assert!(page.text.contains("hunter4") && !page.text.contains("hunter3"), "{}", page.text);
        let told = |number: usize| {
            let log = admin.get("/api/v1/audit?action=secret.read").expect(200);
            let items = log["items"].as_array().unwrap();
            assert_eq!(items.len(), number, "{log}");
            (items[0]["record"]["target"].clone(), items[0]["record"]["summary"].clone())
        };
        assert_eq!(told(1), (json!("db"), json!("revision 4")));
        assert!(admin.get(&format!("{db}/revisions")).text.contains("hunter1"));
        assert_eq!(told(2).1, "4 revisions from 1 to 4");
        admin.get(&format!("{db}/revisions/2")).expect(200);
        assert_eq!(told(3).1, "revision 2");
    });
}

#[test]
fn a_grant_for_one_environment_tells_nothing_of_how_others_stand() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, json!({"key": "a"}));
        let one = server.token(json!([{"role": "operator", "environment": "staging"}]));
        let list = one.get("/api/v1/projects/default/environments").expect(200);
        for environment in list.as_array().unwrap() {
            let is_read = environment["key"] == "staging";
            for field in ["version", "changed_at", "entries"] {
                assert_eq!(environment.get(field).is_some(), is_read, "{environment}");
            }
            assert!(environment["name"].is_string() && environment["production"].is_boolean());
        }
        one.get(PRODUCTION).refused(403, "FORBIDDEN");
        assert_eq!(one.get(STAGING).expect(200)["entries"], 1);
        one.get("/metrics").refused(403, "FORBIDDEN");
        assert_eq!(server.token(json!([{"role": "operator"}])).get("/metrics").status, 200);
    });
}
