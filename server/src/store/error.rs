//! How the database fails, as far as it makes a difference to whoever asked.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use thiserror::Error;

use crate::audit::SealError;

/// Why the store did not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database is away, locked or full; the same may go through later.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Somebody else changed the same thing since it was read.
    #[error("the state has moved on")]
    Moved,
    /// What is stored cannot be understood.
    #[error("what is stored at {place} cannot be read: {why}")]
    Corrupt {
        /// The table and row.
        place: String,
        /// What is wrong with it.
        why: String,
    },
    /// The audit log cannot take the record, so what it tells of does not happen.
    #[error("the audit log: {0}")]
    Unsealed(#[from] SealError),
    /// Anything else that the database says.
    #[error("the database refused: {0}")]
    Database(#[source] sqlx::Error),
    /// Another server has the folder of the embedded database.
    #[error("another server uses the folder {}; give each its own, or share a PostgreSQL", .folder.display())]
    Claimed {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder of the embedded database cannot be used.
    #[error("the folder {} cannot be used: {why}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        why: io::Error,
    },
    /// The schema could not be brought up to date.
    #[error("the database's schema could not be migrated: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl StoreError {
    /// It did not answer.
    pub(crate) fn away() -> StoreError {
        sqlx::Error::Io(io::ErrorKind::TimedOut.into()).into()
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        match &error {
            // Somebody else made a row of that name since it was found that there is none.
            sqlx::Error::Database(said) if said.is_unique_violation() => StoreError::Moved,
            _ if is_outage(&error) => {
                UNAVAILABLE.fetch_add(1, Ordering::Relaxed);
                StoreError::Unavailable(error)
            }
            _ => {
                REFUSED.fetch_add(1, Ordering::Relaxed);
                StoreError::Database(error)
            }
        }
    }
}

static UNAVAILABLE: AtomicU64 = AtomicU64::new(0);
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// How often the database was away, and how often it refused, since the process started.
pub(crate) fn failures() -> [(&'static str, u64); 2] {
    [("unavailable", UNAVAILABLE.load(Ordering::Relaxed)), ("refused", REFUSED.load(Ordering::Relaxed))]
}

fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(is_outage_code),
        _ => false,
    }
}

/// PostgreSQL (SQLSTATE, appendix A of its manual): connection exceptions, insufficient resources, operator
/// intervention with what it cancels, system errors, serialization failures, a lock that was not had in time, a
/// transaction that was ended for its silence, and a database that only reads, as a standby does after a failover.
/// SQLite (result codes): BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN, with the primary code in the lowest byte.
fn is_outage_code(code: Cow<'_, str>) -> bool {
    match code.parse::<u32>() {
        Ok(sqlite) if code.len() < 5 => matches!(sqlite & 0xff, 5 | 6 | 8 | 10 | 13 | 14),
        _ => ["08", "53", "57", "58", "40", "55P03", "25P03", "25006"]
            .iter()
            .any(|class| code.starts_with(class)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outages_are_told_apart_from_refusals() {
        for outage in [
            "5", "517", "8", "1032", "10", "778", "13", "57P01", "57014", "58030", "55P03", "25006", "25P03",
            "08006", "53300", "40001",
        ] {
            assert!(is_outage_code(outage.into()), "{outage}");
        }
        for refusal in ["19", "1555", "23505", "42P01", "25001", "55006", "1"] {
            assert!(!is_outage_code(refusal.into()), "{refusal}");
        }
    }
}
