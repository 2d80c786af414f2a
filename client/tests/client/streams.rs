//! Streams, as events and over WebSockets: what they bring, and how they end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use vexil_client::{Client, ConnectionStatus, Context, FailureCode, Options, Retry, Streaming};

use crate::local::until;
use crate::origin::{Origin, Reply, STREAM, delta, event, frame, http, json, put};

/// Either way, with where it is asked for.
pub(crate) const WAYS: [(Streaming, &str); 2] =
    [(Streaming::Events, "/sdk/v1/stream"), (Streaming::WebSocket, "/sdk/v1/ws")];

/// A stream that says these things, and then nothing more.
pub(crate) fn stream(way: Streaming, said: &[(&str, &str)]) -> Reply {
    match way {
        Streaming::WebSocket => Reply::Socket(said.iter().flat_map(|(_, data)| frame(data)).collect()),
        _ => Reply::Hang(events(said)),
    }
}

/// A stream that says these things, and ends.
fn short_stream(way: Streaming, said: &[(&str, &str)]) -> Reply {
    match way {
        Streaming::WebSocket => Reply::ShortSocket(said.iter().flat_map(|(_, data)| frame(data)).collect()),
        _ => Reply::Bytes(events(said)),
    }
}

/// What is said later on a stream.
pub(crate) fn stream_bytes(way: Streaming, kind: &str, data: &str) -> Vec<u8> {
    match way {
        Streaming::WebSocket => frame(data),
        _ => event(kind, data).into_bytes(),
    }
}

fn events(said: &[(&str, &str)]) -> Vec<u8> {
    let events: String = said.iter().map(|(kind, data)| event(kind, data)).collect();
    [STREAM, &events].concat().into_bytes()
}

/// A server that holds version 7, and answers to who wants a stream with this.
fn origin(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Origin {
    Origin::start(move |path, _| if is_stream(path) { reply() } else { json(&put(7, true)) })
}

pub(crate) fn is_stream(path: &str) -> bool {
    WAYS.iter().any(|(_, stream)| path.starts_with(stream))
}

fn start(origin: &Origin, way: Streaming) -> Client {
    Client::start(Options { streaming: way, ..origin.options() }).unwrap()
}

fn streams(origin: &Origin) -> usize {
    origin.asked().iter().filter(|path| is_stream(path)).count()
}

fn is_on(client: &Client) -> bool {
    client.is_enabled("a", &Context::new())
}

fn has_failed(client: &Client, code: FailureCode) -> bool {
    client.state().last_error.is_some_and(|failure| failure.code == code)
}

pub(crate) const HEARTBEAT: (&str, &str) = ("heartbeat", r#"{"type":"heartbeat","version":7}"#);

#[test]
fn a_stream_brings_changes() {
    for (way, path) in WAYS {
        let change = delta(7, 8, false);
        let origin = origin(move || stream(way, &[HEARTBEAT, ("delta", &change)]));
        let client = start(&origin, way);
        until("the change is here", || client.state().version == 8);
        assert!(!is_on(&client));
        assert_eq!(client.state().connection, ConnectionStatus::Connected);
        assert_eq!(client.state().last_error, None);
        let asked = origin.asked().into_iter().find(|asked| asked.starts_with(path)).unwrap();
        assert!(way == Streaming::Events || asked == "/sdk/v1/ws?since=7", "{asked}");
    }
}

#[test]
fn a_gap_brings_the_whole_and_the_stream_goes_on() {
    for (way, _) in WAYS {
        let changes = [delta(9, 10, false), delta(11, 12, false)];
        let said = move || stream(way, &[("delta", &changes[0]), ("delta", &changes[1])]);
        let origin = origin(said.clone());
        let client = start(&origin, way);
        until("the gap is seen", || has_failed(&client, FailureCode::Gap));
        assert!(is_on(&client), "what is held is kept");
        // The first change is old by then.
        origin.becomes(move |path, _| if is_stream(path) { said() } else { json(&put(11, true)) });
        until("the whole is here, and what came after it", || client.state().version == 12);
        until("all is well", || client.state().connection == ConnectionStatus::Connected);
    }
}

#[test]
fn a_heartbeat_of_a_later_version_brings_the_whole() {
    for (way, _) in WAYS {
        let origin = origin(move || stream(way, &[HEARTBEAT]));
        let client = start(&origin, way);
        until("it is connected", || client.state().connection == ConnectionStatus::Connected);
        origin.becomes(move |path, _| match is_stream(path) {
            true => stream(way, &[("heartbeat", r#"{"type":"heartbeat","version":8}"#)]),
            false => json(&put(8, false)),
        });
        until("the missed version is here", || client.state().version == 8);
        assert!(!is_on(&client));
    }
}

#[test]
fn a_stream_that_is_silent_is_left_and_opened_anew() {
    for (way, _) in WAYS {
        let origin = origin(move || stream(way, &[]));
        let client = start(&origin, way);
        until("it is silent", || has_failed(&client, FailureCode::Silent));
        until("it is opened anew", || streams(&origin) > 1);
        assert!(is_on(&client));
    }
}

#[test]
fn every_bad_stream_leaves_what_is_held_and_says_why() {
    let too_long = [&[0x81, 127], &u64::MAX.to_be_bytes()[1..], &[0; 64]].concat();
    let other_request = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                          sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    let (events, socket) = (Streaming::Events, Streaming::WebSocket);
    let cases: Vec<(Streaming, Reply, FailureCode)> = vec![
        (events, http("401 Unauthorized", "", ""), FailureCode::Unauthenticated),
        (socket, http("401 Unauthorized", "", ""), FailureCode::Unauthenticated),
        (socket, http("403 Forbidden", "", ""), FailureCode::Forbidden),
        (socket, http("429 Too Many Requests", "retry-after: 0\r\n", ""), FailureCode::RateLimited),
        (events, http("503 Service Unavailable", "", ""), FailureCode::Status),
        (socket, http("503 Service Unavailable", "", ""), FailureCode::Status),
        (events, json("{}"), FailureCode::Malformed),
        (socket, json("{}"), FailureCode::Status),
        (socket, Reply::Bytes(other_request.to_vec()), FailureCode::Malformed),
        (events, short_stream(events, &[]), FailureCode::StreamEnded),
        (socket, short_stream(socket, &[]), FailureCode::StreamEnded),
        // Close, and then nothing.
        (socket, Reply::Socket(vec![0x88, 0]), FailureCode::StreamEnded),
        (socket, Reply::Socket(too_long), FailureCode::TooLarge),
        (socket, Reply::Socket(vec![0xff; 64]), FailureCode::Malformed),
        // A frame that is cut.
        (socket, Reply::ShortSocket(vec![0x81, 100, b'{']), FailureCode::StreamEnded),
        (events, stream(events, &[("put", "{")]), FailureCode::Malformed),
        (socket, stream(socket, &[("put", "{")]), FailureCode::Malformed),
        (events, stream(events, &[("put", &put(6, false))]), FailureCode::RolledBack),
        (socket, stream(socket, &[("put", &put(6, false))]), FailureCode::RolledBack),
        (
            socket,
            stream(socket, &[("put", &put(8, true).replace("true", "false"))]),
            FailureCode::BadSignature,
        ),
    ];
    for (way, reply, code) in cases {
        let origin = origin(move || reply.clone());
        let client = start(&origin, way);
        until(&format!("{way:?} fails with {code:?}"), || has_failed(&client, code));
        until("it is tried again", || streams(&origin) > 1);
        let details = client.bool_details("a", &Context::new(), false);
        assert_eq!((details.value, details.version), (true, 7), "{code:?}");
        // What is asked for meanwhile is not what is at fault.
        origin.becomes(move |path, _| match is_stream(path) {
            true => stream(way, &[HEARTBEAT]),
            false => json(&put(7, true)),
        });
        until("all is well again", || client.state().connection == ConnectionStatus::Connected);
    }
}

#[test]
fn a_stream_that_ends_at_once_is_not_opened_again_and_again() {
    for (way, _) in WAYS {
        let origin = origin(move || short_stream(way, &[HEARTBEAT]));
        let retry = Retry { attempts: 3, base: Duration::from_millis(10), max: Duration::from_secs(60) };
        let options = Options { streaming: way, retry, ..origin.options() };
        let client = Client::start(options).unwrap();
        until("it has ended a few times", || streams(&origin) >= 3);
        std::thread::sleep(Duration::from_millis(1_000));
        // After 10 of them a wait is five seconds, on average.
        assert!(streams(&origin) < 40, "{} in a second", streams(&origin));
        assert!(is_on(&client));
    }
}

#[test]
fn a_client_that_is_closed_ends_at_once() {
    for (way, _) in WAYS {
        let origin = origin(move || stream(way, &[HEARTBEAT]));
        // Only being closed ends the wait.
        let options = Options { silence: Duration::from_secs(3_600), streaming: way, ..origin.options() };
        let client = Client::start(options).unwrap();
        until("the stream is open", || streams(&origin) == 1);
        let began = Instant::now();
        client.close();
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
        assert_eq!(client.state().connection, ConnectionStatus::Disconnected);
        assert!(is_on(&client));
        client.close();
    }
}

#[test]
fn a_listener_may_ask_the_client_for_anything() {
    for (way, _) in WAYS {
        let change = delta(7, 8, false);
        let origin = origin(move || stream(way, &[("delta", &change)]));
        let client = start(&origin, way);
        let (heard, asked) = (Arc::new(AtomicUsize::new(0)), client.clone());
        let hearing = Arc::clone(&heard);
        let _subscription = client.on_state(move |_| {
            // Each refresh is a change of the state itself.
            if hearing.fetch_add(1, Ordering::Relaxed) < 5 {
                drop(asked.force_refresh());
                asked.is_enabled("a", &Context::new());
            }
        });
        drop(client.force_refresh());
        until("the last change was heard of", || heard.load(Ordering::Relaxed) > 10);
    }
}
