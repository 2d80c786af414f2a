//! What hosts hand over for later: a pointer of theirs, and a function that frees it.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

/// Frees what the host has handed over with a listener or store, once nobody will call that any more: when a subscription
/// was cancelled or a client is gone, and whoever was within just then has returned. As a listener, it must return. A call
/// that fails takes nothing over, and never calls it.
pub type Release = Option<unsafe extern "C" fn(user: *mut c_void)>;

/// A pointer of the host's, freed with this where it was taken over.
pub(super) struct Handed {
    pub(super) user: *mut c_void,
    release: Release,
    /// Whether it is ours to free: not before the call that hands it over has succeeded.
    is_taken_over: AtomicBool,
}

// SAFETY: the host promises that what it hands over may be used, and freed, on any thread.
unsafe impl Send for Handed {}
// SAFETY: as above; whether several may use it at once is said where it is handed over.
unsafe impl Sync for Handed {}

impl Handed {
    pub(super) fn new(user: *mut c_void, release: Release) -> Handed {
        Handed { user, release, is_taken_over: AtomicBool::new(false) }
    }

    /// The call that hands it over succeeds.
    pub(super) fn take_over(&self) {
        self.is_taken_over.store(true, Ordering::Release);
    }
}

impl Drop for Handed {
    fn drop(&mut self) {
        if let Some(release) = self.release.filter(|_| *self.is_taken_over.get_mut()) {
            // SAFETY: as the host promises; nobody uses it any more.
            unsafe { release(self.user) };
        }
    }
}
