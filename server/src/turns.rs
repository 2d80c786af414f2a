//! Work that keeps a processor busy, where others need not wait for it: off the threads that answer, and a few at a time.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, block_in_place, spawn_blocking};

/// What takes more than about a millisecond waits here for its turn.
#[derive(Debug)]
pub(crate) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    /// As many as there are processors: more at once would only take longer each.
    fn default() -> Turns {
        Turns(Arc::new(Semaphore::new(available_parallelism().map_or(1, NonZeroUsize::get))))
    }
}

impl Turns {
    /// Waits for a turn, which ends when it is dropped. Whoever stops waiting leaves the queue.
    pub(crate) async fn wait(&self) -> Option<OwnedSemaphorePermit> {
        // Nobody closes it.
        Arc::clone(&self.0).acquire_owned().await.ok()
    }

    /// Does it when it has its turn, on a thread that may be kept busy. It goes on when whoever asked has gone, and
    /// keeps its turn until it is done.
    ///
    /// # Errors
    ///
    /// It panicked, or the process ends.
    pub(crate) async fn take<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        let turn = self.wait().await;
        let work = move || {
            let _turn = turn;
            work()
        };
        spawn_blocking(work).await
    }
}

/// Runs what takes the processor for a while and borrows what it works on: other tasks go on elsewhere meanwhile.
pub(crate) fn while_others_go_on<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => block_in_place(work),
        _ => work(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn no_more_are_busy_at_once_than_there_are_turns_and_a_panic_gives_its_turn_back() {
        static BUSY: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let turns = Arc::new(Turns(Arc::new(Semaphore::new(2))));
        for _ in 0..3 {
            assert!(turns.take(|| panic!("it goes wrong")).await.unwrap_err().is_panic());
        }
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let turns = Arc::clone(&turns);
            all.spawn(async move {
                let work = || {
                    MOST.fetch_max(BUSY.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(20));
                    BUSY.fetch_sub(1, Ordering::SeqCst);
                };
                turns.take(work).await.unwrap();
            });
        }
        all.join_all().await;
        assert_eq!(MOST.load(Ordering::SeqCst), 2);
    }
}
