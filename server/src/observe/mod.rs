//! What operators see: metrics for Prometheus, structured logs, and traces for OpenTelemetry.

mod logs;
mod metrics;
mod record;

pub use logs::{ObserveError, Observer, start, subscriber};
pub use metrics::Metrics;
pub(crate) use metrics::{CONTENT_TYPE, Open, scrape};
pub(crate) use record::audited;
