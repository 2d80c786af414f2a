//! One flag changes in a large snapshot.

use common::{LARGE, counted, one_by_one};
use vexil_core::{Delta, Environment, Snapshot};

use crate::Outcome;
use crate::definitions;
use crate::report::{Report, Row, Unit};

const TIMES: usize = 500;
/// A flag with five rules, in the middle of the store.
const CHANGED: usize = 5_002;

pub(crate) fn measure(report: &mut Report) -> Outcome {
    let delta = definitions::delta(CHANGED);
    let parsed = one_by_one(TIMES, || (), |()| Delta::parse_json(delta.as_bytes()));
    report.add(Row::new("read from JSON").time(Unit::Microseconds, parsed));
    report.add(apply("apply", &definitions::flags(LARGE), &delta)?);
    let delta = definitions::delta_with_segment(CHANGED);
    report.add(apply(
        "apply, where 3,333 flags share a segment",
        &definitions::flags_with_segment(LARGE),
        &delta,
    )?);
    Ok(())
}

fn apply(what: &str, definitions: &str, delta: &str) -> Result<Row, Box<dyn std::error::Error>> {
    let held = Snapshot::load_json(definitions.as_bytes(), Environment::Document)?;
    let delta = || Delta::parse_json(delta.as_bytes());
    let first = delta()?;
    let (next, allocations) = counted(|| held.apply(first));
    if next?.version() != 2 {
        return Err("the delta does not make version 2".into());
    }
    let applied = one_by_one(TIMES, delta, |delta| delta.map(|delta| held.apply(delta)));
    // Of what is live a little was there before: the delta was read outside of the count, and is consumed within.
    Ok(Row::new(what)
        .time(Unit::Microseconds, applied)
        .with("allocations", allocations.calls as f64)
        .with("heap_mb", allocations.live as f64 / 1e6))
}
