//! Options, as hosts give them: in records through uniffi, in JSON through the C ABI. What is not said is as the client
//! has it.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use vexil_client::{Cache, Certificates, FileStore, Options, Source, TrustedKey};

use super::error::VexilError;

/// Pairs of an experiment and a unit that a file remembers.
const STICKY_CAPACITY: usize = 100_000;

/// Where definitions come from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SourceOptions {
    /// A control plane, asked over HTTP.
    Http {
        /// Its address: `https://flags.example.com`.
        url: String,
        /// An SDK key, of one environment.
        key: String,
    },
    /// A file with definitions, in JSON; watched.
    File {
        /// Where it is.
        path: String,
    },
    /// The definitions themselves, in JSON.
    Memory {
        /// A bundle, a list, or one definition.
        definitions: String,
    },
}

/// How a control plane tells of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Streaming {
    /// It is asked every now and then.
    Off,
    /// Server-sent events; asked every now and then while they are away.
    Events,
    /// A WebSocket; likewise.
    #[serde(rename = "websocket")]
    WebSocket,
}

/// What a read comes to without definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// The last known good, and without one the caller's default.
    Cache,
    /// The caller's default; nothing is read from disk.
    Default,
    /// As `cache`; a client that finds none, nor an answer in time, does not start. No read is an error.
    Throw,
}

/// A key that snapshots must be signed with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, uniffi::Record)]
#[serde(deny_unknown_fields)]
pub struct TrustedKeyOptions {
    /// Its id.
    pub id: String,
    /// 32 bytes of Ed25519, in base64url without padding.
    pub public: String,
}

/// All options. Times are in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, uniffi::Record)]
#[serde(deny_unknown_fields)]
pub struct ClientOptions {
    /// Where definitions come from.
    pub source: SourceOptions,
    /// The environment. A control plane knows it by the key; another one than this is refused.
    #[uniffi(default = None)]
    #[serde(default)]
    pub environment: Option<String>,
    /// Definitions to begin with, until the source has answered, in JSON.
    #[uniffi(default = None)]
    #[serde(default)]
    pub bootstrap: Option<String>,
    /// How often the source is asked. 60,000.
    #[uniffi(default = None)]
    #[serde(default)]
    pub polling_interval_ms: Option<u64>,
    /// How a control plane tells of changes. By server-sent events.
    #[uniffi(default = None)]
    #[serde(default)]
    pub streaming: Option<Streaming>,
    /// A stream from which nothing has come for so long is dead. 45,000.
    #[uniffi(default = None)]
    #[serde(default)]
    pub silence_ms: Option<u64>,
    /// How long one request may take. 10,000.
    #[uniffi(default = None)]
    #[serde(default)]
    pub request_timeout_ms: Option<u64>,
    /// How long the start waits for the first definitions; it goes on without them. 5,000.
    #[uniffi(default = None)]
    #[serde(default)]
    pub start_timeout_ms: Option<u64>,
    /// The folder of the last known good; none is kept without one.
    #[uniffi(default = None)]
    #[serde(default)]
    pub cache_folder: Option<String>,
    /// A last known good that is older is not taken; without it none is too old.
    #[uniffi(default = None)]
    #[serde(default)]
    pub cache_max_age_ms: Option<u64>,
    /// So many failures in a row make the connection's status an error. 3.
    #[uniffi(default = None)]
    #[serde(default)]
    pub retry_attempts: Option<u32>,
    /// The bound of the first wait before another try. 1,000.
    #[uniffi(default = None)]
    #[serde(default)]
    pub retry_base_ms: Option<u64>,
    /// The bound of all waits. 30,000.
    #[uniffi(default = None)]
    #[serde(default)]
    pub retry_max_ms: Option<u64>,
    /// What a read comes to without definitions.
    #[uniffi(default = None)]
    #[serde(default)]
    pub fallback: Option<Fallback>,
    /// Asks nobody.
    #[uniffi(default = false)]
    #[serde(default)]
    pub offline: bool,
    /// Starts no thread: a read that finds the polling interval over refreshes first.
    #[uniffi(default = false)]
    #[serde(default)]
    pub threadless: bool,
    /// The keys that snapshots must be signed with; without any, those that the control plane publishes.
    #[uniffi(default = [])]
    #[serde(default)]
    pub trusted_keys: Vec<TrustedKeyOptions>,
    /// Who vouches for the control plane by TLS, in place of the public authorities: certificates, in PEM.
    #[uniffi(default = None)]
    #[serde(default)]
    pub certificates: Option<String>,
    /// Whether overrides may be set. Where the source is no control plane.
    #[uniffi(default = None)]
    #[serde(default)]
    pub allow_overrides: Option<bool>,
    /// The file where it is remembered which variants units were given in experiments that are `sticky`; without it they
    /// are evaluated like all others.
    #[uniffi(default = None)]
    #[serde(default)]
    pub sticky_file: Option<String>,
    /// For how many pairs of an experiment and a unit there is room in that file. 100,000.
    #[uniffi(default = None)]
    #[serde(default)]
    pub sticky_capacity: Option<u32>,
    /// Whether the control plane is told what entries were evaluated to, how often, and which version is applied. True.
    #[uniffi(default = None)]
    #[serde(default)]
    pub telemetry: Option<bool>,
    /// How often it is told. 30,000, a tenth more or less.
    #[uniffi(default = None)]
    #[serde(default)]
    pub telemetry_interval_ms: Option<u64>,
    /// Whether it is told which units met which variant of an experiment. True.
    #[uniffi(default = None)]
    #[serde(default)]
    pub telemetry_exposures: Option<bool>,
    /// The name and version of the package that hands these options over, such as `vexil-python/1.2.3`.
    #[uniffi(default = None)]
    #[serde(default)]
    pub sdk: Option<String>,
    /// `instance.id`: a name of its own for this process; a random one when absent.
    #[uniffi(default = None)]
    #[serde(default)]
    pub instance_id: Option<String>,
    /// `service.name`
    #[uniffi(default = None)]
    #[serde(default)]
    pub service_name: Option<String>,
    /// `app.version`
    #[uniffi(default = None)]
    #[serde(default)]
    pub app_version: Option<String>,
}

impl ClientOptions {
    /// As the client takes them.
    pub(crate) fn into_options(self) -> Result<Options, VexilError> {
        let mut options = Options::new(match self.source {
            SourceOptions::Http { url, key } => Source::Http { url, key },
            SourceOptions::File { path } => Source::File(path.into()),
            SourceOptions::Memory { definitions } => Source::Memory(definitions),
        });
        let set = |into: &mut Duration, milliseconds: Option<u64>| {
            if let Some(milliseconds) = milliseconds {
                *into = Duration::from_millis(milliseconds);
            }
        };
        set(&mut options.polling_interval, self.polling_interval_ms);
        set(&mut options.silence, self.silence_ms);
        set(&mut options.request_timeout, self.request_timeout_ms);
        set(&mut options.start_timeout, self.start_timeout_ms);
        set(&mut options.retry.base, self.retry_base_ms);
        set(&mut options.retry.max, self.retry_max_ms);
        options.retry.attempts = self.retry_attempts.unwrap_or(options.retry.attempts);
        options.environment = self.environment;
        options.bootstrap = self.bootstrap;
        options.offline = self.offline;
        options.threadless = self.threadless;
        options.allow_overrides = self.allow_overrides.unwrap_or(options.allow_overrides);
        if let Some(streaming) = self.streaming {
            options.streaming = match streaming {
                Streaming::Off => vexil_client::Streaming::Off,
                Streaming::Events => vexil_client::Streaming::Events,
                Streaming::WebSocket => vexil_client::Streaming::WebSocket,
            };
        }
        if let Some(fallback) = self.fallback {
            options.fallback = match fallback {
                Fallback::Cache => vexil_client::Fallback::Cache,
                Fallback::Default => vexil_client::Fallback::Default,
                Fallback::Throw => vexil_client::Fallback::Throw,
            };
        }
        options.cache = match (self.cache_folder, self.cache_max_age_ms.map(Duration::from_millis)) {
            (Some(folder), max_age) => Some(Cache { folder: folder.into(), max_age }),
            (None, None) => None,
            (None, Some(_)) => {
                return Err(VexilError::options("`cache_max_age_ms` is of no use without `cache_folder`"));
            }
        };
        if self.sticky_capacity.is_some() && self.sticky_file.is_none() {
            return Err(VexilError::options("`sticky_capacity` is of no use without `sticky_file`"));
        }
        options.trusted_keys = self
            .trusted_keys
            .iter()
            .map(|key| TrustedKey::new(&key.id, &key.public))
            .collect::<Result<_, _>>()
            .map_err(|error| VexilError::options(format!("`trusted_keys`: {error}")))?;
        if let Some(path) = &self.sticky_file {
            let capacity = self.sticky_capacity.map_or(STICKY_CAPACITY, |capacity| capacity as usize);
            let store = FileStore::open(path, capacity);
            let store =
                store.map_err(|error| VexilError::options(format!("`sticky_file`: {path}: {error}")))?;
            options.sticky = Some(Arc::new(store));
        }
        set(&mut options.telemetry.interval, self.telemetry_interval_ms);
        options.telemetry.enabled = self.telemetry.unwrap_or(options.telemetry.enabled);
        options.telemetry.exposures = self.telemetry_exposures.unwrap_or(options.telemetry.exposures);
        options.telemetry.sdk = self.sdk.unwrap_or(options.telemetry.sdk);
        options.certificates = self
            .certificates
            .map(|pem| Certificates::from_pem(&pem))
            .transpose()
            .map_err(|error| VexilError::options(format!("`certificates`: {error}")))?;
        options.supplied.instance_id = self.instance_id;
        options.supplied.service_name = self.service_name;
        options.supplied.app_version = self.app_version;
        Ok(options)
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_in_the_table() {
        let table = include_str!("../../../docs/clients.md");
        // What an unknown one is told lists those that are known.
        let told = serde_json::from_str::<ClientOptions>(r#"{"nothing": 1}"#).unwrap_err().to_string();
        let options: Vec<_> = told.split('`').skip(3).step_by(2).collect();
        assert!(options.len() > 20 && options.contains(&"source"), "{told}");
        for option in options {
            assert!(table.contains(&format!("| `{option}` |")), "docs/clients.md does not have `{option}`");
        }
    }
}
