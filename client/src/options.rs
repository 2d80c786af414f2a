//! How a client is set up.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use vexil_core::context::SUPPLIED;
use vexil_core::{Context, Value};

use crate::certificates::Certificates;
use crate::limits;
use crate::message::TrustedKey;
use crate::sticky::StickyStore;

/// Where definitions come from. To debug it does not show the key.
#[derive(Clone, PartialEq, Eq)]
pub enum Source {
    /// A control plane, asked over HTTP.
    Http {
        /// Its address: `https://flags.example.com`.
        url: String,
        /// An SDK key, of one environment.
        key: String,
    },
    /// A file with a bundle or a list of definitions, in JSON; watched.
    File(PathBuf),
    /// A bundle or a list of definitions, in JSON; see [`crate::Client::put`].
    Memory(String),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Http { url, .. } => f.debug_struct("Http").field("url", url).finish_non_exhaustive(),
            Source::File(path) => f.debug_tuple("File").field(path).finish(),
            Source::Memory(_) => f.debug_struct("Memory").finish_non_exhaustive(),
        }
    }
}

/// How a control plane tells of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Streaming {
    /// It is asked every now and then.
    Off,
    /// Server-sent events; asked every now and then while they are away.
    #[default]
    Events,
    /// A WebSocket, for where answers without an end do not get through; asked every now and then while it is away.
    WebSocket,
}

/// Where the last known good is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    /// The folder; made for its owner alone where it is missing.
    pub folder: PathBuf,
    /// An older one is not taken; none: it never expires.
    pub max_age: Option<Duration>,
}

/// How often and how fast is tried again what failed. The wait before a try is a random part ("full jitter") of
/// `base * 2^n`, at most `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// So many failures in a row make the connection's status an error; it is tried again all the same.
    pub attempts: u32,
    /// The bound of the first wait.
    pub base: Duration,
    /// The bound of all waits.
    pub max: Duration,
}

/// What a read comes to before there are any definitions, and when there are none to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fallback {
    /// The last known good, and without one the caller's default.
    #[default]
    Cache,
    /// The caller's default; nothing is read from disk.
    Default,
    /// As [`Fallback::Cache`]; a client that finds none, nor an answer in time, does not start. No read is an error.
    Throw,
}

/// What a client adds to every context that does not have it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Supplied {
    /// `instance.id`: a name of its own for this process; a random one when absent.
    pub instance_id: Option<String>,
    /// `service.name`
    pub service_name: Option<String>,
    /// `app.version`
    pub app_version: Option<String>,
}

/// What a control plane is told of evaluations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telemetry {
    /// Whether it is told how often entries were evaluated to what, which units met which variant of an experiment, and
    /// which version this process has. True; without a control plane there is nobody to tell.
    pub enabled: bool,
    /// How often. 30 s, a tenth more or less.
    pub interval: Duration,
    /// Whether exposures are told: the id of a unit that met a variant, by the attribute that the experiment names. It
    /// is all that is ever told of a context. True.
    pub exposures: bool,
    /// The name and version of the SDK; a host's package says its own.
    pub sdk: String,
}

impl Default for Telemetry {
    fn default() -> Telemetry {
        Telemetry {
            enabled: true,
            interval: Duration::from_secs(30),
            exposures: true,
            sdk: concat!("vexil-client/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// All options. What is not said is as in [`Options::new`].
#[derive(Debug, Clone)]
pub struct Options {
    /// Where definitions come from.
    pub source: Source,
    /// The environment. A control plane knows it by the key; another one than this is refused. Of files it is the one
    /// that is meant where they name none.
    pub environment: Option<String>,
    /// Definitions to begin with, until the source has answered: JSON that was shipped with the program.
    pub bootstrap: Option<String>,
    /// How often the source is asked. 60 s.
    pub polling_interval: Duration,
    /// How a control plane tells of changes.
    pub streaming: Streaming,
    /// A stream from which nothing has come for so long is dead. 45 s: three of the server's heartbeats.
    pub silence: Duration,
    /// How long one request may take. 10 s.
    pub request_timeout: Duration,
    /// How long the start waits for the first definitions; it goes on without them. 5 s.
    pub start_timeout: Duration,
    /// Where the last known good is kept.
    pub cache: Option<Cache>,
    /// How often and how fast is tried again.
    pub retry: Retry,
    /// What a read comes to without definitions.
    pub fallback: Fallback,
    /// Asks nobody: what is in the bootstrap and the cache is all there is.
    pub offline: bool,
    /// Starts no thread: a read that finds the polling interval over refreshes first.
    pub threadless: bool,
    /// The keys that snapshots must be signed with. When empty, those that the control plane publishes are trusted, as
    /// far as the connection is.
    pub trusted_keys: Vec<TrustedKey>,
    /// Who vouches for the control plane by TLS, in place of the public authorities.
    pub certificates: Option<Certificates>,
    /// Whether [`crate::Client::set_override`] is allowed; not in production, unless one asks for it.
    pub allow_overrides: bool,
    /// What is added to contexts.
    pub supplied: Supplied,
    /// Where it is remembered which variants units were given in experiments that are `sticky`; without it they are
    /// evaluated like all others.
    pub sticky: Option<Arc<dyn StickyStore>>,
    /// What a control plane is told.
    pub telemetry: Telemetry,
}

impl Options {
    /// The usual options for a source.
    pub fn new(source: Source) -> Options {
        let is_local = !matches!(source, Source::Http { .. });
        Options {
            source,
            environment: None,
            bootstrap: None,
            polling_interval: Duration::from_secs(60),
            streaming: Streaming::default(),
            silence: Duration::from_secs(45),
            request_timeout: Duration::from_secs(10),
            start_timeout: Duration::from_secs(5),
            cache: None,
            retry: Retry { attempts: 3, base: Duration::from_secs(1), max: Duration::from_secs(30) },
            fallback: Fallback::default(),
            offline: false,
            threadless: false,
            trusted_keys: Vec::new(),
            certificates: None,
            allow_overrides: is_local,
            supplied: Supplied::default(),
            sticky: None,
            telemetry: Telemetry::default(),
        }
    }

    /// What cannot work; the error names the option, and never says what a key is.
    pub(crate) fn check(&self) -> Result<(), String> {
        if let Source::Http { key, .. } = &self.source
            && !key.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err(
                "the SDK key has a character that no key has, such as a line break at its end".to_owned()
            );
        }
        if self.polling_interval < limits::POLLING_INTERVAL {
            return Err(format!(
                "the polling interval is {:?}, and the shortest is {:?}",
                self.polling_interval,
                limits::POLLING_INTERVAL
            ));
        }
        let positive = [
            ("silence", self.silence),
            ("request timeout", self.request_timeout),
            ("base of retries", self.retry.base),
            ("interval of telemetry", self.telemetry.interval),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, duration)| duration.is_zero()) {
            return Err(format!("the {name} is 0, and must be longer"));
        }
        if self.retry.base > self.retry.max {
            let Retry { base, max, .. } = self.retry;
            return Err(format!("the base of retries is {base:?}, and their maximum {max:?} is shorter"));
        }
        Ok(())
    }

    /// The attributes that are added to contexts.
    pub(crate) fn attributes(&self, instance_id: &str) -> Context {
        let Supplied { service_name, app_version, .. } = &self.supplied;
        let values = [Some(instance_id), service_name.as_deref(), app_version.as_deref()];
        let mut context = Context::new();
        for (path, value) in SUPPLIED.into_iter().zip(values) {
            context.set(path, value.map_or(Value::Null, Value::from));
        }
        context
    }
}
