//! The next snapshot: from a delta, sharing what did not change; or from a whole document, keeping what is static.

use std::collections::HashSet;
use std::fmt;

use crate::definition::{self, Reading};
use crate::document::{Arena, Node};
use crate::problem::{Code, Pointer, Problem};

use super::entry::EntryId;
use super::{Snapshot, accept, is_there};

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
        let arena = Arena::new();
        let Node::Object(members) = Node::parse_json(text, &arena)? else {
            return Err(Problem::new(Code::NotADefinition, &Pointer::Root, "a delta is an object"));
        };
        let (mut from, mut removed, mut rest) = (None, Vec::new(), Vec::new());
        for &member in members {
            match member {
                ("from", Node::Int(version)) => from = u64::try_from(version).ok(),
                ("removed", Node::List(keys)) => {
                    for key in keys {
                        match key {
                            Node::Str(key) => removed.push(Box::from(*key)),
                            _ => return Err(wrong("removed", "a list of keys")),
                        }
                    }
                }
                ("removed", _) => return Err(wrong("removed", "a list of keys")),
                of_a_bundle => rest.push(of_a_bundle),
            }
        }
        // A delta that only removes is a bundle too.
        if !rest.iter().any(|(name, _)| *name == "entries") {
            rest.push(("entries", Node::List(&[])));
        }
        let reading = definition::read_part(arena.object(rest));
        let changed = accept(reading)?;
        let from = from.ok_or_else(|| wrong("from", "a version"))?;
        if changed.model.version <= from {
            return Err(wrong("version", "a version later than `from`"));
        }
        Ok(Delta { from, changed, removed })
    }
}

fn wrong(member: &str, wanted: &str) -> Problem {
    Problem::new(Code::WrongType, &Pointer::Root.member(member), format!("expected {wanted}"))
}

impl Snapshot {
    /// The next snapshot. Entries that did not change are shared; static ones stay as the process booted with them.
    /// What a delta does not say of the whole (its environment, its roles) stays too.
    pub fn apply(&self, delta: Delta) -> Result<Snapshot, Misfit> {
        if delta.from != self.version {
            return Err(Misfit { held: self.version, wanted: delta.from });
        }
        let mut next = self.clone();
        next.version = delta.changed.model.version;
        if let Some(environment) = &delta.changed.model.environment {
            next.document_environment = Some(environment.clone());
        }
        if let Some(roles) = &delta.changed.model.roles {
            next.take_roles(roles.clone());
        }
        let removed = delta.removed.iter().filter_map(|key| self.number(key)).collect();
        next.change(delta.changed, removed);
        Ok(next)
    }

    /// The next snapshot from a whole document, in a running process.
    pub fn replace(&self, reading: Reading) -> Result<Snapshot, Problem> {
        let reading = accept(reading)?;
        let kept: HashSet<&str> = reading.model.entries.iter().map(|entry| &*entry.key).collect();
        let held = (0..).map(EntryId).zip(&self.entries);
        let removed = held
            .filter(|(_, entry)| is_there(entry) && !kept.contains(&*entry.key))
            .map(|(id, _)| id)
            .collect();
        let mut next = self.clone();
        next.take_whole(reading, removed);
        Ok(next)
    }
}
