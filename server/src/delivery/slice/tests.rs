//! What goes out, and in which form.

use serde_json::{Map, Value, json};
use vexil_core::{Context, Environment, Request, Snapshot, Timestamp};

use super::seal::Seal;
use super::{ClientAudience, ClientSlice, Withheld, for_client, for_server};

const SECRET: &[u8] = b"of the environment";

fn slice(tenant: Option<&str>, entries: &Value) -> ClientSlice {
    let entries = entries.as_array().unwrap().iter().map(|entry| {
        let key = entry.get("key").or(entry.get("id")).unwrap();
        (key.as_str().unwrap(), entry.as_object().unwrap())
    });
    for_client(entries, &ClientAudience { tenant, secret: SECRET })
}

/// The only entry of a slice that withholds nothing.
fn delivered(entry: Value) -> Value {
    let ClientSlice { entries, withheld } = slice(None, &json!([entry]));
    assert_eq!(withheld, []);
    Value::Object(entries.into_iter().next().unwrap())
}

/// Why the entry with this key is withheld.
fn reason(tenant: Option<&str>, entries: &Value, key: &str) -> Withheld {
    let slice = slice(tenant, entries);
    assert!(slice.entries.iter().all(|entry| entry["key"] != key), "{key} is delivered");
    slice.withheld.into_iter().find(|(withheld, _)| withheld == key).expect("withheld").1
}

fn text(reason: &Withheld) -> String {
    format!("{} {reason}", reason.code())
}

fn keys(slice: &ClientSlice) -> Vec<&str> {
    slice.entries.iter().map(|entry| entry["key"].as_str().unwrap()).collect()
}

fn with_condition(condition: &Value) -> Value {
    let rule = json!({"id": "them", "condition": condition, "action": {"serve": "on"}});
    json!({"key": "beta", "client_visible": true, "rules": [rule]})
}

fn sealed_condition(condition: &Value) -> Value {
    delivered(with_condition(condition))["rules"][0]["condition"].clone()
}

fn sealed(names: &[&str]) -> Value {
    Seal::new(SECRET, "beta").operand(names.iter().copied())
}

fn object(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

const FOR_PEOPLE: &str = r#"{
    "$schema": "definition.schema.json", "$comment": "why", "key": "beta", "name": "Beta", "description": "What for",
    "owner": "team", "tags": ["a"], "critical": true, "client_visible": true, "default": {"$comment": 1, "name": "n"},
    "guardrails": {"auto_disable": {"metric": "m", "threshold": 1, "window": "5m"}}, "metadata": {"name": "kept"},
    "value_schema": {"type": "object"}, "value_type": "json",
    "variations": [{"id": "$comment", "value": {"name": "kept"}, "name": "A", "description": "B", "$comment": "C"}],
    "rules": [{"id": "r", "comment": "for explanations", "$comment": "D", "action": {"serve": "$comment", "$comment": "E"},
        "condition": {"$comment": "F", "any": [{"$comment": "G", "score": {"gt": 1}}], "not": {"$comment": "H"}}}],
    "scopes": {"$comment": "I", "service": {"$comment": {"serve": "$comment", "$comment": "J"}}},
    "kill": {"$comment": "K", "environments": ["staging"]},
    "prerequisites": [{"flag": "other", "value": true, "$comment": "L"}],
    "rollout": {"rollout": {"$comment": 100}, "$comment": "M"}
}"#;

#[test]
fn servers_get_all_but_what_only_people_read() {
    let entry: Map<String, Value> = serde_json::from_str(FOR_PEOPLE).unwrap();
    let wanted = json!({
        "key": "beta", "client_visible": true, "default": {"$comment": 1, "name": "n"}, "metadata": {"name": "kept"},
        "value_schema": {"type": "object"}, "value_type": "json",
        "variations": [{"id": "$comment", "value": {"name": "kept"}}],
        "rules": [{"id": "r", "comment": "for explanations", "action": {"serve": "$comment"},
            "condition": {"any": [{"score": {"gt": 1}}], "not": {}}}],
        "scopes": {"service": {"$comment": {"serve": "$comment"}}},
        "kill": {"environments": ["staging"]},
        "prerequisites": [{"flag": "other", "value": true}],
        "rollout": {"rollout": {"$comment": 100}}
    });
    assert_eq!(for_server(&entry), Some(object(wanted)));
}

#[test]
fn clients_get_less() {
    let wanted = json!({
        "key": "beta", "client_visible": true, "default": {"$comment": 1, "name": "n"}, "value_type": "json",
        "variations": [{"id": "$comment", "value": {"name": "kept"}}],
        "rules": [{"id": "r", "action": {"serve": "$comment"},
            "condition": {"any": [{"score": {"gt": 1}}], "not": {}}}],
        "scopes": {"service": {"$comment": {"serve": "$comment"}}},
        "kill": {"environments": ["staging"]},
        "prerequisites": [{"flag": "other", "value": true}],
        "rollout": {"rollout": {"$comment": 100}}
    });
    assert_eq!(delivered(serde_json::from_str(FOR_PEOPLE).unwrap()), wanted);
}

#[test]
fn variants_and_other_spellings_are_known() {
    let experiment = json!({
        "id": "price", "client_visible": true, "startDate": 1, "variant": "not a field here",
        "variants": [{"id": "a", "isControl": true, "config": {"description": 1}, "name": "A", "description": "B"}],
        "allocation": {"a": 100}, "holdout": {"key": "h", "percent": 1, "$comment": "c"}, "kind": "experiment"
    });
    let wanted = json!({
        "id": "price", "client_visible": true, "startDate": 1,
        "variants": [{"id": "a", "isControl": true, "config": {"description": 1}}],
        "allocation": {"a": 100}, "holdout": {"key": "h", "percent": 1}
    });
    assert_eq!(delivered(experiment), wanted);
    let older = json!({"id": "old", "defaultValue": false, "rolloutPercentage": 5, "variant": "a", "client_visible": true});
    let wanted = json!({"id": "old", "defaultValue": false, "rolloutPercentage": 5, "client_visible": true});
    assert_eq!(for_server(older.as_object().unwrap()), Some(object(older.clone())));
    assert_eq!(delivered(older), wanted);
}

#[test]
fn secrets_go_to_nobody() {
    for sensitive in [json!(true), json!("yes")] {
        let entry = json!({"key": "a", "type": "config", "default": "s", "sensitive": sensitive, "client_visible": true});
        assert_eq!(for_server(entry.as_object().unwrap()), None);
        let reason = reason(Some("acme"), &json!([entry]), "a");
        assert_eq!(text(&reason), "SENSITIVE it is sensitive");
    }
    let open = json!({"key": "a", "sensitive": false});
    assert!(for_server(open.as_object().unwrap()).is_some());
}

#[test]
fn clients_get_only_what_is_visible() {
    let slice = slice(
        None,
        &json!([
            {"key": "c", "client_visible": true},
            {"key": "a", "client_visible": true},
            {"key": "hidden"},
            {"key": "also-hidden", "client_visible": false},
            {"key": "segment", "condition": {}},
            {"key": "layer", "slots": {}},
        ]),
    );
    assert_eq!(keys(&slice), ["a", "c"], "in the order of their keys");
    assert_eq!(slice.withheld, []);
}

#[test]
fn names_are_sealed_where_they_stand() {
    let cases = [
        (json!({"user.id": {"eq": "u1"}}), json!({"user.id": {"sealedIn": sealed(&["u1"])}})),
        (
            json!({"targetingKey": {"in": ["u1", "u2"]}}),
            json!({"targetingKey": {"sealedIn": sealed(&["u1", "u2"])}}),
        ),
        (
            json!({"tenant.id": {"ne": "acme"}}),
            json!({"not": {"tenant.id": {"sealedIn": sealed(&["acme"])}}}),
        ),
        (
            json!({"user.email": {"notIn": ["a@x.io"], "endsWith": "@x.io"}}),
            json!({"user.email": {"endsWith": "@x.io"}, "not": {"user.email": {"sealedIn": sealed(&["a@x.io"])}}}),
        ),
        // One path has one `sealedIn`, a condition one `not`.
        (
            json!({"user.id": {"eq": "u1", "in": ["u1", "u2"]}}),
            json!({"user.id": {"sealedIn": sealed(&["u1"])}, "all": [{"user.id": {"sealedIn": sealed(&["u1", "u2"])}}]}),
        ),
        (
            json!({"user.id": {"sealedIn": {"salt": "s", "digests": []}, "eq": "u1"}, "all": [{"beta": {"eq": true}}]}),
            json!({"user.id": {"sealedIn": {"salt": "s", "digests": []}}, "all": [
                {"beta": {"eq": true}}, {"user.id": {"sealedIn": sealed(&["u1"])}},
            ]}),
        ),
        (
            json!({"session.id": {"ne": "s1"}, "not": {"sessionId": {"eq": "s2"}}}),
            json!({"not": {"sessionId": {"sealedIn": sealed(&["s2"])}}, "all": [
                {"not": {"session.id": {"sealedIn": sealed(&["s1"])}}},
            ]}),
        ),
        // What names nobody stays as it is.
        (json!({"user.id": {"in": []}}), json!({"user.id": {"in": []}})),
        (json!({"userRole": {"eq": "admin"}}), json!({"userRole": {"eq": "admin"}})),
        (
            json!({"tenant.tier": {"in": ["pro"], "ignoreCase": true}}),
            json!({"tenant.tier": {"in": ["pro"], "ignoreCase": true}}),
        ),
        (
            json!({"user.email": {"endsWith": "@X.io", "ignoreCase": true}}),
            json!({"user.email": {"endsWith": "@X.io", "ignoreCase": true}}),
        ),
        (json!({"service.name": {"eq": "search"}}), json!({"service.name": {"eq": "search"}})),
        // Beside `sealedIn` and `exists` there would be nothing for it to modify.
        (
            json!({"user.id": {"eq": "u1", "exists": true, "ignoreCase": false}}),
            json!({"user.id": {"sealedIn": sealed(&["u1"]), "exists": true}}),
        ),
        (
            json!({"any": [{"user.id": {"eq": "u1"}}, {"not": {"user.id": {"eq": "u2"}}}]}),
            json!({"any": [{"user.id": {"sealedIn": sealed(&["u1"])}}, {"not": {"user.id": {"sealedIn": sealed(&["u2"])}}}]}),
        ),
    ];
    for (condition, wanted) in cases {
        let formed = sealed_condition(&condition);
        assert_eq!(formed, wanted, "{condition}");
        let reading =
            Snapshot::load_json(with_condition(&formed).to_string().as_bytes(), Environment::Document);
        assert_eq!(reading.unwrap().warnings().count(), 0, "{formed}");
    }
}

/// Whatever the attribute is: true, false and unknown are told apart by a rule for the condition and one against it.
#[test]
fn sealed_clauses_decide_alike_of_every_type() {
    let conditions = [
        json!({"user.id": {"eq": "u1"}}),
        json!({"user.id": {"ne": "u1"}}),
        json!({"user.id": {"in": ["u1", "", "ünï"]}}),
        json!({"user.id": {"notIn": ["u1", "", "ünï"]}}),
        json!({"user.id": {"notIn": ["u1"], "in": ["u2"], "ne": "u3", "eq": "u2"}, "not": {"userId": {"eq": "u4"}}}),
    ];
    let contexts = [
        "{}",
        r#"{"user.id": null}"#,
        r#"{"user.id": "u1"}"#,
        r#"{"user.id": "u2"}"#,
        r#"{"user.id": "U1"}"#,
        r#"{"user.id": ""}"#,
        r#"{"user.id": "ünï"}"#,
        r#"{"user.id": 1}"#,
        r#"{"user.id": true}"#,
        r#"{"user.id": ["u1"]}"#,
        r#"{"user.id": {"a": "u1"}}"#,
    ];
    for condition in conditions {
        let answers = |condition: &Value| {
            let rules = json!([
                {"condition": condition, "action": {"value": "true"}},
                {"condition": {"not": condition}, "action": {"value": "false"}},
            ]);
            let entry = json!({"key": "beta", "client_visible": true, "default": "unknown", "rules": rules});
            let snapshot = Snapshot::load_json(entry.to_string().as_bytes(), Environment::Document).unwrap();
            contexts.map(|context| {
                let context = Context::parse_json(context.as_bytes()).unwrap();
                let request = Request::new(&context, Timestamp::from_millis(0));
                snapshot.evaluate("beta", &request).value().unwrap().to_string()
            })
        };
        assert_eq!(answers(&sealed_condition(&condition)), answers(&condition), "{condition}");
    }
}

#[test]
fn what_cannot_be_sealed_is_withheld_with_its_place() {
    let cases = [
        (json!({"user.email": {"startsWith": "ann"}}), "/user.email/startsWith"),
        (json!({"any": [{"beta": {"eq": true}}, {"userId": {"in": ["u1", 7]}}]}), "/any/1/userId/in"),
        (json!({"not": {"tenant.domain": {"eq": "x.io", "ignoreCase": true}}}), "/not/tenant.domain/eq"),
        (json!({"all": [{"customAttributes.user.id": {"eq": 42}}]}), "/all/0/customAttributes.user.id/eq"),
    ];
    for (condition, place) in cases {
        let reason = reason(None, &json!([with_condition(&condition)]), "beta");
        let wanted = format!(
            "UNSEALABLE /rules/0/condition{place}: may name a person or a tenant, and cannot be sealed"
        );
        assert_eq!(text(&reason), wanted);
    }
}

#[test]
fn a_condition_at_the_limit_of_depth_is_not_pushed_over_it() {
    let nested =
        |depth: usize, innermost: Value| (0..depth).fold(innermost, |inner, _| json!({"not": inner}));
    let deepest = vexil_core::limits::CONDITION_DEPTH - 1;
    assert_eq!(
        sealed_condition(&nested(deepest, json!({"user.id": {"eq": "u1"}}))),
        nested(deepest, json!({"user.id": {"sealedIn": sealed(&["u1"])}}))
    );
    let two = json!({"user.id": {"ne": "u1"}, "not": {}});
    for (depth, innermost) in
        [(deepest, json!({"user.id": {"ne": "u1"}})), (deepest - 1, two), (deepest + 1, json!({}))]
    {
        let entry = with_condition(&nested(depth, innermost));
        assert_eq!(reason(None, &json!([entry]), "beta").code(), "SEALED_TOO_LARGE");
    }
    let within = with_condition(&nested(deepest - 2, json!({"user.id": {"ne": "u1"}, "not": {}})));
    let text = delivered(within).to_string();
    let snapshot = Snapshot::load_json(text.as_bytes(), Environment::Document).unwrap();
    assert_eq!(snapshot.warnings().count(), 0);
}

#[test]
fn people_in_scopes_are_never_told() {
    for scope in ["user", "session"] {
        let entry = json!({"key": "a", "client_visible": true, "scopes": {scope: {"u1": {"value": true}}}});
        let reason = reason(Some("acme"), &json!([entry]), "a");
        assert_eq!(text(&reason), format!("PERSONAL_SCOPE /scopes/{scope}: names people"));
    }
    let empty =
        json!({"key": "a", "client_visible": true, "scopes": {"user": {}, "session": {}, "tenant": {}}});
    assert_eq!(delivered(empty), json!({"key": "a", "client_visible": true}));
}

#[test]
fn a_bound_key_sees_its_own_tenant_only() {
    let entries = json!([{
        "key": "a", "client_visible": true,
        "scopes": {"tenant": {"acme": {"value": true}, "globex": {"value": false}}},
        "kill": {"tenants": ["acme", "globex"]},
    }]);
    let form = |tenant| Value::Object(slice(Some(tenant), &entries).entries.remove(0));
    let wanted = json!({
        "key": "a", "client_visible": true,
        "scopes": {"tenant": {"acme": {"value": true}}}, "kill": {"tenants": ["acme"]},
    });
    assert_eq!(form("acme"), wanted);
    assert_eq!(form("initech"), json!({"key": "a", "client_visible": true}));
    assert_eq!(
        text(&reason(None, &entries, "a")),
        "TENANT_OVERRIDE /scopes/tenant: is different for some tenants, and the key is bound to none"
    );
    let killed = json!([{"key": "a", "client_visible": true, "kill": {"tenants": ["acme"]}}]);
    assert_eq!(reason(None, &killed, "a"), Withheld::TenantOverride { place: "/kill/tenants".to_owned() });
}

#[test]
fn segments_come_along_sealed_and_withhold_what_needs_them() {
    let slice = slice(
        None,
        &json!([
            {"key": "flag", "client_visible": true, "rules": [{"condition": {"segment": "outer"}, "action": {"serve": "on"}}]},
            {"key": "outer", "owner": "team", "condition": {"all": [{"segment": "beta"}]}},
            {"key": "beta", "condition": {"user.id": {"eq": "u1"}}},
            {"key": "unsealable", "condition": {"user.id": {"matches": "^u"}}},
            {"key": "through", "condition": {"segment": "unsealable"}},
            {"key": "withheld", "client_visible": true, "rules": [
                {"condition": {"not": {"segment": "through"}}, "action": {"serve": "on"}},
                {"condition": {"segment": "only-for-withheld"}, "action": {"serve": "on"}},
            ]},
            {"key": "only-for-withheld", "condition": {}},
            {"key": "dependent", "client_visible": true, "prerequisites": [{"flag": "withheld", "variation": "on"}]},
        ]),
    );
    assert_eq!(keys(&slice), ["beta", "flag", "outer"]);
    assert_eq!(slice.entries[0]["condition"], json!({"user.id": {"sealedIn": sealed(&["u1"])}}));
    let reasons: Vec<String> =
        slice.withheld.iter().map(|(key, reason)| format!("{key} {}", text(reason))).collect();
    assert_eq!(
        reasons,
        [
            "dependent WITHHELD_REFERENCE /prerequisites/0/flag: `withheld` is withheld from clients",
            "withheld WITHHELD_REFERENCE /rules/0/condition/not/segment: `through` is withheld from clients",
        ]
    );
}

#[test]
fn hidden_experiments_and_prerequisites_withhold_what_needs_them() {
    let entries = json!([
        {"key": "a", "client_visible": true, "prerequisites": [{"flag": "hidden", "value": true}]},
        {"key": "b", "client_visible": true, "scopes": {"service": {"s": {"experiment": "secret"}}}},
        {"key": "c", "client_visible": true, "prerequisites": [{"flag": "b", "value": true}]},
        {"key": "hidden"},
        {"key": "secret", "variants": [{"id": "on"}], "allocation": {"on": 100}},
        // These lead nowhere, here and there.
        {"key": "d", "client_visible": true, "prerequisites": [{"flag": "gone", "value": true}]},
        {"key": "e", "client_visible": true, "rules": [{"action": {"experiment": "hidden"}}]},
    ]);
    assert_eq!(keys(&slice(None, &entries)), ["d", "e"]);
    assert_eq!(
        text(&reason(None, &entries, "a")),
        "HIDDEN_REFERENCE /prerequisites/0/flag: `hidden` is not client_visible"
    );
    let wanted = "HIDDEN_REFERENCE /scopes/service/s/experiment: `secret` is not client_visible";
    assert_eq!(text(&reason(None, &entries, "b")), wanted);
    assert_eq!(reason(None, &entries, "c").code(), "WITHHELD_REFERENCE");
}

#[test]
fn circles_end() {
    let circle = |condition: Value| {
        slice(
            None,
            &json!([
                {"key": "a", "client_visible": true, "condition": {"segment": "b"}},
                {"key": "b", "condition": {"any": [{"segment": "a"}, condition]}},
            ]),
        )
    };
    assert_eq!(keys(&circle(json!({}))), ["a", "b"]);
    let slice = circle(json!({"user.id": {"matches": "."}}));
    assert_eq!((slice.entries.len(), slice.withheld[0].1.code()), (0, "WITHHELD_REFERENCE"));
}

#[test]
fn a_layer_tells_of_visible_experiments_only() {
    let experiment = |key: &str, is_visible: bool| {
        json!({
            "key": key, "client_visible": is_visible, "layer": "layer", "variants": [{"id": "on"}], "allocation": {"on": 100},
        })
    };
    let layer = |slots: &Value| {
        let layer = json!({"key": "layer", "name": "Layer", "slots": slots});
        let slice = slice(
            None,
            &json!([layer, experiment("b", true), experiment("a", false), experiment("c", true)]),
        );
        assert_eq!(keys(&slice), ["b", "c", "layer"]);
        Value::Object(slice.entries.into_iter().last().unwrap())
    };
    // Percentages lie by ascending key: `a` is before `b`.
    let of_percentages = layer(&json!({"c": 0.001, "b": 33.333, "d": 5, "a": 9.2}));
    assert_eq!(
        of_percentages,
        json!({"key": "layer", "slots": {"b": [[9_200, 42_533]], "c": [[42_533, 42_534]]}})
    );
    let of_ranges = layer(&json!({"c": [], "a": [[0, 5]], "b": [[7, 8], [5, 6]]}));
    assert_eq!(of_ranges, json!({"key": "layer", "slots": {"c": [], "b": [[7, 8], [5, 6]]}}));
}

#[test]
fn what_is_no_definition_is_withheld_whole() {
    let broken = [
        json!({"key": "a", "client_visible": true, "type": "flag"}),
        json!({"key": "a", "client_visible": true, "rules": {"0": {}}}),
        json!({"key": "a", "client_visible": true, "rules": ["u1"]}),
        json!({"key": "a", "client_visible": true, "scopes": ["u1"]}),
        json!({"key": "a", "client_visible": true, "scopes": {"user": ["u1"]}}),
        json!({"key": "a", "client_visible": true, "kill": {"tenants": "acme"}}),
        json!({"key": "a", "client_visible": true, "condition": {"segment": 5}}),
        json!({"key": "a", "client_visible": true, "condition": {"all": {}}}),
        json!({"key": "a", "client_visible": true, "condition": {"user.id": "u1"}}),
        json!({"key": "a", "client_visible": true, "slots": {"b": "5", "c": []}}),
    ];
    for entry in broken {
        for_server(entry.as_object().unwrap());
        assert_eq!(reason(Some("acme"), &json!([entry]), "a").code(), "MALFORMED", "{entry}");
    }
}
