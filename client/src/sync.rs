//! How definitions come to be in force: from the bootstrap, the last known good, a file, the program, or a control
//! plane; once at the start, and then for as long as the client lives.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use parking_lot::{Condvar, Mutex};
use vexil_core::definition::{self, Mode};
use vexil_core::{Arena, Delta, Node, Snapshot, Timestamp};

use crate::cache::{PublishedKey, Store};
use crate::changes::{CONFIGS, Change, Changes, EXPERIMENTS, FEATURES};
use crate::client::Shared;
use crate::clock;
use crate::held::{self, Held};
use crate::message::{self, Kind, TrustedKey};
use crate::options::{Fallback, Retry, Source, Streaming};
use crate::outcome::Origin;
use crate::source::events::Event;
use crate::source::http::{Answer, Http, Refused};
use crate::state::{ConnectionStatus, Failure, FailureCode, State};

/// Files are looked at this often, or as often as the options say where that is more often.
const LOOK_AT_FILES: Duration = Duration::from_secs(1);
/// Polls of many processes that started together drift apart by this share of the interval.
const DRIFT: f64 = 0.1;

/// All of a client that has locks. A child of a fork makes its own, for locks may be held by threads that are not there.
pub(crate) struct Machinery {
    state: Mutex<State>,
    pub(crate) changes: Changes,
    intake: Mutex<Intake>,
    http: Option<Http>,
    stopping: AtomicBool,
    /// One refreshes at a time where there is no thread.
    refreshing: Mutex<Option<Instant>>,
    /// Wakes the thread while it waits.
    bell: (Mutex<bool>, Condvar),
}

/// What is needed to take definitions over, one at a time.
#[derive(Default)]
struct Intake {
    store: Option<Store>,
    /// The tag of the whole that was fetched last.
    tag: Option<String>,
    published: Vec<PublishedKey>,
    keys: Vec<TrustedKey>,
    /// The environment that was signed first; another one is not taken.
    environment: Option<String>,
    /// Of the file that was read last.
    file: Option<(SystemTime, u64)>,
    failures: u32,
}

impl Machinery {
    pub(crate) fn new(shared_options: &crate::Options, changes: Changes) -> Machinery {
        let http = match &shared_options.source {
            Source::Http { url, key } if !shared_options.offline => Some(Http::new(url, key, shared_options)),
            _ => None,
        };
        let intake = Intake {
            store: Store::of(shared_options),
            keys: shared_options.trusted_keys.clone(),
            environment: shared_options.environment.clone(),
            ..Intake::default()
        };
        Machinery {
            state: Mutex::default(),
            changes,
            intake: Mutex::new(intake),
            http,
            stopping: AtomicBool::new(false),
            refreshing: Mutex::new(None),
            bell: (Mutex::new(false), Condvar::new()),
        }
    }

    /// That of a child, which knows what its parent knew, and whose locks nobody holds.
    pub(crate) fn after_fork(shared: &Shared, before: &Machinery) -> Machinery {
        // A lock that somebody held in the parent is never given back here; then what it guards is lost.
        let changes = before.changes.after_fork();
        let state = before.state.try_lock().map(|state| state.clone()).unwrap_or_else(|| {
            let held = shared.held.load();
            State {
                initialized: held.origin != Origin::Nowhere,
                version: held.snapshot.version(),
                origin: held.origin,
                ..State::default()
            }
        });
        let made = Machinery::new(&shared.options, changes);
        *made.state.lock() = State { syncing: false, ..state };
        if let Some(known) = before.intake.try_lock() {
            let mut intake = made.intake.lock();
            intake.keys.clone_from(&known.keys);
            intake.published.clone_from(&known.published);
            intake.environment.clone_from(&known.environment);
        }
        made
    }

    /// How it stands.
    pub(crate) fn state(&self) -> State {
        self.state.lock().clone()
    }

    /// Changes the state, and tells those who listen if it is another then.
    fn update(&self, change: impl FnOnce(&mut State)) {
        let told = {
            let mut state = self.state.lock();
            let before = state.clone();
            change(&mut state);
            (*state != before).then(|| state.clone())
        };
        if let Some(state) = told {
            self.changes.tell_state(&state);
        }
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
        let mut stopped = self.bell.0.lock();
        if !*stopped {
            self.bell.1.wait_for(&mut stopped, duration);
        }
    }
}

impl Shared {
    /// Takes over what is there without asking anybody: the bootstrap, then the last known good.
    pub(crate) fn take_what_is_here(&self, machinery: &Machinery) {
        if let Some(bootstrap) = &self.options.bootstrap {
            match held::compile(&self.options, bootstrap, None) {
                Ok(snapshot) => {
                    self.stale_since.store(clock::now(), Ordering::Relaxed);
                    self.put_in_force(machinery, snapshot, Origin::Bootstrap);
                }
                Err(problem) => self.note(machinery, invalid(&problem)),
            }
        }
        if self.options.fallback != Fallback::Default {
            self.take_cache(machinery);
        }
    }

    fn take_cache(&self, machinery: &Machinery) {
        let mut intake = machinery.intake.lock();
        let found = match intake.store.as_mut().map(Store::read) {
            Some(Ok(Some(found))) => found,
            Some(Err(failure)) => return self.note(machinery, failure),
            Some(Ok(None)) | None => return,
        };
        if self.options.trusted_keys.is_empty() {
            intake.keys = trusted(&found.keys);
            intake.published = found.keys;
        }
        let mut taken = false;
        let mut damage = found.damage;
        for text in &found.messages {
            match self.take(machinery, &mut intake, text, Origin::Cache) {
                Ok(()) => taken = true,
                Err(failure) => {
                    // What comes before it is good.
                    damage = Some(failure);
                    break;
                }
            }
        }
        if taken {
            self.stale_since.store(found.confirmed_at, Ordering::Relaxed);
            machinery.update(|state| state.stale_since = Some(Timestamp::from_millis(found.confirmed_at)));
        }
        drop(intake);
        if let Some(damage) = damage {
            self.note(machinery, damage);
        }
    }

    /// Asks the source once.
    pub(crate) fn refresh(&self, machinery: &Machinery) -> Result<(), Refused> {
        if self.options.offline {
            return Ok(());
        }
        machinery.update(|state| state.syncing = true);
        let done = match &self.options.source {
            Source::Http { .. } => self.fetch(machinery),
            Source::File(path) => self.read_file(machinery, path).map_err(Refused::from),
            Source::Memory(_) => Ok(()),
        };
        machinery.update(|state| state.syncing = false);
        match &done {
            Ok(()) => self.confirmed(machinery),
            Err(refused) => self.failed(machinery, refused.failure.clone()),
        }
        done
    }

    fn fetch(&self, machinery: &Machinery) -> Result<(), Refused> {
        let Some(http) = &machinery.http else { return Ok(()) };
        let tag = machinery.intake.lock().tag.clone();
        let (text, tag) = match http.snapshot(tag.as_deref())? {
            Answer::Same => return Ok(()),
            Answer::Whole(text, tag) => (text, tag),
        };
        let mut intake = machinery.intake.lock();
        self.know_key(machinery, http, &mut intake, &text)?;
        self.take(machinery, &mut intake, &text, Origin::Remote)?;
        intake.tag = tag;
        self.keep(machinery, &mut intake, &text);
        Ok(())
    }

    /// Where the options name no keys, those that the control plane publishes are trusted; they are asked for when one
    /// is met that is not known.
    fn know_key(
        &self,
        machinery: &Machinery,
        http: &Http,
        intake: &mut Intake,
        text: &str,
    ) -> Result<(), Refused> {
        let is_known = |intake: &Intake, id: &str| intake.keys.iter().any(|key| key.id() == id);
        if !self.options.trusted_keys.is_empty()
            || message::key_id(text).is_none_or(|id| is_known(intake, &id))
            || machinery.is_stopping()
        {
            return Ok(());
        }
        let published = http.keys()?;
        intake.keys = trusted(&published);
        intake.published = published;
        Ok(())
    }

    /// Puts a message in force; older ones, and those of another environment, are refused.
    fn take(
        &self,
        machinery: &Machinery,
        intake: &mut Intake,
        text: &str,
        origin: Origin,
    ) -> Result<(), Failure> {
        let message = message::verify(text, &intake.keys)?;
        if let Some(environment) = &intake.environment
            && *environment != message.environment
        {
            let told = format!("it is of `{}`, not of `{environment}`", message.environment);
            return Err(Failure::new(FailureCode::WrongEnvironment, told));
        }
        let held = self.held.load_full();
        let is_numbered = matches!(held.origin, Origin::Remote | Origin::Cache);
        let version = if is_numbered { held.snapshot.version() } else { 0 };
        if is_numbered && message.version < version {
            let told = format!("version {} is older than {version}, which is held", message.version);
            return Err(Failure::new(FailureCode::RolledBack, told));
        }
        let is_same = is_numbered && message.version == version;
        let snapshot = match message.kind {
            _ if is_same => held.snapshot.clone(),
            Kind::Put => self.whole(&held, message.payload, &message.environment)?,
            Kind::Delta if message.from == Some(version) && is_numbered => {
                let delta =
                    Delta::parse_json(message.payload.as_bytes()).map_err(|problem| invalid(&problem))?;
                let applied = held.snapshot.apply(delta);
                applied.map_err(|misfit| Failure::new(FailureCode::Gap, misfit.to_string()))?
            }
            Kind::Delta => {
                let from = message.from.unwrap_or_default();
                let told = format!("a change of version {from} does not fit version {version}");
                return Err(Failure::new(FailureCode::Gap, told));
            }
        };
        if snapshot.version() != message.version {
            let told = format!(
                "it says that it is version {}, and {} is signed",
                snapshot.version(),
                message.version
            );
            return Err(Failure::new(FailureCode::BadSignature, told));
        }
        intake.environment = Some(message.environment);
        if !is_same || held.origin != origin {
            self.put_in_force(machinery, snapshot, origin);
        }
        Ok(())
    }

    /// The next snapshot from a whole document. What is static stays as the process booted with it.
    fn whole(&self, held: &Held, text: &str, environment: &str) -> Result<Snapshot, Failure> {
        if matches!(held.origin, Origin::Nowhere | Origin::Bootstrap) {
            return held::compile(&self.options, text, Some(environment))
                .map_err(|problem| invalid(&problem));
        }
        let arena = Arena::new();
        let node = Node::parse_json(text.as_bytes(), &arena).map_err(|problem| invalid(&problem))?;
        let reading = definition::read(&[node], Mode::Loading);
        held.snapshot.replace(reading).map_err(|problem| invalid(&problem))
    }

    /// Keeps a message on disk as what was last known to be good.
    fn keep(&self, machinery: &Machinery, intake: &mut Intake, text: &str) {
        let Intake { store: Some(store), published, .. } = intake else { return };
        if let Err(failure) = store.put(published, text) {
            self.note(machinery, failure);
        }
    }

    fn read_file(&self, machinery: &Machinery, path: &std::path::Path) -> Result<(), Failure> {
        let unreadable = |why: &dyn std::fmt::Display| {
            Failure::new(FailureCode::File, format!("{}: {why}", path.display()))
        };
        let metadata = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
        let seen = (metadata.modified().map_err(|error| unreadable(&error))?, metadata.len());
        let mut intake = machinery.intake.lock();
        if intake.file == Some(seen) {
            return Ok(());
        }
        if metadata.len() > vexil_core::limits::DOCUMENT_BYTES as u64 {
            return Err(unreadable(&format_args!("it has {} bytes", metadata.len())));
        }
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(&error))?;
        self.take_local(machinery, &text, Origin::File)?;
        intake.file = Some(seen);
        Ok(())
    }

    /// Puts definitions in force that are not signed: a file's, or the program's own.
    pub(crate) fn take_local(
        &self,
        machinery: &Machinery,
        text: &str,
        origin: Origin,
    ) -> Result<(), Failure> {
        let held = self.held.load_full();
        let snapshot = if held.origin == origin {
            let arena = Arena::new();
            let node = Node::parse_json(text.as_bytes(), &arena).map_err(|problem| invalid(&problem))?;
            held.snapshot.replace(definition::read(&[node], Mode::Loading))
        } else {
            held::compile(&self.options, text, None)
        };
        self.put_in_force(machinery, snapshot.map_err(|problem| invalid(&problem))?, origin);
        Ok(())
    }

    /// Swaps the snapshot, and tells who listens to a key whose value is another.
    fn put_in_force(&self, machinery: &Machinery, snapshot: Snapshot, origin: Origin) {
        // First: whoever sees the new ones must not take them for old.
        if matches!(origin, Origin::Remote | Origin::File | Origin::Memory) {
            self.stale_since.store(crate::client::FRESH, Ordering::Relaxed);
        }
        let next = Arc::new(Held { snapshot, origin });
        let before = self.held.swap(Arc::clone(&next));
        machinery.update(|state| {
            state.initialized = true;
            state.version = next.snapshot.version();
            state.origin = origin;
            state.restart_required = next.snapshot.restart_required().map(str::to_owned).collect();
        });
        for (namespace, key) in machinery.changes.keys() {
            if ![FEATURES, CONFIGS, EXPERIMENTS].contains(&namespace.as_str()) {
                continue;
            }
            let (old, new) = (self.value_for_nobody(&before, &key), self.value_for_nobody(&next, &key));
            if old != new {
                machinery.changes.tell_change(&Change { namespace, key, old, new, origin });
            }
        }
    }

    /// The source has said what is in force.
    fn confirmed(&self, machinery: &Machinery) {
        self.stale_since.store(crate::client::FRESH, Ordering::Relaxed);
        let mut intake = machinery.intake.lock();
        intake.failures = 0;
        if let Some(store) = &intake.store {
            store.confirm();
        }
        drop(intake);
        machinery.update(|state| {
            state.connection = ConnectionStatus::Connected;
            state.last_sync = Some(clock::timestamp());
            state.stale_since = None;
        });
    }

    /// The source could not be asked. What is held goes on being served, and says how old it is.
    fn failed(&self, machinery: &Machinery, failure: Failure) {
        if machinery.is_stopping() {
            return;
        }
        let failures = {
            let mut intake = machinery.intake.lock();
            intake.failures = intake.failures.saturating_add(1);
            intake.failures
        };
        let last_sync = machinery.state().last_sync;
        let since = last_sync.map_or_else(clock::now, Timestamp::as_millis);
        let before = self.stale_since.compare_exchange(
            crate::client::FRESH,
            since,
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        let is_lasting = failures >= self.options.retry.attempts;
        machinery.update(|state| {
            state.connection =
                if is_lasting { ConnectionStatus::Error } else { ConnectionStatus::Disconnected };
            if before.is_ok() && state.initialized {
                state.stale_since = Some(Timestamp::from_millis(since));
            }
            state.last_error = Some(failure);
        });
    }

    /// Something went wrong that leaves the connection as it is.
    fn note(&self, machinery: &Machinery, failure: Failure) {
        machinery.update(|state| state.last_error = Some(failure));
    }

    /// Refreshes before a read, where no thread does; of several readers one, and the others do not wait for it.
    pub(crate) fn refresh_if_due(&self, machinery: &Machinery) {
        let Some(mut refreshed) = machinery.refreshing.try_lock() else { return };
        let now = Instant::now();
        if refreshed.is_some_and(|at| now.duration_since(at) < self.interval()) {
            return;
        }
        *refreshed = Some(now);
        // A failure is in the state.
        drop(self.refresh(machinery));
    }

    fn interval(&self) -> Duration {
        match self.options.source {
            Source::File(_) => self.options.polling_interval.min(LOOK_AT_FILES),
            _ => self.options.polling_interval,
        }
    }
}

/// The thread that refreshes, until the client stops.
pub(crate) fn run(shared: &Shared, machinery: &Machinery) {
    let mut failures = 0;
    while !machinery.is_stopping() {
        if failures == 0 && machinery.state().last_sync.is_none() {
            machinery.update(|state| state.connection = ConnectionStatus::Connecting);
        }
        let waited = match shared.refresh(machinery) {
            Ok(()) => {
                failures = 0;
                let is_streamed = machinery.http.is_some() && shared.options.streaming == Streaming::Events;
                match is_streamed.then(|| listen(shared, machinery)) {
                    // The next attempt begins with the whole: whoever has streamed well waits but once.
                    Some(refused) => {
                        failures = 1;
                        refused.map_or_else(
                            || backoff(&shared.options.retry, 1),
                            |refused| wait_of(&shared.options.retry, 1, &refused),
                        )
                    }
                    None => drifting(shared.interval()),
                }
            }
            Err(refused) => {
                failures += 1;
                wait_of(&shared.options.retry, failures, &refused)
            }
        };
        machinery.wait(waited);
    }
}

/// Follows the stream until it ends; nothing where the client stops, or where the whole is needed at once.
fn listen(shared: &Shared, machinery: &Machinery) -> Option<Refused> {
    let http = machinery.http.as_ref()?;
    let version = shared.held.load().snapshot.version();
    let mut events = match http.stream(version) {
        Ok(events) => events,
        Err(refused) => {
            shared.failed(machinery, refused.failure.clone());
            return Some(refused);
        }
    };
    loop {
        let done = events.next().map_err(Refused::from).and_then(|event| match event {
            Event::Heartbeat => Ok(()),
            Event::Message(text) => take_streamed(shared, machinery, http, &text),
        });
        match done {
            Ok(()) => shared.confirmed(machinery),
            Err(_) if machinery.is_stopping() => return None,
            Err(refused) => {
                shared.failed(machinery, refused.failure.clone());
                return Some(refused);
            }
        }
    }
}

fn take_streamed(shared: &Shared, machinery: &Machinery, http: &Http, text: &str) -> Result<(), Refused> {
    let mut intake = machinery.intake.lock();
    shared.know_key(machinery, http, &mut intake, text)?;
    let before = shared.held.load().snapshot.version();
    shared.take(machinery, &mut intake, text, Origin::Remote)?;
    if shared.held.load().snapshot.version() == before {
        return Ok(());
    }
    // The whole was fetched under this tag, and is another now.
    intake.tag = None;
    let Intake { store: Some(store), published, .. } = &mut *intake else { return Ok(()) };
    let is_delta = text.starts_with("{\"type\":\"delta\"");
    let kept = if is_delta { store.append(text) } else { store.put(published, text).map(|()| false) };
    drop(intake);
    match kept {
        Ok(false) => Ok(()),
        // The next whole takes the place of all changes.
        Ok(true) => shared.fetch(machinery),
        Err(failure) => {
            shared.note(machinery, failure);
            Ok(())
        }
    }
}

fn wait_of(retry: &Retry, failures: u32, refused: &Refused) -> Duration {
    let least = refused.wait.unwrap_or_default();
    // Whoever is told when to come back does not come back with all the others at that moment.
    least + backoff(retry, failures)
}

/// Full jitter: <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
fn backoff(retry: &Retry, failures: u32) -> Duration {
    let doubled =
        retry.base.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(retry.max).mul_f64(fastrand::f64())
}

fn drifting(interval: Duration) -> Duration {
    interval.mul_f64(1.0 + DRIFT * (2.0 * fastrand::f64() - 1.0))
}

fn trusted(published: &[PublishedKey]) -> Vec<TrustedKey> {
    published.iter().filter_map(|key| TrustedKey::new(&key.id, &key.public).ok()).collect()
}

/// Definitions that cannot be read as a whole.
pub(crate) fn invalid(problem: &vexil_core::Problem) -> Failure {
    Failure::new(FailureCode::Definitions, problem.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_random_and_bounded() {
        let retry = Retry { attempts: 3, base: Duration::from_millis(100), max: Duration::from_secs(2) };
        for failures in [1, 2, 5, 31, 32, 33, u32::MAX] {
            let bound = if failures == 1 { Duration::from_millis(100) } else { retry.max };
            assert!((0..1_000).all(|_| backoff(&retry, failures) <= bound), "{failures}");
        }
        let waits: std::collections::BTreeSet<_> = (0..100).map(|_| backoff(&retry, 9)).collect();
        assert!(waits.len() > 50, "they are spread");
        let told = Refused {
            failure: Failure::new(FailureCode::RateLimited, ""),
            wait: Some(Duration::from_secs(7)),
        };
        assert!(wait_of(&retry, 1, &told) >= Duration::from_secs(7));
    }
}
