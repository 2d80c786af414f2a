//! What is in force, in memory: every project with the definitions of its environments. It follows the store, and
//! nobody changes it otherwise, so that reads go on when the database is away.

mod document;
mod environment;
mod project;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

pub use document::{Document, IDENTITY_FIELDS, Identity};
pub(crate) use document::{default_of, normalise, respelt, spelt_twice};
pub use environment::{Environment, Row, Stored};
pub use project::{Entry, Project};

/// All projects by key.
pub type Projects = BTreeMap<Arc<str>, Arc<Project>>;

/// The current state. Whoever reads holds it whole; a newer one takes its place.
#[derive(Debug, Default)]
pub struct Catalog {
    current: RwLock<Arc<Projects>>,
}

impl Catalog {
    /// All projects, as of now.
    pub fn projects(&self) -> Arc<Projects> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// One project, as of now.
    pub fn project(&self, key: &str) -> Option<Arc<Project>> {
        self.projects().get(key).cloned()
    }

    /// Puts a project in the place of an older one.
    pub(crate) fn put(&self, project: Arc<Project>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut current).insert(Arc::clone(&project.key), project);
    }
}
