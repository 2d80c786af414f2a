//! Keys by number, for the whole process: a program asks for the same few again and again, and to hand over a text costs
//! more than most evaluations. By a number, it is also remembered where the entry was found.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use jni_sys::{jbyteArray, jclass, jint};
use vexil_core::Key;
use vexil_core::limits::KEY_BYTES;
use vexil_ffi::Code;
use vexil_ffi::fault::Fault;
use vexil_ffi::guard::guarded;

use crate::jvm::{Jvm, text};

/// How many keys are given a number. They are never taken back, for programs do not ask for ever other keys; where one
/// does, what comes later is handed over as text.
const KEYS: usize = 1 << 16;

/// No number: the key is handed over as text.
const NONE: jint = -1;
/// Likewise, and no other key is given one from now on.
const NO_MORE: jint = -2;

static KNOWN: [OnceLock<Key>; KEYS] = [const { OnceLock::new() }; KEYS];
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// The key of a number; of none, that of the text, which takes the place of nothing.
#[inline]
pub(crate) fn key(
    jvm: Jvm,
    number: jint,
    bytes: jbyteArray,
    nothing: &mut Option<Key>,
) -> Result<&Key, Fault> {
    match usize::try_from(number).ok().and_then(|number| KNOWN.get(number)?.get()) {
        Some(key) => Ok(key),
        None => unknown(jvm, number, bytes).map(|key| &*nothing.insert(key)),
    }
}

#[cold]
fn unknown(jvm: Jvm, number: jint, bytes: jbyteArray) -> Result<Key, Fault> {
    if number == NONE {
        return Ok(Key::new(text(&jvm.bytes(bytes)?)?));
    }
    Err(Fault::new(Code::InvalidHandle, "the number is no key's"))
}

/// Gives a key a number; `NO_MORE` where there is none left, and `NONE` where this is no key.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_keyNumber(jvm: Jvm, _: jclass, bytes: jbyteArray) -> jint {
    let mut number = NONE;
    guarded(|| {
        let bytes = jvm.bytes(bytes)?;
        let key = text(&bytes)?;
        if key.len() <= KEY_BYTES {
            number = remember(key);
        }
        Ok(())
    });
    number
}

fn remember(key: &str) -> jint {
    if NEXT.load(Ordering::Relaxed) >= KEYS {
        return NO_MORE;
    }
    let place = NEXT.fetch_add(1, Ordering::Relaxed);
    match KNOWN.get(place) {
        Some(free) if free.set(Key::new(key)).is_ok() => jint::try_from(place).unwrap_or(NONE),
        _ => NO_MORE,
    }
}
