//! When what was counted is told, and what becomes of it when the control plane does not take it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use vexil_core::{Attributes, Evaluation, Timestamp};

use crate::lock::{Condvar, Mutex};
use crate::options::{Options, Retry};
use crate::source::http::{Http, Refused, Told};
use crate::state::Failure;
use crate::sync::{backoff, drifting};
use crate::{clock, fork, threads};

use super::TelemetryState;
use super::counts::Counts;
use super::exposures::Exposures;
use super::report::{Batch, Instance, Receipt};

/// Reports that wait to be told again. When there are so many, what is counted waits where it is counted.
const WAITING: usize = 8;
/// A report that could not be told for so long is given up: the control plane knows for an hour which ones it has.
const WORTH_TELLING: Duration = Duration::from_secs(50 * 60);
/// Who has nothing to tell says so often which version it has.
const SIGN_OF_LIFE: Duration = Duration::from_secs(600);
/// Whoever may not tell anything asks again after so long.
const SUSPENDED: Duration = Duration::from_secs(3_600);
/// How long the last report may take when the client is closed.
const AT_CLOSE: Duration = Duration::from_secs(2);

/// Each reporter has a number that no other has in this process.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Tells a control plane, for one client in one process.
pub(super) struct Reporter {
    id: u64,
    /// How often this process had forked when this was made.
    forks: u64,
    pub(super) counts: Counts,
    exposures: Option<Exposures>,
    http: Http,
    interval: Duration,
    retry: Retry,
    /// Who tells; the version is another each time.
    instance: Instance,
    /// The version in force, and since when.
    applied: Mutex<Option<(u64, Timestamp)>>,
    outbox: Mutex<Outbox>,
    state: Mutex<TelemetryState>,
    bell: Mutex<Bell>,
    rung: Condvar,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Running,
    /// The last report is made; it is to be told until then.
    Closing(Instant),
    Ended,
}

/// What the thread hears of while it waits.
struct Bell {
    phase: Phase,
    /// How often it was rung because there is something to do earlier.
    rings: u64,
}

/// What waits to be told, and until when.
struct Outbox {
    waiting: VecDeque<Batch>,
    /// When the next report is made.
    due: Instant,
    /// When that begins which has yet to be reported.
    since: Timestamp,
    failures: u32,
    /// Nothing is told before.
    not_before: Option<Instant>,
    /// Nothing is reported before: the key may not.
    suspended_until: Option<Instant>,
    /// Evaluations and exposures of reports that were given up since the last one.
    lost: u64,
    /// The version that was told last, and when.
    told: Option<(u64, Instant)>,
}

impl Reporter {
    pub(super) fn new(url: &str, key: &str, options: &Options, instance_id: String) -> Reporter {
        let telemetry = &options.telemetry;
        let now = Instant::now();
        let outbox = Outbox {
            waiting: VecDeque::new(),
            // Processes that start together do not tell together.
            due: now + telemetry.interval.mul_f64(fastrand::f64()),
            since: clock::timestamp(),
            failures: 0,
            not_before: None,
            suspended_until: None,
            lost: 0,
            told: None,
        };
        Reporter {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            forks: fork::generation(),
            counts: Counts::default(),
            exposures: telemetry.exposures.then(Exposures::new),
            http: Http::new(url, key, options),
            interval: telemetry.interval,
            retry: options.retry,
            instance: Instance {
                id: instance_id,
                service: options.supplied.service_name.clone(),
                sdk: telemetry.sdk.clone(),
                version: 0,
                applied_at: None,
            },
            applied: Mutex::new(None),
            outbox: Mutex::new(outbox),
            state: Mutex::default(),
            bell: Mutex::new(Bell { phase: Phase::Running, rings: 0 }),
            rung: Condvar::default(),
            thread: Mutex::new(None),
        }
    }

    /// Takes over what a parent knew: which version is in force.
    pub(super) fn take_over(&self, before: &Reporter) {
        if let Some(applied) = before.applied.try_lock() {
            *self.applied.lock() = *applied;
        }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Whether its locks are this process's own.
    pub(super) fn is_of_this_process(&self) -> bool {
        self.forks == fork::generation()
    }

    pub(super) fn state(&self) -> TelemetryState {
        self.state.lock().clone()
    }

    pub(super) fn expose(&self, evaluation: &Evaluation<'_>, context: &impl Attributes) {
        if let Some(exposures) = &self.exposures {
            exposures.note(evaluation, context);
        }
    }

    pub(super) fn applied(&self, version: u64) {
        let mut applied = self.applied.lock();
        if applied.is_none_or(|(known, _)| known != version) {
            *applied = Some((version, clock::timestamp()));
        }
    }

    pub(super) fn start(self: &Arc<Reporter>) {
        let mut thread = self.thread.lock();
        if thread.is_some() || self.bell.lock().phase != Phase::Running {
            return;
        }
        let reporter = Arc::clone(self);
        let started = threads::spawn("vexil-telemetry", move || reporter.run());
        // Without a thread nothing is told but at the end, and what does not find room till then is dropped.
        *thread = started.ok();
    }

    fn run(&self) {
        let deadline = loop {
            let heard = self.bell.lock().rings;
            let until = self.outbox.lock().next_step();
            let mut bell = self.bell.lock();
            while bell.phase == Phase::Running && bell.rings == heard && Instant::now() < until {
                bell = self.rung.wait_until(bell, until);
            }
            if let Phase::Closing(deadline) = bell.phase {
                break deadline;
            }
            drop(bell);
            // A failure is in the state.
            drop(self.step(&mut self.outbox.lock()));
        };
        drop(self.tell_all(&mut self.outbox.lock(), Some(deadline)));
        self.bell.lock().phase = Phase::Ended;
        self.rung.notify_all();
    }

    /// Does what it is time for.
    fn step(&self, outbox: &mut Outbox) -> Result<(), Failure> {
        let now = Instant::now();
        if now >= outbox.due {
            outbox.due = now + drifting(self.interval);
            self.report(outbox);
        }
        if outbox.not_before.is_none_or(|not_before| now >= not_before) {
            self.tell(outbox, None)?;
        }
        Ok(())
    }

    pub(super) fn tell_if_due(&self) {
        if let Some(mut outbox) = self.outbox.try_lock()
            && Instant::now() >= outbox.next_step()
        {
            drop(self.step(&mut outbox));
        }
    }

    pub(super) fn tell_now(&self) -> Result<(), Failure> {
        let told = self.tell_all(&mut self.outbox.lock(), None);
        // What could not be told is to be told again earlier than the thread thinks.
        self.bell.lock().rings += 1;
        self.rung.notify_all();
        told
    }

    fn tell_all(&self, outbox: &mut Outbox, deadline: Option<Instant>) -> Result<(), Failure> {
        self.report(outbox);
        self.tell(outbox, deadline)
    }

    /// Ends, and tells for the last time before.
    pub(super) fn stop(&self) {
        let deadline = Instant::now() + AT_CLOSE;
        {
            let mut bell = self.bell.lock();
            if bell.phase != Phase::Running {
                return;
            }
            bell.phase = Phase::Closing(deadline);
            self.rung.notify_all();
        }
        match self.thread.lock().take() {
            Some(thread) => {
                let mut bell = self.bell.lock();
                while bell.phase != Phase::Ended && Instant::now() < deadline {
                    bell = self.rung.wait_until(bell, deadline);
                }
                drop(bell);
                // What is under way ends.
                self.http.shut_down();
                drop(thread.join());
            }
            None => {
                if let Some(mut outbox) = self.outbox.try_lock() {
                    drop(self.tell_all(&mut outbox, Some(deadline)));
                }
                self.http.shut_down();
            }
        }
        self.counts.give_up();
    }

    /// Makes reports of what was counted since the last ones.
    fn report(&self, outbox: &mut Outbox) {
        if outbox.waiting.len() >= WAITING {
            return;
        }
        let counted = self.counts.take();
        let (exposures, unnoted) = self.exposures.as_ref().map(Exposures::take).unwrap_or_default();
        let to = clock::timestamp();
        let from = std::mem::replace(&mut outbox.since, to);
        let unnoted = counted.dropped + unnoted;
        self.state.lock().dropped += unnoted;
        if outbox.is_suspended() {
            let evaluations: u64 = counted.evaluations.values().sum();
            self.state.lock().dropped += evaluations + exposures.len() as u64;
            return;
        }
        let applied = *self.applied.lock();
        let version = applied.map_or(0, |(version, _)| version);
        let is_known = version == 0
            || outbox.told.is_some_and(|(told, at)| told == version && at.elapsed() < SIGN_OF_LIFE);
        let dropped = unnoted + std::mem::take(&mut outbox.lost);
        if is_known && counted.evaluations.is_empty() && exposures.is_empty() && dropped == 0 {
            return;
        }
        outbox.told = Some((version, Instant::now()));
        let applied_at = applied.map(|(_, at)| at.to_string());
        let instance = Instance { version, applied_at, ..self.instance.clone() };
        outbox.waiting.extend(Batch::of(instance, counted.evaluations, exposures, dropped, (from, to)));
        self.state.lock().waiting = outbox.waiting.len();
    }

    /// Tells what waits, until something goes wrong; the error is that.
    fn tell(&self, outbox: &mut Outbox, deadline: Option<Instant>) -> Result<(), Failure> {
        let mut done = Ok(());
        while done.is_ok()
            && let Some(batch) = outbox.waiting.pop_front()
        {
            done = self.tell_one(outbox, batch, deadline);
        }
        let mut state = self.state.lock();
        state.waiting = outbox.waiting.len();
        if let Err(failure) = &done {
            state.last_error = Some(failure.clone());
        }
        done
    }

    fn tell_one(&self, outbox: &mut Outbox, batch: Batch, deadline: Option<Instant>) -> Result<(), Failure> {
        if batch.made.elapsed() > WORTH_TELLING {
            self.lose(outbox, batch.told());
            return Ok(());
        }
        let within = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        match self.http.tell(batch.to_json(), within) {
            Ok(Told::Taken(answer)) => {
                // It was taken, whatever else the answer says.
                let receipt: Receipt = serde_json::from_str(&answer).unwrap_or_default();
                let mut state = self.state.lock();
                state.reports += 1;
                state.told += batch.told();
                state.refused += receipt.rejected.values().sum::<u64>() + receipt.dropped;
                state.last_report = Some(clock::timestamp());
                (outbox.failures, outbox.not_before) = (0, None);
                Ok(())
            }
            Ok(Told::TooLarge) => {
                let told = batch.told();
                match batch.split() {
                    Some([one, other]) => {
                        outbox.waiting.push_front(other);
                        outbox.waiting.push_front(one);
                    }
                    None => self.lose(outbox, told),
                }
                Ok(())
            }
            Ok(Told::NotAllowed(failure)) => {
                outbox.suspended_until = Some(Instant::now() + SUSPENDED);
                let told = outbox.waiting.drain(..).map(|batch| batch.told()).sum::<u64>() + batch.told();
                self.lose(outbox, told);
                Err(failure)
            }
            Ok(Told::Refused(failure)) => {
                self.lose(outbox, batch.told());
                Err(failure)
            }
            Err(Refused { failure, wait }) => {
                outbox.waiting.push_front(batch);
                outbox.failures = outbox.failures.saturating_add(1);
                let wait = wait.unwrap_or_default() + backoff(&self.retry, outbox.failures);
                outbox.not_before = Some(Instant::now() + wait);
                Err(failure)
            }
        }
    }

    /// Gives up what was counted; the next report says so.
    fn lose(&self, outbox: &mut Outbox, told: u64) {
        outbox.lost += told;
        self.state.lock().dropped += told;
    }
}

impl Outbox {
    fn next_step(&self) -> Instant {
        match self.not_before {
            _ if self.waiting.is_empty() => self.due,
            Some(not_before) => self.due.min(not_before),
            None => self.due,
        }
    }

    fn is_suspended(&mut self) -> bool {
        self.suspended_until = self.suspended_until.filter(|until| Instant::now() < *until);
        self.suspended_until.is_some()
    }
}
