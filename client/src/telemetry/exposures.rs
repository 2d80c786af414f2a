//! Which units have met which variant of an experiment: each once within a window of time, in bounded memory.

use std::cell::Cell;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use vexil_core::{Attributes, Evaluation, Timestamp};

use crate::clock;
use crate::lock::Mutex;

/// Within so long, up to twice that, a unit that meets a variant again is not told of again.
const WINDOW: Duration = Duration::from_secs(3_600);
/// Parts with a lock each, so that threads hardly ever meet.
const PARTS: usize = 16;
/// Units that a part remembers in a window, of all experiments: 65,536 in all.
const REMEMBERED: usize = 4_096;
/// Exposures that wait in a part for the next report: 16,384 in all.
const WAITING: usize = 1_024;
/// The longest id of a unit; the control plane takes no longer one.
const UNIT_BYTES: usize = 512;
/// An exposure waits so long for others, and is then dropped.
const PATIENCE: Duration = Duration::from_micros(200);
/// Exposures that a thread remembers by itself.
const RECENT: usize = 256;

/// A unit that has met a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exposure {
    pub(super) experiment: Box<str>,
    pub(super) variant: Box<str>,
    pub(super) attribute: Box<str>,
    pub(super) unit: Box<str>,
    pub(super) at: Timestamp,
}

/// The exposures of a client.
#[derive(Debug)]
pub(super) struct Exposures {
    /// Units are the users' own text: nobody can tell which ones would be taken for one another.
    hasher: RandomState,
    /// Which window it is; what threads remember is of one.
    window: AtomicU64,
    parts: [Mutex<Part>; PARTS],
    dropped: AtomicU64,
}

#[derive(Debug)]
struct Part {
    /// Those of this window, and of the one before.
    known: HashSet<u64>,
    before: HashSet<u64>,
    began: Instant,
    waiting: Vec<Exposure>,
}

thread_local! {
    /// The exposures that this thread met last, of all clients.
    static MET: [Cell<u64>; RECENT] = const { [const { Cell::new(0) }; RECENT] };
}

impl Exposures {
    pub(super) fn new() -> Exposures {
        let part = || {
            Mutex::new(Part {
                known: HashSet::new(),
                before: HashSet::new(),
                began: Instant::now(),
                waiting: Vec::new(),
            })
        };
        Exposures {
            hasher: RandomState::new(),
            window: AtomicU64::new(0),
            parts: std::array::from_fn(|_| part()),
            dropped: AtomicU64::new(0),
        }
    }

    /// Notes that the unit of this context has met the variant that it was assigned.
    pub(super) fn note(&self, evaluation: &Evaluation<'_>, context: &impl Attributes) {
        let Some(assignment) = evaluation.assignment() else { return };
        evaluation.visit_unit(context, |unit| {
            let Some(unit) = unit else { return };
            let named = (assignment.experiment(), assignment.variant(), assignment.unit_attribute(), unit);
            let hash = self.hasher.hash_one(named);
            let met = hash ^ self.window.load(Ordering::Relaxed);
            let place = met as usize % RECENT;
            if MET.with(|recent| recent.get(place).is_some_and(|recent| recent.get() == met)) {
                return;
            }
            let exposure = || Exposure {
                experiment: named.0.into(),
                variant: named.1.into(),
                attribute: named.2.into(),
                unit: named.3.into(),
                at: clock::timestamp(),
            };
            if unit.len() <= UNIT_BYTES && self.remember(hash, exposure) {
                MET.with(|recent| {
                    if let Some(recent) = recent.get(place) {
                        recent.set(met);
                    }
                });
            } else {
                self.dropped.fetch_add(1, Ordering::Relaxed);
            }
        });
    }

    /// Whether it is noted now, or was before.
    fn remember(&self, hash: u64, exposure: impl FnOnce() -> Exposure) -> bool {
        // The hash's low bits say where in a set it is.
        let part = self.parts.get((hash >> 32) as usize % PARTS);
        let Some(mut part) = part.and_then(|part| part.try_lock_for(PATIENCE)) else { return false };
        if part.known.contains(&hash) || part.before.contains(&hash) {
            return true;
        }
        if part.waiting.len() >= WAITING {
            return false;
        }
        if part.known.len() >= REMEMBERED {
            part.turn();
        }
        part.known.insert(hash);
        part.waiting.push(exposure());
        true
    }

    /// What has come since the last time, and how many could not be noted.
    pub(super) fn take(&self) -> (Vec<Exposure>, u64) {
        let (mut all, mut is_over) = (Vec::new(), false);
        for part in &self.parts {
            let mut part = part.lock();
            all.append(&mut part.waiting);
            if part.began.elapsed() > WINDOW {
                part.turn();
                is_over = true;
            }
        }
        if is_over {
            self.window.fetch_add(1, Ordering::Relaxed);
        }
        (all, self.dropped.swap(0, Ordering::Relaxed))
    }
}

impl Part {
    /// Begins another window.
    fn turn(&mut self) {
        self.before = mem::take(&mut self.known);
        self.began = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use vexil_core::{Context, Environment, Request, Snapshot};

    use super::*;

    fn snapshot() -> Snapshot {
        let entries = r#"{"version": 1, "entries": [
            {"key": "e", "type": "experiment", "status": "running",
                "variants": [{"id": "a", "is_control": true}, {"id": "b"}], "allocation": {"a": 100}},
            {"key": "f", "variations": [{"id": "a", "value": 1}, {"id": "b", "value": 2}], "default": 0,
                "rules": [{"action": {"experiment": "e"}}]}]}"#;
        Snapshot::load_json(entries.as_bytes(), Environment::Document).unwrap()
    }

    fn meet(exposures: &Exposures, snapshot: &Snapshot, key: &str, user: &str) {
        let context = Context::new().with("user.id", user);
        let request = Request::new(&context, Timestamp::from_millis(0));
        exposures.note(&snapshot.evaluate(key, &request), &context);
    }

    #[test]
    fn a_unit_is_told_of_once_however_it_meets_a_variant() {
        let (exposures, snapshot) = (Exposures::new(), snapshot());
        for _ in 0..3 {
            meet(&exposures, &snapshot, "e", "ann");
            meet(&exposures, &snapshot, "f", "ann");
            meet(&exposures, &snapshot, "f", "bob");
        }
        // Whoever is on another thread has met nobody.
        std::thread::scope(|scope| {
            scope.spawn(|| meet(&exposures, &snapshot, "e", "bob"));
        });
        let (mut told, dropped) = exposures.take();
        told.sort_by(|a, b| a.unit.cmp(&b.unit));
        let exposure = |unit: &str, at: Timestamp| Exposure {
            experiment: "e".into(),
            variant: "a".into(),
            attribute: "user.id".into(),
            unit: unit.into(),
            at,
        };
        assert_eq!((told.len(), dropped), (2, 0));
        assert_eq!(told, [exposure("ann", told[0].at), exposure("bob", told[1].at)]);
        meet(&exposures, &snapshot, "e", "ann");
        assert_eq!(exposures.take(), (vec![], 0));
    }

    #[test]
    fn a_unit_is_told_of_again_in_a_later_window() {
        let (exposures, snapshot) = (Exposures::new(), snapshot());
        let pass = || {
            for part in &exposures.parts {
                let began = Instant::now().checked_sub(WINDOW + Duration::from_secs(1));
                part.lock().began = began.unwrap();
            }
            exposures.take().0.len()
        };
        meet(&exposures, &snapshot, "e", "ann");
        assert_eq!(pass(), 1);
        meet(&exposures, &snapshot, "e", "ann");
        assert_eq!(pass(), 0, "the window before counts");
        meet(&exposures, &snapshot, "e", "ann");
        assert_eq!(pass(), 1);
    }

    #[test]
    fn what_finds_no_room_is_dropped_and_counted() {
        let (exposures, snapshot) = (Exposures::new(), snapshot());
        meet(&exposures, &snapshot, "e", &"x".repeat(UNIT_BYTES + 1));
        let most = 2 * PARTS * WAITING;
        for user in 0..most {
            meet(&exposures, &snapshot, "e", &format!("user-{user}"));
        }
        let (told, dropped) = exposures.take();
        assert!(told.len() <= PARTS * WAITING, "{}", told.len());
        assert_eq!(told.len() + dropped as usize, most + 1);
        // Whoever was dropped is told of when they are met again.
        for user in 0..most {
            meet(&exposures, &snapshot, "e", &format!("user-{user}"));
        }
        assert!(!exposures.take().0.is_empty());
    }

    #[test]
    fn memory_of_units_is_bounded() {
        let (exposures, snapshot) = (Exposures::new(), snapshot());
        for user in 0..4 * PARTS * REMEMBERED {
            meet(&exposures, &snapshot, "e", &user.to_string());
            if user % WAITING == 0 {
                exposures.take();
            }
        }
        for part in &exposures.parts {
            let part = part.lock();
            assert!(part.known.len() <= REMEMBERED && part.before.len() <= REMEMBERED);
        }
    }
}
