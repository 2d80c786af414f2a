//! A server that says what a test tells it to, on a free port.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signer, SigningKey};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tungstenite::handshake::derive_accept_key;
use vexil_client::{Options, Source, Telemetry, TrustedKey};

/// What is answered to a request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// These bytes, and then the connection ends.
    Bytes(Vec<u8>),
    /// These bytes, and then nothing, for as long as the other side waits.
    Hang(Vec<u8>),
    /// The first bytes, and then the others again and again, without an end.
    Endless(Vec<u8>, Vec<u8>),
    /// The same, with a pause before each time.
    Drip(Vec<u8>, Vec<u8>, Duration),
    /// A WebSocket with these bytes on it ([`frame`]), and then nothing, for as long as the other side waits.
    Socket(Vec<u8>),
    /// The same, but then the connection ends.
    ShortSocket(Vec<u8>),
    /// What hangs goes on with these bytes when the gate is open.
    Then(Box<Reply>, Gate, Vec<u8>),
}

/// Closed until somebody opens it for everybody.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub(crate) fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn wait(&self) {
        drop(self.0.1.wait_while(self.0.0.lock().unwrap(), |is_open| !*is_open).unwrap());
    }
}

/// Asked for: the path, and the head of the request.
type Handler = dyn Fn(&str, &str) -> Reply + Send + Sync;

/// A server whose answers a test writes.
pub(crate) struct Origin {
    pub(crate) address: SocketAddr,
    handler: Arc<Mutex<Arc<Handler>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A request: its path, and what it brought.
#[derive(Clone)]
struct Asked {
    path: String,
    body: String,
}

impl Origin {
    pub(crate) fn start(handler: impl Fn(&str, &str) -> Reply + Send + Sync + 'static) -> Origin {
        Origin::over(Some, handler)
    }

    /// A server over TLS.
    pub(crate) fn over_tls(
        config: ServerConfig,
        handler: impl Fn(&str, &str) -> Reply + Send + Sync + 'static,
    ) -> Origin {
        let config = Arc::new(config);
        let encrypt = move |socket| {
            let connection = ServerConnection::new(Arc::clone(&config)).ok()?;
            Some(StreamOwned::new(connection, socket))
        };
        Origin::over(encrypt, handler)
    }

    fn over<S: Read + Write + 'static>(
        stream: impl Fn(TcpStream) -> Option<S> + Send + Sync + 'static,
        handler: impl Fn(&str, &str) -> Reply + Send + Sync + 'static,
    ) -> Origin {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let handler: Arc<Mutex<Arc<Handler>>> = Arc::new(Mutex::new(Arc::new(handler)));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answering, noting, stream) = (Arc::clone(&handler), Arc::clone(&asked), Arc::new(stream));
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (handler, asked) = (Arc::clone(&answering), Arc::clone(&noting));
                let stream = Arc::clone(&stream);
                thread::spawn(move || stream(socket).map(|stream| answer(stream, &handler, &asked)));
            }
        });
        Origin { address, handler, asked }
    }

    /// Answers otherwise from now on.
    pub(crate) fn becomes(&self, handler: impl Fn(&str, &str) -> Reply + Send + Sync + 'static) {
        *self.handler.lock().unwrap() = Arc::new(handler);
    }

    /// The paths that were asked for so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|asked| asked.path.clone()).collect()
    }

    /// The reports that were told so far, whether they were taken or not.
    pub(crate) fn told(&self) -> Vec<serde_json::Value> {
        let asked = self.asked.lock().unwrap();
        let told = asked.iter().filter(|asked| asked.path == "/sdk/v1/events");
        told.map(|asked| serde_json::from_str(&asked.body).unwrap()).collect()
    }

    /// Options for a client of this server, which trusts its key, is in a hurry, and tells nothing.
    pub(crate) fn options(&self) -> Options {
        let source = Source::Http { url: format!("http://{}", self.address), key: "vx_test".to_owned() };
        Options {
            trusted_keys: vec![trusted()],
            polling_interval: Duration::from_millis(20),
            request_timeout: Duration::from_millis(500),
            silence: Duration::from_millis(300),
            retry: vexil_client::Retry {
                attempts: 2,
                base: Duration::from_millis(5),
                max: Duration::from_millis(20),
            },
            telemetry: Telemetry { enabled: false, ..Telemetry::default() },
            ..Options::new(source)
        }
    }
}

fn answer(stream: impl Read + Write, handler: &Mutex<Arc<Handler>>, asked: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let header = |wanted: &str| {
        let headers = head.lines().filter_map(|line| line.split_once(": "));
        let mut values =
            headers.filter(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value);
        values.next().unwrap_or_default().trim().to_owned()
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    asked.lock().unwrap().push(Asked { path: path.clone(), body: String::from_utf8(body).unwrap() });
    let handler = Arc::clone(&handler.lock().unwrap());
    let reply = handler(&path, &head.to_ascii_lowercase());
    let switched = || switched(&header("sec-websocket-key")).into_bytes();
    let (reply, then) = match reply {
        Reply::Then(first, gate, bytes) => (*first, Some((gate, bytes))),
        reply => (reply, None),
    };
    let (bytes, hangs) = match reply {
        Reply::Bytes(bytes) => (bytes, false),
        Reply::Hang(bytes) => (bytes, true),
        Reply::ShortSocket(frames) => ([switched(), frames].concat(), false),
        Reply::Socket(frames) => ([switched(), frames].concat(), true),
        Reply::Then(..) => unreachable!("nothing follows what hangs twice"),
        Reply::Endless(first, rest) => return repeat(reader.get_mut(), &first, &rest, Duration::ZERO),
        Reply::Drip(first, rest, pause) => return repeat(reader.get_mut(), &first, &rest, pause),
    };
    drop(reader.get_mut().write_all(&bytes).and_then(|()| reader.get_mut().flush()));
    if let Some((gate, bytes)) = then {
        gate.wait();
        drop(reader.get_mut().write_all(&bytes).and_then(|()| reader.get_mut().flush()));
    }
    if hangs {
        // Until the other side has had enough.
        drop(reader.read_to_end(&mut Vec::new()));
    }
}

fn repeat(stream: &mut impl Write, first: &[u8], rest: &[u8], pause: Duration) {
    let mut went = stream.write_all(first);
    while went.is_ok() {
        thread::sleep(pause);
        went = stream.write_all(rest);
    }
}

/// The answer that agrees to a WebSocket.
fn switched(key: &str) -> String {
    let accepted = derive_accept_key(key.as_bytes());
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {accepted}\r\n\r\n"
    )
}

/// A text on a WebSocket, as a server sends it (RFC 6455, section 5.2).
pub(crate) fn frame(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    let head = match length {
        0..126 => vec![0x81, length as u8],
        _ => [&[0x81, 126], &length.to_be_bytes()[..]].concat(),
    };
    [&head, text.as_bytes()].concat()
}

/// A whole answer.
pub(crate) fn http(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Bytes(
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
            .into_bytes(),
    )
}

/// A message as JSON.
pub(crate) fn json(body: &str) -> Reply {
    http("200 OK", "content-type: application/json\r\n", body)
}

/// The head of a stream.
pub(crate) const STREAM: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

/// An event of a stream.
pub(crate) fn event(kind: &str, data: &str) -> String {
    format!("event: {kind}\ndata: {data}\n\n")
}

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[42; 32])
}

/// The key that [`put`] and [`delta`] sign with.
pub(crate) fn trusted() -> TrustedKey {
    TrustedKey::new("k1", &public()).unwrap()
}

/// The same as text.
pub(crate) fn public() -> String {
    Base64UrlUnpadded::encode_string(signing_key().verifying_key().as_bytes())
}

/// The whole, signed: a flag `a` that is on or off.
pub(crate) fn put(version: u64, on: bool) -> String {
    let payload = format!(
        r#"{{"schema":1,"environment":"production","version":{version},"roles":[],"entries":[{{"key":"a","default":{on}}}]}}"#
    );
    message("put", "production", version, None, &payload)
}

/// A change, signed.
pub(crate) fn delta(from: u64, version: u64, on: bool) -> String {
    let payload = format!(
        r#"{{"from":{from},"version":{version},"environment":"production","roles":[],"removed":[],"entries":[{{"key":"a","default":{on}}}]}}"#
    );
    message("delta", "production", version, Some(from), &payload)
}

pub(crate) fn message(
    kind: &str,
    environment: &str,
    version: u64,
    from: Option<u64>,
    payload: &str,
) -> String {
    let from = from.map_or_else(String::new, |from| format!(r#","from":{from}"#));
    let header = format!(
        r#"{{"alg":"EdDSA","kid":"k1","b64":false,"crit":["b64"],"typ":"{kind}","project":"default","environment":"{environment}","version":{version},"audience":"server","iat":1{from}}}"#
    );
    let protected = Base64UrlUnpadded::encode_string(header.as_bytes());
    let signature = signing_key().sign(format!("{protected}.{payload}").as_bytes());
    let signature = Base64UrlUnpadded::encode_string(&signature.to_bytes());
    format!(r#"{{"type":"{kind}","signature":"{protected}..{signature}","payload":{payload}}}"#)
}
