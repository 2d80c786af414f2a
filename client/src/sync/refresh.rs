//! The source is asked once: what it said, or that it did not.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use vexil_core::Timestamp;

use crate::client::{FRESH, Shared};
use crate::clock;
use crate::message;
use crate::options::Source;
use crate::outcome::Origin;
use crate::source::http::{Answer, Http, Refused};
use crate::state::{ConnectionStatus, Failure};

use super::Machinery;
use super::intake::Intake;

/// Files are looked at this often, or as often as the options say where that is more often.
const LOOK_AT_FILES: Duration = Duration::from_secs(1);

impl Shared {
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
        machinery.change(|state| state.syncing = false);
        match &done {
            Ok(()) => self.confirmed(machinery),
            Err(refused) => self.failed(machinery, refused.failure.clone()),
        }
        done
    }

    /// Fetches the whole, where it is another than the one that was fetched last.
    pub(super) fn fetch(&self, machinery: &Machinery) -> Result<(), Refused> {
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
        if let Err(failure) = intake.keep(&text) {
            machinery.note(failure);
        }
        Ok(())
    }

    /// Where the options name no keys, those that the control plane publishes are trusted; they are asked for when one
    /// is met that is not known.
    pub(super) fn know_key(
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
        intake.trust(http.keys()?);
        Ok(())
    }

    /// The source has said what is in force.
    pub(super) fn confirmed(&self, machinery: &Machinery) {
        if machinery.is_stopping() {
            return;
        }
        self.stale_since.store(FRESH, Ordering::Relaxed);
        {
            let mut intake = machinery.intake.lock();
            intake.failures = 0;
            if let Some(store) = &intake.store {
                store.confirm();
            }
        }
        machinery.update(|state| {
            state.connection = ConnectionStatus::Connected;
            state.last_sync = Some(clock::timestamp());
            state.stale_since = None;
        });
    }

    /// The source could not be asked. What is held goes on being served, and says how old it is.
    pub(super) fn failed(&self, machinery: &Machinery, failure: Failure) {
        if machinery.is_stopping() {
            return;
        }
        let failures = {
            let mut intake = machinery.intake.lock();
            intake.failures = intake.failures.saturating_add(1);
            intake.failures
        };
        let since = self.grow_old(machinery);
        let is_lasting = failures >= self.options.retry.attempts;
        machinery.update(|state| {
            state.connection =
                if is_lasting { ConnectionStatus::Error } else { ConnectionStatus::Disconnected };
            state.stale_since = state.stale_since.or(since.filter(|_| state.initialized));
            state.last_error = Some(failure);
        });
    }

    /// Nobody says any more that what is held is the newest, though nothing went wrong: in a child of a fork, which has
    /// not asked yet, and once the client is closed.
    pub(crate) fn doubt(&self, machinery: &Machinery, connection: ConnectionStatus) {
        let since = self.grow_old(machinery);
        machinery.update(|state| {
            state.connection = connection;
            state.stale_since = state.stale_since.or(since.filter(|_| state.initialized));
        });
    }

    /// Nobody says any more that what is held is the newest; since when, if that is new.
    fn grow_old(&self, machinery: &Machinery) -> Option<Timestamp> {
        let since = machinery.state().last_sync.map_or_else(clock::now, Timestamp::as_millis);
        let was_fresh = self.stale_since.compare_exchange(FRESH, since, Ordering::Relaxed, Ordering::Relaxed);
        was_fresh.is_ok().then(|| Timestamp::from_millis(since))
    }

    /// Refreshes before a read, and tells, where no thread does; of several readers one, and the others do not wait.
    pub(crate) fn refresh_if_due(&self, machinery: &Machinery) {
        self.telemetry.tell_if_due();
        let Some(mut refreshed) = machinery.refreshing.try_lock() else { return };
        let now = Instant::now();
        if refreshed.is_some_and(|at| now.duration_since(at) < self.interval()) {
            return;
        }
        *refreshed = Some(now);
        // A failure is in the state.
        drop(self.refresh(machinery));
    }

    pub(super) fn interval(&self) -> Duration {
        match self.options.source {
            Source::File(_) => self.options.polling_interval.min(LOOK_AT_FILES),
            _ => self.options.polling_interval,
        }
    }
}
