//! Evaluations with all that there is to say of them, as bytes.

use vexil_client::{Asked, Outcome};
use vexil_ffi::Code;
use vexil_ffi::fault::Fault;

use crate::tree;

/// The length of a text that is not there.
const ABSENT: u32 = u32::MAX;

/// The types that can be asked for, by the places of their bits in what a view says of an entry.
pub(crate) const ASKED: [Asked; 5] =
    [Asked::Boolean, Asked::Integer, Asked::Float, Asked::String, Asked::Json];

/// The type of a number: 0 is whatever it is, and the others are those of [`ASKED`] from 1 on.
pub(crate) fn asked_of(number: i32) -> Result<Option<Asked>, Fault> {
    if number == 0 {
        return Ok(None);
    }
    let found = usize::try_from(number - 1).ok().and_then(|place| ASKED.get(place).copied());
    found
        .map(Some)
        .ok_or_else(|| Fault::new(Code::InvalidValue, format!("there is no type {number} to ask for")))
}

/// Writes an evaluation. What asked for a float is given one, also where it was written without a fraction.
pub(crate) fn details(outcome: &Outcome<'_>, asked: Option<Asked>, into: &mut Vec<u8>) {
    let evaluation = outcome.evaluation;
    into.extend(outcome.error().map_or(Code::Ok, Code::from).number().to_be_bytes());
    match evaluation.value() {
        None => into.push(0),
        Some(value) => {
            into.push(1);
            match value.as_float().filter(|_| asked == Some(Asked::Float)) {
                Some(value) => tree::write_float(value, into),
                None => tree::write(value, into),
            }
        }
    }
    optional(evaluation.variation(), into);
    tree::write_text(evaluation.reason().as_str(), into);
    tree::write_text(evaluation.reason().open_feature(), into);
    optional(outcome.message().as_deref(), into);
    optional(evaluation.scope().map(|scope| scope.as_str()), into);
    optional(evaluation.rule().map(|rule| rule.to_string()).as_deref(), into);
    optional(evaluation.assignment().map(|assignment| assignment.experiment()), into);
    let bucket = evaluation.bucket().and_then(|bucket| i32::try_from(bucket).ok());
    into.extend(bucket.unwrap_or(-1).to_be_bytes());
    into.push(u8::from(evaluation.is_overdue()));
    into.extend(evaluation.version().to_be_bytes());
    tree::write_text(outcome.origin.as_str(), into);
    age(outcome.stale_ms, into);
}

/// Milliseconds; -1 where there are none.
pub(crate) fn age(milliseconds: Option<u64>, into: &mut Vec<u8>) {
    let age = milliseconds.map_or(-1, |age| i64::try_from(age).unwrap_or(i64::MAX));
    into.extend(age.to_be_bytes());
}

pub(crate) fn optional(text: Option<&str>, into: &mut Vec<u8>) {
    match text {
        Some(text) => tree::write_text(text, into),
        None => into.extend(ABSENT.to_be_bytes()),
    }
}
