//! The control plane as its client sees it: JSON over HTTP, and refusals as the server tells them.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Request, Response, Uri};

use crate::exit::Failure;
use crate::output::complain;
use crate::output::style::{ERROR, HEADING, QUIET, WARNING};

/// The variable with the token.
const TOKEN: &str = "VEXIL_TOKEN";
/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take to begin: a large import is validated before it is answered.
const ANSWER: Duration = Duration::from_secs(60);
/// How long an answer may take to arrive.
const ARRIVE: Duration = Duration::from_secs(600);
/// Bytes of an answer that is read as a whole.
const ANSWER_BYTES: u64 = 1 << 30;
/// Items that are asked for at a time: as many as a page has at most.
const PAGE: u32 = 500;
/// Bytes of a file with a token.
const TOKEN_BYTES: u64 = 4 << 10;

/// Where the control plane is, and who asks.
#[derive(Args)]
#[command(next_help_heading = "Control plane")]
pub(crate) struct Connection {
    /// Where the control plane is
    #[arg(long, value_name = "URL", env = "VEXIL_SERVER", default_value = "http://127.0.0.1:7700")]
    server: String,

    /// A file with the API token; without it the token is taken from VEXIL_TOKEN
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl Connection {
    /// What the commands ask through. Nothing is sent yet.
    pub(crate) fn open(&self) -> Result<Remote, Failure> {
        let server: Server = self.server.parse()?;
        let token = self.token()?;
        if !server.is_encrypted && !server.is_here {
            let message =
                format_args!("the token goes to {} unencrypted; https:// keeps it secret", server.base);
            complain(WARNING, "warning", message);
        }
        Ok(Remote::new(&server, token))
    }

    /// Never from an argument: those are seen by everyone on the machine.
    fn token(&self) -> Result<String, Failure> {
        let token = match &self.token_file {
            Some(path) => {
                let unreadable = |error: io::Error| Failure::unreadable(path, &error);
                let mut text = String::new();
                let file = fs::File::open(path).map_err(unreadable)?;
                file.take(TOKEN_BYTES).read_to_string(&mut text).map_err(unreadable)?;
                text
            }
            None => std::env::var(TOKEN).map_err(|_| {
                Failure::Usage(format!(
                    "an API token is needed: set {TOKEN}, or name a file with --token-file"
                ))
            })?,
        };
        let token = token.trim();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Failure::Usage(
                "the API token is not one word of visible ASCII characters".to_owned(),
            ));
        }
        Ok(token.to_owned())
    }
}

/// The address of a control plane, understood.
struct Server {
    /// Without a slash at the end.
    base: String,
    is_encrypted: bool,
    /// Whether it is on this machine.
    is_here: bool,
}

impl std::str::FromStr for Server {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Server, Failure> {
        let wrong = || Failure::Usage(format!("`{text}` is no address such as http://127.0.0.1:7700"));
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let host = uri.host().ok_or_else(wrong)?;
        let is_encrypted = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong()),
        };
        if uri.query().is_some() || uri.authority().is_some_and(|authority| authority.as_str().contains('@'))
        {
            return Err(wrong());
        }
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let is_here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        Ok(Server { base: text.trim_end_matches('/').to_owned(), is_encrypted, is_here })
    }
}

/// A control plane, asked by somebody with a token.
pub(crate) struct Remote {
    agent: Agent,
    base: String,
    token: String,
}

impl Remote {
    fn new(Server { base, is_here, .. }: &Server, token: String) -> Remote {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("vexil/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER));
        // What is on this machine is not asked for through a proxy.
        let config = if *is_here { config.proxy(None) } else { config };
        Remote { agent: config.build().into(), base: base.clone(), token }
    }

    /// One at an address that is known to be right.
    pub(crate) fn at(base: String, token: String) -> Remote {
        Remote::new(&Server { base, is_encrypted: false, is_here: true }, token)
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.json("GET", path, None::<&()>)
    }

    /// All items of a list that comes in pages.
    pub(crate) fn list(&self, path: &str) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut after = String::new();
        loop {
            let page: Page = self.get(&format!("{path}?limit={PAGE}{after}"))?;
            items.extend(page.items);
            match page.next {
                Some(next) => after = format!("&after={}", segment(&next)),
                None => return Ok(items),
            }
        }
    }

    pub(crate) fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        self.json("POST", path, Some(body))
    }

    /// As `post`, unless what it changes has another number by now than was seen.
    pub(crate) fn post_seen<T: DeserializeOwned>(
        &self,
        path: &str,
        seen: u64,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        self.read(self.send("POST", path, Some(seen), Some(body), Some(ARRIVE))?)
    }

    pub(crate) fn put<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        self.json("PUT", path, Some(body))
    }

    pub(crate) fn patch<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        self.json("PATCH", path, Some(body))
    }

    pub(crate) fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.json("DELETE", path, None::<&()>)
    }

    /// Copies an answer as it arrives; one of its headers.
    pub(crate) fn download(
        &self,
        path: &str,
        header: &str,
        into: &mut impl Write,
    ) -> Result<Option<String>, Failure> {
        let response = self.send("GET", path, None, None::<&()>, Some(ARRIVE))?;
        let header = response.headers().get(header).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut reader = response.into_body().into_reader();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = reader.read(&mut buffer).map_err(|error| self.cut_off(&error))?;
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { return Ok(header) };
            into.write_all(bytes)?;
        }
    }

    /// An answer that goes on until somebody ends it.
    pub(crate) fn stream(&self, path: &str) -> Result<impl BufRead + use<>, Failure> {
        Ok(BufReader::new(self.send("GET", path, None, None::<&()>, None)?.into_body().into_reader()))
    }

    fn json<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, Failure> {
        self.read(self.send(method, path, None, body, Some(ARRIVE))?)
    }

    /// The whole of an answer.
    fn read<T: DeserializeOwned>(&self, mut response: Response<ureq::Body>) -> Result<T, Failure> {
        let body = response.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec();
        let body = body.map_err(|error| self.cut_off(&error))?;
        serde_json::from_slice(&body).map_err(|error| {
            Failure::Usage(format!("{} answered what no control plane does: {error}", self.base))
        })
    }

    /// An answer that says yes.
    fn send(
        &self,
        method: &str,
        path: &str,
        seen: Option<u64>,
        body: Option<&impl Serialize>,
        arrives_within: Option<Duration>,
    ) -> Result<Response<ureq::Body>, Failure> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept", "application/json");
        if let Some(seen) = seen {
            request = request.header("if-match", format!("\"{seen}\""));
        }
        let unfit = |error: ureq::http::Error| Failure::Usage(error.to_string());
        let sent = match body {
            Some(body) => {
                let text = serde_json::to_vec(body).map_err(io::Error::from)?;
                let request = request.header("content-type", "application/json").body(text).map_err(unfit)?;
                self.run(request, arrives_within)
            }
            None => self.run(request.body(()).map_err(unfit)?, arrives_within),
        };
        let response =
            sent.map_err(|error| Failure::Usage(format!("{} does not answer: {error}", self.base)))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refusal(response)) }
    }

    fn run(
        &self,
        request: Request<impl ureq::AsSendBody>,
        arrives_within: Option<Duration>,
    ) -> Result<Response<ureq::Body>, ureq::Error> {
        self.agent.run(self.agent.configure_request(request).timeout_recv_body(arrives_within).build())
    }

    fn cut_off(&self, error: &dyn std::error::Error) -> Failure {
        Failure::Usage(format!("the answer of {} was cut off: {error}", self.base))
    }

    /// Lists what is wrong with definitions, if that is why.
    fn refusal(&self, mut response: Response<ureq::Body>) -> Failure {
        let status = response.status();
        let text = response.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec().unwrap_or_default();
        let Ok(Refusal { code, detail, problems }) = serde_json::from_slice(&text) else {
            return Failure::Usage(format!("{} answered {status}, and does not say why", self.base));
        };
        for problem in &problems {
            problem.tell(&problem.environments.join(","));
        }
        let message = format!("{detail} ({code})");
        // Who asks, or how, is at fault; or nobody here is.
        let is_usage =
            matches!(status.as_u16(), 401 | 403 | 405 | 413 | 415 | 429) || status.is_server_error();
        if is_usage { Failure::Usage(message) } else { Failure::Input(message) }
    }
}

/// A part of a list.
#[derive(Deserialize)]
struct Page {
    items: Vec<Value>,
    /// Where the next one begins; absent in the last.
    next: Option<String>,
}

/// `application/problem+json`, as far as it is told.
#[derive(Deserialize)]
struct Refusal {
    code: String,
    detail: String,
    #[serde(default)]
    problems: Vec<EntryProblem>,
}

/// What is wrong with an entry.
#[derive(Deserialize, PartialEq, Eq, Hash)]
pub(crate) struct EntryProblem {
    key: Option<String>,
    code: String,
    severity: String,
    #[serde(default)]
    path: String,
    message: String,
    /// Where, if that is not said otherwise.
    #[serde(default)]
    environments: Vec<String>,
}

impl EntryProblem {
    /// `environment/key: error CODE path: message`, on standard error.
    pub(crate) fn tell(&self, environments: &str) {
        let EntryProblem { key, code, severity, path, message, .. } = self;
        let place = [Some(environments).filter(|names| !names.is_empty()), key.as_deref()];
        let place: Vec<&str> = place.into_iter().flatten().collect();
        let style = if severity == "error" { ERROR } else { WARNING };
        let path = if path.is_empty() { String::new() } else { format!(" {path}") };
        let place = place.join("/");
        // That it cannot be written can be told to nobody.
        let _ = writeln!(
            anstream::stderr(),
            "{HEADING}{place}:{HEADING:#} {style}{severity}{style:#} {QUIET}{code}{QUIET:#}{path}: {message}"
        );
    }
}

/// A part of a path, whatever characters it has.
pub(crate) fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_understood() {
        for (text, encrypted, here) in [
            ("http://127.0.0.1:7700", false, true),
            ("http://localhost:7700/", false, true),
            ("http://[::1]:7700", false, true),
            ("https://flags.example/vexil/", true, false),
            ("http://127.0.0.1.example", false, false),
        ] {
            let server: Server = text.parse().unwrap();
            assert_eq!((server.is_encrypted, server.is_here), (encrypted, here), "{text}");
            assert!(!server.base.ends_with('/'), "{text}");
        }
        for text in
            ["", "127.0.0.1:7700", "ftp://x", "http://", "http://a?b=c", "http://user:secret@host", "/x"]
        {
            assert!(text.parse::<Server>().is_err(), "{text}");
        }
    }

    #[test]
    fn parts_of_paths_stay_parts() {
        assert_eq!(segment("checkout.v2-a_b~"), "checkout.v2-a_b~");
        assert_eq!(segment("a/../b?c#é %"), "a%2F..%2Fb%3Fc%23%C3%A9%20%25");
    }
}
