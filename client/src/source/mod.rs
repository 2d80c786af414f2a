//! Where definitions come from.

mod events;
pub(crate) mod http;
mod names;
mod socket;

use crate::state::{Failure, FailureCode};

/// What a stream says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A message.
    Message(String),
    /// That it is alive, and which version is in force.
    Heartbeat(Option<u64>),
}

/// A stream that is open, whichever way its messages come.
pub(crate) trait Stream {
    /// Waits for the next event; a stream that ends is a failure, for it has no end.
    fn next(&mut self) -> Result<Event, Failure>;
}

/// The version that a heartbeat names.
fn version_of(heartbeat: &str) -> Option<u64> {
    serde_json::from_str::<serde_json::Value>(heartbeat).ok()?.get("version")?.as_u64()
}

/// A stream that could not be read any further: one that took too long was silent.
fn broken_off(error: &std::io::Error) -> Failure {
    let failure = http::broken(error);
    match failure.code {
        FailureCode::Timeout => {
            Failure::new(FailureCode::Silent, "nothing has come on the stream for too long")
        }
        _ => failure,
    }
}
