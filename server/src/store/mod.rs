//! The database: SQLite in a file, or PostgreSQL. Reads are open to all of the server; a transaction that changes what
//! is in force is begun by the gate alone, for only the gate has what [`Store::begin`] asks for.

mod backend;
mod error;
mod facts;
mod folder;
mod notifications;
mod part;
mod people;
mod read;
mod telemetry;
mod write;

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::AnyPool;
use tokio::time::Instant;
use vexil_core::Timestamp;

use crate::audit::{Action, Record};
use crate::gate::Approved;
use backend::{Backend, Postgres, Sqlite};

pub use error::StoreError;
pub(crate) use error::failures;
pub use facts::AuditFilter;
pub use folder::Claim;
pub use notifications::Notifications;
pub use part::Part;
pub use people::{CredentialRow, PersonRow, SessionRow, SigningKeyRow};
pub use read::{ChangeRow, Position, Revision, Version};
pub use telemetry::{
    Added, EvaluationCount, EvaluationFilter, EvaluationSum, Exposure, ExposureFilter, ExposureRow, HOUR,
    InstanceFilter, InstanceReport, InstanceRow, MINUTE, Propagation, TelemetryBatch, TelemetryPlace,
    VariantCount, VersionCount,
};
pub(crate) use write::Place;
pub use write::{Lines, WriteTx};

/// The name of the database file in the data folder.
pub const FILE: &str = "vexil.db";

/// An open database.
pub struct Store {
    pool: AnyPool,
    backend: Box<dyn Backend>,
}

impl Store {
    /// Opens the file in a folder, which is made if need be, for its owner alone.
    pub async fn in_folder(folder: &Path) -> Result<Store, StoreError> {
        Store::open(Box::new(Sqlite { file: folder::database(folder)? })).await
    }

    /// Opens what a URL names: `postgres://...`.
    pub async fn at_url(url: &str) -> Result<Store, StoreError> {
        Store::open(Box::new(Postgres { url: url.to_owned() })).await
    }

    async fn open(backend: Box<dyn Backend>) -> Result<Store, StoreError> {
        sqlx::any::install_default_drivers();
        let pool = backend::connect(&*backend).await?;
        backend::migrate(&*backend).await?;
        Ok(Store { pool, backend })
    }

    /// Begins the only transaction that can change what is in force.
    pub(crate) async fn begin(&self, approved: Approved) -> Result<WriteTx, StoreError> {
        let mut transaction = self.pool.begin_with(self.backend.begin()).await?;
        if let Some(lock) = self.backend.lock() {
            sqlx::query(lock).execute(&mut *transaction).await?;
        }
        Ok(WriteTx::new(transaction, approved, self.backend.notify()))
    }

    /// Hears what other replicas commit; none where there can be no others.
    pub async fn listen(&self) -> Result<Option<Notifications>, StoreError> {
        match self.backend.listens() {
            Some(url) => Notifications::of(url).await.map(Some),
            None => Ok(None),
        }
    }

    /// Whether several replicas may share this database.
    pub fn is_shared(&self) -> bool {
        self.backend.listens().is_some()
    }

    /// Copies the database into a new file while others go on. None where the database has tools of its own for that.
    pub async fn copy_to(&self, file: &Path) -> Result<Option<()>, StoreError> {
        let Some(copy) = self.backend.copy() else { return Ok(None) };
        sqlx::query(copy).bind(file.display().to_string()).execute(&self.pool).await?;
        Ok(Some(()))
    }

    /// Asks the database for nothing, to see whether it answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Connections to the database: idle ones, and all.
    pub(crate) fn connections(&self) -> (i64, i64) {
        (i64::try_from(self.pool.num_idle()).unwrap_or(i64::MAX), i64::from(self.pool.size()))
    }

    /// Ends all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Copies the embedded database of a folder into a file that is empty or not there yet, also while a server uses it. It
/// is copied as it is: whoever takes a backup does not migrate. `name` is what the audit log, of which the copy has this
/// too, is told of where it goes.
///
/// Where the log could not be told, for the database is only readable or of another version, it says why: to keep a
/// copy from whoever can read the file anyway would help nobody.
pub async fn back_up(folder: &Path, file: &Path, name: &str) -> Result<Option<StoreError>, StoreError> {
    sqlx::any::install_default_drivers();
    let sqlite = Box::new(Sqlite { file: folder::existing_database(folder)? });
    let store = Store { pool: backend::connect(&*sqlite).await?, backend: sqlite };
    let at = Timestamp::from_millis(now());
    let record = Record {
        target: Some(name.to_owned()),
        ..Record::new(at, "system:backup".to_owned(), Action::BackupTake)
    };
    let untold = store.note(vec![record]).await.err();
    store.copy_to(file).await?;
    store.close().await;
    Ok(untold)
}

/// Milliseconds since the epoch.
pub fn now() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// What the database says in time; else it is away. What is given up has no further effect: a transaction is rolled
/// back, unless it was just being committed.
pub(crate) async fn within<T, E: From<StoreError>>(
    time: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    by(Instant::now() + time, work).await
}

/// As [`within`], by a moment.
pub(crate) async fn by<T, E: From<StoreError>>(
    deadline: Instant,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    tokio::time::timeout_at(deadline, work).await.unwrap_or_else(|_| Err(StoreError::away().into()))
}
