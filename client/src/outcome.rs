//! What a read comes to.

use vexil_core::{Asked, ErrorCode, Evaluation, Reason, Value};

/// Where the definitions came from that an evaluation was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Origin {
    /// There are none.
    #[default]
    Nowhere,
    /// They were handed over with the options.
    Bootstrap,
    /// The last known good, from disk.
    Cache,
    /// A file.
    File,
    /// The program itself.
    Memory,
    /// A control plane.
    Remote,
    /// The program registered it, and what is in force has no such key.
    Registered,
    /// The program set it while it runs: of changes, where what a key is now was set as an override or runtime value.
    Runtime,
}

impl Origin {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Nowhere => "none",
            Origin::Bootstrap => "bootstrap",
            Origin::Cache => "cache",
            Origin::File => "file",
            Origin::Memory => "memory",
            Origin::Remote => "remote",
            Origin::Registered => "registered",
            Origin::Runtime => "runtime",
        }
    }
}

/// An evaluation with what there is to know of the definitions that it was made with. It borrows from them.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    /// What the core says. What went wrong is better asked of [`Outcome::error`].
    pub evaluation: &'a Evaluation<'a>,
    /// Where the definitions came from.
    pub origin: Origin,
    /// How long ago somebody last said that they are the newest, in milliseconds; none while somebody does.
    pub stale_ms: Option<u64>,
}

impl<'a> Outcome<'a> {
    /// What went wrong, if something did. Where there are no definitions at all, no key is missing: nobody knows yet.
    #[inline]
    pub fn error(&self) -> Option<ErrorCode> {
        match self.evaluation.error() {
            Some(ErrorCode::FlagNotFound) if self.origin == Origin::Nowhere => {
                Some(ErrorCode::ProviderNotReady)
            }
            error => error,
        }
    }

    /// What exactly went wrong, for a person.
    pub fn message(&self) -> Option<String> {
        let problem = self.evaluation.problem().map(ToString::to_string);
        problem.or_else(|| self.error().map(|error| told(error).to_owned()))
    }

    /// The id of an experiment's variant, if this is what it gave.
    pub fn variant(&self, experiment: &str) -> Option<&'a str> {
        let assignment = self.evaluation.assignment()?;
        (assignment.experiment() == experiment).then(|| assignment.variant())
    }

    /// The configuration of that variant.
    pub fn variant_config(&self, experiment: &str) -> Option<&'a Value> {
        let assignment = self.evaluation.assignment()?;
        (assignment.experiment() == experiment).then(|| assignment.config())
    }
}

/// A value with all that there is to say of it, owned.
#[derive(Debug, Clone, PartialEq)]
pub struct Details<T> {
    /// The value; the caller's default where there is an error or no value.
    pub value: T,
    /// The id of the variation or variant, if the value is one.
    pub variation: Option<String>,
    /// Why.
    pub reason: Reason,
    /// What went wrong, if something did.
    pub error: Option<ErrorCode>,
    /// What exactly, for a person.
    pub message: Option<String>,
    /// The scope whose value it is: `user`, `tenant`, ...
    pub scope: Option<&'static str>,
    /// The rule that decided: its id, else its position.
    pub rule: Option<String>,
    /// The experiment that took part.
    pub experiment: Option<String>,
    /// The version of the definitions.
    pub version: u64,
    /// Where they came from.
    pub origin: Origin,
    /// How long nobody has said that they are the newest, in milliseconds; none while somebody does.
    pub stale_ms: Option<u64>,
}

/// The variant that an experiment has assigned, owned.
#[derive(Debug, Clone, PartialEq)]
pub struct Assigned {
    /// The experiment's key.
    pub experiment: String,
    /// The variant's id.
    pub variant: String,
    /// The variant's name for people. Control planes keep those to themselves.
    pub name: Option<String>,
    /// Whether it is the variant that the others are compared with.
    pub is_control: bool,
    /// The variant's configuration; null where it has none.
    pub config: Value,
    /// The unit that was assigned, such as the user's id; none where an override stands for it.
    pub unit: Option<String>,
    /// The attribute that names the unit: `user.id`.
    pub unit_attribute: String,
    /// [`Reason::Experiment`] or [`Reason::Override`].
    pub reason: Reason,
    /// The version of the definitions.
    pub version: u64,
    /// Where they came from.
    pub origin: Origin,
    /// How long nobody has said that they are the newest, in milliseconds; none while somebody does.
    pub stale_ms: Option<u64>,
}

/// A type that a value can be asked as.
pub(crate) trait Typed: Sized {
    /// The type, as the core names it.
    const ASKED: Asked;

    /// Takes it over; none where it is of another type.
    fn of(value: &Value) -> Option<Self>;
}

macro_rules! typed {
    ($($type:ty, $asked:ident, $take:expr;)+) => {
        $(impl Typed for $type {
            const ASKED: Asked = Asked::$asked;

            #[inline]
            fn of(value: &Value) -> Option<$type> {
                let take: fn(&Value) -> Option<$type> = $take;
                take(value)
            }
        })+
    };
}

typed! {
    bool, Boolean, Value::as_bool;
    i64, Integer, Value::as_int;
    f64, Float, Value::as_float;
    String, String, |value| value.as_str().map(str::to_owned);
    Value, Json, |value| Some(value.clone());
}

impl Outcome<'_> {
    /// All of it, owned; the default where there is no value.
    pub(crate) fn details<T: Typed>(&self, default: T) -> Details<T> {
        let evaluation = self.evaluation;
        Details {
            value: evaluation.value().and_then(T::of).unwrap_or(default),
            variation: evaluation.variation().map(str::to_owned),
            reason: evaluation.reason(),
            error: self.error(),
            message: self.message(),
            scope: evaluation.scope().map(|scope| scope.as_str()),
            rule: evaluation.rule().map(|rule| rule.to_string()),
            experiment: evaluation.assignment().map(|assignment| assignment.experiment().to_owned()),
            version: evaluation.version(),
            origin: self.origin,
            stale_ms: self.stale_ms,
        }
    }

    /// The variant of an experiment, where the context takes part in it. `unit` is the one that was assigned.
    pub(crate) fn assigned(&self, experiment: &str, unit: Option<String>) -> Option<Assigned> {
        let assignment = self.evaluation.assignment().filter(|found| found.experiment() == experiment)?;
        Some(Assigned {
            experiment: experiment.to_owned(),
            variant: assignment.variant().to_owned(),
            name: assignment.name().map(str::to_owned),
            is_control: assignment.is_control(),
            config: assignment.config().clone(),
            unit,
            unit_attribute: assignment.unit_attribute().to_owned(),
            reason: self.evaluation.reason(),
            version: self.evaluation.version(),
            origin: self.origin,
            stale_ms: self.stale_ms,
        })
    }
}

fn told(error: ErrorCode) -> &'static str {
    match error {
        ErrorCode::FlagNotFound => "there is no flag, configuration or experiment of this key",
        ErrorCode::TypeMismatch => "it is of another type than the one that was asked for",
        ErrorCode::ParseError => "its definition could not be loaded",
        ErrorCode::InvalidContext => "the context is not one",
        ErrorCode::ProviderNotReady => "there are no definitions yet, and no last known good",
    }
}
