//! Metrics, in the text of OpenMetrics 1.0, which Prometheus reads.
//!
//! Labels have few values: a route is its template, a method one of those that HTTP names, a code one of ours. Nothing
//! that a caller chooses becomes a label.

use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::MatchedPath;
use axum::http::{Method, StatusCode};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeLabelSet, EncodeLabelValue, EncodeMetric, LabelValueEncoder, text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::services::Services;
use crate::store::failures;
use crate::telemetry::Health;

/// Environments whose version is shown; of more there would be too many series.
const ENVIRONMENTS_SHOWN: usize = 1_000;
/// How long a scrape waits for the database.
const STORE_TIMEOUT: Duration = Duration::from_secs(1);
/// Upper bounds in seconds, from what memory answers to what a client gives up on.
const SECONDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// A route's template, as the router holds it: nothing is copied to count a request.
#[derive(Debug, Clone)]
struct Route(Option<MatchedPath>);

impl Route {
    fn as_str(&self) -> &str {
        self.0.as_ref().map_or("none", MatchedPath::as_str)
    }
}

impl PartialEq for Route {
    fn eq(&self, other: &Route) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Route {}

impl Hash for Route {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl EncodeLabelValue for Route {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        self.as_str().encode(encoder)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Routed {
    method: &'static str,
    route: Route,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: Route,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Place {
    project: String,
    environment: String,
}

/// What is counted and timed.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Routed, Histogram, fn() -> Histogram>,
    connections: Gauge,
    pub(crate) connections_refused: Counter,
    streams: Gauge,
    messages: Family<Kind, Counter>,
    delivery: Histogram,
    versions: Family<Place, Gauge>,
    changes: Family<Outcome, Counter>,
    commits: Histogram,
    broadcasts: Histogram,
    store_connections: Family<Kind, Gauge>,
    outbox: Gauge,
    audit: Gauge,
    telemetry_dropped: Family<Reason, Counter>,
    payload_cache: Family<Outcome, Counter>,
    relayed: Family<Outcome, Counter>,
}

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::default();
        let mut metrics = Metrics {
            requests: Family::default(),
            durations: Family::new_with_constructor(seconds),
            connections: Gauge::default(),
            connections_refused: Counter::default(),
            streams: Gauge::default(),
            messages: Family::default(),
            delivery: seconds(),
            versions: Family::default(),
            changes: Family::default(),
            commits: seconds(),
            broadcasts: seconds(),
            store_connections: Family::default(),
            outbox: Gauge::default(),
            audit: Gauge::default(),
            telemetry_dropped: Family::default(),
            payload_cache: Family::default(),
            relayed: Family::default(),
            registry: Registry::default(),
        };
        metrics.register(&mut registry);
        metrics.registry = registry;
        metrics
    }
}

impl Metrics {
    fn register(&self, registry: &mut Registry) {
        let started: Gauge<f64, std::sync::atomic::AtomicU64> = Gauge::default();
        started.set(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64());
        registry.register_with_unit("process_start_time", "When the server started", Unit::Seconds, started);
        let vexil = registry.sub_registry_with_prefix("vexil");
        vexil.register("http_requests", "Requests that were answered", self.requests.clone());
        vexil.register_with_unit(
            "http_request_duration",
            "From a request's head to its answer's; of streams, until they begin",
            Unit::Seconds,
            self.durations.clone(),
        );
        vexil.register("connections", "Connections that are open", self.connections.clone());
        vexil.register(
            "connections_refused",
            "Connections over the bound, closed at once",
            self.connections_refused.clone(),
        );
        vexil.register("streams", "Streams that are open", self.streams.clone());
        vexil.register("messages", "Messages handed to streams", self.messages.clone());
        vexil.register_with_unit(
            "delivery_delay",
            "From a change's commit to a stream that is handed it",
            Unit::Seconds,
            self.delivery.clone(),
        );
        vexil.register("environment_version", "The version in force here", self.versions.clone());
        vexil.register(
            "changes",
            "Changes that were asked for: committed, unchanged, replayed, or refused with a code",
            self.changes.clone(),
        );
        vexil.register_with_unit("commit", "A change's transaction", Unit::Seconds, self.commits.clone());
        vexil.register_with_unit(
            "broadcast",
            "From the end of a change's transaction until all streams here were woken",
            Unit::Seconds,
            self.broadcasts.clone(),
        );
        vexil.register(
            "store_connections",
            "Connections to the database, in use and idle",
            self.store_connections.clone(),
        );
        vexil.register(
            "outbox_length",
            "Changes that other replicas have yet to be told",
            self.outbox.clone(),
        );
        vexil.register(
            "audit_head_sequence",
            "The number of the audit log's last record; the log has its hash",
            self.audit.clone(),
        );
        vexil.register(
            "telemetry_dropped",
            "Reported events that were not kept",
            self.telemetry_dropped.clone(),
        );
        vexil.register(
            "payload_cache",
            "Payloads asked of Redis: hit, miss, forged or error",
            self.payload_cache.clone(),
        );
        vexil.register("relayed", "Changes told to Redis: published or error", self.relayed.clone());
        vexil.register_collector(Box::new(StoreFailures));
    }

    /// A request was answered.
    pub(crate) fn request(
        &self,
        method: &Method,
        route: Option<MatchedPath>,
        status: StatusCode,
        took: Duration,
    ) {
        let (method, route) = (named(method), Route(route));
        self.durations.get_or_create(&Routed { method, route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answered { method, route, status: status.as_u16() }).inc();
    }

    /// Counts a connection for as long as what is returned lives.
    pub(crate) fn connection(&self) -> Open {
        self.connections.inc();
        Open(self.connections.clone())
    }

    /// Counts a stream likewise, unless there are as many already as there may be.
    pub(crate) fn stream(&self, most: usize) -> Option<Open> {
        let open = Open(self.streams.clone());
        let before = self.streams.inc();
        usize::try_from(before).is_ok_and(|before| before < most).then_some(open)
    }

    /// Streams that are open.
    pub(crate) fn streams(&self) -> i64 {
        self.streams.get()
    }

    /// A stream is handed a message: `put`, `delta`, `refetch` or `heartbeat`.
    pub(crate) fn message(&self, kind: &'static str) {
        self.messages.get_or_create(&Kind { kind }).inc();
    }

    /// A stream is handed a change that was committed, at a moment in milliseconds, since it was opened.
    pub(crate) fn delivered(&self, committed_at: i64) {
        let delay = crate::store::now().saturating_sub(committed_at);
        self.delivery.observe(Duration::from_millis(delay.try_into().unwrap_or(0)).as_secs_f64());
    }

    /// A change was asked for, with this outcome.
    pub(crate) fn change(&self, outcome: &'static str) {
        self.changes.get_or_create(&Outcome { outcome }).inc();
    }

    /// A change was written and then told to this process's streams.
    pub(crate) fn committed(&self, transaction: Duration, broadcast: Duration) {
        self.commits.observe(transaction.as_secs_f64());
        self.broadcasts.observe(broadcast.as_secs_f64());
    }

    /// Takes over what telemetry itself has counted since the start.
    fn take_over(&self, telemetry: &Health) {
        let Health { rejected, dropped, over_budget, over_units, refused, dropped_by_senders, .. } =
            *telemetry;
        for (reason, events) in [
            ("rejected", rejected),
            ("backlog", dropped),
            ("budget", over_budget),
            ("units", over_units),
            ("refused", refused),
            ("sender", dropped_by_senders),
        ] {
            let counter = self.telemetry_dropped.get_or_create(&Reason { reason });
            counter.inner().store(events, Ordering::Relaxed);
        }
    }

    /// Redis was asked for a payload.
    pub(crate) fn payload_cache(&self, outcome: &'static str) {
        self.payload_cache.get_or_create(&Outcome { outcome }).inc();
    }

    /// Redis was told of changes.
    pub(crate) fn relayed(&self, outcome: &'static str, changes: u64) {
        self.relayed.get_or_create(&Outcome { outcome }).inc_by(changes);
    }
}

/// Counts something as open for as long as it lives.
pub(crate) struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Others than those that HTTP names are a caller's invention.
fn named(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The store's failures are counted where they arise, which knows no server.
#[derive(Debug)]
struct StoreFailures;

impl Collector for StoreFailures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let help = "What the database did not do: it was away, or it refused";
        let mut family = encoder.encode_descriptor("store_errors", help, None, MetricType::Counter)?;
        for (kind, count) in failures() {
            let counter = ConstCounter::new(count);
            counter.encode(family.encode_family(&Kind { kind })?)?;
        }
        Ok(())
    }
}

/// The content type of [`scrape`].
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All metrics as text. What only the database knows stays as it was while that is away.
pub(crate) async fn scrape(services: &Services) -> String {
    let metrics = &services.metrics;
    let asked = tokio::time::timeout(STORE_TIMEOUT, services.store.lengths()).await;
    if let Ok(Ok((outbox, audit))) = asked {
        metrics.outbox.set(outbox);
        metrics.audit.set(audit);
    }
    metrics.take_over(&services.telemetry.health());
    let (idle, open) = services.store.connections();
    metrics.store_connections.get_or_create(&Kind { kind: "idle" }).set(idle);
    metrics.store_connections.get_or_create(&Kind { kind: "used" }).set(open.saturating_sub(idle));
    let projects = services.catalog.projects();
    let all = projects.values().flat_map(|project| {
        project.environments.iter().map(move |environment| (&project.key, &environment.row))
    });
    for (project, row) in all.take(ENVIRONMENTS_SHOWN) {
        let place = Place { project: project.to_string(), environment: row.key.to_string() };
        metrics.versions.get_or_create(&place).set(i64::try_from(row.version).unwrap_or(i64::MAX));
    }
    let mut written = String::new();
    if text::encode(&mut written, &metrics.registry).is_err() {
        // Writing into memory does not fail; a metric that cannot be written ends the text.
        let _ = written.write_str("# EOF\n");
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_caller_invents_is_no_label() {
        let metrics = Metrics::default();
        for invented in ["BREW", "PROPFIND", "X"] {
            let method = Method::from_bytes(invented.as_bytes()).unwrap();
            metrics.request(&method, None, StatusCode::NOT_FOUND, Duration::from_millis(3));
        }
        let mut written = String::new();
        text::encode(&mut written, &metrics.registry).unwrap();
        let line = "vexil_http_requests_total{method=\"other\",route=\"none\",status=\"404\"} 3\n";
        assert!(written.contains(line), "{written}");
        let bucket =
            "vexil_http_request_duration_seconds_bucket{le=\"0.0025\",method=\"other\",route=\"none\"} 0\n";
        assert!(written.contains(bucket), "{written}");
    }

    #[test]
    fn what_is_open_is_bounded_and_counted_until_it_ends() {
        let metrics = Metrics::default();
        let one = metrics.stream(1).unwrap();
        assert!(metrics.stream(1).is_none());
        assert_eq!(metrics.streams(), 1);
        drop(one);
        assert!(metrics.stream(1).is_some());
        assert_eq!(metrics.streams(), 0);
    }
}
