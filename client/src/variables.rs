//! Options from environment variables: how a program is set up without being built anew.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::certificates::{Certificates, CertificatesError};
use crate::message::TrustedKey;
use crate::options::{Cache, Fallback, Options, Source, Streaming};
use crate::source::http;

/// The longest time that a variable may name: a year.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3_600);

/// Why variables are no options. What the variable says is not part of it, for that may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{variable}: {message} (INVALID_OPTIONS)")]
pub struct OptionsError {
    /// The variable that is at fault.
    pub variable: &'static str,
    /// What is wrong, for a person.
    pub message: String,
}

impl OptionsError {
    fn new(variable: &'static str, message: impl Into<String>) -> OptionsError {
        OptionsError { variable, message: message.into() }
    }
}

impl Options {
    /// The options that the environment variables of this process name, which `docs/clients.md` lists. What none of them
    /// says is as in [`Options::new`]; one that is empty says nothing.
    ///
    /// # Errors
    ///
    /// A variable says what is none of its values, or they name no source or two.
    pub fn from_env() -> Result<Options, OptionsError> {
        Options::from_variables(|name| std::env::var_os(name))
    }

    /// As [`Options::from_env`], with variables that somebody else looks up.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn from_variables(look_up: impl Fn(&str) -> Option<OsString>) -> Result<Options, OptionsError> {
        let variables = Variables { look_up };
        let mut options = Options::new(variables.source()?);
        variables.source_options(&mut options)?;
        variables.retry(&mut options)?;
        variables.cache(&mut options)?;
        variables.supplied(&mut options)?;
        variables.telemetry(&mut options)?;
        Ok(options)
    }
}

struct Variables<L> {
    look_up: L,
}

impl<L: Fn(&str) -> Option<OsString>> Variables<L> {
    fn source(&self) -> Result<Source, OptionsError> {
        let (url, key) = (self.text("VEXIL_URL")?, self.text("VEXIL_SDK_KEY")?);
        let file = self.path("VEXIL_FILE");
        match (url, key, file) {
            (None, None, Some(file)) => Ok(Source::File(file)),
            (Some(url), Some(key), None) if http::is_address(&url) => Ok(Source::Http { url, key }),
            (Some(_), Some(_), None) => {
                Err(OptionsError::new("VEXIL_URL", "it is no address such as https://flags.example.com"))
            }
            (Some(_), None, None) => {
                Err(OptionsError::new("VEXIL_SDK_KEY", "it is missing: a control plane asks for a key"))
            }
            (None, _, None) => Err(OptionsError::new(
                "VEXIL_URL",
                "it is missing: a control plane is needed, or a file in VEXIL_FILE",
            )),
            (_, _, Some(_)) => Err(OptionsError::new(
                "VEXIL_FILE",
                "a file and a control plane are two sources; one is needed",
            )),
        }
    }

    fn source_options(&self, options: &mut Options) -> Result<(), OptionsError> {
        options.environment = self.text("VEXIL_ENVIRONMENT")?;
        options.bootstrap = self.file("VEXIL_BOOTSTRAP_FILE")?;
        self.set("VEXIL_POLLING_INTERVAL", TIME, time, &mut options.polling_interval)?;
        self.set("VEXIL_STREAMING", "off, events or websocket", streaming, &mut options.streaming)?;
        self.set("VEXIL_STREAM_SILENCE", TIME, time, &mut options.silence)?;
        self.set("VEXIL_REQUEST_TIMEOUT", TIME, time, &mut options.request_timeout)?;
        self.set("VEXIL_START_TIMEOUT", TIME, time, &mut options.start_timeout)?;
        self.set("VEXIL_FALLBACK", "cache, default or throw", fallback, &mut options.fallback)?;
        self.set("VEXIL_OFFLINE", SWITCH, switch, &mut options.offline)?;
        self.set("VEXIL_THREADLESS", SWITCH, switch, &mut options.threadless)?;
        self.set("VEXIL_ALLOW_OVERRIDES", SWITCH, switch, &mut options.allow_overrides)?;
        if let Some(text) = self.file("VEXIL_CA_FILE")? {
            let certificates = Certificates::from_pem(&text);
            let none = |error: CertificatesError| OptionsError::new("VEXIL_CA_FILE", error.to_string());
            options.certificates = Some(certificates.map_err(none)?);
        }
        let keys = "id:key, each as `vexil keys signing list` shows it, with commas between them";
        self.set("VEXIL_TRUSTED_KEYS", keys, trusted_keys, &mut options.trusted_keys)
    }

    fn retry(&self, options: &mut Options) -> Result<(), OptionsError> {
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        let retry = &mut options.retry;
        self.set("VEXIL_RETRY_ATTEMPTS", "a number from 1 on", number, &mut retry.attempts)?;
        self.set("VEXIL_RETRY_BASE", TIME, time, &mut retry.base)?;
        self.set("VEXIL_RETRY_MAX", TIME, time, &mut retry.max)
    }

    fn cache(&self, options: &mut Options) -> Result<(), OptionsError> {
        let mut max_age = None;
        self.set("VEXIL_CACHE_MAX_AGE", TIME, |text| time(text).map(Some), &mut max_age)?;
        options.cache = self.path("VEXIL_CACHE_FOLDER").map(|folder| Cache { folder, max_age });
        match max_age {
            Some(_) if options.cache.is_none() => {
                Err(OptionsError::new("VEXIL_CACHE_MAX_AGE", "nothing is kept without VEXIL_CACHE_FOLDER"))
            }
            _ => Ok(()),
        }
    }

    fn supplied(&self, options: &mut Options) -> Result<(), OptionsError> {
        options.supplied.instance_id = self.text("VEXIL_INSTANCE_ID")?;
        options.supplied.service_name = self.text("VEXIL_SERVICE_NAME")?;
        options.supplied.app_version = self.text("VEXIL_APP_VERSION")?;
        Ok(())
    }

    fn telemetry(&self, options: &mut Options) -> Result<(), OptionsError> {
        let telemetry = &mut options.telemetry;
        self.set("VEXIL_TELEMETRY", SWITCH, switch, &mut telemetry.enabled)?;
        self.set("VEXIL_TELEMETRY_INTERVAL", TIME, time, &mut telemetry.interval)?;
        self.set("VEXIL_TELEMETRY_EXPOSURES", SWITCH, switch, &mut telemetry.exposures)
    }

    /// Takes over what a variable says, if it says something.
    fn set<T>(
        &self,
        variable: &'static str,
        wanted: &str,
        read: impl Fn(&str) -> Option<T>,
        option: &mut T,
    ) -> Result<(), OptionsError> {
        if let Some(text) = self.text(variable)? {
            *option = read(&text).ok_or_else(|| OptionsError::new(variable, format!("it is {wanted}")))?;
        }
        Ok(())
    }

    fn path(&self, variable: &'static str) -> Option<PathBuf> {
        (self.look_up)(variable).filter(|path| !path.is_empty()).map(PathBuf::from)
    }

    /// What is in the file that a variable names.
    fn file(&self, variable: &'static str) -> Result<Option<String>, OptionsError> {
        let text = self.path(variable).map(std::fs::read_to_string).transpose();
        text.map_err(|error| OptionsError::new(variable, format!("the file cannot be read: {error}")))
    }

    fn text(&self, variable: &'static str) -> Result<Option<String>, OptionsError> {
        let text = (self.look_up)(variable).map(OsString::into_string).transpose();
        let text = text.map_err(|_| OptionsError::new(variable, "it is not UTF-8"))?;
        Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
    }
}

const TIME: &str = "a length of time, such as 500ms, 15s, 5m, 1h or 30d, longer than none and at most a year";
const SWITCH: &str = "true or false";

fn time(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let milliseconds = match text.strip_prefix(digits)? {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let length = Duration::from_millis(digits.parse::<u64>().ok()?.checked_mul(milliseconds)?);
    (Duration::ZERO < length && length <= LONGEST).then_some(length)
}

fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "yes" => Some(true),
        "false" | "0" | "off" | "no" => Some(false),
        _ => None,
    }
}

fn streaming(text: &str) -> Option<Streaming> {
    match text.to_ascii_lowercase().as_str() {
        "off" => Some(Streaming::Off),
        "events" => Some(Streaming::Events),
        "websocket" => Some(Streaming::WebSocket),
        _ => None,
    }
}

fn fallback(text: &str) -> Option<Fallback> {
    match text.to_ascii_lowercase().as_str() {
        "cache" => Some(Fallback::Cache),
        "default" => Some(Fallback::Default),
        "throw" => Some(Fallback::Throw),
        _ => None,
    }
}

fn trusted_keys(text: &str) -> Option<Vec<TrustedKey>> {
    let key = |pair: &str| {
        let (id, public) = pair.trim().split_once(':')?;
        TrustedKey::new(id, public).ok()
    };
    text.split(',').map(key).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::{BTreeSet, HashMap};

    use super::*;

    const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

    fn options(variables: &[(&str, &str)]) -> Result<Options, OptionsError> {
        let variables: HashMap<_, _> = variables.iter().copied().collect();
        Options::from_variables(|name| variables.get(name).map(OsString::from))
    }

    fn refused(variables: &[(&str, &str)]) -> &'static str {
        options(variables).unwrap_err().variable
    }

    const URL: (&str, &str) = ("VEXIL_URL", "https://flags.example.com");
    const SDK_KEY: (&str, &str) = ("VEXIL_SDK_KEY", "vx_srv_1");

    #[test]
    fn what_is_not_said_is_as_usual() {
        let usual = Options::new(Source::Http { url: URL.1.to_owned(), key: SDK_KEY.1.to_owned() });
        let named = options(&[URL, SDK_KEY, ("VEXIL_STREAMING", ""), ("VEXIL_CACHE_FOLDER", "")]).unwrap();
        assert_eq!(format!("{named:?}"), format!("{usual:?}"));
    }

    #[test]
    fn every_variable_says_what_it_is_for() {
        let folder = tempfile::tempdir().unwrap();
        let bootstrap = folder.path().join("bootstrap.json");
        std::fs::write(&bootstrap, "[]").unwrap();
        let authority = folder.path().join("authority.pem");
        let key = rcgen::generate_simple_self_signed(["flags.example.com".to_owned()]).unwrap();
        std::fs::write(&authority, key.cert.pem()).unwrap();
        let trusted = format!("k1:{KEY}, k2:{KEY}");
        let named = options(&[
            URL,
            SDK_KEY,
            ("VEXIL_ENVIRONMENT", " production "),
            ("VEXIL_BOOTSTRAP_FILE", bootstrap.to_str().unwrap()),
            ("VEXIL_POLLING_INTERVAL", "5m"),
            ("VEXIL_STREAMING", "WebSocket"),
            ("VEXIL_STREAM_SILENCE", "90s"),
            ("VEXIL_REQUEST_TIMEOUT", "2500ms"),
            ("VEXIL_START_TIMEOUT", "1s"),
            ("VEXIL_FALLBACK", "throw"),
            ("VEXIL_OFFLINE", "yes"),
            ("VEXIL_THREADLESS", "1"),
            ("VEXIL_ALLOW_OVERRIDES", "TRUE"),
            ("VEXIL_TRUSTED_KEYS", &trusted),
            ("VEXIL_CA_FILE", authority.to_str().unwrap()),
            ("VEXIL_RETRY_ATTEMPTS", "5"),
            ("VEXIL_RETRY_BASE", "2s"),
            ("VEXIL_RETRY_MAX", "1h"),
            ("VEXIL_CACHE_FOLDER", "/var/cache/shop"),
            ("VEXIL_CACHE_MAX_AGE", "30d"),
            ("VEXIL_INSTANCE_ID", "shop-1"),
            ("VEXIL_SERVICE_NAME", "shop"),
            ("VEXIL_APP_VERSION", "1.2.3"),
            ("VEXIL_TELEMETRY", "off"),
            ("VEXIL_TELEMETRY_INTERVAL", "10s"),
            ("VEXIL_TELEMETRY_EXPOSURES", "no"),
        ])
        .unwrap();
        let seconds = Duration::from_secs;
        assert_eq!(named.environment.as_deref(), Some("production"));
        assert_eq!(named.bootstrap.as_deref(), Some("[]"));
        assert_eq!((named.polling_interval, named.streaming), (seconds(300), Streaming::WebSocket));
        assert_eq!((named.silence, named.start_timeout), (seconds(90), seconds(1)));
        assert_eq!((named.request_timeout, named.fallback), (Duration::from_millis(2_500), Fallback::Throw));
        assert!(named.certificates.is_some());
        assert!(named.offline && named.threadless && named.allow_overrides);
        assert_eq!(named.trusted_keys.iter().map(TrustedKey::id).collect::<Vec<_>>(), ["k1", "k2"]);
        let retry = named.retry;
        assert_eq!((retry.attempts, retry.base, retry.max), (5, seconds(2), seconds(3_600)));
        let cache = named.cache.unwrap();
        assert_eq!(
            (cache.folder.to_str(), cache.max_age),
            (Some("/var/cache/shop"), Some(seconds(2_592_000)))
        );
        let supplied = [named.supplied.instance_id, named.supplied.service_name, named.supplied.app_version];
        assert_eq!(supplied.map(Option::unwrap), ["shop-1", "shop", "1.2.3"]);
        assert!(!named.telemetry.enabled && !named.telemetry.exposures);
        assert_eq!(named.telemetry.interval, seconds(10));
        let file = options(&[("VEXIL_FILE", "flags.json")]).unwrap();
        assert_eq!(file.source, Source::File("flags.json".into()));
    }

    #[test]
    fn what_is_wrong_is_named_and_not_shown() {
        let file = ("VEXIL_FILE", "flags.json");
        assert_eq!(refused(&[]), "VEXIL_URL");
        assert_eq!(refused(&[SDK_KEY]), "VEXIL_URL");
        assert_eq!(refused(&[URL]), "VEXIL_SDK_KEY");
        assert_eq!(refused(&[URL, SDK_KEY, file]), "VEXIL_FILE");
        assert_eq!(refused(&[("VEXIL_URL", "flags"), SDK_KEY]), "VEXIL_URL");
        let missing = ("VEXIL_BOOTSTRAP_FILE", "/nowhere/at/all");
        assert_eq!(refused(&[file, missing]), "VEXIL_BOOTSTRAP_FILE");
        assert_eq!(refused(&[file, ("VEXIL_CA_FILE", "/dev/null")]), "VEXIL_CA_FILE");
        assert_eq!(refused(&[file, ("VEXIL_CACHE_MAX_AGE", "1d")]), "VEXIL_CACHE_MAX_AGE");
        for (variable, wrong) in [
            ("VEXIL_POLLING_INTERVAL", "60"),
            ("VEXIL_STREAMING", "on"),
            ("VEXIL_FALLBACK", "panic"),
            ("VEXIL_OFFLINE", "maybe"),
            ("VEXIL_TRUSTED_KEYS", "k1"),
            ("VEXIL_TRUSTED_KEYS", "k1:AAAA"),
            ("VEXIL_RETRY_ATTEMPTS", "0"),
        ] {
            let error = options(&[file, (variable, wrong)]).unwrap_err();
            assert_eq!(error.variable, variable);
            assert!(error.to_string().ends_with("(INVALID_OPTIONS)"), "{error}");
        }
        let error = options(&[URL, ("VEXIL_SDK_KEY", "vx_secret"), ("VEXIL_OFFLINE", "vx_secret")]);
        assert!(!error.unwrap_err().to_string().contains("vx_secret"));
        for wrong in ["", "s", "0s", "-1s", "1.5s", "1y", "367d", "99999999999999999999h", "1é"] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_variable_is_documented() {
        let asked = RefCell::new(BTreeSet::new());
        let read = Options::from_variables(|name| {
            asked.borrow_mut().insert(name.to_owned());
            (name == "VEXIL_FILE").then(|| "flags.json".into())
        });
        read.unwrap();
        let page =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/clients.md")).unwrap();
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `VEXIL_")?.split('`').next());
        let documented: BTreeSet<_> = rows.map(|row| format!("VEXIL_{row}")).collect();
        assert_eq!(asked.into_inner(), documented);
    }
}
