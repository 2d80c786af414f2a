//! What tests need beside their own process: a PostgreSQL server, a Redis server, and any other program, such as the
//! one that is tested.
//!
//! All of them listen on free ports of the loopback alone, keep what they write in temporary folders, and are gone when
//! what started them is: at the end of its scope, at the end of the process, and also when the process is killed.
//!
//! A test asks for a service with [`required`]:
//!
//! ```no_run
//! use vexil_test_services::{Postgres, required};
//!
//! let Some(postgres) = required(Postgres::shared()) else { return };
//! let Some(url) = required(postgres.fresh_database()) else { return };
//! ```

mod locate;
mod output;
mod port;
mod postgres;
mod program;
mod redis;
mod watchdog;

use std::io::{self, Write};
use std::{env, fmt, thread};

pub use locate::{node, python};
pub use port::free_port;
pub use postgres::{Fsync, Postgres};
pub use program::Program;
pub use redis::Redis;

/// Why something could not be had, with what was tried.
#[derive(Clone, PartialEq, Eq)]
pub struct Unavailable(String);

impl Unavailable {
    /// For this reason.
    pub fn new(why: impl Into<String>) -> Unavailable {
        Unavailable(why.into())
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// As it is displayed, for that is what `unwrap` shows: the reason has lines.
impl fmt::Debug for Unavailable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl std::error::Error for Unavailable {}

/// The service; none where the test is to be skipped because the machine does not have it, which standard error then
/// says.
///
/// # Panics
///
/// Under `CI=true`, where everything is there and nothing is skipped.
#[track_caller]
pub fn required<T>(service: Result<T, Unavailable>) -> Option<T> {
    let in_ci = env::var("CI").is_ok_and(|ci| ci == "true");
    unless_skipped(service, in_ci)
}

#[track_caller]
#[expect(clippy::panic, reason = "it fails the test that calls it")]
fn unless_skipped<T>(service: Result<T, Unavailable>, in_ci: bool) -> Option<T> {
    match service {
        Ok(service) => Some(service),
        Err(why) if in_ci => panic!("{why}"),
        Err(why) => {
            let test = thread::current();
            // Not `eprintln`: what a test that passes prints is hidden.
            let _ = writeln!(io::stderr(), "SKIPPED {}: {why}", test.name().unwrap_or("a test"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_given_and_what_is_missing_is_skipped() {
        assert_eq!(unless_skipped(Ok(1), true), Some(1));
        assert_eq!(unless_skipped(Ok(1), false), Some(1));
        assert_eq!(unless_skipped::<u8>(Err(Unavailable::new("as this one is meant to be")), false), None);
    }

    #[test]
    #[should_panic(expected = "nothing was found")]
    fn in_ci_what_is_missing_is_a_failure() {
        unless_skipped::<u8>(Err(Unavailable::new("nothing was found")), true);
    }
}
