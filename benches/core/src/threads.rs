//! Two threads against one, on one snapshot.

use common::{Peer, SMALL, Throughput, threaded};

use crate::Outcome;
use crate::evaluation::details;
use crate::report::{Report, Row};

pub(crate) fn measure(report: &mut Report) -> Outcome {
    compare(&details(SMALL)?, "", report);
    Ok(())
}

/// One thread and two, on one peer.
pub(crate) fn compare(peer: &impl Peer, suffix: &str, report: &mut Report) {
    let [one, two] = [1, 2].map(|threads| {
        let mut figures = Vec::new();
        threaded(peer, threads, |what, throughput| figures.push((what, throughput)));
        figures
    });
    for ((what, one), (_, two)) in one.iter().zip(&two) {
        report.add(row(&format!("{what}{suffix}"), one, two));
    }
}

fn row(what: &str, one: &Throughput, two: &Throughput) -> Row {
    Row::new(what)
        .with("mops_one", one.per_second / 1e6)
        .with("mops_two", two.per_second / 1e6)
        .with("ratio", two.per_second / one.per_second)
        .with("cpu_share_one", one.cpu_share)
        .with("cpu_share_two", two.cpu_share)
}
