//! Views: what keys are for one context at one moment, evaluated once, and read by the host from its own memory.

use parking_lot::Mutex;
use vexil_client::{Keys, View};

use super::client::ClientHandle;
use super::context::ContextHandle;
use super::details::{Details, Packed, Slice};
use super::give;
use super::guard::{Fault, guarded};
use super::handles::{Handles, Kind};
use super::text::{Buffer, Text};
use crate::Code;

/// Keys that one call may name.
const KEYS: usize = vexil_core::limits::ENTRIES;

static VIEWS: Handles<Mutex<View>> = Handles::new(Kind::View);

/// A view. It is freed by `vexil_view_free`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewHandle {
    /// The number that names it; 0 names nothing.
    pub id: u64,
}

impl ViewHandle {
    /// The view as it is now; it is shared, not copied.
    fn view(self) -> Result<View, Fault> {
        VIEWS.with(self.id, |view| view.lock().clone())
    }
}

/// A key of a view and what it came to.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The key, in the same buffer as the texts of the details.
    pub key: Slice,
    /// What it came to.
    pub details: Details,
}

/// Evaluates keys for a context, all by what is in force at one moment. `keys` may be null where `count` is 0: then the
/// view is of all there are.
///
/// # Safety
///
/// `keys` leads to `count` texts, which are as they say; `view` is null, or leads to room for a handle.
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
        // SAFETY: as the caller promises.
        let keys = match unsafe { texts(keys, count) }? {
            keys if keys.is_empty() => Keys::All,
            keys => Keys::of(keys),
        };
        let client = client.client()?;
        let context = context.with(Clone::clone)?;
        let made = client.view(context, keys);
        // SAFETY: as the caller promises.
        unsafe { give(view, ViewHandle { id: VIEWS.insert(Mutex::new(made))? }) }
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
        unsafe { renew(view, changed, |view| view.renew_with(context)) }
    })
}

unsafe fn renew(
    view: ViewHandle,
    changed: *mut bool,
    renew: impl FnOnce(&mut View) -> bool,
) -> Result<(), Fault> {
    if changed.is_null() {
        return Err(Fault::null("the place for the result"));
    }
    // Others read the old one meanwhile.
    let mut next = view.view()?;
    let is_another = renew(&mut next);
    VIEWS.with(view.id, |view| *view.lock() = next)?;
    // SAFETY: as the caller promises.
    unsafe { give(changed, is_another) }
}

/// Copies a view out: its entries into an array with room for `capacity` of them, and their texts into a buffer.
/// `count` is set to how many entries there are; where that is more than the capacity, or the texts do not fit, the code
/// is `BUFFER_TOO_SMALL`, both say how much there is, and nothing in the array counts.
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
        // SAFETY: as the caller promises.
        let texts = unsafe { texts.as_mut() }.ok_or_else(|| Fault::null("the buffer"))?;
        let view = view.view()?;
        let mut packed = Packed::new(texts);
        let mut found = 0;
        for (key, outcome) in view.iter() {
            let entry = Entry { key: packed.text(key), details: packed.details(&outcome, None) };
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

/// Frees a view.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_view_free(view: ViewHandle) -> Code {
    guarded(|| VIEWS.remove(view.id))
}

/// Evaluates many keys for a context, all by what is in force at one moment: `details` has room for `count` of them. As
/// of `vexil_evaluate` the code is that of the call.
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
    context: ContextHandle,
    details: *mut Details,
    texts: *mut Buffer,
) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let keys = unsafe { self::texts(keys, count) }?;
        if count > 0 && details.is_null() {
            return Err(Fault::null("the place for the results"));
        }
        // SAFETY: as the caller promises.
        let texts = unsafe { texts.as_mut() }.ok_or_else(|| Fault::null("the buffer"))?;
        let client = client.client()?;
        let view = client.view(context.with(Clone::clone)?, Keys::of(keys.iter().copied()));
        let mut packed = Packed::new(texts);
        for (place, key) in keys.iter().enumerate() {
            let made = packed.details(&view.outcome(key), None);
            // SAFETY: there is room for `count` records, and this is one of them.
            unsafe { details.add(place).write(made) };
        }
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
