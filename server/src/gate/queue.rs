//! Whose turn it is to change something. Changes of one process wait for each other here rather than in the database.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use crate::store::StoreError;

/// One turn after the other, in the order in which they were asked for.
#[derive(Debug)]
pub(super) struct Queue {
    free: Arc<Mutex<()>>,
    /// Counts how often somebody found in their turn that the database is away.
    outages: watch::Sender<u64>,
}

/// Whoever holds it has the turn; a clone goes with what must be finished when whoever asked has left.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    _held: Arc<OwnedMutexGuard<()>>,
}

impl Default for Queue {
    fn default() -> Queue {
        Queue { free: Arc::default(), outages: watch::Sender::new(0) }
    }
}

impl Queue {
    /// Waits in the queue, and leaves it when it is dropped.
    ///
    /// # Errors
    ///
    /// Unavailable when somebody before found that the database is away: each would wait as long to find the same.
    pub(super) async fn wait(&self) -> Result<Turn, StoreError> {
        let mut outages = self.outages.subscribe();
        tokio::select! {
            // Whoever found it gives the turn back right after saying so.
            biased;
            _ = outages.changed() => Err(StoreError::away()),
            held = Arc::clone(&self.free).lock_owned() => Ok(Turn { _held: Arc::new(held) }),
        }
    }

    /// Ends the wait of everybody in the queue if this says that the database is away. Said by whoever has the turn.
    pub(super) fn learn_from(&self, error: &StoreError) {
        if matches!(error, StoreError::Unavailable(_)) {
            self.outages.send_modify(|count| *count += 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn those_who_wait_when_the_database_goes_away_do_not_wait_on() {
        let queue = Arc::new(Queue::default());
        let turn = queue.wait().await.unwrap();
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let queue = Arc::clone(&queue);
                tokio::spawn(async move { queue.wait().await.map(drop) })
            })
            .collect();
        tokio::task::yield_now().await;
        queue.learn_from(&StoreError::Moved);
        tokio::task::yield_now().await;
        assert!(waiting.iter().all(|one| !one.is_finished()));
        queue.learn_from(&StoreError::away());
        drop(turn);
        for one in waiting {
            assert!(matches!(one.await.unwrap(), Err(StoreError::Unavailable(_))));
        }
        // The next one tries again.
        assert!(queue.wait().await.is_ok());
    }
}
