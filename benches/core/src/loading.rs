//! From text to a snapshot, and stage by stage.

use common::{LARGE, counted, one_by_one};
use vexil_core::definition::{self, Mode};
use vexil_core::{Arena, Environment, Node, Problem, Snapshot};

use crate::Outcome;
use crate::definitions;
use crate::report::{Report, Row, Unit};

const LOADS: usize = 15;

pub(crate) fn measure(report: &mut Report) -> Outcome {
    let text = definitions::flags(LARGE);
    report.add(whole("all", text.as_bytes(), LOADS)?);

    // What one stage needs of the one before is made outside of its time. That it can be made, the whole has shown.
    let arena = Arena::new();
    let read = |document: Node<'_>| definition::read(&[document], Mode::Loading);
    let parsed = one_by_one(LOADS, Arena::new, |arena| {
        Node::parse_json(text.as_bytes(), &arena).map(drop).map(|()| arena)
    });
    report.add(Row::new("parse").time(Unit::Milliseconds, parsed));
    let document = Node::parse_json(text.as_bytes(), &arena)?;
    let read_in = one_by_one(LOADS, || (), |()| read(document));
    report.add(Row::new("read").time(Unit::Milliseconds, read_in));
    let compiled =
        one_by_one(LOADS, || read(document), |reading| Snapshot::compile(reading, Environment::Document));
    report.add(Row::new("compile").time(Unit::Milliseconds, compiled));
    Ok(())
}

/// The whole way, with the heap that the snapshot holds.
pub(crate) fn whole(what: &str, text: &[u8], times: usize) -> Result<Row, Problem> {
    let load = || Snapshot::load_json(text, Environment::Document);
    let (snapshot, allocations) = counted(load);
    drop(snapshot?);
    Ok(Row::new(what)
        .time(Unit::Milliseconds, one_by_one(times, || (), |()| load()))
        .with("heap_mb", allocations.live as f64 / 1e6)
        .with("json_mb", text.len() as f64 / 1e6))
}
