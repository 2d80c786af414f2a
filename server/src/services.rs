//! What the server has, for all that answer and all that work behind them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::watch;

use crate::access::ticket::Tickets;
use crate::api::Limits;
use crate::catalog::Catalog;
use crate::delivery::Hub;
use crate::directory::Directory;
use crate::gate::Gate;
use crate::observe::Metrics;
use crate::relay::Relay;
use crate::settings::Settings;
use crate::store::Store;
use crate::telemetry::Telemetry;
use crate::turns::Turns;

/// The project that is there from the beginning.
pub(crate) const DEFAULT_PROJECT: &str = "default";

/// All that requests are answered with.
pub(crate) struct Services {
    pub(crate) settings: Settings,
    pub(crate) store: Arc<Store>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) limits: Limits,
    pub(crate) relay: Relay,
    pub(crate) metrics: Arc<Metrics>,
    /// Whether nobody should come here any more, for the server is about to stop.
    pub(crate) leaving: AtomicBool,
    pub(crate) telemetry: Telemetry,
    pub(crate) tickets: Tickets,
    /// Of what keeps a processor busy.
    pub(crate) turns: Turns,
    /// Says that the server stops.
    pub(crate) stopping: watch::Receiver<bool>,
}
