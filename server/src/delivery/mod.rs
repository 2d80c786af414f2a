//! What processes are given: signed snapshots and deltas of one environment, over HTTP, SSE and WebSocket.

mod envelope;
mod head;
mod hub;
mod messages;
mod signing;
pub mod slice;

pub use envelope::{Coding, Encoded};
pub use head::{Audience, Head, Message};
pub use hub::Hub;
pub use signing::{PublicKey, Signer, new_signing_key};
