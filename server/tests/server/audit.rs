//! The audit log over HTTP: who finds what in it, and that an export shows whether anything was changed.

use serde_json::{Value, json};
use vexil_server::audit::Digest;
use vexil_server::audit::verify::{VerifyError, Why, verify};

use crate::support::TestServer;

const AUDIT: &str = "/api/v1/audit";
const ENTRIES: &str = "/api/v1/projects/default/entries";

/// A server with some acts to tell of.
fn with_acts(server: &TestServer) {
    let admin = server.admin();
    for key in ["a", "b", "c"] {
        let body =
            json!({"definition": {"key": key}, "reason": format!("because of {key}"), "ticket": "T-1"});
        admin.post(ENTRIES, body).expect(201);
    }
    let path = "/api/v1/projects/default/environments/staging/entries/a";
    admin.patch(path, json!({"patch": {"enabled": false}})).expect(200);
    server.sdk("staging", "server");
}

fn broken(text: &str, head: Option<Digest>) -> (u64, Why) {
    match verify(text.as_bytes(), head) {
        Err(VerifyError::Broken(broken)) => (broken.sequence, broken.why),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_export_verifies_and_shows_what_was_tampered_with() {
    TestServer::on_each(|server| {
        with_acts(server);
        let admin = server.admin();
        let export = admin.get("/api/v1/audit/export");
        assert_eq!(export.header("content-type"), Some("application/x-ndjson"));
        let head: Digest = export.header("x-audit-head").unwrap().parse().unwrap();
        let text = export.text;
        let verified = verify(text.as_bytes(), Some(head)).unwrap();
        assert_eq!((verified.after.sequence, verified.count), (0, text.lines().count() as u64 - 1));
        let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!(last["record"]["action"], json!("audit.export"));

        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| line.contains("because of b")).unwrap();
        let sequence = at as u64;
        let tampered = text.replacen("because of b", "because of x", 1);
        assert_eq!(broken(&tampered, Some(head)), (sequence, Why::HashMismatch));
        let without = text.replacen(&format!("{}\n", lines[at]), "", 1);
        assert_eq!(broken(&without, Some(head)), (sequence, Why::Gap { found: sequence + 1 }));
        let shorter = text.strip_suffix(&format!("{}\n", lines[lines.len() - 1])).unwrap();
        assert!(verify(shorter.as_bytes(), None).is_ok());
        assert!(matches!(broken(shorter, Some(head)).1, Why::Truncated { .. }));

        // What is taken along later goes on where the first ended.
        let next = verified.head.sequence + 1;
        let rest = admin.get(&format!("/api/v1/audit/export?from={next}")).text;
        let more = verify(rest.as_bytes(), None).unwrap();
        assert_eq!((more.after, more.count), (verified.head, 1));
        admin.get(&format!("/api/v1/audit/export?from={}", next + 9)).refused(404, "NOT_FOUND");
        admin.get("/api/v1/audit/export?from=0").refused(400, "INVALID_QUERY");
    });
}

#[test]
fn a_long_log_is_exported_whole() {
    let server = TestServer::start();
    let admin = server.admin();
    let entries: Vec<Value> = (0..250).map(|number| json!({"key": format!("flag-{number}")})).collect();
    admin.post("/api/v1/projects/default/import", json!({"environments": {"staging": entries}})).expect(200);
    let export = admin.get("/api/v1/audit/export");
    let head = export.header("x-audit-head").unwrap().parse().unwrap();
    assert!(verify(export.text.as_bytes(), Some(head)).unwrap().count > 250);
}

#[test]
fn acts_are_found_by_what_they_were_page_by_page() {
    TestServer::on_each(|server| {
        with_acts(server);
        let admin = server.admin();
        let find = |query: &str| -> Vec<Value> {
            let page = admin.get(&format!("{AUDIT}?{query}")).expect(200);
            page["items"].as_array().unwrap().clone()
        };
        let updates = find("action=entry.update");
        assert_eq!(updates.len(), 1);
        let record = &updates[0]["record"];
        assert_eq!((&record["target"], &record["environment"]), (&json!("a"), &json!("staging")));
        assert_eq!(find("target=a&project=default").len(), 4);
        assert_eq!(find("target=a&environment=staging&project=default").len(), 2);
        assert_eq!(find("target=a&project=other").len(), 0);
        let actor = record["actor"].as_str().unwrap();
        assert!(actor.starts_with("token:"));
        assert!(find(&format!("actor={actor}")).iter().all(|item| item["record"]["actor"] == actor));
        let created = find("action=entry.create");
        assert!(created.iter().all(|item| item["record"]["ticket"] == "T-1"));

        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let from = after.map(|after: String| format!("&after={after}")).unwrap_or_default();
            let page = admin.get(&format!("{AUDIT}?limit=3{from}")).expect(200);
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= 3);
            all.extend(items.iter().map(|item| item["sequence"].as_u64().unwrap()));
            match page["next"].as_str() {
                Some(next) => after = Some(next.to_owned()),
                None => break,
            }
        }
        let expected: Vec<u64> = (1..=all[0]).rev().collect();
        assert_eq!(all, expected, "descending, each once");
        admin.get("/api/v1/audit?action=entry.delete").refused(400, "INVALID_QUERY");
        admin.get("/api/v1/audit?limit=0").refused(400, "INVALID_QUERY");
    });
}

#[test]
fn whoever_operates_one_environment_reads_of_that_one() {
    let server = TestServer::start();
    with_acts(&server);
    let with = |grants: Value| {
        let made = server.admin().post("/api/v1/tokens", json!({"name": "x", "grants": grants})).expect(201);
        server.client(made["token"].as_str().unwrap())
    };
    let staging = with(json!([{"role": "operator", "environment": "staging"}]));
    let page = staging.get("/api/v1/audit?project=default&environment=staging").expect(200);
    let items = page["items"].as_array().unwrap();
    assert!(items.len() >= 4 && items.iter().all(|item| item["record"]["environment"] == "staging"));
    for refused in ["?project=default&environment=production", "?environment=staging", "?project=default", ""]
    {
        staging.get(&format!("{AUDIT}{refused}")).refused(403, "FORBIDDEN");
    }
    staging.get("/api/v1/audit/export").refused(403, "FORBIDDEN");
    staging.get("/api/v1/audit?project=default&environment=none").refused(404, "NOT_FOUND");
    with(json!([{"role": "developer"}])).get(AUDIT).refused(403, "FORBIDDEN");
    with(json!([{"role": "operator"}])).get("/api/v1/audit/export").expect(200);
}

#[test]
fn a_request_tells_of_the_secrets_that_it_shows_and_of_no_others() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        let definition = json!({"key": "password", "type": "config", "default": "s0", "sensitive": true});
        admin.post("/api/v1/projects/default/entries", json!({ "definition": definition })).expect(201);
        let path = "/api/v1/projects/default/environments/staging/entries/password";
        for round in 1..4 {
            admin.patch(path, json!({"patch": {"default": format!("s{round}")}})).expect(200);
        }
        let told = || {
            let told = admin.get("/api/v1/audit?action=secret.read").expect(200);
            told["items"].as_array().unwrap().len()
        };
        let page = admin.get(&format!("{path}/revisions?limit=2")).expect(200);
        assert_eq!((page["items"].as_array().unwrap().len(), &page["next"]), (2, &json!("3")));
        // The revisions of an entry are one record.
        assert_eq!(told(), 1);
        admin.get("/api/v1/projects/default/export?secrets=true").expect(200);
        assert_eq!(told(), 4);
    });
}
