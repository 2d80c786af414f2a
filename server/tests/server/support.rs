//! A server of a test's own, and a client that speaks JSON with it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use ureq::Agent;
use vexil_server::gate::Gate;
use vexil_server::store::{AuditFilter, Store};
use vexil_server::{Server, Settings};
use vexil_test_services::{Postgres, required};

/// The administrator's token of every test server.
pub(crate) const ADMIN: &str = "administrator-of-a-test-0123456789abcdef";

/// A server on a free port, with a database of its own; it stops when the test ends.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) gate: Arc<Gate>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _folder: Option<TempDir>,
}

impl TestServer {
    /// On an embedded database.
    pub(crate) fn start() -> TestServer {
        let folder = tempfile::tempdir().unwrap();
        let mut server = TestServer::with(settings(folder.path()));
        server._folder = Some(folder);
        server
    }

    /// On a PostgreSQL database of its own; none where PostgreSQL is not to be had.
    pub(crate) fn on_postgres() -> Option<TestServer> {
        let postgres = required(Postgres::shared())?;
        let folder = tempfile::tempdir().unwrap();
        let database_url = Some(postgres.fresh_database().unwrap());
        let mut server = TestServer::with(Settings { database_url, ..settings(folder.path()) });
        server._folder = Some(folder);
        Some(server)
    }

    /// Runs a test on both databases: what holds on one holds on the other.
    pub(crate) fn on_each(test: impl Fn(&TestServer)) {
        test(&TestServer::start());
        if let Some(server) = TestServer::on_postgres() {
            test(&server);
        }
    }

    /// With other settings.
    pub(crate) fn with(settings: Settings) -> TestServer {
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async move {
                let server = Server::start(settings).await.unwrap();
                tell.send((server.address().unwrap(), Arc::clone(server.gate()))).unwrap();
                server.run(async move { drop(stopped.await) }).await.unwrap();
            });
        });
        let (address, gate) = told.recv().expect("the server starts");
        TestServer { address, gate, stop: Some(stop), thread: Some(thread), _folder: None }
    }

    /// A client with the administrator's token.
    pub(crate) fn admin(&self) -> Client {
        self.client(ADMIN)
    }

    /// A client with a token or key; with an empty one it shows none.
    pub(crate) fn client(&self, token: &str) -> Client {
        let config =
            Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(30)));
        Client {
            agent: config.build().into(),
            base: format!("http://{}", self.address),
            token: token.to_owned(),
        }
    }

    /// A client with a new API token for these grants.
    pub(crate) fn token(&self, grants: Value) -> Client {
        let made = self.admin().post("/api/v1/tokens", json!({"name": "test", "grants": grants})).expect(201);
        self.client(made["token"].as_str().unwrap())
    }

    /// A client with a new SDK key for an environment.
    pub(crate) fn sdk(&self, environment: &str, kind: &str) -> Client {
        let asked = json!({"environment": environment, "kind": kind, "name": "test"});
        let made = self.admin().post("/api/v1/keys", asked).expect(201);
        self.client(made["key"].as_str().unwrap())
    }

    /// As [`TestServer::sdk`], with a key that is bound to a tenant.
    pub(crate) fn sdk_of(&self, environment: &str, kind: &str, tenant: &str) -> Client {
        let asked = json!({"environment": environment, "kind": kind, "name": "test", "tenant": tenant});
        let made = self.admin().post("/api/v1/keys", asked).expect(201);
        self.client(made["key"].as_str().unwrap())
    }

    /// Stops it, and waits until it has.
    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

/// Settings for a test: a free port, a folder of its own, short waits, wide limits.
pub(crate) fn settings(folder: &Path) -> Settings {
    Settings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        data: folder.join("data"),
        admin_token: Some(ADMIN.to_owned()),
        heartbeat: Duration::from_millis(500),
        version_check: Duration::from_millis(500),
        drain: Duration::from_secs(2),
        // Tests are faster than people.
        read_rate: 100_000,
        write_rate: 100_000,
        address_rate: 100_000,
        anonymous_rate: 100_000,
        ..Settings::default()
    }
}

/// Runs a test with settings for each database, for those that start servers of their own.
pub(crate) fn settings_on_each(test: impl Fn(Settings)) {
    let folder = tempfile::tempdir().unwrap();
    test(settings(folder.path()));
    if let Some(postgres) = required(Postgres::shared()) {
        let database_url = Some(postgres.fresh_database().unwrap());
        test(Settings { database_url, ..settings(folder.path()) });
    }
}

/// The records of an action in the audit log of an embedded database, newest first.
pub(crate) fn audit_log(data: &Path, action: &str) -> Vec<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
    let lines = runtime.block_on(async {
        Store::in_folder(data).await.unwrap().audit_log(&filter, u64::MAX, 100).await.unwrap().items
    });
    lines.iter().map(|line| serde_json::from_str(&line.text).unwrap()).collect()
}

/// Speaks JSON.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) agent: Agent,
    pub(crate) base: String,
    pub(crate) token: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Answer {
    /// The body, if the status is this one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// Fails unless the status and the code of the problem are these.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.text);
        self.body
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Client {
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[], Some(body.to_string().as_bytes()))
    }

    pub(crate) fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, &[], Some(body.to_string().as_bytes()))
    }

    pub(crate) fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, &[], Some(body.to_string().as_bytes()))
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], None)
    }

    /// Any request, with headers of its own.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = match body {
            Some(body) => self.agent.run(request.body(body.to_vec()).unwrap()),
            None => self.agent.run(request.body(()).unwrap()),
        };
        let mut response = sent.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.body_mut().with_config().limit(64 << 20).read_to_string().unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, headers, body, text }
    }

    /// The status of an answer that may never end, and the code of the problem that it is.
    pub(crate) fn outcome(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Option<String>) {
        if path.ends_with("/stream") {
            let mut request =
                ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
            if !self.token.is_empty() {
                request = request.header("authorization", format!("Bearer {}", self.token));
            }
            return (self.agent.run(request.body(()).unwrap()).unwrap().status().as_u16(), None);
        }
        let body = body.map(Value::to_string);
        let answer = self.send(method, path, &[], body.as_deref().map(str::as_bytes));
        (answer.status, answer.body["code"].as_str().map(str::to_owned))
    }

    /// An open stream of snapshots and deltas.
    pub(crate) fn stream(&self, since: Option<u64>) -> Events {
        self.events("/sdk/v1/stream", since)
    }

    /// An open stream of server-sent events.
    pub(crate) fn events(&self, path: &str, since: Option<u64>) -> Events {
        let mut request = ureq::http::Request::builder().uri(format!("{}{path}", self.base));
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        if let Some(since) = since {
            request = request.header("last-event-id", since.to_string());
        }
        let response = self.agent.run(request.body(()).unwrap()).unwrap();
        assert_eq!(response.status(), 200);
        Events { lines: BufReader::new(Box::new(response.into_body().into_reader())) }
    }
}

/// Server-sent events, one after the other.
pub(crate) struct Events {
    lines: BufReader<Box<dyn std::io::Read + Send>>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: Option<u64>,
    pub(crate) data: Value,
    /// The data as it came.
    pub(crate) text: String,
}

impl Events {
    /// The next event that is no heartbeat; none when the stream has ended.
    pub(crate) fn next(&mut self) -> Option<Event> {
        loop {
            let event = self.any()?;
            if event.name != "heartbeat" {
                return Some(event);
            }
        }
    }

    /// The next event of any kind.
    pub(crate) fn any(&mut self) -> Option<Event> {
        let (mut name, mut id, mut data) = (String::new(), None, String::new());
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim_end_matches('\n').split_once(": ") {
                Some(("event", value)) => name = value.to_owned(),
                Some(("id", value)) => id = value.parse().ok(),
                Some(("data", value)) => data = value.to_owned(),
                _ if data.is_empty() => {}
                _ => {
                    return Some(Event { name, id, data: serde_json::from_str(&data).unwrap(), text: data });
                }
            }
        }
    }
}
