//! Definitions that a program brings along for flags and experiments that the control plane does not know yet. They stand
//! where what is in force has no such key, and nowhere else: nothing that is in force can see them.

use std::collections::BTreeMap;
use std::sync::Arc;

use vexil_core::definition::{self, Mode};
use vexil_core::problem::{Code, Pointer, Severity};
use vexil_core::{Arena, Node, Problem, Snapshot};

use crate::limits;

/// What is mentioned may be registered later, and roles come with what is in force.
const LEFT_OPEN: [Code; 5] =
    [Code::UnknownSegment, Code::UnknownFlag, Code::UnknownExperiment, Code::UnknownLayer, Code::UnknownRole];

#[derive(Debug)]
pub(crate) struct Registrations {
    /// Each entry as it was written, by key.
    written: BTreeMap<Box<str>, Box<str>>,
    snapshot: Snapshot,
}

impl Registrations {
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The keys, ascending; those of segments and layers too.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.written.keys().map(|key| &**key)
    }

    /// What is known already and what a text brings, which takes the place of what has the same key; to stand beside a
    /// snapshot. The text is judged as an author's is, and taken over whole or not at all.
    pub(crate) fn with(
        known: Option<&Registrations>,
        text: &str,
        beside: &Snapshot,
    ) -> Result<Registrations, Problem> {
        let too_much = |message: String| Problem::new(Code::LimitExceeded, &Pointer::Root, message);
        if text.len() > limits::REGISTERED_BYTES {
            return Err(too_much(format!("at most {} bytes are registered", limits::REGISTERED_BYTES)));
        }
        let arena = Arena::new();
        let documents = [Node::parse_json(text.as_bytes(), &arena)?];
        let reading = definition::read(&documents, Mode::Authoring);
        let is_refused =
            |problem: &&Problem| problem.severity == Severity::Error && !LEFT_OPEN.contains(&problem.code);
        if let Some(problem) = reading.problems.iter().map(|found| &found.problem).find(is_refused) {
            return Err(problem.clone());
        }
        let mut written = known.map(|known| known.written.clone()).unwrap_or_default();
        for (key, (_, node)) in definition::written_entries(&documents) {
            written.insert(key.into(), node.to_value().to_string().into());
        }
        if written.len() > limits::REGISTERED_ENTRIES {
            return Err(too_much(format!("at most {} entries are registered", limits::REGISTERED_ENTRIES)));
        }
        if written.values().map(|text| text.len()).sum::<usize>() > limits::REGISTERED_BYTES {
            return Err(too_much(format!("at most {} bytes are registered", limits::REGISTERED_BYTES)));
        }
        Registrations::beside(written, beside)
    }

    /// The same without a key; nothing where none is left.
    pub(crate) fn without(
        self: &Arc<Registrations>,
        key: &str,
        beside: &Snapshot,
    ) -> Option<Arc<Registrations>> {
        let mut written = self.written.clone();
        written.remove(key);
        (!written.is_empty()).then(|| self.anew(written, beside))
    }

    /// The same beside other definitions.
    pub(crate) fn moved(self: &Arc<Registrations>, beside: &Snapshot) -> Arc<Registrations> {
        match self.snapshot.has_surroundings_of(beside) {
            true => Arc::clone(self),
            false => self.anew(self.written.clone(), beside),
        }
    }

    /// What was read once can be read again; if it could not, all would stay as it is.
    fn anew(
        self: &Arc<Registrations>,
        written: BTreeMap<Box<str>, Box<str>>,
        beside: &Snapshot,
    ) -> Arc<Registrations> {
        Registrations::beside(written, beside).map_or_else(|_| Arc::clone(self), Arc::new)
    }

    fn beside(written: BTreeMap<Box<str>, Box<str>>, beside: &Snapshot) -> Result<Registrations, Problem> {
        let texts: Vec<&str> = written.values().map(|text| &**text).collect();
        let list = format!("[{}]", texts.join(","));
        let arena = Arena::new();
        let reading = definition::read(&[Node::parse_json(list.as_bytes(), &arena)?], Mode::Loading);
        let snapshot = beside.beside(reading)?;
        Ok(Registrations { written, snapshot })
    }
}
