//! When an evaluation is made.

use crate::value::timestamp::Timestamp;

/// Whoever knows the moment of an evaluation. It is asked only where something expires, begins or ends, and each time
/// says the same: an evaluation is of one moment.
pub trait Clock {
    /// The moment.
    fn now(&self) -> Timestamp;
}

impl Clock for Timestamp {
    #[inline]
    fn now(&self) -> Timestamp {
        *self
    }
}

impl<C: Clock> Clock for &C {
    #[inline]
    fn now(&self) -> Timestamp {
        C::now(self)
    }
}
