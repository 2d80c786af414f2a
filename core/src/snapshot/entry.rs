//! Entries compiled for evaluation: what is asked most often lies together, what is rare is behind one pointer.

use std::sync::Arc;

use hashbrown::HashMap;
use smol_str::SmolStr;

use crate::context::Path;
use crate::graph::Weight;
use crate::hash::{self, NameState};
use crate::model::operand::Salted;
use crate::model::{self, Expected, Expiry, ReferenceKind, Status, ValueType};
use crate::problem::Problem;
use crate::value::Value;
use crate::value::timestamp::Timestamp;

/// The number of an entry in its snapshot and in all that are built upon it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct EntryId(pub(crate) u32);

pub(crate) type Condition = model::condition::Condition<EntryId>;

/// The key comes first, with its fingerprint: whoever looks an entry up has just read the one, and may want the other.
#[derive(Debug, Clone, PartialEq)]
#[repr(C)]
pub(crate) struct Entry {
    pub(crate) key: SmolStr,
    /// Of the key, and of the ids of variations or variants in their order.
    pub(crate) fingerprint: u64,
    pub(crate) body: Body,
    /// Every entry that this one mentions, as often as it does.
    pub(crate) references: Box<[Reference]>,
}

/// A mention of another entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) kind: ReferenceKind,
    pub(crate) target: EntryId,
}

impl Entry {
    /// What stands for an entry that is mentioned or was removed.
    pub(crate) fn missing(key: SmolStr) -> Entry {
        Entry { fingerprint: hash::names([&*key]), key, body: Body::Missing, references: Box::default() }
    }

    pub(crate) fn pins(&self) -> Option<&Pinned> {
        match &self.body {
            Body::Flag(flag) => flag.pins.0.as_deref(),
            _ => None,
        }
    }

    pub(crate) fn min_role(&self) -> Option<&str> {
        match &self.body {
            Body::Flag(flag) => flag.gates.as_ref()?.min_role.as_deref(),
            _ => None,
        }
    }

    /// Every entry that this one mentions, also while it is masked.
    pub(crate) fn mentions(&self) -> impl Iterator<Item = EntryId> {
        let entry = match &self.body {
            Body::Invalid(invalid) => invalid.masked.as_deref().unwrap_or(self),
            _ => self,
        };
        entry.references.iter().map(|reference| reference.target)
    }

    pub(crate) fn segments(&self) -> impl Iterator<Item = EntryId> {
        let segments = self.references.iter().filter(|reference| reference.kind == ReferenceKind::Segment);
        segments.map(|reference| reference.target)
    }

    /// Whether it may be broken by what it is not: another entry, or the roles.
    pub(crate) fn is_dependent(&self) -> bool {
        !self.references.is_empty() || self.min_role().is_some()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    Flag(Flag),
    Experiment(Box<Experiment>),
    Segment(Condition),
    Layer(Layer),
    /// It could not be loaded.
    Invalid(Box<Invalid>),
    /// Mentioned or removed: there is no such entry.
    Missing,
}

impl Body {
    /// Whether it is what a reference of this kind asks for; one to anything else leads nowhere.
    pub(crate) fn answers(&self, kind: ReferenceKind) -> bool {
        match kind {
            ReferenceKind::Segment => matches!(self, Body::Segment(_)),
            ReferenceKind::Prerequisite => matches!(self, Body::Flag(_) | Body::Experiment(_)),
            ReferenceKind::Experiment => matches!(self, Body::Experiment(_)),
            ReferenceKind::Layer => matches!(self, Body::Layer(_)),
        }
    }
}

/// Why an entry cannot be served; and, when only what it depends on is at fault, the entry for when that is mended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Invalid {
    pub(crate) problem: Problem,
    /// Whether it would be one to ask for.
    pub(crate) evaluable: bool,
    pub(crate) masked: Option<Arc<Entry>>,
}

/// What every evaluation asks for comes first: in a large store, each line of memory that is touched is waited for.
#[derive(Debug, Clone, PartialEq)]
#[repr(C)]
pub(crate) struct Flag {
    /// Nobody is told apart: lines 2 to 11 have nothing to say, but for overrides.
    pub(crate) is_plain: bool,
    pub(crate) is_config: bool,
    pub(crate) is_static: bool,
    /// Absent for most: nothing closes the entry before anyone is looked at.
    pub(crate) gates: Option<Box<Gates>>,
    pub(crate) scopes: Option<Box<Scopes>>,
    pub(crate) rules: Box<[Rule]>,
    pub(crate) rollout: Option<Box<Split>>,
    pub(crate) variations: Box<[model::Variation]>,
    pub(crate) default: Served,
    pub(crate) pins: Pins,
    pub(crate) value_type: ValueType,
    /// What rules are called, position by position; apart, as no decision asks for it.
    pub(crate) rule_texts: Box<[RuleText]>,
}

/// What a static entry keeps since the process booted with it; nothing for all others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pins(pub(crate) Option<Box<Pinned>>);

#[derive(Debug, Clone)]
pub(crate) struct Pinned {
    /// The segments as they were, by number.
    pub(crate) segments: Box<[Pin]>,
    /// What it takes to visit them.
    pub(crate) weight: Weight,
}

pub(crate) type Pin = (EntryId, Arc<Entry>);

impl Pins {
    #[inline]
    pub(crate) fn segments(&self) -> &[Pin] {
        self.0.as_ref().map(|pinned| &*pinned.segments).unwrap_or_default()
    }
}

/// Pins follow from the rest and from the moment: entries are equal when their definitions are.
impl PartialEq for Pins {
    fn eq(&self, _: &Pins) -> bool {
        true
    }
}

/// A position or bucket, or none: half the size of an option, and decisions are copied often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position(u32);

impl Position {
    pub(crate) const NONE: Position = Position(u32::MAX);

    #[inline]
    pub(crate) fn at(position: u32) -> Position {
        Position(position)
    }

    /// The number itself, which is none's too.
    #[inline]
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    #[inline]
    pub(crate) fn get(self) -> Option<u32> {
        (self != Position::NONE).then_some(self.0)
    }
}

impl From<Option<usize>> for Position {
    fn from(position: Option<usize>) -> Position {
        position.and_then(|position| u32::try_from(position).ok()).map_or(Position::NONE, Position)
    }
}

/// A value with the position of the variation that it is, if it is one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Served {
    pub(crate) value: Value,
    pub(crate) variation: Position,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gates {
    pub(crate) off: Served,
    pub(crate) enabled: bool,
    pub(crate) killed_environments: Box<[Box<str>]>,
    pub(crate) killed_tenants: Ids<()>,
    pub(crate) expiry: Option<Expiry>,
    pub(crate) environments: Option<Box<[Box<str>]>>,
    pub(crate) min_role: Option<Box<str>>,
    pub(crate) prerequisites: Box<[Prerequisite]>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prerequisite {
    pub(crate) entry: EntryId,
    pub(crate) expected: Expected,
}

/// A look-up by id.
pub(crate) type Ids<T> = HashMap<Box<str>, T, NameState>;

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Scopes {
    pub(crate) session: Ids<ScopedAction>,
    pub(crate) user: Ids<ScopedAction>,
    pub(crate) tenant: Ids<ScopedAction>,
    pub(crate) service: Ids<ScopedAction>,
    pub(crate) environment: Ids<ScopedAction>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ScopedAction {
    pub(crate) action: Action,
    pub(crate) until: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    pub(crate) condition: Condition,
    pub(crate) action: Action,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RuleText {
    pub(crate) id: Option<SmolStr>,
    pub(crate) comment: Option<Box<str>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    Serve(u32),
    Split(Box<Split>),
    Value(Box<Served>),
    Experiment(EntryId),
}

/// Who gets what by chance, ready to be asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Split {
    pub(crate) salted: Salted,
    pub(crate) by: Option<Path>,
    pub(crate) ranges: Choice,
}

/// Ranges that cover all buckets: where each ends, and whose it is. Few of them lie here themselves, near in memory.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Choice {
    Few { ends: [u32; Choice::FEW], owners: [u32; Choice::FEW], count: u32 },
    Many(Box<[(u32, u32)]>),
}

impl Choice {
    const FEW: usize = 4;

    pub(crate) fn new(ranges: impl ExactSizeIterator<Item = (u32, u32)>) -> Choice {
        if ranges.len() > Choice::FEW {
            return Choice::Many(ranges.collect());
        }
        // No bucket reaches the end of a range that is not there.
        let (mut ends, mut owners, mut count) = ([u32::MAX; Choice::FEW], [0; Choice::FEW], 0);
        for ((end, owner), range) in ends.iter_mut().zip(&mut owners).zip(ranges) {
            (*end, *owner) = range;
            count += 1;
        }
        Choice::Few { ends, owners, count }
    }

    /// Whose a bucket is. Few ranges are counted without a branch that could be predicted wrongly.
    #[inline(always)]
    pub(crate) fn pick(&self, bucket: u32) -> Option<u32> {
        match self {
            Choice::Few { ends, owners, .. } => {
                let position: usize = ends.iter().map(|end| usize::from(*end <= bucket)).sum();
                owners.get(position).copied()
            }
            Choice::Many(ranges) => {
                let position = ranges.partition_point(|(end, _)| *end <= bucket);
                ranges.get(position).map(|(_, owner)| *owner)
            }
        }
    }

    /// Every range: whose it is, and how many buckets wide.
    pub(crate) fn widths(&self) -> Vec<(u32, u32)> {
        let ranges: Vec<(u32, u32)> = match self {
            Choice::Few { ends, owners, count } => {
                ends.iter().copied().zip(owners.iter().copied()).take(*count as usize).collect()
            }
            Choice::Many(ranges) => ranges.to_vec(),
        };
        let starts = std::iter::once(0).chain(ranges.iter().map(|(end, _)| *end));
        ranges.iter().zip(starts).map(|((end, owner), start)| (*owner, end - start)).collect()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Experiment {
    pub(crate) enabled: bool,
    pub(crate) killed_environments: Box<[Box<str>]>,
    pub(crate) killed_tenants: Ids<()>,
    pub(crate) expiry: Option<Timestamp>,
    pub(crate) environments: Option<Box<[Box<str>]>>,
    pub(crate) status: Status,
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    pub(crate) variants: Box<[model::Variant]>,
    pub(crate) audience: Option<Condition>,
    pub(crate) by: Path,
    pub(crate) holdout: Option<Share>,
    pub(crate) layer: Option<EntryId>,
    /// Absent when everybody takes part.
    pub(crate) traffic: Option<Share>,
    pub(crate) salted: Salted,
    pub(crate) allocation: Choice,
    pub(crate) sticky: bool,
}

/// The units whose bucket lies below a bound.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Share {
    pub(crate) salted: Salted,
    pub(crate) buckets: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layer {
    pub(crate) salted: Salted,
    pub(crate) slots: Ids<model::Slot>,
}
