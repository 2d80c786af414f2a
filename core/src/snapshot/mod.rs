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
use crate::key::AsKey;
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
    /// How often each is mentioned.
    mentions: Vec<u32>,
    /// How many of them are there.
    live: usize,
    /// Numbers to be given out again.
    free: Vec<EntryId>,
    /// Numbers that may have become free.
    idle: Vec<EntryId>,
    /// What reading an entry had to say.
    warnings: Vec<Warning>,
    links: Links,
}

/// What there is to be said of an entry, or of a document as a whole.
type Warning = (Option<EntryId>, Problem);

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
            mentions: Vec::new(),
            live: 0,
            free: Vec::new(),
            idle: Vec::new(),
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

    /// Compiles definitions that stand beside these: in their environment, with their roles, and in sight of one another
    /// alone.
    pub fn beside(&self, mut reading: Reading) -> Result<Snapshot, Problem> {
        reading.model.environment.clone_from(&self.document_environment);
        reading.model.roles = Some(self.roles.to_vec());
        Snapshot::compile(reading, self.named_by.clone())
    }

    /// Whether what stands beside the other one may stand beside this one too.
    pub fn has_surroundings_of(&self, other: &Snapshot) -> bool {
        self.named_by == other.named_by
            && self.document_environment == other.document_environment
            && self.roles == other.roles
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

    /// Every key that can be asked for, in the order of the document; what later versions added is anywhere.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|entry| is_evaluable(&entry.body)).map(|entry| &*entry.key)
    }

    /// A key as it lies here, if it can be asked for.
    pub fn key(&self, key: &str) -> Option<&str> {
        self.find(key).filter(|entry| is_evaluable(&entry.body)).map(|entry| &*entry.key)
    }

    /// How many keys there is room for: those that are there, or are mentioned, or were.
    pub fn capacity(&self) -> usize {
        self.entries.len()
    }

    #[inline]
    pub(crate) fn entry(&self, id: EntryId) -> Option<&Arc<Entry>> {
        self.entries.get(id.0 as usize)
    }

    #[inline(always)]
    pub(crate) fn find(&self, key: &(impl AsKey + ?Sized)) -> Option<&Arc<Entry>> {
        let Some(place) = key.place() else { return self.entry(self.number(key.as_key())?) };
        match self.entry(EntryId(place.number())) {
            // What is not there may have been given another number since.
            Some(entry) if hash::same(&entry.key, key.as_key()) && is_there(entry) => Some(entry),
            _ => {
                let id = self.number(key.as_key())?;
                place.note(id.0);
                self.entry(id)
            }
        }
    }

    #[inline(always)]
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
        let next = || EntryId(u32::try_from(entries.len()).unwrap_or(u32::MAX));
        let id = self.free.pop().unwrap_or_else(next);
        let missing = Arc::new(Entry::missing(key.into()));
        match entries.get_mut(id.0 as usize) {
            Some(slot) => *slot = missing,
            None => {
                entries.push(missing);
                self.mentions.push(0);
            }
        }
        let hash_of = |id: &EntryId| entries.get(id.0 as usize).map_or(0, |entry| hash::name(&entry.key));
        self.index.insert_unique(hash, id, hash_of);
        id
    }

    fn set(&mut self, id: EntryId, entry: Arc<Entry>) {
        entry.mentions().for_each(|target| self.mention(target));
        let Some(slot) = self.entries.get_mut(id.0 as usize) else { return };
        self.links.note(id, slot, &entry);
        self.live += usize::from(is_there(&entry));
        self.live -= usize::from(is_there(slot));
        if !is_there(&entry) {
            self.idle.push(id);
        }
        let old = std::mem::replace(slot, entry);
        for target in old.mentions() {
            if let Some(mentions) = self.mentions.get_mut(target.0 as usize) {
                *mentions -= 1;
                self.idle.push(target);
            }
        }
    }

    fn mention(&mut self, id: EntryId) {
        if let Some(mentions) = self.mentions.get_mut(id.0 as usize) {
            *mentions += 1;
        }
    }

    /// Gives numbers back: entries come and go for as long as a process runs.
    fn free_idle(&mut self) {
        for id in std::mem::take(&mut self.idle) {
            let is_mentioned = self.mentions.get(id.0 as usize).is_none_or(|mentions| *mentions > 0);
            let Some(entry) = self.entry(id).filter(|entry| !is_mentioned && !is_there(entry)) else {
                continue;
            };
            let hash = hash::name(&entry.key);
            // Once is enough.
            if let Ok(known) = self.index.find_entry(hash, |known| *known == id) {
                known.remove();
                self.free.push(id);
            }
        }
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
        for id in &removed {
            if let Some(entry) = self.entry(*id).cloned()
                && !self.stays(*id, None)
            {
                self.set(*id, Arc::new(Entry::missing(entry.key.clone())));
            }
        }
        let mut touched = removed;
        let (placed, problems) = self.put_all(changed);
        touched.extend(placed.into_iter().flatten());
        self.warn(&touched, problems);
        self.link(touched.iter().chain(&unlinked));
        self.free_idle();
    }

    /// Compiles entries into their places; where one is as it was, what was there is shared. Returns the place of each
    /// that has one.
    fn put_all(&mut self, reading: Reading) -> (Vec<Option<EntryId>>, Vec<Warning>) {
        let mut placed = Vec::with_capacity(reading.model.entries.len());
        let mut problems = Vec::new();
        for entry in reading.model.entries {
            let is_held = || self.find(&entry.key).is_some_and(|held| is_there(held));
            if self.live >= limits::ENTRIES && !is_held() {
                let message =
                    format!("`{}` would be one of more than {} entries", entry.key, limits::ENTRIES);
                problems.push((None, Problem::new(Code::LimitExceeded, &Pointer::Root, message)));
                placed.push(None);
                continue;
            }
            let id = self.id(&entry.key);
            placed.push(Some(id));
            let compiled = match compile::is_withheld(&entry) {
                true => Entry::missing(entry.key.into()),
                false => compile::entry(entry, &mut |key| self.id(key)),
            };
            if self.stays(id, Some(&compiled)) {
                // What it would mention has a number by now.
                self.idle.extend(compiled.mentions());
            } else if self.entry(id).is_none_or(|held| **held != compiled) {
                self.set(id, Arc::new(compiled));
            }
        }
        let owner = |entry: Option<usize>| placed.get(entry?).copied().flatten();
        problems.extend(reading.problems.into_iter().map(|found| (owner(found.entry), found.problem)));
        (placed, problems)
    }

    /// What was said of the entries that changed, and of a document as a whole, is said anew.
    fn warn(&mut self, touched: &[EntryId], problems: Vec<Warning>) {
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

#[inline]
fn is_there(entry: &Entry) -> bool {
    !matches!(entry.body, Body::Missing)
}

fn accept(reading: Reading) -> Result<Reading, Problem> {
    match reading.refusal() {
        Some(found) => Err(found.problem.clone()),
        None => Ok(reading),
    }
}
