//! Children of a process with a running client: each refreshes and tells by itself, and leaves its parent alone.
//!
//! The process that forks is this test program, started again for one test: of a process with the threads of a test
//! harness only the thread that forks would go on.
#![cfg(unix)]
#![allow(unsafe_code, reason = "there is no safe way to fork")]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use vexil_client::{Client, ConnectionStatus, Context, Options, Streaming, Telemetry};

use crate::local::until;
use crate::origin::{Gate, Origin, Reply, delta, http, json, put};
use crate::streams::{HEARTBEAT, is_stream, stream, stream_bytes};

/// Says that the program was started again, for this.
const AGAIN: &str = "VEXIL_TEST_FORKS";

/// Runs a test in a process of its own.
fn in_a_process_of_its_own(test: &str, body: impl FnOnce()) {
    if std::env::var_os(AGAIN).is_some() {
        return body();
    }
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program)
        .args([&format!("fork::{test}"), "--exact", "--nocapture", "--test-threads=1"])
        .env(AGAIN, "1")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    assert!(String::from_utf8_lossy(&said).contains("1 passed"), "the test is named otherwise");
}

/// Forks; the child does this and ends. Whoever waits for it hears whether it went well, in the end.
fn fork(child: impl FnOnce()) -> libc::pid_t {
    // SAFETY: what the child does after it is what a program does whose threads were all but one ended: it is the very
    // thing that is tested here. It ends without running anything of the test harness.
    match unsafe { libc::fork() } {
        0 => {
            // SAFETY: both calls take a number; the first ends a child that hangs, the second ends it here.
            unsafe {
                libc::alarm(100);
                let went = catch_unwind(AssertUnwindSafe(child)).is_ok();
                libc::_exit(i32::from(!went));
            }
        }
        id => id,
    }
}

fn went_well(child: libc::pid_t) -> bool {
    let mut status = 0;
    // SAFETY: the pointer is one to a number that lives as long as the call.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    if status != 0 {
        eprintln!("STATUS {waited} {child} {status:#x} {}", std::io::Error::last_os_error());
    }
    waited == child && status == 0
}

fn streams(origin: &Origin) -> usize {
    origin.asked().iter().filter(|path| is_stream(path)).count()
}

fn user() -> Context {
    Context::new().with("user.id", "ann")
}

fn options(origin: &Origin, way: Streaming) -> Options {
    Options {
        streaming: way,
        silence: Duration::from_secs(30),
        telemetry: Telemetry { interval: Duration::from_secs(3_600), ..Telemetry::default() },
        ..origin.options()
    }
}

#[test]
fn a_child_refreshes_by_itself_and_its_parent_goes_on() {
    in_a_process_of_its_own("a_child_refreshes_by_itself_and_its_parent_goes_on", || {
        for way in [Streaming::Events, Streaming::WebSocket] {
            let (gate, change) = (Gate::default(), delta(7, 8, false));
            let (waiting, then) = (gate.clone(), stream_bytes(way, "delta", &change));
            let origin = Origin::start(move |path, _| match path {
                "/sdk/v1/events" => http("202 Accepted", "", "{}"),
                path if is_stream(path) => {
                    Reply::Then(Box::new(stream(way, &[HEARTBEAT])), waiting.clone(), then.clone())
                }
                _ => json(&put(7, true)),
            });
            let client = Client::start(options(&origin, way)).unwrap();
            until("the stream is open", || streams(&origin) == 1);
            until("it is connected", || client.state().connection == ConnectionStatus::Connected);
            (0..3).for_each(|_| assert!(client.is_enabled("a", &user())));

            let child = fork(|| {
                // The first read notices, and serves what is held.
                assert!(client.is_enabled("a", &user()));
                assert_eq!(client.state().version, 7);
                until("the child sees the change", || client.state().version == 8);
                assert!(!client.is_enabled("a", &user()));
                let details = client.bool_details("a", &user(), true);
                assert_eq!((details.value, details.stale_ms), (false, None));
                client.close();
                assert_eq!(client.state().connection, ConnectionStatus::Disconnected);
                assert!(!client.is_enabled("a", &user()));
            });
            until("the child has a stream of its own", || streams(&origin) == 2);
            assert_eq!((client.state().version, client.state().last_error), (7, None));
            gate.open();
            until("the parent sees the change", || client.state().version == 8);
            assert!(went_well(child));
            // What the child has closed was its own.
            assert!(!client.is_enabled("a", &user()));
            let state = client.state();
            assert_eq!((state.connection, state.last_error), (ConnectionStatus::Connected, None));
            assert_eq!(streams(&origin), 2);
            client.close();
            assert_eq!(client.state().connection, ConnectionStatus::Disconnected);

            // Each has told what it has counted.
            let mut told = BTreeMap::<_, u64>::new();
            for report in origin.told() {
                let counts = report["evaluations"].as_array().unwrap().iter();
                let count = counts.map(|item| item["count"].as_u64().unwrap()).sum::<u64>();
                *told.entry(report["instance"]["id"].as_str().unwrap().to_owned()).or_default() += count;
            }
            let of_child = format!("{}.{child}", client.instance_id());
            let expected = [(client.instance_id().to_owned(), 4), (of_child, 3)];
            assert_eq!(told, BTreeMap::from(expected));
        }
    });
}

#[test]
fn a_child_never_waits_for_what_its_parent_s_threads_held() {
    in_a_process_of_its_own("a_child_never_waits_for_what_its_parent_s_threads_held", || {
        let origin = Origin::start(|path, _| match path {
            "/sdk/v1/events" => http("202 Accepted", "", "{}"),
            path if is_stream(path) => stream(Streaming::Events, &[HEARTBEAT]),
            _ => json(&put(7, true)),
        });
        let client = Client::start(options(&origin, Streaming::Events)).unwrap();
        until("there are definitions", || client.state().version == 7);
        let _subscription = client.on_state(|_| {});
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            // Whatever has a lock is used all the time. (What starts threads is not: the standard library has a lock for
            // that, which nobody can make anew.)
            for _ in 0..2 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        client.is_enabled("a", &user());
                        client.variant("e", &user());
                        drop((client.state(), client.telemetry()));
                        drop(client.on_change("features", "a", |_| {}));
                    }
                });
            }
            let children: Vec<_> = (0..40)
                .map(|number| {
                    fork(|| {
                        // Whatever the child asks for first.
                        match number % 5 {
                            0 => drop(client.state()),
                            1 => drop(client.telemetry()),
                            2 => drop(client.force_refresh()),
                            3 => drop(client.on_state(|_| {})),
                            _ => drop(client.is_enabled("a", &user())),
                        }
                        assert!(client.is_enabled("a", &user()));
                        until("the child has refreshed", || client.force_refresh().is_ok());
                        client.close();
                    })
                })
                .collect();
            let well: Vec<_> = children.into_iter().map(went_well).collect();
            stop.store(true, Ordering::Relaxed);
            assert!(well.iter().all(|well| *well), "{well:?}");
        });
        client.close();
    });
}
