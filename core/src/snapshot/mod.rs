//! Snapshots: compiled, immutable, numbered sets of the definitions of one environment.

mod compile;
mod delta;
pub(crate) mod entry;
mod link;

use std::collections::HashSet;
use std::sync::Arc;

use hashbrown::HashTable;

use crate::context::KnownPaths;
use crate::definition::{self, Mode, Reading};
use crate::document::{Arena, Node};
use crate::hash;
use crate::limits;
use crate::problem::{Code, Pointer, Problem};

use entry::{Body, Entry, EntryId};
use link::Links;

pub use delta::{Delta, Misfit};

/// Who says which environment it is (DESIGN 4).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Environment {
    /// Local files: the context, else the document.
    #[default]
    Document,
    /// Local files: the context, else this.
    Default(Box<str>),
    /// A control plane: this, whatever a context says.
    Fixed(Box<str>),
}

/// A compiled set of definitions. Cheap to share: evaluation takes `&self`, and a new version is a new snapshot.
#[derive(Debug, Clone)]
pub struct Snapshot {
    named_by: Environment,
    /// The environment that the document names.
    document_environment: Option<Box<str>>,
    pub(crate) roles: Box<[Box<str>]>,
    pub(crate) paths: KnownPaths,
    version: u64,
    index: HashTable<EntryId>,
    entries: Vec<Arc<Entry>>,
    /// How many of them are there.
    live: usize,
    /// What reading an entry had to say.
    warnings: Vec<(Option<EntryId>, Problem)>,
    links: Links,
}

impl Snapshot {
    /// Loads a document as a process does: leniently. The error is a document that could not be understood as a whole.
    pub fn load_json(text: &[u8], environment: Environment) -> Result<Snapshot, Problem> {
        Snapshot::load(&[Node::parse_json(text, &Arena::new())?], environment)
    }

    /// As [`Snapshot::load_json`], for documents that belong together.
    pub fn load(documents: &[Node<'_>], environment: Environment) -> Result<Snapshot, Problem> {
        Snapshot::compile(definition::read(documents, Mode::Loading), environment)
    }

    /// Compiles what was read; the error is a document that was refused as a whole.
    pub fn compile(reading: Reading, environment: Environment) -> Result<Snapshot, Problem> {
        let reading = accept(reading)?;
        let mut snapshot = Snapshot {
            named_by: environment,
            document_environment: None,
            roles: Box::default(),
            paths: KnownPaths::new(),
            version: 0,
            index: HashTable::with_capacity(reading.model.entries.len()),
            entries: Vec::with_capacity(reading.model.entries.len()),
            live: 0,
            warnings: Vec::new(),
            links: Links::default(),
        };
        // First of all, so that they keep their order: an entry may mention one that comes later.
        for entry in &reading.model.entries {
            snapshot.id(&entry.key);
        }
        snapshot.take_whole(reading, Vec::new());
        Ok(snapshot)
    }

    /// The document's version; 0 when it has none.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The environment, where no context may or does name another.
    pub fn environment(&self) -> Option<&str> {
        match &self.named_by {
            Environment::Document => self.document_environment.as_deref(),
            Environment::Default(name) | Environment::Fixed(name) => Some(name),
        }
    }

    /// Whether a context may name another environment.
    #[inline]
    pub(crate) fn context_names_environment(&self) -> bool {
        !matches!(self.named_by, Environment::Fixed(_))
    }

    /// What reading and linking the definitions had to say.
    pub fn warnings(&self) -> impl Iterator<Item = &Problem> {
        self.warnings.iter().map(|(_, problem)| problem).chain(self.broken_links())
    }

    /// Every key that can be asked for: in the order of the document, and what later versions added behind it.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|entry| is_evaluable(&entry.body)).map(|entry| &*entry.key)
    }

    #[inline]
    pub(crate) fn entry(&self, id: EntryId) -> Option<&Arc<Entry>> {
        self.entries.get(id.0 as usize)
    }

    #[inline]
    pub(crate) fn find(&self, key: &str) -> Option<&Arc<Entry>> {
        self.entry(self.number(key)?)
    }

    #[inline]
    fn number(&self, key: &str) -> Option<EntryId> {
        let is_key = |id: &EntryId| self.entry(*id).is_some_and(|entry| hash::same(&entry.key, key));
        self.index.find(hash::name(key), is_key).copied()
    }

    /// The number of a key; one that is not there yet becomes a missing entry.
    fn id(&mut self, key: &str) -> EntryId {
        let entries = &mut self.entries;
        let hash = hash::name(key);
        let is_key = |id: &EntryId| entries.get(id.0 as usize).is_some_and(|entry| *entry.key == *key);
        if let Some(id) = self.index.find(hash, is_key) {
            return *id;
        }
        // A document has far fewer entries than u32 counts.
        let id = EntryId(u32::try_from(entries.len()).unwrap_or(u32::MAX));
        let hash_of = |id: &EntryId| entries.get(id.0 as usize).map_or(0, |entry| hash::name(&entry.key));
        self.index.insert_unique(hash, id, hash_of);
        entries.push(Arc::new(Entry::missing(key.into())));
        id
    }

    fn set(&mut self, id: EntryId, entry: Arc<Entry>) {
        let Some(slot) = self.entries.get_mut(id.0 as usize) else { return };
        self.live -= usize::from(is_there(slot));
        self.live += usize::from(is_there(&entry));
        self.links.note(id, slot, &entry);
        *slot = entry;
    }

    /// Takes over what a whole document says, and drops what it does not.
    fn take_whole(&mut self, reading: Reading, removed: Vec<EntryId>) {
        self.document_environment = reading.model.environment.clone();
        self.take_roles(reading.model.roles.clone().unwrap_or_default());
        self.version = reading.model.version;
        self.change(reading, removed);
    }

    fn take_roles(&mut self, roles: Vec<Box<str>>) {
        if *self.roles != *roles {
            self.roles = roles.into();
            self.links.doubt();
        }
    }

    fn change(&mut self, changed: Reading, removed: Vec<EntryId>) {
        let unlinked = self.unlink();
        let mut touched = removed;
        for id in &touched {
            if let Some(entry) = self.entry(*id) {
                let missing = Entry::missing(entry.key.clone());
                self.set(*id, Arc::new(missing));
            }
        }
        let (placed, problems) = self.put_all(changed);
        touched.extend(placed);
        self.warn(&touched, problems);
        self.keep_static(&touched);
        self.link(touched.iter().chain(&unlinked));
    }

    /// Compiles entries into their places; where one is as it was, what was there is shared.
    fn put_all(&mut self, reading: Reading) -> (Vec<EntryId>, Vec<(Option<EntryId>, Problem)>) {
        let mut placed = Vec::with_capacity(reading.model.entries.len());
        let mut problems = Vec::new();
        for entry in reading.model.entries {
            let id = self.id(&entry.key);
            placed.push(id);
            if self.live >= limits::ENTRIES && self.entry(id).is_some_and(|held| !is_there(held)) {
                let message =
                    format!("`{}` would be one of more than {} entries", entry.key, limits::ENTRIES);
                problems.push((Some(id), Problem::new(Code::LimitExceeded, &Pointer::Root, message)));
                continue;
            }
            let compiled = match compile::is_withheld(&entry) {
                true => Entry::missing(entry.key.into()),
                false => compile::entry(entry, &mut |key| self.id(key)),
            };
            if self.entry(id).is_none_or(|held| **held != compiled) {
                self.set(id, Arc::new(compiled));
            }
        }
        let owner = |entry: Option<usize>| entry.and_then(|entry| placed.get(entry).copied());
        problems.extend(reading.problems.into_iter().map(|found| (owner(found.entry), found.problem)));
        (placed, problems)
    }

    /// What was said of the entries that changed, and of a document as a whole, is said anew.
    fn warn(&mut self, touched: &[EntryId], problems: Vec<(Option<EntryId>, Problem)>) {
        if !self.warnings.is_empty() {
            let touched: HashSet<&EntryId> = touched.iter().collect();
            self.warnings.retain(|(id, _)| id.is_some_and(|id| !touched.contains(&id)));
        }
        self.warnings.extend(problems);
    }
}

fn is_evaluable(body: &Body) -> bool {
    match body {
        Body::Flag(_) | Body::Experiment(_) => true,
        Body::Invalid(invalid) => invalid.evaluable,
        Body::Segment(_) | Body::Layer(_) | Body::Missing => false,
    }
}

fn is_there(entry: &Entry) -> bool {
    !matches!(entry.body, Body::Missing)
}

fn accept(reading: Reading) -> Result<Reading, Problem> {
    match reading.refusal() {
        Some(found) => Err(found.problem.clone()),
        None => Ok(reading),
    }
}
