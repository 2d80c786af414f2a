//! Reads: what the core says, as terms. None of them fails for a context: the caller's default is what it comes to.

use rustler::{Encoder, Env, Error, NifResult, ResourceArc, Term};
use vexil_client::{Asked, Keys, Outcome};
use vexil_ffi::Code;

use crate::asker::{Asker, with_asker};
use crate::atoms;
use crate::call;
use crate::client::Held;
use crate::context::laid_flat;
use crate::details::details;
use crate::errors::{self, Failed, Result};
use crate::shape;
use crate::value::{text, text_or_nil, to_term, told};
use crate::view::View;

type Client = ResourceArc<Held>;

/// The type that is asked for, by the numbers that `Vexil.Native` gives them; 0 asks for none.
pub(crate) fn asked(number: u8) -> Option<Asked> {
    match number {
        1 => Some(Asked::Boolean),
        2 => Some(Asked::Integer),
        3 => Some(Asked::Float),
        4 => Some(Asked::String),
        5 => Some(Asked::Json),
        _ => None,
    }
}

/// A key. What is no Unicode is no key, and no key is empty.
#[inline]
pub(crate) fn key(term: Term<'_>) -> &str {
    let key = shape::binary(term).unwrap_or_default();
    #[cfg(feature = "fail-on-purpose")]
    crate::provoke::look_at(key);
    key
}

/// Makes two native functions of one: one that reads where the process is, and says that it waits, before anything is
/// counted, where the store of the client may be a file; and one on a dirty scheduler, which [`crate::call::own`] is for.
macro_rules! read_somewhere {
    ($here:literal, $dirty:literal, $function:ident($($argument:ident),+)) => {
        const _: () = {
            #[inline]
            fn here<'a>(env: Env<'a>, client: Term<'a>, $($argument: Term<'a>),+) -> NifResult<Term<'a>> {
                let held: &Held = client.decode()?;
                match held.waits() {
                    false => Ok($function(env, held, $($argument.decode()?),+)),
                    true => Ok(atoms::wait().to_term(env)),
                }
            }
            call::read!($here, here(client, $($argument),+));

            #[rustler::nif(name = $dirty, schedule = "DirtyIo")]
            fn dirty<'a>(env: Env<'a>, client: Term<'a>, $($argument: Term<'a>),+) -> NifResult<Term<'a>> {
                Ok($function(env, client.decode()?, $($argument.decode()?),+))
            }
        };
    };
}

/// A value, or the caller's default.
#[inline]
fn value<'a>(
    env: Env<'a>,
    client: &'a Held,
    name: Term<'a>,
    context: Term<'a>,
    as_type: u8,
    default: Term<'a>,
) -> Term<'a> {
    let asked = asked(as_type);
    with_asker!(env, context, |asker| {
        read(client, name, asker, asked, |outcome, refused| match outcome.evaluation.value() {
            Some(value) if refused.is_none() => told(env, value, asked),
            _ => default,
        })
    })
}
read_somewhere!("value_here", "dirty_value", value(name, context, as_type, default));

/// The same, with all that there is to say of it.
fn with_details<'a>(
    env: Env<'a>,
    client: &'a Held,
    name: Term<'a>,
    context: Term<'a>,
    as_type: u8,
    default: Term<'a>,
) -> Term<'a> {
    let asked = asked(as_type);
    with_asker!(env, context, |asker| {
        read(client, name, asker, asked, |outcome, refused| {
            details(env, &outcome, refused.as_deref(), asked, default)
        })
    })
}
read_somewhere!("details_here", "dirty_details", with_details(name, context, as_type, default));

/// The variant that an experiment gives whoever asks, or `nil`.
fn variant<'a>(env: Env<'a>, client: &'a Held, experiment: Term<'a>, context: Term<'a>) -> Term<'a> {
    with_asker!(env, context, |asker| {
        read(client, experiment, asker, None, |outcome, refused| {
            text_or_nil(env, outcome.variant(key(experiment)).filter(|_| refused.is_none()))
        })
    })
}
read_somewhere!("variant_here", "dirty_variant", variant(experiment, context));

/// The configuration of that variant, or the default.
fn variant_config<'a>(
    env: Env<'a>,
    client: &'a Held,
    experiment: Term<'a>,
    context: Term<'a>,
    default: Term<'a>,
) -> Term<'a> {
    with_asker!(env, context, |asker| {
        read(client, experiment, asker, None, |outcome, refused| {
            let config = outcome.variant_config(key(experiment)).filter(|_| refused.is_none());
            config.map_or(default, |config| told(env, config, None))
        })
    })
}
read_somewhere!("variant_config_here", "dirty_variant_config", variant_config(experiment, context, default));

/// What every key comes to, by what is in force at one moment. Each is refused by itself what it asks for.
#[rustler::nif(name = "dirty_evaluate_all", schedule = "DirtyCpu")]
fn evaluate_all<'a>(env: Env<'a>, client: Client, context: Term<'a>) -> Term<'a> {
    let mut all = Vec::new();
    with_asker!(env, context, |asker| {
        client.client().evaluate_all(asker, |key, outcome| {
            let refused = asker.refusal();
            let details = details(env, &outcome, refused.as_deref(), None, atoms::nil().to_term(env));
            all.push((text(env, key), details));
        });
    });
    all.encode(env)
}

/// How an evaluation came about: as text, and as terms.
#[rustler::nif(name = "dirty_explain", schedule = "DirtyCpu")]
fn explain<'a>(env: Env<'a>, client: Client, name: Term<'a>, context: Term<'a>) -> Term<'a> {
    let explained = with_asker!(env, context, |asker| explained(&client, key(name), asker));
    match explained {
        Ok((trace, json)) => match crate::value::from_json(json.as_bytes()) {
            Ok(steps) => (atoms::ok(), text(env, &trace), to_term(env, &steps, None)).encode(env),
            Err(failed) => failed.encode(env),
        },
        Err(failed) => failed.encode(env),
    }
}

fn explained(client: &Client, key: &str, asker: &impl Asker) -> Result<(String, String)> {
    let trace = client.client().explain(key, asker);
    if let Some(message) = asker.refusal() {
        return Err(Failed::new(Code::InvalidContext, message));
    }
    let json =
        serde_json::to_string(&trace).map_err(|error| Failed::new(Code::Internal, error.to_string()))?;
    Ok((trace.to_string(), json))
}

/// All keys or some, evaluated once for one context. `keys` is a list, or `nil` for all.
#[rustler::nif(name = "dirty_view_new", schedule = "DirtyCpu")]
fn view<'a>(env: Env<'a>, client: Client, context: Term<'a>, keys: Term<'a>) -> NifResult<Term<'a>> {
    let keys = match keys.decode::<Option<Vec<&str>>>() {
        Ok(None) => Keys::All,
        Ok(Some(keys)) => Keys::of(keys),
        Err(_) => return Err(Error::BadArg),
    };
    let view = laid_flat(context).map(|context| View::resource(client.client().view(context, keys)));
    Ok(errors::made(env, view))
}

/// Evaluates; `take` is handed what it came to, and why the context is none if it is none.
#[inline]
fn read<R>(
    client: &Held,
    name: Term<'_>,
    asker: &impl Asker,
    asked: Option<Asked>,
    take: impl FnOnce(Outcome<'_>, Option<String>) -> R,
) -> R {
    client.client().evaluate(key(name), asked, asker, |outcome| {
        let refused = asker.refusal();
        if let Some(why) = &refused {
            client.warn(why);
        }
        take(outcome, refused)
    })
}
