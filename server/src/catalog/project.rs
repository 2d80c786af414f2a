//! One project: what its entries are, and what they do in each environment.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Environment, Identity};

/// An entry in all environments alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What it is.
    pub identity: Identity,
    /// Counts the changes of its identity, from 1.
    pub revision: u64,
    /// When it was archived, in milliseconds since the epoch; none while it is in force.
    pub archived_at: Option<i64>,
    /// When it was created.
    pub created_at: i64,
}

/// A project as of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// The key.
    pub key: Arc<str>,
    /// A name to show.
    pub name: String,
    /// What `min_role` may name, lowest first.
    pub roles: Vec<String>,
    /// Counts the changes of the project itself, from 1: its name and roles, its environments, what its entries are and
    /// where they are in force.
    pub revision: u64,
    /// By key.
    pub entries: BTreeMap<Arc<str>, Arc<Entry>>,
    /// In the order of their positions.
    pub environments: Vec<Arc<Environment>>,
}

impl Project {
    /// One of its environments.
    pub fn environment(&self, key: &str) -> Option<&Arc<Environment>> {
        self.environments.iter().find(|environment| &*environment.row.key == key)
    }

    /// An entry that is in force.
    pub fn entry(&self, key: &str) -> Option<&Arc<Entry>> {
        self.entries.get(key).filter(|entry| entry.archived_at.is_none())
    }

    /// What a bundle of one environment says before its entries.
    pub fn bundle_header(&self, environment: &Environment) -> String {
        let header = serde_json::json!({
            "schema": 1,
            "environment": &*environment.row.key,
            "version": environment.row.version,
            "roles": self.roles,
        });
        header.to_string()
    }
}
