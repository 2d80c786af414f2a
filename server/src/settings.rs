//! What whoever starts the server decides.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of one server.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The folder of the embedded database.
    pub data: PathBuf,
    /// A PostgreSQL database that several replicas share, in place of the embedded one.
    pub database_url: Option<String>,
    /// A Redis that tells replicas of changes and keeps compiled payloads.
    pub redis_url: Option<String>,
    /// The administrator's token on the first start; else one is made and shown once.
    pub admin_token: Option<String>,
    /// Whether entries without owner, description, expiry (or `off`, where something may switch them off) are refused
    /// rather than warned of.
    pub strict: bool,
    /// What every key should match as a whole; another one is warned of, or refused where `strict`.
    pub naming: Option<String>,
    /// How often a stream says that it is alive.
    pub heartbeat: Duration,
    /// How often the database is asked whether a notification was lost.
    pub version_check: Duration,
    /// Streams that are held at the same time.
    pub max_streams: usize,
    /// Streams of one client key that are held at the same time. All client keys together leave a fifth of
    /// `max_streams` to server keys.
    pub max_client_streams: usize,
    /// Bytes of a request's body.
    pub max_body: usize,
    /// Whether a proxy stands in front that passes `Host` on and says for whom it asks: the last address in
    /// `X-Forwarded-For`, and `X-Forwarded-Proto`. Without one, whoever asks could say so too.
    pub behind_proxy: bool,
    /// Requests a second that one SDK key may make; twice as many at once.
    pub sdk_rate: u32,
    /// Reads a second of one person or API token; four times as many at once.
    pub read_rate: u32,
    /// Writes a second of one person or API token; ten times as many at once.
    pub write_rate: u32,
    /// Requests a second with API tokens or sessions from one address, valid or not; four times as many at once.
    pub address_rate: u32,
    /// Requests a second without a valid key, token or session from one address; four times as many at once.
    pub anonymous_rate: u32,
    /// Connections that are open at the same time; further ones are closed at once.
    pub max_connections: usize,
    /// How long a request's head may take to arrive, and how long a connection may wait for its next request.
    pub header_timeout: Duration,
    /// How long a request may take until its answer begins; streams go on after that.
    pub request_timeout: Duration,
    /// How long readiness says `stopping` before anything else stops, so that a load balancer looks elsewhere first.
    pub stop_delay: Duration,
    /// Percent of units whose exposures to experiments are noted, 0 to 100; 100 is all.
    pub exposure_sampling: f64,
    /// How long streams and requests have to end when the server stops.
    pub drain: Duration,
    /// Where metrics are served without a token, for a network of operators. `/metrics` of `listen` asks for one.
    pub metrics_listen: Option<SocketAddr>,
    /// What is logged: a level, or levels by target, such as `info,vexil_server=debug` (tracing-subscriber's
    /// `EnvFilter`).
    pub log: String,
    /// Whether logs are one JSON object a line rather than text.
    pub log_json: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 7700)),
            data: PathBuf::from("vexil-data"),
            database_url: None,
            redis_url: None,
            admin_token: None,
            strict: false,
            naming: None,
            heartbeat: Duration::from_secs(15),
            version_check: Duration::from_secs(5),
            max_streams: 20_000,
            max_client_streams: 10_000,
            max_body: 16 << 20,
            behind_proxy: false,
            sdk_rate: 200_000,
            read_rate: 1_000,
            write_rate: 200,
            address_rate: 2_000,
            anonymous_rate: 50,
            max_connections: 25_000,
            header_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(30),
            stop_delay: Duration::ZERO,
            exposure_sampling: 100.0,
            drain: Duration::from_secs(10),
            metrics_listen: None,
            log: "info".to_owned(),
            log_json: false,
        }
    }
}
