//! How many units experiments have room for. Units are whatever a process calls so, and a client key is public: without
//! a bound, whoever holds one could invent units until the disk is full.
//!
//! What an experiment holds is counted from time to time only, for to count takes as long as there is much; in between,
//! what is added to it counts from above. All counts are of one replica: each of several may go beyond by what the
//! others add between two counts.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::store::{Exposure, Store, StoreError, TelemetryBatch, TelemetryPlace};

/// How long a count is believed, as others add and retention removes.
const BELIEVED: Duration = Duration::from_secs(600);
/// An experiment that seems full is counted again only once as much was added as this part of its room.
const ADDED_PART: u64 = 100;

/// What experiments hold, as far as somebody has asked.
#[derive(Debug, Default)]
pub(super) struct Rooms(HashMap<(TelemetryPlace, Arc<str>), Held>);

/// Rows of one experiment: a unit counts once for each variant that it met.
#[derive(Debug, Clone, Copy)]
struct Held {
    counted: u64,
    /// Since then, at most.
    added: u64,
    at: Instant,
}

impl Held {
    /// Whether it has to be counted again before more is turned away.
    fn is_worth_counting(self, limit: u64) -> bool {
        self.added > limit / ADDED_PART || self.at.elapsed() >= BELIEVED
    }

    fn room(self, limit: u64) -> u64 {
        limit.saturating_sub(self.counted.saturating_add(self.added))
    }
}

impl Rooms {
    /// Leaves out the units that are new to an experiment that is full, and says how many. Those that it knows already
    /// take no room.
    pub(super) async fn fit(
        &mut self,
        store: &Store,
        batches: Vec<Arc<TelemetryBatch>>,
        limit: u64,
    ) -> Result<(Vec<Arc<TelemetryBatch>>, u64), StoreError> {
        let mut told: HashMap<(TelemetryPlace, Arc<str>), HashSet<&str>> = HashMap::new();
        for batch in &batches {
            for row in &batch.exposures {
                let experiment = (batch.place.clone(), Arc::clone(&row.experiment));
                told.entry(experiment).or_default().insert(&row.unit);
            }
        }
        let mut full: HashMap<(TelemetryPlace, Arc<str>), Full> = HashMap::new();
        for (experiment, units) in told {
            let rows = batches.iter().filter(|batch| batch.place == experiment.0);
            let rows = rows.flat_map(|batch| &batch.exposures).filter(|row| row.experiment == experiment.1);
            let rows = rows.count() as u64;
            let held = self.held(store, &experiment, rows, limit).await?;
            if held.room(limit) >= rows {
                self.add(&experiment, rows);
                continue;
            }
            let known = store.exposures_of(&experiment.0, &experiment.1, units.into_iter()).await?;
            full.insert(experiment, Full { known, room: held.room(limit) });
        }
        if full.is_empty() {
            return Ok((batches, 0));
        }
        let mut left_out = 0;
        let fitted = batches.into_iter().map(|batch| {
            let mut fitted = TelemetryBatch::clone(&batch);
            fitted.exposures.retain(|row| {
                let experiment = (batch.place.clone(), Arc::clone(&row.experiment));
                let is_kept = full.get_mut(&experiment).is_none_or(|full| full.admits(row));
                left_out += u64::from(!is_kept);
                is_kept
            });
            Arc::new(fitted)
        });
        let fitted = fitted.collect();
        for (experiment, full) in full {
            let room = self.0.get(&experiment).map_or(0, |held| held.room(limit));
            self.add(&experiment, room.saturating_sub(full.room));
        }
        Ok((fitted, left_out))
    }

    /// What an experiment holds, counted where that is not known well enough to tell whether so many more fit.
    async fn held(
        &mut self,
        store: &Store,
        experiment: &(TelemetryPlace, Arc<str>),
        more: u64,
        limit: u64,
    ) -> Result<Held, StoreError> {
        let known = self.0.get(experiment).copied();
        if let Some(held) = known
            && (held.room(limit) >= more || !held.is_worth_counting(limit))
            && held.at.elapsed() < BELIEVED
        {
            return Ok(held);
        }
        let counted = store.count_exposures(&experiment.0, &experiment.1, limit).await?;
        let held = Held { counted, added: 0, at: Instant::now() };
        // Of experiments that nobody tells of any more, nothing has to be known.
        self.0.retain(|_, held| held.at.elapsed() < BELIEVED);
        self.0.insert(experiment.clone(), held);
        Ok(held)
    }

    fn add(&mut self, experiment: &(TelemetryPlace, Arc<str>), rows: u64) {
        if let Some(held) = self.0.get_mut(experiment) {
            held.added = held.added.saturating_add(rows);
        }
    }
}

/// An experiment that has less room than what is told of it would take, if all of it were new.
struct Full {
    /// Units with attribute and variant.
    known: HashSet<(String, String, String)>,
    room: u64,
}

impl Full {
    fn admits(&mut self, row: &Exposure) -> bool {
        let unit = (row.unit.to_string(), row.attribute.to_string(), row.variant.to_string());
        if self.known.contains(&unit) {
            return true;
        }
        let has_room = self.room > 0;
        if has_room {
            self.room -= 1;
            self.known.insert(unit);
        }
        has_room
    }
}
