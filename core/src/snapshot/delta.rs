//! The next snapshot: from a delta, sharing what did not change; or from a whole document, keeping what is static.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::definition::{self, Reading};
use crate::document::Node;
use crate::problem::{Code, Pointer, Problem};

use super::entry::{Body, Entry, EntryId};
use super::{Snapshot, accept};

/// What changed between two versions.
#[derive(Debug)]
pub struct Delta {
    /// The version that it applies to.
    pub from: u64,
    changed: Reading,
    removed: Vec<Box<str>>,
}

/// A delta for another version than the one that is held: fetch the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misfit {
    /// The version that is held.
    pub held: u64,
    /// The version that the delta applies to.
    pub wanted: u64,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a delta from version {} does not fit version {}", self.wanted, self.held)
    }
}

impl std::error::Error for Misfit {}

impl Delta {
    /// Reads `{"from": 11, "version": 12, "entries": [...], "removed": [key, ...]}`; leniently, as a process does.
    pub fn parse_json(text: &[u8]) -> Result<Delta, Problem> {
        let Node::Object(members) = Node::parse_json(text)? else {
            return Err(Problem::new(Code::NotADefinition, &Pointer::Root, "a delta is an object"));
        };
        let (mut from, mut removed, mut rest) = (None, Vec::new(), Vec::new());
        for (name, node) in members {
            match (name.as_ref(), node) {
                ("from", Node::Int(version)) => from = u64::try_from(version).ok(),
                ("removed", Node::List(keys)) => {
                    for key in keys {
                        match key {
                            Node::Str(key) => removed.push(Box::from(key.as_ref())),
                            _ => return Err(wrong("removed", "a list of keys")),
                        }
                    }
                }
                ("removed", _) => return Err(wrong("removed", "a list of keys")),
                (_, node) => rest.push((name, node)),
            }
        }
        // A delta that only removes is a bundle too.
        if !rest.iter().any(|(name, _)| name == "entries") {
            rest.push(("entries".into(), Node::List(Vec::new())));
        }
        let reading = definition::read_part(Node::Object(rest));
        let changed = accept(reading)?;
        let from = from.ok_or_else(|| wrong("from", "a version"))?;
        Ok(Delta { from, changed, removed })
    }
}

fn wrong(member: &str, wanted: &str) -> Problem {
    Problem::new(Code::WrongType, &Pointer::Root.member(member), format!("expected {wanted}"))
}

impl Snapshot {
    /// The next snapshot. Entries that did not change are shared; static ones stay as the process booted with them.
    pub fn apply(&self, delta: Delta) -> Result<Snapshot, Misfit> {
        if delta.from != self.version {
            return Err(Misfit { held: self.version, wanted: delta.from });
        }
        let mut next = self.clone();
        next.version = delta.changed.model.version;
        if !delta.changed.model.roles.is_empty() {
            next.roles = delta.changed.model.roles.clone().into();
        }
        next.change(self, delta.changed, &delta.removed);
        Ok(next)
    }

    /// The next snapshot from a whole document, in a running process.
    pub fn replace(&self, reading: Reading) -> Result<Snapshot, Problem> {
        let reading = accept(reading)?;
        let mut next = self.clone();
        next.version = reading.model.version;
        next.roles = reading.model.roles.clone().into();
        let kept: HashSet<&str> = reading.model.entries.iter().map(|entry| &*entry.key).collect();
        let removed: Vec<Box<str>> = self
            .entries
            .iter()
            .filter(|entry| !matches!(entry.body, Body::Missing) && !kept.contains(&*entry.key))
            .map(|entry| Box::from(entry.key.as_str()))
            .collect();
        next.change(self, reading, &removed);
        Ok(next)
    }

    fn change(&mut self, previous: &Snapshot, changed: Reading, removed: &[Box<str>]) {
        self.unmask();
        let mut touched = Vec::with_capacity(removed.len());
        for key in removed {
            let id = self.id(key);
            self.set(
                id,
                Arc::new(Entry { key: SmolStr::new(key), body: Body::Missing, references: Box::default() }),
            );
            touched.push(id);
        }
        let gone: HashSet<EntryId> = touched.iter().copied().collect();
        self.special.warnings.retain(|(id, _)| id.is_some_and(|id| !gone.contains(&id)));
        touched.extend(self.put_all(changed));
        for id in touched {
            self.keep_static(previous, id);
        }
        self.settle();
    }

    /// A static entry that the process booted with stays; that it should be another one is remembered.
    fn keep_static(&mut self, previous: &Snapshot, id: EntryId) {
        if !previous.special.fixed.contains(&id) {
            return;
        }
        let Some(booted) = previous.entry(id) else { return };
        if self.entry(id).is_some_and(|wanted| wanted == booted) {
            self.special.outdated.remove(&id);
        } else {
            self.special.outdated.insert(id);
        }
        self.set(id, Arc::clone(booted));
    }
}
