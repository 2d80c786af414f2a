//! PostgreSQL goes away under load and comes back: reads go on from memory, writes are told to come again, and nothing
//! needs a restart.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use vexil_server::Settings;
use vexil_server::access::credential::{CredentialKind, mint};
use vexil_test_services::{Fsync, Postgres, required};

use crate::support::{TestServer, settings};

const ENTRIES: &str = "/api/v1/projects/default/entries";
const IN_PRODUCTION: &str = "/api/v1/projects/default/environments/production/entries";

/// Ends the other threads when one fails, for all are waited for.
struct OverOnPanic<'o>(&'o AtomicBool);

impl Drop for OverOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

#[test]
fn without_the_database_reads_go_on_and_writes_come_again() {
    let Some(mut postgres) = required(Postgres::start_with(Fsync::Off)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::with(Settings { database_url: Some(postgres.url()), ..settings(folder.path()) });
    let admin = server.admin();
    admin.post(ENTRIES, json!({"definition": {"key": "a", "type": "config", "default": 0}})).expect(201);
    let key = server.sdk("production", "server");
    let path = format!("{IN_PRODUCTION}/a");
    let (email, password) = ("ada@example.com", "a long and winding road");
    let ada = json!({"email": email, "name": "Ada", "password": password, "grants": [{"role": "viewer"}]});
    admin.post("/api/v1/people", ada).expect(201);
    let signed_in = server.client("").post("/api/v1/session", json!({"email": email, "password": password}));
    let cookie = signed_in.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let with_cookie =
        |cookie: &str| server.client("").send("GET", "/api/v1/session", &[("cookie", cookie)], None);
    with_cookie(&cookie).expect(200);

    let over = AtomicBool::new(false);
    let (reads, accepted, refused) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let slowest_read = AtomicU64::new(0);
    let count = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _over = OverOnPanic(&over);
            while !over.load(Ordering::Relaxed) {
                let began = Instant::now();
                assert_eq!(key.get("/sdk/v1/snapshot").status, 200);
                let took = u64::try_from(began.elapsed().as_millis()).unwrap();
                slowest_read.fetch_max(took, Ordering::Relaxed);
                count(&reads);
                thread::sleep(Duration::from_millis(2));
            }
        });
        for writer in 0..3 {
            let (admin, path, over, accepted, refused) = (&admin, &path, &over, &accepted, &refused);
            scope.spawn(move || {
                let _over = OverOnPanic(over);
                let mut number = 0;
                while !over.load(Ordering::Relaxed) {
                    number += 1;
                    let value = writer * 1_000_000 + number;
                    let answer = admin.patch(path, json!({"patch": {"default": value}}));
                    match answer.status {
                        200 => {
                            count(accepted);
                        }
                        _ => {
                            assert!(answer.header("retry-after").is_some(), "{answer:?}");
                            answer.refused(503, "STORE_UNAVAILABLE");
                            count(refused);
                        }
                    }
                }
            });
        }
        let _over = OverOnPanic(&over);
        let during = |what: &AtomicU64, at_least: u64| {
            let (from, began) = (what.load(Ordering::Relaxed), Instant::now());
            while what.load(Ordering::Relaxed) < from + at_least {
                assert!(!over.load(Ordering::Relaxed), "a thread failed");
                assert!(began.elapsed() < Duration::from_secs(30), "nothing happens any more");
                thread::sleep(Duration::from_millis(10));
            }
        };
        during(&accepted, 20);
        postgres.stop();
        during(&refused, 3);
        during(&reads, 100);
        // What was made up is known to be so without the database, though its checksum is right.
        with_cookie(&cookie).refused(503, "STORE_UNAVAILABLE");
        let made_up = mint(CredentialKind::Session).unwrap();
        let code = cookie.rsplit_once('.').unwrap().1;
        for code in ["", ".", &format!(".{code}")] {
            let made_up = format!("vexil_session={}{code}", made_up.plaintext.reveal());
            with_cookie(&made_up).refused(401, "UNAUTHENTICATED");
        }
        let began = Instant::now();
        let ready = server.client("").get("/readyz");
        assert_eq!(ready.status, 200);
        // Probes wait for a second.
        assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
        assert!(ready.text.contains("reads only"), "{}", ready.text);
        // Who wrote it is known to the database only; all else is told.
        let shown = admin.get("/api/v1/admin/config/a?environment=production").expect(200);
        assert!(shown["revision"].is_u64() && shown["value"].is_i64(), "{shown}");
        assert_eq!(shown.get("modified_by"), None);
        postgres.restart().unwrap();
        during(&accepted, 20);
        over.store(true, Ordering::Relaxed);
    });
    assert!(slowest_read.load(Ordering::Relaxed) < 1_000, "{slowest_read:?} ms");
    assert_eq!(server.client("").get("/readyz").text, "ready\n");
    // What was accepted is there, and versions have no gaps.
    let version = admin.get("/api/v1/projects/default/environments/production").expect(200);
    let revision = admin.get(&path).expect(200)["revision"].as_u64().unwrap();
    assert_eq!(version["version"], json!(revision));
    // A writer whose answer was lost in the crash may have been accepted as well.
    let accepted = accepted.load(Ordering::Relaxed) + 1;
    assert!((accepted..=accepted + 3).contains(&revision), "{revision} of {accepted}");
}

#[test]
fn what_is_refused_or_given_up_while_the_database_is_away_is_not_done_later() {
    const WRITERS: u64 = 20;
    let Some(mut postgres) = required(Postgres::start_with(Fsync::Off)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::with(Settings { database_url: Some(postgres.url()), ..settings(folder.path()) });
    let admin = server.admin();
    admin.post(ENTRIES, json!({"definition": {"key": "a", "type": "config", "default": 0}})).expect(201);
    let path = format!("{IN_PRODUCTION}/a");
    let bodies = || (1..=WRITERS).map(|value| json!({"patch": {"default": value}}));

    postgres.stop();
    let began = Instant::now();
    thread::scope(|scope| {
        for body in bodies() {
            scope.spawn(|| admin.patch(&path, body).refused(503, "STORE_UNAVAILABLE"));
        }
    });
    // As long as one waits, and not each after the one before.
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());

    // These do not wait for their answer; the database is back before the first of them would be refused.
    let hasty = ureq::Agent::config_builder().timeout_global(Some(Duration::from_millis(300)));
    let hasty = ureq::Agent::from(hasty.build());
    thread::scope(|scope| {
        for body in bodies() {
            let request = hasty.patch(format!("{}{path}", admin.base));
            let request = request.header("authorization", format!("Bearer {}", admin.token));
            scope.spawn(move || assert!(request.send_json(body).is_err()));
        }
    });
    postgres.restart().unwrap();
    let began = Instant::now();
    while server.client("").get("/readyz").text != "ready\n" {
        assert!(began.elapsed() < Duration::from_secs(30), "the database does not come back");
        thread::sleep(Duration::from_millis(50));
    }
    thread::sleep(Duration::from_secs(1));
    let revision = || admin.get(&path).expect(200)["revision"].clone();
    assert_eq!(revision(), json!(1));
    admin.patch(&path, json!({"patch": {"default": 1}})).expect(200);
    assert_eq!(revision(), json!(2));
}

#[test]
fn a_database_that_only_reads_takes_writes_once_it_does_again() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(database) = required(postgres.fresh_database()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server =
        TestServer::with(Settings { database_url: Some(database.clone()), ..settings(folder.path()) });
    let admin = server.admin();
    admin.post(ENTRIES, json!({"definition": {"key": "a", "type": "config", "default": 0}})).expect(201);
    let path = format!("{IN_PRODUCTION}/a");
    let (before, name) = database.rsplit_once('/').unwrap();
    let elsewhere = format!("{before}/postgres");
    let make = |setting: &str| {
        postgres.query(&elsewhere, &format!("ALTER DATABASE {name} {setting}")).unwrap();
    };
    // As after a failover, connections lead to what only reads from now on; those that did not are gone.
    make("SET default_transaction_read_only = on");
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    postgres.query(&database, others).unwrap();
    for value in 1..=3 {
        let answer = admin.patch(&path, json!({"patch": {"default": value}}));
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
        answer.refused(503, "STORE_UNAVAILABLE");
    }
    // No connection to the one that only reads is kept.
    make("RESET default_transaction_read_only");
    assert_eq!(admin.patch(&path, json!({"patch": {"default": 4}})).expect(200)["versions"]["production"], 2);
}

#[test]
fn nobody_waits_for_ever_for_a_lock_that_is_not_given_back() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(database) = required(postgres.fresh_database()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server =
        TestServer::with(Settings { database_url: Some(database.clone()), ..settings(folder.path()) });
    let admin = server.admin();
    thread::scope(|scope| {
        // What a replica holds while it writes.
        let held = scope.spawn(|| {
            postgres.query(&database, "SELECT pg_advisory_lock(7708271011); SELECT pg_sleep(9)").unwrap();
        });
        let is_held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted";
        while postgres.query(&database, is_held).unwrap().trim() == "0" {
            thread::sleep(Duration::from_millis(20));
        }
        let began = Instant::now();
        let answer = admin.post(ENTRIES, json!({"definition": {"key": "a"}}));
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
        answer.refused(503, "STORE_UNAVAILABLE");
        held.join().unwrap();
    });
    admin.post(ENTRIES, json!({"definition": {"key": "a"}})).expect(201);
}
