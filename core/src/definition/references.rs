//! What entries say of each other. While a process loads, a missing target is a clause or action that does not apply;
//! an author is told.

use std::collections::HashMap;

use crate::graph::{self, Fault};
use crate::limits;
use crate::model::{Action, Body, Entry, Experiment, Flag};
use crate::problem::{Code, escaped, shown};

use super::Reading;
use super::fields::{Mode, Reference, ReferenceKind};

pub(super) fn check(reading: &mut Reading, mode: Mode) {
    let mentions = reading.places.iter().any(|place| !place.references.is_empty());
    let layers = reading.model.entries.iter().any(|entry| matches!(entry.body, Body::Layer(_)));
    if !mentions && !layers {
        return;
    }
    let numbers: HashMap<Box<str>, usize> =
        reading.model.entries.iter().enumerate().map(|(i, entry)| (entry.key.clone(), i)).collect();
    let mut found = Vec::new();
    for (i, place) in reading.places.iter().enumerate() {
        for reference in &place.references {
            let target = numbers.get(&reference.target).and_then(|number| reading.model.entries.get(*number));
            if let Some((code, message)) = missing_target(reference, target) {
                found.push((i, code, reference.path.clone(), message));
            } else if let (Some(from), Some(to)) = (reading.model.entries.get(i), target)
                && let Some((code, message)) = mismatch(reference, from, to)
            {
                found.push((i, code, reference.path.clone(), message));
            }
        }
    }
    // Circles and chains are the snapshot's to find when a process loads: a delta can make or mend them.
    if mode == Mode::Authoring {
        slots(reading, &numbers, &mut found);
        chains(reading, &numbers, &mut found);
    }
    for (entry, code, path, message) in found {
        reading.add(entry, code, &path, message);
    }
}

/// A target that is missing or of another type.
fn missing_target(reference: &Reference, target: Option<&Entry>) -> Option<(Code, String)> {
    let (code, wanted, fits) = match reference.kind {
        ReferenceKind::Segment => {
            (Code::UnknownSegment, "segment", matches!(body(target), Some(Body::Segment(_))))
        }
        ReferenceKind::Prerequisite => (
            Code::UnknownFlag,
            "flag, config or experiment",
            matches!(body(target), Some(Body::Flag(_) | Body::Experiment(_))),
        ),
        ReferenceKind::Experiment => {
            (Code::UnknownExperiment, "experiment", matches!(body(target), Some(Body::Experiment(_))))
        }
        ReferenceKind::Layer => (Code::UnknownLayer, "layer", matches!(body(target), Some(Body::Layer(_)))),
    };
    // An entry with problems of its own is there; it says so itself.
    let broken = matches!(body(target), Some(Body::Invalid { .. }));
    (!fits && !broken).then(|| (code, format!("no {wanted} has the key `{}`", shown(&reference.target))))
}

fn body(entry: Option<&Entry>) -> Option<&Body> {
    entry.map(|entry| &entry.body)
}

/// A target that is there, but does not fit together with what mentions it.
fn mismatch(reference: &Reference, from: &Entry, to: &Entry) -> Option<(Code, String)> {
    match (reference.kind, &from.body, &to.body) {
        (ReferenceKind::Experiment, Body::Flag(flag), Body::Experiment(experiment)) => {
            let variant = experiment
                .variants
                .iter()
                .find(|variant| !flag.variations.iter().any(|variation| variation.id == variant.id))?;
            let message =
                format!("the variant `{}` of `{}` has no variation of that id here", variant.id, to.key);
            Some((Code::VariantWithoutVariation, message))
        }
        (ReferenceKind::Prerequisite, Body::Flag(flag), target) => {
            let prerequisite =
                flag.prerequisites.iter().find(|prerequisite| prerequisite.flag == reference.target)?;
            let crate::model::Expected::Variation(id) = &prerequisite.expected else { return None };
            let known = match target {
                Body::Flag(target) => target.variations.iter().any(|variation| variation.id == *id),
                Body::Experiment(target) => target.variants.iter().any(|variant| variant.id == *id),
                _ => return None,
            };
            (!known).then(|| (Code::UnknownVariation, format!("`{}` has no variation `{id}`", to.key)))
        }
        (ReferenceKind::Layer, _, Body::Layer(layer)) => {
            (!layer.slots.iter().any(|(key, _)| *key == from.key)).then(|| {
                (Code::UnknownLayer, format!("the layer `{}` has no slot for `{}`", to.key, from.key))
            })
        }
        _ => None,
    }
}

type Found = Vec<(usize, Code, String, String)>;

/// Slots for experiments that are not there, or do not know of the layer.
fn slots(reading: &Reading, numbers: &HashMap<Box<str>, usize>, found: &mut Found) {
    for (i, (entry, place)) in reading.model.entries.iter().zip(&reading.places).enumerate() {
        let Body::Layer(layer) = &entry.body else { continue };
        for (key, _) in &layer.slots {
            let target = numbers.get(key).and_then(|number| reading.model.entries.get(*number));
            let message = match body(target) {
                Some(Body::Experiment(experiment)) if experiment.layer.as_ref() == Some(&entry.key) => {
                    continue;
                }
                Some(Body::Invalid { .. }) => continue,
                Some(Body::Experiment(_)) => format!("the experiment `{key}` does not name this layer"),
                _ => format!("no experiment has the key `{}`", shown(key)),
            };
            let pointer = format!("{}/slots/{}", place.path(), escaped(key));
            found.push((i, Code::UnknownSlot, pointer, message));
        }
    }
}

/// Circles, and chains longer than an evaluation may go.
fn chains(reading: &Reading, numbers: &HashMap<Box<str>, usize>, found: &mut Found) {
    let edges: Vec<Vec<u32>> = reading
        .places
        .iter()
        .map(|place| {
            place
                .references
                .iter()
                .filter_map(|reference| u32::try_from(*numbers.get(&reference.target)?).ok())
                .collect()
        })
        .collect();
    let edges_of = |node: usize| edges.get(node).map(Vec::as_slice).unwrap_or_default();
    for (i, fault) in graph::faults(edges.len(), edges_of, limits::REFERENCE_DEPTH) {
        let (Some(place), Some(entry)) = (reading.places.get(i), reading.model.entries.get(i)) else {
            continue;
        };
        let (code, message) = describe(fault, &entry.key);
        found.push((i, code, place.path(), message));
    }
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

/// Every action of a flag, with how it is reached.
pub(super) fn actions(flag: &Flag) -> impl Iterator<Item = &Action> {
    let scoped = flag.scopes.iter().flat_map(|(_, actions)| actions.iter().map(|(_, scoped)| &scoped.action));
    scoped.chain(flag.rules.iter().map(|rule| &rule.action))
}

/// Whether an experiment gives out anything now or later.
pub(super) fn is_live(experiment: &Experiment) -> bool {
    experiment.gates.enabled && experiment.status == crate::model::Status::Running
}
