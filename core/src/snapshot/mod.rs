//! Snapshots: compiled, immutable, numbered sets of the definitions of one environment.

mod compile;
mod delta;
pub(crate) mod entry;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use hashbrown::HashTable;

use crate::context::KnownPaths;
use crate::definition::{self, Mode, Reading, references};
use crate::document::Node;
use crate::graph;
use crate::hash;
use crate::limits;
use crate::problem::{Pointer, Problem};

use entry::{Body, Entry, EntryId, Invalid, Pinned};

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
    pub(crate) environment: Option<Box<str>>,
    /// Whether a context may name another environment.
    pub(crate) context_names_environment: bool,
    pub(crate) roles: Box<[Box<str>]>,
    pub(crate) paths: KnownPaths,
    version: u64,
    index: HashTable<EntryId>,
    entries: Vec<Arc<Entry>>,
    /// What the next snapshot must look at again, so that it need not look at all entries.
    special: Special,
}

#[derive(Debug, Clone, Default)]
struct Special {
    /// What reading an entry had to say.
    warnings: Vec<(Option<EntryId>, Problem)>,
    /// Entries that mention others.
    referring: BTreeSet<EntryId>,
    /// Entries that cannot be served because of what they mention.
    masked: Vec<EntryId>,
    /// Static entries.
    fixed: BTreeSet<EntryId>,
    /// Static entries whose definition has changed since the process booted with them.
    outdated: BTreeSet<EntryId>,
}

impl Snapshot {
    /// Loads a document as a process does: leniently. The error is a document that could not be understood as a whole.
    pub fn load_json(text: &[u8], environment: Environment) -> Result<Snapshot, Problem> {
        Snapshot::load(&[Node::parse_json(text)?], environment)
    }

    /// As [`Snapshot::load_json`], for documents that belong together.
    pub fn load(documents: &[Node<'_>], environment: Environment) -> Result<Snapshot, Problem> {
        Snapshot::compile(definition::read(documents, Mode::Loading), environment)
    }

    /// Compiles what was read; the error is a document that was refused as a whole.
    pub fn compile(reading: Reading, environment: Environment) -> Result<Snapshot, Problem> {
        let reading = accept(reading)?;
        let (environment, context_names_environment) = match environment {
            Environment::Document => (reading.model.environment.clone(), true),
            Environment::Default(name) => (Some(name), true),
            Environment::Fixed(name) => (Some(name), false),
        };
        let mut snapshot = Snapshot {
            environment,
            context_names_environment,
            roles: reading.model.roles.clone().into(),
            paths: KnownPaths::new(),
            version: reading.model.version,
            index: HashTable::with_capacity(reading.model.entries.len()),
            entries: Vec::with_capacity(reading.model.entries.len()),
            special: Special::default(),
        };
        // First of all, so that they keep their order: an entry may mention one that comes later.
        for entry in &reading.model.entries {
            snapshot.id(&entry.key);
        }
        snapshot.put_all(reading);
        snapshot.settle();
        Ok(snapshot)
    }

    /// The document's version; 0 when it has none.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The environment, where no context may or does name another.
    pub fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    /// What reading and linking the definitions had to say.
    pub fn warnings(&self) -> impl Iterator<Item = &Problem> {
        let masked = self.special.masked.iter().filter_map(|id| match &self.entry(*id)?.body {
            Body::Invalid(invalid) => Some(&invalid.problem),
            _ => None,
        });
        self.special.warnings.iter().map(|(_, problem)| problem).chain(masked)
    }

    /// Keys of static entries that have changed, themselves or in their segments, since the process booted with them.
    pub fn restart_required(&self) -> impl Iterator<Item = &str> {
        let outdated = |id: &&EntryId| self.special.outdated.contains(id) || self.has_old_pins(**id);
        self.special.fixed.iter().filter(outdated).filter_map(|id| Some(&*self.entry(*id)?.key))
    }

    /// Every key that can be asked for, in the order of the document.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|entry| is_evaluable(&entry.body)).map(|entry| &*entry.key)
    }

    #[inline]
    pub(crate) fn entry(&self, id: EntryId) -> Option<&Arc<Entry>> {
        self.entries.get(id.0 as usize)
    }

    #[inline]
    pub(crate) fn find(&self, key: &str) -> Option<&Arc<Entry>> {
        let is_key = |id: &EntryId| self.entry(*id).is_some_and(|entry| hash::same(&entry.key, key));
        self.entry(*self.index.find(hash::name(key), is_key)?)
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
        entries.push(Arc::new(Entry { key: key.into(), body: Body::Missing, references: Box::default() }));
        id
    }

    fn set(&mut self, id: EntryId, entry: Arc<Entry>) {
        let special = &mut self.special;
        match entry.references.is_empty() {
            true => special.referring.remove(&id),
            false => special.referring.insert(id),
        };
        match matches!(&entry.body, Body::Flag(flag) if flag.is_static) {
            true => special.fixed.insert(id),
            false => special.fixed.remove(&id),
        };
        if let Some(slot) = self.entries.get_mut(id.0 as usize) {
            *slot = entry;
        }
    }

    /// Compiles entries into their places; where one is as it was, what was there is shared.
    fn put_all(&mut self, reading: Reading) -> Vec<EntryId> {
        let mut placed = Vec::with_capacity(reading.model.entries.len());
        for entry in reading.model.entries {
            let id = self.id(&entry.key);
            let compiled = match compile::is_withheld(&entry) {
                true => Entry { key: entry.key.into(), body: Body::Missing, references: Box::default() },
                false => compile::entry(entry, &mut |key| self.id(key)),
            };
            if self.entry(id).is_none_or(|held| **held != compiled) {
                self.set(id, Arc::new(compiled));
            }
            placed.push(id);
        }
        let warnings = &mut self.special.warnings;
        if !warnings.is_empty() {
            let fresh: HashSet<EntryId> = placed.iter().copied().collect();
            warnings.retain(|(id, _)| id.is_some_and(|id| !fresh.contains(&id)));
        }
        for found in reading.problems {
            warnings.push((found.entry.and_then(|entry| placed.get(entry).copied()), found.problem));
        }
        placed
    }

    /// Once all entries are in place: refuses circles and over-long chains, and pins what static entries keep.
    fn settle(&mut self) {
        for (position, fault) in self.faults() {
            let id = EntryId(u32::try_from(position).unwrap_or(u32::MAX));
            let Some(entry) = self.entry(id).cloned() else { continue };
            let (code, message) = references::describe(fault, &entry.key);
            let problem = Problem::new(code, &Pointer::Root.member(&entry.key), message);
            let key = entry.key.clone();
            let evaluable = is_evaluable(&entry.body);
            let body = Body::Invalid(Box::new(Invalid { problem, evaluable, masked: Some(entry) }));
            self.set(id, Arc::new(Entry { key, body, references: Box::default() }));
            self.special.masked.push(id);
        }
        for id in self.special.fixed.clone() {
            self.pin(id);
        }
    }

    /// Puts back what was masked, for the next snapshot to judge anew.
    fn unmask(&mut self) {
        for id in std::mem::take(&mut self.special.masked) {
            let masked = self.entry(id).and_then(|entry| match &entry.body {
                Body::Invalid(invalid) => invalid.masked.clone(),
                _ => None,
            });
            if let Some(masked) = masked {
                self.set(id, masked);
            }
        }
    }

    fn faults(&self) -> Vec<(usize, graph::Fault)> {
        if self.special.referring.is_empty() {
            return Vec::new();
        }
        let edges = |node: usize| self.entries.get(node).map(|entry| &*entry.references).unwrap_or_default();
        graph::faults(self.entries.len(), edges, limits::REFERENCE_DEPTH)
    }

    /// Gives a static entry the segments that it was compiled with, nested ones too.
    fn pin(&mut self, id: EntryId) {
        let Some(entry) = self.entry(id) else { return };
        let Body::Flag(flag) = &entry.body else { return };
        if flag.pinned.0.is_some() {
            return;
        }
        let segments = self.segments_of(entry);
        // The entry is new, so nothing else holds it yet.
        let new = self.entries.get_mut(id.0 as usize).and_then(Arc::get_mut);
        if let Some(Body::Flag(flag)) = new.map(|entry| &mut entry.body) {
            flag.pinned = Pinned(Some(segments));
        }
    }

    fn segments_of(&self, entry: &Entry) -> Box<[(EntryId, Arc<Entry>)]> {
        let mut found: Vec<(EntryId, Arc<Entry>)> = Vec::new();
        let mut open: Vec<u32> = entry.references.to_vec();
        while let Some(id) = open.pop().map(EntryId) {
            let Some(target) = self.entry(id) else { continue };
            if matches!(target.body, Body::Segment(_)) && !found.iter().any(|(known, _)| *known == id) {
                open.extend(target.references.iter());
                found.push((id, Arc::clone(target)));
            }
        }
        found.sort_by_key(|(id, _)| *id);
        found.into()
    }

    fn has_old_pins(&self, id: EntryId) -> bool {
        let Some(Body::Flag(flag)) = self.entry(id).map(|entry| &entry.body) else { return false };
        let pinned = flag.pinned.0.as_deref().unwrap_or_default();
        pinned.iter().any(|(id, kept)| self.entry(*id).is_none_or(|current| current != kept))
    }
}

fn is_evaluable(body: &Body) -> bool {
    match body {
        Body::Flag(_) | Body::Experiment(_) => true,
        Body::Invalid(invalid) => invalid.evaluable,
        Body::Segment(_) | Body::Layer(_) | Body::Missing => false,
    }
}

fn accept(reading: Reading) -> Result<Reading, Problem> {
    match reading.refusal() {
        Some(found) => Err(found.problem.clone()),
        None => Ok(reading),
    }
}
