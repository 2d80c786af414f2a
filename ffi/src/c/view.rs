//! Views: what keys are for one context at one moment, evaluated once, and read by the host from its own memory.

use std::sync::Arc;

use arc_swap::ArcSwap;
use vexil_client::{Asked, Keys, Outcome, View};

use super::client::ClientHandle;
use super::context::ContextHandle;
use super::details::{AskedKind, Details, Packed, Slice, asked_of};
use super::give;
use super::text::{Buffer, Text};
use crate::Code;
use crate::fault::Fault;
use crate::guard::guarded;
use crate::handles::{Handles, Kind};

/// Keys that one call may name.
const KEYS: usize = vexil_core::limits::ENTRIES;

static VIEWS: Handles<ArcSwap<View>> = Handles::new(Kind::View);

/// A view. It is freed by `vexil_view_free`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewHandle {
    /// The number that names it; 0 names nothing.
    pub id: u64,
}

impl ViewHandle {
    /// The view as it is now.
    fn view(self) -> Result<Arc<View>, Fault> {
        VIEWS.with(self.id, ArcSwap::load_full)
    }
}

/// A key of a view and what it came to.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The key, in the same buffer as the texts of the details.
    pub key: Slice,
    /// A bit for each of `vexil_asked` whose questions this answers, such as `1 << VEXIL_ASKED_FLOAT` of an integer that a
    /// float holds: whoever asks for another type is to be given the fallback.
    pub answers: u32,
    /// What it came to.
    pub details: Details,
}

/// Evaluates keys for a context, all by what is in force at one moment. Where `keys` is null the view is of all there
/// are.
///
/// # Safety
///
/// `keys` is null, or leads to `count` texts, which are as they say; `view` is null, or leads to room for a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_view_new(
    client: ClientHandle,
    context: ContextHandle,
    keys: *const Text,
    count: usize,
    view: *mut ViewHandle,
) -> Code {
    guarded(|| {
        if view.is_null() {
            return Err(Fault::null("the place for the result"));
        }
        let keys = match keys.is_null() && count == 0 {
            true => Keys::All,
            // SAFETY: as the caller promises.
            false => Keys::of(unsafe { texts(keys, count) }?),
        };
        let client = client.client()?;
        let context = context.with(Clone::clone)?;
        let made = client.view(context, keys);
        // SAFETY: as the caller promises.
        unsafe { give(view, ViewHandle { id: VIEWS.insert(ArcSwap::from_pointee(made))? }) }
    })
}

/// Another handle of the same view, which is freed by itself: where one of them is renewed the other stays as it is.
///
/// # Safety
///
/// `clone` is null, or leads to room for a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_view_clone(view: ViewHandle, clone: *mut ViewHandle) -> Code {
    guarded(|| {
        if clone.is_null() {
            return Err(Fault::null("the place for the result"));
        }
        let same = ArcSwap::new(view.view()?);
        // SAFETY: as the caller promises.
        unsafe { give(clone, ViewHandle { id: VIEWS.insert(same)? }) }
    })
}

/// Whether a view says what one that is made now would say, as far as can be told without making it.
///
/// # Safety
///
/// `current` is null, or leads to room for a `bool`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_view_is_current(view: ViewHandle, current: *mut bool) -> Code {
    guarded(|| {
        let is_current = view.view()?.is_current();
        // SAFETY: as the caller promises.
        unsafe { give(current, is_current) }
    })
}

/// Evaluates a view anew, for the same context, and tells whether anything is another than before.
///
/// # Safety
///
/// `changed` is null, or leads to room for a `bool`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_view_renew(view: ViewHandle, changed: *mut bool) -> Code {
    // SAFETY: as the caller promises.
    guarded(|| unsafe { renew(view, changed, View::renew) })
}

/// As `vexil_view_renew`, for another context.
///
/// # Safety
///
/// `changed` is null, or leads to room for a `bool`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_view_renew_with(
    view: ViewHandle,
    context: ContextHandle,
    changed: *mut bool,
) -> Code {
    guarded(|| {
        let context = context.with(Clone::clone)?;
        // SAFETY: as the caller promises.
        unsafe { renew(view, changed, |view| view.renew_with(context.clone())) }
    })
}

unsafe fn renew(
    view: ViewHandle,
    changed: *mut bool,
    renew: impl Fn(&mut View) -> bool,
) -> Result<(), Fault> {
    if changed.is_null() {
        return Err(Fault::null("the place for the result"));
    }
    // Others read the old one meanwhile. Who is overtaken begins again with what the other one made: it may be for another
    // context.
    loop {
        let before = view.view()?;
        let mut next = View::clone(&before);
        let is_another = renew(&mut next);
        let found =
            VIEWS.with(view.id, |view| Arc::clone(&view.compare_and_swap(&before, Arc::new(next))))?;
        if Arc::ptr_eq(&found, &before) {
            // SAFETY: as the caller promises.
            return unsafe { give(changed, is_another) };
        }
    }
}

/// Copies a view out: its entries into an array with room for `capacity` of them, and their texts into a buffer.
/// `count` is set to how many entries there are; where that is more than the capacity, or the texts do not fit, the code
/// is `VEXIL_CODE_BUFFER_TOO_SMALL`, both say how much there is, and nothing in the array or the buffer counts.
///
/// # Safety
///
/// `entries` is null where `capacity` is 0, and has room for `capacity` entries otherwise; `count` is null, or leads to
/// room for a `size_t`; `texts` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_view_read(
    view: ViewHandle,
    entries: *mut Entry,
    capacity: usize,
    count: *mut usize,
    texts: *mut Buffer,
) -> Code {
    guarded(|| {
        if capacity > 0 && entries.is_null() {
            return Err(Fault::null("the entries"));
        }
        if count.is_null() {
            return Err(Fault::null("the place for the count"));
        }
        // SAFETY: as the caller promises.
        let mut packed = Packed::new(unsafe { Buffer::emptied(texts) }?);
        let view = view.view()?;
        let mut found = 0;
        for (key, outcome) in view.iter() {
            let entry = Entry {
                key: packed.text(key),
                answers: answers(&outcome),
                // What is declared as JSON is given as JSON, also where it is no more than a number.
                details: packed
                    .details(&outcome, outcome.evaluation.answers(Asked::Json).then_some(Asked::Json)),
            };
            if found < capacity {
                // SAFETY: there is room for `capacity` entries, and this is one of them.
                unsafe { entries.add(found).write(entry) };
            }
            found += 1;
        }
        // SAFETY: as the caller promises.
        unsafe { give(count, found) }?;
        packed.finish()?;
        if found > capacity {
            let message = format!("{found} entries do not fit into {capacity}");
            return Err(Fault::new(Code::BufferTooSmall, message));
        }
        Ok(())
    })
}

/// Counts reads that the host has answered from its copy of a view, as many as `times` says, like reads of the client: a
/// control plane is told what somebody has asked for, and copies answer without a call. `asked` is one of `vexil_asked`.
/// Of a key that the view does not have there is nothing to count.
///
/// # Safety
///
/// `key` is as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_view_count(view: ViewHandle, key: Text, asked: i32, times: u32) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { key.read("the key") }?;
        view.view()?.count_reads(key, asked_of(asked)?, u64::from(times));
        Ok(())
    })
}

/// Of the types that can be asked for, those that it answers.
fn answers(outcome: &Outcome<'_>) -> u32 {
    let bit = |(_, asked): &(_, Asked)| match asked {
        _ if !outcome.evaluation.answers(*asked) => 0,
        Asked::Boolean => 1 << AskedKind::Boolean as u32,
        Asked::Integer => 1 << AskedKind::Integer as u32,
        Asked::Float => 1 << AskedKind::Float as u32,
        Asked::String => 1 << AskedKind::String as u32,
        Asked::Json => 1 << AskedKind::Json as u32,
    };
    Asked::ALL.iter().map(bit).sum()
}

/// Frees a view.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_view_free(view: ViewHandle) -> Code {
    guarded(|| VIEWS.remove(view.id))
}

/// Evaluates many keys for a context, all by what is in force at one moment: `details` has room for `count` of them.
/// `asked` and the code are as of `vexil_evaluate`.
///
/// # Safety
///
/// `keys` leads to `count` texts, which are as they say; `details` has room for `count` records; `texts` is null, or
/// leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_evaluate_many(
    client: ClientHandle,
    keys: *const Text,
    count: usize,
    asked: i32,
    context: ContextHandle,
    details: *mut Details,
    texts: *mut Buffer,
) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let keys = unsafe { self::texts(keys, count) }?;
        let asked = asked_of(asked)?;
        if count > 0 && details.is_null() {
            return Err(Fault::null("the place for the results"));
        }
        // SAFETY: as the caller promises.
        let mut packed = Packed::new(unsafe { Buffer::emptied(texts) }?);
        let client = client.with(vexil_client::Client::pinned)?;
        context.with(|context| {
            for (place, key) in keys.iter().enumerate() {
                let made = client.evaluate(key, asked, context, |outcome| packed.details(&outcome, asked));
                // SAFETY: there is room for `count` records, and this is one of them.
                unsafe { details.add(place).write(made) };
            }
        })?;
        packed.finish()
    })
}

/// The number of what a read may come to just now: it moves whenever definitions, overrides, registrations or runtime
/// values do.
///
/// # Safety
///
/// `generation` is null, or leads to room for a `uint64_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_generation(client: ClientHandle, generation: *mut u64) -> Code {
    guarded(|| {
        let now = client.with(vexil_client::Client::generation)?;
        // SAFETY: as the caller promises.
        unsafe { give(generation, now) }
    })
}

/// # Safety
///
/// `texts` leads to `count` texts, which are as they say.
unsafe fn texts<'a>(texts: *const Text, count: usize) -> Result<Vec<&'a str>, Fault> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if count > KEYS {
        return Err(Fault::new(Code::TooLong, format!("{count} keys, and {KEYS} are taken")));
    }
    if texts.is_null() {
        return Err(Fault::null("the keys"));
    }
    // SAFETY: neither null nor too many; the rest is the caller's promise.
    let texts = unsafe { std::slice::from_raw_parts(texts, count) };
    // SAFETY: as the caller promises.
    texts.iter().map(|text| unsafe { text.read("a key") }).collect()
}
