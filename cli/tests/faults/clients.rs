//! Clients of a real control plane: changes reach them whichever way, outages are lived through, what they tell arrives.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vexil_client::{
    Cache, Client, ConnectionStatus, Context, FailureCode, Options, Origin, Retry, Source, Streaming,
    Telemetry, TrustedKey,
};
use vexil_test_services::free_port;

use crate::support::Served;

const ENTRIES: &str = "/api/v1/projects/default/entries";
const PRODUCTION: &str = "/api/v1/projects/default/environments/production";

/// A control plane on a folder, at an address that stays the same when it is started again.
struct Plane {
    folder: tempfile::TempDir,
    address: String,
    served: Served,
    /// An SDK key of production.
    key: String,
}

impl Plane {
    fn start() -> Plane {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("127.0.0.1:{}", free_port().unwrap());
        let served = serve(&address, folder.path());
        let mut plane = Plane { folder, address, served, key: String::new() };
        plane.key = plane.new_key()["key"].as_str().unwrap().to_owned();
        plane.post(ENTRIES, &json!({"definition": {"key": "a"}}));
        plane
    }

    fn new_key(&self) -> Value {
        self.post("/api/v1/keys", &json!({"environment": "production", "kind": "server", "name": "test"}))
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> Value {
        self.send("POST", path, Some(body))
    }

    #[track_caller]
    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, answer) = self.served.client.send(method, path, body).expect("an answer");
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    fn turn(&self, is_on: bool) {
        let share =
            json!({"rollout": {"on": if is_on { 100 } else { 0 }, "off": if is_on { 0 } else { 100 }}});
        self.send(
            "PATCH",
            &format!("{PRODUCTION}/entries/a"),
            Some(&json!({"patch": share, "reason": "test"})),
        );
    }

    /// Starts it again on the same folder, at the same address.
    fn restart(&mut self) {
        self.served = serve(&self.address, self.folder.path());
    }

    /// Options of a client that is in a hurry.
    fn options(&self, streaming: Streaming) -> Options {
        let source = Source::Http { url: format!("http://{}", self.address), key: self.key.clone() };
        Options {
            streaming,
            polling_interval: Duration::from_millis(50),
            retry: Retry { attempts: 2, base: Duration::from_millis(20), max: Duration::from_millis(200) },
            telemetry: Telemetry { interval: Duration::from_secs(3_600), ..Telemetry::default() },
            ..Options::new(source)
        }
    }
}

fn serve(address: &str, folder: &Path) -> Served {
    Served::at(address, &["--data", &folder.display().to_string()])
}

fn user(id: &str) -> Context {
    Context::new().with("user.id", id)
}

fn is_on(client: &Client) -> bool {
    client.is_enabled("a", &user("ann"))
}

#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "not within a minute: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

const WAYS: [Streaming; 3] = [Streaming::Off, Streaming::Events, Streaming::WebSocket];

#[test]
fn a_change_reaches_clients_whichever_way() {
    let plane = Plane::start();
    let clients = WAYS.map(|way| Client::start(plane.options(way)).unwrap());
    for client in &clients {
        until("there are definitions", || client.state().origin == Origin::Remote);
        assert!(!is_on(client));
    }
    for is_to_be_on in [true, false, true] {
        plane.turn(is_to_be_on);
        for (client, way) in clients.iter().zip(WAYS) {
            until(&format!("it is {is_to_be_on} by {way:?}"), || is_on(client) == is_to_be_on);
        }
    }
    let versions = clients.each_ref().map(|client| client.state().version);
    assert!(versions.iter().all(|version| *version == versions[0]), "{versions:?}");
    for client in &clients {
        let state = client.state();
        assert_eq!((state.connection, state.last_error), (ConnectionStatus::Connected, None));
        assert_eq!(client.bool_details("a", &user("ann"), false).stale_ms, None);
    }
}

#[test]
fn a_control_plane_that_is_killed_is_outlived_and_found_again() {
    let mut plane = Plane::start();
    plane.turn(true);
    let clients = WAYS.map(|way| Client::start(plane.options(way)).unwrap());
    for client in &clients {
        until("it is on", || is_on(client));
    }
    plane.served.program.kill();
    for (client, way) in clients.iter().zip(WAYS) {
        until(&format!("it is missed by {way:?}"), || client.state().connection == ConnectionStatus::Error);
        let details = client.bool_details("a", &user("ann"), false);
        assert!(details.value && details.stale_ms.is_some(), "{way:?}: {details:?}");
        assert_eq!(client.state().last_error.unwrap().code, FailureCode::Unreachable, "{way:?}");
    }
    plane.restart();
    plane.turn(false);
    for (client, way) in clients.iter().zip(WAYS) {
        until(&format!("the change is here by {way:?}"), || !is_on(client));
        until("it is connected", || client.state().connection == ConnectionStatus::Connected);
        assert_eq!(client.bool_details("a", &user("ann"), true).stale_ms, None, "{way:?}");
    }
}

#[test]
fn a_client_starts_from_disk_while_the_control_plane_is_away() {
    let mut plane = Plane::start();
    plane.turn(true);
    let folder = tempfile::tempdir().unwrap();
    let cache = Some(Cache { folder: folder.path().join("kept"), max_age: None });
    let options = Options { cache, ..plane.options(Streaming::Events) };
    let client = Client::start(options.clone()).unwrap();
    until("it is on", || is_on(&client));
    // By a change too, which is appended.
    plane.turn(false);
    until("it is off", || !is_on(&client));
    plane.turn(true);
    until("it is on again", || is_on(&client));
    let version = client.state().version;
    client.close();
    plane.served.program.kill();

    let client = Client::start(options).unwrap();
    let details = client.bool_details("a", &user("ann"), false);
    assert_eq!((details.value, details.version, details.origin), (true, version, Origin::Cache));
    assert!(details.stale_ms.is_some());
    plane.restart();
    plane.turn(false);
    until("the change is here", || !is_on(&client));
    let details = client.bool_details("a", &user("ann"), true);
    assert_eq!((details.origin, details.stale_ms), (Origin::Remote, None));
}

#[test]
fn what_clients_tell_arrives() {
    let plane = Plane::start();
    let experiment = json!({"key": "e", "type": "experiment", "status": "running",
        "variants": [{"id": "x", "is_control": true}, {"id": "y"}], "allocation": {"x": 50, "y": 50}});
    plane.post(ENTRIES, &json!({"definition": experiment}));
    plane.turn(true);
    let mut options = plane.options(Streaming::WebSocket);
    options.supplied.instance_id = Some("shop-1".to_owned());
    options.supplied.service_name = Some("shop".to_owned());
    let client = Client::start(options).unwrap();
    until("it is on", || is_on(&client));
    for number in 0..100 {
        client.is_enabled("a", &user("ann"));
        client.variant("e", &user(&format!("user-{}", number % 10)));
    }
    client.close();
    let told = client.telemetry();
    assert_eq!((told.reports, told.dropped, told.refused, told.last_error), (1, 0, 0, None));

    let asked = |path: &str| plane.send("GET", &format!("{PRODUCTION}/{path}"), None);
    until("the evaluations are here", || {
        let evaluations = asked("entries/a/evaluations").to_string();
        evaluations.contains("ROLLOUT")
    });
    let exposures = asked("entries/e/exposures");
    let units = exposures["variants"].as_array().unwrap().iter().map(|variant| &variant["units"]);
    assert_eq!(units.map(|units| units.as_u64().unwrap()).sum::<u64>(), 10, "{exposures}");
    assert_eq!(exposures["units_in_several_variants"], 0);
    let instances = asked("instances");
    let instance = &instances["items"][0];
    assert_eq!((&instance["id"], &instance["service"]), (&json!("shop-1"), &json!("shop")), "{instances}");
    assert_eq!((&instance["version"], &instance["behind"]), (&json!(client.state().version), &json!(0)));
}

#[test]
fn keys_that_sign_are_rotated_under_clients_that_trust_what_is_published() {
    let plane = Plane::start();
    let old = plane.send("GET", "/api/v1/signing-keys", None)["items"][0].clone();
    let clients = WAYS.map(|way| Client::start(plane.options(way)).unwrap());
    // These trust a key and no other.
    let trusted = TrustedKey::new(old["id"].as_str().unwrap(), old["public"].as_str().unwrap()).unwrap();
    let strict = WAYS.map(|way| {
        Client::start(Options { trusted_keys: vec![trusted.clone()], ..plane.options(way) }).unwrap()
    });
    for client in clients.iter().chain(&strict) {
        until("there are definitions", || client.state().origin == Origin::Remote);
    }
    plane.post("/api/v1/signing-keys", &json!({"active": true, "reason": "rotation"}));
    plane.turn(true);
    for (client, way) in clients.iter().zip(WAYS) {
        until(&format!("the change is here by {way:?}"), || is_on(client));
        assert_eq!(client.state().last_error, None, "{way:?}");
    }
    for (client, way) in strict.iter().zip(WAYS) {
        until(&format!("it is refused by {way:?}"), || {
            client.state().last_error.is_some_and(|failure| failure.code == FailureCode::UntrustedKey)
        });
        let details = client.bool_details("a", &user("ann"), true);
        assert!(!details.value && details.stale_ms.is_some(), "{way:?}: {details:?}");
    }
}

#[test]
fn a_key_that_is_revoked_ends_what_it_was_for_and_not_what_is_held() {
    let mut plane = Plane::start();
    plane.turn(true);
    let made = plane.new_key();
    plane.key = made["key"].as_str().unwrap().to_owned();
    let clients = WAYS.map(|way| Client::start(plane.options(way)).unwrap());
    for client in &clients {
        until("it is on", || is_on(client));
    }
    let path = format!("/api/v1/keys/{}?reason=test", made["id"].as_str().unwrap());
    plane.send("DELETE", &path, None);
    for (client, way) in clients.iter().zip(WAYS) {
        until(&format!("it is refused by {way:?}"), || {
            client.state().last_error.is_some_and(|failure| failure.code == FailureCode::Unauthenticated)
        });
        assert!(is_on(client));
        client.is_enabled("a", &user("bob"));
        assert_eq!(client.flush_telemetry().unwrap_err().code, FailureCode::Unauthenticated, "{way:?}");
    }
}
