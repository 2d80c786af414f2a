//! Payloads: bundles and deltas, in the text that is signed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::json;

use super::Encoded;
use super::head::{Audience, Head};
use super::slice::{self, ClientAudience};
use crate::catalog::{Environment, Stored};

/// What one audience gets of one version, as far as somebody has asked for it.
#[derive(Default)]
pub(super) struct Slice {
    /// Of clients; what servers get lies with the definitions.
    pub(super) client: OnceLock<Arc<ClientSlice>>,
    pub(super) put: OnceLock<Arc<Encoded>>,
    /// From each version that somebody was at; none where the whole is hardly larger.
    pub(super) deltas: Mutex<HashMap<u64, Option<Arc<Encoded>>>>,
}

/// What a client key gets.
#[derive(Default)]
pub(super) struct ClientSlice {
    /// Entries as text, by key.
    entries: BTreeMap<Arc<str>, Arc<str>>,
}

impl ClientSlice {
    /// Nothing for anybody but clients. What is as it was in an earlier slice shares its memory.
    pub(super) fn of(
        environment: &Environment,
        audience: &Audience,
        secret: &[u8],
        earlier: Option<&ClientSlice>,
    ) -> ClientSlice {
        let Audience::Client(tenant) = audience else { return ClientSlice::default() };
        let all = environment.definitions.iter().map(|(key, stored)| (&**key, &stored.document));
        let made = slice::for_client(all, &ClientAudience { tenant: tenant.as_deref(), secret });
        let entries = made.entries.into_iter().filter_map(|entry| {
            let key = entry.get("key")?.as_str()?;
            let text = serde_json::to_string(&entry).unwrap_or_default();
            let known = earlier.and_then(|earlier| earlier.entries.get_key_value(key));
            Some(match known {
                Some((key, known)) if **known == *text => (Arc::clone(key), Arc::clone(known)),
                Some((key, _)) => (Arc::clone(key), text.into()),
                None => (key.into(), text.into()),
            })
        });
        ClientSlice { entries: entries.collect() }
    }

    /// All entries, by ascending key.
    pub(super) fn entries(&self) -> Vec<Arc<str>> {
        self.entries.values().cloned().collect()
    }

    /// The entries that an earlier slice has not, or otherwise, and the keys of those that it has too many.
    pub(super) fn changed_since(&self, earlier: &ClientSlice) -> Changed {
        let is_new = |(key, entry): &(&Arc<str>, &Arc<str>)| earlier.entries.get(*key) != Some(*entry);
        let entries = self.entries.iter().filter(is_new).map(|(_, entry)| Arc::clone(entry)).collect();
        let gone = earlier.entries.keys().filter(|key| !self.entries.contains_key(*key));
        Changed { entries, removed: gone.cloned().collect(), all: self.entries.len() }
    }
}

/// What leads from one version to a later one.
pub(super) struct Changed {
    /// Entries as text.
    pub(super) entries: Vec<Arc<str>>,
    /// Keys of those that are gone.
    pub(super) removed: Vec<Arc<str>>,
    /// How many entries there are.
    all: usize,
}

impl Changed {
    /// Whether the whole would hardly be larger.
    pub(super) fn is_most(&self) -> bool {
        self.entries.len() * 2 > self.all + 2
    }
}

/// What servers get of every definition.
pub(super) fn server_entries(environment: &Environment) -> Vec<Arc<str>> {
    environment.definitions.values().filter_map(|stored| stored.delivered()).collect()
}

/// What servers get of the definitions that changed after a version, and the keys of those that are gone.
pub(super) fn changed_since(head: &Head, version: u64) -> Changed {
    let Environment { definitions, archived, .. } = &*head.environment;
    let is_new = |stored: &&Arc<Stored>| stored.version > version;
    let entries = definitions.values().filter(is_new).filter_map(|stored| stored.delivered()).collect();
    let gone = archived.iter().filter(|(_, (_, since))| *since > version).map(|(key, _)| Arc::clone(key));
    // What has become sensitive is gone too.
    let withdrawn = definitions.iter().filter(|(_, stored)| is_new(stored) && stored.delivered().is_none());
    let removed = gone.chain(withdrawn.map(|(key, _)| Arc::clone(key))).collect();
    Changed { entries, removed, all: definitions.len() }
}

/// `{"schema": 1, "environment": ..., "version": ..., "roles": [...], "entries": [...]}`
pub(super) fn bundle(head: &Head, entries: &[Arc<str>]) -> String {
    with_entries(head.project.bundle_header(&head.environment), entries)
}

/// `{"from": ..., "version": ..., "roles": [...], "removed": [...], "entries": [...]}`
pub(super) fn delta(head: &Head, from: u64, changed: &Changed) -> String {
    let removed: Vec<&str> = changed.removed.iter().map(|key| &**key).collect();
    let header = json!({
        "from": from,
        "version": head.version(),
        "environment": &*head.environment.row.key,
        "roles": head.project.roles,
        "removed": removed,
    });
    with_entries(header.to_string(), &changed.entries)
}

/// An object with one more member, whose items are text already.
fn with_entries(mut object: String, entries: &[Arc<str>]) -> String {
    object.reserve(entries.iter().map(|entry| entry.len() + 1).sum::<usize>() + 16);
    object.pop();
    object.push_str(",\"entries\":[");
    for (position, entry) in entries.iter().enumerate() {
        if position > 0 {
            object.push(',');
        }
        object.push_str(entry);
    }
    object.push_str("]}");
    object
}
