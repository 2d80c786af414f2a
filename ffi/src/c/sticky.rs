//! The host's own store of the variants that units were given.

use std::ffi::{c_char, c_void};

use vexil_client::StickyStore;
use vexil_core::limits;

use super::handed::{Handed, Release};
use super::text::{Buffer, Text};
use crate::fault::Fault;

/// Bytes of the id of a variant.
const VARIANT_BYTES: usize = limits::ID_BYTES;

/// The variant that a unit was given in an experiment, into a buffer that has room for every id there can be. False where
/// none is known.
pub type StickyGet = Option<
    unsafe extern "C" fn(user: *mut c_void, experiment: Text, unit: Text, variant: *mut Buffer) -> bool,
>;

/// Remembers the variant that a unit was given.
pub type StickyPut =
    Option<unsafe extern "C" fn(user: *mut c_void, experiment: Text, unit: Text, variant: Text)>;

/// Where variants are remembered that units were given in experiments that are `sticky`. It is asked by reads, in the
/// threads that read, by several at once. The texts live for the time of the call. As a listener, it must return.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Store {
    /// Looks up.
    pub get: StickyGet,
    /// Remembers.
    pub put: StickyPut,
    /// Is handed over at each call.
    pub user: *mut c_void,
    /// Frees it when the client is gone; may be null.
    pub release: Release,
}

/// A host's store, as the client asks it.
pub(super) struct HostStore {
    get: unsafe extern "C" fn(*mut c_void, Text, Text, *mut Buffer) -> bool,
    put: unsafe extern "C" fn(*mut c_void, Text, Text, Text),
    pub(super) handed: Handed,
}

impl HostStore {
    pub(super) fn new(store: &Store) -> Result<HostStore, Fault> {
        Ok(HostStore {
            get: store.get.ok_or_else(|| Fault::null("the function that looks up"))?,
            put: store.put.ok_or_else(|| Fault::null("the function that remembers"))?,
            handed: Handed::new(store.user, store.release),
        })
    }
}

impl StickyStore for HostStore {
    fn get(&self, experiment: &str, unit: &str) -> Option<String> {
        let mut memory = vec![0_u8; VARIANT_BYTES];
        let data = memory.as_mut_ptr().cast::<c_char>();
        let mut variant = Buffer { data, capacity: VARIANT_BYTES, length: 0 };
        let (experiment, unit) = (Text::lent(experiment), Text::lent(unit));
        // SAFETY: the host promises that this may be called on any thread, and that it writes within the capacity.
        let is_known = unsafe { (self.get)(self.handed.user, experiment, unit, &raw mut variant) };
        memory.truncate(variant.length);
        // What is too long or no text is no id of a variant.
        if is_known && variant.length <= VARIANT_BYTES { String::from_utf8(memory).ok() } else { None }
    }

    fn put(&self, experiment: &str, unit: &str, variant: &str) {
        let (experiment, unit, variant) = (Text::lent(experiment), Text::lent(unit), Text::lent(variant));
        // SAFETY: as above.
        unsafe { (self.put)(self.handed.user, experiment, unit, variant) };
    }
}
