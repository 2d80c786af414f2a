//! The demo's client: what a process does with the stream. It holds a snapshot, makes the next one of every message,
//! and decides by that. Its server is this process, so it does not verify signatures.

use std::io::BufRead;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Instant;

use serde::Deserialize;
use serde_json::value::RawValue;
use vexil_core::definition::{self, Mode};
use vexil_core::{Arena, Delta, Environment, Node, Snapshot};

use super::cases;
use crate::exit::Failure;
use crate::remote::Remote;

/// What happens while the demo runs.
pub(super) enum Event {
    /// The client holds another snapshot.
    Decided(Box<Decided>),
    /// The client's stream ended.
    Ended(String),
    /// Ctrl-C.
    Stop,
}

/// A snapshot, once the client has decided by it.
pub(super) struct Decided {
    pub(super) snapshot: Snapshot,
    pub(super) at: Instant,
    /// `put` or `delta`.
    pub(super) kind: String,
    /// Bytes of the message.
    pub(super) bytes: usize,
}

/// Follows the stream of an environment in a thread of its own.
pub(super) fn follow(remote: Remote, events: Sender<Event>) -> Result<(), Failure> {
    let stream = remote.stream("/sdk/v1/stream")?;
    thread::spawn(move || {
        let why = read(stream, &events).err().unwrap_or_else(|| "the stream ended".to_owned());
        // The demo may have ended.
        drop(events.send(Event::Ended(why)));
    });
    Ok(())
}

/// A message of the stream.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    /// As it was signed, byte for byte.
    #[serde(borrow)]
    payload: &'a RawValue,
}

fn read(stream: impl BufRead, events: &Sender<Event>) -> Result<(), String> {
    let mut held: Option<Snapshot> = None;
    for line in stream.lines() {
        let line = line.map_err(|error| error.to_string())?;
        let Some(data) = line.strip_prefix("data: ") else { continue };
        let Ok(Message { kind, payload }) = serde_json::from_str(data) else { continue };
        let payload = payload.get().as_bytes();
        let snapshot = match (kind, &held) {
            ("delta", Some(held)) => {
                let delta = Delta::parse_json(payload).map_err(|problem| problem.to_string())?;
                held.apply(delta).map_err(|misfit| misfit.to_string())?
            }
            _ => whole(payload, held.as_ref())?,
        };
        for case in cases::all() {
            std::hint::black_box(case.decide(&snapshot));
        }
        let decided = Decided {
            snapshot: snapshot.clone(),
            at: Instant::now(),
            kind: kind.to_owned(),
            bytes: data.len(),
        };
        if events.send(Event::Decided(Box::new(decided))).is_err() {
            return Ok(());
        }
        held = Some(snapshot);
    }
    Ok(())
}

fn whole(payload: &[u8], held: Option<&Snapshot>) -> Result<Snapshot, String> {
    let arena = Arena::new();
    let document = Node::parse_json(payload, &arena).map_err(|problem| problem.to_string())?;
    let reading = definition::read(&[document], Mode::Loading);
    let snapshot = match held {
        Some(held) => held.replace(reading),
        None => Snapshot::compile(reading, Environment::Document),
    };
    snapshot.map_err(|problem| problem.to_string())
}
