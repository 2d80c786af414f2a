//! What differs between the databases. Everything else is one text of SQL for both.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, Connection, Executor};

use super::StoreError;

/// How long a request waits for a connection before it is told that the database is away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
const CONNECTIONS: u32 = 8;

/// How long a connection that was given back may take to show that it works. One to which nobody answers any more would
/// keep its place until the operating system gives it up, in a quarter of an hour.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(3);

/// A kind of database.
pub(super) trait Backend: Send + Sync {
    /// Opens a pool of connections.
    fn options(&self) -> Result<(AnyPoolOptions, AnyConnectOptions), StoreError>;

    /// Begins a transaction that writes.
    fn begin(&self) -> &'static str;

    /// Begins a transaction that reads, all of it as of one moment.
    fn begin_read(&self) -> &'static str;

    /// What a transaction that writes says first, so that it is the only one among all replicas.
    fn lock(&self) -> Option<&'static str>;

    /// The same for what adds to telemetry: it must not wait for changes, nor they for it.
    fn telemetry_lock(&self) -> Option<&'static str>;

    /// Tells other replicas of a topic (`$1`), if and when the transaction commits.
    fn notify(&self) -> Option<&'static str>;

    /// Where other replicas' notifications are heard.
    fn listens(&self) -> Option<&str>;

    /// Copies the database into a file while others write, if it can.
    fn copy(&self) -> Option<&'static str>;
}

/// A file in the data folder; for one process.
pub(super) struct Sqlite {
    pub(super) file: PathBuf,
}

impl Sqlite {
    /// The file is there already. Whatever means something in a URL is escaped.
    fn url(file: &Path) -> String {
        let mut url = "sqlite://".to_owned();
        for byte in file.as_os_str().as_encoded_bytes() {
            match byte {
                b'/' | b'.' | b'-' | b'_' | b'~' => url.push(char::from(*byte)),
                byte if byte.is_ascii_alphanumeric() => url.push(char::from(*byte)),
                byte => drop(write!(url, "%{byte:02X}")),
            }
        }
        url + "?mode=rw"
    }
}

/// WAL lets reads go on beside a write. FULL syncs the log at every commit: what was accepted survives a power cut.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
    PRAGMA busy_timeout = 3000;";

impl Backend for Sqlite {
    fn options(&self) -> Result<(AnyPoolOptions, AnyConnectOptions), StoreError> {
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(PRAGMAS).await.map(|_| ()) })
            });
        Ok((pool, Sqlite::url(&self.file).parse()?))
    }

    fn begin(&self) -> &'static str {
        // Takes the lock at once: a transaction that reads first and writes later could not be retried by waiting.
        "BEGIN IMMEDIATE"
    }

    fn begin_read(&self) -> &'static str {
        "BEGIN"
    }

    fn lock(&self) -> Option<&'static str> {
        None
    }

    fn telemetry_lock(&self) -> Option<&'static str> {
        None
    }

    fn notify(&self) -> Option<&'static str> {
        None
    }

    fn listens(&self) -> Option<&str> {
        None
    }

    fn copy(&self) -> Option<&'static str> {
        Some("VACUUM INTO $1")
    }
}

/// A server that several replicas share.
pub(super) struct Postgres {
    pub(super) url: String,
}

/// Nobody waits for ever: not for a statement, which is longer than a request takes, nor for a lock; and a replica that
/// vanished in the middle of a transaction does not keep the lock on writing from the others.
const PATIENCE: &str = "SET statement_timeout = '30s'; SET lock_timeout = '5s';
    SET idle_in_transaction_session_timeout = '10s';
    SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;";

/// Asked before a connection is used: one that a restarted server has closed gives no answer, and after a failover one
/// may lead to a server that only reads.
const TAKES_WRITES: &str = "SELECT current_setting('transaction_read_only') = 'off'";

impl Backend for Postgres {
    fn options(&self) -> Result<(AnyPoolOptions, AnyConnectOptions), StoreError> {
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(PATIENCE).await.map(|_| ()) })
            })
            .test_before_acquire(false)
            .before_acquire(|connection, _| {
                Box::pin(async move { sqlx::query_scalar(TAKES_WRITES).fetch_one(connection).await })
            })
            .after_release(|connection, _| {
                let answer = tokio::time::timeout(RELEASE_TIMEOUT, connection.ping());
                Box::pin(async move { answer.await.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| true) })
            });
        Ok((pool, self.url.parse()?))
    }

    fn begin(&self) -> &'static str {
        // Whatever the database's default is: what is read after the lock must be of after the lock.
        "BEGIN ISOLATION LEVEL READ COMMITTED"
    }

    fn begin_read(&self) -> &'static str {
        // By default each statement sees what was committed until it began: a version's number, and then the next
        // version's definitions.
        "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    }

    fn lock(&self) -> Option<&'static str> {
        // Any number, as long as every replica takes the same.
        Some("SELECT pg_advisory_xact_lock(7708271011)")
    }

    fn telemetry_lock(&self) -> Option<&'static str> {
        Some("SELECT pg_advisory_xact_lock(7708271012)")
    }

    fn notify(&self) -> Option<&'static str> {
        Some("SELECT pg_notify('vexil', $1)")
    }

    fn listens(&self) -> Option<&str> {
        Some(&self.url)
    }

    fn copy(&self) -> Option<&'static str> {
        None
    }
}

/// Opens the pool.
pub(super) async fn connect(backend: &dyn Backend) -> Result<AnyPool, StoreError> {
    let (pool, options) = backend.options()?;
    Ok(pool.connect_with(options).await?)
}

/// Brings the schema up to date, on a connection of its own: it takes the time that it takes, and waits for another
/// replica that does the same.
pub(super) async fn migrate(backend: &dyn Backend) -> Result<(), StoreError> {
    let (_, options) = backend.options()?;
    let mut connection = AnyConnection::connect_with(&options).await?;
    sqlx::migrate!("./migrations").run(&mut connection).await?;
    Ok(connection.close().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_means_itself_in_a_url() {
        let url = Sqlite::url(Path::new("/srv/my data/a%20b?c#d/vexil.db"));
        assert_eq!(url, "sqlite:///srv/my%20data/a%2520b%3Fc%23d/vexil.db?mode=rw");
    }
}
