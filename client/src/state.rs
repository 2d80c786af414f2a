//! What there is to know of a client: how it stands with its source, and what it evaluates with.

use std::fmt;

use vexil_core::Timestamp;

use crate::outcome::Origin;

/// How it stands with the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConnectionStatus {
    /// Nobody is asked: before the start, offline, after the end; and between two tries.
    #[default]
    Disconnected,
    /// The first answer is waited for.
    Connecting,
    /// The last answer was a good one; of a stream, it is open.
    Connected,
    /// As many tries in a row failed as the options name. It is tried again all the same.
    Error,
}

impl ConnectionStatus {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            ConnectionStatus::Disconnected => "disconnected",
            ConnectionStatus::Connecting => "connecting",
            ConnectionStatus::Connected => "connected",
            ConnectionStatus::Error => "error",
        }
    }
}

macro_rules! failure_codes {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal,)+) => {
        /// What can go wrong between a client and its source, cache and options. The names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FailureCode {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl FailureCode {
            /// Every code.
            pub const ALL: &[FailureCode] = &[$(FailureCode::$variant,)+];

            /// The stable name.
            pub fn as_str(self) -> &'static str {
                match self { $(FailureCode::$variant => $name,)+ }
            }
        }
    };
}

failure_codes! {
    /// The address or the name does not lead anywhere, or the connection broke.
    Unreachable "UNREACHABLE",
    /// The request took longer than the options allow.
    Timeout "SOURCE_TIMEOUT",
    /// TLS failed: the certificate is not for this name, has expired, or nobody who is trusted vouches for it.
    Tls "TLS",
    /// 401: the key is unknown, has expired or was revoked.
    Unauthenticated "UNAUTHENTICATED",
    /// 403: the key is not for this.
    Forbidden "FORBIDDEN",
    /// 429: asked too often; it is waited as long as the answer says.
    RateLimited "RATE_LIMITED",
    /// Another status than those that mean something here.
    Status "UNEXPECTED_STATUS",
    /// The answer is not what it should be: no JSON, cut short, of another type.
    Malformed "MALFORMED_ANSWER",
    /// The answer is longer than any snapshot may be.
    TooLarge "TOO_LARGE",
    /// Signed by nobody who is trusted, or not at all.
    UntrustedKey "UNTRUSTED_KEY",
    /// The signature is not of this.
    BadSignature "BAD_SIGNATURE",
    /// Of another environment, or of another project.
    WrongEnvironment "WRONG_ENVIRONMENT",
    /// Older than what is held.
    RolledBack "ROLLED_BACK",
    /// A change of a version that is not held; the whole is fetched.
    Gap "DELTA_GAP",
    /// The definitions cannot be read as a whole.
    Definitions "INVALID_DEFINITIONS",
    /// The stream has been silent for longer than its heartbeat.
    Silent "STREAM_SILENT",
    /// The stream ended.
    StreamEnded "STREAM_ENDED",
    /// A fault of this library. It is tried again.
    Internal "INTERNAL",
    /// The client was closed: it asks nobody, and nothing is put in force.
    Closed "CLOSED",
    /// Only where the source is the program itself can it put definitions in force.
    NotMemory "SOURCE_NOT_MEMORY",
    /// The file cannot be read.
    File "FILE_UNREADABLE",
    /// The last known good cannot be written.
    CacheWrite "CACHE_NOT_WRITTEN",
    /// The last known good cannot be read, or is not whole.
    CacheRead "CACHE_NOT_READ",
}

/// Something that went wrong, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What, by its stable name.
    pub code: FailureCode,
    /// What exactly, for a person.
    pub message: String,
    /// When.
    pub at: Timestamp,
}

impl Failure {
    /// Something that went wrong just now.
    pub(crate) fn new(code: FailureCode, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into(), at: crate::clock::timestamp() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code.as_str())
    }
}

impl std::error::Error for Failure {}

/// How a client stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// Whether there are definitions to evaluate with, wherever they came from.
    pub initialized: bool,
    /// Whether the source is being asked just now.
    pub syncing: bool,
    /// How it stands with the source.
    pub connection: ConnectionStatus,
    /// When the source last said what is in force.
    pub last_sync: Option<Timestamp>,
    /// What last went wrong; it stays when things are well again.
    pub last_error: Option<Failure>,
    /// The version that is evaluated with; 0 when there is none, and of sources that do not number.
    pub version: u64,
    /// Where it came from.
    pub origin: Origin,
    /// Since when nobody has confirmed that it is the newest; none while somebody does.
    pub stale_since: Option<Timestamp>,
    /// Static keys that have changed since the process booted with them.
    pub restart_required: Vec<String>,
    /// How many overrides are set.
    pub overrides: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(name: &str) -> String {
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        std::fs::read_to_string(docs.join(name)).unwrap()
    }

    #[test]
    fn every_failure_is_documented_with_what_comes_of_it() {
        let names: Vec<_> = FailureCode::ALL.iter().map(|code| code.as_str()).collect();
        let (clients, errors) = (page("clients.md"), page("errors.md"));
        let (_, table) = clients.split_once("## When something is wrong").unwrap();
        let (table, _) = table.split_once("\n## ").unwrap();
        let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        assert_eq!(rows.collect::<Vec<_>>(), names, "docs/clients.md has the same codes in the same order");
        let missing: Vec<_> = names.iter().filter(|name| !errors.contains(&format!("`{name}`"))).collect();
        assert!(missing.is_empty(), "docs/errors.md does not have {missing:?}");
    }
}
