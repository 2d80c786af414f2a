//! What processes tell: how often they evaluated what, who was exposed to which variant, which version they run.
//!
//! A request is judged ([`admit`]) and put into a bounded backlog in memory ([`backlog`]), which is written into the
//! database every few seconds and when the server stops. When the database is away, the backlog fills, and then what
//! comes is dropped and counted: processes are never made to wait for it. No key may take more than its share, and a
//! client key, which is public, no more than its budget ([`accounts`]); an experiment has room for so many units
//! ([`rooms`]). Tables are kept small ([`retention`]).
//!
//! A batch counts once, however often it is sent and to whichever replica: its id is written with its sums in one
//! transaction. So a flush may be tried again after any failure.

mod accounts;
mod admit;
mod backlog;
mod report;
pub mod retention;
mod rooms;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use utoipa::ToSchema;

use crate::catalog::Environment;
use crate::directory::SdkKey;
use crate::store::{Store, StoreError, TelemetryPlace};

use accounts::Teller;
pub use admit::{CLOCK_PAST, Sampling};
use backlog::{Backlog, Taken};
pub use report::{EvaluationIn, ExposureIn, InstanceIn, Report};
use rooms::Rooms;

/// Items of a report: evaluations and exposures.
pub const REPORT_ITEMS: usize = 10_000;
/// Bytes of a report.
pub const REPORT_BYTES: usize = 1 << 20;
/// How often the backlog is written into the database.
pub const FLUSH_EVERY: Duration = Duration::from_secs(2);
/// How long the last flush may take when the server stops: a full backlog takes a slow disk as long.
pub const LAST_FLUSH: Duration = Duration::from_secs(10);
/// Bytes of memory that waiting batches may take, roughly: minutes of a large installation.
pub const BACKLOG_BYTES: usize = 64 << 20;
/// How much of that one server key may take; and one client key, so that a few public keys leave room for all others.
pub const SERVER_SHARE: usize = BACKLOG_BYTES / 2;
/// As [`SERVER_SHARE`], of a client key.
pub const CLIENT_SHARE: usize = BACKLOG_BYTES / 8;
/// Bytes that one client key may tell in a second, as they lie in memory: well over a thousand exposures.
pub const CLIENT_BYTES_PER_SECOND: usize = 256 << 10;
/// Bytes that it may tell at once after it was silent for a while.
pub const CLIENT_BYTES_AT_ONCE: usize = CLIENT_SHARE;
/// Units of an experiment in an environment that are noted, each once for every variant that it met. An experiment that
/// has more is better sampled.
pub const UNITS: u64 = 1_000_000;
/// Items of a report that are written together. In SQLite changes of definitions wait for a transaction of telemetry, so
/// it is short: some 10 ms.
const PART_ITEMS: usize = 500;
/// Items that are written together when the server stops: nobody waits then.
const LAST_ITEMS: usize = 5_000;
/// The longest time that a flush leaves to others between two transactions.
const TURN: Duration = Duration::from_millis(50);

/// How much is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// [`BACKLOG_BYTES`].
    pub backlog: usize,
    /// [`SERVER_SHARE`].
    pub server_share: usize,
    /// [`CLIENT_SHARE`].
    pub client_share: usize,
    /// [`CLIENT_BYTES_PER_SECOND`].
    pub client_bytes_per_second: usize,
    /// [`CLIENT_BYTES_AT_ONCE`].
    pub client_bytes_at_once: usize,
    /// [`UNITS`].
    pub units: u64,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            backlog: BACKLOG_BYTES,
            server_share: SERVER_SHARE,
            client_share: CLIENT_SHARE,
            client_bytes_per_second: CLIENT_BYTES_PER_SECOND,
            client_bytes_at_once: CLIENT_BYTES_AT_ONCE,
            units: UNITS,
        }
    }
}

/// Takes over what processes tell.
#[derive(Debug)]
pub struct Telemetry {
    sampling: Sampling,
    units: u64,
    backlog: Mutex<Backlog>,
    /// Held by whoever flushes: what is at the front of the backlog is theirs.
    flushing: tokio::sync::Mutex<Rooms>,
    counters: Counters,
}

/// How a flush goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Haste {
    /// In short transactions, between which others have their turn.
    None,
    /// The server stops.
    Last,
}

#[derive(Debug, Default)]
struct Counters {
    batches: AtomicU64,
    repeated: AtomicU64,
    accepted: AtomicU64,
    rejected: AtomicU64,
    dropped: AtomicU64,
    over_budget: AtomicU64,
    over_units: AtomicU64,
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
    /// Items that were sound and found no room, as the database is away or slow, or the key tells too much.
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
    /// Items that found no room in the backlog, or in what the key may take of it.
    pub dropped: u64,
    /// Items of client keys that told more than one may in a time.
    pub over_budget: u64,
    /// Exposures of units beyond those that an experiment has room for.
    pub over_units: u64,
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
        Telemetry::bounded(sampling, Bounds::default())
    }

    /// With other bounds.
    pub fn bounded(sampling: Sampling, bounds: Bounds) -> Telemetry {
        Telemetry {
            sampling,
            units: bounds.units,
            backlog: Mutex::new(Backlog::new(bounds)),
            flushing: tokio::sync::Mutex::default(),
            counters: Counters::default(),
        }
    }

    /// Which units are noted.
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// Takes over a report of whoever holds a key of this environment; never waits for the database.
    pub fn accept(&self, report: Report, key: &SdkKey, environment: &Environment, now: i64) -> Receipt {
        let count = |counter: &AtomicU64, more: u64| {
            counter.fetch_add(more, Ordering::Relaxed);
        };
        let place: TelemetryPlace = (Arc::clone(&key.project), Arc::clone(&key.environment));
        let (id, dropped_before) = ((place.clone(), report.batch), report.dropped);
        let (parts, mut receipt) =
            admit::admit(report, place, environment, &key.audience, self.sampling, now);
        let teller = Teller { key: &key.id, audience: &key.audience };
        let items = parts.iter().map(|part| backlog::items(part) as u64).sum();
        match self.backlog().push(teller, id, parts, Instant::now()) {
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
            taken @ (Taken::NoRoom | Taken::OverBudget) => {
                let is_over_budget = taken == Taken::OverBudget;
                let counter =
                    if is_over_budget { &self.counters.over_budget } else { &self.counters.dropped };
                count(counter, items);
                receipt = Receipt { accepted: 0, sampled_out: 0, clamped: 0, dropped: items, ..receipt };
            }
        }
        receipt
    }

    /// Writes the backlog into the database, as far as it takes it. What it refuses, rather than being away, is given
    /// up and counted: it would be refused for ever.
    pub async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        self.write(store, Haste::None).await
    }

    async fn write(&self, store: &Store, haste: Haste) -> Result<(), StoreError> {
        let mut rooms = self.flushing.lock().await;
        let at_once = if haste == Haste::Last { LAST_ITEMS } else { PART_ITEMS };
        let mut items = at_once;
        loop {
            let batches = self.backlog().front(items);
            if batches.is_empty() {
                return Ok(());
            }
            let (started, taken) = (Instant::now(), batches.len());
            let (batches, over_units) = rooms.fit(store, batches, self.units).await?;
            match store.add_telemetry(&batches).await {
                Ok(added) => {
                    self.counters.repeated.fetch_add(added.repeated, Ordering::Relaxed);
                    self.counters.over_units.fetch_add(over_units, Ordering::Relaxed);
                    self.backlog().written(taken);
                    items = at_once;
                    if haste == Haste::None && self.backlog().size().0 > 0 {
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
        let flushed = tokio::time::timeout(LAST_FLUSH, self.write(store, Haste::Last)).await;
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
            over_budget: read(&self.counters.over_budget),
            over_units: read(&self.counters.over_units),
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
