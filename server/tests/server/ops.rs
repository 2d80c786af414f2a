//! What operators rely on: metrics, logs without secrets, bounds on connections, an orderly end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;
use vexil_server::{Server, Settings, observe};
use vexil_test_services::{Redis, required};

use crate::support::{ADMIN, Client, TestServer, settings};

const ENTRIES: &str = "/api/v1/projects/default/entries";

/// A server with settings of a test's own.
fn server_with(change: impl FnOnce(Settings) -> Settings) -> (TestServer, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (TestServer::with(change(settings(folder.path()))), folder)
}

#[test]
fn metrics_say_what_was_promised_to_those_who_may() {
    let server = TestServer::start();
    let admin = server.admin();
    admin.post(ENTRIES, json!({"definition": {"key": "secret-name"}})).expect(201);
    admin.post(ENTRIES, json!({"definition": {"key": "secret-name"}})).refused(409, "ALREADY_EXISTS");
    admin.get("/no/such/route/at-all").refused(404, "NO_SUCH_ROUTE");
    let mut stream = server.sdk("production", "server").stream(None);
    stream.next().unwrap();
    let path = "/api/v1/projects/default/environments/production/entries/secret-name";
    admin.patch(path, json!({"patch": {"enabled": false}})).expect(200);
    stream.next().unwrap();
    while stream.any().unwrap().name != "heartbeat" {}
    // Whoever comes back late tells nothing of how fast changes are.
    let mut late = server.sdk("production", "server").stream(Some(1));
    late.next().unwrap();
    let told = json!({"batch": uuid::Uuid::now_v7().to_string(), "exposures": [{"experiment": "none", "variant": "a",
        "attribute": "user.id", "unit": "u", "at": "2026-01-01T00:00:00Z"}]});
    server.sdk("production", "server").post("/sdk/v1/events", told).expect(202);

    assert_eq!(server.client("").get("/metrics").status, 401);
    assert_eq!(server.sdk("production", "server").get("/metrics").status, 401);
    let answer = admin.get("/metrics");
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    let text = answer.text;
    assert!(text.ends_with("# EOF\n"));
    assert!(!text.contains("secret-name") && !text.contains("at-all"), "{text}");
    for line in [
        "vexil_http_requests_total{method=\"POST\",route=\"/api/v1/projects/{project}/entries\",status=\"201\"} 1",
        "vexil_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "vexil_streams 2",
        "vexil_messages_total{kind=\"put\"} 1",
        "vexil_messages_total{kind=\"delta\"} 2",
        "vexil_delivery_delay_seconds_count 1",
        "vexil_environment_version{project=\"default\",environment=\"production\"} 2",
        "vexil_environment_version{project=\"default\",environment=\"staging\"} 1",
        "vexil_changes_total{outcome=\"ALREADY_EXISTS\"} 1",
        "vexil_store_errors_total{kind=\"refused\"}",
        "vexil_store_connections{kind=\"idle\"}",
        "vexil_outbox_length",
        "process_start_time_seconds 1",
        "vexil_commit_seconds_bucket{le=\"0.05\"}",
        "vexil_broadcast_seconds_count",
        "vexil_connections_refused_total 0",
        "vexil_telemetry_dropped_total{reason=\"rejected\"} 1",
        "vexil_telemetry_dropped_total{reason=\"budget\"} 0",
    ] {
        assert!(text.lines().any(|found| found.starts_with(line)), "{line} is not in\n{text}");
    }
    let value = |name: &str| -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} is not in\n{text}")).parse().unwrap()
    };
    assert!(value("vexil_messages_total{kind=\"heartbeat\"}") >= 1.0);
    assert!(value("vexil_changes_total{outcome=\"committed\"}") >= 5.0);
    assert!(value("vexil_audit_head_sequence") >= 7.0);
    assert!(value("vexil_connections") >= 2.0);
    // Every line is a comment, or a name with labels and a number.
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, number) = line.rsplit_once(' ').unwrap();
        assert!(number.parse::<f64>().is_ok(), "{line}");
        assert!(name.starts_with("vexil_") || name.starts_with("process_"), "{line}");
    }
}

/// Names of metrics with their labels.
type Named = BTreeMap<String, BTreeSet<String>>;

/// What the page says that there is: ``| `name{label,label}`, `name` | ... |``.
fn documented() -> Named {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md")).unwrap();
    let (_, section) = page.split_once("\n## Metrics\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let names = rows.flat_map(|row| row.split("`, `"));
    names
        .map(|name| {
            let (name, labels) = name.trim_end_matches('`').split_once('{').unwrap_or((name, ""));
            let labels = labels.trim_end_matches('}').split(',').filter(|label| !label.is_empty());
            (name.trim_end_matches('`').to_owned(), labels.map(str::to_owned).collect())
        })
        .collect()
}

/// What there is.
fn scraped(text: &str) -> Named {
    let mut found = Named::new();
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    for (name, kind) in types {
        let counted = if kind == "counter" { "_total" } else { "" };
        // Of a histogram one sample has all labels, and one of its own for buckets.
        let sample = if kind == "histogram" { "_count" } else { counted };
        let sample = format!("{name}{sample}");
        let labels = text.lines().find_map(|line| {
            let rest = line.strip_prefix(&sample)?;
            if rest.starts_with(' ') { Some("") } else { Some(rest.strip_prefix('{')?.rsplit_once("} ")?.0) }
        });
        let labels = labels.unwrap_or_else(|| panic!("no sample of {name} in\n{text}"));
        let names = labels.split("\",").filter_map(|label| Some(label.split_once('=')?.0.to_owned()));
        found.insert(format!("{name}{counted}"), names.collect());
    }
    found
}

#[test]
fn every_metric_is_documented_with_its_labels_and_every_one_documented_is_there() {
    let Some(redis) = required(Redis::start()) else { return };
    let (server, _folder) = server_with(|settings| Settings { redis_url: Some(redis.url()), ..settings });
    let (admin, sdk) = (server.admin(), server.sdk("production", "server"));
    admin.post(ENTRIES, json!({"definition": {"key": "a"}})).expect(201);
    let mut stream = sdk.stream(None);
    assert_eq!(stream.next().unwrap().name, "put");
    assert_eq!(sdk.events("/ofrep/v1/stream", None).next().unwrap().name, "message");
    let began = Instant::now();
    loop {
        let text = admin.get("/metrics").text;
        if text.contains("vexil_relayed_total{") {
            assert_eq!(scraped(&text), documented());
            let kinds: Vec<_> = text
                .lines()
                .filter_map(|line| line.strip_prefix("vexil_messages_total{kind=\"")?.split('"').next())
                .collect();
            assert!(kinds.contains(&"refetch") && kinds.contains(&"put"), "{kinds:?}");
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{text}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn metrics_have_an_address_of_their_own_if_wanted() {
    let port = vexil_test_services::free_port().unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let (server, _folder) = server_with(|settings| Settings { metrics_listen: Some(address), ..settings });
    let there = Client { base: format!("http://{address}"), ..server.client("") };
    let answer = there.get("/metrics");
    assert!(answer.status == 200 && answer.text.contains("vexil_connections"), "{answer:?}");
    assert_eq!(there.get("/api/v1/projects").status, 404);
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Kept;

    fn make_writer(&self) -> Kept {
        self.clone()
    }
}

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// A server whose every thread logs everything into memory.
fn logged(settings: Settings) -> (SocketAddr, Kept, impl FnOnce()) {
    let kept = Kept::default();
    let subscriber = observe::subscriber(&settings, kept.clone(), false).unwrap();
    let dispatch = tracing::Dispatch::new(subscriber);
    // Were it the only one, what another test's thread reaches first would be logged nowhere: tracing then asks the
    // thread's own subscriber, and keeps the answer for all.
    let other = tracing::Dispatch::new(tracing_subscriber::registry());
    let (tell, told) = mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let thread = thread::spawn(move || {
        // All tasks run on this thread.
        tracing::dispatcher::with_default(&dispatch, || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let server = Server::start(settings).await.unwrap();
                tell.send(server.address().unwrap()).unwrap();
                server.run(async move { drop(stopped.await) }).await.unwrap();
            });
        });
    });
    let end = move || {
        let _ = stop.send(());
        thread.join().unwrap();
        drop(other);
    };
    (told.recv().unwrap(), kept, end)
}

fn client(address: SocketAddr, token: &str) -> Client {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    Client {
        agent: config.timeout_global(Some(Duration::from_secs(30))).build().into(),
        base: format!("http://{address}"),
        token: token.to_owned(),
    }
}

#[test]
fn logs_have_every_change_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let (address, kept, end) =
        logged(Settings { log: "trace".to_owned(), log_json: true, ..settings(folder.path()) });
    let admin = client(address, ADMIN);
    let key = |kind: &str| {
        let asked = json!({"environment": "production", "kind": kind, "name": "k"});
        let made = admin.post("/api/v1/keys", asked).expect(201);
        made["key"].as_str().unwrap().to_owned()
    };
    let (server_key, client_key) = (key("server"), key("client"));
    let secret = "the-database-password-of-production";
    let definition = json!({
        "key": "db.password", "type": "config", "value_type": "string", "sensitive": true, "default": secret,
    });
    let made = admin.send(
        "POST",
        ENTRIES,
        &[("x-request-id", "request-of-the-test")],
        Some(json!({"definition": definition}).to_string().as_bytes()),
    );
    assert_eq!(made.status, 201, "{made:?}");
    let other = json!({"patch": {"default": "another-password-of-production"}});
    let path = "/api/v1/projects/default/environments/production/entries/db.password";
    admin.patch(path, other).expect(200);
    assert_eq!(client(address, &server_key).get("/sdk/v1/snapshot").status, 200);
    let wrong = format!("{}x", &server_key[..server_key.len() - 1]);
    assert_eq!(client(address, &wrong).get("/sdk/v1/snapshot").status, 401);
    assert_eq!(
        client(address, "a-token-that-nobody-has-0123456789abcdef").get("/api/v1/projects").status,
        401
    );
    let login = json!({"email": "eve@example.org", "password": "a-guessed-password"});
    assert!(admin.post("/api/v1/sessions", login).status >= 400);
    assert!(admin.get("/api/v1/projects?token=a-token-in-the-query").status < 500);
    end();

    let text = kept.text();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (server_secret, client_secret) = (secret_of(&server_key), secret_of(&client_key));
    for hidden in [
        ADMIN,
        server_secret,
        client_secret,
        wrong.as_str(),
        secret,
        "another-password-of-production",
        "a-token-that-nobody-has",
        "a-guessed-password",
        "a-token-in-the-query",
    ] {
        let found = text.lines().find(|line| line.contains(hidden));
        assert!(found.is_none(), "`{hidden}` is in {found:?}");
    }
    // Requests have a span with who asked; changes a line with the link of the chain.
    let audited: Vec<_> = lines.iter().filter(|line| line["target"] == "vexil::audit").collect();
    let made = audited
        .iter()
        .find(|line| line["fields"]["request_id"] == "request-of-the-test")
        .expect("the change is logged");
    assert_eq!(made["fields"]["action"], "entry.create", "{made}");
    assert_eq!(made["fields"]["target"], "db.password");
    assert_eq!(made["fields"]["hash"].as_str().unwrap().len(), 64);
    assert!(made["fields"]["actor"].as_str().unwrap().starts_with("token:"), "{made}");
    let sequences: Vec<_> = audited.iter().map(|line| line["fields"]["sequence"].as_u64().unwrap()).collect();
    assert!(sequences.windows(2).all(|pair| pair[1] == pair[0] + 1), "{sequences:?}");
    let answered = lines
        .iter()
        .find(|line| {
            line["fields"]["message"] == "answered" && line["span"]["request_id"] == "request-of-the-test"
        })
        .expect("the request is logged");
    assert_eq!(answered["span"]["http.route"], "/api/v1/projects/{project}/entries");
    assert_eq!(answered["fields"]["status"], 201);
    assert!(answered["span"]["actor"].as_str().unwrap().starts_with("token:"), "{answered}");
}

/// What of a key nobody else may know.
fn secret_of(key: &str) -> &str {
    key.rsplit_once('_').or_else(|| key.rsplit_once('.')).unwrap().1
}

/// Sends bytes and reads until the server closes; how long that took, and what it said.
fn converse(address: SocketAddr, sent: &str) -> (Duration, String) {
    let began = Instant::now();
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // The server may close before it has read all of it.
    drop(socket.write_all(sent.as_bytes()));
    let mut answer = Vec::new();
    drop(socket.read_to_end(&mut answer));
    (began.elapsed(), String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn who_is_slow_or_sends_too_much_is_cut() {
    let (server, _folder) = server_with(|settings| Settings {
        header_timeout: Duration::from_millis(300),
        max_body: 1_000,
        ..settings
    });
    for head in ["", "GET /healthz HTT", "GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: "] {
        let (took, answer) = converse(server.address, head);
        assert!(took < Duration::from_secs(5), "{head:?} held a connection for {took:?}");
        assert!(!answer.contains("200 OK"), "{answer}");
    }
    let (_, answer) = converse(
        server.address,
        &format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: {}\r\n\r\n", "a".repeat(200_000)),
    );
    assert!(answer.starts_with("HTTP/1.1 431") || answer.is_empty(), "{answer}");

    let large = json!({"definition": {"key": "a", "description": "a".repeat(2_000)}}).to_string();
    let admin = server.admin();
    assert_eq!(admin.send("POST", ENTRIES, &[], Some(large.as_bytes())).status, 413);
    // Without a length the bytes are counted as they come.
    let chunk = format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    let head = format!(
        "POST {ENTRIES} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ADMIN}\r\nconnection: close\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let (_, answer) = converse(server.address, &format!("{head}{chunk}"));
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // A body that never ends is not waited for either.
    let deep = format!("{{\"definition\": {}1{}}}", "[".repeat(400), "]".repeat(400));
    let answer = admin.send("POST", ENTRIES, &[], Some(deep.as_bytes()));
    assert!((400..500).contains(&answer.status), "{answer:?}");
}

#[test]
fn a_request_that_takes_too_long_is_told_so() {
    let (server, _folder) =
        server_with(|settings| Settings { request_timeout: Duration::from_millis(300), ..settings });
    let head = format!(
        "POST {ENTRIES} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ADMIN}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    );
    let (took, answer) = converse(server.address, &head);
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("\"TIMEOUT\""), "{answer}");
    // A stream is no such request.
    let mut stream = server.sdk("production", "server").stream(None);
    stream.next().unwrap();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        stream.any().expect("the stream goes on");
    }
}

#[test]
fn connections_over_the_bound_are_closed_at_once() {
    let (server, _folder) = server_with(|settings| Settings { max_connections: 3, ..settings });
    let held: Vec<_> = (0..3).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    let request = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    thread::sleep(Duration::from_millis(200));
    let (took, answer) = converse(server.address, request);
    assert!(answer.is_empty() && took < Duration::from_secs(2), "{took:?} {answer}");
    drop(held);
    let began = Instant::now();
    while !converse(server.address, request).1.starts_with("HTTP/1.1 200") {
        assert!(began.elapsed() < Duration::from_secs(10), "room is not given back");
    }
}

#[test]
fn the_end_is_announced_and_then_streams_end_promptly() {
    let (mut server, _folder) = server_with(|settings| Settings {
        stop_delay: Duration::from_millis(500),
        drain: Duration::from_secs(10),
        ..settings
    });
    let mut stream = server.sdk("production", "server").stream(None);
    stream.next().unwrap();
    let anybody = server.client("");
    assert_eq!(anybody.get("/readyz").text, "ready\n");
    let idle = TcpStream::connect(server.address).unwrap();
    let began = Instant::now();
    let stopping = thread::spawn(move || {
        server.stop();
        began.elapsed()
    });
    thread::sleep(Duration::from_millis(150));
    let ready = anybody.get("/readyz");
    assert_eq!((ready.status, ready.text.as_str()), (503, "stopping\n"));
    // Whoever is here is served still.
    assert_eq!(anybody.get("/healthz").status, 200);
    while stream.any().is_some() {}
    let ended = began.elapsed();
    assert!(ended >= Duration::from_millis(500), "the stream ended before the delay: {ended:?}");
    let took = stopping.join().unwrap();
    assert!(took < Duration::from_secs(5), "{took:?}");
    drop(idle);
}

#[test]
fn who_hangs_does_not_delay_the_end_beyond_the_drain() {
    let (mut server, _folder) =
        server_with(|settings| Settings { drain: Duration::from_millis(700), ..settings });
    let mut hung = TcpStream::connect(server.address).unwrap();
    let head = format!(
        "POST {ENTRIES} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ADMIN}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    );
    hung.write_all(head.as_bytes()).unwrap();
    thread::sleep(Duration::from_millis(200));
    let began = Instant::now();
    server.stop();
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(500), "it was not waited for: {took:?}");
    assert!(took < Duration::from_secs(3), "{took:?}");
}
