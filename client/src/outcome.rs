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
        }
    }
}

/// An evaluation with what there is to know of the definitions that it was made with. It borrows from them.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    /// What the core says.
    pub evaluation: Evaluation<'a>,
    /// Where the definitions came from.
    pub origin: Origin,
    /// How long ago somebody last said that they are the newest, in milliseconds; none while somebody does.
    pub stale_ms: Option<u64>,
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
    /// What went wrong, if something did. Without any definitions no key can be told not to be there.
    #[inline]
    pub fn error(&self) -> Option<ErrorCode> {
        match (self.origin, self.evaluation.error()) {
            (Origin::Nowhere, Some(ErrorCode::FlagNotFound)) => Some(ErrorCode::ProviderNotReady),
            (_, error) => error,
        }
    }

    /// All of it, owned; the default where there is no value.
    pub(crate) fn details<T: Typed>(&self, default: T) -> Details<T> {
        let evaluation = &self.evaluation;
        let message = evaluation.problem().map(ToString::to_string);
        Details {
            value: evaluation.value().and_then(T::of).unwrap_or(default),
            variation: evaluation.variation().map(str::to_owned),
            reason: evaluation.reason(),
            error: self.error(),
            message: message.or_else(|| self.error().map(|error| told(error).to_owned())),
            scope: evaluation.scope().map(|scope| scope.as_str()),
            rule: evaluation.rule().map(|rule| rule.to_string()),
            experiment: evaluation.assignment().map(|assignment| assignment.experiment().to_owned()),
            version: evaluation.version(),
            origin: self.origin,
            stale_ms: self.stale_ms,
        }
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
