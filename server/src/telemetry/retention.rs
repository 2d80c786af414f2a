//! How long telemetry is kept.

use crate::store::{HOUR, Store, StoreError};

const DAY: i64 = 24 * HOUR;

/// How long evaluations are kept by the minute, in milliseconds; then by the hour. Longer than
/// [`CLOCK_PAST`](super::CLOCK_PAST), so that no minute is written again.
pub const MINUTES: i64 = 2 * DAY;
/// How long evaluations are kept by the hour.
pub const HOURS: i64 = 90 * DAY;
/// How long a unit's exposure is kept after the last time.
pub const EXPOSURES: i64 = 180 * DAY;
/// How long an instance is kept after it was last heard of.
pub const INSTANCES: i64 = 7 * DAY;
/// How long ids of batches are kept. Whoever sends a batch again does so within an hour.
pub const BATCHES: i64 = 2 * HOUR;

/// Removes and sums up what is too old.
pub async fn tidy(store: &Store, now: i64) -> Result<(), StoreError> {
    // Batches come first: they are the most.
    store.forget_batches(now.saturating_sub(BATCHES)).await?;
    store.roll_up_evaluations(now.saturating_sub(MINUTES)).await?;
    store.forget_evaluations(now.saturating_sub(HOURS)).await?;
    store.forget_exposures(now.saturating_sub(EXPOSURES)).await?;
    store.forget_instances(now.saturating_sub(INSTANCES)).await?;
    Ok(())
}
