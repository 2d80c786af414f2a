//! How definitions come to be in force: from the bootstrap, the last known good, a file, the program, or a control
//! plane; once at the start, and then for as long as the client lives.
//!
//! [`intake`] judges what has come and puts it in force, [`refresh`] asks a source once, [`follow`] is the thread that
//! goes on asking, and [`news`] tells who listens, in order and without a lock held.

mod follow;
mod intake;
mod news;
mod refresh;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::Options;
use crate::cache::Store;
use crate::changes::{Change, Changes};
use crate::client::Shared;
use crate::fork;
use crate::lock::{Condvar, Mutex};
use crate::options::Source;
use crate::source::http::Http;
use crate::state::{ConnectionStatus, Failure, FailureCode, State};

use intake::Intake;
use news::News;

pub(crate) use follow::{backoff, drifting, run};

/// All of a client that has locks. A child of a fork makes its own, for locks may be held by threads that are not there.
pub(crate) struct Machinery {
    /// How often this process had forked when this was made.
    forks: u64,
    state: Mutex<State>,
    pub(crate) changes: Changes,
    news: News,
    intake: Mutex<Intake>,
    http: Option<Http>,
    stopping: AtomicBool,
    /// One refreshes at a time where there is no thread.
    refreshing: Mutex<Option<Instant>>,
    /// Wakes the thread while it waits.
    bell: (Mutex<bool>, Condvar),
}

impl Machinery {
    pub(crate) fn new(options: &Options, changes: Changes) -> Machinery {
        let http = match &options.source {
            Source::Http { url, key } if !options.offline => Some(Http::new(url, key, options)),
            _ => None,
        };
        let intake = Intake {
            store: Store::of(options),
            keys: options.trusted_keys.clone(),
            environment: options.environment.clone(),
            ..Intake::default()
        };
        Machinery {
            forks: fork::generation(),
            state: Mutex::default(),
            changes,
            news: News::default(),
            intake: Mutex::new(intake),
            http,
            stopping: AtomicBool::new(false),
            refreshing: Mutex::new(None),
            bell: (Mutex::new(false), Condvar::default()),
        }
    }

    /// That of a child, which knows what its parent knew, and whose locks nobody holds.
    pub(crate) fn after_fork(shared: &Shared, before: &Machinery) -> Machinery {
        // A lock that somebody held in the parent is never given back here; then what it guards is lost.
        let changes = before.changes.after_fork();
        let state = before.state.try_lock().map(|state| state.clone()).unwrap_or_else(|| {
            let mut state = State::default();
            shared.held.load().describe(&mut state);
            state
        });
        let made = Machinery::new(&shared.options, changes);
        *made.state.lock() = State { syncing: false, ..state };
        if let Some(known) = before.intake.try_lock() {
            let mut intake = made.intake.lock();
            intake.keys.clone_from(&known.keys);
            intake.published.clone_from(&known.published);
            intake.project.clone_from(&known.project);
            intake.environment.clone_from(&known.environment);
        }
        made
    }

    /// How often this process had forked when this was made.
    pub(crate) fn forks(&self) -> u64 {
        self.forks
    }

    /// How it stands.
    pub(crate) fn state(&self) -> State {
        self.state.lock().clone()
    }

    /// Changes the state, and tells those who listen if it is another then. Nobody may hold a lock who calls this.
    fn update(&self, change: impl FnOnce(&mut State)) {
        self.change(change);
        self.tell();
    }

    /// As [`Machinery::update`], where a lock is held: whoever holds it calls [`Machinery::tell`] when it is free again.
    pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock();
        let before = state.clone();
        change(&mut state);
        if *state != before {
            // While it is locked: states are told in the order in which they were.
            self.news.add_state(&state);
        }
    }

    /// Something else is in force, which whoever holds a lock tells when it is free again.
    pub(crate) fn note_generation(&self, generation: u64) {
        self.news.add_generation(generation);
    }

    /// As [`Machinery::note_generation`], of a change that one who listens is to hear of.
    pub(crate) fn note_change(&self, listener: u64, change: Change) {
        self.news.add_change(listener, change);
    }

    /// Something went wrong that leaves the connection as it is.
    fn note(&self, failure: Failure) {
        self.change(|state| state.last_error = Some(failure));
    }

    /// Tells what has happened and was not told yet. Nobody may hold a lock who calls this.
    pub(crate) fn tell(&self) {
        self.news.tell(&self.changes);
    }

    /// Ends what is under way, and the thread soon after.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        *self.bell.0.lock() = true;
        self.bell.1.notify_all();
        if let Some(http) = &self.http {
            http.shut_down();
        }
        self.update(|state| state.connection = ConnectionStatus::Disconnected);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Waits, or less where the client stops.
    fn wait(&self, duration: Duration) {
        let stopped = self.bell.0.lock();
        if !*stopped {
            drop(self.bell.1.wait_for(stopped, duration));
        }
    }
}

/// Definitions that cannot be read as a whole.
pub(crate) fn invalid(problem: &vexil_core::Problem) -> Failure {
    Failure::new(FailureCode::Definitions, problem.to_string())
}
