//! Variants that units were given before, for experiments that are `sticky`: who once had a variant keeps it when
//! allocation, traffic or layers change. Where that is remembered is the host's matter.

mod file;
mod memory;

use std::cell::OnceCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use vexil_core::{Attributes, Evaluation, StickyAssignments};

pub use file::FileStore;
pub use memory::MemoryStore;

/// Where variants are remembered that units were given.
///
/// It is asked by reads of sticky experiments, in the thread that reads and with none of the client's locks held: a slow
/// one makes that read slow and no other. One that panics is taken for one that knows nothing.
pub trait StickyStore: Send + Sync {
    /// The id of the variant that a unit was given in an experiment.
    fn get(&self, experiment: &str, unit: &str) -> Option<String>;

    /// Remembers the variant that a unit was given. It is called again, with the same variant, where [`StickyStore::get`]
    /// does not tell of it later.
    fn put(&self, experiment: &str, unit: &str, variant: &str);
}

impl fmt::Debug for dyn StickyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StickyStore")
    }
}

/// A store as one evaluation asks it: of each unit once, and lending what it said.
pub(crate) struct Remembered<'s> {
    store: &'s dyn StickyStore,
    first: OnceCell<Box<Answer>>,
}

/// What the store said, and what it said next. Few experiments are asked in one evaluation, mostly one.
struct Answer {
    experiment: Box<str>,
    unit: Box<str>,
    variant: Option<String>,
    next: OnceCell<Box<Answer>>,
}

impl<'s> Remembered<'s> {
    pub(crate) fn new(store: &'s dyn StickyStore) -> Remembered<'s> {
        Remembered { store, first: OnceCell::new() }
    }

    /// Has the store remember what an evaluation gave out just now.
    pub(crate) fn keep(&self, evaluation: &Evaluation<'_>, context: &impl Attributes) {
        let Some(assignment) = evaluation.assignment().filter(|assignment| assignment.is_to_be_stored())
        else {
            return;
        };
        if let Some(unit) = evaluation.unit(context) {
            let put = || self.store.put(assignment.experiment(), &unit, assignment.variant());
            drop(catch_unwind(AssertUnwindSafe(put)));
        }
    }

    fn ask(&self, experiment: &str, unit: &str) -> Box<Answer> {
        let variant = catch_unwind(AssertUnwindSafe(|| self.store.get(experiment, unit))).unwrap_or_default();
        Box::new(Answer { experiment: experiment.into(), unit: unit.into(), variant, next: OnceCell::new() })
    }
}

impl StickyAssignments for Remembered<'_> {
    fn stored(&self, experiment: &str, unit: &str) -> Option<&str> {
        let mut place = &self.first;
        loop {
            let answer = place.get_or_init(|| self.ask(experiment, unit));
            if *answer.experiment == *experiment && *answer.unit == *unit {
                return answer.variant.as_deref();
            }
            place = &answer.next;
        }
    }
}

impl Drop for Remembered<'_> {
    /// One after the other: a chain that frees itself from within needs a stack as long as it is.
    fn drop(&mut self) {
        let mut next = self.first.take();
        while let Some(mut answer) = next {
            next = answer.next.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Says what it was asked, and panics when it is asked about nobody.
    #[derive(Default)]
    struct Noting(Mutex<Vec<String>>);

    impl StickyStore for Noting {
        fn get(&self, experiment: &str, unit: &str) -> Option<String> {
            assert!(!unit.is_empty(), "nobody");
            self.0.lock().unwrap().push(format!("{experiment}/{unit}"));
            Some(format!("{experiment}-variant"))
        }

        fn put(&self, _: &str, _: &str, _: &str) {}
    }

    #[test]
    fn a_store_is_asked_once_for_each_unit_and_may_panic() {
        let store = Noting::default();
        let remembered = Remembered::new(&store);
        let (a, b) = (remembered.stored("a", "u"), remembered.stored("b", "u"));
        assert_eq!((a, b), (Some("a-variant"), Some("b-variant")));
        assert_eq!(remembered.stored("a", "u"), Some("a-variant"));
        assert_eq!(remembered.stored("a", ""), None, "it panicked");
        assert_eq!(*store.0.lock().unwrap(), ["a/u", "b/u"]);
    }

    #[test]
    fn a_long_chain_is_freed_on_a_small_stack() {
        let thread = std::thread::Builder::new().stack_size(64 << 10);
        let freed = thread.spawn(|| {
            let store = Noting::default();
            let remembered = Remembered::new(&store);
            assert!((0..5_000).all(|i| remembered.stored(&i.to_string(), "u").is_some()));
        });
        freed.unwrap().join().unwrap();
    }
}
