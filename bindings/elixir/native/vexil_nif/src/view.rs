//! Views: what keys are for one context at one moment.

use rustler::{Encoder, Env, NifResult, Resource, ResourceArc, Term};

use crate::atoms;
use crate::call;
use crate::context::laid_flat;
use crate::details::details;
use crate::errors;
use crate::reads::{asked, key};
use crate::value::{text, text_or_nil, told};

/// Evaluated once, and read as often as one likes; it never changes.
pub(crate) struct View {
    view: vexil_client::View,
}

#[rustler::resource_impl]
impl Resource for View {}

impl View {
    pub(crate) fn resource(view: vexil_client::View) -> ResourceArc<View> {
        ResourceArc::new(View { view })
    }
}

/// Lent for the call by the process that has it.
type Made<'a> = &'a View;

/// A value, or the caller's default.
#[inline]
fn value<'a>(
    env: Env<'a>,
    made: Term<'a>,
    name: Term<'a>,
    as_type: Term<'a>,
    default: Term<'a>,
) -> NifResult<Term<'a>> {
    let made: Made<'a> = made.decode()?;
    let asked = asked(as_type.decode()?);
    Ok(made.view.evaluate(key(name), asked, |outcome| match outcome.evaluation.value() {
        Some(value) => told(env, value, asked),
        None => default,
    }))
}
call::read!("view_value_here", value(made, name, as_type, default));

/// The same, with all that there is to say of it.
#[rustler::nif]
fn view_details<'a>(
    env: Env<'a>,
    made: Made<'a>,
    name: Term<'a>,
    as_type: u8,
    default: Term<'a>,
) -> Term<'a> {
    let asked = asked(as_type);
    made.view.evaluate(key(name), asked, |outcome| details(env, &outcome, None, asked, default))
}

/// The variant that an experiment gave, or `nil`.
#[rustler::nif]
fn view_variant<'a>(env: Env<'a>, made: Made<'a>, experiment: Term<'a>) -> Term<'a> {
    text_or_nil(env, made.view.variant(key(experiment)))
}

/// The configuration of that variant, or the default.
#[rustler::nif(name = "view_variant_config_here")]
fn view_variant_config<'a>(
    env: Env<'a>,
    made: Made<'a>,
    experiment: Term<'a>,
    default: Term<'a>,
) -> Term<'a> {
    made.view.variant_config(key(experiment)).map_or(default, |config| told(env, config, None))
}

/// What every key of the view came to.
#[rustler::nif(name = "dirty_view_all", schedule = "DirtyCpu")]
fn view_all<'a>(env: Env<'a>, made: Made) -> Term<'a> {
    let nil = atoms::nil().to_term(env);
    let all = made.view.iter();
    let all: Vec<_> =
        all.map(|(key, outcome)| (text(env, key), details(env, &outcome, None, None, nil))).collect();
    all.encode(env)
}

/// A view that is made now: for the same context where that is `nil`, else for this one.
#[rustler::nif(name = "dirty_view_renew", schedule = "DirtyCpu")]
fn view_renew<'a>(env: Env<'a>, made: Made<'a>, context: Term<'a>) -> Term<'a> {
    let context = match atoms::nil() == context {
        true => Ok(made.view.context().clone()),
        false => laid_flat(context),
    };
    let renewed = context.map(|context| {
        let mut view = made.view.clone();
        view.renew_with(context);
        View::resource(view)
    });
    errors::made(env, renewed)
}

/// Whether a view that is made now would say the same, as far as can be told.
#[rustler::nif]
fn view_is_current(made: Made<'_>) -> bool {
    made.view.is_current()
}

/// The version of the definitions that it was made with, where they came from, and how stale they were.
#[rustler::nif]
fn view_origin<'a>(env: Env<'a>, made: Made) -> Term<'a> {
    let view = &made.view;
    (view.version(), text(env, view.origin().as_str()), view.stale_ms()).encode(env)
}
