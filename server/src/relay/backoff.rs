//! How long to wait before trying again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
/// After so many doublings the wait stays as it is: 6.4 seconds.
const DOUBLINGS: u32 = 6;

/// Waits that double, each shortened by chance to no less than half, so that those who failed together do not come
/// back together.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Whether nothing has failed since the last success.
    pub(super) fn is_fresh(&self) -> bool {
        self.failures == 0
    }

    /// It worked.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// It failed; this is how long to wait.
    pub(super) fn next(&mut self) -> Duration {
        let longest = FIRST * (1 << self.failures.min(DOUBLINGS));
        self.failures = self.failures.saturating_add(1);
        let chance = f64::from(getrandom::u32().unwrap_or_default()) / f64::from(u32::MAX);
        longest.mul_f64(0.5 + chance / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_begin_anew_after_a_success() {
        let mut backoff = Backoff::default();
        for longest in [100, 200, 400, 800, 1_600, 3_200, 6_400, 6_400, 6_400] {
            let wait = backoff.next();
            assert!(wait >= Duration::from_millis(longest / 2), "{wait:?} of {longest} ms");
            assert!(wait <= Duration::from_millis(longest), "{wait:?} of {longest} ms");
        }
        assert!(!backoff.is_fresh());
        backoff.reset();
        assert!(backoff.is_fresh() && backoff.next() <= FIRST);
    }
}
