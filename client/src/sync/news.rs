//! What is told to those who listen: one thing after the other, in the order in which it happened, and while no lock is
//! held, so that a listener may ask the client for anything.

use std::collections::VecDeque;

use crate::changes::{Change, Changes};
use crate::lock::Mutex;
use crate::state::State;

/// How much may wait while a listener does not come to an end. Beyond it the oldest is not told: states and generations
/// first, for later ones say all that they do.
const WAITING: usize = 10_000;

enum Told {
    State(Box<State>),
    Generation(u64),
    /// To whom, and what.
    Change(u64, Box<Change>),
}

/// What has yet to be told.
#[derive(Default)]
pub(super) struct News {
    waiting: Mutex<VecDeque<Told>>,
    /// Held by whoever is telling.
    turn: Mutex<()>,
}

impl News {
    pub(super) fn add_state(&self, state: &State) {
        self.add(Told::State(Box::new(state.clone())));
    }

    pub(super) fn add_generation(&self, generation: u64) {
        self.add(Told::Generation(generation));
    }

    pub(super) fn add_change(&self, listener: u64, change: Change) {
        self.add(Told::Change(listener, Box::new(change)));
    }

    fn add(&self, told: Told) {
        let mut waiting = self.waiting.lock();
        if waiting.len() >= WAITING {
            let superseded = waiting.iter().position(|told| !matches!(told, Told::Change(..)));
            waiting.remove(superseded.unwrap_or(0));
        }
        waiting.push_back(told);
    }

    /// Tells all that waits. Where somebody is telling already, such as the very listener that has caused this, they
    /// tell this too.
    pub(super) fn tell(&self, changes: &Changes) {
        // Again, for whoever found the turn taken just before it was given back has relied on it.
        while !self.waiting.lock().is_empty() {
            let Some(_turn) = self.turn.try_lock() else { return };
            while let Some(told) = self.next() {
                match told {
                    Told::State(state) => changes.tell_state(&state),
                    Told::Generation(generation) => changes.tell_generation(generation),
                    Told::Change(listener, change) => changes.tell_change(listener, &change),
                }
            }
        }
    }

    fn next(&self) -> Option<Told> {
        self.waiting.lock().pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Origin;

    #[test]
    fn what_waits_is_bounded_and_changes_are_given_up_last() {
        let news = News::default();
        let (key, namespace) = ("k".to_owned(), "n".to_owned());
        news.add_change(1, Change { namespace, key, old: None, new: None, origin: Origin::Runtime });
        for generation in 0..2 * WAITING as u64 {
            news.add_generation(generation);
        }
        assert_eq!(news.waiting.lock().len(), WAITING);
        assert!(matches!(news.next(), Some(Told::Change(1, _))));
        assert!(matches!(news.next(), Some(Told::Generation(first)) if first == WAITING as u64 + 1));
    }
}
