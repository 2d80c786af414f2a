//! How changes are planned: forms and spellings, promotion, files, and what a rollback brings back.

use serde_json::{Value, json};

use crate::support::{Client, TestServer};

const PROJECT: &str = "/api/v1/projects/default";
const ENTRIES: &str = "/api/v1/projects/default/entries";
const ENVIRONMENTS: &str = "/api/v1/projects/default/environments";

fn create(admin: &Client, definition: Value) -> Value {
    admin.post(ENTRIES, json!({"definition": definition})).expect(201)
}

fn entry(environment: &str, key: &str) -> String {
    format!("{ENVIRONMENTS}/{environment}/entries/{key}")
}

fn patch(admin: &Client, environment: &str, key: &str, patch: Value) -> Value {
    admin.patch(&entry(environment, key), json!({"patch": patch})).expect(200)
}

fn definition(admin: &Client, environment: &str, key: &str) -> Value {
    admin.get(&entry(environment, key)).expect(200)["definition"].clone()
}

/// A configuration of three variations.
fn of_three(key: &str, more: Value) -> Value {
    let mut definition = json!({"key": key, "type": "config", "default": 1,
        "variations": [{"id": "a", "value": 1}, {"id": "b", "value": 2}, {"id": "c", "value": 3}]});
    definition.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    definition
}

/// What share of units a change would move, in percent.
fn moved(planned: &Value) -> Value {
    planned["environments"][0]["changes"][0]["moves"][0]["percent"].clone()
}

#[test]
fn percentages_are_patched_again_once_they_are_stored_as_ranges() {
    let server = TestServer::start();
    let admin = server.admin();
    let rollout = |a: u32, c: u32| json!({"rollout": {"a": a, "b": 30, "c": c}});
    create(&admin, of_three("n", rollout(20, 50)));
    patch(&admin, "production", "n", rollout(30, 40));
    assert!(definition(&admin, "production", "n")["rollout"]["ranges"]["a"].is_array());
    let next = json!({"patch": {"rollout": {"a": 35, "c": 35}}, "dry_run": true});
    assert_eq!(moved(&admin.patch(&entry("production", "n"), next).expect(200)), json!(5.0));
    patch(&admin, "production", "n", rollout(35, 35));
    patch(&admin, "production", "n", rollout(10, 60));
    let by_hand = json!({"rollout": {"ranges": {"a": [[0, 100_000]], "b": null, "c": null}}});
    patch(&admin, "production", "n", by_hand);
    let all = json!({"ranges": {"a": [[0, 100_000]]}});
    assert_eq!(definition(&admin, "production", "n")["rollout"], all);

    let variants = json!([{"id": "a"}, {"id": "b"}, {"id": "c"}]);
    let allocation = |a: u32, c: u32| json!({"allocation": {"a": a, "b": 30, "c": c}});
    let mut test = json!({"key": "e", "variants": variants, "layer": "l"});
    test["allocation"] = allocation(20, 50)["allocation"].clone();
    let other = json!({"key": "x", "variants": variants, "layer": "l", "allocation": {"a": 100}});
    let slots = |e: u32| json!({"slots": {"e": e, "x": 20}});
    let mut layer = slots(20);
    layer["key"] = json!("l");
    let body = json!({"environments": {"production": [test, other, layer]}});
    admin.post(&format!("{PROJECT}/import"), body).expect(200);
    for (a, c) in [(30, 40), (35, 35), (10, 60)] {
        patch(&admin, "production", "e", allocation(a, c));
        patch(&admin, "production", "l", slots(a));
    }
    assert!(definition(&admin, "production", "l")["slots"]["e"].is_array());
    // Who is not named keeps their slot.
    patch(&admin, "production", "l", json!({"slots": {"e": 40}}));
    assert_eq!(definition(&admin, "production", "l")["slots"]["x"].as_array().unwrap().len(), 1);
}

#[test]
fn a_promotion_moves_only_the_units_that_must_move() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, of_three("n", json!({"rollout": {"a": 20, "b": 30, "c": 50}})));
        // As its own first definition there, so that it is percentages.
        patch(&admin, "staging", "n", json!({"rollout": null}));
        patch(&admin, "staging", "n", json!({"rollout": {"a": 30, "b": 30, "c": 40}}));
        assert_eq!(definition(&admin, "staging", "n")["rollout"], json!({"a": 30, "b": 30, "c": 40}));
        let promote = |dry_run: bool| {
            let body = json!({"from": "staging", "dry_run": dry_run});
            admin.post(&format!("{ENVIRONMENTS}/production/promote"), body).expect(200)
        };
        assert_eq!(moved(&promote(true)), json!(10.0));
        promote(false);
        assert_eq!(promote(false)["change"], Value::Null);
    });
}

#[test]
fn every_spelling_is_stored_as_the_documented_one() {
    let server = TestServer::start();
    let admin = server.admin();
    for twice in [
        json!({"key": "a", "default": true, "defaultValue": false}),
        json!({"key": "a", "id": "a"}),
        json!({"key": "a", "rollout": {"on": 1, "off": 99}, "rolloutPercentage": 1}),
        json!({"key": "a", "variants": [{"id": "v", "isControl": true, "is_control": true}], "allocation": {"v": 100}}),
    ] {
        let refusal = admin.post(ENTRIES, json!({"definition": twice})).refused(422, "INVALID_DEFINITIONS");
        assert_eq!(refusal["problems"][0]["code"], json!("DUPLICATE_MEMBER"), "{refusal}");
        assert_eq!(refusal["problems"][0]["environments"], json!(["development", "staging", "production"]));
    }
    let bad = json!({"definition": {"key": "a", "rolloutPercentage": 101}});
    let refusal = admin.post(ENTRIES, bad).refused(422, "INVALID_DEFINITIONS");
    assert_eq!(refusal["problems"][0]["path"], json!("/rolloutPercentage"));

    create(&admin, json!({"id": "a", "rolloutPercentage": 12.5, "expiresAt": "2099-01-01T00:00:00Z"}));
    let stored = definition(&admin, "production", "a");
    assert_eq!(stored["rollout"], json!({"on": 12.5, "off": 87.5}));
    let status = admin.get("/api/v1/admin/featureflags/a/status?environment=production").expect(200);
    assert_eq!(status["rollout_percentage"], json!(12.5));
    patch(&admin, "production", "a", json!({"rolloutPercentage": 20}));
    patch(&admin, "production", "a", json!({"expiresAt": "2098-01-01T00:00:00Z"}));
    let stored = definition(&admin, "production", "a");
    assert_eq!(
        (&stored["expiry"], &stored["rollout"]),
        (&json!("2098-01-01T00:00:00Z"), &json!({"on": 20, "off": 80}))
    );
    patch(&admin, "production", "a", json!({"expiresAt": null, "rolloutPercentage": null}));
    let stored = definition(&admin, "production", "a");
    assert_eq!((stored.get("expiry"), stored.get("rollout")), (None, None));
    let twice = json!({"patch": {"expiresAt": null, "expiry": "2098-01-01T00:00:00Z"}});
    admin.patch(&entry("production", "a"), twice).refused(422, "DUPLICATE_MEMBER");

    let variants = json!([{"id": "v", "isControl": true}, {"id": "w"}]);
    let test =
        json!({"key": "e", "variants": variants, "allocation": {"v": 100}, "startDate": 1, "endDate": 2});
    create(&admin, test);
    patch(&admin, "production", "e", json!({"start_date": 2, "endDate": 3}));
    let stored = definition(&admin, "production", "e");
    assert_eq!((&stored["start_date"], &stored["end_date"]), (&json!(2), &json!(3)));
    assert_eq!(stored["variants"], json!([{"id": "v", "is_control": true}, {"id": "w"}]));
}

#[test]
fn an_import_is_of_what_it_says_and_names_everything_that_is_wrong() {
    let server = TestServer::start();
    let admin = server.admin();
    let import = |environments: Value| {
        let body = json!({"environments": environments});
        let refusal = admin.post(&format!("{PROJECT}/import"), body).refused(422, "INVALID_DEFINITIONS");
        let told = |problem: &Value| {
            let text = |field: &str| problem[field].as_str().unwrap_or_default().to_owned();
            let environments = problem["environments"].as_array().into_iter().flatten();
            let places: Vec<&str> = environments.map(|name| name.as_str().unwrap()).collect();
            format!("{}:{} {} {}", places.join(","), text("key"), text("code"), text("path"))
        };
        refusal["problems"].as_array().unwrap().iter().map(told).collect::<Vec<_>>()
    };
    let bad = json!({"key": "bad", "rollout": {"on": 70, "off": 70}});
    assert_eq!(
        import(json!({
            "production": {"schema": 7, "environment": "staging", "version": -1, "colour": 1,
                "roles": ["user", 1], "entries": [{"key": "a"}, {"owner": "me"}, 7, {"key": "a"}]},
            "staging": [bad, {"default": true}],
            "development": {"roles": ["admin"], "entries": [bad]},
        })),
        [
            "production: INVALID_VALUE /schema",
            "production: CONFLICT /environment",
            "production: WRONG_TYPE /version",
            "production: UNKNOWN_FIELD /colour",
            "production: WRONG_TYPE /roles/1",
            "production: WRONG_TYPE /entries/2",
            "production: CONFLICT /roles",
            "production: MISSING_FIELD /entries/1",
            "production:a DUPLICATE_KEY /entries/3",
            "staging: MISSING_FIELD /1",
            "development,staging:bad PERCENTAGE_TOTAL /rollout",
        ]
    );
    assert_eq!(
        import(json!({"production": {"a": 1}, "staging": {"schema": 1}, "development": 7})),
        ["development,production: NOT_A_DEFINITION ", "staging: MISSING_FIELD "]
    );
    let many = import(json!({"production": vec![7; 10_002]}));
    assert_eq!((many.len(), many.last().unwrap().as_str()), (10_001, ": LIMIT_EXCEEDED "));
    assert_eq!(admin.get(ENTRIES).expect(200)["items"], json!([]));
}

#[test]
fn pruning_judges_each_environment_by_its_own_files() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        for key in ["a", "b", "c"] {
            create(&admin, json!({"key": key, "type": "feature_flag"}));
        }
        let import = |environments: Value| {
            let body = json!({"environments": environments, "prune": true});
            admin.post(&format!("{PROJECT}/import"), body).expect(200)
        };
        let there = |environment: &str, key: &str| admin.get(&entry(environment, key)).status == 200;
        let is_archived =
            |key: &str| admin.get(&format!("{ENTRIES}/{key}")).expect(200)["archived_at"].is_string();
        let of = |keys: &[&str]| keys.iter().map(|key| json!({"key": key})).collect::<Vec<_>>();
        import(json!({"production": of(&["a"]), "staging": of(&["a", "b"])}));
        assert_eq!(["a", "b", "c"].map(|key| there("production", key)), [true, false, false]);
        assert_eq!(["a", "b", "c"].map(|key| there("staging", key)), [true, true, false]);
        assert_eq!(["a", "b", "c"].map(|key| there("development", key)), [true; 3]);
        assert_eq!(["a", "b", "c"].map(is_archived), [false; 3]);
        // What another identity reaches everywhere is still gone where the files do not have it.
        let owned = json!([{"key": "a", "owner": "me"}, {"key": "b"}]);
        import(json!({"production": [], "staging": owned, "development": of(&["b"])}));
        assert_eq!(
            ["production", "staging", "development"].map(|name| there(name, "a")),
            [false, true, false]
        );
        assert_eq!(["a", "b", "c"].map(is_archived), [false, false, true]);
    });
}

#[test]
fn an_import_of_another_state_than_was_seen_is_refused() {
    let server = TestServer::start();
    let admin = server.admin();
    create(&admin, json!({"key": "a"}));
    let import = |versions: Value| {
        let body =
            json!({"environments": {"production": [{"key": "a", "enabled": false}]}, "expected": versions});
        admin.post(&format!("{PROJECT}/import"), body)
    };
    patch(&admin, "production", "a", json!({"rollout": {"on": 100}}));
    let refusal = import(json!({"production": 1})).refused(412, "STALE");
    assert_eq!((&refusal["current"], &refusal["changed"][0]["key"]), (&json!(2), &json!("a")));
    import(json!({"mars": 1})).refused(404, "NOT_FOUND");
    import(json!({"production": 2})).expect(200);
}

#[test]
fn a_rollback_is_never_none_because_of_what_all_environments_share() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        create(&admin, json!({"key": "a", "kind": "release", "owner": "me"}));
        admin.patch(&format!("{ENTRIES}/a"), json!({"identity": {"kind": "ops"}})).expect(200);
        patch(&admin, "production", "a", json!({"enabled": false}));
        // The default comes from the kind: the definition alone would not be what it was.
        let back = |more: Value| {
            let mut body = json!({"revision": 1});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            admin.post(&format!("{}/rollback", entry("production", "a")), body)
        };
        let refusal = back(json!({})).refused(422, "IDENTITY_DIFFERS");
        assert!(refusal["detail"].as_str().unwrap().contains("`a` (kind)"), "{refusal}");
        let whole = json!({"version": 1});
        let environment = format!("{ENVIRONMENTS}/production/rollback");
        admin.post(&environment, whole).refused(422, "IDENTITY_DIFFERS");
        let done = back(json!({"identity": true})).expect(200);
        assert_eq!(done["versions"], json!({"development": 3, "staging": 3, "production": 4}));
        for environment in ["development", "production"] {
            assert_eq!(definition(&admin, environment, "a")["kind"], json!("release"));
        }
        assert_eq!(definition(&admin, "production", "a").get("enabled"), None);
        // What decides nothing stays, and that is said.
        patch(&admin, "production", "a", json!({"enabled": false}));
        admin.patch(&format!("{ENTRIES}/a"), json!({"identity": {"owner": "you"}})).expect(200);
        let done = admin.post(&environment, json!({"version": 4})).expect(200);
        assert_eq!(
            done["notes"],
            json!(["what is the same in all environments stays as it is: `a` (owner)"])
        );
        assert_eq!(definition(&admin, "production", "a")["owner"], json!("you"));
        // Nothing but the identity differs.
        admin.post(&environment, json!({"version": 4})).refused(422, "IDENTITY_DIFFERS");
        admin.post(&environment, json!({"version": 4, "identity": true})).expect(200);
        assert_eq!(definition(&admin, "staging", "a")["owner"], json!("me"));
        let nothing = admin.post(&environment, json!({"version": 4})).expect(200);
        assert_eq!(nothing["change"], Value::Null);
    });
}

#[test]
fn a_value_is_set_whole_and_a_derived_default_is_shown() {
    let server = TestServer::start();
    let admin = server.admin();
    let scopes = json!({"tenant": {"acme": {"serve": "hi", "until": "2099-01-01T00:00:00Z"}}});
    let variations = json!([{"id": "hi", "value": {"x": 1}}, {"id": "lo", "value": {"x": 2}}]);
    create(
        &admin,
        json!({"key": "c", "type": "config", "default": {"b": 2, "n": 1}, "variations": variations, "scopes": scopes}),
    );
    let update = |value: Value, scope: Value| {
        let mut body = json!({"value": value, "environment": "production"});
        if scope.is_object() {
            body["scope"] = scope;
        }
        admin.post("/api/v1/admin/config/c/update", body).expect(200)
    };
    update(json!({"a": null}), Value::Null);
    assert_eq!(definition(&admin, "production", "c")["default"], json!({"a": null}));
    update(json!({"m": 1}), json!({"tenant": "acme"}));
    update(json!({"k": null}), json!({"tenant": "acme"}));
    let scopes = definition(&admin, "production", "c")["scopes"].clone();
    assert_eq!(scopes, json!({"tenant": {"acme": {"value": {"k": null}}}}));

    create(&admin, json!({"key": "d", "type": "config", "kind": "experiment", "variations": variations}));
    let shown = admin.get("/api/v1/admin/config/d?environment=production").expect(200);
    assert_eq!(shown["value"], json!({"x": 1}));
    // The type is that of what was derived.
    let body = json!({"value": 7, "environment": "production"});
    admin.post("/api/v1/admin/config/d/update", body).refused(422, "VALUE_TYPE");
}
