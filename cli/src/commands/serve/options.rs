//! The options of the server, and which of several places they are taken from. To add one: a field here with its
//! words, a line in [`Options::settings`].

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use vexil_server::Settings;

use crate::exit::Failure;

/// What can be set. As arguments the command line comes before the environment; a file has the same names, with `_`.
#[derive(Args, Deserialize, Default, Debug)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Options {
    /// Where to listen [default: 127.0.0.1:7700]
    #[arg(long, value_name = "ADDRESS", env = "VEXIL_LISTEN")]
    listen: Option<SocketAddr>,

    /// The folder of the embedded database [default: vexil-data]
    #[arg(long, value_name = "DIR", env = "VEXIL_DATA")]
    data: Option<PathBuf>,

    /// A PostgreSQL database that several replicas share, in place of the embedded one
    #[arg(long, value_name = "URL", env = "VEXIL_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,

    /// A Redis that tells replicas of changes and keeps compiled payloads
    #[arg(long, value_name = "URL", env = "VEXIL_REDIS_URL", hide_env_values = true)]
    redis_url: Option<String>,

    /// Refuse entries without owner, description or expiry, where others are only warned of
    #[arg(long, value_name = "BOOL", env = "VEXIL_STRICT", num_args = 0..=1, default_missing_value = "true")]
    strict: Option<bool>,

    /// What every key should match as a whole
    #[arg(long, value_name = "REGEX", env = "VEXIL_NAMING")]
    naming: Option<String>,

    /// How often a stream says that it is alive [default: 15s]
    #[arg(long, value_name = "TIME", env = "VEXIL_HEARTBEAT")]
    heartbeat: Option<Span>,

    /// How often the database is asked for changes that were not heard of [default: 5s]
    #[arg(long, value_name = "TIME", env = "VEXIL_VERSION_CHECK")]
    version_check: Option<Span>,

    /// How many streams are held at the same time [default: 20000]
    #[arg(long, value_name = "COUNT", env = "VEXIL_MAX_STREAMS")]
    max_streams: Option<usize>,

    /// How many streams of one client key are held at the same time [default: 10000]
    #[arg(long, value_name = "COUNT", env = "VEXIL_MAX_CLIENT_STREAMS")]
    max_client_streams: Option<usize>,

    /// Bytes of a request's body at most [default: 16777216]
    #[arg(long, value_name = "BYTES", env = "VEXIL_MAX_BODY")]
    max_body: Option<usize>,

    /// How many connections are open at the same time [default: 25000]
    #[arg(long, value_name = "COUNT", env = "VEXIL_MAX_CONNECTIONS")]
    max_connections: Option<usize>,

    /// How long a request's head may take to arrive, and a connection may wait for its next request [default: 30s]
    #[arg(long, value_name = "TIME", env = "VEXIL_HEADER_TIMEOUT")]
    header_timeout: Option<Span>,

    /// How long a request may take until its answer begins [default: 30s]
    #[arg(long, value_name = "TIME", env = "VEXIL_REQUEST_TIMEOUT")]
    request_timeout: Option<Span>,

    /// Whether a proxy stands in front that says for whom it asks (X-Forwarded-For, X-Forwarded-Proto)
    #[arg(long, value_name = "BOOL", env = "VEXIL_BEHIND_PROXY", num_args = 0..=1, default_missing_value = "true")]
    behind_proxy: Option<bool>,

    /// Requests a second that one SDK key may make [default: 200000]
    #[arg(long, value_name = "COUNT", env = "VEXIL_SDK_RATE")]
    sdk_rate: Option<u32>,

    /// Reads a second of one person or API token [default: 1000]
    #[arg(long, value_name = "COUNT", env = "VEXIL_READ_RATE")]
    read_rate: Option<u32>,

    /// Writes a second of one person or API token [default: 200]
    #[arg(long, value_name = "COUNT", env = "VEXIL_WRITE_RATE")]
    write_rate: Option<u32>,

    /// Requests a second from one address with API tokens or sessions [default: 2000]
    #[arg(long, value_name = "COUNT", env = "VEXIL_ADDRESS_RATE")]
    address_rate: Option<u32>,

    /// Requests a second from one address without a valid key, token or session [default: 50]
    #[arg(long, value_name = "COUNT", env = "VEXIL_ANONYMOUS_RATE")]
    anonymous_rate: Option<u32>,

    /// Percent of units whose exposures to experiments are noted [default: 100]
    #[arg(long, value_name = "PERCENT", env = "VEXIL_EXPOSURE_SAMPLING")]
    exposure_sampling: Option<f64>,

    /// How long readiness says `stopping` before anything else stops [default: none]
    #[arg(long, value_name = "TIME", env = "VEXIL_STOP_DELAY")]
    stop_delay: Option<Span>,

    /// How long streams and requests have to end when the server stops [default: 10s]
    #[arg(long, value_name = "TIME", env = "VEXIL_DRAIN")]
    drain: Option<Span>,

    /// Where metrics are served without a token, for operators only
    #[arg(long, value_name = "ADDRESS", env = "VEXIL_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,

    /// What is logged: a level, or levels by target, such as `info,vexil_server=debug` [default: info]
    #[arg(long, value_name = "LEVELS", env = "VEXIL_LOG")]
    log: Option<String>,

    /// Log one JSON object a line
    #[arg(long, value_name = "BOOL", env = "VEXIL_LOG_JSON", num_args = 0..=1, default_missing_value = "true")]
    log_json: Option<bool>,

    /// Never an argument, which everyone on the machine can see.
    #[arg(skip)]
    admin_token: Option<String>,
}

/// The variable with the administrator's token.
const ADMIN_TOKEN: &str = "VEXIL_ADMIN_TOKEN";

impl Options {
    /// From a file in TOML.
    pub(super) fn read(path: &Path) -> Result<Options, Failure> {
        let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
        toml::from_str(&text).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
    }

    /// What is said here (on the command line, or in the environment) before what a file says, and that before what
    /// holds without either.
    pub(super) fn settings(self, file: Options) -> Settings {
        let default = Settings::default();
        macro_rules! first {
            ($name:ident) => {
                self.$name.or(file.$name)
            };
        }
        let span = |span: Option<Span>, default| span.map_or(default, |Span(duration)| duration);
        Settings {
            listen: first!(listen).unwrap_or(default.listen),
            data: first!(data).unwrap_or(default.data),
            database_url: first!(database_url),
            redis_url: first!(redis_url),
            admin_token: std::env::var(ADMIN_TOKEN).ok().or(file.admin_token),
            strict: first!(strict).unwrap_or(default.strict),
            naming: first!(naming),
            heartbeat: span(first!(heartbeat), default.heartbeat),
            version_check: span(first!(version_check), default.version_check),
            max_streams: first!(max_streams).unwrap_or(default.max_streams),
            max_client_streams: first!(max_client_streams).unwrap_or(default.max_client_streams),
            max_body: first!(max_body).unwrap_or(default.max_body),
            max_connections: first!(max_connections).unwrap_or(default.max_connections),
            header_timeout: span(first!(header_timeout), default.header_timeout),
            request_timeout: span(first!(request_timeout), default.request_timeout),
            behind_proxy: first!(behind_proxy).unwrap_or(default.behind_proxy),
            sdk_rate: first!(sdk_rate).unwrap_or(default.sdk_rate),
            read_rate: first!(read_rate).unwrap_or(default.read_rate),
            write_rate: first!(write_rate).unwrap_or(default.write_rate),
            address_rate: first!(address_rate).unwrap_or(default.address_rate),
            anonymous_rate: first!(anonymous_rate).unwrap_or(default.anonymous_rate),
            exposure_sampling: first!(exposure_sampling).unwrap_or(default.exposure_sampling),
            stop_delay: span(first!(stop_delay), default.stop_delay),
            drain: span(first!(drain), default.drain),
            metrics_listen: first!(metrics_listen),
            log: first!(log).unwrap_or(default.log),
            log_json: first!(log_json).unwrap_or(default.log_json),
        }
    }
}

/// A length of time, as people write it: `500ms`, `15s`, `5m`, `1h`; longer than none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Span(Duration);

/// The longest: a day. No setting is meant to be longer.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Span, String> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let milliseconds = match text.strip_prefix(digits) {
            Some("ms") => 1,
            Some("s") => 1_000,
            Some("m") => 60_000,
            Some("h") => 3_600_000,
            _ => 0,
        };
        let length = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(milliseconds));
        match length.map(Duration::from_millis) {
            Some(length) if length > Duration::ZERO && length <= LONGEST => Ok(Span(length)),
            _ => {
                Err("a length of time is a number with ms, s, m or h, such as 15s, and at most 24h"
                    .to_owned())
            }
        }
    }
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Span, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Display;

    use super::*;

    #[test]
    fn times_are_written_as_people_do() {
        for (text, milliseconds) in [("500ms", 500), ("15s", 15_000), ("5m", 300_000), ("24h", 86_400_000)] {
            assert_eq!(text.parse(), Ok(Span(Duration::from_millis(milliseconds))), "{text}");
        }
        for text in ["", "15", "s", "0s", "-1s", "1.5s", "25h", "15 s", "1d", "99999999999999999999h", "1é"]
        {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_nearest_place_counts() {
        let file = "listen = \"127.0.0.1:1\"\nmax_body = 5\ndrain = \"2s\"\nadmin_token = \"x\"";
        let file: Options = toml::from_str(file).unwrap();
        let said = Options { listen: Some(SocketAddr::from(([127, 0, 0, 1], 2))), ..Options::default() };
        let settings = said.settings(file);
        assert_eq!(settings.listen.port(), 2);
        assert_eq!((settings.max_body, settings.drain), (5, Duration::from_secs(2)));
        assert_eq!(settings.heartbeat, Settings::default().heartbeat);
    }

    #[test]
    fn what_a_file_must_not_say_is_refused() {
        for text in ["listne = \"127.0.0.1:1\"", "drain = 10", "drain = \"ten\"", "max_body = -1", "[server]"]
        {
            assert!(toml::from_str::<Options>(text).is_err(), "{text}");
        }
    }

    /// The words of the help name what holds by default.
    #[test]
    fn the_help_tells_the_defaults() {
        #[derive(clap::Parser)]
        struct Whole {
            #[command(flatten)]
            _options: Options,
        }
        let help = <Whole as clap::CommandFactory>::command().render_long_help().to_string();
        let Settings { listen, data, heartbeat, version_check, max_streams, max_body, drain, .. } =
            Settings::default();
        let seconds = |duration: Duration| format!("{}s", duration.as_secs());
        let defaults: [&dyn Display; 7] = [
            &listen,
            &data.display(),
            &seconds(heartbeat),
            &seconds(version_check),
            &max_streams,
            &max_body,
            &seconds(drain),
        ];
        for default in defaults {
            assert!(help.contains(&format!("[default: {default}]")), "{default}");
        }
    }
}
