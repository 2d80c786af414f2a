//! What has come is judged, and put in force: one thing at a time.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use vexil_core::definition::{self, Mode};
use vexil_core::{Arena, Delta, Node, Snapshot, Timestamp};

use crate::cache::{PublishedKey, Store};
use crate::client::{FRESH, Shared};
use crate::clock;
use crate::held::{self, Held};
use crate::message::{self, Kind, TrustedKey};
use crate::options::Fallback;
use crate::outcome::Origin;
use crate::state::{Failure, FailureCode};

use super::{Machinery, invalid};

/// What is needed to take definitions over.
#[derive(Default)]
pub(super) struct Intake {
    pub(super) store: Option<Store>,
    /// The tag of the whole that was fetched last.
    pub(super) tag: Option<String>,
    pub(super) published: Vec<PublishedKey>,
    pub(super) keys: Vec<TrustedKey>,
    /// The project and environment that were signed first, where the options do not name them; others are not taken.
    pub(super) project: Option<String>,
    pub(super) environment: Option<String>,
    /// Of the file that was read last.
    pub(super) file: Option<(SystemTime, u64)>,
    /// Refreshes that failed in a row.
    pub(super) failures: u32,
}

impl Intake {
    /// Trusts the keys that a control plane publishes.
    pub(super) fn trust(&mut self, published: Vec<PublishedKey>) {
        let keys = published.iter().filter_map(|key| TrustedKey::new(&key.id, &key.public).ok());
        self.keys = keys.collect();
        self.published = published;
    }

    /// Keeps the whole on disk as what was last known to be good.
    pub(super) fn keep(&mut self, text: &str) -> Result<(), Failure> {
        let Intake { store: Some(store), published, .. } = self else { return Ok(()) };
        store.put(published, text)
    }
}

impl Shared {
    /// Takes over what is there without asking anybody: the bootstrap, then the last known good.
    pub(crate) fn take_what_is_here(&self, machinery: &Machinery) {
        if let Some(bootstrap) = &self.options.bootstrap {
            match held::compile(&self.options, bootstrap, None) {
                Ok(snapshot) => {
                    let now = clock::timestamp();
                    self.stale_since.store(now.as_millis(), Ordering::Relaxed);
                    self.put_in_force(machinery, snapshot, Origin::Bootstrap);
                    machinery.change(|state| state.stale_since = Some(now));
                }
                Err(problem) => machinery.note(invalid(&problem)),
            }
        }
        if self.options.fallback != Fallback::Default
            && let Err(failure) = self.take_cache(machinery)
        {
            machinery.note(failure);
        }
        machinery.tell();
    }

    /// Takes over what is on disk, as far as it is good; the error is the first thing that is not.
    fn take_cache(&self, machinery: &Machinery) -> Result<(), Failure> {
        let mut intake = machinery.intake.lock();
        let Some(store) = &mut intake.store else { return Ok(()) };
        let Some(found) = store.read()? else { return Ok(()) };
        if self.options.trusted_keys.is_empty() {
            intake.trust(found.keys);
        }
        let mut taken = false;
        let mut damage = found.damage;
        for text in &found.messages {
            match self.take(machinery, &mut intake, text, Origin::Cache) {
                Ok(()) => taken = true,
                // Several processes may keep one file, each what it has seen, and none in the order of the others.
                Err(failure) if matches!(failure.code, FailureCode::RolledBack | FailureCode::Gap) => {}
                Err(failure) => drop(damage.get_or_insert(failure)),
            }
        }
        if taken {
            self.stale_since.store(found.confirmed_at, Ordering::Relaxed);
            machinery.change(|state| state.stale_since = Some(Timestamp::from_millis(found.confirmed_at)));
        }
        damage.map_or(Ok(()), Err)
    }

    /// Puts a message in force; older ones, and those of another environment, are refused.
    pub(super) fn take(
        &self,
        machinery: &Machinery,
        intake: &mut Intake,
        text: &str,
        origin: Origin,
    ) -> Result<(), Failure> {
        let message = message::verify(text, &intake.keys)?;
        for (known, signed) in
            [(&intake.project, &message.project), (&intake.environment, &message.environment)]
        {
            if let Some(known) = known.as_ref().filter(|known| *known != signed) {
                let told = format!("it is of `{signed}`, not of `{known}`");
                return Err(Failure::new(FailureCode::WrongEnvironment, told));
            }
        }
        let held = self.held.load_full();
        let is_numbered = matches!(held.origin, Origin::Remote | Origin::Cache);
        let version = if is_numbered { held.snapshot.version() } else { 0 };
        if is_numbered && message.version < version {
            if message.kind == Kind::Delta && origin == Origin::Remote {
                // A request was faster than the stream; what leads no further leads nowhere back either.
                return Ok(());
            }
            let told = format!("version {} is older than {version}, which is held", message.version);
            return Err(Failure::new(FailureCode::RolledBack, told));
        }
        let is_same = is_numbered && message.version == version;
        let snapshot = match message.kind {
            _ if is_same => Arc::clone(&held.snapshot),
            Kind::Put => Arc::new(self.whole(&held, message.payload, &message.environment)?),
            Kind::Delta if message.from == Some(version) && is_numbered => {
                let delta =
                    Delta::parse_json(message.payload.as_bytes()).map_err(|problem| invalid(&problem))?;
                let applied = held.snapshot.apply(delta);
                Arc::new(applied.map_err(|misfit| Failure::new(FailureCode::Gap, misfit.to_string()))?)
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
        intake.project = Some(message.project);
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
        replaced(held, text)
    }

    /// Reads the file, if it is another than the one that was read last.
    pub(super) fn read_file(&self, machinery: &Machinery, path: &Path) -> Result<(), Failure> {
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
        self.take_unsigned(machinery, &text, Origin::File)?;
        intake.file = Some(seen);
        Ok(())
    }

    /// Puts the program's own definitions in force.
    pub(crate) fn take_local(
        &self,
        machinery: &Machinery,
        text: &str,
        origin: Origin,
    ) -> Result<(), Failure> {
        let taken = {
            let _one_at_a_time = machinery.intake.lock();
            self.take_unsigned(machinery, text, origin)
        };
        machinery.tell();
        taken
    }

    fn take_unsigned(&self, machinery: &Machinery, text: &str, origin: Origin) -> Result<(), Failure> {
        let held = self.held.load_full();
        let snapshot = if held.origin == origin {
            replaced(&held, text)?
        } else {
            held::compile(&self.options, text, None).map_err(|problem| invalid(&problem))?
        };
        self.put_in_force(machinery, snapshot, origin);
        Ok(())
    }

    /// Swaps the snapshot; whoever calls this tells of it when the locks are free again.
    fn put_in_force(&self, machinery: &Machinery, snapshot: impl Into<Arc<Snapshot>>, origin: Origin) {
        // First: whoever sees the new ones must not take them for old.
        if matches!(origin, Origin::Remote | Origin::File | Origin::Memory) {
            self.stale_since.store(FRESH, Ordering::Relaxed);
        }
        let snapshot = snapshot.into();
        if matches!(origin, Origin::Remote | Origin::Cache) {
            self.telemetry.applied(snapshot.version());
        }
        let Ok(()) = self.swap::<Infallible>(machinery, |held| Ok(held.with_snapshot(snapshot, origin)));
    }
}

/// The snapshot after the one that is held, from a whole document.
fn replaced(held: &Held, text: &str) -> Result<Snapshot, Failure> {
    let arena = Arena::new();
    let node = Node::parse_json(text.as_bytes(), &arena).map_err(|problem| invalid(&problem))?;
    let reading = definition::read(&[node], Mode::Loading);
    held.snapshot.replace(reading).map_err(|problem| invalid(&problem))
}
