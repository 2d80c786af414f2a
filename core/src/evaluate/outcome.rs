//! What an evaluation came to, and why.

use super::Asker;
use super::bucket::visit_id;
use crate::context::Attributes;
use crate::model::{Scope, ValueType, Variant};
use crate::snapshot::Snapshot;
use crate::snapshot::entry::{Body, Choice, Entry, Experiment, Position};
use crate::value::Value;

/// Why a value was served, or why an experiment gave no variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Nothing more specific decided.
    Default,
    /// A scope's id or a rule decided.
    Targeting,
    /// A bucket decided.
    Rollout,
    /// An experiment decided.
    Experiment,
    /// An override decided.
    Override,
    /// The entry is killed, or closed to this environment or role.
    Disabled,
    /// The entry has expired.
    Expired,
    /// Another entry is not as this one needs it.
    PrerequisiteFailed,
    /// The caller's default stands; the error says why.
    Error,
    /// The experiment is not running here and now.
    NotRunning,
    /// The context has no unit to assign.
    NoUnit,
    /// The audience is another one.
    NotInAudience,
    /// The unit is held out.
    HeldOut,
    /// The unit's slot in the layer is another experiment's, or nobody's.
    ExcludedByLayer,
    /// The unit takes no part.
    NotInTraffic,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Reason; 15] = [
        Reason::Default,
        Reason::Targeting,
        Reason::Rollout,
        Reason::Experiment,
        Reason::Override,
        Reason::Disabled,
        Reason::Expired,
        Reason::PrerequisiteFailed,
        Reason::Error,
        Reason::NotRunning,
        Reason::NoUnit,
        Reason::NotInAudience,
        Reason::HeldOut,
        Reason::ExcludedByLayer,
        Reason::NotInTraffic,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Default => "DEFAULT",
            Reason::Targeting => "TARGETING",
            Reason::Rollout => "ROLLOUT",
            Reason::Experiment => "EXPERIMENT",
            Reason::Override => "OVERRIDE",
            Reason::Disabled => "DISABLED",
            Reason::Expired => "EXPIRED",
            Reason::PrerequisiteFailed => "PREREQUISITE_FAILED",
            Reason::Error => "ERROR",
            Reason::NotRunning => "NOT_RUNNING",
            Reason::NoUnit => "NO_UNIT",
            Reason::NotInAudience => "NOT_IN_AUDIENCE",
            Reason::HeldOut => "HELD_OUT",
            Reason::ExcludedByLayer => "EXCLUDED_BY_LAYER",
            Reason::NotInTraffic => "NOT_IN_TRAFFIC",
        }
    }

    /// OpenFeature's name for it (specification 0.8, types, "Resolution Details", reason).
    pub fn open_feature(self) -> &'static str {
        match self {
            Reason::Default => "DEFAULT",
            Reason::Targeting => "TARGETING_MATCH",
            Reason::Rollout | Reason::Experiment => "SPLIT",
            Reason::Override => "STATIC",
            Reason::Error => "ERROR",
            _ => "DISABLED",
        }
    }
}

/// Why there is no value of the snapshot's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// No flag, config or experiment has this key.
    FlagNotFound,
    /// It has another type than was asked for.
    TypeMismatch,
    /// Its definition could not be loaded.
    ParseError,
    /// The context is not one. Never the evaluator's own answer: those who read contexts give it.
    InvalidContext,
    /// There are no definitions yet. Never the evaluator's own answer: those who hold snapshots give it.
    ProviderNotReady,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [ErrorCode; 5] = [
        ErrorCode::FlagNotFound,
        ErrorCode::TypeMismatch,
        ErrorCode::ParseError,
        ErrorCode::InvalidContext,
        ErrorCode::ProviderNotReady,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::FlagNotFound => "FLAG_NOT_FOUND",
            ErrorCode::TypeMismatch => "TYPE_MISMATCH",
            ErrorCode::ParseError => "PARSE_ERROR",
            ErrorCode::InvalidContext => "INVALID_CONTEXT",
            ErrorCode::ProviderNotReady => "PROVIDER_NOT_READY",
        }
    }
}

/// The type that a caller asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// `true` or `false`
    Boolean,
    /// Within i64.
    Integer,
    /// A float; an integer where a float holds it exactly.
    Float,
    /// Text.
    String,
    /// What is declared as json.
    Json,
}

impl Asked {
    /// Every type, by name.
    pub const ALL: [(&'static str, Asked); 5] = [
        ("boolean", Asked::Boolean),
        ("integer", Asked::Integer),
        ("float", Asked::Float),
        ("string", Asked::String),
        ("json", Asked::Json),
    ];

    /// Whether an entry can answer, if it can be asked at all.
    #[inline]
    pub(super) fn fits_entry(self, body: &Body) -> bool {
        match body {
            Body::Flag(flag) => self.fits(&flag.value_type),
            _ => self == Asked::Json,
        }
    }

    /// Whether a value of an entry that can answer is one: an integer that no float holds exactly is none.
    #[inline]
    pub(super) fn admits(self, value: Option<&Value>) -> bool {
        self != Asked::Float || value.and_then(Value::as_float).is_some()
    }

    /// Whether an entry of this type can answer.
    #[inline]
    pub(crate) fn fits(self, value_type: &ValueType) -> bool {
        match (self, value_type) {
            (Asked::Boolean, ValueType::Boolean)
            | (Asked::Integer, ValueType::Integer)
            | (Asked::Float, ValueType::Float | ValueType::Integer)
            | (Asked::String, ValueType::String)
            | (Asked::Json, ValueType::Json) => true,
            (Asked::String, ValueType::Enum(members)) => matches!(members.first(), Some(Value::Str(_))),
            (Asked::Integer | Asked::Float, ValueType::Enum(members)) => {
                matches!(members.first(), Some(Value::Int(_)))
            }
            _ => false,
        }
    }
}

/// What was decided; positions instead of names, so that nothing is copied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decision<'a> {
    pub(crate) value: Option<&'a Value>,
    /// The ranges that the bucket was looked up in.
    pub(crate) choice: Option<&'a Choice>,
    /// The experiment that assigned a variant, the variant, and whether it was allocated now. Flat, and not an option of
    /// a struct: making one of those that is none copies bytes that nobody wrote, and waits for them.
    pub(crate) experiment: Option<&'a Entry>,
    pub(crate) variant: Position,
    pub(crate) fresh: bool,
    pub(crate) variation: Position,
    pub(crate) rule: Position,
    pub(crate) bucket: Position,
    pub(crate) reason: Reason,
    pub(crate) scope: Option<Scope>,
    /// By line 3, not by line 6: what a prerequisite has to know.
    pub(crate) killed: bool,
}

impl<'a> Decision<'a> {
    #[inline]
    pub(crate) fn undecided() -> Decision<'a> {
        Decision {
            value: None,
            choice: None,
            experiment: None,
            variant: Position::NONE,
            fresh: false,
            variation: Position::NONE,
            rule: Position::NONE,
            bucket: Position::NONE,
            reason: Reason::Error,
            scope: None,
            killed: false,
        }
    }

    #[inline]
    pub(crate) fn decide(&mut self, reason: Reason, value: &'a Value, variation: Position) {
        self.reason = reason;
        self.value = Some(value);
        self.variation = variation;
    }

    #[inline]
    pub(crate) fn assignment(&self) -> Option<Assignment<'a>> {
        Some(Assignment { entry: self.experiment?, variant: self.variant.get()?, fresh: self.fresh })
    }
}

/// A unit's variant of an experiment, whether it was asked for directly or through a flag.
#[derive(Debug, Clone, Copy)]
pub struct Assignment<'a> {
    entry: &'a Entry,
    variant: u32,
    /// Allocated now, rather than stored or overridden.
    fresh: bool,
}

impl<'a> Assignment<'a> {
    /// The experiment's key.
    pub fn experiment(&self) -> &'a str {
        &self.entry.key
    }

    /// The variant's id.
    pub fn variant(&self) -> &'a str {
        self.as_variant().map_or("", |variant| &variant.id)
    }

    /// The variant's name for people, if it has one.
    pub fn name(&self) -> Option<&'a str> {
        self.as_variant()?.name.as_deref()
    }

    /// Whether the variant is the one that the others are compared with.
    pub fn is_control(&self) -> bool {
        self.as_variant().is_some_and(|variant| variant.is_control)
    }

    /// What the variant has to say: null where it has no configuration.
    pub fn config(&self) -> &'a Value {
        self.as_variant().map_or(&Value::Null, |variant| &variant.config)
    }

    /// The attribute that names the unit.
    pub fn unit_attribute(&self) -> &'a str {
        self.as_experiment().map_or("", |experiment| experiment.by.as_str())
    }

    /// Whether the caller should store it, to hand it back at the next evaluation.
    pub fn is_to_be_stored(&self) -> bool {
        self.fresh && self.as_experiment().is_some_and(|experiment| experiment.sticky)
    }

    fn as_variant(&self) -> Option<&'a Variant> {
        self.as_experiment()?.variants.get(self.variant as usize)
    }

    fn as_experiment(&self) -> Option<&'a Experiment> {
        match &self.entry.body {
            Body::Experiment(experiment) => Some(experiment),
            _ => None,
        }
    }
}

/// The rule that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleName<'a> {
    /// Its id.
    Id(&'a str),
    /// Its zero-based position in priority order.
    Position(u32),
}

impl std::fmt::Display for RuleName<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RuleName::Id(id) => f.write_str(id),
            RuleName::Position(position) => write!(f, "{position}"),
        }
    }
}

/// Two evaluations have the same fingerprint where their keys, variations and reasons are the same, and hardly ever
/// otherwise. It means nothing outside of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// A hash of the entry's key and of what its outcomes are called.
    pub entry: u64,
    /// The variation and the reason, below 2^40.
    pub outcome: u64,
}

/// The outcome of one evaluation, borrowed from the snapshot (and the overrides) that it was made with.
#[derive(Debug, Clone, Copy)]
pub struct Evaluation<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) entry: Option<&'a Entry>,
    pub(crate) decision: Decision<'a>,
    pub(crate) error: Option<ErrorCode>,
    pub(crate) overdue: bool,
}

impl<'a> Evaluation<'a> {
    /// What [`Snapshot::evaluate_as`] would have said: the same for a caller who wants a type.
    pub fn asked_as(self, asked: Asked) -> Evaluation<'a> {
        match self.answers(asked) {
            true => self,
            false => self.snapshot.failed(self.entry, ErrorCode::TypeMismatch),
        }
    }

    /// Whether a caller who wants this type is told just this.
    #[inline]
    pub fn answers(&self, asked: Asked) -> bool {
        match self.entry {
            Some(entry) if self.error.is_none() => {
                asked.fits_entry(&entry.body) && asked.admits(self.value())
            }
            _ => true,
        }
    }

    /// Whether it says the same as another one, also of another snapshot, but for the version.
    pub fn says_the_same(&self, other: &Evaluation<'_>) -> bool {
        self.value() == other.value()
            && self.value_type() == other.value_type()
            && self.variation() == other.variation()
            && (self.reason(), self.scope(), self.bucket()) == (other.reason(), other.scope(), other.bucket())
            && self.rule() == other.rule()
            && self.error == other.error
            && self.overdue == other.overdue
            && self.assigned() == other.assigned()
    }

    fn value_type(&self) -> Option<&'a ValueType> {
        match &self.entry?.body {
            Body::Flag(flag) => Some(&flag.value_type),
            _ => None,
        }
    }

    /// The experiment and its variant.
    fn assigned(&self) -> Option<(&'a str, &'a str)> {
        self.assignment().map(|assignment| (assignment.experiment(), assignment.variant()))
    }

    /// The value; none when there is an error (the caller's default stands) or an experiment gives no variant.
    #[inline]
    pub fn value(&self) -> Option<&'a Value> {
        self.decision.value
    }

    /// The key of the entry; none where there is no such entry.
    pub fn key(&self) -> Option<&'a str> {
        self.entry.filter(|_| self.error != Some(ErrorCode::FlagNotFound)).map(|entry| &*entry.key)
    }

    /// What stands for the key, the variation and the reason, for those who count. None where there is no such entry.
    #[inline]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        let entry = self.entry.filter(|_| self.error != Some(ErrorCode::FlagNotFound))?;
        let outcome = u64::from(self.decision.variation.number()) << 8 | self.decision.reason as u64;
        Some(Fingerprint { entry: entry.fingerprint, outcome })
    }

    /// The id of the variation or variant that the value is, if it is one.
    pub fn variation(&self) -> Option<&'a str> {
        let position = self.decision.variation.get()? as usize;
        match &self.entry?.body {
            Body::Flag(flag) => flag.variations.get(position).map(|variation| &*variation.id),
            Body::Experiment(experiment) => experiment.variants.get(position).map(|variant| &*variant.id),
            _ => None,
        }
    }

    /// Why.
    #[inline]
    pub fn reason(&self) -> Reason {
        self.decision.reason
    }

    /// Whose value it is; none when no scope decided.
    #[inline]
    pub fn scope(&self) -> Option<Scope> {
        self.decision.scope
    }

    /// The rule that decided, if one did.
    pub fn rule(&self) -> Option<RuleName<'a>> {
        let position = self.decision.rule.get()?;
        let Body::Flag(flag) = &self.entry?.body else { return None };
        let name = flag.rule_texts.get(position as usize)?;
        Some(name.id.as_deref().map_or(RuleName::Position(position), RuleName::Id))
    }

    /// The bucket that chose, 0 to 99999, if one did.
    #[inline]
    pub fn bucket(&self) -> Option<u32> {
        self.decision.bucket.get()
    }

    /// How many of the 100,000 buckets go to each variation or variant by the split that decided; empty when no bucket
    /// did.
    pub fn shares(&self) -> Vec<(&'a str, u32)> {
        let decided_by = self.decision.experiment.or(self.entry);
        let (Some(choice), Some(entry)) = (self.decision.choice, decided_by) else { return Vec::new() };
        let id = |index: u32| match &entry.body {
            Body::Flag(flag) => flag.variations.get(index as usize).map(|variation| &*variation.id),
            Body::Experiment(experiment) => {
                experiment.variants.get(index as usize).map(|variant| &*variant.id)
            }
            _ => None,
        };
        let mut shares: Vec<(&str, u32)> = Vec::new();
        for (id, width) in choice.widths().into_iter().filter_map(|(index, width)| Some((id(index)?, width)))
        {
            match shares.iter_mut().find(|(known, _)| *known == id) {
                Some((_, total)) => *total += width,
                None => shares.push((id, width)),
            }
        }
        shares
    }

    /// What went wrong, if something did.
    #[inline]
    pub fn error(&self) -> Option<ErrorCode> {
        self.error
    }

    /// The snapshot's version.
    #[inline]
    pub fn version(&self) -> u64 {
        self.snapshot.version()
    }

    /// Whether the entry is served beyond its expiry because it says `keep`.
    #[inline]
    pub fn is_overdue(&self) -> bool {
        self.overdue
    }

    /// The experiment that took part in it.
    #[inline]
    pub fn assignment(&self) -> Option<Assignment<'a>> {
        self.decision.assignment()
    }

    /// The unit that the experiment assigned, of the context that the evaluation was made with (and what was supplied to
    /// it): for exposures, and for what is to be stored.
    pub fn unit(&self, context: &impl Attributes) -> Option<String> {
        self.visit_unit(context, |unit| unit.map(str::to_owned))
    }

    /// As [`Evaluation::unit`], handed over without a copy.
    pub fn visit_unit<R>(&self, context: &impl Attributes, visitor: impl FnOnce(Option<&str>) -> R) -> R {
        let asker = Asker { context, supplied: None };
        match self.assignment().and_then(|assignment| assignment.as_experiment()) {
            Some(experiment) => visit_id(self.snapshot, asker, &experiment.by, visitor),
            None => visitor(None),
        }
    }

    /// What is wrong with the definition, when the error is [`ErrorCode::ParseError`].
    pub fn problem(&self) -> Option<&'a crate::problem::Problem> {
        match &self.entry?.body {
            Body::Invalid(invalid) => Some(&invalid.problem),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;
    use crate::{Context, Delta, Environment, Request, Snapshot, Timestamp};

    fn fingerprint(snapshot: &Snapshot, key: &str, user: &str) -> Option<Fingerprint> {
        let context = Context::new().with("user.id", user);
        snapshot.evaluate(key, &Request::new(&context, Timestamp::from_millis(0))).fingerprint()
    }

    fn load(text: &str) -> Snapshot {
        Snapshot::load_json(text.as_bytes(), Environment::Document).unwrap()
    }

    const ENTRIES: &str = r#"{"version": 1, "entries": [
        {"key": "a", "scopes": {"user": {"ann": {"serve": "on"}, "bob": {"serve": "off"}}}, "default": true},
        {"key": "b", "default": true},
        {"key": "s", "type": "segment", "condition": {}}]}"#;

    #[test]
    fn a_fingerprint_is_of_key_variation_and_reason() {
        let snapshot = load(ENTRIES);
        let all = [("a", "ann"), ("a", "bob"), ("a", "eve"), ("b", "ann")];
        let all: Vec<Fingerprint> =
            all.iter().map(|(key, user)| fingerprint(&snapshot, key, user).unwrap()).collect();
        for (position, one) in all.iter().enumerate() {
            assert!(!all[position + 1..].contains(one), "{all:?}");
        }
        assert_eq!(fingerprint(&snapshot, "b", "bob"), Some(all[3]), "whoever asks");
        assert_eq!(fingerprint(&snapshot, "s", "ann"), None);
        assert_eq!(fingerprint(&snapshot, "none", "ann"), None);
    }

    #[test]
    fn a_fingerprint_stays_with_the_names_that_it_stands_for() {
        let before = load(ENTRIES);
        let change = |variations: &str| {
            let delta = format!(
                r#"{{"from": 1, "version": 2, "entries": [{{"key": "b", "default": true, "variations": {variations}}}]}}"#
            );
            before.apply(Delta::parse_json(delta.as_bytes()).unwrap()).unwrap()
        };
        let same = r#"[{"id": "off", "value": false}, {"id": "on", "value": true}]"#;
        let other = r#"[{"id": "yes", "value": true}, {"id": "no", "value": false}]"#;
        let was = fingerprint(&before, "b", "ann");
        assert_eq!(fingerprint(&change(same), "b", "ann"), was);
        assert_ne!(fingerprint(&change(other), "b", "ann"), was);
        assert_eq!(fingerprint(&change(other), "a", "ann"), fingerprint(&before, "a", "ann"));
    }
}
