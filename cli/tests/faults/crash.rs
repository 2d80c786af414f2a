//! `kill -9` in the middle of a thousand writes at once: what was accepted is there, nothing is there by half.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vexil_server::audit::{Head, export, verify};
use vexil_server::server::raise_open_files;
use vexil_server::store::Store;
use vexil_test_services::{Postgres, required};

use crate::support::{Client, Served};

/// Writes at the same time, each by a writer of its own.
const WRITES: usize = 1_000;
/// After so many accepted writes the server is killed.
const KILLED_AFTER: usize = 400;
const TOO_LONG: Duration = Duration::from_secs(60);

const ENTRIES: &str = "/api/v1/projects/default/entries";
const ENVIRONMENTS: [&str; 3] = ["development", "staging", "production"];

#[test]
fn nothing_accepted_is_lost_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let start = || Served::on_folder(&data);
    let entries = survive(&start);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { check_chain(&Store::in_folder(&data).await.unwrap(), entries).await });
}

#[test]
fn nothing_accepted_is_lost_on_postgres() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let url = postgres.fresh_database().unwrap();
    let start = || Served::with(&["--database-url", &url]);
    let entries = survive(&start);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { check_chain(&Store::at_url(&url).await.unwrap(), entries).await });
}

/// Returns how many entries there are in the end.
fn survive(start: &dyn Fn() -> Served) -> usize {
    let served = start();
    let accepted = write_and_kill(served);
    assert!(accepted.len() >= KILLED_AFTER && accepted.len() < WRITES, "{} were accepted", accepted.len());
    let served = start();
    for (key, versions) in &accepted {
        for environment in ENVIRONMENTS {
            let path = format!("/api/v1/projects/default/environments/{environment}/entries/{key}");
            assert_eq!(served.client.get(&path)["version"], versions[environment], "{key} in {environment}");
        }
    }
    let keys = all_keys(&served.client);
    for environment in ENVIRONMENTS {
        let path = format!("/api/v1/projects/default/environments/{environment}");
        let found = served.client.get(&path);
        // Each write made one entry in all environments: no more, no fewer, and no version without one.
        assert_eq!(found["entries"], json!(keys.len()), "{environment}");
        assert_eq!(found["version"], json!(keys.len()), "{environment}");
        assert_eq!(versions(&served.client, &path), (1..=keys.len() as u64).rev().collect::<Vec<_>>());
    }
    // Life goes on.
    let body = json!({"definition": {"key": "after"}});
    let (status, done) = served.client.send("POST", ENTRIES, Some(&body)).unwrap();
    assert_eq!((status, &done["versions"]["production"]), (201, &json!(keys.len() + 1)));
    keys.len() + 1
}

/// The versions of every write that was accepted, by key.
fn write_and_kill(mut served: Served) -> BTreeMap<String, Value> {
    // Each writer has a connection here too.
    raise_open_files();
    let accepted = Mutex::new(BTreeMap::new());
    let (client, ready) = (served.client.clone(), Barrier::new(WRITES));
    thread::scope(|scope| {
        for number in 0..WRITES {
            let (client, ready, accepted) = (&client, &ready, &accepted);
            scope.spawn(move || {
                let key = format!("flag-{number}");
                let body = json!({"definition": {"key": key, "rollout": {"on": 50, "off": 50}}});
                ready.wait();
                match client.send("POST", ENTRIES, Some(&body)) {
                    Some((201, done)) => {
                        drop(accepted.lock().unwrap().insert(key, done["versions"].clone()));
                    }
                    // It has waited too long, or there was no answer.
                    Some((503, _)) | None => {}
                    Some((status, body)) => panic!("{status} {body}"),
                }
            });
        }
        let began = Instant::now();
        while accepted.lock().unwrap().len() < KILLED_AFTER && began.elapsed() < TOO_LONG {
            thread::sleep(Duration::from_millis(1));
        }
        served.program.kill();
    });
    accepted.into_inner().unwrap()
}

fn all_keys(client: &Client) -> BTreeSet<String> {
    let (mut keys, mut after) = (BTreeSet::new(), String::new());
    loop {
        let page = client.get(&format!("{ENTRIES}?limit=500&after={after}"));
        let items = page["items"].as_array().unwrap();
        keys.extend(items.iter().map(|item| item["key"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => return keys,
        }
    }
}

/// Every version of an environment, newest first.
fn versions(client: &Client, environment: &str) -> Vec<u64> {
    let (mut versions, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{environment}/versions?limit=500{after}"));
        versions
            .extend(page["items"].as_array().unwrap().iter().map(|item| item["version"].as_u64().unwrap()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return versions,
        }
    }
}

/// The chain is whole, and has a record for each definition that was written.
async fn check_chain(store: &Store, entries: usize) {
    let mut links = Vec::new();
    loop {
        let part = store.audit_from(links.len() as u64 + 1, 1_000).await.unwrap();
        links.extend(part.items);
        if !part.more {
            break;
        }
    }
    let mut text = export::header(&Head::GENESIS);
    text.extend(links.iter().map(export::line));
    let last = links.last().unwrap().hash;
    let verified = verify::verify(text.as_bytes(), Some(last)).unwrap();
    assert_eq!(verified.count, links.len() as u64);
    let created = links.iter().filter(|link| link.text.contains("entry.create")).count();
    assert_eq!(created, entries * ENVIRONMENTS.len());
}
