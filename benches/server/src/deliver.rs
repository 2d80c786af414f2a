//! From an accepted change to its event in every client.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::admin::Switch;
use crate::listeners::Listeners;
use crate::{Target, changes_runtime, clients_runtime};

/// Changes before the first that counts: connections, caches and the database's files are warm.
const WARM_UP: usize = 5;
/// From the last arrival to the next change, so that no client is still at work.
const PAUSE: Duration = Duration::from_millis(20);

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,
    /// Clients that listen
    #[arg(long)]
    clients: usize,
    /// Changes, one after the other
    #[arg(long)]
    changes: usize,
}

pub(crate) fn measure(arguments: &Arguments) -> Result<Value, String> {
    let Arguments { target, clients, changes } = arguments;
    let (clients_runtime, changes_runtime) = (clients_runtime()?, changes_runtime()?);
    let mut since_sent = Vec::with_capacity(clients * changes);
    let mut since_answered = Vec::with_capacity(clients * changes);

    let mut switch = changes_runtime.block_on(Switch::new(target))?;
    let start = changes_runtime.block_on(switch.change())?.version;
    let mut listeners = Listeners::connect(&clients_runtime, target, *clients, start)?;
    changes_runtime.block_on(async {
        for number in 0..WARM_UP + changes {
            let change = switch.change().await?;
            let arrivals = listeners.have(change.version).await?;
            if number >= WARM_UP {
                // An event may overtake the answer: then it took no time at all from there.
                let since = |start| arrivals.iter().map(move |at| at.saturating_duration_since(start));
                since_sent.extend(since(change.sent));
                since_answered.extend(since(change.answered));
            }
            sleep(PAUSE).await;
        }
        Ok::<(), String>(())
    })?;
    clients_runtime.shutdown_background();

    let [sent_p50, sent_p99, sent_max] = percentiles(since_sent);
    let [answered_p50, answered_p99, answered_max] = percentiles(since_answered);
    Ok(json!({
        "clients": clients,
        "changes": changes,
        "sent_p50_ms": sent_p50,
        "sent_p99_ms": sent_p99,
        "sent_max_ms": sent_max,
        "answered_p50_ms": answered_p50,
        "answered_p99_ms": answered_p99,
        "answered_max_ms": answered_max,
    }))
}

/// The median, the 99th percentile and the most, by nearest rank, in milliseconds.
fn percentiles(mut times: Vec<Duration>) -> [f64; 3] {
    times.sort_unstable();
    [50, 99, 100].map(|percent| {
        let rank = (times.len() * percent).div_ceil(100);
        let time = times.get(rank.saturating_sub(1)).copied().unwrap_or_default();
        time.as_secs_f64() * 1e3
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let times = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(percentiles(times), [100.0, 198.0, 200.0]);
        assert_eq!(percentiles(vec![Duration::from_millis(3)]), [3.0; 3]);
    }
}
