//! What each key has told: how much of it waits, and how much it was in the last time. A client key is public, so
//! whoever holds one must neither fill the database nor take the room of all others.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use super::Bounds;
use crate::delivery::Audience;

/// Accounts from which on those that owe nothing are looked for and closed.
const MANY: usize = 10_000;

/// Who tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Teller<'t> {
    /// The id of the key.
    pub(super) key: &'t Arc<str>,
    /// For whom the key is.
    pub(super) audience: &'t Audience,
}

#[derive(Debug, Default)]
pub(super) struct Accounts(HashMap<Arc<str>, Account>);

/// Of one key, in bytes.
#[derive(Debug)]
struct Account {
    /// What is in the backlog.
    waiting: usize,
    /// What was told, less what the time since then allows.
    told: usize,
    as_of: Instant,
}

/// Why a key may not tell more now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overdrawn {
    /// Too much of it waits already.
    Share,
    /// It told too much in too short a time.
    Budget,
}

impl Accounts {
    /// Books what a key tells, unless that is too much.
    pub(super) fn book(
        &mut self,
        teller: Teller<'_>,
        bytes: usize,
        bounds: &Bounds,
        now: Instant,
    ) -> Result<(), Overdrawn> {
        let is_client = *teller.audience != Audience::Server;
        let share = if is_client { bounds.client_share } else { bounds.server_share };
        let rate = bounds.client_bytes_per_second;
        if self.0.len() >= MANY && !self.0.contains_key(teller.key) {
            self.0.retain(|_, account| account.waiting > 0 || account.told_by(now, rate) > 0);
        }
        let known = self.0.get(teller.key);
        let (waiting, told) = known.map_or((0, 0), |account| (account.waiting, account.told_by(now, rate)));
        if waiting + bytes > share {
            return Err(Overdrawn::Share);
        }
        if is_client && told + bytes > bounds.client_bytes_at_once {
            return Err(Overdrawn::Budget);
        }
        let account = Account { waiting: waiting + bytes, told: told + bytes, as_of: now };
        self.0.insert(Arc::clone(teller.key), account);
        Ok(())
    }

    /// Something of a key does not wait any more.
    pub(super) fn written(&mut self, key: &str, bytes: usize) {
        if let Some(account) = self.0.get_mut(key) {
            account.waiting = account.waiting.saturating_sub(bytes);
        }
    }
}

impl Account {
    fn told_by(&self, now: Instant, bytes_per_second: usize) -> usize {
        let seconds = now.saturating_duration_since(self.as_of).as_secs_f64();
        // A float that does not fit becomes the nearest that does.
        self.told.saturating_sub((seconds * bytes_per_second as f64) as usize)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const BOUNDS: Bounds = Bounds {
        backlog: 1_000,
        server_share: 500,
        client_share: 300,
        client_bytes_per_second: 10,
        client_bytes_at_once: 400,
        units: 0,
    };

    #[test]
    fn a_client_key_has_a_budget_that_time_fills_again() {
        let (mut accounts, key, start) = (Accounts::default(), "a".into(), Instant::now());
        let teller = Teller { key: &key, audience: &Audience::Client(None) };
        let mut tell = |bytes, seconds| {
            let now = start + Duration::from_secs(seconds);
            let booked = accounts.book(teller, bytes, &BOUNDS, now);
            accounts.written(&key, bytes);
            booked
        };
        assert_eq!(tell(300, 0), Ok(()));
        assert_eq!(tell(200, 0), Err(Overdrawn::Budget));
        assert_eq!(tell(100, 0), Ok(()), "what is refused costs nothing");
        assert_eq!(tell(200, 19), Err(Overdrawn::Budget));
        assert_eq!(tell(200, 20), Ok(()));
    }

    #[test]
    fn no_key_takes_the_room_of_others() {
        let (mut accounts, now) = (Accounts::default(), Instant::now());
        let (app, service) = ("app".into(), "service".into());
        let client = Teller { key: &app, audience: &Audience::Client(None) };
        let server = Teller { key: &service, audience: &Audience::Server };
        assert_eq!(accounts.book(client, 300, &BOUNDS, now), Ok(()));
        assert_eq!(accounts.book(client, 1, &BOUNDS, now), Err(Overdrawn::Share));
        for _ in 0..5 {
            assert_eq!(accounts.book(server, 100, &BOUNDS, now), Ok(()), "servers have no budget");
        }
        assert_eq!(accounts.book(server, 1, &BOUNDS, now), Err(Overdrawn::Share));
        accounts.written(&service, 100);
        assert_eq!(accounts.book(server, 100, &BOUNDS, now), Ok(()));
    }

    #[test]
    fn accounts_that_owe_nothing_are_closed() {
        let (mut accounts, start) = (Accounts::default(), Instant::now());
        let mut book = |number: usize, now| {
            let key: Arc<str> = number.to_string().into();
            let teller = Teller { key: &key, audience: &Audience::Client(None) };
            accounts.book(teller, 1, &BOUNDS, now).unwrap();
            if number > 0 {
                accounts.written(&key, 1);
            }
            accounts.0.len()
        };
        for number in 0..MANY {
            book(number, start);
        }
        assert_eq!(book(MANY, start), MANY + 1, "they were heard of a moment ago");
        assert_eq!(book(MANY + 1, start + Duration::from_secs(1)), 2, "the first one waits");
    }
}
