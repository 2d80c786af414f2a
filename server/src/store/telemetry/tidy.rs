//! Keeping telemetry from growing for ever. Every step is short, so that nobody waits long for the database.

use super::super::{Store, StoreError};
use super::{HOUR, MINUTE};

/// Rows that one statement removes.
const ROWS_AT_ONCE: i64 = 5_000;

impl Store {
    /// Moves the counts of minutes that began before a moment into the hours that they are part of, minute by minute.
    /// Returns how many minutes there were.
    pub async fn roll_up_evaluations(&self, before: i64) -> Result<u64, StoreError> {
        let mut minutes = 0;
        while self.roll_up_minute(before).await? {
            minutes += 1;
        }
        Ok(minutes)
    }

    async fn roll_up_minute(&self, before: i64) -> Result<bool, StoreError> {
        let mut transaction = self.begin_telemetry().await?;
        let oldest: Option<i64> =
            sqlx::query_scalar("SELECT MIN(at) FROM evaluation_counts WHERE span = $1 AND at < $2")
                .bind(MINUTE)
                .bind(before)
                .fetch_one(&mut *transaction)
                .await?;
        let Some(at) = oldest else { return Ok(false) };
        sqlx::query(
            "INSERT INTO evaluation_counts (project, environment, key, variation, reason, span, at, count)
             SELECT project, environment, key, variation, reason, CAST($1 AS BIGINT), CAST($2 AS BIGINT), count
             FROM evaluation_counts WHERE span = $3 AND at = $4
             ON CONFLICT (project, environment, key, span, at, variation, reason)
             DO UPDATE SET count = evaluation_counts.count + excluded.count",
        )
        .bind(HOUR)
        .bind(at - at.rem_euclid(HOUR))
        .bind(MINUTE)
        .bind(at)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM evaluation_counts WHERE span = $1 AND at = $2")
            .bind(MINUTE)
            .bind(at)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Removes counts of spans that began before a moment; returns how many rows.
    pub async fn forget_evaluations(&self, before: i64) -> Result<u64, StoreError> {
        self.forget_in_chunks(
            "DELETE FROM evaluation_counts
             WHERE (project, environment, key, span, at, variation, reason) IN (
                SELECT project, environment, key, span, at, variation, reason FROM evaluation_counts
                WHERE span IN (60000, 3600000) AND at < $1 LIMIT $2)",
            before,
        )
        .await
    }

    /// Removes units that have not met their variant since a moment; returns how many rows.
    pub async fn forget_exposures(&self, before: i64) -> Result<u64, StoreError> {
        self.forget_in_chunks(
            "DELETE FROM exposures
             WHERE (project, environment, experiment, unit, attribute, variant) IN (
                SELECT project, environment, experiment, unit, attribute, variant FROM exposures
                WHERE last_at < $1 LIMIT $2)",
            before,
        )
        .await
    }

    /// Removes instances that were not heard of since a moment; returns how many.
    pub async fn forget_instances(&self, before: i64) -> Result<u64, StoreError> {
        self.forget_in_chunks(
            "DELETE FROM instances WHERE (project, environment, instance) IN (
                SELECT project, environment, instance FROM instances WHERE seen_at < $1 LIMIT $2)",
            before,
        )
        .await
    }

    /// Forgets which batches came before a moment; returns how many.
    pub async fn forget_batches(&self, before: i64) -> Result<u64, StoreError> {
        self.forget_in_chunks(
            "DELETE FROM telemetry_batches WHERE (project, environment, id, part) IN (
                SELECT project, environment, id, part FROM telemetry_batches WHERE received_at < $1 LIMIT $2)",
            before,
        )
        .await
    }

    /// Each chunk is a transaction of its own, so that others get a turn.
    async fn forget_in_chunks(&self, sql: &'static str, before: i64) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        loop {
            let done = sqlx::query(sql).bind(before).bind(ROWS_AT_ONCE).execute(&self.pool).await?;
            forgotten += done.rows_affected();
            if done.rows_affected() == 0 {
                return Ok(forgotten);
            }
        }
    }
}
