//! What streams weigh on which nothing happens.

use std::fs::read_to_string;
use std::thread::sleep;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use crate::admin::Switch;
use crate::listeners::Listeners;
use crate::{Target, changes_runtime, clients_runtime};

/// Before each weighing: what a request left behind is given back, and a heartbeat has been sent
/// where they are frequent.
const SETTLE: Duration = Duration::from_secs(5);

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,
    /// Streams that are held open
    #[arg(long)]
    streams: usize,
    /// The server's process
    #[arg(long)]
    pid: u32,
}

pub(crate) fn measure(arguments: &Arguments) -> Result<Value, String> {
    let Arguments { target, streams, pid } = arguments;
    let (clients_runtime, changes_runtime) = (clients_runtime()?, changes_runtime()?);

    let mut switch = changes_runtime.block_on(Switch::new(target))?;
    let start = changes_runtime.block_on(switch.change())?.version;
    sleep(SETTLE);
    let before = resident_mb(*pid)?;

    let mut listeners = Listeners::connect(&clients_runtime, target, *streams, start)?;
    sleep(SETTLE);
    let with = resident_mb(*pid)?;

    // Streams that are dead weigh nothing: all of these must still deliver.
    let (change, arrivals) = changes_runtime.block_on(async {
        let change = switch.change().await?;
        let arrivals = listeners.have(change.version).await?;
        Ok::<_, String>((change, arrivals))
    })?;
    let last = arrivals.iter().map(|at| at.saturating_duration_since(change.answered)).max();
    clients_runtime.shutdown_background();

    Ok(json!({
        "streams": streams,
        "rss_before_mb": before,
        "rss_with_mb": with,
        "change_to_all_ms": last.unwrap_or_default().as_secs_f64() * 1e3,
    }))
}

/// Resident memory of a process.
fn resident_mb(pid: u32) -> Result<f64, String> {
    let path = format!("/proc/{pid}/status");
    let status = read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let kb = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
    let kb: f64 = kb.and_then(|kb| kb.parse().ok()).ok_or_else(|| format!("{path}: no VmRSS"))?;
    Ok(kb / 1024.0)
}
