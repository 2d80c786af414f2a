//! Definitions after validation. An illegal model cannot be built: only `definition` makes one, and it leaves out
//! what it had to refuse.

pub(crate) mod condition;
mod experiment;
pub(crate) mod operand;

use smol_str::SmolStr;

use crate::context::Path;
use crate::problem::Problem;
use crate::value::Value;
use crate::value::timestamp::Timestamp;

pub use condition::OPERATORS;
pub(crate) use experiment::{Experiment, Holdout, Layer, Slot, Status, Variant};

pub(crate) type Condition = condition::Condition<Box<str>>;

/// All definitions of a document, valid each by itself; what they refer to is checked by `definition::references`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    /// The environment that the document names.
    pub environment: Option<Box<str>>,
    /// The document's version; 0 when it has none.
    pub version: u64,
    /// Lowest first; none when the document does not speak of them.
    pub roles: Option<Vec<Box<str>>>,
    /// In the order of the document.
    pub entries: Vec<Entry>,
}

impl Model {
    /// The entry with this key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| &*entry.key == key)
    }
}

/// As what an entry mentions another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ReferenceKind {
    /// A condition's segment.
    Segment,
    /// A flag, config or experiment that must have come out in a certain way.
    Prerequisite,
    /// The experiment that an action hands over to.
    Experiment,
    /// The layer that an experiment shares units in.
    Layer,
}

/// One definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key, unique among all entries of all types.
    pub key: Box<str>,
    /// What people say of it; nothing here decides anything.
    pub about: About,
    pub(crate) body: Body,
}

impl Entry {
    /// `feature_flag`, `config`, `experiment`, `segment`, `layer`; or `invalid`.
    pub fn type_name(&self) -> &'static str {
        match &self.body {
            Body::Flag(flag) => {
                if flag.is_config {
                    "config"
                } else {
                    "feature_flag"
                }
            }
            Body::Experiment(_) => "experiment",
            Body::Segment(_) => "segment",
            Body::Layer(_) => "layer",
            Body::Invalid { .. } => "invalid",
        }
    }

    /// Whether a process can ask for the entry.
    pub fn is_evaluable(&self) -> bool {
        match &self.body {
            Body::Flag(flag) => !flag.sensitive,
            Body::Experiment(_) => true,
            Body::Invalid { evaluable, .. } => *evaluable,
            Body::Segment(_) | Body::Layer(_) => false,
        }
    }

    /// Whether its value leaves the control plane only for those who may read secrets.
    pub fn is_sensitive(&self) -> bool {
        matches!(&self.body, Body::Flag(flag) if flag.sensitive)
    }
}

/// What people say of an entry.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct About {
    /// A name to show.
    pub name: Option<Box<str>>,
    /// What it is for.
    pub description: Option<Box<str>>,
    /// Who answers for it.
    pub owner: Option<Box<str>>,
    /// For finding it.
    pub tags: Vec<Box<str>>,
    /// Anything; free.
    pub metadata: Option<Value>,
    /// Whether client-side keys see it.
    pub client_visible: bool,
    /// Whether only a super admin changes it.
    pub critical: bool,
    /// When to disable it by itself.
    pub guardrails: Vec<Guardrail>,
}

/// A threshold beyond which the control plane disables the entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Guardrail {
    /// The metric's name.
    pub metric: Box<str>,
    /// The last value that is still well.
    pub threshold: f64,
    /// Over how long it is measured, as written: `5m`.
    pub window: Box<str>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    Flag(Box<Flag>),
    Experiment(Box<Experiment>),
    Segment(Condition),
    Layer(Layer),
    /// What a process keeps of an entry that it could not load: why, and whether it would be one to ask for.
    Invalid {
        problem: Box<Problem>,
        evaluable: bool,
    },
}

/// A feature flag or a configuration entry: one thing, but for what people use it for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flag {
    pub(crate) is_config: bool,
    pub(crate) kind: Kind,
    pub(crate) value_type: ValueType,
    pub(crate) value_schema: Option<Value>,
    pub(crate) default: Value,
    /// As the author gave it.
    pub(crate) off: Option<Value>,
    pub(crate) variations: Vec<Variation>,
    pub(crate) gates: Gates,
    pub(crate) min_role: Option<Box<str>>,
    pub(crate) prerequisites: Vec<Prerequisite>,
    pub(crate) scopes: Scopes,
    /// In priority order.
    pub(crate) rules: Vec<Rule>,
    pub(crate) rollout: Option<Split>,
    pub(crate) salt: Option<Box<str>>,
    pub(crate) dynamic: bool,
    pub(crate) sensitive: bool,
}

impl Flag {
    /// Every action but the rollout.
    pub(crate) fn actions(&self) -> impl Iterator<Item = &Action> {
        let scoped = self.scopes.iter().flat_map(|(_, actions)| actions);
        scoped.map(|(_, scoped)| &scoped.action).chain(self.rules.iter().map(|rule| &rule.action))
    }
}

/// What a flag is for, and so what it is when nobody says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Hides unfinished work; short-lived.
    Release,
    /// Degrades under load; stays.
    Ops,
    /// Controls access; stays.
    Permission,
    /// Compares variations; short-lived.
    Experiment,
}

/// The type of every value of an entry.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueType {
    /// `true` or `false`
    Boolean,
    /// Within i64.
    Integer,
    /// Finite; integers are among them.
    Float,
    /// Text.
    String,
    /// Anything.
    Json,
    /// One of these: all strings, or all integers.
    Enum(Box<[Value]>),
}

impl ValueType {
    /// The name, without the members of an enum.
    pub fn as_str(&self) -> &'static str {
        match self {
            ValueType::Boolean => "boolean",
            ValueType::Integer => "integer",
            ValueType::Float => "float",
            ValueType::String => "string",
            ValueType::Json => "json",
            ValueType::Enum(_) => "enum",
        }
    }

    /// Whether a value is of this type. An integer is a float too, where a float holds it exactly.
    pub fn admits(&self, value: &Value) -> bool {
        match self {
            ValueType::Boolean => value.as_bool().is_some(),
            ValueType::Integer => value.as_int().is_some(),
            ValueType::Float => value.as_float().is_some(),
            ValueType::String => value.as_str().is_some(),
            ValueType::Json => true,
            // Members are strings or integers: a float that equals one is none.
            ValueType::Enum(members) => !matches!(value, Value::Float(_)) && members.contains(value),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variation {
    pub(crate) id: SmolStr,
    pub(crate) value: Value,
}

/// What closes an entry before anyone is looked at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gates {
    pub(crate) enabled: bool,
    pub(crate) killed_environments: Vec<Box<str>>,
    pub(crate) killed_tenants: Vec<Box<str>>,
    pub(crate) expiry: Option<Expiry>,
    pub(crate) environments: Option<Vec<Box<str>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expiry {
    pub(crate) at: Timestamp,
    /// Served as before, and reported as overdue.
    pub(crate) keep: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prerequisite {
    pub(crate) flag: Box<str>,
    pub(crate) expected: Expected,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expected {
    Variation(Box<str>),
    Value(Value),
}

/// Whose value something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One session.
    Session,
    /// One user.
    User,
    /// One tenant.
    Tenant,
    /// One service.
    Service,
    /// One environment.
    Environment,
    /// Everyone else.
    Global,
}

impl Scope {
    /// The name, as in definitions.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Session => "session",
            Scope::User => "user",
            Scope::Tenant => "tenant",
            Scope::Service => "service",
            Scope::Environment => "environment",
            Scope::Global => "global",
        }
    }
}

/// Actions by id, for each scope that has some.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Scopes {
    pub(crate) session: Vec<(Box<str>, ScopedAction)>,
    pub(crate) user: Vec<(Box<str>, ScopedAction)>,
    pub(crate) tenant: Vec<(Box<str>, ScopedAction)>,
    pub(crate) service: Vec<(Box<str>, ScopedAction)>,
    pub(crate) environment: Vec<(Box<str>, ScopedAction)>,
}

impl Scopes {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Scope, &Vec<(Box<str>, ScopedAction)>)> {
        [
            (Scope::Session, &self.session),
            (Scope::User, &self.user),
            (Scope::Tenant, &self.tenant),
            (Scope::Service, &self.service),
            (Scope::Environment, &self.environment),
        ]
        .into_iter()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ScopedAction {
    pub(crate) action: Action,
    pub(crate) until: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    pub(crate) id: Option<SmolStr>,
    pub(crate) priority: i64,
    /// The position in the author's list.
    pub(crate) declared: usize,
    pub(crate) condition: Condition,
    pub(crate) action: Action,
    pub(crate) comment: Option<Box<str>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// The position among the variations.
    Serve(u32),
    Split(Split),
    Value(Value),
    /// The experiment's key.
    Experiment(Box<str>),
}

/// Who gets what by chance, the same chance every time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Split {
    /// The attribute that names the unit; by default the user, else the session.
    pub(crate) by: Option<Path>,
    pub(crate) salt: Option<Box<str>>,
    pub(crate) ranges: Ranges,
    /// Whether it was written as percentages, which depend on the order of variations.
    pub(crate) by_percent: bool,
}

/// How many buckets there are: percentages have three decimal places.
pub const BUCKETS: u32 = 100_000;

/// Buckets `from..to` and whose they are, ascending and disjoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ranges(pub(crate) Box<[BucketRange]>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BucketRange {
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// The position among the variations or variants.
    pub(crate) index: u32,
}
