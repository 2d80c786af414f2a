//! Several servers on one PostgreSQL: what one accepts, all deliver, whatever happens to the ways between them.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use vexil_server::Settings;
use vexil_test_services::{Postgres, Redis, required};

use crate::proxy::Proxy;
use crate::support::{Answer, Client, Events, TestServer, settings};

const ENTRIES: &str = "/api/v1/projects/default/entries";
const IN_PRODUCTION: &str = "/api/v1/projects/default/environments/production/entries";

/// How often a replica asks for what it may have missed, where the test is not about that.
const SELDOM: Duration = Duration::from_secs(600);

/// Two servers that share a database and perhaps a Redis.
struct Replicas {
    one: TestServer,
    other: TestServer,
    _folder: TempDir,
}

impl Replicas {
    fn start(database: &str, redis: Option<&Redis>, version_check: Duration) -> Replicas {
        Replicas::on_ways([database, database], redis, version_check)
    }

    /// Each on a way of its own to the database.
    fn on_ways(ways: [&str; 2], redis: Option<&Redis>, version_check: Duration) -> Replicas {
        let folder = tempfile::tempdir().unwrap();
        let start = |way: &str| {
            TestServer::with(Settings {
                database_url: Some(way.to_owned()),
                redis_url: redis.map(Redis::url),
                version_check,
                ..settings(folder.path())
            })
        };
        let [one, other] = ways.map(start);
        Replicas { one, other, _folder: folder }
    }

    /// Two of which neither hears what the other does.
    fn deaf(postgres: &Postgres) -> Option<Replicas> {
        let database = required(postgres.fresh_database())?;
        deafen(postgres, &database);
        let replicas = Replicas::start(&database, None, SELDOM);
        // The first look comes with the start.
        thread::sleep(Duration::from_millis(300));
        Some(replicas)
    }

    /// A stream of production at each.
    fn streams(&self) -> [Events; 2] {
        let key = self.one.sdk("production", "server");
        let there = Client { base: self.other.admin().base, ..key.clone() };
        // A key is known everywhere soon, and not at once.
        wait_until(|| there.get("/sdk/v1/snapshot").status == 200);
        [key.stream(None), there.stream(None)]
    }
}

fn wait_until(mut condition: impl FnMut() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(20), "it does not come to pass");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Changes the entry at one server, and takes the version from each stream; how long the slower one took.
fn change_and_see(at: &Client, streams: &mut [Events; 2], version: u64) -> Duration {
    let began = Instant::now();
    let patch = json!({"patch": {"default": version}});
    at.patch(&format!("{IN_PRODUCTION}/a"), patch).expect(200);
    for stream in streams {
        let event = stream.next().expect("the stream goes on");
        assert_eq!(event.id, Some(version), "{event:?}");
    }
    began.elapsed()
}

fn make_entry(at: &Client) {
    at.post(ENTRIES, json!({"definition": {"key": "a", "type": "config", "default": 0}})).expect(201);
}

/// From now on notifications go nowhere in this database.
fn deafen(postgres: &Postgres, database: &str) {
    let (_, name) = database.rsplit_once('/').unwrap();
    let statements = format!(
        "CREATE FUNCTION public.pg_notify(text, text) RETURNS void LANGUAGE sql AS 'SELECT';
         ALTER DATABASE {name} SET search_path = public, pg_catalog;"
    );
    for statement in statements.lines() {
        postgres.query(database, statement).unwrap();
    }
}

/// The value of a metric whose name and labels begin like this.
fn metric(server: &TestServer, name: &str) -> f64 {
    let text = server.admin().get("/metrics").text;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().unwrap())
}

#[test]
fn a_change_accepted_by_any_reaches_the_streams_of_all() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(database) = required(postgres.fresh_database()) else { return };
    let replicas = Replicas::start(&database, None, SELDOM);
    make_entry(&replicas.one.admin());
    let mut streams = replicas.streams();
    for stream in &mut streams {
        assert_eq!(stream.next().unwrap().id, Some(1));
    }
    let mut took: Vec<_> = (2..=12)
        .map(|version| {
            let server = if version % 2 == 0 { &replicas.one } else { &replicas.other };
            change_and_see(&server.admin(), &mut streams, version)
        })
        .collect();
    took.sort();
    // A machine that is busy with other tests may pause one of them.
    assert!(took[5] < Duration::from_secs(1), "{took:?}");
    // What was told is told no more.
    wait_until(|| metric(&replicas.one, "vexil_outbox_length") == 0.0);
}

#[test]
fn of_two_who_edit_the_same_at_once_at_two_replicas_one_is_stale() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(database) = required(postgres.fresh_database()) else { return };
    let replicas = Replicas::start(&database, None, SELDOM);
    make_entry(&replicas.one.admin());
    let path = format!("{IN_PRODUCTION}/a");
    wait_until(|| replicas.other.admin().get(&path).status == 200);
    for round in 1..=10_u64 {
        wait_until(|| {
            [&replicas.one, &replicas.other]
                .iter()
                .all(|server| server.admin().get(&path).body["revision"] == json!(round))
        });
        let barrier = Barrier::new(2);
        let edit = |server: &TestServer, value: u64| {
            let (client, seen) = (server.admin(), format!("\"{round}\""));
            let body = json!({"patch": {"default": value}}).to_string();
            barrier.wait();
            client.send("PATCH", &path, &[("if-match", &seen)], Some(body.as_bytes()))
        };
        let mut answers = thread::scope(|scope| {
            let one = scope.spawn(|| edit(&replicas.one, 1_000 + round));
            let other = scope.spawn(|| edit(&replicas.other, 2_000 + round));
            [one.join().unwrap(), other.join().unwrap()]
        });
        answers.sort_by_key(|answer| answer.status);
        let [accepted, refused] = answers;
        accepted.expect(200);
        let refused = refused.refused(412, "STALE");
        assert_eq!(refused["current"], json!(round + 1));
    }
}

#[test]
fn a_lost_notification_is_found() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(database) = required(postgres.fresh_database()) else { return };
    deafen(postgres, &database);
    let replicas = Replicas::start(&database, None, Duration::from_millis(300));
    make_entry(&replicas.one.admin());
    let mut streams = replicas.streams();
    wait_until(|| replicas.other.admin().get(&format!("{IN_PRODUCTION}/a")).status == 200);
    for stream in &mut streams {
        while stream.next().unwrap().id != Some(1) {}
    }
    let took: Vec<_> =
        (2..=6).map(|version| change_and_see(&replicas.one.admin(), &mut streams, version)).collect();
    assert!(took.iter().all(|took| *took < Duration::from_secs(2)), "{took:?}");
    // Were notifications heard, none would have waited for the next look.
    assert!(took.iter().any(|took| *took > Duration::from_millis(50)), "{took:?}");
}

#[test]
fn a_replica_that_is_behind_gives_nobody_what_is_older_than_what_they_hold() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(database) = required(postgres.fresh_database()) else { return };
    deafen(postgres, &database);
    let folder = tempfile::tempdir().unwrap();
    let start = |version_check| {
        let database_url = Some(database.clone());
        TestServer::with(Settings { database_url, version_check, ..settings(folder.path()) })
    };
    let one = start(SELDOM);
    make_entry(&one.admin());
    let key = one.sdk("production", "server");
    // They start with the first version, and hear of no other: one for long, one for two seconds.
    let (behind, late) = (start(SELDOM), start(Duration::from_secs(2)));
    let at = |server: &TestServer| Client { base: server.admin().base, ..key.clone() };
    one.admin().patch(&format!("{IN_PRODUCTION}/a"), json!({"patch": {"default": 2}})).expect(200);
    let tag = key.get("/sdk/v1/snapshot").header("etag").unwrap().to_owned();
    // Whoever comes from the first replica holds the second version.
    let mut stream = at(&late).stream(Some(2));
    let held = [("if-none-match", tag.as_str())];
    assert_eq!(at(&late).send("GET", "/sdk/v1/snapshot", &held, None).status, 304);
    let behind = at(&behind);
    assert_eq!(behind.get("/sdk/v1/snapshot").body["payload"]["version"], json!(1));
    behind.send("GET", "/sdk/v1/snapshot", &held, None).refused(503, "BEHIND");
    behind.send("GET", "/sdk/v1/stream", &[("last-event-id", "2")], None).refused(503, "BEHIND");
    one.admin().patch(&format!("{IN_PRODUCTION}/a"), json!({"patch": {"default": 3}})).expect(200);
    let event = stream.next().unwrap();
    assert_eq!(event.id, Some(3), "{event:?}");
}

#[test]
fn redis_tells_of_changes_keeps_payloads_and_is_not_missed() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(database) = required(postgres.fresh_database()) else { return };
    let Some(mut redis) = required(Redis::start()) else { return };
    let replicas = Replicas::start(&database, Some(&redis), SELDOM);
    make_entry(&replicas.one.admin());
    let mut streams = replicas.streams();
    for stream in &mut streams {
        while stream.next().unwrap().id != Some(1) {}
    }
    wait_until(|| metric(&replicas.one, "vexil_outbox_length") == 0.0);
    let relayed = |server| metric(server, "vexil_relayed_total{outcome=\"published\"}");
    wait_until(|| relayed(&replicas.one) + relayed(&replicas.other) > 0.0);
    // One replica made the payload, and the other took it over.
    let taken = |server| metric(server, "vexil_payload_cache_total{outcome=\"hit\"}");
    let key = replicas.one.sdk("staging", "server");
    let there = Client { base: replicas.other.admin().base, ..key.clone() };
    wait_until(|| there.get("/sdk/v1/keys").status == 200);
    let before = taken(&replicas.other);
    let made = key.get("/sdk/v1/snapshot");
    thread::sleep(Duration::from_millis(200));
    assert_eq!(made.text, there.get("/sdk/v1/snapshot").text);
    assert_eq!(taken(&replicas.other), before + 1.0);

    let took = change_and_see(&replicas.one.admin(), &mut streams, 2);
    assert!(took < Duration::from_secs(1), "{took:?}");
    redis.stop();
    for version in 3..=6 {
        let server = if version % 2 == 0 { &replicas.one } else { &replicas.other };
        let took = change_and_see(&server.admin(), &mut streams, version);
        assert!(took < Duration::from_secs(1), "{took:?} without Redis");
    }
    // A payload is made here then.
    assert_eq!(there.get("/sdk/v1/snapshot").status, 200);
    assert!(metric(&replicas.one, "vexil_outbox_length") > 0.0);
    redis.restart().unwrap();
    wait_until(|| metric(&replicas.one, "vexil_outbox_length") == 0.0);
    change_and_see(&replicas.one.admin(), &mut streams, 7);
}

#[test]
fn what_redis_says_is_told_without_the_database() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(database) = required(postgres.fresh_database()) else { return };
    let Some(redis) = required(Redis::start()) else { return };
    deafen(postgres, &database);
    let replicas = Replicas::start(&database, Some(&redis), SELDOM);
    make_entry(&replicas.one.admin());
    let mut streams = replicas.streams();
    for stream in &mut streams {
        while stream.next().unwrap().id != Some(1) {}
    }
    for version in 2..=6 {
        let took = change_and_see(&replicas.one.admin(), &mut streams, version);
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
}

#[test]
fn a_replica_that_is_behind_answers_by_what_is_in_force() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(replicas) = Replicas::deaf(postgres) else { return };
    let (one, other) = (replicas.one.admin(), replicas.other.admin());
    let path = format!("{IN_PRODUCTION}/a");
    let set = |value: u64| json!({"patch": {"default": value}});
    // An entry that it has not heard of.
    make_entry(&one);
    assert_eq!(other.patch(&path, set(1)).expect(200)["versions"], json!({"production": 2}));
    // What it holds is what is asked for, and is not in force any more.
    one.patch(&path, set(2)).expect(200);
    let done = other.patch(&path, set(1)).expect(200);
    assert!(done["change"].is_string(), "{done}");
    assert_eq!(done["versions"], json!({"production": 4}));
    // A revision that it has not heard of.
    one.patch(&path, set(3)).expect(200);
    let body = set(4).to_string();
    other.send("PATCH", &path, &[("if-match", "\"5\"")], Some(body.as_bytes())).expect(200);
    // The same of what it would only tell.
    one.patch(&path, set(5)).expect(200);
    let planned = other.patch(&path, json!({"patch": {"default": 4}, "dry_run": true})).expect(200);
    assert_eq!(planned["environments"][0]["changes"][0]["key"], json!("a"), "{planned}");
    // Archived there, restored here.
    one.delete(&format!("{ENTRIES}/a")).expect(200);
    other.post(&format!("{ENTRIES}/a/restore"), json!({})).expect(200);
    one.post(ENTRIES, json!({"definition": {"key": "a"}})).refused(409, "ALREADY_EXISTS");
}

#[test]
fn an_entry_is_archived_where_a_replica_has_not_heard_of_it_too() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(replicas) = Replicas::deaf(postgres) else { return };
    let (one, other) = (replicas.one.admin(), replicas.other.admin());
    let definition = json!({"key": "x", "type": "config", "default": 1});
    one.post(ENTRIES, json!({"definition": definition, "environments": ["development"]})).expect(201);
    let promote = json!({"from": "development", "keys": ["x"]});
    let done = other.post("/api/v1/projects/default/environments/production/promote", promote).expect(200);
    assert_eq!(done["versions"], json!({"production": 1}));
    let done = one.delete(&format!("{ENTRIES}/x")).expect(200);
    assert_eq!(done["versions"], json!({"development": 2, "production": 2}));
    one.get(&format!("{IN_PRODUCTION}/x")).refused(404, "NOT_FOUND");
}

#[test]
fn what_is_promoted_is_what_is_in_force_there() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(replicas) = Replicas::deaf(postgres) else { return };
    let (one, other) = (replicas.one.admin(), replicas.other.admin());
    let environments = "/api/v1/projects/default/environments";
    let path = format!("{environments}/development/entries/a");
    make_entry(&one);
    other.patch(&path, json!({"patch": {"default": 1}})).expect(200);
    one.patch(&path, json!({"patch": {"default": 2}})).expect(200);
    other.post(&format!("{environments}/staging/promote"), json!({"from": "development"})).expect(200);
    let promoted = other.get(&format!("{environments}/staging/entries/a")).expect(200);
    assert_eq!(promoted["definition"]["default"], json!(2));
    one.patch(&path, json!({"patch": {"default": 3}})).expect(200);
    let body = json!({"key": "copy", "name": "Copy", "production": false, "copy_of": "development"});
    other.post(environments, body).expect(201);
    let copied = other.get(&format!("{environments}/copy/entries/a")).expect(200);
    assert_eq!(copied["definition"]["default"], json!(3));
}

#[test]
fn what_was_said_while_the_wire_was_cut_is_made_up_for() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(database) = required(postgres.fresh_database()) else { return };
    let (mut wire, through) = Proxy::to(&database);
    let replicas = Replicas::on_ways([&database, &through], None, SELDOM);
    make_entry(&replicas.one.admin());
    let (one, other) = (replicas.one.admin(), replicas.other.admin());
    let path = format!("{IN_PRODUCTION}/a");
    wait_until(|| other.get(&path).status == 200);
    wire.cut();
    one.patch(&path, json!({"patch": {"default": 1}})).expect(200);
    thread::sleep(Duration::from_secs(1));
    assert_eq!(other.get(&path).expect(200)["revision"], json!(1));
    wire.mend();
    wait_until(|| other.get(&path).expect(200)["revision"] == json!(2));
}

/// Asks both replicas at once, and gives back the answers by their status.
fn at_once(replicas: &Replicas, ask: impl Fn(&Client, usize) -> Answer + Sync) -> [Answer; 2] {
    let barrier = Barrier::new(2);
    let ask = |server: &TestServer, number| {
        let client = server.admin();
        barrier.wait();
        ask(&client, number)
    };
    let mut answers = thread::scope(|scope| {
        let one = scope.spawn(|| ask(&replicas.one, 0));
        let other = scope.spawn(|| ask(&replicas.other, 1));
        [one.join().unwrap(), other.join().unwrap()]
    });
    answers.sort_by_key(|answer| answer.status);
    answers
}

#[test]
fn one_key_signs_whatever_two_replicas_are_asked_at_once() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(database) = required(postgres.fresh_database()) else { return };
    let replicas = Replicas::start(&database, None, SELDOM);
    let states = |server: &TestServer| {
        let keys = server.admin().get("/api/v1/signing-keys?limit=500").expect(200);
        let keys = keys["items"].as_array().unwrap().clone();
        keys.into_iter().map(|key| (key["id"].clone(), key["state"].clone())).collect::<Vec<_>>()
    };
    let active = |server: &TestServer| -> Vec<Value> {
        states(server).into_iter().filter(|(_, state)| state == "active").map(|(id, _)| id).collect()
    };
    let admin = replicas.one.admin();
    let mut refused_by_state = 0;
    for round in 0..10 {
        let made = [0, 1].map(|_| admin.post("/api/v1/signing-keys", json!({})).expect(201)["id"].clone());
        let answers = at_once(&replicas, |client, number| match round % 2 {
            0 => {
                let path = format!("/api/v1/signing-keys/{}", made[number].as_str().unwrap());
                client.patch(&path, json!({"state": "active"}))
            }
            _ => client.post("/api/v1/signing-keys", json!({"active": true})),
        });
        let [accepted, other] = answers;
        assert!(matches!(accepted.status, 200 | 201), "{}", accepted.text);
        // Where both came one after the other, both are right.
        if other.status == 412 {
            other.refused(412, "STALE");
            refused_by_state += 1;
        }
        wait_until(|| states(&replicas.one) == states(&replicas.other));
        let signs = active(&replicas.one);
        assert_eq!(signs.len(), 1, "{signs:?}");
        let key = replicas.one.sdk("staging", "server");
        let there = Client { base: replicas.other.admin().base, ..key.clone() };
        let signature = |client: &Client| {
            let answer = client.get("/sdk/v1/snapshot");
            (answer.status == 200).then(|| answer.body["signature"].clone())
        };
        wait_until(|| signature(&there).is_some() && signature(&there) == signature(&key));
    }
    assert!(refused_by_state > 0, "none came at once");
    // The database itself holds to it, whoever writes.
    let second = "UPDATE signing_keys SET state = 'active' WHERE state = 'next'";
    assert!(postgres.query(&database, second).is_err());
}

#[test]
fn two_who_end_each_other_at_two_replicas_leave_one() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(database) = required(postgres.fresh_database()) else { return };
    let replicas = Replicas::start(&database, None, SELDOM);
    let first = replicas.one.admin();
    let own = first.get("/api/v1/tokens").expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
    let second = json!({"name": "second", "grants": [{"role": "super_admin"}]});
    let second = first.post("/api/v1/tokens", second).expect(201);
    let other = replicas.other.client(second["token"].as_str().unwrap());
    wait_until(|| other.get("/api/v1/projects").status == 200);
    let ids = [second["id"].as_str().unwrap(), &own];
    let [done, refused] = at_once(&replicas, |client, number| {
        let client = if number == 0 { client.clone() } else { other.clone() };
        client.delete(&format!("/api/v1/tokens/{}", ids[number]))
    });
    done.expect(200);
    // Whoever was ended first may not even ask any more.
    assert!(matches!(refused.status, 401 | 409), "{}", refused.text);
    if refused.status == 409 {
        refused.refused(409, "LAST_ADMINISTRATOR");
    }
    let left = [&first, &other].into_iter().filter(|client| client.get("/api/v1/tokens").status == 200);
    wait_until(|| {
        let known = [&first, &other].map(|client| client.get("/api/v1/tokens").status);
        known.contains(&401)
    });
    assert_eq!(left.count(), 1);
}

#[test]
fn of_two_who_rotate_or_revoke_the_same_key_at_two_replicas_one_is_refused() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let Some(database) = required(postgres.fresh_database()) else { return };
    let replicas = Replicas::start(&database, None, SELDOM);
    let (one, other) = (replicas.one.admin(), replicas.other.admin());
    let known = |id: &Value| {
        let keys = other.get("/api/v1/keys?limit=500").expect(200);
        keys["items"].as_array().unwrap().iter().any(|key| key["id"] == *id)
    };
    for _ in 0..5 {
        let asked = json!({"environment": "staging", "kind": "server", "name": "x"});
        let id = one.post("/api/v1/keys", asked).expect(201)["id"].clone();
        wait_until(|| known(&id));
        let path = format!("/api/v1/keys/{}", id.as_str().unwrap());
        let rotate = |client: &Client| client.post(&format!("{path}/rotate"), json!({}));
        let [done, refused] = at_once(&replicas, |client, _| rotate(client));
        let successor = done.expect(201)["id"].clone();
        refused.refused(409, "KEY_ENDED");
        let [done, refused] = at_once(&replicas, |client, _| client.delete(&path));
        done.expect(200);
        refused.refused(409, "KEY_ENDED");
        wait_until(|| known(&successor));
    }
}
