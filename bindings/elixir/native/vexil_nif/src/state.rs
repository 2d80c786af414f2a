//! How a client stands: `%Vexil.State{}`. Moments are in milliseconds since the epoch.

use rustler::{Encoder, Env, Term};
use vexil_client::{Change, Failure, State, Timestamp};
use vexil_ffi::Code;

use crate::atoms;
use crate::value::{structure, text, to_term};

pub(crate) fn state<'a>(env: Env<'a>, state: &State) -> Term<'a> {
    let nil = atoms::nil().to_term(env);
    let moment = |at: Option<Timestamp>| at.map(Timestamp::as_millis).encode(env);
    structure(
        env,
        &[
            (atoms::struct_name(), atoms::state_module().to_term(env)),
            (atoms::initialized(), state.initialized.encode(env)),
            (atoms::syncing(), state.syncing.encode(env)),
            (atoms::connection(), text(env, state.connection.as_str())),
            (atoms::last_sync_ms(), moment(state.last_sync)),
            (atoms::last_error(), state.last_error.as_ref().map_or(nil, |error| failure(env, error))),
            (atoms::version(), state.version.encode(env)),
            (atoms::origin(), text(env, state.origin.as_str())),
            (atoms::stale_since_ms(), moment(state.stale_since)),
            (atoms::restart_required(), state.restart_required.encode(env)),
            (atoms::overrides(), state.overrides.encode(env)),
        ],
    )
}

fn failure<'a>(env: Env<'a>, failure: &Failure) -> Term<'a> {
    let code = Code::from(failure.code);
    structure(
        env,
        &[
            (atoms::struct_name(), atoms::failure_module().to_term(env)),
            (atoms::code(), code.number().encode(env)),
            (atoms::name(), text(env, code.name())),
            (atoms::message(), text(env, &failure.message)),
            (atoms::at_ms(), failure.at.as_millis().encode(env)),
        ],
    )
}

pub(crate) fn change<'a>(env: Env<'a>, change: &Change) -> Term<'a> {
    let value = |value: &Option<_>| {
        value.as_ref().map_or_else(|| atoms::nil().to_term(env), |value| to_term(env, value, None))
    };
    structure(
        env,
        &[
            (atoms::struct_name(), atoms::change_module().to_term(env)),
            (atoms::namespace(), text(env, &change.namespace)),
            (atoms::key(), text(env, &change.key)),
            (atoms::old(), value(&change.old)),
            (atoms::new(), value(&change.new)),
            (atoms::origin(), text(env, change.origin.as_str())),
        ],
    )
}
