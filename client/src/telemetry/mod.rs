//! What a client tells a control plane: how often entries were evaluated to what, which units met which variant of an
//! experiment, and which version is applied since when.
//!
//! An evaluation that is counted takes no lock, allocates nothing and makes no other thread wait ([`table`]), but when a
//! thread meets an outcome for the first time. Everything is bounded: what finds no room is dropped and counted. What is
//! told, and when it is told again, is the matter of one thread ([`reporter`]).

mod counts;
mod exposures;
mod report;
mod reporter;
mod table;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwapOption;
use vexil_core::evaluate::Fingerprint;
use vexil_core::{Attributes, Evaluation, Overrides, Timestamp};

use crate::Client;
use crate::options::{Options, Source};
use crate::outcome::Origin;
use crate::state::Failure;

use reporter::Reporter;

/// The telemetry of a client.
pub(crate) struct Telemetry {
    /// The reporter's, by which threads know their tables; 0 where nothing is counted.
    id: AtomicU64,
    reporter: ArcSwapOption<Reporter>,
}

/// What became of telemetry since the client started; all zeros where there is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TelemetryState {
    /// Whether evaluations are counted.
    pub enabled: bool,
    /// Reports that the control plane has taken.
    pub reports: u64,
    /// Evaluations and exposures in them.
    pub told: u64,
    /// Evaluations and exposures that nobody was told of: they found no room, or the control plane could not be told
    /// for too long.
    pub dropped: u64,
    /// Items that the control plane kept out or had no room for; its answers say why.
    pub refused: u64,
    /// Reports that wait to be told again.
    pub waiting: usize,
    /// When the control plane last took a report.
    pub last_report: Option<Timestamp>,
    /// What last went wrong; it stays when things are well again.
    pub last_error: Option<Failure>,
}

impl Telemetry {
    /// That of a client with these options, of which there is none without a control plane to tell.
    pub(crate) fn new(options: &Options, instance_id: &str) -> Telemetry {
        let telemetry = Telemetry { id: AtomicU64::new(0), reporter: ArcSwapOption::empty() };
        if let Source::Http { url, key } = &options.source
            && options.telemetry.enabled
            && !options.offline
        {
            telemetry.begin(Reporter::new(url, key, options, instance_id.to_owned()));
        }
        telemetry
    }

    fn begin(&self, reporter: Reporter) {
        let id = reporter.id();
        self.reporter.store(Some(Arc::new(reporter)));
        self.id.store(id, Ordering::Release);
    }

    /// In a child of a fork: what the parent has counted is the parent's to tell.
    pub(crate) fn after_fork(&self, options: &Options, instance_id: &str) {
        let Some(before) = self.reporter.load_full() else { return };
        let Source::Http { url, key } = &options.source else { return };
        let mine = Reporter::new(url, key, options, format!("{instance_id}.{}", std::process::id()));
        mine.take_over(&before);
        self.begin(mine);
        // Its locks and sockets are the parent's, and not to be touched.
        std::mem::forget(before);
    }

    /// Counts an evaluation, and notes the exposure that it is. The overrides are those that it was made with.
    #[inline(always)]
    pub(crate) fn count(
        &self,
        evaluation: &Evaluation<'_>,
        origin: Origin,
        context: &impl Attributes,
        overrides: [Option<&Overrides>; 2],
    ) {
        let id = self.id.load(Ordering::Relaxed);
        // What the program itself has registered, no control plane knows.
        if id != 0 && origin != Origin::Registered {
            self.count_as(id, evaluation, context, overrides);
        }
    }

    /// Counts an evaluation that was read so many times, as [`Telemetry::count`] does each.
    pub(crate) fn count_many(
        &self,
        evaluation: &Evaluation<'_>,
        origin: Origin,
        context: &impl Attributes,
        overrides: [Option<&Overrides>; 2],
        times: u64,
    ) {
        let Some(more) = times.checked_sub(1) else { return };
        // The first has room made for all, and is the exposure.
        self.count(evaluation, origin, context, overrides);
        let id = self.id.load(Ordering::Relaxed);
        let Some(fingerprint) = evaluation.fingerprint() else { return };
        if more > 0
            && id != 0
            && origin != Origin::Registered
            && !counts::count_again(id, fingerprint, more)
            && let Some(reporter) = &*self.reporter.load()
        {
            reporter.counts.drop_many(more);
        }
    }

    #[inline(never)]
    fn count_as(
        &self,
        id: u64,
        evaluation: &Evaluation<'_>,
        context: &impl Attributes,
        overrides: [Option<&Overrides>; 2],
    ) {
        let Some(fingerprint) = evaluation.fingerprint() else { return };
        if !counts::count_again(id, fingerprint, 1) {
            self.count_first(id, fingerprint, evaluation);
        }
        if evaluation.assignment().is_some() {
            self.expose(evaluation, context, overrides);
        }
    }

    #[cold]
    #[inline(never)]
    fn count_first(&self, id: u64, fingerprint: Fingerprint, evaluation: &Evaluation<'_>) {
        // Another one has taken its place in this very moment, or is to: the parent's is not to be touched.
        let reporter = self.reporter.load();
        let is_mine = |reporter: &&Arc<Reporter>| reporter.id() == id && reporter.is_of_this_process();
        if let Some(reporter) = reporter.as_ref().filter(is_mine) {
            reporter.counts.count_first(id, fingerprint, evaluation);
        }
    }

    #[inline(never)]
    fn expose(
        &self,
        evaluation: &Evaluation<'_>,
        context: &impl Attributes,
        overrides: [Option<&Overrides>; 2],
    ) {
        let Some(assignment) = evaluation.assignment() else { return };
        // A variant that somebody has chosen for a unit says nothing of the experiment.
        let is_chosen =
            overrides.into_iter().flatten().any(|overrides| overrides.get(assignment.experiment()).is_some());
        let reporter = self.reporter.load();
        let mine = reporter.as_ref().filter(|reporter| !is_chosen && reporter.is_of_this_process());
        if let Some(reporter) = mine {
            reporter.expose(evaluation, context);
        }
    }

    /// A version of the control plane's is in force from now on.
    pub(crate) fn applied(&self, version: u64) {
        if let Some(reporter) = &*self.reporter.load() {
            reporter.applied(version);
        }
    }

    /// Starts the thread that tells. Without one, telling is up to [`Telemetry::tell_if_due`].
    pub(crate) fn start(&self) {
        if let Some(reporter) = self.reporter.load_full() {
            reporter.start();
        }
    }

    /// Tells what has been counted, where no thread does and it is time.
    pub(crate) fn tell_if_due(&self) {
        if let Some(reporter) = &*self.reporter.load() {
            reporter.tell_if_due();
        }
    }

    /// Tells for the last time, within a bound, and ends.
    pub(crate) fn stop(&self) {
        self.id.store(0, Ordering::Relaxed);
        if let Some(reporter) = &*self.reporter.load() {
            reporter.stop();
        }
    }
}

impl Client {
    /// What became of telemetry so far.
    pub fn telemetry(&self) -> TelemetryState {
        let telemetry = self.own_telemetry();
        let state = telemetry.reporter.load().as_ref().map(|reporter| reporter.state());
        TelemetryState { enabled: telemetry.id.load(Ordering::Relaxed) != 0, ..state.unwrap_or_default() }
    }

    /// Tells now what was counted so far, and waits until it is told: before a process that has no time ends, and in
    /// tests. Nothing is to be told where there is no control plane.
    ///
    /// # Errors
    ///
    /// It could not be told; it is tried again later.
    pub fn flush_telemetry(&self) -> Result<(), Failure> {
        let reporter = self.own_telemetry().reporter.load_full();
        reporter.map_or(Ok(()), |reporter| reporter.tell_now())
    }

    /// That of this process: after a fork, once its own is made.
    fn own_telemetry(&self) -> &Telemetry {
        drop(self.shared().machinery());
        &self.shared().telemetry
    }
}
