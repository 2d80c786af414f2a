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
        let ready = server.client("").get("/readyz");
        assert_eq!(ready.status, 200);
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
