//! How often one may guess a password. A state machine without a clock: time is passed in.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

/// When failures begin to cost time, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Failures that cost nothing.
    pub free: u32,
    /// The delay after the first failure beyond those; every further one doubles it.
    pub base: Duration,
    /// The longest delay.
    pub longest: Duration,
    /// The time without a failure after which all is forgotten; not shorter than the longest delay.
    pub memory: Duration,
}

/// Failures to log in to one account. The longest delay is short: whoever guesses keeps the owner out for as long.
pub const ACCOUNT: Pace = Pace {
    free: 5,
    base: Duration::from_secs(1),
    longest: Duration::from_secs(5 * 60),
    memory: Duration::from_secs(60 * 60),
};

/// Failures from one address, behind which there may be an office.
pub const ADDRESS: Pace = Pace {
    free: 20,
    base: Duration::from_secs(1),
    longest: Duration::from_secs(60 * 60),
    memory: Duration::from_secs(24 * 60 * 60),
};

/// Accounts and addresses that are remembered, of each so many. To make it forget one, an attacker must fail with as
/// many others, and pay for a password hash each time.
pub const CAPACITY: usize = 100_000;

/// It is too early to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many failures; try again in {} s", .0.as_secs_f64().ceil())]
pub struct RetryAfter(pub Duration);

impl RetryAfter {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        "TOO_MANY_ATTEMPTS"
    }
}

/// Failures by key, in bounded memory: beyond the capacity the one whose last failure is longest ago is forgotten.
#[derive(Debug)]
pub struct Throttle<K> {
    pace: Pace,
    capacity: usize,
    records: HashMap<K, Record>,
    /// The keys in the order of their last failures.
    order: BTreeMap<u64, K>,
    /// The number of the next failure.
    next: u64,
}

#[derive(Debug, Clone, Copy)]
struct Record {
    failures: u32,
    last: Instant,
    number: u64,
}

impl<K: Clone + Eq + Hash> Throttle<K> {
    /// One that remembers nothing yet, and never more keys than its capacity.
    pub fn new(pace: Pace, capacity: usize) -> Throttle<K> {
        Throttle { pace, capacity, records: HashMap::new(), order: BTreeMap::new(), next: 0 }
    }

    /// Whether one may try now.
    ///
    /// # Errors
    ///
    /// How long it is until one may.
    pub fn check(&self, key: &K, now: Instant) -> Result<(), RetryAfter> {
        let Some(record) = self.records.get(key) else { return Ok(()) };
        let passed = now.saturating_duration_since(record.last);
        match self.delay(record.failures).checked_sub(passed) {
            None | Some(Duration::ZERO) => Ok(()),
            Some(left) => Err(RetryAfter(left)),
        }
    }

    /// Counts a failure.
    pub fn failed(&mut self, key: &K, now: Instant) {
        let before =
            self.forget(key).filter(|record| now.saturating_duration_since(record.last) < self.pace.memory);
        let failures = before.map_or(0, |record| record.failures).saturating_add(1);
        self.remember(key, Record { failures, last: now, number: self.next });
        self.next += 1;
        while self.records.len() > self.capacity {
            let Some((_, oldest)) = self.order.pop_first() else { return };
            self.records.remove(&oldest);
        }
    }

    /// Forgets all failures.
    pub fn succeeded(&mut self, key: &K) {
        self.forget(key);
    }

    /// Takes one failure back.
    pub fn forgive(&mut self, key: &K) {
        if let Some(record) = self.forget(key)
            && record.failures > 1
        {
            self.remember(key, Record { failures: record.failures - 1, ..record });
        }
    }

    fn delay(&self, failures: u32) -> Duration {
        match failures.checked_sub(self.pace.free) {
            None | Some(0) => Duration::ZERO,
            Some(beyond) => {
                let factor = 1_u32.checked_shl(beyond - 1).unwrap_or(u32::MAX);
                self.pace.base.saturating_mul(factor).min(self.pace.longest)
            }
        }
    }

    fn forget(&mut self, key: &K) -> Option<Record> {
        let record = self.records.remove(key)?;
        self.order.remove(&record.number);
        Some(record)
    }

    fn remember(&mut self, key: &K, record: Record) {
        self.order.insert(record.number, key.clone());
        self.records.insert(key.clone(), record);
    }
}

/// Failures to log in, by account and by address.
#[derive(Debug)]
pub struct LoginThrottle {
    accounts: Throttle<String>,
    addresses: Throttle<IpAddr>,
}

impl Default for LoginThrottle {
    fn default() -> LoginThrottle {
        LoginThrottle {
            accounts: Throttle::new(ACCOUNT, CAPACITY),
            addresses: Throttle::new(ADDRESS, CAPACITY),
        }
    }
}

impl LoginThrottle {
    /// Begins to log in. Until [`LoginThrottle::succeeded`] says otherwise it counts as a failure: those who try many
    /// passwords at once would else be told to wait when all are tried. The account is as it was typed, whether it
    /// exists or not.
    ///
    /// # Errors
    ///
    /// How long it is until one may; then it does not count.
    pub fn attempt(&mut self, account: &str, address: IpAddr, now: Instant) -> Result<(), RetryAfter> {
        let (account, address) = (account_key(account), address_key(address));
        let both = [self.accounts.check(&account, now), self.addresses.check(&address, now)];
        if let Some(longest) = both.into_iter().filter_map(Result::err).max_by_key(|wait| wait.0) {
            return Err(longest);
        }
        self.accounts.failed(&account, now);
        self.addresses.failed(&address, now);
        Ok(())
    }

    /// Ends a login that succeeded. The account's failures are forgotten; of the address's only this attempt, or
    /// whoever has an account could guess at others' for ever.
    pub fn succeeded(&mut self, account: &str, address: IpAddr) {
        self.accounts.succeeded(&account_key(account));
        self.addresses.forgive(&address_key(address));
    }
}

/// Accounts are e-mail addresses, which differ by case for nobody. What is longer than any has one record in common.
fn account_key(account: &str) -> String {
    const LONGEST: usize = 320;
    let account = account.trim();
    if account.len() > LONGEST { String::new() } else { account.to_lowercase() }
}

/// Whom an address belongs to: of IPv6 everybody has at least a whole /64.
pub(crate) fn address_key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        free: 3,
        base: Duration::from_secs(1),
        longest: Duration::from_secs(60),
        memory: Duration::from_secs(600),
    };

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn delays_double_up_to_the_longest() {
        let (mut throttle, mut now) = (Throttle::new(PACE, 10), Instant::now());
        let mut waits = Vec::new();
        for _ in 0..12 {
            throttle.failed(&"ada", now);
            let wait = throttle.check(&"ada", now).err().map_or(Duration::ZERO, |wait| wait.0);
            waits.push(wait.as_secs());
            if wait > Duration::ZERO {
                let almost = now + wait - Duration::from_millis(1);
                assert_eq!(throttle.check(&"ada", almost), Err(RetryAfter(Duration::from_millis(1))));
            }
            now += wait;
            assert_eq!(throttle.check(&"ada", now), Ok(()));
        }
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(throttle.check(&"bob", now), Ok(()));
        throttle.succeeded(&"ada");
        throttle.failed(&"ada", now);
        assert_eq!(throttle.check(&"ada", now), Ok(()));
    }

    #[test]
    fn failures_are_forgotten_in_time_and_counted_without_end() {
        let (mut throttle, start) = (Throttle::new(PACE, 10), Instant::now());
        (0..1_000).for_each(|_| throttle.failed(&"ada", start));
        assert_eq!(throttle.check(&"ada", start), Err(RetryAfter(seconds(60))));
        throttle.failed(&"ada", start + seconds(599));
        assert_eq!(throttle.check(&"ada", start + seconds(599)), Err(RetryAfter(seconds(60))));
        throttle.failed(&"ada", start + seconds(599 + 600));
        assert_eq!(throttle.check(&"ada", start + seconds(599 + 600)), Ok(()));
        // A clock that went back makes no one wait longer than a delay.
        (0..5).for_each(|_| throttle.failed(&"bob", start + seconds(10)));
        assert_eq!(throttle.check(&"bob", start), Err(RetryAfter(seconds(2))));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes_first() {
        let (mut throttle, now) = (Throttle::new(PACE, 100), Instant::now());
        for _ in 0..5 {
            throttle.failed(&0, now);
        }
        for key in 1..100 {
            throttle.failed(&key, now);
        }
        throttle.failed(&0, now);
        for key in 100..199 {
            throttle.failed(&key, now);
        }
        assert!(throttle.check(&0, now).is_err(), "it failed again not long ago");
        throttle.failed(&199, now);
        assert!(throttle.check(&0, now).is_ok());
        for key in 0..10_000 {
            throttle.failed(&(key % 331), now);
            if key % 3 == 0 {
                throttle.succeeded(&(key % 7));
                throttle.forgive(&(key % 11));
            }
            assert!(throttle.records.len() <= 100 && throttle.records.len() == throttle.order.len());
        }
        let mut none = Throttle::new(PACE, 0);
        none.failed(&0, now);
        assert_eq!(none.records.len(), 0);
    }

    #[test]
    fn logins_count_by_account_and_by_address() {
        let (mut logins, now) = (LoginThrottle::default(), Instant::now());
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let ours = address("2001:db8::1");
        for neighbour in 0..=ACCOUNT.free {
            let from = address(&format!("2001:db8:1:{neighbour}::1"));
            assert_eq!(logins.attempt("ada@example.com", from, now), Ok(()));
        }
        assert_eq!(logins.attempt(" Ada@Example.com", ours, now), Err(RetryAfter(ACCOUNT.base)));
        assert_eq!(logins.attempt("bob@example.com", ours, now), Ok(()));
        logins.succeeded("ADA@example.com", ours);
        assert_eq!(logins.attempt("ada@example.com", ours, now), Ok(()));
        for guess in 0..=ADDRESS.free {
            let account = format!("{guess}@example.com");
            let from = address(&format!("2001:db8::{guess:x}"));
            // One's own account every time takes nothing back but its own attempts.
            let own = logins.attempt("eve@example.com", from, now);
            logins.succeeded("eve@example.com", from);
            let tried = logins.attempt(&account, from, now).is_ok() && own.is_ok();
            assert_eq!(tried, guess < ADDRESS.free, "{guess}");
        }
        assert_eq!(address_key(address("::ffff:10.0.0.1")), address("10.0.0.1"));
    }
}
