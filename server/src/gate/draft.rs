//! What a change comes to: the rows that will be another, planned from what is in force.

use std::sync::Arc;

use super::{AccessDraft, EntryProblem};
use crate::audit::Action;
use crate::catalog::{Document, Environment, Identity, Project};

/// All that a change writes.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What was done, for the audit log.
    pub action: Action,
    /// The project as it was when the change was planned; none for what belongs to no project.
    pub base: Option<Arc<Project>>,
    /// The project itself, where it is new or another.
    pub project: Option<ProjectDraft>,
    /// Environments that are new or have another row.
    pub environments: Vec<EnvironmentDraft>,
    /// Environments that definitions were taken over from, as they were: the change holds only if they still are so.
    pub sources: Vec<Arc<Environment>>,
    /// Entries, in the order of keys.
    pub entries: Vec<EntryDraft>,
    /// Keys and people.
    pub access: Option<AccessDraft>,
    /// What there is to say that is no reason to refuse.
    pub notes: Vec<String>,
    /// What could not be planned; with what the core finds wrong with the rest it is told, and nothing is written.
    pub problems: Vec<EntryProblem>,
}

impl Draft {
    /// A draft that does not change anything yet.
    pub fn new(action: Action, base: Option<Arc<Project>>) -> Draft {
        Draft {
            action,
            base,
            project: None,
            environments: Vec::new(),
            sources: Vec::new(),
            entries: Vec::new(),
            access: None,
            notes: Vec::new(),
            problems: Vec::new(),
        }
    }
}

impl Draft {
    /// Everything that there is to say, of the whole and of its entries.
    pub fn all_notes(&self) -> Vec<String> {
        self.notes.iter().chain(self.entries.iter().flat_map(|entry| &entry.notes)).cloned().collect()
    }
}

/// A project's own row.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectDraft {
    /// The key.
    pub key: Arc<str>,
    /// A name to show.
    pub name: String,
    /// What `min_role` may name, lowest first.
    pub roles: Vec<String>,
}

/// An environment's own row.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvironmentDraft {
    /// The key.
    pub key: Arc<str>,
    /// A name to show.
    pub name: String,
    /// Whether what happens here happens to customers.
    pub production: bool,
    /// Where it stands among the others, from 0.
    pub position: i64,
}

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryDraft {
    /// The key.
    pub key: Arc<str>,
    /// What happens to it, for the audit log.
    pub action: Action,
    /// What it is from now on.
    pub identity: Identity,
    /// Whether it is archived from now on.
    pub archived: bool,
    /// Its whole document in each environment where that is another from now on; none takes it out of force.
    pub definitions: Vec<(Arc<str>, Option<Document>)>,
    /// What there is to say that is no reason to refuse.
    pub notes: Vec<String>,
}
