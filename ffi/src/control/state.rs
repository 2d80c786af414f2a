//! What a client tells of itself, as records.

use serde::Serialize;
use vexil_client::{Assigned, Change, Failure, State, Timestamp};

use crate::Code;

/// How it stands with the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// Nobody is asked: before the start, offline, after the end; and between two tries.
    Disconnected,
    /// The first answer is waited for.
    Connecting,
    /// The last answer was a good one; of a stream, it is open.
    Connected,
    /// As many tries in a row failed as the options name. It is tried again all the same.
    Error,
}

/// Something that went wrong, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct SourceFailure {
    /// A number of the table of codes.
    pub code: i32,
    /// Its stable name.
    pub name: String,
    /// What exactly, for a person.
    pub message: String,
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
}

/// How a client stands. Moments are in milliseconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct ClientState {
    /// Whether there are definitions to evaluate with, wherever they came from.
    pub initialized: bool,
    /// Whether the source is being asked just now.
    pub syncing: bool,
    /// How it stands with the source.
    pub connection: ConnectionStatus,
    /// When the source last said what is in force.
    pub last_sync_ms: Option<i64>,
    /// What last went wrong; it stays when things are well again.
    pub last_error: Option<SourceFailure>,
    /// The version that is evaluated with; 0 when there is none, and of sources that do not number.
    pub version: u64,
    /// Where it came from: `none`, `bootstrap`, `cache`, `file`, `memory`, `remote`.
    pub origin: String,
    /// Since when nobody has confirmed that it is the newest; none while somebody does.
    pub stale_since_ms: Option<i64>,
    /// Static keys that have changed since the process booted with them.
    pub restart_required: Vec<String>,
    /// How many overrides are set.
    pub overrides: u64,
}

/// A key whose value is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct ValueChange {
    /// `features`, `configs`, `experiments`, or what the host has named.
    pub namespace: String,
    /// The key.
    pub key: String,
    /// What it was, in JSON; none where there was nothing.
    pub old_json: Option<String>,
    /// What it is, in JSON.
    pub new_json: Option<String>,
    /// Where the new one came from.
    pub origin: String,
}

/// The variant that an experiment gives.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Assignment {
    /// The experiment's key.
    pub experiment: String,
    /// The variant's id.
    pub variant: String,
    /// The variant's name for people, where the definitions say it.
    pub name: Option<String>,
    /// Whether it is the variant that the others are compared with.
    pub is_control: bool,
    /// The variant's configuration, in JSON; `null` where it has none.
    pub config_json: String,
    /// The unit that was assigned, such as the user's id; none where an override stands for it.
    pub unit: Option<String>,
    /// The attribute that names the unit: `user.id`.
    pub unit_attribute: String,
    /// `EXPERIMENT` or `OVERRIDE`.
    pub reason: String,
    /// The version of the definitions.
    pub version: u64,
    /// Where they came from.
    pub origin: String,
    /// How long nobody has said that they are the newest, in milliseconds; none while somebody does.
    pub stale_ms: Option<u64>,
}

impl From<&Assigned> for Assignment {
    fn from(assigned: &Assigned) -> Assignment {
        Assignment {
            experiment: assigned.experiment.clone(),
            variant: assigned.variant.clone(),
            name: assigned.name.clone(),
            is_control: assigned.is_control,
            config_json: assigned.config.to_string(),
            unit: assigned.unit.clone(),
            unit_attribute: assigned.unit_attribute.clone(),
            reason: assigned.reason.as_str().to_owned(),
            version: assigned.version,
            origin: assigned.origin.as_str().to_owned(),
            stale_ms: assigned.stale_ms,
        }
    }
}

/// How an evaluation came about.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Explanation {
    /// For a person to read.
    pub text: String,
    /// The same steps, in JSON.
    pub json: String,
}

impl From<&State> for ClientState {
    fn from(state: &State) -> ClientState {
        ClientState {
            initialized: state.initialized,
            syncing: state.syncing,
            connection: match state.connection {
                vexil_client::ConnectionStatus::Disconnected => ConnectionStatus::Disconnected,
                vexil_client::ConnectionStatus::Connecting => ConnectionStatus::Connecting,
                vexil_client::ConnectionStatus::Connected => ConnectionStatus::Connected,
                vexil_client::ConnectionStatus::Error => ConnectionStatus::Error,
            },
            last_sync_ms: state.last_sync.map(Timestamp::as_millis),
            last_error: state.last_error.as_ref().map(SourceFailure::from),
            version: state.version,
            origin: state.origin.as_str().to_owned(),
            stale_since_ms: state.stale_since.map(Timestamp::as_millis),
            restart_required: state.restart_required.clone(),
            overrides: state.overrides as u64,
        }
    }
}

impl From<&Failure> for SourceFailure {
    fn from(failure: &Failure) -> SourceFailure {
        let code = Code::from(failure.code);
        SourceFailure {
            code: code.number(),
            name: code.name().to_owned(),
            message: failure.message.clone(),
            at_ms: failure.at.as_millis(),
        }
    }
}

impl From<&Change> for ValueChange {
    fn from(change: &Change) -> ValueChange {
        ValueChange {
            namespace: change.namespace.clone(),
            key: change.key.clone(),
            old_json: change.old.as_ref().map(ToString::to_string),
            new_json: change.new.as_ref().map(ToString::to_string),
            origin: change.origin.as_str().to_owned(),
        }
    }
}
