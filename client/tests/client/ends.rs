//! How a client begins and ends: options that cannot work, a start that finds nothing, what is closed.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use vexil_client::{
    Client, ConnectionStatus, Context, FailureCode, Fallback, Options, Retry, Source, StartError,
};

use crate::local::{bundle, memory, until};

fn http(url: &str, key: &str) -> Options {
    Options::new(Source::Http { url: url.to_owned(), key: key.to_owned() })
}

fn file() -> (tempfile::NamedTempFile, Options) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bundle(1, r#"{"key": "a", "default": true}"#)).unwrap();
    let options = Options::new(Source::File(file.path().to_owned()));
    (file, Options { polling_interval: Duration::from_millis(5), ..options })
}

#[test]
fn options_that_cannot_work_are_refused_by_name() {
    let url = "http://127.0.0.1:1";
    let usual = || http(url, "k");
    let refused = |options: Options| match Client::start(options).map(|_| ()) {
        Err(StartError::Options(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(refused(Options { polling_interval: Duration::ZERO, ..usual() }).contains("polling interval"));
    assert!(refused(Options { silence: Duration::ZERO, ..usual() }).contains("silence"));
    assert!(refused(Options { request_timeout: Duration::ZERO, ..usual() }).contains("request timeout"));
    let retry = Retry { attempts: 1, base: Duration::ZERO, max: Duration::from_secs(1) };
    assert!(refused(Options { retry, ..usual() }).contains("base of retries"));
    let retry = Retry { base: Duration::from_secs(2), ..retry };
    assert!(refused(Options { retry, ..usual() }).contains("shorter"));
    let why = refused(http(url, "vx_srv_secret\n"));
    assert!(why.contains("SDK key") && !why.contains("secret"), "{why}");
}

#[test]
fn a_start_that_finds_nothing_throws_where_it_is_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // Connections are taken by the system, and nobody answers.
    let silent = format!("http://{}", listener.local_addr().unwrap());
    let options =
        Options { fallback: Fallback::Throw, start_timeout: Duration::from_millis(20), ..http(&silent, "k") };
    match Client::start(options.clone()).map(|_| ()) {
        Err(StartError::NotReady(failure)) => assert_eq!(failure.code, FailureCode::Timeout),
        other => panic!("{other:?}"),
    }
    match Client::start(Options { offline: true, ..options.clone() }).map(|_| ()) {
        Err(StartError::NotReady(failure)) => assert_eq!(failure.code, FailureCode::CacheRead),
        other => panic!("{other:?}"),
    }
    let bootstrap = Some(bundle(1, r#"{"key": "a", "default": true}"#));
    assert!(Client::start(Options { bootstrap, ..options.clone() }).unwrap().is_ready());
    assert!(!Client::start(Options { fallback: Fallback::Cache, ..options }).unwrap().is_ready());
}

#[test]
fn what_is_closed_is_served_and_grows_old() {
    let (_file, options) = file();
    let client = Client::start(options).unwrap();
    assert_eq!(client.bool_details("a", &Context::new(), false).stale_ms, None);
    client.close();
    let details = client.bool_details("a", &Context::new(), false);
    assert!(details.value && details.stale_ms.is_some());
    let state = client.state();
    assert!(state.stale_since.is_some());
    assert_eq!(state.connection, ConnectionStatus::Disconnected);
    assert_eq!(client.force_refresh().unwrap_err().code, FailureCode::Closed);
    let memory = memory(r#"{"key": "a", "default": true}"#);
    memory.close();
    assert_eq!(memory.put(&bundle(2, "")).unwrap_err().code, FailureCode::Closed);
    assert!(memory.is_enabled("a", &Context::new()));
}

#[test]
fn definitions_are_put_only_where_the_program_is_their_source() {
    let (_file, options) = file();
    let client = Client::start(options).unwrap();
    assert_eq!(client.put(&bundle(2, "")).unwrap_err().code, FailureCode::NotMemory);
    assert!(client.is_enabled("a", &Context::new()));
}

#[test]
fn listeners_that_close_each_others_clients_do_not_wait_for_each_other() {
    let (first_file, options) = file();
    let (second_file, others) = file();
    let clients = [Client::start(options).unwrap(), Client::start(others).unwrap()];
    let met = Arc::new(std::sync::Barrier::new(2));
    let ended = Arc::new(Mutex::new(0));
    let subscriptions: Vec<_> = [(0, 1), (1, 0)]
        .map(|(mine, other)| {
            let (met, ended, other) = (Arc::clone(&met), Arc::clone(&ended), clients[other].clone());
            clients[mine].on_change("features", "a", move |_| {
                met.wait();
                other.close();
                *ended.lock().unwrap() += 1;
            })
        })
        .into();
    for file in [&first_file, &second_file] {
        std::fs::write(file.path(), bundle(2, r#"{"key": "a", "default": false}"#)).unwrap();
    }
    until("both have closed the other's", || *ended.lock().unwrap() == 2);
    drop(subscriptions);
}

#[test]
fn what_a_listener_holds_may_call_the_client_when_it_goes() {
    struct Goes(Client, Option<vexil_client::Subscription>);
    impl Drop for Goes {
        fn drop(&mut self) {
            drop(self.1.take());
            self.0.set_override("a", false).unwrap();
        }
    }
    let client = memory(r#"{"key": "a", "default": true}"#);
    let goes = Goes(client.clone(), Some(client.on_state(|_| {})));
    drop(client.on_state(move |_| assert!(!goes.0.instance_id().is_empty())));
    assert!(!client.is_enabled("a", &Context::new()));
}
