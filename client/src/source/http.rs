//! A control plane over HTTP. Whatever it answers, a request ends in time, in bounded memory, and with a reason.

use std::io::Read as _;
use std::time::Duration;

use serde::Deserialize;
use ureq::http::{HeaderMap, Response, StatusCode, Uri, header};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};
use vexil_core::limits;

use super::Stream;
use super::events::Events;
use super::names::Names;
use super::socket::Sockets;
use crate::cache::PublishedKey;
use crate::certificates::Certificates;
use crate::options::{Options, Streaming};
use crate::state::{Failure, FailureCode};

/// A message is a snapshot and what signs it.
pub(crate) const MESSAGE_BYTES: usize = limits::DOCUMENT_BYTES + (64 << 10);
/// Whoever publishes more keys than this is no control plane.
const KEYS_BYTES: u64 = 1 << 20;
/// What was made of a report is told in a few words.
const RECEIPT_BYTES: u64 = 64 << 10;
const REDIRECTS: u32 = 5;
/// The longest wait that an answer may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// To resolve a name and to connect, of the time of a request.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What a control plane says is in force.
#[derive(Debug)]
pub(crate) enum Answer {
    /// What the asker has.
    Same,
    /// A message, and its tag.
    Whole(String, Option<String>),
}

/// A failure, and how long its answer asks to wait.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) failure: Failure,
    pub(crate) wait: Option<Duration>,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Refused {
        Refused { failure, wait: None }
    }
}

/// What becomes of a report.
#[derive(Debug)]
pub(crate) enum Told {
    /// It was taken; the answer says what of it.
    Taken(String),
    /// It is too large for the control plane, or for somebody on the way.
    TooLarge,
    /// The key may not report, or there is nobody to report to.
    NotAllowed(Failure),
    /// It is no report.
    Refused(Failure),
}

/// A control plane, as one key sees it.
#[derive(Clone)]
pub(crate) struct Http {
    url: String,
    authorization: String,
    agent: Agent,
    /// For streams, whose answers have no end.
    streaming: Agent,
    sockets: Option<Sockets>,
    silence: Duration,
    request_timeout: Duration,
}

/// Whether a text is an address that can be asked.
pub(crate) fn is_address(url: &str) -> bool {
    url.parse::<Uri>().is_ok_and(|url| {
        matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some_and(|host| !host.is_empty())
    })
}

impl Http {
    pub(crate) fn new(url: &str, key: &str, options: &Options) -> Http {
        let config = || {
            Agent::config_builder()
                .tls_config(Certificates::tls(options.certificates.as_ref()))
                .user_agent(concat!("vexil-client/", env!("CARGO_PKG_VERSION")))
                .http_status_as_error(false)
                .max_redirects(REDIRECTS)
                .timeout_resolve(Some(CONNECT_TIMEOUT))
                .timeout_connect(Some(CONNECT_TIMEOUT))
                .timeout_recv_response(Some(options.request_timeout))
        };
        let agent = |config| Agent::with_parts(config, DefaultConnector::default(), Names);
        let streaming = || config().timeout_per_read(Some(options.silence)).build();
        let sockets = (options.streaming == Streaming::WebSocket).then(|| Sockets::new(streaming()));
        Http {
            url: url.trim_end_matches('/').to_owned(),
            authorization: format!("Bearer {key}"),
            agent: agent(config().timeout_global(Some(options.request_timeout)).build()),
            streaming: agent(streaming()),
            sockets,
            silence: options.silence,
            request_timeout: options.request_timeout,
        }
    }

    /// What is in force; nothing where it has this tag.
    pub(crate) fn snapshot(&self, tag: Option<&str>) -> Result<Answer, Refused> {
        let mut request = self.get(&self.agent, "/sdk/v1/snapshot");
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        let answer = request.call().map_err(|error| failed(&error))?;
        match answer.status() {
            StatusCode::NOT_MODIFIED => Ok(Answer::Same),
            StatusCode::OK => {
                let tag = answer.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
                let tag = tag.map(str::to_owned);
                is_of_type(&answer, "application/json")?;
                Ok(Answer::Whole(text(answer, MESSAGE_BYTES as u64)?, tag))
            }
            _ => Err(refused(answer)),
        }
    }

    /// The keys that it signs with, or has signed with.
    pub(crate) fn keys(&self) -> Result<Vec<PublishedKey>, Refused> {
        /// A set of keys (RFC 7517), each of Ed25519 (RFC 8037): `kid` is its id, and `x` its 32 bytes.
        #[derive(Deserialize)]
        struct Keys {
            keys: Vec<Key>,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Key {
            crv: String,
            kid: String,
            x: String,
        }
        let answer = self.get(&self.agent, "/sdk/v1/keys").call().map_err(|error| failed(&error))?;
        if answer.status() != StatusCode::OK {
            return Err(refused(answer));
        }
        let Keys { keys } = serde_json::from_str(&text(answer, KEYS_BYTES)?)
            .map_err(|error| Failure::new(FailureCode::Malformed, format!("the list of keys: {error}")))?;
        let of_this_kind = keys.into_iter().filter(|key| key.crv == "Ed25519");
        Ok(of_this_kind.map(|Key { kid, x, .. }| PublishedKey { id: kid, public: x }).collect())
    }

    /// What happens after a version.
    pub(crate) fn stream(&self, version: u64) -> Result<Box<dyn Stream>, Refused> {
        if let Some(sockets) = &self.sockets {
            let since = if version == 0 { String::new() } else { format!("?since={version}") };
            let url = format!("{}/sdk/v1/ws{since}", self.url);
            let socket = sockets.open(&url, &self.authorization, self.silence, MESSAGE_BYTES)?;
            return Ok(Box::new(socket));
        }
        let request = self.get(&self.streaming, "/sdk/v1/stream").header(header::ACCEPT, "text/event-stream");
        let request = match version {
            0 => request,
            version => request.header("last-event-id", version.to_string()),
        };
        let answer = request.call().map_err(|error| failed(&error))?;
        if answer.status() != StatusCode::OK {
            return Err(refused(answer));
        }
        is_of_type(&answer, "text/event-stream")?;
        Ok(Box::new(Events::new(answer.into_body().into_reader(), MESSAGE_BYTES)))
    }

    /// Tells what has happened in this process, within a time that is at most that of any request. An error is one that
    /// may pass.
    pub(crate) fn tell(&self, report: Vec<u8>, within: Option<Duration>) -> Result<Told, Refused> {
        let within = within.map_or(self.request_timeout, |within| within.min(self.request_timeout));
        let answer = self
            .agent
            .post(format!("{}/sdk/v1/events", self.url))
            .header(header::AUTHORIZATION, &self.authorization)
            .content_type("application/json")
            .config()
            .timeout_global(Some(within))
            .build()
            .send(report)
            .map_err(|error| failed(&error))?;
        let status = answer.status();
        match status {
            StatusCode::ACCEPTED => Ok(Told::Taken(text(answer, RECEIPT_BYTES).unwrap_or_default())),
            StatusCode::PAYLOAD_TOO_LARGE => Ok(Told::TooLarge),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
                Ok(Told::NotAllowed(refused(answer).failure))
            }
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Err(refused(answer)),
            _ if status.is_client_error() => Ok(Told::Refused(refused(answer).failure)),
            _ => Err(refused(answer)),
        }
    }

    /// Ends every request that is under way; none can be made afterwards.
    pub(crate) fn shut_down(&self) {
        self.agent.clone().shutdown();
        self.streaming.clone().shutdown();
        if let Some(sockets) = &self.sockets {
            sockets.shut_down();
        }
    }

    fn get(&self, agent: &Agent, path: &str) -> ureq::RequestBuilder<ureq::typestate::WithoutBody> {
        agent.get(format!("{}{path}", self.url)).header(header::AUTHORIZATION, &self.authorization)
    }
}

/// A body as text, up to a bound.
fn text(answer: Response<Body>, bound: u64) -> Result<String, Failure> {
    let mut text = String::new();
    let read = answer.into_body().into_reader().take(bound + 1).read_to_string(&mut text);
    match read {
        Ok(length) if length as u64 > bound => {
            Err(Failure::new(FailureCode::TooLarge, format!("the answer has more than {bound} bytes")))
        }
        Ok(_) => Ok(text),
        Err(error) => Err(broken(&error)),
    }
}

fn is_of_type(answer: &Response<Body>, wanted: &str) -> Result<(), Failure> {
    let given = answer.body().mime_type().unwrap_or("nothing");
    if given == wanted {
        return Ok(());
    }
    Err(Failure::new(FailureCode::Malformed, format!("the answer is {given}, not {wanted}")))
}

/// An answer that is none.
pub(super) fn refused(answer: Response<Body>) -> Refused {
    let status = answer.status();
    let code = match status {
        StatusCode::UNAUTHORIZED => FailureCode::Unauthenticated,
        StatusCode::FORBIDDEN => FailureCode::Forbidden,
        StatusCode::TOO_MANY_REQUESTS => FailureCode::RateLimited,
        _ => FailureCode::Status,
    };
    let wait = retry_after(answer.headers());
    let told = detail(answer).map_or_else(String::new, |detail| format!(": {detail}"));
    Refused { failure: Failure::new(code, format!("the control plane answers {status}{told}")), wait }
}

/// What a problem (RFC 9457) says of itself.
fn detail(answer: Response<Body>) -> Option<String> {
    const BYTES: u64 = 16 << 10;
    const SHOWN: usize = 300;
    let problem: serde_json::Value = serde_json::from_str(&text(answer, BYTES).ok()?).ok()?;
    let detail = problem.get("detail")?.as_str()?;
    Some(detail.chars().take(SHOWN).collect())
}

/// Seconds; a date is as good as nothing, for clocks differ.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

pub(super) fn failed(error: &ureq::Error) -> Failure {
    let code = match error {
        ureq::Error::Io(error) => return broken(error),
        ureq::Error::Timeout(_) => FailureCode::Timeout,
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => FailureCode::Tls,
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => FailureCode::Unreachable,
        ureq::Error::BodyExceedsLimit(_) => FailureCode::TooLarge,
        ureq::Error::BadUri(_) => FailureCode::Unreachable,
        _ => FailureCode::Malformed,
    };
    Failure::new(code, error.to_string())
}

/// What reading came to; ureq hides its own errors in those of reading.
pub(super) fn broken(error: &std::io::Error) -> Failure {
    use std::io::ErrorKind;
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>())
        && !matches!(error, ureq::Error::Io(_))
    {
        return failed(error);
    }
    let code = match error.kind() {
        _ if holds(error, ureq::Error::Rustls) => FailureCode::Tls,
        ErrorKind::TimedOut | ErrorKind::WouldBlock => FailureCode::Timeout,
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => FailureCode::Malformed,
        _ => FailureCode::Unreachable,
    };
    Failure::new(code, error.to_string())
}

/// Whether an error of reading hides one of the kind that `ureq` would make one of its own of.
fn holds<E: std::error::Error + 'static>(error: &std::io::Error, _: fn(E) -> ureq::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<E>())
}
