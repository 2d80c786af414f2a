//! One environment: its definitions, numbered.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::Document;
use crate::delivery::slice;

/// What the store knows of an environment beside its definitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The key, as definitions name it.
    pub key: Arc<str>,
    /// A name to show.
    pub name: String,
    /// Whether what happens here happens to customers; roles differ by it.
    pub production: bool,
    /// Where it stands among the others.
    pub position: i64,
    /// The version of its newest snapshot, without gaps from 0, the empty one.
    pub version: u64,
    /// When that version came to be, in milliseconds since the epoch.
    pub changed_at: i64,
}

/// A definition with its numbers.
#[derive(Debug)]
pub struct Stored {
    /// Counts the definitions that the entry has had in this environment, from 1.
    pub revision: u64,
    /// The environment's version that it came with.
    pub version: u64,
    /// The whole document, identity included.
    pub document: Document,
    /// The same as compact JSON text.
    pub text: String,
    /// What servers get of it, as text, once somebody has asked.
    delivered: OnceLock<Option<Arc<str>>>,
}

impl PartialEq for Stored {
    fn eq(&self, other: &Stored) -> bool {
        (self.revision, self.version) == (other.revision, other.version) && self.document == other.document
    }
}

impl Stored {
    /// A definition as it is stored.
    pub fn new(revision: u64, version: u64, document: Document) -> Stored {
        // A map of JSON values always has a text.
        let text = serde_json::to_string(&document).unwrap_or_default();
        Stored { revision, version, document, text, delivered: OnceLock::new() }
    }

    /// What servers get of it, as text; none of what is sensitive.
    pub fn delivered(&self) -> Option<Arc<str>> {
        let made = self.delivered.get_or_init(|| {
            let entry = slice::for_server(&self.document)?;
            Some(serde_json::to_string(&entry).unwrap_or_default().into())
        });
        made.clone()
    }
}

/// An environment as of one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// Its row.
    pub row: Row,
    /// Every definition in force, by key.
    pub definitions: BTreeMap<Arc<str>, Arc<Stored>>,
    /// Keys that were archived: the last revision, and the version that it came with.
    pub archived: BTreeMap<Arc<str>, (u64, u64)>,
}

impl Environment {
    /// An environment without definitions.
    pub fn empty(row: Row) -> Environment {
        Environment { row, definitions: BTreeMap::new(), archived: BTreeMap::new() }
    }

    /// The number of an entry's newest revision, 0 before the first.
    pub fn revision(&self, key: &str) -> u64 {
        let stored = self.definitions.get(key).map(|stored| stored.revision);
        stored.or_else(|| self.archived.get(key).map(|(revision, _)| *revision)).unwrap_or(0)
    }

    /// Takes over an entry's newest revision; without a definition it is archived.
    pub(crate) fn set(&mut self, key: Arc<str>, revision: u64, version: u64, document: Option<Document>) {
        match document {
            Some(document) => {
                self.archived.remove(&key);
                self.definitions.insert(key, Arc::new(Stored::new(revision, version, document)));
            }
            None => {
                self.definitions.remove(&key);
                self.archived.insert(key, (revision, version));
            }
        }
    }
}
