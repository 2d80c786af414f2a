//! Entries compiled for evaluation: what is asked most often lies together, what is rare is behind one pointer.

use hashbrown::HashMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::context::Path;
use crate::evaluate::Position;
use crate::hash::NameState;
use crate::model::operand::Salted;
use crate::model::{self, Expected, Expiry, Status, ValueType};
use crate::problem::Problem;
use crate::value::Value;
use crate::value::timestamp::Timestamp;

/// The number of an entry in its snapshot and in all that are built upon it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct EntryId(pub(crate) u32);

pub(crate) type Condition = model::condition::Condition<EntryId>;

#[derive(Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: SmolStr,
    pub(crate) body: Body,
    /// Every entry that this one mentions, as often as it does.
    pub(crate) references: Box<[u32]>,
}

#[derive(Debug, PartialEq)]
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

/// Why an entry cannot be served; and, when only its references are at fault, the entry for when they are mended.
#[derive(Debug, PartialEq)]
pub(crate) struct Invalid {
    pub(crate) problem: Problem,
    /// Whether it would be one to ask for.
    pub(crate) evaluable: bool,
    pub(crate) masked: Option<Arc<Entry>>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Flag {
    /// Nobody is told apart: lines 2 to 11 have nothing to say, but for overrides.
    pub(crate) is_plain: bool,
    /// Absent for most: nothing closes the entry before anyone is looked at.
    pub(crate) gates: Option<Box<Gates>>,
    pub(crate) scopes: Option<Box<Scopes>>,
    pub(crate) rules: Box<[Rule]>,
    pub(crate) rollout: Option<Box<Split>>,
    pub(crate) default: Served,
    pub(crate) variations: Box<[model::Variation]>,
    pub(crate) value_type: ValueType,
    pub(crate) is_config: bool,
    pub(crate) is_static: bool,
    pub(crate) pinned: Pinned,
}

/// The segments that a static entry keeps as they were when it was compiled, by number.
#[derive(Debug, Default)]
pub(crate) struct Pinned(pub(crate) Option<Box<[Pin]>>);

pub(crate) type Pin = (EntryId, Arc<Entry>);

/// Pins follow from the rest and from the moment: entries are equal when their definitions are.
impl PartialEq for Pinned {
    fn eq(&self, _: &Pinned) -> bool {
        true
    }
}

/// A value with the position of the variation that it is, if it is one.
#[derive(Debug, PartialEq)]
pub(crate) struct Served {
    pub(crate) value: Value,
    pub(crate) variation: Position,
}

#[derive(Debug, PartialEq)]
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

#[derive(Debug, PartialEq)]
pub(crate) struct Prerequisite {
    pub(crate) entry: EntryId,
    pub(crate) expected: Expected,
}

/// A look-up by id.
pub(crate) type Ids<T> = HashMap<Box<str>, T, NameState>;

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Scopes {
    pub(crate) session: Ids<ScopedAction>,
    pub(crate) user: Ids<ScopedAction>,
    pub(crate) tenant: Ids<ScopedAction>,
    pub(crate) service: Ids<ScopedAction>,
    pub(crate) environment: Ids<ScopedAction>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct ScopedAction {
    pub(crate) action: Action,
    pub(crate) until: Option<Timestamp>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Rule {
    pub(crate) condition: Condition,
    pub(crate) action: Action,
    pub(crate) id: Option<Box<str>>,
    pub(crate) comment: Option<Box<str>>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Action {
    Serve(u32),
    Split(Box<Split>),
    Value(Box<Served>),
    Experiment(EntryId),
}

/// Who gets what by chance, ready to be asked.
#[derive(Debug, PartialEq)]
pub(crate) struct Split {
    pub(crate) salted: Salted,
    pub(crate) by: Option<Path>,
    pub(crate) ranges: Choice,
}

/// Ranges that cover all buckets: the end of each, and whose it is.
#[derive(Debug, PartialEq)]
pub(crate) struct Choice(pub(crate) Box<[(u32, u32)]>);

impl Choice {
    /// Whose a bucket is. Few ranges are counted without a branch that could be predicted wrongly.
    #[inline]
    pub(crate) fn pick(&self, bucket: u32) -> Option<u32> {
        let position = match self.0.len() {
            0..=8 => self.0.iter().map(|(end, _)| usize::from(*end <= bucket)).sum(),
            _ => self.0.partition_point(|(end, _)| *end <= bucket),
        };
        self.0.get(position).map(|(_, index)| *index)
    }

    /// Every range: whose it is, and how many buckets wide.
    pub(crate) fn widths(&self) -> impl Iterator<Item = (u32, u32)> {
        let starts = std::iter::once(0).chain(self.0.iter().map(|(end, _)| *end));
        self.0.iter().zip(starts).map(|((end, index), start)| (*index, end - start))
    }
}

#[derive(Debug, PartialEq)]
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
#[derive(Debug, PartialEq)]
pub(crate) struct Share {
    pub(crate) salted: Salted,
    pub(crate) buckets: u32,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Layer {
    pub(crate) salted: Salted,
    pub(crate) slots: Ids<model::Slot>,
}
