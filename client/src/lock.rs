//! Locks that a child of a fork can make anew.
//!
//! A fork copies locks as they are, held by threads that the child does not have. A child makes its own, and those must
//! not depend on anything that all locks of a process share, as those of `parking_lot` do: the standard library's are
//! a number in memory each. That a thread panicked while it held one is no reason here to refuse it to others: what it
//! guards is replaced whole, or only grows.

use std::sync::{MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// Locks are held for less, as a rule.
const PAUSE: Duration = Duration::from_micros(20);

#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Mutex<T> {
        Mutex(std::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// None where somebody holds it.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// As [`Mutex::try_lock`], after so long: for a lock that somebody may hold who is not there.
    pub(crate) fn try_lock_for(&self, patience: Duration) -> Option<MutexGuard<'_, T>> {
        if let Some(guard) = self.try_lock() {
            return Some(guard);
        }
        let until = Instant::now() + patience;
        while Instant::now() < until {
            std::thread::sleep(PAUSE);
            if let Some(guard) = self.try_lock() {
                return Some(guard);
            }
        }
        None
    }
}

#[derive(Debug, Default)]
pub(crate) struct Condvar(std::sync::Condvar);

impl Condvar {
    /// Waits until it is notified, or for so long, or for no reason.
    pub(crate) fn wait_for<'g, T>(&self, guard: MutexGuard<'g, T>, duration: Duration) -> MutexGuard<'g, T> {
        self.0.wait_timeout(guard, duration).unwrap_or_else(PoisonError::into_inner).0
    }

    /// As [`Condvar::wait_for`], until a moment.
    pub(crate) fn wait_until<'g, T>(&self, guard: MutexGuard<'g, T>, until: Instant) -> MutexGuard<'g, T> {
        self.wait_for(guard, until.saturating_duration_since(Instant::now()))
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}
