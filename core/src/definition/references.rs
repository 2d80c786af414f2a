//! What entries say of each other. While a process loads, a missing target is a clause or action that does not apply;
//! an author is told.

use std::collections::{HashMap, HashSet};

use crate::graph::{self, Edges, Fault, Weight};
use crate::limits;
use crate::model::{Body, Entry, Expected, ReferenceKind};
use crate::problem::{Code, Pointer, listed, shown};

use super::fields::{Mode, Reference};
use super::{Place, Reading};

pub(super) fn check(reading: &mut Reading, mode: Mode) {
    let mentions = reading.places.iter().any(|place| !place.references.is_empty());
    let layers = reading.model.entries.iter().any(|entry| matches!(entry.body, Body::Layer(_)));
    if !mentions && !layers {
        return;
    }
    let entries = Entries::new(reading);
    let mut found = Vec::new();
    entries.targets(&mut found);
    entries.prerequisites(mode, &mut found);
    // Circles and chains are the snapshot's to find when a process loads: a delta can make or mend them.
    if mode == Mode::Authoring {
        entries.slots(&mut found);
        entries.chains(&mut found);
    }
    for (entry, code, path, message) in found {
        reading.add(entry, code, &path, message);
    }
}

/// The entry, the code, the path and the message.
type Found = Vec<(usize, Code, String, String)>;

/// Entries with where they stand, by number and by key.
struct Entries<'r> {
    all: Vec<(&'r Entry, &'r Place)>,
    numbers: HashMap<&'r str, usize>,
    /// Layers, each with an experiment that has a slot there.
    slots: HashSet<(&'r str, &'r str)>,
}

impl<'r> Entries<'r> {
    fn new(reading: &'r Reading) -> Entries<'r> {
        let entries = &reading.model.entries;
        Entries {
            all: entries.iter().zip(&reading.places).collect(),
            numbers: entries.iter().enumerate().map(|(i, entry)| (&*entry.key, i)).collect(),
            slots: entries.iter().flat_map(slots).collect(),
        }
    }

    fn get(&self, key: &str) -> Option<&'r Entry> {
        self.all.get(*self.numbers.get(key)?).map(|(entry, _)| *entry)
    }

    /// Mentions of what is missing, of another type, or does not fit together with what mentions it.
    fn targets(&self, found: &mut Found) {
        for (i, (entry, place)) in self.all.iter().enumerate() {
            // A million users may have the same experiment.
            let mut judged = HashMap::new();
            for reference in &place.references {
                let judgement = judged
                    .entry((reference.kind, &*reference.target))
                    .or_insert_with(|| self.judge(reference, entry));
                if let Some((code, message)) = judgement {
                    found.push((i, *code, reference.path.clone(), message.clone()));
                }
            }
        }
    }

    fn judge(&self, reference: &Reference, from: &Entry) -> Option<(Code, String)> {
        let target = self.get(&reference.target);
        missing_target(reference, target).or_else(|| self.mismatch(reference.kind, from, target?))
    }

    /// A target that is there, but does not fit together with what mentions it.
    fn mismatch(&self, kind: ReferenceKind, from: &Entry, to: &Entry) -> Option<(Code, String)> {
        match (kind, &from.body, &to.body) {
            (ReferenceKind::Experiment, Body::Flag(flag), Body::Experiment(experiment)) => {
                let ids: HashSet<&str> = flag.variations.iter().map(|variation| &*variation.id).collect();
                let variant = experiment.variants.iter().find(|variant| !ids.contains(&*variant.id))?;
                let message =
                    format!("the variant `{}` of `{}` has no variation of that id here", variant.id, to.key);
                Some((Code::VariantWithoutVariation, message))
            }
            (ReferenceKind::Layer, _, Body::Layer(_)) if !self.slots.contains(&(&*to.key, &*from.key)) => {
                let message = format!("the layer `{}` has no slot for `{}`", to.key, from.key);
                Some((Code::UnknownLayer, message))
            }
            _ => None,
        }
    }

    /// Prerequisites that ask for a variation which their flag does not have, or for a value of another type.
    fn prerequisites(&self, mode: Mode, found: &mut Found) {
        for (i, (entry, place)) in self.all.iter().enumerate() {
            let Body::Flag(flag) = &entry.body else { continue };
            for (position, prerequisite) in flag.prerequisites.iter().enumerate() {
                let target = self.get(&prerequisite.flag).filter(|target| !target.is_sensitive());
                let target = target.map(|target| &target.body);
                let (code, field, message) = match (&prerequisite.expected, target) {
                    (Expected::Variation(id), Some(target)) if lacks(target, id) => {
                        let message = format!("`{}` has no variation `{id}`", prerequisite.flag);
                        (Code::UnknownVariation, "variation", message)
                    }
                    // The value may be a secret of the flag's, and so may be what its type admits.
                    (Expected::Value(value), Some(Body::Flag(target)))
                        if mode == Mode::Authoring && !target.value_type.admits(value) =>
                    {
                        let (flag, wanted) = (&prerequisite.flag, target.value_type.as_str());
                        (
                            Code::ValueType,
                            "value",
                            format!("the value is not of the type of `{flag}`, {wanted}"),
                        )
                    }
                    _ => continue,
                };
                found.push((i, code, format!("{}/prerequisites/{position}/{field}", place.path()), message));
            }
        }
    }

    /// Slots for experiments that are not there, or do not know of the layer.
    fn slots(&self, found: &mut Found) {
        for (i, (entry, place)) in self.all.iter().enumerate() {
            let Body::Layer(layer) = &entry.body else { continue };
            for (key, _) in &layer.slots {
                let message = match self.get(key).map(|target| &target.body) {
                    Some(Body::Experiment(experiment)) if experiment.layer.as_ref() == Some(&entry.key) => {
                        continue;
                    }
                    Some(Body::Invalid { .. }) => continue,
                    Some(Body::Experiment(_)) => {
                        format!("the experiment `{key}` does not name this layer")
                    }
                    _ => format!("no experiment has the key `{}`", shown(key)),
                };
                let path = format!("{}{}", place.path(), Pointer::Root.member("slots").member(key));
                found.push((i, Code::UnknownSlot, path, message));
            }
        }
    }

    /// Circles, and chains longer than an evaluation may go.
    fn chains(&self, found: &mut Found) {
        let nodes = (0..).zip(&self.all);
        let nodes = nodes.map(|(node, (entry, place))| (node, Weight::ONE, self.edges(entry, place)));
        let edges = Edges::collect(self.all.len(), nodes);
        for (node, fault) in graph::faults(&edges, limits::REFERENCE_DEPTH) {
            if let Some((entry, place)) = self.all.get(node as usize) {
                let (code, message) = describe(fault, &entry.key);
                found.push((node as usize, code, place.path(), message));
            }
        }
    }

    /// Whom an evaluation of this entry visits. A mention of an entry of another type leads nowhere, and neither does
    /// a broken entry: it answers with an error at once.
    fn edges(&self, entry: &Entry, place: &Place) -> impl Iterator<Item = u32> {
        let references = match entry.body {
            Body::Invalid { .. } => &[],
            _ => place.references.as_slice(),
        };
        references.iter().filter_map(|reference| {
            let number = *self.numbers.get(&*reference.target)?;
            let (target, _) = self.all.get(number)?;
            answers(&target.body, reference.kind).then(|| u32::try_from(number).ok())?
        })
    }
}

/// Whether a mention of this kind can mean such an entry.
fn answers(body: &Body, kind: ReferenceKind) -> bool {
    match kind {
        ReferenceKind::Segment => matches!(body, Body::Segment(_)),
        ReferenceKind::Prerequisite => matches!(body, Body::Flag(_) | Body::Experiment(_)),
        ReferenceKind::Experiment => matches!(body, Body::Experiment(_)),
        ReferenceKind::Layer => matches!(body, Body::Layer(_)),
    }
}

/// Whether a flag or experiment has nothing of this id.
fn lacks(target: &Body, id: &str) -> bool {
    match target {
        Body::Flag(flag) => flag.variations.iter().all(|variation| *variation.id != *id),
        Body::Experiment(experiment) => experiment.variants.iter().all(|variant| *variant.id != *id),
        _ => false,
    }
}

/// A target that is missing or of another type. An entry with problems of its own is there; it says so itself.
fn missing_target(reference: &Reference, target: Option<&Entry>) -> Option<(Code, String)> {
    let is_there =
        |target: &Entry| answers(&target.body, reference.kind) || matches!(target.body, Body::Invalid { .. });
    if let Some(target) = target.filter(|target| is_there(target)) {
        // What is in no snapshot meets no prerequisite; and what an author asks of it would be answered here.
        return (reference.kind == ReferenceKind::Prerequisite && target.is_sensitive()).then(|| {
            let message =
                format!("`{}` is sensitive, so it is in no snapshot, and this is never met", target.key);
            (Code::UnknownFlag, message)
        });
    }
    let (code, wanted) = match reference.kind {
        ReferenceKind::Segment => (Code::UnknownSegment, "segment"),
        ReferenceKind::Prerequisite => (Code::UnknownFlag, "flag, config or experiment"),
        ReferenceKind::Experiment => (Code::UnknownExperiment, "experiment"),
        ReferenceKind::Layer => (Code::UnknownLayer, "layer"),
    };
    Some((code, format!("no {wanted} has the key `{}`", shown(&reference.target))))
}

/// The slots of a layer, each with the layer's key.
fn slots(entry: &Entry) -> impl Iterator<Item = (&str, &str)> {
    let slots = match &entry.body {
        Body::Layer(layer) => layer.slots.as_slice(),
        _ => &[],
    };
    slots.iter().map(|(key, _)| (&*entry.key, &**key))
}

pub(crate) fn describe(fault: Fault, key: &str) -> (Code, String) {
    match fault {
        Fault::Cycle => (Code::Cycle, format!("`{key}` refers to itself, directly or through others")),
        Fault::TooCostly => {
            let message = format!("an evaluation would visit more than {} entries", limits::REFERENCE_VISITS);
            (Code::LimitExceeded, message)
        }
        Fault::TooDeep => {
            let message = format!("a chain of references is longer than {}", limits::REFERENCE_DEPTH);
            (Code::LimitExceeded, message)
        }
    }
}

/// What is wrong with a role that is not declared.
pub(crate) fn unknown_role(role: &str, declared: &[Box<str>]) -> Option<String> {
    let known = match declared {
        _ if declared.iter().any(|known| **known == *role) => return None,
        [] => "the document declares none".to_owned(),
        roles => format!("known: {}", listed(roles)),
    };
    Some(format!("no role `{}` ({known})", shown(role)))
}
