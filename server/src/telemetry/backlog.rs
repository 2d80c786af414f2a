//! What has yet to be written into the database: bounded, as a whole and for each key, and without repetitions.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use uuid::Uuid;

use super::Bounds;
use super::accounts::{Accounts, Overdrawn, Teller};
use crate::store::{TelemetryBatch, TelemetryPlace};

/// Ids of batches that are remembered here. Older ones are found in the database, when they are written.
const RECENT: usize = 50_000;

#[derive(Debug)]
pub(super) struct Backlog {
    /// Oldest first.
    waiting: VecDeque<Waiting>,
    bytes: usize,
    bounds: Bounds,
    accounts: Accounts,
    recent: HashSet<(TelemetryPlace, Uuid)>,
    /// In the order in which they came.
    recent_order: VecDeque<(TelemetryPlace, Uuid)>,
}

#[derive(Debug)]
struct Waiting {
    batch: Arc<TelemetryBatch>,
    /// The id of the key that told.
    key: Arc<str>,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    New,
    Repeated,
    /// The backlog is full, or the key's share of it.
    NoRoom,
    /// The key told too much in too short a time.
    OverBudget,
}

impl Backlog {
    pub(super) fn new(bounds: Bounds) -> Backlog {
        Backlog {
            waiting: VecDeque::new(),
            bytes: 0,
            bounds,
            accounts: Accounts::default(),
            recent: HashSet::new(),
            recent_order: VecDeque::new(),
        }
    }

    /// Takes all parts of a batch, or none. What is not taken is not remembered: it may be sent again.
    pub(super) fn push(
        &mut self,
        teller: Teller<'_>,
        id: (TelemetryPlace, Uuid),
        parts: Vec<TelemetryBatch>,
        now: Instant,
    ) -> Taken {
        if self.recent.contains(&id) {
            return Taken::Repeated;
        }
        let bytes = parts.iter().map(weight).sum::<usize>();
        if self.bytes + bytes > self.bounds.backlog {
            return Taken::NoRoom;
        }
        match self.accounts.book(teller, bytes, &self.bounds, now) {
            Ok(()) => {}
            Err(Overdrawn::Share) => return Taken::NoRoom,
            Err(Overdrawn::Budget) => return Taken::OverBudget,
        }
        self.bytes += bytes;
        let waiting =
            parts.into_iter().map(|part| Waiting { batch: Arc::new(part), key: Arc::clone(teller.key) });
        self.waiting.extend(waiting);
        if self.recent_order.len() >= RECENT
            && let Some(oldest) = self.recent_order.pop_front()
        {
            self.recent.remove(&oldest);
        }
        self.recent_order.push_back(id.clone());
        self.recent.insert(id);
        Taken::New
    }

    /// The oldest batches, as many as have this many items together, and at least one.
    pub(super) fn front(&self, limit: usize) -> Vec<Arc<TelemetryBatch>> {
        let (mut batches, mut total) = (Vec::new(), 0);
        for Waiting { batch, .. } in &self.waiting {
            total += items(batch).max(1);
            if total > limit && !batches.is_empty() {
                break;
            }
            batches.push(Arc::clone(batch));
        }
        batches
    }

    /// So many of the oldest need not wait any more.
    pub(super) fn written(&mut self, batches: usize) {
        for Waiting { batch, key } in self.waiting.drain(..batches.min(self.waiting.len())) {
            let bytes = weight(&batch);
            self.bytes -= bytes;
            self.accounts.written(&key, bytes);
        }
    }

    /// Batches, and the bytes that they take.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.waiting.len(), self.bytes)
    }
}

/// Evaluations and exposures.
pub(super) fn items(batch: &TelemetryBatch) -> usize {
    batch.evaluations.len() + batch.exposures.len()
}

/// Bytes of memory, from above: what is shared counts wherever it is mentioned.
fn weight(batch: &TelemetryBatch) -> usize {
    let evaluations =
        batch.evaluations.iter().map(|row| size_of_val(row) + row.key.len() + row.variation.len());
    let exposures = batch.exposures.iter().map(|row| {
        let names = [&row.experiment, &row.variant, &row.attribute, &row.unit];
        size_of_val(row) + names.iter().map(|name| name.len()).sum::<usize>()
    });
    let instance = batch.instance.as_ref();
    let instance = instance.map_or(0, |row| row.id.len() + row.service.len() + row.sdk.len());
    size_of::<TelemetryBatch>() + evaluations.sum::<usize>() + exposures.sum::<usize>() + instance
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::Audience;
    use crate::store::EvaluationCount;

    fn push(backlog: &mut Backlog, id: u128, items: usize) -> Taken {
        let (batch, key) = (batch(id, items), "key".into());
        let teller = Teller { key: &key, audience: &Audience::Server };
        backlog.push(teller, (batch.place.clone(), batch.id), vec![batch], Instant::now())
    }

    fn batch(id: u128, items: usize) -> TelemetryBatch {
        let count =
            EvaluationCount { key: "a".into(), variation: "on".into(), reason: "DEFAULT", at: 0, count: 1 };
        TelemetryBatch {
            place: ("p".into(), "e".into()),
            id: Uuid::from_u128(id),
            part: 0,
            received_at: 0,
            evaluations: vec![count; items],
            exposures: Vec::new(),
            instance: None,
        }
    }

    #[test]
    fn it_is_bounded_and_has_room_again_once_it_was_written() {
        let mut backlog = Backlog::new(Bounds { backlog: 3 * weight(&batch(0, 5)), ..Bounds::default() });
        for id in 0..3 {
            assert_eq!(push(&mut backlog, id, 5), Taken::New);
        }
        assert_eq!(push(&mut backlog, 3, 5), Taken::NoRoom);
        assert_eq!(push(&mut backlog, 2, 5), Taken::Repeated);
        backlog.written(1);
        assert_eq!(push(&mut backlog, 3, 5), Taken::New);
        assert_eq!(push(&mut backlog, 0, 5), Taken::Repeated);
        backlog.written(9);
        assert_eq!(backlog.size(), (0, 0));
    }

    #[test]
    fn what_is_written_together_is_bounded_but_never_nothing() {
        let mut backlog = Backlog::new(Bounds::default());
        for (id, items) in [(0, 50), (1, 2), (2, 2), (3, 0), (4, 9)] {
            push(&mut backlog, id, items);
        }
        assert_eq!(backlog.front(10).len(), 1);
        backlog.written(1);
        assert_eq!(backlog.front(10).len(), 3);
        assert_eq!(backlog.front(1).len(), 1);
    }

    #[test]
    fn only_so_many_ids_are_remembered() {
        let mut backlog = Backlog::new(Bounds::default());
        for id in 0..=RECENT as u128 {
            push(&mut backlog, id, 0);
            backlog.written(1);
        }
        assert_eq!(backlog.recent.len(), RECENT);
        assert_eq!(push(&mut backlog, 1, 0), Taken::Repeated);
        assert_eq!(push(&mut backlog, 0, 0), Taken::New);
    }
}
