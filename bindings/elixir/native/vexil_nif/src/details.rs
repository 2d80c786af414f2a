//! A value with all that there is to say of it. `Vexil.Details` names what is here in order: a struct whose names are in
//! the program's code is made in a fraction of the time that a map takes here.

use rustler::types::tuple::make_tuple;
use rustler::{Encoder, Env, Term};
use vexil_client::{Asked, ErrorCode, Outcome, Reason};

use crate::value::{text, text_or_nil, told};

/// Of an outcome; the caller's default is the value where there is none, and where the context was refused.
pub(crate) fn details<'a>(
    env: Env<'a>,
    outcome: &Outcome<'_>,
    refused: Option<&str>,
    asked: Option<Asked>,
    default: Term<'a>,
) -> Term<'a> {
    let evaluation = outcome.evaluation;
    let is_told = refused.is_none();
    let reason = if is_told { evaluation.reason() } else { Reason::Error };
    let error = if is_told { outcome.error() } else { Some(ErrorCode::InvalidContext) };
    let message = refused.map(str::to_owned).or_else(|| outcome.message());
    let value = evaluation.value().filter(|_| is_told);
    let rule = evaluation.rule().filter(|_| is_told).map(|rule| rule.to_string());
    let assignment = evaluation.assignment().filter(|_| is_told);
    let all = [
        value.map_or(default, |value| told(env, value, asked)),
        text_or_nil(env, evaluation.variation().filter(|_| is_told)),
        text(env, reason.as_str()),
        text(env, reason.open_feature()),
        text_or_nil(env, error.map(ErrorCode::as_str)),
        text_or_nil(env, message.as_deref()),
        text_or_nil(env, evaluation.scope().filter(|_| is_told).map(|scope| scope.as_str())),
        text_or_nil(env, rule.as_deref()),
        text_or_nil(env, assignment.map(|assignment| assignment.experiment())),
        evaluation.bucket().filter(|_| is_told).encode(env),
        (is_told && evaluation.is_overdue()).encode(env),
        evaluation.version().encode(env),
        text(env, outcome.origin.as_str()),
        outcome.stale_ms.encode(env),
    ];
    make_tuple(env, &all)
}
