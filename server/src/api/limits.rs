//! How much one key, one author or one address may ask for. Whoever shows a valid key or session is counted by that;
//! all others by where they come from.

use std::hash::Hash;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::Semaphore;

use super::caller::{bearer, ticket};
use super::problem::{Problem, Shape};
use super::sessions;
use crate::access::Actor;
use crate::access::throttle::{CAPACITY, LoginThrottle, Pace, Throttle, address_key};
use crate::settings::Settings;

/// How often those who have not asked for a while are forgotten.
const TIDY: Duration = Duration::from_secs(5);
/// Addresses, keys or authors that are counted one by one; beyond, all new ones share one count.
const COUNTED: usize = 200_000;
/// Failures to log in that the audit log is told of one by one: so many at once, then one a second.
const FAILURES_TOLD: u32 = 60;
/// Passwords that are compared at the same time: each takes a processor and 19 MiB.
const PASSWORDS_AT_ONCE: usize = 2;
/// Failures with tokens that were not made here, from one address. A key that was made here holds 256 random bits, so
/// that it cannot be guessed, however often one tries; what an administrator chose may be weaker. The longest delay is
/// short, for it keeps the administrator out too who comes from the same address.
const GUESSES: Pace = Pace {
    free: 100,
    base: Duration::from_secs(1),
    longest: Duration::from_secs(10),
    memory: Duration::from_secs(600),
};

/// All that bounds how much is asked for.
pub(crate) struct Limits {
    keys: Counts<Arc<str>>,
    authors: Counts<Actor>,
    addresses: Counts<IpAddr>,
    guesses: Mutex<Throttle<IpAddr>>,
    pub(super) logins: Mutex<LoginThrottle>,
    pub(super) passwords: Arc<Semaphore>,
    failures: DefaultDirectRateLimiter,
    failures_untold: AtomicU64,
}

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Limits {
        Limits {
            keys: Counts::new(settings.sdk_rate, 2),
            authors: Counts::new(settings.write_rate, 10),
            addresses: Counts::new(settings.anonymous_rate, 4),
            guesses: Mutex::new(Throttle::new(GUESSES, CAPACITY)),
            logins: Mutex::default(),
            passwords: Arc::new(Semaphore::new(PASSWORDS_AT_ONCE)),
            failures: RateLimiter::direct(quota(1, FAILURES_TOLD)),
            failures_untold: AtomicU64::new(0),
        }
    }

    /// Counts a request with an SDK key.
    pub(super) fn sdk(&self, key: &Arc<str>) -> Result<(), Problem> {
        self.keys.count(key).map_err(|wait| too_many("this key asks", wait))
    }

    /// Counts a write.
    pub(super) fn write(&self, author: &Actor) -> Result<(), Problem> {
        self.authors.count(author).map_err(|wait| too_many("this author writes", wait))
    }

    /// Counts a request of somebody unknown.
    fn anonymous(&self, client: &Client) -> Result<(), Problem> {
        let Some(address) = client.address else { return Ok(()) };
        self.addresses.count(&address_key(address)).map_err(|wait| too_many("this address asks", wait))
    }

    fn may_guess(&self, client: &Client) -> Result<(), Problem> {
        let Some(address) = client.address else { return Ok(()) };
        let guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        guesses
            .check(&address_key(address), Instant::now())
            .map_err(|wait| too_many("this address guesses", wait.0))
    }

    fn guessed(&self, client: &Client) {
        if let Some(address) = client.address {
            let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
            guesses.failed(&address_key(address), Instant::now());
        }
    }

    /// Whether the audit log is told of a failure to log in, and how many it was not told of before. Else whoever
    /// fails often enough fills the disk.
    pub(super) fn tell_failure(&self) -> Option<u64> {
        if self.failures.check().is_ok() {
            return Some(self.failures_untold.swap(0, Ordering::Relaxed));
        }
        self.failures_untold.fetch_add(1, Ordering::Relaxed);
        None
    }
}

/// A count for each of many, in bounded memory.
struct Counts<K: Hash + Eq + Clone> {
    each: DefaultKeyedRateLimiter<K>,
    /// For those who come when too many are counted.
    rest: DefaultDirectRateLimiter,
    is_full: AtomicBool,
    tidied: Mutex<Instant>,
}

impl<K: Hash + Eq + Clone> Counts<K> {
    fn new(rate: u32, burst: u32) -> Counts<K> {
        let quota = quota(rate, rate.saturating_mul(burst));
        Counts {
            each: RateLimiter::keyed(quota),
            rest: RateLimiter::direct(quota),
            is_full: AtomicBool::new(false),
            tidied: Mutex::new(Instant::now()),
        }
    }

    /// Counts one more, or says how long to wait.
    fn count(&self, key: &K) -> Result<(), Duration> {
        self.tidy();
        let counted =
            if self.is_full.load(Ordering::Relaxed) { self.rest.check() } else { self.each.check_key(key) };
        counted.map_err(|not_until| not_until.wait_time_from(DefaultClock::default().now()))
    }

    /// Forgets those who would be let in as if they had never asked.
    fn tidy(&self) {
        // Whoever comes meanwhile leaves it to the one who does.
        let Ok(mut tidied) = self.tidied.try_lock() else { return };
        if tidied.elapsed() >= TIDY {
            *tidied = Instant::now();
            self.each.retain_recent();
            self.each.shrink_to_fit();
            self.is_full.store(self.each.len() >= COUNTED, Ordering::Relaxed);
        }
    }
}

/// So many a second, and so many at once; at least one.
fn quota(rate: u32, burst: u32) -> Quota {
    let positive = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_second(positive(rate)).allow_burst(positive(burst))
}

fn too_many(who: &str, wait: Duration) -> Problem {
    // Whole seconds, so that nobody comes too early.
    let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
    Problem::too_many("RATE_LIMITED", format!("{who} too often; try again in {seconds} s"), seconds)
}

/// Where a request came from, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Client {
    /// The address, of the client rather than of the proxy in front.
    pub(crate) address: Option<IpAddr>,
    /// Whether it was encrypted on its way to us or to the proxy.
    pub(crate) is_encrypted: bool,
}

impl Client {
    /// As it was found when the request was let in.
    pub(super) fn of_parts(parts: &Parts, behind_proxy: bool) -> Client {
        let known = parts.extensions.get::<Client>().copied();
        known.unwrap_or_else(|| Client::of(&parts.headers, &parts.extensions, behind_proxy))
    }

    fn of(headers: &HeaderMap, extensions: &Extensions, behind_proxy: bool) -> Client {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        if !behind_proxy {
            return Client { address: peer, is_encrypted: false };
        }
        // What the client itself claims comes first; what the proxy saw is last.
        let last = |name: &str| {
            let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
            Some(value.rsplit(',').next().unwrap_or(value).trim())
        };
        let forwarded = last("x-forwarded-for").and_then(|address| address.parse().ok());
        let is_encrypted =
            last("x-forwarded-proto").is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
        Client { address: forwarded.or(peer), is_encrypted }
    }
}

/// What is shown of who one is, before anybody has looked whether it is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    /// A key or token that was made here, a ticket for a stream, or the cookie of a session.
    Ours,
    /// A token of somebody else's making.
    Foreign,
}

impl Shown {
    fn of(request: &Request) -> Shown {
        let headers = request.headers();
        match bearer(headers) {
            Ok(Some(token)) if token.starts_with("vx_") => Shown::Ours,
            Ok(Some(_)) => Shown::Foreign,
            Ok(None) if sessions::has_cookie(headers) || ticket(request.uri()).is_some() => Shown::Ours,
            Ok(None) | Err(_) => Shown::Nothing,
        }
    }
}

/// What is known of a request that was let in, for when it is answered.
pub(super) struct Admitted {
    client: Client,
    shown: Shown,
    pub(super) in_shape: Shape,
}

impl Limits {
    /// Bounds what those may ask for who are not known; the refusal is the answer.
    pub(super) fn admit(&self, request: &mut Request, behind_proxy: bool) -> Result<Admitted, Box<Response>> {
        let client = Client::of(request.headers(), request.extensions(), behind_proxy);
        let (shown, path) = (Shown::of(request), request.uri().path());
        let in_shape = Shape::of(path);
        let admitted = match shown {
            // Probes must not take a server that is attacked for one that is dead.
            _ if matches!(path, "/healthz" | "/readyz") => Ok(()),
            Shown::Nothing => self.anonymous(&client),
            Shown::Ours => Ok(()),
            Shown::Foreign => self.may_guess(&client),
        };
        request.extensions_mut().insert(client);
        match admitted {
            Ok(()) => Ok(Admitted { client, shown, in_shape }),
            Err(problem) => Err(Box::new(in_shape.answer(problem))),
        }
    }

    /// Bounds what is not true of those who say that they are known.
    pub(super) fn settle(&self, admitted: &Admitted, mut response: Response) -> Response {
        let Admitted { client, shown, in_shape } = admitted;
        if response.status() == StatusCode::UNAUTHORIZED && *shown != Shown::Nothing {
            if *shown == Shown::Foreign {
                self.guessed(client);
            }
            if let Err(problem) = self.anonymous(client) {
                response = in_shape.answer(problem);
            }
        }
        if client.is_encrypted {
            let year = HeaderValue::from_static("max-age=31536000");
            response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_counted_by_itself_and_forgotten_in_time() {
        let counts = Counts::new(1, 3);
        for _ in 0..3 {
            assert_eq!(counts.count(&"a"), Ok(()));
        }
        let wait = counts.count(&"a").unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
        assert_eq!(counts.count(&"b"), Ok(()));
        assert_eq!(counts.each.len(), 2);
        counts.is_full.store(true, Ordering::Relaxed);
        assert_eq!((0..10).filter(|_| counts.count(&"c").is_ok()).count(), 3, "the new ones share one count");
        assert_eq!(counts.each.len(), 2);
    }

    #[test]
    fn a_proxy_is_believed_only_where_there_is_one() {
        let request = Request::builder()
            .header("x-forwarded-for", "10.9.9.9, 203.0.113.7")
            .header("x-forwarded-proto", "https")
            .extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 5))))
            .body(())
            .unwrap();
        let (parts, ()) = request.into_parts();
        let address = |text: &str| Some(text.parse().unwrap());
        let seen = Client { address: address("203.0.113.7"), is_encrypted: true };
        assert_eq!(Client::of_parts(&parts, true), seen);
        let peer = Client { address: address("127.0.0.1"), is_encrypted: false };
        assert_eq!(Client::of_parts(&parts, false), peer);
    }

    #[test]
    fn failures_are_told_of_at_a_bounded_rate_and_none_is_lost_count_of() {
        let limits = Limits::new(&Settings::default());
        let told = (0..1_000).filter(|_| limits.tell_failure().is_some()).count();
        assert!((60..65).contains(&told), "{told}");
        assert_eq!(limits.failures_untold.load(Ordering::Relaxed), 1_000 - told as u64);
    }

    #[test]
    fn ofrep_is_refused_in_its_own_shape() {
        let refused =
            |path| Shape::of(path).answer(too_many("this address asks", Duration::from_millis(1_200)));
        for (path, kind) in
            [("/ofrep/v1/evaluate/flags", "application/json"), ("/x", "application/problem+json")]
        {
            let response = refused(path);
            assert_eq!(response.headers()[header::CONTENT_TYPE], kind);
            assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        }
    }
}
