//! Texts that values come to, as strings that are made once: variations are few, and to make a string costs as much as an
//! evaluation.

use std::hash::{BuildHasher, Hasher};
use std::sync::OnceLock;

use foldhash::fast::FixedState;
use jni_sys::{_jobject, jstring};

use crate::jvm::Jvm;

/// How many texts are kept, for as long as the process lasts. Others are made anew each time.
const TEXTS: usize = 1 << 12;
/// Bytes of a text that is kept; of longer ones there may be many.
const TEXT_BYTES: usize = 128;
/// How many places are looked at.
const PLACES: usize = 8;

static KEPT: [OnceLock<Kept>; TEXTS] = [const { OnceLock::new() }; TEXTS];

struct Kept {
    text: Box<str>,
    /// A global reference, which is never deleted.
    string: *mut _jobject,
}

// SAFETY: a global reference is of all threads, and nobody writes to either.
unsafe impl Send for Kept {}
// SAFETY: likewise.
unsafe impl Sync for Kept {}

/// The string of a text; null, with an exception that is thrown on return, where there is no memory.
#[inline]
pub(crate) fn string(jvm: Jvm, text: &str) -> jstring {
    if text.len() > TEXT_BYTES {
        return jvm.string(text);
    }
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(text.as_bytes());
    let first = usize::try_from(hasher.finish() % TEXTS as u64).unwrap_or_default();
    for place in first..first + PLACES {
        let Some(slot) = KEPT.get(place % TEXTS) else { break };
        match slot.get() {
            Some(kept) if *kept.text == *text => return kept.string,
            Some(_) => {}
            None => return keep(jvm, text, slot),
        }
    }
    jvm.string(text)
}

#[cold]
fn keep(jvm: Jvm, text: &str, slot: &OnceLock<Kept>) -> jstring {
    let made = jvm.string(text);
    let string = jvm.keep(made);
    if string.is_null() {
        return made;
    }
    if slot.set(Kept { text: text.into(), string }).is_err() {
        // Somebody else was here first, with this text or another.
        jvm.forget(string);
    }
    made
}
