//! Reads: what every request does. The code says why there is no value; the caller's own stands then.

use vexil_client::{Asked, Client, Context, Outcome};
use vexil_core::Value;

use super::client::ClientHandle;
use super::context::ContextHandle;
use super::give;
use super::guard::{Fault, evaluating, guarded};
use super::text::{Buffer, Text};
use crate::Code;

/// A client and a context, for as long as a read lasts.
#[inline]
pub(super) fn reading<R>(
    client: ClientHandle,
    context: ContextHandle,
    read: impl FnOnce(&Client, &Context) -> R,
) -> Result<R, Fault> {
    client.with(|client| context.with(|context| read(client, context)))?
}

/// Whether a flag is on: 1 or 0, and 0 where it is none, is not known, or an argument is wrong.
///
/// # Safety
///
/// `key` is as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_is_enabled(client: ClientHandle, key: Text, context: ContextHandle) -> u8 {
    let mut value = false;
    // SAFETY: as the caller promises.
    unsafe { vexil_get_bool(client, key, context, false, &raw mut value) };
    u8::from(value)
}

/// A flag or config that is `true` or `false`. Whatever the code says, `value` is set: to the fallback where there is
/// none.
///
/// # Safety
///
/// `key` is as it says; `value` is null, or leads to room for a `bool`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_get_bool(
    client: ClientHandle,
    key: Text,
    context: ContextHandle,
    fallback: bool,
    value: *mut bool,
) -> Code {
    // SAFETY: as the caller promises.
    unsafe { get(client, key, context, Asked::Boolean, Value::as_bool, fallback, value) }
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
        get_text(client, key, context, Some(Asked::String), value, |outcome, take| {
            outcome.evaluation.value().and_then(Value::as_str).map(take)
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
        get_text(client, key, context, Some(Asked::Json), value, |outcome, take| {
            outcome.evaluation.value().map(|value| take(&value.to_string()))
        })
    }
}

/// The id of the variant that an experiment gives; empty where the context takes no part.
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
    guarded(|| {
        // SAFETY: as the caller promises.
        let experiment = unsafe { experiment.read("the experiment") }?;
        let found = reading(client, context, |client, context| client.variant(experiment, context))?;
        // SAFETY: as the caller promises.
        unsafe { Buffer::fill(variant, found.as_deref().unwrap_or_default()) }
    })
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
    guarded(|| {
        // SAFETY: as the caller promises.
        let experiment = unsafe { experiment.read("the experiment") }?;
        let found = reading(client, context, |client, context| client.variant_config(experiment, context))?;
        let text = found.map(|value| value.to_string()).unwrap_or_default();
        // SAFETY: as the caller promises.
        unsafe { Buffer::fill(config, &text) }
    })
}

/// How an evaluation comes about, step by step, for a person to read.
///
/// # Safety
///
/// `key` is as it says; `text` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_explain(
    client: ClientHandle,
    key: Text,
    context: ContextHandle,
    text: *mut Buffer,
) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { key.read("the key") }?;
        let trace = reading(client, context, |client, context| client.explain(key, context))?;
        // SAFETY: as the caller promises.
        unsafe { Buffer::fill(text, &trace.to_string()) }
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

unsafe fn get_text(
    client: ClientHandle,
    key: Text,
    context: ContextHandle,
    asked: Option<Asked>,
    into: *mut Buffer,
    take: impl FnOnce(&Outcome<'_>, &mut dyn FnMut(&str) -> Result<(), Fault>) -> Option<Result<(), Fault>>,
) -> Code {
    evaluating(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { key.read("the key") }?;
        reading(client, context, |client, context| {
            client.evaluate(key, asked, context, |outcome| {
                // SAFETY: as the caller promises.
                let found = take(&outcome, &mut |text| unsafe { Buffer::fill(into, text) });
                match found {
                    Some(filled) => filled.map(|()| code_of(&outcome)),
                    None => {
                        // SAFETY: as the caller promises.
                        unsafe { Buffer::fill(into, "") }?;
                        Ok(code_of(&outcome))
                    }
                }
            })
        })?
    })
}

/// What went wrong with an evaluation, if something did.
#[inline]
pub(super) fn code_of(outcome: &Outcome<'_>) -> Code {
    outcome.error().map_or(Code::Ok, Code::from)
}
