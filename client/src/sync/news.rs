//! What is told to those who listen: one thing after the other, in the order in which it happened, and while no lock is
//! held, so that a listener may ask the client for anything.

use std::collections::VecDeque;

use crate::changes::{Change, Changes};
use crate::lock::Mutex;
use crate::state::State;

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
        self.waiting.lock().push_back(Told::State(Box::new(state.clone())));
    }

    pub(super) fn add_generation(&self, generation: u64) {
        self.waiting.lock().push_back(Told::Generation(generation));
    }

    pub(super) fn add_change(&self, listener: u64, change: Change) {
        self.waiting.lock().push_back(Told::Change(listener, Box::new(change)));
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
