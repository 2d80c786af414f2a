//! Remote evaluation: the protocol's forms, who sees what, and how changes are heard of.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Answer, Client, TestServer};

const BULK: &str = "/ofrep/v1/evaluate/flags";
const TOGGLE: &str = "/api/v1/admin/featureflags";
/// What no answer but an administrator's may ever have in it.
const SECRET: &str = "hunter2";

fn create(server: &TestServer, definitions: impl IntoIterator<Item = Value>) {
    for definition in definitions {
        server.admin().post("/api/v1/admin/featureflags/create", definition).expect(201);
    }
}

/// One of each kind that keys see, do not see, or must not see.
fn create_all(server: &TestServer) {
    create(
        server,
        [
            json!({"key": "open", "client_visible": true, "rules": [
                {"id": "acme", "condition": {"tenant.id": {"eq": "acme"}}, "action": {"serve": "on"}}]}),
            json!({"key": "limit", "type": "config", "client_visible": true, "default": 10, "tags": ["customer"],
                "scopes": {"tenant": {"acme": {"value": 20}}}}),
            json!({"key": "hidden", "type": "config", "default": "for servers", "tags": ["system"]}),
            json!({"key": "password", "type": "config", "default": SECRET, "sensitive": true, "tags": ["system"]}),
            json!({"key": "visible.password", "type": "config", "default": SECRET, "sensitive": true,
                "client_visible": true, "tags": ["customer"]}),
        ],
    );
}

fn single(client: &Client, key: &str, context: Value) -> Answer {
    client.post(&format!("{BULK}/{key}"), json!({"context": context}))
}

/// The flags of a bulk answer, by key.
fn flags(answer: &Value) -> Vec<(&str, &Value)> {
    let flags = answer["flags"].as_array().unwrap().iter();
    flags.map(|flag| (flag["key"].as_str().unwrap(), &flag["value"])).collect()
}

fn bulk(client: &Client, context: Value, tag: Option<&str>) -> Answer {
    let headers: Vec<_> = tag.map(|tag| ("if-none-match", tag)).into_iter().collect();
    client.send("POST", BULK, &headers, Some(json!({"context": context}).to_string().as_bytes()))
}

#[test]
fn a_flag_is_evaluated_in_the_protocols_form() {
    let server = TestServer::start();
    create(
        &server,
        [
            json!({"key": "ruled", "rules": [{"id": "staff", "condition": {"user.email": {"endsWith": "@x.io"}},
                "action": {"serve": "on"}}]}),
            json!({"key": "ratio", "type": "config", "value_type": "float", "default": 1}),
            json!({"key": "count", "type": "config", "default": 7}),
            json!({"key": "theme", "type": "config", "default": {"dark": [true, null]}}),
            json!({"key": "nothing", "type": "config", "value_type": "json", "default": null}),
            json!({"key": "split", "rollout": {"on": 100}}),
            json!({"key": "killed", "enabled": false}),
            json!({"key": "price", "type": "experiment", "status": "running", "variants": [
                {"id": "low", "config": {"price": 9}}, {"id": "bare"}], "allocation": {"low": 100}}),
            json!({"key": "draft", "type": "experiment", "variants": [{"id": "a"}], "allocation": {"a": 100}}),
        ],
    );
    let sdk = server.sdk("production", "server");
    let version = 9;
    let user = || json!({"targetingKey": "u", "user": {"email": "a@x.io"}});
    let metadata = |reason: &str, scope: Option<&str>| {
        let mut metadata = json!({"version": version, "reason": reason});
        scope.into_iter().for_each(|scope| metadata["scope"] = json!(scope));
        metadata
    };
    let mut of_rule = metadata("TARGETING", None);
    of_rule["rule"] = json!("staff");
    let mut of_experiment = metadata("EXPERIMENT", None);
    of_experiment["experiment"] = json!("price");
    for expected in [
        json!({"key": "ruled", "value": true, "reason": "TARGETING_MATCH", "variant": "on", "metadata": of_rule}),
        json!({"key": "ratio", "value": 1.0, "reason": "DEFAULT", "variant": "", "metadata": metadata("DEFAULT", Some("global"))}),
        json!({"key": "count", "value": 7, "reason": "DEFAULT", "variant": "", "metadata": metadata("DEFAULT", Some("global"))}),
        json!({"key": "theme", "value": {"dark": [true, null]}, "reason": "DEFAULT", "variant": "",
            "metadata": metadata("DEFAULT", Some("global"))}),
        json!({"key": "nothing", "reason": "DEFAULT", "variant": "", "metadata": metadata("DEFAULT", Some("global"))}),
        json!({"key": "split", "value": true, "reason": "SPLIT", "variant": "on", "metadata": metadata("ROLLOUT", Some("global"))}),
        json!({"key": "killed", "value": false, "reason": "DISABLED", "variant": "off", "metadata": metadata("DISABLED", None)}),
        json!({"key": "price", "value": {"price": 9}, "reason": "SPLIT", "variant": "low", "metadata": of_experiment}),
        json!({"key": "draft", "reason": "DISABLED", "variant": "", "metadata": metadata("NOT_RUNNING", None)}),
    ] {
        let answer = single(&sdk, expected["key"].as_str().unwrap(), user());
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.expect(200), expected);
    }
    // A reader without floats of its own still sees that it is one.
    assert!(single(&sdk, "ratio", user()).text.contains("\"value\":1.0,"));
}

#[test]
fn a_context_is_optional_and_read_strictly() {
    let server = TestServer::start();
    create(
        &server,
        [json!({"key": "a", "rules": [{"condition": {"user.id": {"eq": "u"}}, "action": {"serve": "on"}}]})],
    );
    let sdk = server.sdk("production", "server");
    let path = format!("{BULK}/a");
    let send = |path: &str, body: &str| sdk.send("POST", path, &[], Some(body.as_bytes()));
    for body in ["", " ", "{}", r#"{"context": null}"#, r#"{"context": {}, "more": 1}"#] {
        assert_eq!(send(&path, body).expect(200)["value"], json!(false), "{body}");
        assert_eq!(flags(&send(BULK, body).expect(200)), [("a", &json!(false))], "{body}");
    }
    assert_eq!(send(&path, r#"{"context": {"targetingKey": "u"}}"#).expect(200)["value"], json!(true));
    let long = format!(r#"{{"context": {{"a": "{}"}}}}"#, "x".repeat(1 << 20));
    for (body, code) in [
        ("{", "PARSE_ERROR"),
        ("\u{feff}{}", "PARSE_ERROR"),
        ("[]", "PARSE_ERROR"),
        (r#"{"context": {"a": 1, "a": 2}}"#, "INVALID_CONTEXT"),
        (r#"{"context": []}"#, "INVALID_CONTEXT"),
        (r#"{"context": {"a": 9223372036854775808}}"#, "INVALID_CONTEXT"),
        (&long, "INVALID_CONTEXT"),
    ] {
        let shown: String = body.chars().take(60).collect();
        let one = send(&path, body).expect(400);
        assert_eq!((&one["key"], &one["errorCode"]), (&json!("a"), &json!(code)), "{shown}");
        assert!(one["errorDetails"].as_str().is_some_and(|details| !details.is_empty()), "{shown}");
        let all = send(BULK, body).expect(400);
        assert_eq!((all.get("key"), &all["errorCode"]), (None, &json!(code)), "{shown}");
    }
}

#[test]
fn what_is_refused_has_the_protocols_form() {
    let server = TestServer::start();
    create(&server, [json!({"key": "a"})]);
    let sdk = server.sdk("production", "server");
    let missing = single(&sdk, "b", json!({})).expect(404);
    assert_eq!((&missing["key"], &missing["errorCode"]), (&json!("b"), &json!("FLAG_NOT_FOUND")));

    let stranger = server.client("");
    let general = |answer: Answer, status: u16| {
        assert_eq!(answer.header("content-type"), Some("application/json"), "{}", answer.text);
        let body = answer.expect(status);
        assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["errorDetails"]);
    };
    for path in [BULK, "/ofrep/v1/evaluate/flags/a"] {
        let answer = stranger.post(path, json!({}));
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        general(answer, 401);
        general(server.admin().post(path, json!({})), 403);
        let key = [("x-api-key", sdk.token.as_str())];
        stranger.send("POST", path, &key, Some(b"{}")).expect(200);
        stranger.send("POST", path, &[("x-api-key", "no key at all")], Some(b"{}")).expect(401);
    }
    general(stranger.get("/ofrep/v1/stream"), 401);
    general(stranger.get("/ofrep/v1/stream?ticket=a.1.b"), 401);
}

#[test]
fn a_bulk_answer_is_sent_again_only_when_it_is_another() {
    TestServer::on_each(|server| {
        create_all(server);
        let sdk = server.sdk("production", "client");
        let first = bulk(&sdk, json!({"targetingKey": "u"}), None);
        let tag = first.header("etag").unwrap().to_owned();
        let body = first.expect(200);
        assert_eq!(flags(&body), [("limit", &json!(10)), ("open", &json!(false))]);
        assert_eq!(body["metadata"], json!({"environment": "production", "version": 5}));

        let again = bulk(&sdk, json!({"targetingKey": "u"}), Some(&tag));
        assert_eq!((again.status, again.text.as_str()), (304, ""));
        assert_eq!(again.header("etag"), Some(tag.as_str()));
        // Another context, another audience, another tenant, another version.
        bulk(&sdk, json!({"targetingKey": "v"}), Some(&tag)).expect(200);
        bulk(&server.sdk("production", "server"), json!({"targetingKey": "u"}), Some(&tag)).expect(200);
        bulk(&server.sdk_of("production", "client", "acme"), json!({"targetingKey": "u"}), Some(&tag))
            .expect(200);
        let body = json!({"enabled": false, "environment": "production", "reason": "test"});
        server.admin().post(&format!("{TOGGLE}/open/toggle"), body).expect(200);
        let changed = bulk(&sdk, json!({"targetingKey": "u"}), Some(&tag));
        assert_ne!(changed.header("etag"), Some(tag.as_str()));
        changed.expect(200);
    });
}

#[test]
fn time_that_passes_makes_another_answer() {
    let server = TestServer::start();
    let end = vexil_core::Timestamp::from_millis(
        i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap() + 1_500,
    );
    create(
        &server,
        [json!({"key": "a", "default": false, "expiry": end.to_string(), "rollout": {"on": 100}})],
    );
    let sdk = server.sdk("production", "server");
    let first = bulk(&sdk, json!({"targetingKey": "u"}), None);
    let tag = first.header("etag").unwrap().to_owned();
    assert_eq!(flags(&first.expect(200)), [("a", &json!(true))]);
    thread::sleep(Duration::from_millis(1_600));
    let later = bulk(&sdk, json!({"targetingKey": "u"}), Some(&tag));
    assert_eq!(flags(&later.expect(200)), [("a", &json!(false))]);
}

#[test]
fn a_key_of_a_tenant_is_of_that_tenant_whatever_it_says() {
    let server = TestServer::start();
    create_all(&server);
    for kind in ["server", "client"] {
        let (free, bound) = (server.sdk("production", kind), server.sdk_of("production", kind, "acme"));
        for context in [
            json!({}),
            json!({"tenant": {"id": "other"}}),
            json!({"tenant.id": "other"}),
            json!({"tenant": "other"}),
            json!({"tenant": {"id": null}, "tenant.id": ["other"]}),
        ] {
            assert_eq!(single(&bound, "limit", context.clone()).expect(200)["value"], json!(20), "{context}");
            assert_eq!(single(&free, "limit", context.clone()).expect(200)["value"], json!(10), "{context}");
            let all = bulk(&bound, context.clone(), None).expect(200);
            assert!(flags(&all).contains(&("open", &json!(true))), "{context}");
        }
        assert_eq!(single(&free, "limit", json!({"tenant": {"id": "acme"}})).expect(200)["value"], json!(20));
    }
}

#[test]
fn nobody_sees_by_any_route_what_is_not_for_them() {
    let server = TestServer::start();
    create_all(&server);
    create(
        &server,
        [
            json!({"key": "hidden-trial", "type": "experiment", "status": "running", "variants": [{"id": "a"}],
                "allocation": {"a": 100}}),
            json!({"key": "open-trial", "type": "experiment", "status": "running", "variants": [{"id": "on"}],
                "allocation": {"on": 100}, "client_visible": true}),
            json!({"key": "by-hidden", "client_visible": true, "variations": [{"id": "a", "value": true}],
                "rules": [{"condition": {"plan": {"eq": "pro"}}, "action": {"experiment": "hidden-trial"}}]}),
            json!({"key": "by-open", "client_visible": true,
                "rules": [{"action": {"experiment": "open-trial"}}]}),
        ],
    );
    let tried = json!({"targetingKey": "u", "plan": "pro"});
    let servers = [server.sdk("production", "server"), server.sdk_of("production", "server", "acme")];
    let clients = [server.sdk("production", "client"), server.sdk_of("production", "client", "acme")];
    let routes = |sdk: &Client| {
        let of_flags = ["open", "hidden", "password", "visible.password", "hidden-trial", "by-hidden"];
        let mut answers: Vec<Answer> = of_flags.iter().map(|key| single(sdk, key, tried.clone())).collect();
        answers.push(bulk(sdk, tried.clone(), None));
        for path in ["/api/v1/app/config", "/api/v1/feature-flags", "/sdk/v1/snapshot"] {
            answers.push(sdk.get(path));
        }
        answers.push(sdk.post("/sdk/v1/slices", json!({"tenant": "acme"})));
        answers
    };
    for sdk in servers.iter().chain(&clients) {
        for answer in routes(sdk) {
            assert!(!answer.text.contains(SECRET), "{}", answer.text);
        }
        for key in ["password", "visible.password"] {
            assert_eq!(single(sdk, key, json!({})).expect(404)["errorCode"], json!("FLAG_NOT_FOUND"));
        }
    }
    for sdk in &servers {
        assert_eq!(single(sdk, "hidden", json!({})).expect(200)["value"], json!("for servers"));
        let all = bulk(sdk, json!({}), None).expect(200);
        let keys: Vec<_> = flags(&all).iter().map(|(key, _)| *key).collect();
        let wanted = ["by-hidden", "by-open", "hidden", "hidden-trial", "limit", "open", "open-trial"];
        assert_eq!(keys, wanted);
        let by_hidden = single(sdk, "by-hidden", tried.clone()).expect(200);
        assert_eq!(by_hidden["metadata"]["experiment"], json!("hidden-trial"));
    }
    for sdk in &clients {
        // What is hidden looks as what is not there.
        let hidden = single(sdk, "hidden", json!({})).expect(404);
        let missing = single(sdk, "missing", json!({})).expect(404);
        assert_eq!(hidden.to_string().replace("hidden", "missing"), missing.to_string());
        let by_hidden = single(sdk, "by-hidden", tried.clone()).expect(200);
        assert_eq!(by_hidden["metadata"]["reason"], json!("EXPERIMENT"));
        let by_open = single(sdk, "by-open", tried.clone()).expect(200);
        assert_eq!(by_open["metadata"]["experiment"], json!("open-trial"));
        for answer in routes(sdk) {
            assert!(!answer.text.contains("for servers"), "{}", answer.text);
            let text = answer.text.replace("by-hidden", "");
            assert!(answer.status == 404 || !text.contains("hidden"), "{text}");
        }
    }
}

/// The path of the event stream that a bulk answer leads to.
fn stream_of(sdk: &Client) -> String {
    let answer = bulk(sdk, json!({"targetingKey": "u"}), None).expect(200);
    let streams = answer["eventStreams"].as_array().unwrap();
    assert_eq!((streams.len(), &streams[0]["type"]), (1, &json!("sse")));
    streams[0]["endpoint"]["requestUri"].as_str().unwrap().to_owned()
}

#[test]
fn a_stream_tells_of_every_new_version_and_of_no_value() {
    TestServer::on_each(|server| {
        create_all(server);
        let sdk = server.sdk("production", "client");
        let path = stream_of(&sdk);
        assert_eq!(path, stream_of(&sdk), "whoever asks again keeps the stream that it has");
        assert!(!path.contains(&sdk.token));
        let (mut by_ticket, mut by_key) =
            (server.client("").events(&path, None), sdk.events("/ofrep/v1/stream", Some(5)));
        let first = by_ticket.next().unwrap();
        assert_eq!((first.name.as_str(), first.id), ("message", Some(5)));

        let body = json!({"enabled": false, "environment": "production"});
        server.admin().post(&format!("{TOGGLE}/open/toggle"), body).expect(200);
        for events in [&mut by_ticket, &mut by_key] {
            let event = events.next().unwrap();
            assert_eq!((event.name.as_str(), event.id), ("message", Some(6)));
            assert_eq!(
                (&event.data["type"], &event.data["etag"]),
                (&json!("refetchEvaluation"), &json!("6"))
            );
            assert!(event.data["lastModified"].as_u64().is_some_and(|seconds| seconds > 1_700_000_000));
            assert_eq!(event.data.as_object().unwrap().len(), 3);
        }
        // Whoever comes back is told of what came meanwhile, and of nothing that it knows.
        assert_eq!(server.client("").events(&path, Some(5)).next().unwrap().id, Some(6));
    });
}

#[test]
fn a_ticket_opens_one_stream_alone_and_ends_with_its_key() {
    let server = TestServer::start();
    create_all(&server);
    let sdk = server.sdk("production", "client");
    let (path, stranger) = (stream_of(&sdk), server.client(""));
    let (_, ticket) = path.split_once("ticket=").unwrap();
    // It is no key.
    server.client(ticket).post(BULK, json!({})).expect(401);
    stranger.post(&format!("{BULK}?ticket={ticket}"), json!({})).expect(401);
    stranger.get(&format!("/sdk/v1/snapshot?ticket={ticket}")).expect(401);
    stranger.get(&format!("/sdk/v1/stream?ticket={ticket}")).expect(401);
    let other = server.sdk("production", "client");
    let forged = path.replace(ticket.split('.').next().unwrap(), other.token.split('_').nth(2).unwrap());
    assert_ne!(path, forged);
    stranger.get(&forged).expect(401);

    let mut open = stranger.events(&path, None);
    assert!(open.next().is_some());
    let id = sdk.token.split('_').nth(2).unwrap();
    server.admin().delete(&format!("/api/v1/keys/{id}")).expect(200);
    assert!(open.next().is_none(), "the stream ends with the key");
    stranger.get(&path).expect(401);
}

#[test]
fn a_refetch_waits_for_the_version_that_it_was_told_of_but_not_long() {
    let server = TestServer::start();
    create_all(&server);
    let sdk = server.sdk("production", "client");
    let refetch =
        |tag: &str| sdk.post(&format!("{BULK}?flagConfigEtag={tag}&flagConfigLastModified=x"), json!({}));
    for (tag, waits) in [("5", false), ("nonsense", false), ("6", true)] {
        let begin = Instant::now();
        refetch(tag).expect(200);
        assert_eq!(begin.elapsed() >= Duration::from_secs(1), waits, "{tag}");
    }
}

#[test]
fn pages_of_other_origins_may_ask_with_a_key_and_without_cookies() {
    let server = TestServer::start();
    create_all(&server);
    let sdk = server.sdk("production", "client");
    let preflight = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type,if-none-match"),
    ];
    for path in [
        BULK,
        "/ofrep/v1/evaluate/flags/open",
        "/ofrep/v1/stream",
        "/sdk/v1/snapshot",
        "/api/v1/feature-flags",
    ] {
        let answer = server.client("").send("OPTIONS", path, &preflight, None);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        let allowed = answer.header("access-control-allow-headers").unwrap();
        assert!(allowed.contains("authorization") && allowed.contains("if-none-match"), "{path}: {allowed}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{path}");
    }
    let origin = [("origin", "https://shop.example")];
    let answer = sdk.send("POST", BULK, &origin, Some(b"{}"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert!(answer.header("access-control-expose-headers").unwrap().contains("etag"));
    // Also what is refused, or nobody would see why.
    let answer = server.client("").send("POST", BULK, &origin, Some(b"{}"));
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (401, Some("*")));
    // Administration is not open to pages.
    let answer = server.admin().send("GET", "/api/v1/projects", &origin, None);
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[test]
fn many_entries_are_answered_as_few_are() {
    let server = TestServer::start();
    let entries: Vec<Value> =
        (0..500).map(|i| json!({"key": format!("e{i:03}"), "type": "config", "default": i})).collect();
    let bundle = json!({"schema": 1, "environment": "production", "entries": entries});
    let imported = json!({"environments": {"production": bundle}});
    server.admin().post("/api/v1/projects/default/import", imported).expect(200);
    let sdk = server.sdk("production", "server");
    let all = bulk(&sdk, json!({}), None).expect(200);
    let expected: Vec<(String, Value)> = (0..500).map(|i| (format!("e{i:03}"), json!(i))).collect();
    let found: Vec<_> = flags(&all).into_iter().map(|(key, value)| (key.to_owned(), value.clone())).collect();
    assert_eq!(found, expected);
    assert_eq!(sdk.get("/api/v1/app/config").expect(200)["config"].as_object().unwrap().len(), 500);
    let slice = sdk.post("/sdk/v1/slices", json!({"tenant": "acme"})).expect(200);
    assert_eq!(slice["payload"]["flags"].as_object().unwrap().len(), 500);
}

#[test]
fn what_is_no_evaluation_is_refused_in_the_protocols_form_too() {
    let server = TestServer::start();
    let sdk = server.sdk("production", "server");
    for (method, path, status) in [
        ("POST", "/ofrep/v1/evaluate/flag", 404),
        ("GET", "/ofrep/v2/anything", 404),
        ("GET", BULK, 405),
        ("DELETE", "/ofrep/v1/evaluate/flags/a", 405),
    ] {
        let answer = sdk.send(method, path, &[], None);
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
        let members: Vec<_> = answer.body.as_object().unwrap().keys().collect();
        assert_eq!(members, ["errorDetails"], "{answer:?}");
    }
    assert_eq!(sdk.send("GET", BULK, &[], None).header("allow"), Some("POST"));
    sdk.send("GET", "/sdk/v1/events", &[], None).refused(405, "METHOD_NOT_ALLOWED");
}

#[test]
fn an_unchanged_answer_has_the_headers_of_one_that_is_given() {
    let server = TestServer::start();
    create_all(&server);
    let sdk = server.sdk("production", "server");
    let given = bulk(&sdk, json!({}), None);
    let unchanged = bulk(&sdk, json!({}), given.header("etag"));
    assert_eq!((given.status, unchanged.status), (200, 304));
    for name in ["cache-control", "etag", "vary"] {
        assert_eq!(given.header(name), unchanged.header(name), "{name}");
    }
    assert_eq!(given.header("cache-control"), Some("private, no-cache"));
}
