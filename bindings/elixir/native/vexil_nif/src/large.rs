//! Values that take longer to make than a process's turn. Whoever asks for one gets a copy of it, which takes a part of
//! that time, and has its terms made on a dirty scheduler. To evaluate there again would count what was asked once twice.

use std::sync::{Mutex, PoisonError};

use rustler::{Encoder, Env, Resource, ResourceArc, Term};
use vexil_client::Value;

use crate::atoms;
use crate::value::to_term;

/// Terms that a value has at most, if it is made where it is asked for.
const TERMS_HERE: usize = 1_000;
/// Bytes of text that take as long to copy as a term to make.
const BYTES_OF_TERM: usize = 1 << 10;

/// A copy of a value, until its terms are made.
pub(crate) struct Large {
    value: Mutex<Option<Value>>,
}

#[rustler::resource_impl]
impl Resource for Large {}

/// Whether a value takes too long to make where it is asked for.
pub(crate) fn is_large(value: &Value) -> bool {
    take_off(TERMS_HERE, value).is_none()
}

/// What is left of so many terms without those of a value.
fn take_off(left: usize, value: &Value) -> Option<usize> {
    match value {
        Value::Str(text) => take_text_off(left, text),
        Value::List(items) => items.iter().try_fold(left.checked_sub(1)?, take_off),
        Value::Object(members) => {
            let member =
                |left, (name, value): &(Box<str>, Value)| take_off(take_text_off(left, name)?, value);
            members.iter().try_fold(left.checked_sub(1)?, member)
        }
        _ => left.checked_sub(1),
    }
}

fn take_text_off(left: usize, text: &str) -> Option<usize> {
    left.checked_sub(1 + text.len() / BYTES_OF_TERM)
}

/// What says that the terms of a value are to be made elsewhere: `Vexil.Native.made/1` does so.
pub(crate) fn set_aside<'a>(env: Env<'a>, value: &Value) -> Term<'a> {
    let large = ResourceArc::new(Large { value: Mutex::new(Some(value.clone())) });
    (atoms::large(), large).encode(env)
}

/// Makes its terms, once; what was copied is freed here as well.
#[rustler::nif(name = "dirty_made", schedule = "DirtyCpu")]
fn made<'a>(env: Env<'a>, large: ResourceArc<Large>) -> Term<'a> {
    let value = large.value.lock().unwrap_or_else(PoisonError::into_inner).take();
    to_term(env, &value.unwrap_or(Value::Null), None)
}
