//! What differs between the databases. Everything else is one text of SQL for both.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::postgres::PgListener;
use sqlx::{AnyPool, Executor};

use super::StoreError;

/// How long a request waits for a connection before it is told that the database is away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
const CONNECTIONS: u32 = 8;

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
    fn url(file: &Path) -> String {
        format!("sqlite://{}?mode=rwc", file.display())
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

/// The channel of notifications.
pub(super) const CHANNEL: &str = "vexil";

impl Backend for Postgres {
    fn options(&self) -> Result<(AnyPoolOptions, AnyConnectOptions), StoreError> {
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // Connections that a restarted server has closed are found before they are used.
            .test_before_acquire(true);
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

/// Hears other replicas.
pub(super) async fn listen(url: &str) -> Result<PgListener, StoreError> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
