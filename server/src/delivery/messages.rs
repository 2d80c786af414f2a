//! Payloads: bundles and deltas, in the text that is signed.

use std::collections::HashMap;
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
    pub(super) client: OnceLock<ClientSlice>,
    pub(super) put: OnceLock<Arc<Encoded>>,
    pub(super) deltas: Mutex<HashMap<u64, Arc<Encoded>>>,
}

/// What a client key gets.
pub(super) struct ClientSlice {
    /// Entries as text.
    pub(super) entries: Vec<Arc<str>>,
}

impl ClientSlice {
    /// Nothing for anybody but clients.
    pub(super) fn of(environment: &Environment, audience: &Audience, secret: &[u8]) -> ClientSlice {
        let mut entries = Vec::new();
        if let Audience::Client(tenant) = audience {
            let all = environment.definitions.iter().map(|(key, stored)| (&**key, &stored.document));
            let made = slice::for_client(all, &ClientAudience { tenant: tenant.as_deref(), secret });
            let text = |entry| Arc::from(serde_json::to_string(&entry).unwrap_or_default());
            entries = made.entries.into_iter().map(text).collect();
        }
        ClientSlice { entries }
    }
}

/// What servers get of every definition.
pub(super) fn server_entries(environment: &Environment) -> Vec<Arc<str>> {
    environment.definitions.values().filter_map(|stored| stored.delivered()).collect()
}

/// What servers get of the definitions that changed after a version, and the keys of those that are gone.
pub(super) fn changed_since(head: &Head, version: u64) -> (Vec<Arc<str>>, Vec<Arc<str>>) {
    let Environment { definitions, archived, .. } = &*head.environment;
    let is_new = |stored: &&Arc<Stored>| stored.version > version;
    let entries = definitions.values().filter(is_new).filter_map(|stored| stored.delivered()).collect();
    let gone = archived.iter().filter(|(_, (_, since))| *since > version).map(|(key, _)| Arc::clone(key));
    // What has become sensitive is gone too.
    let withdrawn = definitions.iter().filter(|(_, stored)| is_new(stored) && stored.delivered().is_none());
    (entries, gone.chain(withdrawn.map(|(key, _)| Arc::clone(key))).collect())
}

/// `{"schema": 1, "environment": ..., "version": ..., "roles": [...], "entries": [...]}`
pub(super) fn bundle(head: &Head, entries: &[Arc<str>]) -> String {
    with_entries(head.project.bundle_header(&head.environment), entries)
}

/// `{"from": ..., "version": ..., "roles": [...], "removed": [...], "entries": [...]}`
pub(super) fn delta(head: &Head, from: u64, entries: &[Arc<str>], removed: &[Arc<str>]) -> String {
    let removed: Vec<&str> = removed.iter().map(|key| &**key).collect();
    let header = json!({
        "from": from,
        "version": head.version(),
        "environment": &*head.environment.row.key,
        "roles": head.project.roles,
        "removed": removed,
    });
    with_entries(header.to_string(), entries)
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
