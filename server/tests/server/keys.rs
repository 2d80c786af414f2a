//! Keys, tokens, and the keys that sign: who saw what, why, and who is left.

use serde_json::{Value, json};
use vexil_server::Settings;

use crate::support::{Answer, Client, TestServer, settings};

const TOKENS: &str = "/api/v1/tokens";
const SIGNING_KEYS: &str = "/api/v1/signing-keys";

fn id_of(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

fn send(client: &Client, method: &str, path: &str, seen: &str, body: &Value) -> Answer {
    let body = body.to_string();
    client.send(method, path, &[("if-match", seen)], (method != "DELETE").then_some(body.as_bytes()))
}

#[test]
fn somebody_is_left_who_may_do_everything() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        let first = id_of(&admin.get(TOKENS).expect(200)["items"][0]).to_owned();
        let revoke = |id: &str| admin.delete(&format!("{TOKENS}/{id}"));
        revoke(&first).refused(409, "LAST_ADMINISTRATOR");
        // Who may everything somewhere only, or for one tenant, or for a while after a rotation, is not left.
        for (field, value) in [("environment", "staging"), ("tenant", "acme")] {
            let grants = json!([{"role": "super_admin", field: value}]);
            admin.post(TOKENS, json!({"name": field, "grants": grants})).expect(201);
        }
        let everything = json!([{"role": "super_admin"}]);
        let other = admin.post(TOKENS, json!({"name": "other", "grants": everything})).expect(201);
        let next = admin.post(&format!("/api/v1/keys/{}/rotate", id_of(&other)), json!({})).expect(201);
        revoke(id_of(&next)).expect(200);
        revoke(id_of(&other)).expect(200);
        revoke(&first).refused(409, "LAST_ADMINISTRATOR");

        let asked = json!({"email": "ada@example.com", "name": "Ada", "password": "a long and winding road",
            "grants": everything});
        let ada = admin.post("/api/v1/people", asked).expect(201);
        let third = admin.post(TOKENS, json!({"name": "third", "grants": everything})).expect(201);
        revoke(id_of(&third)).expect(200);
        let ada = format!("/api/v1/people/{}", id_of(&ada));
        let next = admin.post(&format!("/api/v1/keys/{first}/rotate"), json!({})).expect(201);
        // Now it is Ada and the successor; without it, Ada alone.
        let successor = server.client(next["token"].as_str().or(next["key"].as_str()).unwrap());
        successor.delete(&format!("{TOKENS}/{}", id_of(&next))).expect(200);
        for patch in [json!({"enabled": false}), json!({"grants": [{"role": "operator"}]})] {
            admin.patch(&ada, patch).refused(409, "LAST_ADMINISTRATOR");
        }
        admin.patch(&ada, json!({"name": "Ada L."})).expect(200);
        let shown = admin.get(&ada).expect(200);
        assert_eq!((&shown["grants"], &shown["enabled"]), (&everything, &json!(true)));
    });
}

#[test]
fn a_server_without_anybody_who_may_do_everything_makes_somebody() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = TestServer::with(settings(folder.path()));
    let admin = server.admin();
    let first = id_of(&admin.get(TOKENS).expect(200)["items"][0]).to_owned();
    let soon = vexil_server::store::now() + 1_500;
    let end = vexil_core::Timestamp::from_millis(soon).to_string();
    let asked = json!({"name": "for a while", "grants": [{"role": "super_admin"}], "expires_at": end});
    admin.post(TOKENS, asked).expect(201);
    admin.delete(&format!("{TOKENS}/{first}")).expect(200);
    server.stop();
    while vexil_server::store::now() <= soon {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let other = "another-administrator-0123456789abcdef";
    let again = |token: &str| Settings { admin_token: Some(token.to_owned()), ..settings(folder.path()) };
    let server = TestServer::with(again(other));
    server.client(other).get(TOKENS).expect(200);
    server.admin().get(TOKENS).refused(401, "UNAUTHENTICATED");
}

#[test]
fn what_ends_says_why_and_what_was_seen() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        let asked = json!({"environment": "staging", "kind": "server", "name": "x"});
        let key = admin.post("/api/v1/keys", asked).expect(201);
        let path = format!("/api/v1/keys/{}", id_of(&key));
        assert_eq!(admin.get("/api/v1/keys").expect(200)["items"][0]["revision"], json!(1));
        let rotate = format!("{path}/rotate");
        send(&admin, "POST", &rotate, "\"2\"", &json!({})).refused(412, "STALE");
        let next = send(&admin, "POST", &rotate, "\"1\"", &json!({"reason": "yearly"})).expect(201);
        send(&admin, "DELETE", &path, "\"1\"", &json!({})).refused(412, "STALE");
        let why = format!("{path}?reason=it%20leaked&ticket=SEC-1");
        send(&admin, "DELETE", &why, "\"2\"", &json!({})).expect(200);
        admin.delete(&path).refused(409, "KEY_ENDED");
        admin.post(&rotate, json!({})).refused(409, "KEY_ENDED");
        let token = json!({"name": "t", "grants": [{"role": "viewer"}]});
        let token = admin.post(TOKENS, token).expect(201);
        admin.delete(&format!("{TOKENS}/{}?reason=over", id_of(&token))).expect(200);
        let told = |action: &str| {
            let told = admin.get(&format!("/api/v1/audit?action={action}")).expect(200);
            told["items"][0]["record"].clone()
        };
        assert_eq!(told("key.rotate")["reason"], "yearly");
        let revoked = told("key.revoke");
        assert_eq!((&revoked["reason"], &revoked["ticket"]), (&json!("it leaked"), &json!("SEC-1")));
        assert_eq!(told("token.revoke")["reason"], "over");
        server.client(next["key"].as_str().unwrap()).get("/sdk/v1/snapshot").expect(200);
    });
}

#[test]
fn which_key_signs_is_decided_by_who_saw_them_all() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        let ring = || {
            let listed = admin.get(SIGNING_KEYS);
            let tag = listed.header("etag").unwrap().to_owned();
            let states = listed.expect(200)["items"].as_array().unwrap().clone();
            (tag, states.iter().map(|key| key["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>())
        };
        let path = |key: &Value| format!("{SIGNING_KEYS}/{}", id_of(key));
        let first = admin.get(SIGNING_KEYS).expect(200)["items"][0].clone();
        let (seen, _) = ring();
        let one = send(&admin, "POST", SIGNING_KEYS, &seen, &json!({})).expect(201);
        let active = json!({"state": "active", "reason": "yearly"});
        send(&admin, "PATCH", &path(&one), &seen, &active).refused(412, "STALE");
        let (seen, _) = ring();
        send(&admin, "PATCH", &path(&one), &seen, &active).expect(200);
        let told = admin.get("/api/v1/audit?action=signing_key.rotate").expect(200);
        assert_eq!(told["items"][0]["record"]["reason"], "yearly");
        assert_eq!(ring().1, ["retired", "active"]);
        // Once more is no change.
        let again = admin.patch(&path(&one), active.clone()).expect(200);
        assert_eq!(again["change"], Value::Null);
        admin.patch(&path(&first), active.clone()).refused(409, "SIGNING_KEY_RETIRED");
        send(&admin, "POST", SIGNING_KEYS, &seen, &json!({"active": true})).refused(412, "STALE");
        let retired = json!({"state": "retired"});
        admin.patch(&path(&one), retired.clone()).refused(409, "SIGNING_KEY_ACTIVE");
        let unused = admin.post(SIGNING_KEYS, json!({})).expect(201);
        admin.patch(&path(&unused), retired).expect(200);
        admin.patch(&path(&unused), active).refused(409, "SIGNING_KEY_RETIRED");
        assert_eq!(ring().1, ["retired", "active", "retired"]);
    });
}

#[test]
fn lists_come_in_pages() {
    let server = TestServer::start();
    let admin = server.admin();
    for number in 0..5 {
        let name = format!("n{number}");
        server.sdk("staging", "server");
        admin.post(SIGNING_KEYS, json!({})).expect(201);
        admin.post(TOKENS, json!({"name": name, "grants": []})).expect(201);
        let email = format!("{name}@example.com");
        let asked =
            json!({"email": email, "name": name, "password": "a long and winding road", "grants": []});
        admin.post("/api/v1/people", asked).expect(201);
    }
    for (path, count) in [("/api/v1/keys", 5), (SIGNING_KEYS, 6), (TOKENS, 6), ("/api/v1/people", 5)] {
        let whole = admin.get(path).expect(200);
        assert!(whole["next"].is_null());
        let (mut after, mut items) = (String::new(), Vec::new());
        loop {
            let page = admin.get(&format!("{path}?limit=2{after}")).expect(200);
            let some = page["items"].as_array().unwrap();
            assert!((1..=2).contains(&some.len()), "{path}: {page}");
            items.extend(some.clone());
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!((items.len(), &Value::Array(items)), (count, &whole["items"]), "{path}");
        admin.get(&format!("{path}?limit=501")).refused(400, "INVALID_QUERY");
        admin.get(&format!("{path}?after=nobody")).refused(400, "INVALID_QUERY");
    }
}
