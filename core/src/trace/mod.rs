//! Explanations: the evaluator's own steps, recorded as it took them.

mod text;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::evaluate::Evaluation;
use crate::evaluate::tracer::Tracer;
use crate::limits;
use crate::model::Scope;
use crate::value::Value;

/// The lines of resolution (DESIGN 4) that can decide, or pass on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// 2: a process-local override.
    LocalOverride,
    /// 3: killed.
    Kill,
    /// 4: a request-scoped override.
    RequestOverride,
    /// 5: expired.
    Expiry,
    /// 6: not in this environment.
    Environments,
    /// 6: not for this role.
    Role,
    /// 7: another entry is needed.
    Prerequisite,
    /// 8: the session's or the user's own.
    Personal,
    /// 9: the tenant's.
    Tenant,
    /// 11: the service's or the environment's.
    Deployment,
    /// 12: everyone's.
    Global,
}

impl Line {
    pub(crate) fn of_scope(scope: Scope) -> Line {
        match scope {
            Scope::Session | Scope::User => Line::Personal,
            Scope::Tenant => Line::Tenant,
            Scope::Service | Scope::Environment => Line::Deployment,
            Scope::Global => Line::Global,
        }
    }

    /// The number in the order of resolution.
    pub fn number(self) -> u8 {
        match self {
            Line::LocalOverride => 2,
            Line::Kill => 3,
            Line::RequestOverride => 4,
            Line::Expiry => 5,
            Line::Environments | Line::Role => 6,
            Line::Prerequisite => 7,
            Line::Personal => 8,
            Line::Tenant => 9,
            Line::Deployment => 11,
            Line::Global => 12,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Line::LocalOverride => "override",
            Line::Kill => "kill",
            Line::RequestOverride => "request_override",
            Line::Expiry => "expiry",
            Line::Environments => "environments",
            Line::Role => "role",
            Line::Prerequisite => "prerequisite",
            Line::Personal | Line::Tenant | Line::Deployment => "scope",
            Line::Global => "global",
        }
    }
}

/// What kind of step it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A line of resolution other than the rules.
    Line(Line),
    /// Line 10: one rule.
    Rule,
    /// All of its parts.
    All,
    /// Any of its parts.
    Any,
    /// Not its part.
    Not,
    /// What a segment says.
    Segment,
    /// One test of one attribute.
    Clause,
    /// A unit's bucket.
    Bucket,
    /// A variation is served.
    Serve,
    /// A value is served.
    Value,
    /// The default is served.
    Default,
    /// An experiment is asked.
    Experiment,
    /// Whether it runs.
    Running,
    /// Whom it would assign.
    Unit,
    /// Whom it is for.
    Audience,
    /// Who is held out.
    Holdout,
    /// Who was assigned before.
    Sticky,
    /// Whose slot it is.
    Layer,
    /// Who takes part.
    Traffic,
}

impl Kind {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Line(line) => line.as_str(),
            Kind::Rule => "rule",
            Kind::All => "all",
            Kind::Any => "any",
            Kind::Not => "not",
            Kind::Segment => "segment",
            Kind::Clause => "clause",
            Kind::Bucket => "bucket",
            Kind::Serve => "serve",
            Kind::Value => "value",
            Kind::Default => "default",
            Kind::Experiment => "experiment",
            Kind::Running => "running",
            Kind::Unit => "unit",
            Kind::Audience => "audience",
            Kind::Holdout => "holdout",
            Kind::Sticky => "sticky",
            Kind::Layer => "layer",
            Kind::Traffic => "traffic",
        }
    }
}

/// One step, with the steps that it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What kind of step it is.
    pub kind: Kind,
    /// What it is about.
    pub fields: Vec<(&'static str, Value)>,
    /// What came of it.
    pub outcome: Outcome,
    /// Its parts, in the order in which they were taken.
    pub steps: Vec<Step>,
}

impl Step {
    pub(crate) fn new(kind: Kind) -> Step {
        Step { kind, fields: Vec::new(), outcome: Outcome::Unknown, steps: Vec::new() }
    }

    pub(crate) fn line(line: Line) -> Step {
        Step::new(Kind::Line(line))
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Step {
        self.fields.push((name, value.into()));
        self
    }

    pub(crate) fn with_if(self, given: bool, name: &'static str, value: impl Into<Value>) -> Step {
        if given { self.with(name, value) } else { self }
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It holds, or it applies.
    True,
    /// It does not.
    False,
    /// It cannot be known.
    Unknown,
    /// A bucket.
    Bucket(u32),
    /// Anything else, in words.
    Words(String),
}

impl From<Option<bool>> for Outcome {
    fn from(truth: Option<bool>) -> Outcome {
        truth.map_or(Outcome::Unknown, Outcome::from)
    }
}

impl From<bool> for Outcome {
    fn from(truth: bool) -> Outcome {
        if truth { Outcome::True } else { Outcome::False }
    }
}

impl From<u32> for Outcome {
    fn from(bucket: u32) -> Outcome {
        Outcome::Bucket(bucket)
    }
}

impl From<&str> for Outcome {
    fn from(words: &str) -> Outcome {
        Outcome::Words(words.to_owned())
    }
}

impl From<String> for Outcome {
    fn from(words: String) -> Outcome {
        Outcome::Words(words)
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Outcome::True => serializer.serialize_bool(true),
            Outcome::False => serializer.serialize_bool(false),
            Outcome::Unknown => serializer.serialize_none(),
            Outcome::Bucket(bucket) => serializer.serialize_u32(*bucket),
            Outcome::Words(words) => serializer.serialize_str(words),
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("step", self.kind.as_str())?;
        if let Kind::Line(line) = self.kind {
            map.serialize_entry("line", &line.number())?;
        }
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("outcome", &self.outcome)?;
        if !self.steps.is_empty() {
            map.serialize_entry("steps", &self.steps)?;
        }
        map.end()
    }
}

/// An explanation: what was decided, and the steps that led there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trace {
    /// The key that was asked for.
    pub key: String,
    /// What was served; null for none.
    pub value: Option<Value>,
    /// The variation's or variant's id.
    pub variation: Option<String>,
    /// Why.
    pub reason: &'static str,
    /// Whose value it is.
    pub scope: Option<&'static str>,
    /// The rule that decided.
    pub rule: Option<String>,
    /// The bucket that chose.
    pub bucket: Option<u32>,
    /// What went wrong.
    pub error: Option<&'static str>,
    /// More about what went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The snapshot's version.
    pub version: u64,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// How many more steps were taken than are kept.
    #[serde(skip_serializing_if = "is_zero")]
    pub steps_not_shown: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Trace {
    pub(crate) fn new(key: &str, evaluation: &Evaluation<'_>, recorder: Recorder) -> Trace {
        Trace {
            key: key.to_owned(),
            value: evaluation.value().cloned(),
            variation: evaluation.variation().map(str::to_owned),
            reason: evaluation.reason().as_str(),
            scope: evaluation.scope().map(Scope::as_str),
            rule: evaluation.rule().map(|rule| rule.to_string()),
            bucket: evaluation.bucket(),
            error: evaluation.error().map(|error| error.as_str()),
            problem: evaluation.problem().map(|problem| problem.to_string()),
            version: evaluation.version(),
            steps: recorder.done,
            steps_not_shown: recorder.beyond,
        }
    }
}

/// The tracer that listens, up to the limits of an explanation; beyond them it counts.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    open: Vec<Step>,
    done: Vec<Step>,
    /// Steps that are kept.
    kept: usize,
    /// What their fields weigh.
    weight: usize,
    /// Steps that are not kept.
    beyond: u64,
    /// Those among them that are open. They are all within the last that is kept.
    open_beyond: usize,
}

impl Recorder {
    /// Whether one more step is kept.
    fn has_room(&mut self) -> bool {
        let has_room = self.kept < limits::TRACE_STEPS && self.weight < limits::TRACE_BYTES;
        if has_room {
            self.kept += 1;
        } else {
            self.beyond += 1;
        }
        has_room
    }

    fn weigh(&mut self, step: &Step) {
        let words = match &step.outcome {
            Outcome::Words(words) => words.len(),
            _ => 0,
        };
        self.weight += words + step.fields.iter().map(|(_, value)| weight(value)).sum::<usize>();
    }

    fn add(&mut self, step: Step) {
        match self.open.last_mut() {
            Some(parent) => parent.steps.push(step),
            None => self.done.push(step),
        }
    }
}

/// Never inlined: what it takes to make a step must not lie on the stack of an evaluation that goes deep.
impl Tracer for Recorder {
    #[inline(never)]
    fn open(&mut self, step: impl FnOnce() -> Step) {
        if self.has_room() {
            let step = step();
            self.weigh(&step);
            self.open.push(step);
        } else {
            self.open_beyond += 1;
        }
    }

    #[inline(never)]
    fn close(&mut self, outcome: impl FnOnce() -> Outcome) {
        if self.open_beyond > 0 {
            self.open_beyond -= 1;
        } else if let Some(mut step) = self.open.pop() {
            step.outcome = outcome();
            self.add(step);
        }
    }

    #[inline(never)]
    fn leaf(&mut self, step: impl FnOnce() -> (Step, Outcome)) {
        if self.has_room() {
            let (step, outcome) = step();
            let step = Step { outcome, ..step };
            self.weigh(&step);
            self.add(step);
        }
    }
}

/// About how many bytes a value takes.
fn weight(value: &Value) -> usize {
    let inner = match value {
        Value::Str(text) => text.len(),
        Value::List(items) => items.iter().map(weight).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + weight(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => 0,
    };
    size_of::<Value>() + inner
}
