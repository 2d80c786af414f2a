//! What processes tell: how often they evaluated what, who was exposed to which variant, which version they run.
//!
//! A request is judged ([`admit`]) and put into a bounded backlog in memory ([`backlog`]), which is written into the
//! database every few seconds and when the server stops. When the database is away, the backlog fills, and then what
//! comes is dropped and counted: processes are never made to wait for it. Tables are kept small ([`retention`]).
//!
//! A batch counts once, however often it is sent and to whichever replica: its id is written with its sums in one
//! transaction. So a flush may be tried again after any failure.

mod admit;
mod backlog;
mod report;
pub mod retention;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use utoipa::ToSchema;

use crate::catalog::Environment;
use crate::delivery::Audience;
use crate::store::{Store, StoreError, TelemetryPlace};

pub use admit::{CLOCK_PAST, Sampling};
use backlog::{Backlog, Taken};
pub use report::{EvaluationIn, ExposureIn, InstanceIn, Report};

/// Items of a report: evaluations and exposures.
pub const REPORT_ITEMS: usize = 10_000;
/// Bytes of a report.
pub const REPORT_BYTES: usize = 1 << 20;
/// How often the backlog is written into the database.
pub const FLUSH_EVERY: Duration = Duration::from_secs(2);
/// How long the last flush may take when the server stops.
pub const LAST_FLUSH: Duration = Duration::from_secs(5);
/// Items of a report that are written together. In SQLite changes of definitions wait for a transaction of telemetry, so
/// it is short: some 10 ms.
const PART_ITEMS: usize = 500;
/// The longest time that a flush leaves to others between two transactions.
const TURN: Duration = Duration::from_millis(50);

/// Takes over what processes tell.
#[derive(Debug)]
pub struct Telemetry {
    sampling: Sampling,
    backlog: Mutex<Backlog>,
    /// Held by whoever flushes: what is at the front of the backlog is theirs.
    flushing: tokio::sync::Mutex<()>,
    counters: Counters,
}

#[derive(Debug, Default)]
struct Counters {
    batches: AtomicU64,
    repeated: AtomicU64,
    accepted: AtomicU64,
    rejected: AtomicU64,
    dropped: AtomicU64,
    refused: AtomicU64,
    dropped_by_senders: AtomicU64,
}

/// What became of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Receipt {
    /// Items that were taken over, the instance not among them.
    pub accepted: u64,
    /// Items that were not, by the code that says why.
    pub rejected: BTreeMap<&'static str, u64>,
    /// Moments that were too far from now, and were moved.
    pub clamped: u64,
    /// Exposures of units that are no part of the sample; they are among those accepted.
    pub sampled_out: u64,
    /// Items that were sound and found no room, as the database is away or slow.
    pub dropped: u64,
    /// Whether a batch of this id was taken over before; this one counts for nothing.
    pub repeated: bool,
}

/// How a replica is doing with telemetry since it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// Batches that were taken over.
    pub batches: u64,
    /// Batches that had been taken over before.
    pub repeated: u64,
    /// Items that were taken over.
    pub accepted: u64,
    /// Items that were not sound.
    pub rejected: u64,
    /// Items that found no room in the backlog.
    pub dropped: u64,
    /// Items that the database refused.
    pub refused: u64,
    /// Items that senders say they have dropped.
    pub dropped_by_senders: u64,
    /// Batches, and parts of large ones, that have yet to be written into the database.
    pub waiting_batches: u64,
    /// Bytes of memory that they take, roughly.
    pub waiting_bytes: u64,
}

impl Telemetry {
    /// Without anything to tell yet.
    pub fn new(sampling: Sampling) -> Telemetry {
        Telemetry {
            sampling,
            backlog: Mutex::default(),
            flushing: tokio::sync::Mutex::default(),
            counters: Counters::default(),
        }
    }

    /// Which units are noted.
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// Takes over a report of somebody with a key for an audience; never waits for the database.
    pub fn accept(
        &self,
        report: Report,
        place: TelemetryPlace,
        environment: &Environment,
        audience: &Audience,
        now: i64,
    ) -> Receipt {
        let count = |counter: &AtomicU64, more: u64| {
            counter.fetch_add(more, Ordering::Relaxed);
        };
        let (id, dropped_before) = ((place.clone(), report.batch), report.dropped);
        let (parts, mut receipt) = admit::admit(report, place, environment, audience, self.sampling, now);
        let items = parts.iter().map(|part| backlog::items(part) as u64).sum();
        match self.backlog().push(id, parts) {
            Taken::New => {
                count(&self.counters.batches, 1);
                count(&self.counters.accepted, receipt.accepted);
                count(&self.counters.rejected, receipt.rejected.values().sum());
                count(&self.counters.dropped_by_senders, dropped_before);
            }
            Taken::Repeated => {
                count(&self.counters.repeated, 1);
                receipt = Receipt { repeated: true, ..Receipt::default() };
            }
            Taken::NoRoom => {
                count(&self.counters.dropped, items);
                receipt = Receipt { accepted: 0, sampled_out: 0, clamped: 0, dropped: items, ..receipt };
            }
        }
        receipt
    }

    /// Writes the backlog into the database, as far as it takes it. What it refuses, rather than being away, is given
    /// up and counted: it would be refused for ever.
    pub async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        let _flushing = self.flushing.lock().await;
        let mut items = PART_ITEMS;
        loop {
            let batches = self.backlog().front(items);
            if batches.is_empty() {
                return Ok(());
            }
            let started = Instant::now();
            match store.add_telemetry(&batches).await {
                Ok(added) => {
                    self.counters.repeated.fetch_add(added.repeated, Ordering::Relaxed);
                    self.backlog().written(batches.len());
                    items = PART_ITEMS;
                    if self.backlog().size().0 > 0 {
                        tokio::time::sleep(started.elapsed().min(TURN)).await;
                    }
                }
                Err(error @ (StoreError::Unavailable(_) | StoreError::Moved)) => return Err(error),
                // One of them is to blame: alone it will show.
                Err(_) if batches.len() > 1 => items = 1,
                Err(error) => {
                    tracing::error!(%error, "the database refused a batch of telemetry, which is given up");
                    let items = batches.iter().map(|batch| backlog::items(batch) as u64).sum();
                    self.counters.refused.fetch_add(items, Ordering::Relaxed);
                    self.backlog().written(batches.len());
                }
            }
        }
    }

    /// Flushes from time to time, for ever.
    pub(crate) async fn flush_regularly(&self, store: &Store) {
        let mut often = tokio::time::interval(FLUSH_EVERY);
        often.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut is_away = false;
        loop {
            often.tick().await;
            let flushed = self.flush(store).await;
            match &flushed {
                Err(error) if !is_away => tracing::warn!(%error, "telemetry waits for the database"),
                Ok(()) if is_away => tracing::info!("telemetry is written again"),
                _ => {}
            }
            is_away = flushed.is_err();
        }
    }

    /// Flushes once more, for as long as [`LAST_FLUSH`]; what is left then is lost.
    pub(crate) async fn flush_at_last(&self, store: &Store) {
        let flushed = tokio::time::timeout(LAST_FLUSH, self.flush(store)).await;
        if !matches!(flushed, Ok(Ok(()))) {
            let lost = self.health().waiting_batches;
            tracing::warn!(batches = lost, "telemetry was lost: the database did not take it");
        }
    }

    /// How it is doing.
    pub fn health(&self) -> Health {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (waiting_batches, waiting_bytes) = self.backlog().size();
        Health {
            batches: read(&self.counters.batches),
            repeated: read(&self.counters.repeated),
            accepted: read(&self.counters.accepted),
            rejected: read(&self.counters.rejected),
            dropped: read(&self.counters.dropped),
            refused: read(&self.counters.refused),
            dropped_by_senders: read(&self.counters.dropped_by_senders),
            waiting_batches: waiting_batches as u64,
            waiting_bytes: waiting_bytes as u64,
        }
    }

    fn backlog(&self) -> std::sync::MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of an environment.
pub(crate) fn place(project: &Arc<str>, environment: &Arc<str>) -> TelemetryPlace {
    (Arc::clone(project), Arc::clone(environment))
}
