//! What entries are to each other: circles and chains that are too long, roles that nobody declared, and the segments
//! that static entries keep. It is judged once all entries of a snapshot are in place, and anew where a change can
//! have made a difference.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::definition::references::{describe, unknown_role};
use crate::graph::{self, Edges, Weight};
use crate::limits;
use crate::model::ReferenceKind;
use crate::problem::{Code, Pointer, Problem};

use super::entry::{Body, Entry, EntryId, Invalid, Pin, Pinned, Pins, Reference};
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

    /// Whether an entry stays as the process booted with it. That it should be another one, or gone, is remembered.
    pub(super) fn stays(&mut self, id: EntryId, wanted: Option<&Entry>) -> bool {
        let Some(booted) = self.links.booted.get(&id) else { return false };
        if wanted == Some(&**booted) {
            remove(&mut self.links.outdated, id);
        } else {
            insert(&mut self.links.outdated, id);
        }
        true
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
        let nodes = dependent().map(|(id, entry)| {
            // Whoever has pins does not visit the segments of today.
            let pins = entry.pins();
            let is_visited =
                move |reference: &&Reference| pins.is_none() || reference.kind != ReferenceKind::Segment;
            let targets = entry.references.iter().filter(is_visited).filter(is_edge);
            let weight = pins.map_or(Weight::ONE, |pinned| pinned.weight);
            (id.0, weight, targets.map(|reference| reference.target.0))
        });
        let edges = Edges::collect(self.entries.len(), nodes);
        let circles =
            graph::faults(&edges, limits::REFERENCE_DEPTH).into_iter().filter_map(|(node, fault)| {
                let id = EntryId(node);
                let (code, message) = describe(fault, &self.entry(id)?.key);
                Some((id, code, message))
            });
        let roles = dependent().filter_map(|(id, entry)| {
            Some((id, Code::UnknownRole, unknown_role(entry.min_role()?, &self.roles)?))
        });
        let mut found: Vec<_> = circles.chain(roles).collect();
        found.sort_by_key(|(id, _, _)| *id);
        found
    }

    fn mask(&mut self, id: EntryId, code: Code, message: String) {
        let Some(entry) = self.entry(id).cloned() else { return };
        // One fault is enough.
        if matches!(entry.body, Body::Invalid(_)) {
            return;
        }
        let key = entry.key.clone();
        let problem = Problem::new(code, &Pointer::Root.member(&key), message);
        let (fingerprint, evaluable) = (entry.fingerprint, is_evaluable(&entry.body));
        let body = Body::Invalid(Box::new(Invalid { problem, evaluable, masked: Some(entry) }));
        self.set(id, Arc::new(Entry { key, fingerprint, body, references: Box::default() }));
        self.links.masked.push(id);
    }

    /// From here on a static entry stays as it is.
    fn boot(&mut self, id: EntryId) {
        let is_static = |entry: &Arc<Entry>| matches!(&entry.body, Body::Flag(flag) if flag.is_static);
        let Some(entry) = self.entry(id).filter(|entry| is_static(entry)) else { return };
        if self.links.booted.contains_key(&id) {
            return;
        }
        let segments = self.segments_of(entry);
        let weight = weigh(entry, &segments, &mut BTreeMap::new());
        for segment in segments.keys() {
            self.mention(*segment);
        }
        let Some(slot) = self.entries.get_mut(id.0 as usize) else { return };
        // A copy where another snapshot holds it too: what this one boots with is not the other's matter.
        if let Body::Flag(flag) = &mut Arc::make_mut(slot).body {
            flag.pins = Pins(Some(Box::new(Pinned { segments: segments.into_iter().collect(), weight })));
        }
        let entry = Arc::clone(slot);
        Arc::make_mut(&mut self.links.booted).insert(id, entry);
    }

    /// All that an entry names as a segment, directly or through segments; also what is none, or not there: it stays
    /// so for a static entry.
    fn segments_of(&self, entry: &Entry) -> BTreeMap<EntryId, Arc<Entry>> {
        let mut found = BTreeMap::new();
        let mut open: Vec<EntryId> = entry.segments().collect();
        while let Some(id) = open.pop() {
            let Some(target) = self.entry(id).filter(|_| !found.contains_key(&id)) else { continue };
            if matches!(target.body, Body::Segment(_)) {
                open.extend(target.segments());
            }
            found.insert(id, Arc::clone(target));
        }
        found
    }

    fn has_old_pins(&self, booted: &Entry) -> bool {
        let is_old = |(id, kept): &Pin| {
            self.entry(*id).is_none_or(|current| !Arc::ptr_eq(current, kept) && current != kept)
        };
        booted.pins().is_some_and(|pinned| pinned.segments.iter().any(is_old))
    }
}

/// What it takes to visit the segments of an entry. They have been judged: the chain is not too long to follow.
fn weigh(
    entry: &Entry,
    segments: &BTreeMap<EntryId, Arc<Entry>>,
    known: &mut BTreeMap<EntryId, Weight>,
) -> Weight {
    let mut weight = Weight::ONE;
    for id in entry.segments() {
        let target = match (known.get(&id), segments.get(&id)) {
            (Some(known), _) => *known,
            (None, Some(target)) if matches!(target.body, Body::Segment(_)) => weigh(target, segments, known),
            _ => continue,
        };
        known.insert(id, target);
        weight.reaches(target);
    }
    weight
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
