//! How often all threads of a process met each outcome of one client's.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use vexil_core::Evaluation;
use vexil_core::evaluate::Fingerprint;

use crate::fork;
use crate::lock::Mutex;

use super::table::{Names, SMALLEST, Table};

/// Slots of all tables of a client: some 20 MB with the names in them. A thread that finds no room counts what it drops.
const SLOTS: usize = 1 << 17;

/// The tables of one client.
#[derive(Debug, Default)]
pub(super) struct Counts {
    tables: Mutex<Vec<Read>>,
    /// Evaluations of threads that could not be given a table, as they were ending; and those of many at once.
    dropped: AtomicU64,
}

/// A table, and how far it was read.
#[derive(Debug)]
struct Read {
    table: Arc<Table>,
    counts: Box<[u64]>,
    dropped: u64,
}

/// What was counted since the last time.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) evaluations: HashMap<Names, u64>,
    pub(super) dropped: u64,
}

thread_local! {
    /// The tables that this thread counts in, one for each client that it has asked.
    static CLAIMS: RefCell<Vec<Claim>> = const { RefCell::new(Vec::new()) };
}

struct Claim {
    /// Whose.
    id: u64,
    /// In which process: a child of a fork has tables of its own.
    generation: u64,
    table: Arc<Table>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.table.release();
    }
}

/// Counts evaluations of one outcome in this thread's table for a client, if it has one and the outcome was met before.
#[inline]
pub(super) fn count_again(id: u64, fingerprint: Fingerprint, times: u64) -> bool {
    let counted = CLAIMS.try_with(|claims| {
        let claims = claims.try_borrow().ok()?;
        let claim = claims.iter().find(|claim| claim.id == id)?;
        claim.table.count(fingerprint, times).then_some(())
    });
    matches!(counted, Ok(Some(())))
}

impl Counts {
    /// Counts an outcome that this thread has not met before.
    pub(super) fn count_first(&self, id: u64, fingerprint: Fingerprint, evaluation: &Evaluation<'_>) {
        let Some(names) = Names::of(evaluation) else { return };
        let counted = CLAIMS.try_with(|claims| {
            let mut claims = claims.try_borrow_mut().ok()?;
            let generation = fork::generation();
            // Those of clients that are gone, and of the parent.
            claims.retain(|claim| claim.generation == generation && Arc::strong_count(&claim.table) > 1);
            let mine = match claims.iter().position(|claim| claim.id == id) {
                Some(mine) => claims.get_mut(mine)?,
                None => {
                    claims.push(Claim { id, generation, table: self.claim(SMALLEST)? });
                    claims.last_mut()?
                }
            };
            self.insert(mine, fingerprint, names);
            Some(())
        });
        if !matches!(counted, Ok(Some(()))) {
            self.drop_many(1);
        }
    }

    /// Counts evaluations that there was no room for.
    pub(super) fn drop_many(&self, times: u64) {
        self.dropped.fetch_add(times, Ordering::Relaxed);
    }

    fn insert(&self, claim: &mut Claim, fingerprint: Fingerprint, names: Names) {
        // A table may be new to this thread and know the outcome all the same.
        let insert = |table: &Table| table.count(fingerprint, 1) || table.insert(fingerprint, names.clone());
        if insert(&claim.table) {
            return;
        }
        if claim.table.may_grow()
            && let Some(larger) = self.claim((claim.table.size() * 4).max(SMALLEST))
        {
            if larger.size() > 0 && insert(&larger) {
                // What it has counted is read where it is.
                std::mem::replace(&mut claim.table, larger).release();
                return;
            }
            larger.release();
        }
        claim.table.set_may_grow(false);
        claim.table.drop_one();
    }

    /// A table of at least this size: one that nobody has any more, else a new one, as far as there is room.
    fn claim(&self, size: usize) -> Option<Arc<Table>> {
        let mut tables = self.tables.lock();
        let free = tables.iter().find(|read| read.table.size() >= size && read.table.claim());
        if let Some(free) = free {
            return Some(Arc::clone(&free.table));
        }
        let taken: usize = tables.iter().map(|read| read.table.size()).sum();
        let table = Arc::new(Table::claimed(if taken + size <= SLOTS { size } else { 0 }));
        let counts = vec![0; table.slots()].into();
        tables.push(Read { table: Arc::clone(&table), counts, dropped: 0 });
        Some(table)
    }

    /// What was counted since the last time. Tables that nobody has, and nobody had since then, are given up.
    pub(super) fn take(&self) -> Counted {
        let mut counted = Counted { dropped: self.dropped.swap(0, Ordering::Relaxed), ..Counted::default() };
        self.tables.lock().retain_mut(|read| {
            // Nobody can have it from here on, and all that was counted in it is seen.
            let is_free = read.table.claim();
            let has_news = read.take(&mut counted);
            if is_free && has_news {
                read.table.release();
            }
            has_news || !is_free
        });
        counted
    }

    /// Lets go of all tables: nobody reads them any more.
    pub(super) fn give_up(&self) {
        // In a child of a fork, somebody may have it who is not there.
        if let Some(mut tables) = self.tables.try_lock() {
            tables.clear();
        }
    }
}

impl Read {
    /// Whether anything was counted since the last time.
    fn take(&mut self, counted: &mut Counted) -> bool {
        let mut has_news = false;
        for (place, names, count) in self.table.read() {
            let Some(read) = self.counts.get_mut(place) else { continue };
            let more = count - *read;
            *read = count;
            if more > 0 {
                has_news = true;
                match counted.evaluations.get_mut(names) {
                    Some(known) => *known += more,
                    None => drop(counted.evaluations.insert(names.clone(), more)),
                }
            }
        }
        let dropped = self.table.dropped();
        has_news |= dropped > self.dropped;
        counted.dropped += dropped - self.dropped;
        self.dropped = dropped;
        self.table.set_may_grow(true);
        has_news
    }
}

#[cfg(test)]
mod tests {
    use vexil_core::{Context, Environment, Request, Snapshot, Timestamp};

    use super::*;

    /// Evaluates as a client does, for a client of this number.
    fn evaluate(counts: &Counts, id: u64, snapshot: &Snapshot, key: &str) {
        let context = Context::new();
        let evaluation = snapshot.evaluate(key, &Request::new(&context, Timestamp::from_millis(0)));
        let fingerprint = evaluation.fingerprint().unwrap();
        if !count_again(id, fingerprint, 1) {
            counts.count_first(id, fingerprint, &evaluation);
        }
    }

    fn snapshot(entries: usize) -> Snapshot {
        let entries: Vec<_> =
            (0..entries).map(|i| format!(r#"{{"key": "k{i}", "default": true}}"#)).collect();
        let bundle = format!(r#"{{"version": 1, "entries": [{}]}}"#, entries.join(","));
        Snapshot::load_json(bundle.as_bytes(), Environment::Document).unwrap()
    }

    fn of(counted: &Counted, key: &str) -> u64 {
        let of_key = counted.evaluations.iter().filter(|(names, _)| &*names.key == key);
        of_key.map(|(_, count)| count).sum()
    }

    /// Numbers that no client of another test has: they share this thread.
    const FIRST: u64 = 1 << 40;

    #[test]
    fn threads_count_together_and_each_evaluation_once() {
        const THREADS: u64 = 4;
        const EACH: u64 = 20_000;
        let (counts, snapshot) = (Counts::default(), snapshot(1_000));
        let mut sums = HashMap::<Names, u64>::new();
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..THREADS)
                .map(|_| {
                    scope.spawn(|| {
                        for i in 0..EACH {
                            evaluate(&counts, FIRST, &snapshot, &format!("k{}", i % 1_000));
                        }
                    })
                })
                .collect();
            // Reports are made meanwhile.
            while workers.iter().any(|worker| !worker.is_finished()) {
                counts
                    .take()
                    .evaluations
                    .into_iter()
                    .for_each(|(names, n)| *sums.entry(names).or_default() += n);
            }
        });
        let last = counts.take();
        last.evaluations.into_iter().for_each(|(names, n)| *sums.entry(names).or_default() += n);
        assert_eq!((sums.len(), last.dropped), (1_000, 0));
        let wrong = sums.iter().find(|(_, count)| **count != THREADS * EACH / 1_000);
        assert_eq!(wrong, None);
    }

    #[test]
    fn tables_of_threads_that_have_ended_are_used_again_or_given_up() {
        let (counts, snapshot) = (Counts::default(), snapshot(1));
        for _ in 0..100 {
            std::thread::scope(|scope| {
                scope.spawn(|| evaluate(&counts, FIRST + 1, &snapshot, "k0")).join().unwrap();
            });
        }
        assert_eq!(counts.tables.lock().len(), 1);
        assert_eq!(of(&counts.take(), "k0"), 100);
        assert!(counts.take().evaluations.is_empty());
        assert_eq!(counts.tables.lock().len(), 0);
    }

    #[test]
    fn what_finds_no_room_is_dropped_and_counted() {
        let (counts, snapshot) = (Counts::default(), snapshot(1));
        // Somebody has taken all the room there is.
        let taken = counts.claim(SLOTS).unwrap();
        evaluate(&counts, FIRST + 2, &snapshot, "k0");
        evaluate(&counts, FIRST + 2, &snapshot, "k0");
        let counted = counts.take();
        assert_eq!((counted.evaluations.len(), counted.dropped), (0, 2));
        // They give it back, and the next report frees it.
        taken.release();
        counts.take();
        evaluate(&counts, FIRST + 2, &snapshot, "k0");
        assert_eq!(of(&counts.take(), "k0"), 1);
    }

    #[test]
    fn a_thread_counts_for_each_client_by_itself() {
        let (one, other, snapshot) = (Counts::default(), Counts::default(), snapshot(2));
        for _ in 0..3 {
            evaluate(&one, FIRST + 3, &snapshot, "k0");
            evaluate(&other, FIRST + 4, &snapshot, "k1");
        }
        assert_eq!((of(&one.take(), "k0"), of(&other.take(), "k1")), (3, 3));
        // What is gone is let go of.
        one.give_up();
        evaluate(&other, FIRST + 4, &snapshot, "k0");
        CLAIMS.with_borrow(|claims| assert!(claims.iter().all(|claim| claim.id != FIRST + 3)));
    }
}
