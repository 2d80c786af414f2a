//! What a control plane answers, good and bad: each answer ends in a defined state, and what is held stays.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use vexil_client::{
    Cache, Client, ConnectionStatus, Context, ErrorCode, FailureCode, Options, Origin as From, StartError,
    Streaming,
};

use crate::local::until;
use crate::origin::{Origin, Reply, STREAM, delta, event, http, json, message, public, put};

fn polled(origin: &Origin) -> Options {
    Options { streaming: Streaming::Off, ..origin.options() }
}

fn is_on(client: &Client) -> bool {
    client.is_enabled("a", &Context::new())
}

#[test]
fn a_snapshot_is_fetched_once_and_then_only_asked_about() {
    let origin = Origin::start(|_, head| {
        if head.contains("if-none-match: w/\"7\"") {
            return http("304 Not Modified", "", "");
        }
        http("200 OK", "content-type: application/json\r\netag: W/\"7\"\r\n", &put(7, true))
    });
    let client = Client::start(polled(&origin)).unwrap();
    assert!(is_on(&client));
    until("it is asked again", || origin.asked().len() > 3);
    let state = client.state();
    assert_eq!(
        (state.version, state.origin, state.connection),
        (7, From::Remote, ConnectionStatus::Connected)
    );
    assert!(state.last_error.is_none(), "{state:?}");
    let details = client.bool_details("a", &Context::new(), false);
    assert_eq!((details.version, details.stale_ms), (7, None));
}

#[test]
fn every_bad_answer_leaves_what_is_held_and_says_why() {
    let huge = "x".repeat(1 << 16).into_bytes();
    let endless = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".to_vec();
    let cases: Vec<(&str, Reply, FailureCode)> = vec![
        ("401", http("401 Unauthorized", "", r#"{"detail":"no"}"#), FailureCode::Unauthenticated),
        ("403", http("403 Forbidden", "", ""), FailureCode::Forbidden),
        ("404", http("404 Not Found", "", ""), FailureCode::Status),
        ("429", http("429 Too Many Requests", "retry-after: 0\r\n", ""), FailureCode::RateLimited),
        ("500", http("500 Internal Server Error", "", ""), FailureCode::Status),
        ("no JSON", json("{"), FailureCode::Malformed),
        ("another type", http("200 OK", "content-type: text/html\r\n", "<p>"), FailureCode::Malformed),
        (
            "cut short",
            Reply::Bytes(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{".to_vec(),
            ),
            FailureCode::Malformed,
        ),
        (
            "a slow body",
            Reply::Hang(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{".to_vec(),
            ),
            FailureCode::Timeout,
        ),
        (
            "a body that comes bit by bit",
            Reply::Drip(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".to_vec(),
                b" ".to_vec(),
                Duration::from_millis(10),
            ),
            FailureCode::Timeout,
        ),
        ("no answer", Reply::Hang(Vec::new()), FailureCode::Timeout),
        (
            "a head without an end",
            Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-more: and more\r\n".to_vec()),
            FailureCode::Malformed,
        ),
        ("no HTTP", Reply::Bytes(b"hello\r\n\r\n".to_vec()), FailureCode::Malformed),
        ("a redirect loop", http("302 Found", "location: /sdk/v1/snapshot\r\n", ""), FailureCode::Malformed),
        ("older", json(&put(6, false)), FailureCode::RolledBack),
        (
            "of another environment",
            json(&message("put", "staging", 9, None, r#"{"schema":1,"version":9,"entries":[]}"#)),
            FailureCode::WrongEnvironment,
        ),
        ("changed on the way", json(&put(8, true).replace("true", "false")), FailureCode::BadSignature),
        (
            "signed by nobody known",
            json(
                &put(8, false)
                    .replace("eyJhbGciOiJFZERTQSIsImtpZCI6ImsxI", "eyJhbGciOiJFZERTQSIsImtpZCI6ImsyI"),
            ),
            FailureCode::UntrustedKey,
        ),
        ("a change that does not fit", json(&delta(5, 8, false)), FailureCode::Gap),
        (
            "definitions that are none",
            json(&message("put", "production", 9, None, "7")),
            FailureCode::Definitions,
        ),
        (
            "a version that is not the signed one",
            json(&message("put", "production", 9, None, r#"{"schema":1,"version":8,"entries":[]}"#)),
            FailureCode::BadSignature,
        ),
        ("an endless body", Reply::Endless(endless, huge), FailureCode::TooLarge),
        ("a body that is small until it is unpacked", bomb(), FailureCode::TooLarge),
    ];
    let origin = Origin::start(|_, _| json(&put(7, true)));
    // The large ones are a matter of bytes, not of time.
    let options = Options { request_timeout: Duration::from_secs(2), ..polled(&origin) };
    let client = Client::start(options).unwrap();
    for (what, reply, code) in cases {
        origin.becomes(move |_, _| reply.clone());
        let found = |failure: vexil_client::Failure| {
            failure.code == code || (code == FailureCode::TooLarge && failure.code == FailureCode::Timeout)
        };
        until(what, || client.state().last_error.is_some_and(found));
        until(what, || client.state().connection == ConnectionStatus::Error);
        let details = client.bool_details("a", &Context::new(), false);
        assert_eq!((details.value, details.version, details.origin), (true, 7, From::Remote), "{what}");
        assert!(details.stale_ms.is_some(), "{what}");
        origin.becomes(|_, _| json(&put(7, true)));
        until("all is well again", || client.state().connection == ConnectionStatus::Connected);
        assert_eq!(client.bool_details("a", &Context::new(), false).stale_ms, None, "{what}");
    }
}

/// More than any snapshot may have, in some hundred kilobytes.
fn bomb() -> Reply {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let spaces = vec![b' '; 1 << 20];
    for _ in 0..80 {
        packed.write_all(&spaces).unwrap();
    }
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 1 << 20);
    let length = packed.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n"
    );
    Reply::Bytes([head.as_bytes(), &packed].concat())
}

#[test]
fn a_key_is_shown_to_nobody_but_the_control_plane() {
    let shown = Arc::new(Mutex::new(Vec::new()));
    let showing = Arc::clone(&shown);
    let other = Origin::start(move |_, head| {
        showing.lock().unwrap().push(head.contains("authorization"));
        json(&put(7, true))
    });
    let location = format!("location: http://localhost:{}/sdk/v1/snapshot\r\n", other.address.port());
    let origin = Origin::start(move |_, _| http("307 Temporary Redirect", &location, ""));
    let _client = Client::start(polled(&origin)).unwrap();
    until("somebody else is asked", || !shown.lock().unwrap().is_empty());
    assert!(shown.lock().unwrap().iter().all(|shown| !shown));
}

#[test]
fn nobody_at_the_address_is_a_state_and_not_an_end() {
    for (url, code) in [
        ("http://127.0.0.1:1", FailureCode::Unreachable),
        ("http://no-such-host.invalid", FailureCode::Unreachable),
    ] {
        let source = vexil_client::Source::Http { url: url.to_owned(), key: "k".to_owned() };
        let client = Client::start(Options::new(source)).unwrap();
        until(url, || client.state().last_error.is_some());
        assert_eq!(client.state().last_error.unwrap().code, code, "{url}");
        let details = client.bool_details("a", &Context::new(), true);
        assert_eq!((details.value, details.error), (true, Some(ErrorCode::ProviderNotReady)), "{url}");
    }
}

#[test]
fn an_address_that_is_none_is_refused_at_the_start() {
    for url in ["no url", "ftp://x", "/path", ""] {
        let source = vexil_client::Source::Http { url: url.to_owned(), key: "k".to_owned() };
        let refused = Client::start(Options::new(source)).err();
        assert!(matches!(refused, Some(StartError::Url(_))), "{url}");
    }
}

#[test]
fn whoever_is_told_to_wait_waits() {
    let origin = Origin::start(|_, _| http("429 Too Many Requests", "retry-after: 500\r\n", ""));
    let client = Client::start(polled(&origin)).unwrap();
    until("it is refused", || client.state().last_error.is_some());
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(origin.asked().len(), 1, "it waits for minutes, and not for milliseconds");
}

#[test]
fn the_last_known_good_is_served_when_the_server_is_away_and_says_its_age() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Some(Cache { folder: folder.path().to_owned(), max_age: None });
    let origin = Origin::start(|path, _| match path {
        "/sdk/v1/stream" => Reply::Hang([STREAM, &event("delta", &delta(7, 8, false))].concat().into_bytes()),
        _ => json(&put(7, true)),
    });
    let options = Options { cache, ..origin.options() };
    let client = Client::start(options.clone()).unwrap();
    until("the change is here", || client.state().version == 8);
    client.close();

    origin.becomes(|_, _| http("503 Service Unavailable", "", ""));
    let client = Client::start(Options { streaming: Streaming::Off, ..options.clone() }).unwrap();
    let details = client.bool_details("a", &Context::new(), true);
    assert_eq!((details.value, details.version, details.origin), (false, 8, From::Cache));
    assert!(details.stale_ms.is_some());
    // Older than what is on disk is as much a step back as older than what is in memory.
    origin.becomes(|_, _| json(&put(7, true)));
    until("it is refused", || {
        client.state().last_error.is_some_and(|failure| failure.code == FailureCode::RolledBack)
    });
    origin.becomes(|_, _| json(&put(8, false)));
    until("it is confirmed", || client.state().origin == From::Remote);
    assert_eq!(client.bool_details("a", &Context::new(), true).stale_ms, None);
    client.close();

    // What is on disk is verified like all else.
    let nobody = Options { trusted_keys: vec![], offline: true, ..options.clone() };
    let other = vexil_client::TrustedKey::new("k2", &public()).unwrap();
    let stranger = Options { trusted_keys: vec![other], offline: true, ..options };
    assert_eq!(Client::start(stranger).unwrap().state().origin, From::Nowhere);
    // Without keys in the options and in the file nobody is trusted.
    assert_eq!(Client::start(nobody).unwrap().state().origin, From::Nowhere);
}

#[test]
fn without_keys_in_the_options_those_that_are_published_are_trusted() {
    let keys = format!(
        r#"{{"keys":[{{"kty":"RSA","kid":"k0","n":"AQ"}},{{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"{}"}}]}}"#,
        public()
    );
    let origin = Origin::start(move |path, _| match path {
        "/sdk/v1/keys" => json(&keys),
        _ => json(&put(7, true)),
    });
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        trusted_keys: Vec::new(),
        cache: Some(Cache { folder: folder.path().to_owned(), max_age: None }),
        ..polled(&origin)
    };
    let client = Client::start(options.clone()).unwrap();
    assert!(is_on(&client));
    client.close();
    let client = Client::start(Options { offline: true, ..options }).unwrap();
    assert_eq!((client.state().origin, is_on(&client)), (From::Cache, true));
}

#[test]
fn where_there_is_no_thread_reads_refresh() {
    let origin = Origin::start(|_, _| json(&put(7, true)));
    let options = Options { threadless: true, ..polled(&origin) };
    let client = Client::start(options).unwrap();
    assert!(is_on(&client));
    origin.becomes(|_, _| json(&put(8, false)));
    std::thread::sleep(Duration::from_millis(30));
    assert!(!is_on(&client), "the read that finds the interval over refreshes first");
    assert_eq!(client.state().version, 8);
}
