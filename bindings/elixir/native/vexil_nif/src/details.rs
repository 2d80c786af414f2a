//! A value with all that there is to say of it: `%Vexil.Details{}`.

use rustler::{Encoder, Env, Term};
use vexil_client::{Asked, ErrorCode, Outcome, Reason};

use crate::atoms;
use crate::value::{structure, text, text_or_nil, told};

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
    structure(
        env,
        &[
            (atoms::struct_name(), atoms::details_module().to_term(env)),
            (atoms::value(), value.map_or(default, |value| told(env, value, asked))),
            (atoms::variation(), text_or_nil(env, evaluation.variation().filter(|_| is_told))),
            (atoms::reason(), text(env, reason.as_str())),
            (atoms::open_feature_reason(), text(env, reason.open_feature())),
            (atoms::error_code(), text_or_nil(env, error.map(ErrorCode::as_str))),
            (atoms::error_message(), text_or_nil(env, message.as_deref())),
            (
                atoms::scope(),
                text_or_nil(env, evaluation.scope().filter(|_| is_told).map(|scope| scope.as_str())),
            ),
            (atoms::rule(), text_or_nil(env, rule.as_deref())),
            (atoms::experiment(), text_or_nil(env, assignment.map(|assignment| assignment.experiment()))),
            (atoms::bucket(), evaluation.bucket().filter(|_| is_told).encode(env)),
            (atoms::overdue(), (is_told && evaluation.is_overdue()).encode(env)),
            (atoms::version(), evaluation.version().encode(env)),
            (atoms::origin(), text(env, outcome.origin.as_str())),
            (atoms::stale_ms(), outcome.stale_ms.encode(env)),
        ],
    )
}
