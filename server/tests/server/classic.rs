//! The founding documents' endpoints: simple views of the same model, through the same gate.

use serde_json::{Value, json};

use crate::support::{Client, TestServer, audit_log, settings};

const CONFIG: &str = "/api/v1/admin/config";
const FLAGS: &str = "/api/v1/admin/featureflags";
const ENTRIES: &str = "/api/v1/projects/default/environments/production/entries";

fn create(admin: &Client, definition: Value) -> Value {
    admin.post(&format!("{FLAGS}/create"), definition).expect(201)
}

#[test]
fn a_configuration_is_read_and_set_for_all_and_for_one() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(
            &admin,
            json!({"key": "rate", "type": "config", "default": 10, "description": "Requests per second"}),
        );
        let path = format!("{CONFIG}/rate?environment=production");
        let read = admin.get(&path);
        assert_eq!(read.header("etag"), Some("\"1\""));
        let read = read.expect(200);
        let moment = read["last_modified"].as_str().unwrap();
        assert!(vexil_core::Timestamp::parse(moment).is_some(), "{moment}");
        let by = read["modified_by"].as_str().unwrap();
        assert!(by.starts_with("token:"), "{by}");
        assert_eq!(
            read,
            json!({"key": "rate", "value": 10, "description": "Requests per second", "environment": "production",
                "is_sensitive": false, "is_dynamic": true, "revision": 1, "version": 1, "last_modified": moment,
                "modified_by": by})
        );

        let update = |body: Value| admin.post(&format!("{CONFIG}/rate/update"), body);
        let body = json!({"value": 30, "environment": "production", "reason": "load"});
        let set = update(body).expect(200);
        assert_eq!((&set["key"], &set["revision"], &set["version"]), (&json!("rate"), &json!(2), &json!(2)));
        assert!(set["change"].is_string());
        let scope = json!({"tenant": "acme"});
        update(json!({"value": 50, "environment": "production", "scope": scope, "reason": "contract"}))
            .expect(200);
        let read = admin.get(&path).expect(200);
        assert_eq!((&read["value"], &read["revision"]), (&json!(30), &json!(3)));
        assert_eq!(read["scopes"], json!({"tenant": {"acme": {"value": 50}}}));

        // The same model, and the same history.
        let history = admin.get(&format!("{ENTRIES}/rate/revisions")).expect(200);
        let reasons: Vec<_> =
            history["items"].as_array().unwrap().iter().map(|item| &item["change"]["reason"]).collect();
        assert_eq!(reasons, [&json!("contract"), &json!("load"), &Value::Null]);
        for (sdk, value) in
            [(server.sdk("production", "server"), 30), (server.sdk_of("production", "server", "acme"), 50)]
        {
            let config = sdk.get("/api/v1/app/config").expect(200);
            assert_eq!(config, json!({"environment": "production", "version": 3, "config": {"rate": value}}));
        }
        update(json!({"value": null, "environment": "production", "scope": {"tenant": "acme"}})).expect(200);
        let bound = server.sdk_of("production", "server", "acme").get("/api/v1/app/config").expect(200);
        assert_eq!(bound["config"], json!({"rate": 30}));
        let development = admin.get(&format!("{CONFIG}/rate?environment=development")).expect(200);
        assert_eq!(development["value"], json!(10));
    });
}

#[test]
fn what_is_no_configuration_or_no_value_is_refused() {
    let server = TestServer::start();
    let admin = server.admin();
    create(&admin, json!({"key": "rate", "type": "config", "default": 10}));
    create(&admin, json!({"key": "flag"}));
    let update = |key: &str, body: Value| admin.post(&format!("{CONFIG}/{key}/update"), body);
    admin.get(&format!("{CONFIG}/flag?environment=production")).refused(404, "NOT_FOUND");
    admin.get(&format!("{CONFIG}/rate?environment=nowhere")).refused(404, "NOT_FOUND");
    update("flag", json!({"value": true, "environment": "production"})).refused(404, "NOT_FOUND");
    update("rate", json!({"value": "x", "environment": "production"})).refused(422, "VALUE_TYPE");
    update("rate", json!({"value": "x", "environment": "production", "scope": {"tenant": "acme"}}))
        .refused(422, "INVALID_DEFINITIONS");
    update("rate", json!({"environment": "production"})).refused(400, "INVALID_BODY");
    update("rate", json!({"value": 1, "environment": "production", "scope": {}}))
        .refused(400, "INVALID_BODY");
    admin.get(&format!("{FLAGS}/rate/status")).refused(404, "NOT_FOUND");
    let body = json!({"enabled": false, "environment": "production"});
    admin.post(&format!("{FLAGS}/rate/toggle"), body).refused(404, "NOT_FOUND");
    assert_eq!(admin.get(&format!("{CONFIG}/rate?environment=production")).expect(200)["revision"], json!(1));
}

#[test]
fn a_flag_is_made_toggled_and_its_status_told() {
    let server = TestServer::start();
    let admin = server.admin();
    let path = format!("{FLAGS}/create?environments=production,%20staging&reason=launch");
    let definition = json!({"key": "checkout", "description": "The new one", "owner": "web",
        "rollout": {"on": 12.5, "off": 87.5},
        "rules": [{"id": "staff", "condition": {"user.staff": {"eq": true}}, "action": {"serve": "on"}}]});
    let made = admin.post(&path, definition).expect(201);
    assert_eq!(
        (&made["name"], &made["versions"]),
        (&json!("checkout"), &json!({"staging": 1, "production": 1}))
    );

    let toggle = |enabled: bool| {
        let body = json!({"enabled": enabled, "environment": "production", "reason": "incident"});
        admin.post(&format!("{FLAGS}/checkout/toggle"), body).expect(200)
    };
    let mut toggled = toggle(false);
    let change = toggled.as_object_mut().unwrap().remove("change").unwrap();
    assert!(change.is_string());
    let expected = json!({"name": "checkout", "environment": "production", "enabled": false, "version": 2, "revision": 2});
    assert_eq!(toggled, expected);
    // Once more changes nothing, and says so.
    let again = toggle(false);
    assert_eq!(
        (&again["change"], &again["revision"], &again["version"]),
        (&Value::Null, &json!(2), &json!(2))
    );

    let status = admin.get(&format!("{FLAGS}/checkout/status?environment=production")).expect(200);
    for (field, value) in [
        ("name", json!("checkout")),
        ("description", json!("The new one")),
        ("is_enabled", json!(false)),
        ("rollout_percentage", json!(12.5)),
        ("type", json!("boolean")),
        ("revision", json!(2)),
    ] {
        assert_eq!(status[field], value, "{field}");
    }
    assert_eq!(status["targeting_rules"][0]["id"], json!("staff"));
    let everywhere = admin.get(&format!("{FLAGS}/checkout/status")).expect(200);
    let enabled: Vec<_> = everywhere["environments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["environment"].as_str().unwrap(), entry["is_enabled"].as_bool().unwrap()))
        .collect();
    assert_eq!(enabled, [("staging", true), ("production", false)]);
    admin.get(&format!("{FLAGS}/checkout/status?environment=development")).refused(404, "NOT_FOUND");
    admin.get(&format!("{FLAGS}/none/status")).refused(404, "NOT_FOUND");
}

#[test]
fn a_rollout_is_told_in_percent_however_it_is_stored() {
    let server = TestServer::start();
    let admin = server.admin();
    create(&admin, json!({"key": "a", "rollout": {"on": 10, "off": 90}}));
    create(&admin, json!({"key": "b", "rollout": {"rollout": {"on": 20, "off": 80}, "by": "tenant.id"}}));
    create(
        &admin,
        json!({"key": "c", "rollout": {"ranges": {"on": [[0, 500], [1000, 1250]], "off": [[500, 1000], [1250, 100_000]]}}}),
    );
    create(&admin, json!({"key": "d", "variations": [{"id": "x", "value": "x"}], "default": "x"}));
    create(&admin, json!({"key": "e", "kill": {"environments": ["production"]}}));
    let status = |key: &str| admin.get(&format!("{FLAGS}/{key}/status?environment=production")).expect(200);
    let told = ["a", "b", "c"].map(|key| status(key)["rollout_percentage"].clone());
    assert_eq!(told, [json!(10.0), json!(20.0), json!(0.75)]);
    assert_eq!((&status("d")["type"], status("d").get("rollout_percentage")), (&json!("multivariate"), None));
    assert_eq!(status("e")["is_enabled"], json!(false));
}

#[test]
fn writes_are_guarded_as_all_others_are() {
    let server = TestServer::start();
    let admin = server.admin();
    create(&admin, json!({"key": "flag", "kind": "ops"}));
    create(&admin, json!({"key": "rate", "type": "config", "default": 10}));
    let toggle = format!("{FLAGS}/flag/toggle");
    let off = json!({"enabled": false, "environment": "production"}).to_string();
    let on = json!({"enabled": true, "environment": "production"}).to_string();
    let send =
        |headers: &[(&str, &str)], body: &str| admin.send("POST", &toggle, headers, Some(body.as_bytes()));
    let done = send(&[("if-match", "\"1\""), ("idempotency-key", "k")], &off).expect(200);
    assert_eq!(send(&[("if-match", "\"1\""), ("idempotency-key", "k")], &off).expect(200), done);
    send(&[("idempotency-key", "k")], &on).refused(422, "IDEMPOTENCY_MISMATCH");
    send(&[("if-match", "\"1\"")], &on).refused(412, "STALE");
    let update = format!("{CONFIG}/rate/update");
    let body = json!({"value": 11, "environment": "production"}).to_string();
    admin.send("POST", &update, &[("if-match", "\"7\"")], Some(body.as_bytes())).refused(412, "STALE");

    let viewer = server.token(json!([{"role": "viewer"}]));
    viewer.get(&format!("{FLAGS}/flag/status")).expect(200);
    viewer.post(&toggle, json!({"enabled": true, "environment": "production"})).refused(403, "FORBIDDEN");
    viewer.post(&update, json!({"value": 1, "environment": "production"})).refused(403, "FORBIDDEN");
    viewer.post(&format!("{FLAGS}/create"), json!({"key": "new"})).refused(403, "FORBIDDEN");
    let of_acme = server.token(json!([{"role": "tenant_admin", "tenant": "acme"}]));
    let set = |tenant: &str| json!({"value": 1, "environment": "production", "scope": {"tenant": tenant}});
    of_acme.post(&update, set("other")).refused(403, "FORBIDDEN");
    of_acme.post(&update, json!({"value": 1, "environment": "production"})).refused(403, "FORBIDDEN");
    of_acme.post(&update, set("acme")).expect(200);
    let stranger = server.sdk("production", "server");
    stranger.get(&format!("{FLAGS}/flag/status")).expect(401);
    admin.get("/api/v1/app/config").refused(403, "NOT_AN_SDK_KEY");
}

#[test]
fn on_is_on_where_the_flag_was_killed() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        let kill = json!({"environments": ["staging", "production"]});
        create(&admin, json!({"key": "flag", "kill": kill, "rollout": {"on": 100, "off": 0}}));
        let status = || admin.get(&format!("{FLAGS}/flag/status?environment=production")).expect(200);
        let listed = || admin.get("/api/v1/projects/default/entries/flag").expect(200);
        let evaluated = || {
            let key = server.sdk("production", "server");
            key.post("/ofrep/v1/evaluate/flags/flag", json!({"context": {"targetingKey": "u"}})).expect(200)
        };
        assert_eq!(status()["is_enabled"], json!(false));
        assert_eq!(listed()["environments"]["production"]["enabled"], json!(false));
        assert_eq!(evaluated()["value"], json!(false));
        let toggle =
            |enabled: bool| json!({"enabled": enabled, "environment": "production", "reason": "over"});
        let done = admin.post(&format!("{FLAGS}/flag/toggle"), toggle(true)).expect(200);
        assert_eq!(done["enabled"], json!(true));
        assert_eq!(status()["is_enabled"], json!(true));
        assert_eq!(listed()["environments"]["production"]["enabled"], json!(true));
        assert_eq!(evaluated()["value"], json!(true));
        let path = "/api/v1/projects/default/environments/production/entries/flag";
        assert_eq!(admin.get(path).expect(200)["definition"]["kill"], json!({"environments": ["staging"]}));
        let staging = admin.get(&format!("{FLAGS}/flag/status?environment=staging")).expect(200);
        assert_eq!(staging["is_enabled"], json!(false));
        admin.post(&format!("{FLAGS}/flag/toggle"), toggle(false)).expect(200);
        assert_eq!((&status()["is_enabled"], &evaluated()["value"]), (&json!(false), &json!(false)));
    });
}

#[test]
fn a_secret_is_shown_to_whom_it_may_be_and_that_is_in_the_audit_log() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let data = settings.data.clone();
    let server = TestServer::with(settings);
    let admin = server.admin();
    create(&admin, json!({"key": "password", "type": "config", "default": "hunter2", "sensitive": true}));
    let path = format!("{CONFIG}/password?environment=production");
    let shown = admin.get(&path).expect(200);
    assert_eq!((&shown["value"], &shown["is_sensitive"]), (&json!("hunter2"), &json!(true)));
    let reads = audit_log(&data, "secret.read");
    assert_eq!((reads.len(), &reads[0]["target"]), (1, &json!("password")));
    assert_eq!((&reads[0]["actor"], &reads[0]["environment"]), (&shown["modified_by"], &json!("production")));
    let viewer = server.token(json!([{"role": "viewer"}]));
    let concealed = viewer.get(&path);
    assert!(!concealed.text.contains("hunter2"));
    let concealed = concealed.expect(200);
    assert_eq!((&concealed["concealed"], &concealed["is_sensitive"]), (&json!(true), &json!(true)));
    assert!(concealed["value"]["hmac_sha256"].is_string());
    assert_eq!(audit_log(&data, "secret.read").len(), 1, "what was concealed was not read");
    let body = json!({"value": "hunter3", "environment": "production"});
    let set = admin.post(&format!("{CONFIG}/password/update"), body);
    assert!(!set.text.contains("hunter"), "{}", set.text);
    set.expect(200);
}

#[test]
fn a_key_reads_what_is_for_its_customer() {
    let server = TestServer::start();
    let admin = server.admin();
    for definition in [
        json!({"key": "slack", "tags": ["system"], "default": true}),
        json!({"key": "premium", "tags": ["customer"], "client_visible": true,
            "scopes": {"tenant": {"acme": {"value": true}}}}),
        json!({"key": "rate", "type": "config", "tags": ["customer", "limits"], "default": 10,
            "scopes": {"tenant": {"acme": {"value": 99}}}}),
        json!({"key": "other", "default": true}),
    ] {
        create(&admin, definition);
    }
    let acme = server.sdk_of("production", "server", "acme");
    let answer = acme.get("/api/v1/feature-flags");
    let tag = answer.header("etag").unwrap().to_owned();
    assert_eq!(
        answer.expect(200),
        json!({"system": {"slack": true}, "customer": {"premium": true, "rate": 99}})
    );
    let known =
        |sdk: &Client, path: &str, tag: &str| sdk.send("GET", path, &[("if-none-match", tag)], None).status;
    assert_eq!(known(&acme, "/api/v1/feature-flags", &tag), 304);
    let globex = server.sdk_of("production", "server", "globex");
    assert_eq!(known(&globex, "/api/v1/feature-flags", &tag), 200);
    let others = globex.get("/api/v1/feature-flags").expect(200);
    assert_eq!(others["customer"], json!({"premium": false, "rate": 10}));
    let client = server.sdk_of("production", "client", "acme").get("/api/v1/feature-flags").expect(200);
    assert_eq!(client, json!({"system": {}, "customer": {"premium": true}}));

    let config = acme.get("/api/v1/app/config");
    let tag = config.header("etag").unwrap().to_owned();
    assert_eq!(config.expect(200)["config"], json!({"rate": 99}));
    assert_eq!(known(&acme, "/api/v1/app/config", &tag), 304);
    assert_eq!(known(&globex, "/api/v1/app/config", &tag), 200);
    let body = json!({"value": 11, "environment": "production"});
    admin.post(&format!("{CONFIG}/rate/update"), body).expect(200);
    assert_eq!(known(&acme, "/api/v1/app/config", &tag), 200);
}
