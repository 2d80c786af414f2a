//! Changes: what they do, what they refuse, and that they can be taken back. On both databases.

use serde_json::{Value, json};
use vexil_server::Settings;

use crate::support::{Client, TestServer, settings};

const PROJECT: &str = "/api/v1/projects/default";
const ENTRIES: &str = "/api/v1/projects/default/entries";
const IN_PRODUCTION: &str = "/api/v1/projects/default/environments/production/entries";

fn create(admin: &Client, definition: Value) -> Value {
    admin.post(ENTRIES, json!({"definition": definition})).expect(201)
}

fn patch(admin: &Client, key: &str, patch: Value) -> Value {
    admin.patch(&format!("{IN_PRODUCTION}/{key}"), json!({"patch": patch})).expect(200)
}

fn definition(admin: &Client, key: &str) -> Value {
    admin.get(&format!("{IN_PRODUCTION}/{key}")).expect(200)["definition"].clone()
}

#[test]
fn an_entry_is_made_everywhere_changed_somewhere_and_taken_back() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        let made = create(&admin, json!({"key": "a", "rollout": {"on": 25, "off": 75}}));
        assert_eq!(made["versions"], json!({"development": 1, "staging": 1, "production": 1}));

        let mut stream = server.sdk("production", "server").stream(None);
        assert_eq!(stream.next().unwrap().id, Some(1));
        patch(&admin, "a", json!({"enabled": false}));
        let delta = stream.next().unwrap();
        assert_eq!((delta.name.as_str(), delta.id), ("delta", Some(2)));
        assert_eq!(delta.data["payload"]["entries"][0]["enabled"], json!(false));

        admin.post(&format!("{IN_PRODUCTION}/a/rollback"), json!({"revision": 1})).expect(200);
        let now = admin.get(&format!("{IN_PRODUCTION}/a")).expect(200);
        assert_eq!((&now["revision"], &now["version"]), (&json!(3), &json!(3)));
        assert_eq!(now["definition"].get("enabled"), None);
        let history = admin.get(&format!("{IN_PRODUCTION}/a/revisions")).expect(200);
        let revisions: Vec<_> =
            history["items"].as_array().unwrap().iter().map(|item| &item["revision"]).collect();
        assert_eq!(revisions, [3, 2, 1]);
        let development = admin.get("/api/v1/projects/default/environments/development").expect(200);
        assert_eq!(development["version"], json!(1));
    });
}

#[test]
fn a_stale_edit_is_told_what_changed_and_overwrites_nothing() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, json!({"key": "a"}));
        let path = format!("{IN_PRODUCTION}/a");
        let edit = |seen: &str, body: Value| {
            admin.send("PATCH", &path, &[("if-match", seen)], Some(body.to_string().as_bytes()))
        };
        edit("\"1\"", json!({"patch": {"enabled": false}})).expect(200);
        let refused = edit("\"1\"", json!({"patch": {"prerequisites": []}}));
        assert_eq!(refused.header("etag"), Some("\"2\""));
        let refusal = refused.refused(412, "STALE");
        assert_eq!(refusal["current"], json!(2));
        assert_eq!(refusal["changed"][0]["fields"], json!([{"path": "/enabled", "old": true, "new": false}]));
        assert_eq!(admin.get(&path).expect(200)["revision"], json!(2));
        edit("2", json!({"patch": {}})).refused(400, "INVALID_HEADER");
    });
}

#[test]
fn what_would_not_be_valid_is_refused_with_every_problem() {
    let server = TestServer::start();
    let admin = server.admin();
    let refused = admin.post(
        ENTRIES,
        json!({"definition": {"key": "a", "rollout": {"on": 30, "off": 75},
            "rules": [{"condition": {"segment": "none"}, "action": {"serve": "on"}}]}}),
    );
    let refusal = refused.refused(422, "INVALID_DEFINITIONS");
    let found: Vec<_> = refusal["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| (problem["key"].as_str(), problem["code"].as_str(), problem["path"].as_str()))
        .collect();
    assert!(found.contains(&(Some("a"), Some("PERCENTAGE_TOTAL"), Some("/rollout"))), "{found:?}");
    // A segment that somebody uses cannot go: the whole is judged, not the entry.
    create(&admin, json!({"key": "beta", "type": "segment", "condition": {"user.beta": {"eq": true}}}));
    create(
        &admin,
        json!({"key": "a", "rules": [{"condition": {"segment": "beta"}, "action": {"serve": "on"}}]}),
    );
    let refusal = admin.delete(&format!("{ENTRIES}/beta")).refused(422, "INVALID_DEFINITIONS");
    assert_eq!(refusal["problems"][0]["code"], json!("UNKNOWN_SEGMENT"));
    assert_eq!(refusal["problems"][0]["key"], json!("a"));
}

#[test]
fn requests_that_could_mean_two_things_are_refused() {
    let server = TestServer::start();
    let admin = server.admin();
    let send = |body: &str| admin.send("POST", ENTRIES, &[], Some(body.as_bytes()));
    send(r#"{"definition": {"key": "a", "key": "b"}}"#).refused(400, "DUPLICATE_MEMBER");
    send(r#"{"definition": {"key": "a", "default": 99999999999999999999}}"#).refused(400, "NUMBER_RANGE");
    send(r#"{"definition": {"key": "a"}, "enviroments": []}"#).refused(400, "INVALID_BODY");
    send(&"[".repeat(1000)).refused(400, "TOO_DEEP");
    send("{").refused(400, "SYNTAX");
    admin.post(ENTRIES, json!({"definition": {"key": "a b"}})).refused(422, "INVALID_DEFINITIONS");
    admin.post(ENTRIES, json!({"definition": {}})).refused(422, "MISSING_FIELD");
    admin
        .post(ENTRIES, json!({"definition": {"key": "a"}, "environments": ["moon"]}))
        .refused(404, "NOT_FOUND");
}

#[test]
fn a_changed_percentage_moves_only_the_units_that_must_move() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        let variations = json!([{"id": "a", "value": 1}, {"id": "b", "value": 2}, {"id": "c", "value": 3}]);
        create(
            &admin,
            json!({"key": "n", "type": "config", "default": 1, "variations": variations,
                "rollout": {"a": 20, "b": 30, "c": 50}}),
        );
        let body = json!({"patch": {"rollout": {"a": 20, "b": 40, "c": 40}}, "dry_run": true});
        let planned = admin.patch(&format!("{IN_PRODUCTION}/n"), body).expect(200);
        assert_eq!(planned["environments"][0]["changes"][0]["moves"][0]["percent"], json!(10.0));
        // In the middle something must give way: percentages laid anew would move more.
        let planned = admin
            .patch(
                &format!("{IN_PRODUCTION}/n"),
                json!({"patch": {"rollout": {"a": 30, "b": 30, "c": 40}}, "dry_run": true}),
            )
            .expect(200);
        assert_eq!(planned["environments"][0]["changes"][0]["moves"][0]["percent"], json!(10.0));
        patch(&admin, "n", json!({"rollout": {"a": 30, "b": 30, "c": 40}}));
        let stored = definition(&admin, "n");
        assert!(stored["rollout"]["ranges"]["a"].is_array(), "{stored}");
    });
}

#[test]
fn idempotency_keys_make_a_request_happen_once() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, json!({"key": "a"}));
        let path = format!("{IN_PRODUCTION}/a");
        let send = |enabled: bool| {
            let body = json!({"patch": {"enabled": enabled}}).to_string();
            admin.send("PATCH", &path, &[("idempotency-key", "k1")], Some(body.as_bytes()))
        };
        let first = send(false).expect(200);
        assert_eq!(send(false).expect(200), first);
        assert_eq!(admin.get(&path).expect(200)["revision"], json!(2));
        send(true).refused(422, "IDEMPOTENCY_MISMATCH");
        // A secret is shown once, whatever is repeated.
        let make = || {
            let body = json!({"environment": "production", "kind": "server", "name": "x"}).to_string();
            admin.send("POST", "/api/v1/keys", &[("idempotency-key", "k2")], Some(body.as_bytes()))
        };
        make().expect(201);
        make().refused(409, "ALREADY_SHOWN");
        assert_eq!(admin.get("/api/v1/keys").expect(200)["items"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn archived_entries_leave_and_come_back_as_they_were() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, json!({"key": "a"}));
        patch(&admin, "a", json!({"enabled": false}));
        let mut stream = server.sdk("production", "server").stream(Some(2));
        admin.delete(&format!("{ENTRIES}/a?reason=done")).expect(200);
        let delta = stream.next().unwrap();
        // Of one entry the whole is as small as a delta, and either says that it is gone.
        assert_eq!((delta.id, delta.data["payload"]["entries"].as_array().unwrap().len()), (Some(3), 0));
        admin.get(&format!("{IN_PRODUCTION}/a")).refused(404, "NOT_FOUND");
        admin.post(ENTRIES, json!({"definition": {"key": "a"}})).refused(409, "ALREADY_EXISTS");
        assert!(admin.get(&format!("{ENTRIES}/a")).expect(200)["archived_at"].is_string());
        assert_eq!(admin.get(ENTRIES).expect(200)["items"], json!([]));
        admin.post(&format!("{ENTRIES}/a/restore"), json!({})).expect(200);
        assert_eq!(definition(&admin, "a")["enabled"], json!(false));
        let in_development = "/api/v1/projects/default/environments/development/entries/a";
        assert_eq!(admin.get(in_development).expect(200)["definition"].get("enabled"), None);
    });
}

#[test]
fn environments_go_back_and_forward_as_a_whole() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, json!({"key": "a"}));
        create(&admin, json!({"key": "b"}));
        patch(&admin, "a", json!({"enabled": false}));
        patch(&admin, "b", json!({"rollout": {"on": 100}}));
        let environment = format!("{PROJECT}/environments/production");
        let between = admin.get(&format!("{environment}/diff?from=2&to=4")).expect(200);
        let keys: Vec<_> =
            between["changes"].as_array().unwrap().iter().map(|change| &change["key"]).collect();
        assert_eq!(keys, ["a", "b"]);
        let body = json!({"version": 3, "reason": "oops"});
        let rolled = admin.post(&format!("{environment}/rollback"), body).expect(200);
        assert_eq!(rolled["versions"], json!({"production": 5}));
        assert_eq!(definition(&admin, "b").get("rollout"), None);
        assert_eq!(definition(&admin, "a")["enabled"], json!(false));
        // Promotion shows its difference before it happens.
        let to_staging = format!("{PROJECT}/environments/staging/promote");
        let plan = admin.post(&to_staging, json!({"from": "production", "dry_run": true})).expect(200);
        assert_eq!(plan["environments"][0]["changes"][0]["key"], json!("a"));
        admin.post(&to_staging, json!({"from": "production"})).expect(200);
        let nothing = admin.post(&to_staging, json!({"from": "production"})).expect(200);
        assert_eq!(nothing["change"], Value::Null);
        let versions = admin.get(&format!("{environment}/versions?limit=2")).expect(200);
        let numbers: Vec<_> =
            versions["items"].as_array().unwrap().iter().map(|item| &item["version"]).collect();
        assert_eq!((numbers, &versions["next"]), (vec![&json!(5), &json!(4)], &json!("4")));
        let rest = admin.get(&format!("{environment}/versions?after=4")).expect(200);
        assert_eq!(rest["items"].as_array().unwrap().len(), 3);
    });
}

#[test]
fn the_identity_is_one_in_all_environments() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, json!({"key": "a", "owner": "me", "tags": ["x"]}));
        let body = json!({"definition": {"owner": "you"}});
        admin.put(&format!("{IN_PRODUCTION}/a"), body).refused(422, "IDENTITY_MISMATCH");
        admin.put(&format!("{IN_PRODUCTION}/a"), json!({"definition": {"rollout": {"on": 100}}})).expect(200);
        let done = admin.patch(&format!("{ENTRIES}/a"), json!({"identity": {"owner": "you"}})).expect(200);
        assert_eq!(done["versions"], json!({"development": 2, "staging": 2, "production": 3}));
        assert_eq!(definition(&admin, "a")["owner"], json!("you"));
        assert_eq!(definition(&admin, "a")["rollout"], json!({"on": 100}));
        let body = json!({"identity": {"type": "config"}});
        admin.patch(&format!("{ENTRIES}/a"), body).refused(422, "IDENTITY_FIXED");
        let found = |query: &str| {
            admin.get(&format!("{ENTRIES}?{query}")).expect(200)["items"].as_array().unwrap().len()
        };
        assert_eq!(
            (found("owner=you"), found("owner=me"), found("tag=x"), found("text=YO"), found("kind=ops")),
            (1, 0, 1, 1, 0)
        );
    });
}

#[test]
fn projects_come_and_go_as_files() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        let a = json!({"key": "a", "type": "feature_flag", "owner": "me"});
        let b = json!({"key": "b", "type": "feature_flag", "enabled": false});
        let body = json!({"environments": {"production": {"schema": 1, "roles": ["user", "admin"], "entries": [a, b]},
            "staging": [a]}});
        let done = admin.post(&format!("{PROJECT}/import"), body.clone()).expect(200);
        assert_eq!(done["versions"]["production"], json!(1));
        let exported = admin.get(&format!("{PROJECT}/export")).expect(200);
        let production = &exported["environments"]["production"];
        assert_eq!(
            (&production["entries"], &production["roles"]),
            (&json!([a, b]), &json!(["user", "admin"]))
        );
        let again = json!({"environments": exported["environments"], "prune": true});
        assert_eq!(admin.post(&format!("{PROJECT}/import"), again).expect(200)["change"], Value::Null);
        // Without `b` in the files it leaves.
        let pruned =
            json!({"environments": {"production": [a], "staging": [a], "development": []}, "prune": true});
        admin.post(&format!("{PROJECT}/import"), pruned).expect(200);
        assert!(admin.get(&format!("{ENTRIES}/b")).expect(200)["archived_at"].is_string());
        assert_eq!(admin.get(&format!("{ENTRIES}/a")).expect(200).get("archived_at"), None);
    });
}

#[test]
fn a_strict_server_wants_entries_complete_and_lets_everything_be_switched_off() {
    let folder = tempfile::tempdir().unwrap();
    let lax = settings(folder.path());
    let mut server = TestServer::with(lax.clone());
    create(&server.admin(), json!({"key": "a"}));
    server.stop();
    let naming = Some("[a-z]+".to_owned());
    let server = TestServer::with(Settings { strict: true, naming, ..lax });
    let admin = server.admin();
    let refuse = |definition: Value| {
        let refusal = admin.post(ENTRIES, json!({"definition": definition})).refused(403, "POLICY_REFUSED");
        refusal["detail"].as_str().unwrap().to_owned()
    };
    assert!(refuse(json!({"key": "b"})).contains("MISSING_OWNER"));
    let complete = json!({"key": "B", "owner": "me", "description": "d", "kind": "ops"});
    assert!(refuse(complete.clone()).contains("NAMING_PATTERN"));
    patch(&admin, "a", json!({"enabled": false}));
    let path = format!("{IN_PRODUCTION}/a");
    admin.patch(&path, json!({"patch": {"rollout": {"on": 100}}})).refused(403, "POLICY_REFUSED");
    create(&admin, json!({"key": "b", "owner": "me", "description": "d", "kind": "ops"}));
}

#[test]
fn a_grant_for_one_environment_opens_no_other() {
    let server = TestServer::start();
    let admin = server.admin();
    create(&admin, json!({"key": "a"}));
    create(
        &admin,
        json!({"key": "s", "type": "config", "default": "secret-of-production", "sensitive": true}),
    );
    let grants = json!([{"role": "operator", "environment": "staging"}]);
    let token = admin.post("/api/v1/tokens", json!({"name": "t", "grants": grants})).expect(201);
    let operator = server.client(token["token"].as_str().unwrap());
    let staging = "/api/v1/projects/default/environments/staging";
    operator.get(&format!("{staging}/entries/a")).expect(200);
    for path in ["entries/a", "entries/a/revisions", "diff?from=1", "versions", ""] {
        let path = format!("{PROJECT}/environments/production/{path}");
        operator.get(path.trim_end_matches('/')).refused(403, "FORBIDDEN");
    }
    operator.get("/api/v1/admin/config/s?environment=production").refused(403, "FORBIDDEN");
    let exported = operator.get(&format!("{PROJECT}/export")).expect(200);
    let environments: Vec<_> = exported["environments"].as_object().unwrap().keys().collect();
    assert_eq!(environments, ["staging"]);
    let stale = json!({"patch": {"default": "x"}}).to_string();
    let answer = operator.send(
        "PATCH",
        &format!("{IN_PRODUCTION}/s"),
        &[("if-match", "\"9\"")],
        Some(stale.as_bytes()),
    );
    answer.refused(403, "FORBIDDEN");
    // What may not be read there is not copied from there.
    admin.patch(&format!("{IN_PRODUCTION}/s"), json!({"patch": {"default": "other"}})).expect(200);
    let promote = json!({"from": "production", "keys": ["s"]});
    operator.post(&format!("{staging}/promote"), promote).refused(403, "FORBIDDEN");
}

#[test]
fn a_patch_does_not_make_another_entry_of_one() {
    let server = TestServer::start();
    let admin = server.admin();
    create(&admin, json!({"key": "a", "kind": "ops", "owner": "me"}));
    for patch in [
        json!({"key": null, "id": "b"}),
        json!({"id": "b"}),
        json!({"kind": null}),
        json!({"type": null}),
        json!({"type": "config"}),
        json!({"owner": null}),
    ] {
        let answer = admin.patch(&format!("{IN_PRODUCTION}/a"), json!({ "patch": patch }));
        answer.refused(422, "IDENTITY_MISMATCH");
    }
    patch(&admin, "a", json!({"kind": "ops", "enabled": false}));
}

#[test]
fn what_files_leave_out_because_it_is_secret_stays() {
    let server = TestServer::start();
    let admin = server.admin();
    create(&admin, json!({"key": "a"}));
    create(&admin, json!({"key": "s", "type": "config", "default": "x", "sensitive": true}));
    let exported = admin.get(&format!("{PROJECT}/export")).expect(200);
    let body = json!({"environments": exported["environments"], "prune": true});
    assert_eq!(admin.post(&format!("{PROJECT}/import"), body).expect(200)["change"], Value::Null);
    assert_eq!(definition(&admin, "s")["default"], json!("x"));
}

#[test]
fn restoring_brings_back_what_archiving_took_and_no_more() {
    let server = TestServer::start();
    let admin = server.admin();
    create(&admin, json!({"key": "before"}));
    create(&admin, json!({"key": "a"}));
    // It leaves production by a rollback, and everything else by being archived.
    admin.post(&format!("{PROJECT}/environments/production/rollback"), json!({"version": 1})).expect(200);
    admin.delete(&format!("{ENTRIES}/a")).expect(200);
    admin.post(&format!("{ENTRIES}/a/restore"), json!({})).expect(200);
    admin.get(&format!("{IN_PRODUCTION}/a")).refused(404, "NOT_FOUND");
    admin.get(&format!("{PROJECT}/environments/staging/entries/a")).expect(200);
}

#[test]
fn authors_are_told_what_does_not_reach_clients_and_why() {
    let server = TestServer::start();
    let admin = server.admin();
    let beta = json!({"key": "beta", "client_visible": true, "scopes": {"user": {"ann": {"serve": "on"}}}});
    let told = |answer: &Value| answer["notes"].as_array().into_iter().flatten().cloned().collect::<Vec<_>>();
    let preview = admin.post(ENTRIES, json!({"definition": beta.clone(), "dry_run": true})).expect(200);
    let note = json!(
        "`beta` is withheld from keys of clients (client, client:*) in development, staging, production: \
         /scopes/user: names people (PERSONAL_SCOPE)"
    );
    assert_eq!(told(&preview), std::slice::from_ref(&note));
    assert_eq!(told(&create(&admin, beta)), [note]);
    let shown = admin.get(&format!("{IN_PRODUCTION}/beta")).expect(200);
    let of = |audience| json!({"audience": audience, "code": "PERSONAL_SCOPE", "detail": "/scopes/user: names people"});
    assert_eq!(shown["withheld"], json!([of("client"), of("client:*")]));
    // An id that is compared as a number, and what needs an entry that is withheld.
    let by_id = json!({"rules": [{"condition": {"user.id": {"gte": 4242, "lte": 4242}}, "action": {"serve": "on"}}],
        "scopes": null});
    let note = told(&patch(&admin, "beta", by_id)).remove(0);
    assert!(note.as_str().unwrap().contains("in production: /rules/0/condition/user.id/gte"), "{note}");
    let snapshot = server.sdk("production", "client").get("/sdk/v1/snapshot");
    assert!(!snapshot.text.contains("4242"), "{}", snapshot.text);
    assert_eq!(told(&patch(&admin, "beta", json!({"rules": null}))), [] as [Value; 0]);
    assert_eq!(admin.get(&format!("{IN_PRODUCTION}/beta")).expect(200).get("withheld"), None);
    // Whoever marks nothing for clients hears nothing of it.
    let ours = json!({"key": "ours", "scopes": {"user": {"ann": {"serve": "on"}}}});
    assert_eq!(told(&create(&admin, ours)), [] as [Value; 0]);
}
