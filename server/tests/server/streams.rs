//! Delivery: what is signed, what resumes, what never leaves.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::support::{Answer, Client, TestServer};

const ENTRIES: &str = "/api/v1/projects/default/entries";
const IN_PRODUCTION: &str = "/api/v1/projects/default/environments/production/entries";

/// A process that takes messages over as clients do: verified, in order, deltas on what they fit.
struct Process {
    keys: BTreeMap<String, VerifyingKey>,
    version: Option<u64>,
    entries: BTreeMap<String, Value>,
}

#[derive(serde::Deserialize)]
struct Envelope<'m> {
    #[serde(rename = "type")]
    kind: &'m str,
    signature: &'m str,
    #[serde(borrow)]
    payload: &'m RawValue,
}

impl Process {
    fn new(sdk: &Client) -> Process {
        let mut keys = BTreeMap::new();
        for key in sdk.get("/sdk/v1/keys").expect(200)["keys"].as_array().unwrap() {
            let bytes: [u8; 32] =
                Base64UrlUnpadded::decode_vec(key["x"].as_str().unwrap()).unwrap().try_into().unwrap();
            keys.insert(key["kid"].as_str().unwrap().to_owned(), VerifyingKey::from_bytes(&bytes).unwrap());
        }
        Process { keys, version: None, entries: BTreeMap::new() }
    }

    /// The protected header, if the signature is one of a trusted key over these bytes.
    fn verify(&self, envelope: &Envelope<'_>) -> Option<Value> {
        let (protected, signature) = envelope.signature.split_once("..")?;
        let header: Value = serde_json::from_slice(&Base64UrlUnpadded::decode_vec(protected).ok()?).ok()?;
        let key = self.keys.get(header["kid"].as_str()?)?;
        let signature = Signature::from_slice(&Base64UrlUnpadded::decode_vec(signature).ok()?).ok()?;
        let signed = format!("{protected}.{}", envelope.payload.get());
        key.verify(signed.as_bytes(), &signature).ok()?;
        Some(header)
    }

    fn take(&mut self, message: &str) {
        let envelope: Envelope<'_> = serde_json::from_str(message).unwrap();
        let header = self.verify(&envelope).expect("a signature");
        let payload: Value = serde_json::from_str(envelope.payload.get()).unwrap();
        assert_eq!((&header["typ"], &header["version"]), (&json!(envelope.kind), &payload["version"]));
        assert_eq!(header["environment"], json!("production"));
        let version = payload["version"].as_u64().unwrap();
        assert!(self.version.is_none_or(|held| held < version), "{version} after {:?}", self.version);
        match envelope.kind {
            "put" => self.entries.clear(),
            "delta" => assert_eq!(payload["from"].as_u64(), self.version),
            other => panic!("{other}"),
        }
        for entry in payload["entries"].as_array().unwrap() {
            self.entries.insert(entry["key"].as_str().unwrap().to_owned(), entry.clone());
        }
        for key in payload["removed"].as_array().into_iter().flatten() {
            self.entries.remove(key.as_str().unwrap());
        }
        self.version = Some(version);
    }
}

fn whole(sdk: &Client) -> Process {
    let mut process = Process::new(sdk);
    process.take(&sdk.get("/sdk/v1/snapshot").text);
    process
}

#[test]
fn connections_that_are_cut_resume_and_end_where_everybody_is() {
    TestServer::on_each(|server| {
        let (admin, sdk) = (server.admin(), server.sdk("production", "server"));
        for number in 0..20 {
            admin.post(ENTRIES, json!({"definition": {"key": format!("f{number}")}})).expect(201);
        }
        const CHANGES: u64 = 120;
        let writer = {
            let admin = admin.clone();
            thread::spawn(move || {
                for number in 0..CHANGES {
                    let key = number % 20;
                    match number % 15 {
                        13 => drop(admin.delete(&format!("{ENTRIES}/f{key}")).expect(200)),
                        14 => drop(
                            admin.post(&format!("{ENTRIES}/f{}/restore", key - 1), json!({})).expect(200),
                        ),
                        _ => {
                            let body =
                                json!({"patch": {"enabled": number % 2 == 0, "salt": number.to_string()}});
                            admin.patch(&format!("{IN_PRODUCTION}/f{key}"), body);
                        }
                    }
                }
            })
        };
        let mut process = Process::new(&sdk);
        let (mut connections, mut deltas) = (0, 0);
        while !writer.is_finished() || process.version != whole(&sdk).version {
            // Each connection lives for a few messages only.
            let mut stream = sdk.stream(process.version);
            connections += 1;
            for _ in 0..5 {
                let Some(event) = stream.any() else { break };
                if event.name == "heartbeat" {
                    break;
                }
                deltas += u64::from(event.name == "delta");
                process.take(&event.text);
                assert_eq!(event.id, process.version);
            }
        }
        writer.join().unwrap();
        assert!(connections > 5 && deltas > 10, "{connections} connections, {deltas} deltas");
        assert_eq!(process.entries, whole(&sdk).entries);
    });
}

#[test]
fn a_position_gets_what_it_needs() {
    let server = TestServer::start();
    let (admin, sdk) = (server.admin(), server.sdk("production", "server"));
    for number in 0..10 {
        admin.post(ENTRIES, json!({"definition": {"key": format!("f{number}")}})).expect(201);
    }
    let first = |since| {
        let event = sdk.stream(since).any().unwrap();
        (event.name, event.id)
    };
    assert_eq!(first(None), ("put".to_owned(), Some(10)));
    assert_eq!(first(Some(8)), ("delta".to_owned(), Some(10)));
    assert_eq!(first(Some(0)), ("put".to_owned(), Some(10)));
    // Who is where everybody is waits, and hears that the stream is alive.
    assert_eq!(first(Some(10)).0, "heartbeat");
    // A delta that is as large as the whole is the whole.
    assert_eq!(first(Some(1)), ("put".to_owned(), Some(10)));
}

#[test]
fn who_holds_a_later_version_is_given_no_earlier_one() {
    let server = TestServer::start();
    let (admin, sdk) = (server.admin(), server.sdk("production", "server"));
    admin.post(ENTRIES, json!({"definition": {"key": "a"}})).expect(201);
    let whole = sdk.get("/sdk/v1/snapshot");
    let tag = whole.header("etag").unwrap();
    assert!(tag.starts_with("W/\"1-"), "{tag}");
    let (ahead, other) = (tag.replace("W/\"1-", "W/\"3-"), tag.replace("production", "staging"));
    // What the caller holds of another environment says nothing of this one.
    for tag in [&other, "\"99\"", "*x"] {
        assert_eq!(sdk.send("GET", "/sdk/v1/snapshot", &[("if-none-match", tag)], None).status, 200);
    }
    let began = Instant::now();
    thread::scope(|scope| {
        let refused = |path: &'static str, header: (&'static str, String)| {
            let sdk = sdk.clone();
            scope.spawn(move || {
                let answer = sdk.send("GET", path, &[(header.0, &header.1)], None);
                assert!(answer.header("retry-after").is_some(), "{answer:?}");
                answer.refused(503, "BEHIND");
            })
        };
        refused("/sdk/v1/stream", ("last-event-id", "3".to_owned()));
        refused("/sdk/v1/snapshot", ("if-none-match", ahead.clone()));
        refused("/sdk/v1/stream?since=18446744073709551615", ("accept", "*/*".to_owned()));
    });
    assert!(began.elapsed() > Duration::from_secs(3), "they were not waited for");
    // Where it comes in time they go on from there.
    let mut stream = {
        let later = thread::spawn(move || {
            for enabled in [false, true, false] {
                thread::sleep(Duration::from_millis(200));
                admin
                    .patch(&format!("{IN_PRODUCTION}/a"), json!({"patch": {"enabled": enabled}}))
                    .expect(200);
            }
        });
        let stream = sdk.stream(Some(3));
        later.join().unwrap();
        stream
    };
    assert_eq!(stream.next().unwrap().id, Some(4));
    let answer = sdk.send("GET", "/sdk/v1/snapshot", &[("if-none-match", &ahead)], None);
    assert_eq!((answer.status, &answer.body["payload"]["version"]), (200, &json!(4)));
}

#[test]
fn an_unchanged_snapshot_has_the_headers_of_one_that_is_given() {
    let server = TestServer::start();
    let sdk = server.sdk("production", "server");
    let given = sdk.get("/sdk/v1/snapshot");
    let tag = given.header("etag").unwrap();
    let unchanged = sdk.send("GET", "/sdk/v1/snapshot", &[("if-none-match", tag)], None);
    assert_eq!((given.status, unchanged.status), (200, 304));
    for name in ["cache-control", "etag"] {
        assert_eq!(given.header(name), unchanged.header(name), "{name}");
    }
    let all = |answer: &Answer| {
        let values = answer.headers.get_all("vary").iter();
        values.map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(all(&given), all(&unchanged));
    assert!(all(&given).contains(&"accept-encoding, authorization, x-api-key".to_owned()), "{given:?}");
    assert_eq!(given.header("cache-control"), Some("private, no-cache"));
}

#[test]
fn somebody_slow_finds_the_newest_and_no_queue() {
    let server = TestServer::start();
    let (admin, sdk) = (server.admin(), server.sdk("production", "server"));
    // Large enough that what is not read fills every buffer on the way.
    let padding = "x".repeat(200_000);
    for number in 0..10 {
        let definition = json!({"key": format!("f{number}"), "type": "config", "default": padding});
        admin.post(ENTRIES, json!({"definition": definition})).expect(201);
    }
    let mut slow = sdk.stream(None);
    assert_eq!(slow.next().unwrap().id, Some(10));
    for number in 0..60 {
        let value = format!("{number}{padding}");
        let body = json!({"patch": {"default": value}});
        admin.patch(&format!("{IN_PRODUCTION}/f{}", number % 10), body).expect(200);
    }
    let mut messages = 0;
    let mut version = 10;
    while version < 70 {
        let event = slow.next().unwrap();
        assert!(event.id.unwrap() > version);
        version = event.id.unwrap();
        messages += 1;
    }
    assert!(messages < 60, "{messages} messages for 60 versions");
}

#[test]
fn the_same_messages_come_over_a_websocket() {
    let server = TestServer::start();
    let (admin, sdk) = (server.admin(), server.sdk("production", "server"));
    for key in ["a", "b", "c"] {
        admin.post(ENTRIES, json!({"definition": {"key": key}})).expect(201);
    }
    let mut process = Process::new(&sdk);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use futures_util::StreamExt;
        let url = format!("{}/sdk/v1/ws", sdk.base.replace("http://", "ws://"));
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert("authorization", format!("Bearer {}", sdk.token).parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        process.take(socket.next().await.unwrap().unwrap().to_text().unwrap());
        let path = format!("{IN_PRODUCTION}/a");
        tokio::task::spawn_blocking(move || {
            admin.patch(&path, json!({"patch": {"enabled": false}})).expect(200)
        })
        .await
        .unwrap();
        loop {
            let message = socket.next().await.unwrap().unwrap();
            let text = message.to_text().unwrap();
            if !text.contains("heartbeat") {
                process.take(text);
                break;
            }
        }
    });
    assert_eq!((process.version, &process.entries["a"]["enabled"]), (Some(4), &json!(false)));
}

#[test]
fn forged_swapped_and_foreign_messages_do_not_verify() {
    let server = TestServer::start();
    let (admin, sdk) = (server.admin(), server.sdk("production", "server"));
    admin.post(ENTRIES, json!({"definition": {"key": "a"}})).expect(201);
    let process = Process::new(&sdk);
    let (old, other) =
        (sdk.get("/sdk/v1/snapshot").text, server.sdk("staging", "server").get("/sdk/v1/snapshot").text);
    admin.patch(&format!("{IN_PRODUCTION}/a"), json!({"patch": {"enabled": false}})).expect(200);
    let new = sdk.get("/sdk/v1/snapshot").text;
    let parse = |text: &'static str| serde_json::from_str::<Envelope<'static>>(text).unwrap();
    let [old, other, new] = [old, other, new].map(|text| &*Box::leak(text.into_boxed_str()));
    let forged = Box::leak(new.replace("false", "true").into_boxed_str());
    assert!(process.verify(&parse(new)).is_some());
    assert!(process.verify(&parse(forged)).is_none());
    // An old payload under a new signature, which would roll back.
    let swapped = Envelope { kind: "put", signature: parse(new).signature, payload: parse(old).payload };
    assert!(process.verify(&swapped).is_none());
    // What is of another environment says so where it is signed.
    assert_eq!(process.verify(&parse(other)).unwrap()["environment"], json!("staging"));
}

#[test]
fn signing_keys_rotate_under_open_streams() {
    let server = TestServer::start();
    let (admin, sdk) = (server.admin(), server.sdk("production", "server"));
    for key in ["a", "b", "c"] {
        admin.post(ENTRIES, json!({"definition": {"key": key}})).expect(201);
    }
    let mut stream = sdk.stream(Some(3));
    let next = admin.post("/api/v1/signing-keys", json!({})).expect(201);
    let mut process = Process::new(&sdk);
    process.version = Some(3);
    assert!(process.keys.contains_key(next["id"].as_str().unwrap()), "published before it signs");
    let path = format!("/api/v1/signing-keys/{}", next["id"].as_str().unwrap());
    admin.patch(&path, json!({"state": "active"})).expect(200);
    let tag = |answer: crate::support::Answer| answer.header("etag").unwrap().to_owned();
    let wait = || tag(sdk.get("/sdk/v1/snapshot")).contains(next["id"].as_str().unwrap());
    while !wait() {
        thread::sleep(Duration::from_millis(10));
    }
    admin.patch(&format!("{IN_PRODUCTION}/a"), json!({"patch": {"enabled": false}})).expect(200);
    let event = stream.next().unwrap();
    process.take(&event.text);
    let envelope: Envelope<'_> = serde_json::from_str(&event.text).unwrap();
    assert_eq!(process.verify(&envelope).unwrap()["kid"], next["id"]);
    admin.patch(&path, json!({"state": "retired"})).refused(409, "SIGNING_KEY_ACTIVE");
}

#[test]
fn snapshots_are_not_sent_twice_and_come_compressed() {
    let server = TestServer::start();
    let (admin, sdk) = (server.admin(), server.sdk("production", "server"));
    admin.post(ENTRIES, json!({"definition": {"key": "a"}})).expect(201);
    let first = sdk.get("/sdk/v1/snapshot");
    let tag = first.header("etag").unwrap().to_owned();
    let again = sdk.send("GET", "/sdk/v1/snapshot", &[("if-none-match", &tag)], None);
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    let zipped = sdk.send("GET", "/sdk/v1/snapshot", &[("accept-encoding", "gzip")], None);
    assert_eq!(zipped.text, first.text);
    admin.patch(&format!("{IN_PRODUCTION}/a"), json!({"patch": {"enabled": false}})).expect(200);
    assert_eq!(sdk.send("GET", "/sdk/v1/snapshot", &[("if-none-match", &tag)], None).status, 200);
}

#[test]
fn client_keys_get_what_changes_for_them_and_no_more() {
    let server = TestServer::start();
    let admin = server.admin();
    let entry = |key: &str, visible: bool| {
        let definition = json!({"key": key, "client_visible": visible,
            "scopes": {"tenant": {"acme": {"serve": "on"}}}});
        admin.post(ENTRIES, json!({"definition": definition})).expect(201);
    };
    for key in ["a", "b", "c", "d"] {
        entry(key, true);
    }
    entry("hidden", false);
    let sdk = server.sdk_of("production", "client", "acme");
    let mut stream = sdk.stream(None);
    let mut process = Process::new(&sdk);
    let mut next = |change: &dyn Fn()| {
        change();
        let event = stream.next().unwrap();
        process.take(&event.text);
        assert_eq!(process.entries, whole(&sdk).entries);
        let keys = |of: &Value| of.as_array().into_iter().flatten().map(Value::to_string).collect::<Vec<_>>();
        let payload = &event.data["payload"];
        let entries = payload["entries"].as_array().unwrap().iter().map(|entry| entry["key"].clone());
        (event.name, keys(&entries.collect()), keys(&payload["removed"]))
    };
    let patch = |key: &str, patch: Value| {
        admin.patch(&format!("{IN_PRODUCTION}/{key}"), json!({"patch": patch})).expect(200);
    };
    let delta = |entries: &[&str], removed: &[&str]| {
        let quoted = |keys: &[&str]| keys.iter().map(|key| format!("\"{key}\"")).collect::<Vec<_>>();
        ("delta".to_owned(), quoted(entries), quoted(removed))
    };
    assert_eq!(next(&|| {}).0, "put");
    assert_eq!(next(&|| patch("hidden", json!({"enabled": false}))), delta(&[], &[]));
    let others = json!({"scopes": {"tenant": {"other": {"serve": "on"}}}});
    assert_eq!(next(&|| patch("a", others.clone())), delta(&[], &[]), "another tenant's part");
    assert_eq!(next(&|| patch("a", json!({"enabled": false}))), delta(&["a"], &[]));
    assert_eq!(next(&|| patch("b", json!({"client_visible": false}))), delta(&[], &["b"]));
    assert_eq!(next(&|| patch("hidden", json!({"client_visible": true}))), delta(&["hidden"], &[]));
    // Whoever comes back soon goes on; whoever was away for long, or comes from elsewhere, begins anew.
    assert_eq!(sdk.stream(Some(7)).next().unwrap().name, "delta");
    assert_eq!(sdk.stream(Some(2)).next().unwrap().name, "put");
}

#[test]
fn tags_are_sound_whatever_a_tenant_is_called() {
    let server = TestServer::start();
    let mut tags = std::collections::BTreeSet::new();
    for tenant in ["acme", "a, b", "Zo\u{eb}", "x\"y", "W/\"z\""] {
        let sdk = server.sdk_of("production", "client", tenant);
        let first = sdk.get("/sdk/v1/snapshot");
        let tag = first.header("etag").unwrap_or_else(|| panic!("{tenant}: no tag that is text")).to_owned();
        let opaque = tag.strip_prefix("W/\"").and_then(|tag| tag.strip_suffix('"')).unwrap();
        assert!(!opaque.contains(['"', ',', ' ']), "{tag}");
        assert_eq!(
            sdk.send("GET", "/sdk/v1/snapshot", &[("if-none-match", &tag)], None).status,
            304,
            "{tenant}"
        );
        assert!(tags.insert(tag), "{tenant}");
    }
}

#[test]
fn what_is_sensitive_or_not_for_clients_never_leaves() {
    let server = TestServer::start();
    let admin = server.admin();
    let secret = "correct-horse-battery-staple";
    let entries = [
        json!({"key": "password", "type": "config", "default": secret, "sensitive": true}),
        json!({"key": "hidden", "type": "config", "default": "for-servers"}),
        json!({"key": "seen", "type": "config", "default": "for-all", "client_visible": true,
            "rules": [{"condition": {"user.email": {"eq": "ada@example.com"}}, "action": {"value": "for-ada"}}]}),
    ];
    for entry in entries {
        admin.post(ENTRIES, json!({"definition": entry})).expect(201);
    }
    let of_server = server.sdk("production", "server");
    let of_client = server.sdk("production", "client");
    let texts = |sdk: &Client| {
        [
            sdk.get("/sdk/v1/snapshot").text,
            sdk.stream(None).next().unwrap().text,
            sdk.stream(Some(2)).next().unwrap().text,
        ]
    };
    for text in texts(&of_server) {
        assert!(!text.contains(secret) && !text.contains("password"), "{text}");
        assert!(text.contains("ada@example.com") || text.contains("delta"), "{text}");
    }
    for text in texts(&of_client) {
        assert!(text.contains("for-all"), "{text}");
        for hidden in [secret, "password", "hidden", "for-servers", "ada@example.com"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
    // What becomes sensitive leaves those who have it.
    let mut stream = of_server.stream(Some(3));
    admin.patch(&format!("{IN_PRODUCTION}/hidden"), json!({"patch": {"sensitive": true}})).expect(200);
    let message = stream.next().unwrap();
    assert!(!message.text.contains("for-servers"), "{}", message.text);
}

#[test]
fn streams_end_with_their_key() {
    let server = TestServer::start();
    let admin = server.admin();
    let made = admin
        .post("/api/v1/keys", json!({"environment": "production", "kind": "server", "name": "x"}))
        .expect(201);
    let sdk = server.client(made["key"].as_str().unwrap());
    let mut stream = sdk.stream(None);
    assert_eq!(stream.any().unwrap().name, "put");
    admin.delete(&format!("/api/v1/keys/{}", made["id"].as_str().unwrap())).expect(200);
    while stream.any().is_some() {}
    sdk.get("/sdk/v1/snapshot").refused(401, "UNAUTHENTICATED");
    server.client("").get("/sdk/v1/snapshot").refused(401, "UNAUTHENTICATED");
    server.client("nonsense").get("/sdk/v1/snapshot").refused(401, "CREDENTIAL_MALFORMED");
    admin.get("/sdk/v1/snapshot").refused(403, "NOT_AN_SDK_KEY");
}

#[test]
fn rotated_keys_work_side_by_side_for_a_while() {
    let server = TestServer::start();
    let admin = server.admin();
    let made = admin
        .post("/api/v1/keys", json!({"environment": "production", "kind": "server", "name": "x"}))
        .expect(201);
    let rotate = format!("/api/v1/keys/{}/rotate", made["id"].as_str().unwrap());
    let new = admin.post(&rotate, json!({"overlap_seconds": 1})).expect(201);
    let (old, new) =
        (server.client(made["key"].as_str().unwrap()), server.client(new["key"].as_str().unwrap()));
    new.get("/sdk/v1/snapshot").expect(200);
    thread::sleep(Duration::from_millis(1_100));
    old.get("/sdk/v1/snapshot").refused(401, "UNAUTHENTICATED");
    new.get("/sdk/v1/snapshot").expect(200);
}
