//! What has yet to be written into the database: bounded, and without repetitions.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use uuid::Uuid;

use crate::store::{TelemetryBatch, TelemetryPlace};

/// Bytes of memory that waiting batches may take, roughly: minutes of a large installation.
const BACKLOG_BYTES: usize = 64 << 20;
/// Ids of batches that are remembered here. Older ones are found in the database, when they are written.
const RECENT: usize = 50_000;

#[derive(Debug)]
pub(super) struct Backlog {
    /// Oldest first.
    waiting: VecDeque<Arc<TelemetryBatch>>,
    bytes: usize,
    limit: usize,
    recent: HashSet<(TelemetryPlace, Uuid)>,
    /// In the order in which they came.
    recent_order: VecDeque<(TelemetryPlace, Uuid)>,
}

impl Default for Backlog {
    fn default() -> Backlog {
        Backlog {
            waiting: VecDeque::new(),
            bytes: 0,
            limit: BACKLOG_BYTES,
            recent: HashSet::new(),
            recent_order: VecDeque::new(),
        }
    }
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    New,
    Repeated,
    NoRoom,
}

impl Backlog {
    /// Takes all parts of a batch, or none.
    pub(super) fn push(&mut self, id: (TelemetryPlace, Uuid), parts: Vec<TelemetryBatch>) -> Taken {
        if self.recent.contains(&id) {
            return Taken::Repeated;
        }
        let bytes = parts.iter().map(weight).sum::<usize>();
        if self.bytes + bytes > self.limit {
            // Not remembered: it may be sent again.
            return Taken::NoRoom;
        }
        self.bytes += bytes;
        self.waiting.extend(parts.into_iter().map(Arc::new));
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
        for batch in &self.waiting {
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
        for batch in self.waiting.drain(..batches.min(self.waiting.len())) {
            self.bytes -= weight(&batch);
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
    use crate::store::EvaluationCount;

    fn push(backlog: &mut Backlog, id: u128, items: usize) -> Taken {
        let batch = batch(id, items);
        backlog.push((batch.place.clone(), batch.id), vec![batch])
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
        let mut backlog = Backlog { limit: 3 * weight(&batch(0, 5)), ..Backlog::default() };
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
        let mut backlog = Backlog::default();
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
        let mut backlog = Backlog::default();
        for id in 0..=RECENT as u128 {
            push(&mut backlog, id, 0);
            backlog.written(1);
        }
        assert_eq!(backlog.recent.len(), RECENT);
        assert_eq!(push(&mut backlog, 1, 0), Taken::Repeated);
        assert_eq!(push(&mut backlog, 0, 0), Taken::New);
    }
}
