//! Reads: what every request does. The code says why there is no value; the caller's own stands then.

use vexil_client::{Asked, Context, Outcome, ThreadClient, Value};

use super::client::ClientHandle;
use super::context::ContextHandle;
use super::give;
use super::text::{Buffer, Text};
use crate::fault::Fault;
use crate::guard::{evaluating, guarded};
use crate::reading::with_both;
use crate::{Code, json};

/// A client and a context, for as long as a read lasts.
#[inline]
pub(super) fn reading<R>(
    client: ClientHandle,
    context: ContextHandle,
    read: impl FnOnce(ThreadClient<'_>, &Context) -> R,
) -> Result<R, Fault> {
    with_both(client.id, context.id, read)
}

/// Whether a flag is on. It is not where it is none, is not known, or an argument is wrong.
///
/// # Safety
///
/// `key` is as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_is_enabled(client: ClientHandle, key: Text, context: ContextHandle) -> bool {
    let mut value = false;
    // SAFETY: as the caller promises.
    unsafe { vexil_get_bool(client, key, context, 0, &raw mut value) };
    value
}

/// A flag or config that is `true` or `false`. Whatever the code says, `value` is set: to the fallback where there is
/// none. Of a fallback, 0 is false and all else is true.
///
/// # Safety
///
/// `key` is as it says; `value` is null, or leads to room for a `bool`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_get_bool(
    client: ClientHandle,
    key: Text,
    context: ContextHandle,
    fallback: u8,
    value: *mut bool,
) -> Code {
    // SAFETY: as the caller promises.
    unsafe { get(client, key, context, Asked::Boolean, Value::as_bool, fallback != 0, value) }
}

/// A flag or config that is an integer. Whatever the code says, `value` is set.
///
/// # Safety
///
/// `key` is as it says; `value` is null, or leads to room for an `int64_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_get_int(
    client: ClientHandle,
    key: Text,
    context: ContextHandle,
    fallback: i64,
    value: *mut i64,
) -> Code {
    // SAFETY: as the caller promises.
    unsafe { get(client, key, context, Asked::Integer, Value::as_int, fallback, value) }
}

/// A flag or config that is a float, or an integer that a float holds exactly. Whatever the code says, `value` is set.
///
/// # Safety
///
/// `key` is as it says; `value` is null, or leads to room for a `double`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_get_float(
    client: ClientHandle,
    key: Text,
    context: ContextHandle,
    fallback: f64,
    value: *mut f64,
) -> Code {
    // SAFETY: as the caller promises.
    unsafe { get(client, key, context, Asked::Float, Value::as_float, fallback, value) }
}

/// A flag or config that is text.
///
/// # Safety
///
/// `key` is as it says; `value` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_get_string(
    client: ClientHandle,
    key: Text,
    context: ContextHandle,
    value: *mut Buffer,
) -> Code {
    // SAFETY: as the caller promises.
    unsafe {
        get_text(client, key, context, Some(Asked::String), value, |outcome, fill| {
            outcome.evaluation.value().and_then(Value::as_str).map_or(Ok(()), fill)
        })
    }
}

/// A flag or config that is JSON, as compact text.
///
/// # Safety
///
/// `key` is as it says; `value` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_get_json(
    client: ClientHandle,
    key: Text,
    context: ContextHandle,
    value: *mut Buffer,
) -> Code {
    // SAFETY: as the caller promises.
    unsafe {
        get_text(client, key, context, Some(Asked::Json), value, |outcome, fill| {
            outcome.evaluation.value().map_or(Ok(()), |value| fill(&value.to_string()))
        })
    }
}

/// The id of the variant that an experiment gives; empty where the context takes no part, or the key is of something
/// else.
///
/// # Safety
///
/// `experiment` is as it says; `variant` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_variant(
    client: ClientHandle,
    experiment: Text,
    context: ContextHandle,
    variant: *mut Buffer,
) -> Code {
    // SAFETY: as the caller promises.
    unsafe {
        get_text(client, experiment, context, None, variant, |outcome, fill| {
            // SAFETY: as the caller promises.
            let experiment = experiment.read("the experiment")?;
            outcome.variant(experiment).map_or(Ok(()), fill)
        })
    }
}

/// The configuration of that variant, as compact JSON; empty where the context takes no part.
///
/// # Safety
///
/// `experiment` is as it says; `config` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_variant_config(
    client: ClientHandle,
    experiment: Text,
    context: ContextHandle,
    config: *mut Buffer,
) -> Code {
    // SAFETY: as the caller promises.
    unsafe {
        get_text(client, experiment, context, None, config, |outcome, fill| {
            // SAFETY: as the caller promises.
            let experiment = experiment.read("the experiment")?;
            outcome.variant_config(experiment).map_or(Ok(()), |config| fill(&config.to_string()))
        })
    }
}

/// How an evaluation comes about, step by step: for a person to read, or, where `as_json` is not 0, in JSON.
///
/// # Safety
///
/// `key` is as it says; `text` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_explain(
    client: ClientHandle,
    key: Text,
    context: ContextHandle,
    as_json: u8,
    text: *mut Buffer,
) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { key.read("the key") }?;
        let trace = reading(client, context, |client, context| client.explain(key, context))?;
        let told = if as_json == 0 { trace.to_string() } else { json::written(&trace)? };
        // SAFETY: as the caller promises.
        unsafe { Buffer::fill(text, &told) }
    })
}

#[inline]
unsafe fn get<T: Copy>(
    client: ClientHandle,
    key: Text,
    context: ContextHandle,
    asked: Asked,
    of: fn(&Value) -> Option<T>,
    fallback: T,
    into: *mut T,
) -> Code {
    evaluating(|| {
        // First, so that it is set whatever happens.
        // SAFETY: as the caller promises.
        unsafe { give(into, fallback) }?;
        // SAFETY: as the caller promises.
        let key = unsafe { key.read("the key") }?;
        let (value, code) = reading(client, context, |client, context| {
            client.evaluate(key, Some(asked), context, |outcome| {
                (outcome.evaluation.value().and_then(of), code_of(&outcome))
            })
        })?;
        if let Some(value) = value {
            // SAFETY: as the caller promises.
            unsafe { give(into, value) }?;
        }
        Ok(code)
    })
}

/// Evaluates, and has `take` fill the buffer with what it comes to.
///
/// # Safety
///
/// `key` and `into` are as they say.
unsafe fn get_text(
    client: ClientHandle,
    key: Text,
    context: ContextHandle,
    asked: Option<Asked>,
    into: *mut Buffer,
    take: impl FnOnce(&Outcome<'_>, &mut dyn FnMut(&str) -> Result<(), Fault>) -> Result<(), Fault>,
) -> Code {
    evaluating(|| {
        // SAFETY: as the caller promises.
        unsafe { Buffer::emptied(into) }?;
        // SAFETY: as the caller promises.
        let key = unsafe { key.read("the key") }?;
        reading(client, context, |client, context| {
            client.evaluate(key, asked, context, |outcome| {
                // SAFETY: as the caller promises.
                take(&outcome, &mut |text| unsafe { Buffer::fill(into, text) })?;
                Ok(code_of(&outcome))
            })
        })?
    })
}

/// What went wrong with an evaluation, if something did.
#[inline]
pub(super) fn code_of(outcome: &Outcome<'_>) -> Code {
    outcome.error().map_or(Code::Ok, Code::from)
}
