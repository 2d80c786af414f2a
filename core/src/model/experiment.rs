//! Experiments, and the layers that keep them apart.

use crate::context::Path;
use crate::value::Value;
use crate::value::timestamp::Timestamp;

use super::{Condition, Gates, Ranges};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Experiment {
    pub(crate) gates: Gates,
    pub(crate) status: Status,
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    pub(crate) variants: Vec<Variant>,
    pub(crate) audience: Option<Condition>,
    pub(crate) by: Option<Path>,
    pub(crate) salt: Option<Box<str>>,
    pub(crate) allocation: Ranges,
    pub(crate) by_percent: bool,
    /// Buckets that take part.
    pub(crate) traffic: u32,
    pub(crate) layer: Option<Box<str>>,
    pub(crate) holdout: Option<Holdout>,
    pub(crate) sticky: bool,
}

impl Experiment {
    /// Whether it gives out anything now or later.
    pub(crate) fn is_live(&self) -> bool {
        self.gates.enabled && self.status == Status::Running
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variant {
    pub(crate) id: Box<str>,
    pub(crate) name: Option<Box<str>>,
    pub(crate) is_control: bool,
    pub(crate) config: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Draft,
    Running,
    Paused,
    Completed,
}

impl Status {
    pub(crate) const ALL: [(&str, Status); 4] = [
        ("draft", Status::Draft),
        ("running", Status::Running),
        ("paused", Status::Paused),
        ("completed", Status::Completed),
    ];
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Holdout {
    pub(crate) key: Box<str>,
    /// Buckets that are held out.
    pub(crate) buckets: u32,
}

/// Buckets `from..to` of an experiment in a layer.
pub(crate) type Slot = Box<[(u32, u32)]>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layer {
    /// By experiment.
    pub(crate) slots: Vec<(Box<str>, Slot)>,
}
