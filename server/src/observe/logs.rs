//! Logs to standard error, and traces to OpenTelemetry where its environment variables ask for them.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{KeyValue, global};
use opentelemetry_otlp::WithTonicConfig as _;
use opentelemetry_otlp::tonic_types::transport::ClientTlsConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use thiserror::Error;
use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::settings::Settings;

/// Where traces are sent to, as the OpenTelemetry specification names it: they alone, or all that is sent.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
/// How long the end of the process waits for traces to be sent.
const FLUSH: Duration = Duration::from_secs(5);
/// Traces have requests and what happens in them; what libraries say at length would drown them.
const TRACED: &str = "vexil_server=debug,vexil=info";

/// Why logs and traces cannot be had as asked for.
#[derive(Debug, Error)]
pub enum ObserveError {
    /// The filter cannot be read.
    #[error("the log filter `{filter}` cannot be read: {why}")]
    Filter {
        /// As it was given.
        filter: String,
        /// What is wrong.
        why: String,
    },
    /// Traces cannot be sent.
    #[error("traces cannot be sent: {0}")]
    Traces(#[from] opentelemetry_otlp::ExporterBuildError),
    /// Something else in this process logs already.
    #[error("logs go elsewhere already")]
    Taken,
}

/// Sends traces until it is finished.
#[derive(Debug)]
pub struct Observer {
    traces: Option<SdkTracerProvider>,
}

impl Observer {
    /// Sends what is left of traces; to be called before the process ends, where waiting is allowed.
    pub fn finish(self) {
        if let Some(traces) = self.traces
            && let Err(error) = traces.shutdown_with_timeout(FLUSH)
        {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// Sets up the process's logs and traces, once, within the runtime.
///
/// # Errors
///
/// The filter or an endpoint cannot be read, or logs were set up before.
pub fn start(settings: &Settings) -> Result<Observer, ObserveError> {
    let traces = traces()?;
    let tracer = traces.as_ref().map(|traces| {
        tracing_opentelemetry::layer()
            .with_tracer(traces.tracer("vexil"))
            .with_location(false)
            .with_threads(false)
            .with_filter(EnvFilter::new(TRACED))
    });
    subscriber(settings, io::stderr, io::stderr().is_terminal())?
        .with(tracer)
        .try_init()
        .map_err(|_| ObserveError::Taken)?;
    Ok(Observer { traces })
}

/// What writes logs as the settings say: text for people, or one JSON object a line.
///
/// # Errors
///
/// The filter cannot be read.
pub fn subscriber<W>(
    settings: &Settings,
    writer: W,
    colours: bool,
) -> Result<impl Subscriber + Send + Sync + for<'a> tracing_subscriber::registry::LookupSpan<'a>, ObserveError>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| ObserveError::Filter { filter: settings.log.clone(), why: error.to_string() })?;
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(colours);
    let lines = if settings.log_json { lines.json().boxed() } else { lines.boxed() };
    Ok(tracing_subscriber::registry().with(lines.with_filter(filter)))
}

/// OTLP over gRPC, with the endpoint, headers, timeout, sampler and batches that the variables of OpenTelemetry say.
fn traces() -> Result<Option<SdkTracerProvider>, ObserveError> {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let mut endpoints = ENDPOINTS.iter().filter_map(|name| std::env::var(name).ok());
    let Some(endpoint) = endpoints.find(|endpoint| !endpoint.is_empty()) else { return Ok(None) };
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic();
    let is_encrypted = endpoint.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"));
    let exporter = if is_encrypted {
        // Whom the operating system trusts, and else nobody.
        exporter.with_tls_config(ClientTlsConfig::new().with_enabled_roots())
    } else {
        exporter
    };
    let exporter = exporter.build()?;
    // `OTEL_SERVICE_NAME` wins.
    let named = std::env::var("OTEL_SERVICE_NAME").unwrap_or_else(|_| "vexil".to_owned());
    let resource = Resource::builder()
        .with_service_name(named)
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(Some(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
}
