//! The time, as cheap as it can be had: most reads need none, and those of entries that expire need it every time.

use std::cell::Cell;

use vexil_core::{Clock, Timestamp};

/// The moment of a read: the clock is looked at when something asks, and then it stays.
#[derive(Debug, Default)]
pub(crate) struct Moment(Cell<Option<Timestamp>>);

impl Clock for Moment {
    #[inline]
    fn now(&self) -> Timestamp {
        match self.0.get() {
            Some(now) => now,
            None => self.look(),
        }
    }
}

impl Moment {
    /// One that is known already.
    #[inline]
    pub(crate) fn at(now: Timestamp) -> Moment {
        Moment(Cell::new(Some(now)))
    }

    #[inline(never)]
    fn look(&self) -> Timestamp {
        let now = timestamp();
        self.0.set(Some(now));
        now
    }
}

/// Milliseconds since the epoch, at most a tick of the kernel (1 to 10 ms) late. A clock that stands before the epoch
/// stands at it.
#[inline]
pub(crate) fn now() -> i64 {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::RealtimeCoarse);
        now.tv_sec.saturating_mul(1_000).saturating_add(now.tv_nsec / 1_000_000).max(0)
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// The same, as the core takes it.
#[inline]
pub(crate) fn timestamp() -> Timestamp {
    Timestamp::from_millis(now())
}
