//! Evaluated slices: signed, for one tenant, for a while.

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use serde_json::{Value, json};

use crate::support::{Client, TestServer, audit_log, settings};

const SLICES: &str = "/sdk/v1/slices";

fn create(server: &TestServer) {
    for definition in [
        json!({"key": "slack", "tags": ["system"], "default": true}),
        json!({"key": "rate", "type": "config", "tags": ["customer"], "default": 10,
            "scopes": {"tenant": {"acme": {"value": 99}}}}),
        json!({"key": "beta", "rules": [{"condition": {"tenant.tier": {"eq": "pro"}}, "action": {"serve": "on"}}]}),
        json!({"key": "draft", "type": "experiment", "variants": [{"id": "a"}], "allocation": {"a": 100}}),
        json!({"key": "password", "type": "config", "default": "hunter2", "sensitive": true, "tags": ["system"]}),
    ] {
        server.admin().post("/api/v1/admin/featureflags/create", definition).expect(201);
    }
}

/// The protected header of a slice, if its signature is that of a key which the server publishes.
fn verified(sdk: &Client, text: &str) -> Option<Value> {
    let message: Value = serde_json::from_str(text).unwrap();
    let (protected, signature) = message["signature"].as_str().unwrap().split_once("..").unwrap();
    // As it stands there, byte by byte.
    let payload = text.split_once(",\"payload\":").unwrap().1.strip_suffix('}').unwrap();
    let header = Base64UrlUnpadded::decode_vec(protected).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    let keys = sdk.get("/sdk/v1/keys").expect(200);
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let public = Base64UrlUnpadded::decode_vec(key["x"].as_str().unwrap()).unwrap();
    let public = VerifyingKey::from_bytes(&public.try_into().unwrap()).unwrap();
    let signature = Signature::from_slice(&Base64UrlUnpadded::decode_vec(signature).unwrap()).unwrap();
    public.verify(format!("{protected}.{payload}").as_bytes(), &signature).ok()?;
    Some(header)
}

fn seconds() -> u64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

#[test]
fn a_slice_is_evaluated_signed_and_expires() {
    TestServer::on_each(|server| {
        create(server);
        let sdk = server.sdk("production", "server");
        let before = seconds();
        let asked = json!({"tenant": "acme", "context": {"tenant": {"id": "other", "tier": "pro"}}, "ttl_seconds": 60});
        let answer = sdk.post(SLICES, asked);
        assert!(!answer.text.contains("hunter2"));
        let header = verified(&sdk, &answer.text).expect("the signature holds");
        assert!(verified(&sdk, &answer.text.replace("\"rate\":99", "\"rate\":98")).is_none());
        assert!(verified(&sdk, &answer.text.replace("\"tenant\":\"acme\"", "\"tenant\":\"acmf\"")).is_none());
        assert_eq!((&header["typ"], &header["audience"]), (&json!("slice"), &json!("tenant:acme")));
        assert_eq!((&header["environment"], &header["version"]), (&json!("production"), &json!(5)));
        let (issued, expires) = (header["iat"].as_u64().unwrap(), header["exp"].as_u64().unwrap());
        assert!(issued >= before && issued <= seconds() && expires == issued + 60);

        let message = answer.expect(200);
        assert_eq!(message["type"], json!("slice"));
        let payload = &message["payload"];
        let ends = vexil_core::Timestamp::parse(payload["expires_at"].as_str().unwrap()).unwrap();
        assert_eq!(ends.as_nanos(), i128::from(expires) * 1_000_000_000);
        assert_eq!(
            *payload,
            json!({
                "tenant": "acme", "environment": "production", "version": 5, "expires_at": payload["expires_at"],
                "system": {"slack": true}, "customer": {"rate": 99},
                "flags": {
                    "beta": {"value": true, "variant": "on", "reason": "TARGETING"},
                    "draft": {"value": null, "variant": null, "reason": "NOT_RUNNING"},
                    "rate": {"value": 99, "variant": null, "reason": "TARGETING"},
                    "slack": {"value": true, "variant": "on", "reason": "DEFAULT"},
                },
            })
        );
        let header = verified(&sdk, &sdk.post(SLICES, json!({"tenant": "acme"})).text).unwrap();
        assert_eq!(header["exp"].as_u64().unwrap() - header["iat"].as_u64().unwrap(), 900);
    });
}

#[test]
fn whoever_got_one_is_in_the_audit_log() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let data = settings.data.clone();
    let server = TestServer::with(settings);
    create(&server);
    let sdk = server.sdk("staging", "server");
    let request = [("x-request-id", "r-1")];
    let asked = json!({"tenant": "acme", "ttl_seconds": 60}).to_string();
    sdk.send("POST", SLICES, &request, Some(asked.as_bytes())).expect(200);
    // What is refused is not told of.
    sdk.post(SLICES, json!({"tenant": "acme", "ttl_seconds": 0})).expect(400);

    let lines = audit_log(&data, "slice.vend");
    assert_eq!(lines.len(), 1);
    let mut line = lines[0].clone();
    line.as_object_mut().unwrap().retain(|name, _| name != "at" && name != "sequence");
    let id = sdk.token.split('_').nth(2).unwrap();
    assert_eq!(
        line,
        json!({"actor": format!("key:{id}"), "action": "slice.vend", "project": "default", "environment": "staging",
            "tenant": "acme", "target": "acme", "summary": "version 5 for 60 s", "request_id": "r-1",
            "address": "127.0.0.1"})
    );
}

#[test]
fn only_servers_vend_and_those_of_a_tenant_for_it_alone() {
    let server = TestServer::start();
    create(&server);
    let asked = || json!({"tenant": "acme"});
    server.sdk("production", "client").post(SLICES, asked()).refused(403, "FORBIDDEN");
    server.sdk_of("production", "client", "acme").post(SLICES, asked()).refused(403, "FORBIDDEN");
    server.sdk_of("production", "server", "other").post(SLICES, asked()).refused(403, "FORBIDDEN");
    server.sdk_of("production", "server", "acme").post(SLICES, asked()).expect(200);
    server.admin().post(SLICES, asked()).refused(403, "NOT_AN_SDK_KEY");
    server.client("").post(SLICES, asked()).refused(401, "UNAUTHENTICATED");
}

#[test]
fn whoever_has_the_permission_vends_as_far_as_it_goes() {
    let server = TestServer::start();
    create(&server);
    let path = "/api/v1/projects/default/environments/production/slices";
    let token = |grants: Value| {
        let made =
            server.admin().post("/api/v1/tokens", json!({"name": "test", "grants": grants})).expect(201);
        server.client(made["token"].as_str().unwrap())
    };
    let ask = |client: &Client, tenant: &str| client.post(path, json!({"tenant": tenant}));
    let slice = ask(&server.admin(), "acme").expect(200);
    assert_eq!(slice["payload"]["customer"], json!({"rate": 99}));
    let of_acme = token(json!([{"role": "tenant_admin", "tenant": "acme"}]));
    ask(&of_acme, "acme").expect(200);
    ask(&of_acme, "other").refused(403, "FORBIDDEN");
    ask(&token(json!([{"role": "viewer"}])), "acme").refused(403, "FORBIDDEN");
    ask(&token(json!([{"role": "developer"}])), "acme").refused(403, "FORBIDDEN");
    ask(&server.sdk("production", "server"), "acme").expect(401);
}

#[test]
fn what_is_asked_for_is_bounded() {
    let server = TestServer::start();
    let sdk = server.sdk("production", "server");
    for (body, code) in [
        (json!({"tenant": "acme", "ttl_seconds": 0}), "INVALID_BODY"),
        (json!({"tenant": "acme", "ttl_seconds": 86_401}), "INVALID_BODY"),
        (json!({"tenant": ""}), "INVALID_BODY"),
        (json!({"tenant": "x".repeat(201)}), "INVALID_BODY"),
        (json!({}), "INVALID_BODY"),
        (json!({"tenant": "acme", "context": []}), "INVALID_CONTEXT"),
        (json!({"tenant": "acme", "other": 1}), "INVALID_BODY"),
    ] {
        sdk.post(SLICES, body).refused(400, code);
    }
    sdk.post(SLICES, json!({"tenant": "acme", "ttl_seconds": 86_400})).expect(200);
}
