//! The workloads of the peers on a snapshot that is held, with all details and by the typed getters.

use common::{Cost, LARGE, Peer, RULES, SMALL, Subject, USERS, cost};
use peer_vexil::{Details, NOW, Typed};
use vexil_core::{Environment, Request, Snapshot};

use crate::Outcome;
use crate::definitions;
use crate::report::{Report, Row, Unit};

pub(crate) fn repeated(report: &mut Report) -> Outcome {
    let details = details(SMALL)?;
    common::repeated(&details, add_to(report, ""));
    common::repeated(&Typed(details), add_to(report, ", typed"));
    Ok(())
}

pub(crate) fn scattered(report: &mut Report) -> Outcome {
    let details = details(LARGE)?;
    common::scattered(&details, add_to(report, ""));
    common::scattered(&Typed(details), add_to(report, ", typed"));
    Ok(())
}

pub(crate) fn add_to(report: &mut Report, suffix: &str) -> impl FnMut(&'static str, Cost) {
    move |what, cost| report.add(Row::of_cost(format!("{what}{suffix}"), Unit::Nanoseconds, &cost))
}

pub(crate) fn explained(report: &mut Report) -> Outcome {
    let Details(snapshot) = details(SMALL)?;
    let context = Details::context(&Subject::with_version("2.3.1"));
    let request = Request::new(&context, NOW);
    let steps = cost(USERS, |_| snapshot.explain(RULES, None, &request));
    report.add(Row::of_cost("steps", Unit::Microseconds, &steps));
    let text = cost(USERS, |_| snapshot.explain(RULES, None, &request).1.to_string());
    report.add(Row::of_cost("steps, then as text", Unit::Microseconds, &text));
    Ok(())
}

/// The store that the peers have.
pub(crate) fn details(flags: usize) -> Result<Details, vexil_core::Problem> {
    Snapshot::load_json(definitions::flags(flags).as_bytes(), Environment::Document).map(Details)
}
