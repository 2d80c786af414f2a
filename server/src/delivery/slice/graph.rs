//! The entries that clients may see, and those that they need.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use serde_json::Value;

use super::client::{self, Form, Reference};
use super::fields::{self, EntryType, Kind, Members};
use super::seal::Seal;
use super::{ClientAudience, ClientSlice, Withheld};

/// All entries of an environment, by key.
pub(super) type Entries<'e> = BTreeMap<&'e str, &'e Members>;

/// The entries that are asked for come first, in the order of their keys.
pub(super) struct Graph<'e> {
    nodes: Vec<Node<'e>>,
    numbers: HashMap<&'e str, usize>,
}

struct Node<'e> {
    key: &'e str,
    is_asked_for: bool,
    formed: Result<Form<'e>, Withheld>,
}

impl<'e> Graph<'e> {
    /// Of all visible entries, with all that they need.
    pub(super) fn of(entries: &Entries<'e>, audience: &ClientAudience<'_>) -> Graph<'e> {
        let visible = entries.iter().filter(|(_, entry)| fields::is_client_visible(entry));
        Graph::from(visible.map(|(key, entry)| (*key, *entry)).collect(), entries, audience)
    }

    /// Of these entries, which are visible.
    pub(super) fn from(
        mut found: Vec<(&'e str, &'e Members)>,
        entries: &Entries<'e>,
        audience: &ClientAudience<'_>,
    ) -> Graph<'e> {
        let asked_for = found.len();
        let mut graph = Graph { nodes: Vec::with_capacity(asked_for), numbers: HashMap::new() };
        graph.numbers.extend(found.iter().enumerate().map(|(number, (key, _))| (*key, number)));
        while let Some((key, entry)) = found.get(graph.nodes.len()).copied() {
            let formed = form(key, entry, audience).and_then(|form| resolve(form, entries));
            for reference in formed.iter().flat_map(|form| &form.references) {
                if let Some(target) = entries.get(reference.key) {
                    graph.numbers.entry(reference.key).or_insert_with(|| {
                        found.push((reference.key, target));
                        found.len() - 1
                    });
                }
            }
            graph.nodes.push(Node { key, is_asked_for: graph.nodes.len() < asked_for, formed });
        }
        graph
    }

    /// What needs a withheld entry is withheld too.
    pub(super) fn withhold_dependents(&mut self) {
        // By number: the entries that need it, each with the position of its reference.
        let mut dependents: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.nodes.len()];
        for (number, node) in self.nodes.iter().enumerate() {
            for (position, reference) in node.references().iter().enumerate() {
                let target = self.numbers.get(reference.key);
                if let Some(dependents) = target.and_then(|target| dependents.get_mut(*target)) {
                    dependents.push((number, position));
                }
            }
        }
        let mut withheld: VecDeque<usize> =
            self.numbered().filter(|(_, node)| node.formed.is_err()).map(first).collect();
        while let Some(number) = withheld.pop_front() {
            for (dependent, position) in dependents.get(number).into_iter().flatten() {
                let Some(node) = self.nodes.get_mut(*dependent) else { continue };
                // What is withheld has no references any more, and keeps its first reason.
                let Some(reference) = node.references().get(*position) else { continue };
                let (place, key) = (reference.place.clone(), reference.key.to_owned());
                node.formed = Err(Withheld::WithheldReference { place, key });
                withheld.push_back(*dependent);
            }
        }
    }

    pub(super) fn into_slice(self) -> ClientSlice {
        let delivered = self.delivered();
        let mut slice = ClientSlice::default();
        let mut entries: Vec<(&str, Members)> = Vec::with_capacity(delivered.len());
        for node in self.nodes {
            match node.formed {
                Ok(form) if delivered.contains(node.key) => entries.push((node.key, form.entry)),
                Err(reason) if node.is_asked_for => slice.withheld.push((node.key.to_owned(), reason)),
                _ => {}
            }
        }
        entries.sort_unstable_by_key(|(key, _)| *key);
        slice.entries = entries.into_iter().map(|(_, entry)| entry).collect();
        // A layer tells of no experiment that is not there.
        for entry in &mut slice.entries {
            if EntryType::of(entry) == Some(EntryType::Layer)
                && let Some(Value::Object(slots)) = entry.get_mut("slots")
            {
                slots.retain(|experiment, _| delivered.contains(experiment.as_str()));
            }
        }
        slice
    }

    /// The visible entries that are not withheld, and what they need, directly or through others.
    fn delivered(&self) -> HashSet<&'e str> {
        let goes_out = |node: &Node<'_>| node.is_asked_for && node.formed.is_ok();
        let mut left: Vec<usize> = self.numbered().filter(|(_, node)| goes_out(node)).map(first).collect();
        let mut delivered: HashSet<&str> = HashSet::new();
        while let Some(node) = left.pop().and_then(|number| self.nodes.get(number)) {
            if delivered.insert(node.key) {
                let targets = node.references().iter().map(|reference| self.numbers.get(reference.key));
                left.extend(targets.flatten());
            }
        }
        delivered
    }

    fn numbered(&self) -> impl Iterator<Item = (usize, &Node<'e>)> {
        self.nodes.iter().enumerate()
    }
}

fn first<A, B>((first, _): (A, B)) -> A {
    first
}

impl<'e> Node<'e> {
    fn references(&self) -> &[Reference<'e>] {
        self.formed.as_ref().map(|form| form.references.as_slice()).unwrap_or_default()
    }
}

fn form<'e>(key: &str, entry: &'e Members, audience: &ClientAudience<'_>) -> Result<Form<'e>, Withheld> {
    if fields::is_sensitive(entry) {
        return Err(Withheld::Sensitive);
    }
    let entry_type = EntryType::of(entry).ok_or_else(|| Withheld::Malformed { place: "/type".to_owned() })?;
    client::form(entry, entry_type.fields(), audience.tenant, Seal::new(audience.secret, key))
}

/// Keeps the references that lead somewhere: others lead nowhere in the slice either. Segments and layers are parts of
/// what needs them. What can be asked for by itself is its author's to show.
fn resolve<'e>(mut form: Form<'e>, entries: &Entries<'e>) -> Result<Form<'e>, Withheld> {
    let target = |reference: &Reference<'_>| {
        let entry = entries.get(reference.key)?;
        EntryType::of(entry)?.answers(reference.kind).then_some(*entry)
    };
    form.references.retain(|reference| target(reference).is_some());
    let is_hidden = |reference: &&Reference<'_>| {
        let is_askable = matches!(reference.kind, Kind::Prerequisite | Kind::Experiment);
        is_askable && !target(reference).is_some_and(fields::is_client_visible)
    };
    match form.references.iter().find(is_hidden) {
        Some(Reference { place, key, .. }) => {
            Err(Withheld::HiddenReference { place: place.clone(), key: (*key).to_owned() })
        }
        None => Ok(form),
    }
}
