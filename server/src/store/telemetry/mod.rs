//! What processes tell of themselves: sums, exposures, instances. It lies beside the definitions and none of it can
//! change what is in force: transactions here are not the gate's, and know these tables only.

mod add;
mod ask;
mod room;
mod tidy;

use std::sync::Arc;

use sqlx::{Any, Transaction};

use super::{Store, StoreError};

pub use add::{Added, EvaluationCount, Exposure, InstanceReport, TelemetryBatch};
pub use ask::{
    EvaluationFilter, EvaluationSum, ExposureFilter, ExposureRow, InstanceFilter, InstanceRow, Propagation,
    VariantCount, VersionCount,
};

/// Milliseconds of the spans of time in which evaluations are summed.
pub const MINUTE: i64 = 60_000;
/// As [`MINUTE`], of what is older.
pub const HOUR: i64 = 60 * MINUTE;

/// An environment of a project, by its keys.
pub type TelemetryPlace = (Arc<str>, Arc<str>);

impl Store {
    /// Begins a transaction that writes telemetry; the only such one among all replicas, so that sums that are moved
    /// and sums that are added do not lose each other.
    async fn begin_telemetry(&self) -> Result<Transaction<'static, Any>, StoreError> {
        let mut transaction = self.pool.begin_with(self.backend.begin()).await?;
        if let Some(lock) = self.backend.telemetry_lock() {
            sqlx::query(lock).execute(&mut *transaction).await?;
        }
        Ok(transaction)
    }
}
