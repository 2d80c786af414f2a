//! What entries are to each other: circles and chains that are too long, roles that nobody declared, and the segments
//! that static entries keep. It is judged once all entries of a snapshot are in place, and anew where a change can
//! have made a difference.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::definition::references::{describe, unknown_role};
use crate::graph::{self, Edges};
use crate::limits;
use crate::problem::{Code, Pointer, Problem};

use super::entry::{Body, Entry, EntryId, Invalid, Pin, Reference};
use super::{Snapshot, is_evaluable};

/// What the next snapshot must look at again, so that it need not look at all entries.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    /// Entries whose soundness depends on others or on the roles, in the order of their numbers.
    dependent: Vec<EntryId>,
    /// Whether they must be judged anew.
    in_doubt: bool,
    /// Entries that cannot be served because of what they depend on.
    masked: Vec<EntryId>,
    /// Static entries as the process booted with them.
    booted: Arc<BTreeMap<EntryId, Arc<Entry>>>,
    /// Those of them whose definition has changed since.
    outdated: Vec<EntryId>,
}

impl Links {
    /// Takes note of an entry that takes another's place.
    pub(super) fn note(&mut self, id: EntryId, old: &Entry, new: &Entry) {
        if new.is_dependent() {
            insert(&mut self.dependent, id);
        } else if old.is_dependent() {
            remove(&mut self.dependent, id);
        }
        // A percentage or a value makes no circle. What an entry is decides which references lead to it.
        let same_links = old.references == new.references
            && old.min_role() == new.min_role()
            && std::mem::discriminant(&old.body) == std::mem::discriminant(&new.body);
        self.in_doubt |= !same_links;
    }

    /// Says that all must be judged anew.
    pub(super) fn doubt(&mut self) {
        self.in_doubt = true;
    }
}

impl Snapshot {
    /// Keys of static entries that have changed, themselves or in their segments, since the process booted with them.
    pub fn restart_required(&self) -> impl Iterator<Item = &str> {
        let outdated = |(id, entry): &(&EntryId, &Arc<Entry>)| {
            self.links.outdated.contains(id) || self.has_old_pins(entry)
        };
        self.links.booted.iter().filter(outdated).map(|(_, entry)| &*entry.key)
    }

    pub(super) fn broken_links(&self) -> impl Iterator<Item = &Problem> {
        self.links.masked.iter().filter_map(|id| match &self.entry(*id)?.body {
            Body::Invalid(invalid) => Some(&invalid.problem),
            _ => None,
        })
    }

    /// Puts back what was masked, to be judged anew; returns what it was.
    pub(super) fn unlink(&mut self) -> Vec<EntryId> {
        let masked = std::mem::take(&mut self.links.masked);
        for id in &masked {
            let whole = self.entry(*id).and_then(|entry| match &entry.body {
                Body::Invalid(invalid) => invalid.masked.clone(),
                _ => None,
            });
            if let Some(whole) = whole {
                self.set(*id, whole);
            }
        }
        masked
    }

    /// A static entry that the process booted with stays; that it should be another one is remembered.
    pub(super) fn keep_static(&mut self, touched: &[EntryId]) {
        for id in touched {
            let Some(booted) = self.links.booted.get(id).cloned() else { continue };
            if self.entry(*id).is_some_and(|wanted| *wanted == booted) {
                remove(&mut self.links.outdated, *id);
            } else {
                insert(&mut self.links.outdated, *id);
            }
            self.set(*id, booted);
        }
    }

    /// Once all entries are in place: masks those that cannot be served, and boots the static ones among the given
    /// that can.
    pub(super) fn link<'i>(&mut self, fresh: impl Iterator<Item = &'i EntryId>) {
        if std::mem::take(&mut self.links.in_doubt) {
            for (id, code, message) in self.faults() {
                self.mask(id, code, message);
            }
        }
        for id in fresh {
            self.boot(*id);
        }
    }

    fn faults(&self) -> Vec<(EntryId, Code, String)> {
        let dependent = || self.links.dependent.iter().filter_map(|id| Some((*id, &**self.entry(*id)?)));
        let is_edge = |reference: &&Reference| {
            self.entry(reference.target).is_some_and(|target| target.body.answers(reference.kind))
        };
        let edges = Edges::collect(
            self.entries.len(),
            dependent().map(|(id, entry)| {
                (id.0, entry.references.iter().filter(is_edge).map(|reference| reference.target.0))
            }),
        );
        let circles =
            graph::faults(&edges, limits::REFERENCE_DEPTH).into_iter().filter_map(|(node, fault)| {
                let id = EntryId(node);
                let (code, message) = describe(fault, &self.entry(id)?.key);
                Some((id, code, message))
            });
        let roles = dependent().filter_map(|(id, entry)| {
            Some((id, Code::UnknownRole, unknown_role(entry.min_role()?, &self.roles)?))
        });
        circles.chain(roles).collect()
    }

    fn mask(&mut self, id: EntryId, code: Code, message: String) {
        let Some(entry) = self.entry(id).cloned() else { return };
        // One fault is enough.
        if matches!(entry.body, Body::Invalid(_)) {
            return;
        }
        let key = entry.key.clone();
        let problem = Problem::new(code, &Pointer::Root.member(&key), message);
        let evaluable = is_evaluable(&entry.body);
        let body = Body::Invalid(Box::new(Invalid { problem, evaluable, masked: Some(entry) }));
        self.set(id, Arc::new(Entry { key, body, references: Box::default() }));
        self.links.masked.push(id);
    }

    /// From here on a static entry stays as it is.
    fn boot(&mut self, id: EntryId) {
        let Some(entry) = self.entry(id) else { return };
        let Body::Flag(flag) = &entry.body else { return };
        if !flag.is_static || self.links.booted.contains_key(&id) {
            return;
        }
        flag.pins.keep(|| self.segments_of(entry));
        let entry = Arc::clone(entry);
        Arc::make_mut(&mut self.links.booted).insert(id, entry);
    }

    /// All that an entry names as a segment, directly or through segments; also what is none, or not there: it stays
    /// so for a static entry.
    fn segments_of(&self, entry: &Entry) -> Vec<Pin> {
        let mut found: BTreeMap<EntryId, Arc<Entry>> = BTreeMap::new();
        let mut open: Vec<EntryId> = entry.segments().collect();
        while let Some(id) = open.pop() {
            let Some(target) = self.entry(id).filter(|_| !found.contains_key(&id)) else { continue };
            if matches!(target.body, Body::Segment(_)) {
                open.extend(target.segments());
            }
            found.insert(id, Arc::clone(target));
        }
        found.into_iter().collect()
    }

    fn has_old_pins(&self, booted: &Entry) -> bool {
        let Body::Flag(flag) = &booted.body else { return false };
        let is_old = |(id, kept): &Pin| {
            self.entry(*id).is_none_or(|current| !Arc::ptr_eq(current, kept) && current != kept)
        };
        flag.pins.all().iter().any(is_old)
    }
}

fn insert(set: &mut Vec<EntryId>, id: EntryId) {
    if let Err(place) = set.binary_search(&id) {
        set.insert(place, id);
    }
}

fn remove(set: &mut Vec<EntryId>, id: EntryId) {
    if let Ok(place) = set.binary_search(&id) {
        set.remove(place);
    }
}
