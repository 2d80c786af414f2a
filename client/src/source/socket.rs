//! The stream over a WebSocket (RFC 6455). The request for it goes the way of all others, so that addresses, proxies,
//! TLS, time limits and refusals are theirs; when the control plane agrees, the connection is taken out of the agent,
//! and read as frames.

use std::sync::Arc;
use std::time::Duration;

use tungstenite::handshake::client::generate_key;
use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Error, Message, WebSocket};
use ureq::Agent;
use ureq::config::Config;
use ureq::http::{HeaderMap, StatusCode, header};
use ureq::unversioned::transport::time::Instant;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport, TransportAdapter,
};

use super::http::{Refused, failed, refused};
use super::names::Names;
use super::{Event, Stream, broken_off, version_of};
use crate::lock::Mutex;
use crate::state::{Failure, FailureCode};

/// What is read at once; messages may be longer.
const READ_BYTES: usize = 64 << 10;

/// Asks for sockets.
#[derive(Debug, Clone)]
pub(super) struct Sockets {
    agent: Agent,
    given_up: GivenUp,
}

/// The connection that the agent gave up last.
type GivenUp = Arc<Mutex<Option<Box<dyn Transport>>>>;

impl Sockets {
    pub(super) fn new(config: Config) -> Sockets {
        let given_up = GivenUp::default();
        let connector = DefaultConnector::default().chain(Tap { given_up: Arc::clone(&given_up) });
        Sockets { agent: Agent::with_parts(config, connector, Names), given_up }
    }

    /// Opens a socket; one on which nothing comes for `silence` is dead, and a message has at most `bound` bytes.
    pub(super) fn open(
        &self,
        url: &str,
        authorization: &str,
        silence: Duration,
        bound: usize,
    ) -> Result<Socket, Refused> {
        let key = generate_key();
        let request = self
            .agent
            .get(url)
            .header(header::AUTHORIZATION, authorization)
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::SEC_WEBSOCKET_KEY, &key);
        let answer = request.call().map_err(|error| failed(&error))?;
        // The agent has done with the connection, for it no longer speaks HTTP.
        let connection = self.given_up.lock().take();
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(refused(answer));
        }
        if !agrees(answer.headers(), &key) {
            let told = "the answer agrees to another protocol than a WebSocket, or to another request";
            return Err(Failure::new(FailureCode::Malformed, told).into());
        }
        let connection = connection
            .ok_or_else(|| Failure::new(FailureCode::Unreachable, "the connection was lost at once"))?;
        let mut stream = TransportAdapter::new(connection, Arc::new(Instant::now));
        stream.set_timeout(NextTimeout {
            per_read: Some(silence.into()),
            per_write: Some(silence.into()),
            ..NextTimeout::default()
        });
        let limits = WebSocketConfig::default()
            .read_buffer_size(READ_BYTES)
            // Nothing is sent but answers to pings.
            .write_buffer_size(0)
            .max_message_size(Some(bound))
            .max_frame_size(Some(bound));
        Ok(Socket(WebSocket::from_raw_socket(stream, Role::Client, Some(limits))))
    }

    /// Ends whatever is under way, also on sockets that are open.
    pub(super) fn shut_down(&self) {
        self.agent.clone().shutdown();
    }
}

/// RFC 6455, section 4.1: what the answer must say.
fn agrees(headers: &HeaderMap, key: &str) -> bool {
    let says = |name, wanted: &str| {
        let given = headers.get(name).and_then(|value| value.to_str().ok());
        given.is_some_and(|given| given.trim().eq_ignore_ascii_case(wanted))
    };
    let accepted = headers.get(header::SEC_WEBSOCKET_ACCEPT).and_then(|value| value.to_str().ok());
    says(header::UPGRADE, "websocket") && accepted == Some(&derive_accept_key(key.as_bytes()))
}

/// A socket that is open.
pub(super) struct Socket(WebSocket<TransportAdapter>);

impl Stream for Socket {
    fn next(&mut self) -> Result<Event, Failure> {
        loop {
            match self.0.read() {
                Ok(Message::Text(text)) if text.starts_with(r#"{"type":"heartbeat""#) => {
                    return Ok(Event::Heartbeat(version_of(&text)));
                }
                Ok(Message::Text(text)) => return Ok(Event::Message(text.to_string())),
                Ok(Message::Close(_)) | Err(Error::ConnectionClosed | Error::AlreadyClosed) => {
                    return Err(ended());
                }
                // Pings are answered by the reading itself; nothing else is expected.
                Ok(_) => {}
                Err(error) => return Err(broken(&error)),
            }
        }
    }
}

fn broken(error: &Error) -> Failure {
    use tungstenite::error::ProtocolError;
    let code = match error {
        Error::Io(error) => return broken_off(error),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => return ended(),
        Error::Capacity(_) => FailureCode::TooLarge,
        _ => FailureCode::Malformed,
    };
    Failure::new(code, error.to_string())
}

fn ended() -> Failure {
    Failure::new(FailureCode::StreamEnded, "the control plane has ended the stream")
}

/// Comes last when a connection is made, and keeps it when the agent gives it up.
#[derive(Debug)]
struct Tap {
    given_up: GivenUp,
}

impl Connector<Box<dyn Transport>> for Tap {
    type Out = Tapped;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        made: Option<Box<dyn Transport>>,
    ) -> Result<Option<Tapped>, ureq::Error> {
        Ok(made.map(|connection| Tapped { connection, given_up: Arc::clone(&self.given_up) }))
    }
}

/// A connection as the agent has it.
#[derive(Debug)]
struct Tapped {
    connection: Box<dyn Transport>,
    given_up: GivenUp,
}

impl Transport for Tapped {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.connection.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.connection.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.connection.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.connection.is_open()
    }

    fn is_tls(&self) -> bool {
        self.connection.is_tls()
    }
}

impl Drop for Tapped {
    fn drop(&mut self) {
        // `()` is the transport that leads nowhere.
        let connection = std::mem::replace(&mut self.connection, Box::new(()));
        *self.given_up.lock() = Some(connection);
    }
}
