//! A flag with very many ids in a scope.

use common::{USERS, cost};
use peer_vexil::NOW;
use vexil_core::{Context, Environment, Reason, Request, Snapshot};

use crate::Outcome;
use crate::definitions;
use crate::loading;
use crate::report::{Report, Row, Unit};

const TENANTS: usize = 100_000;
const LOADS: usize = 7;

pub(crate) fn measure(report: &mut Report) -> Outcome {
    let text = definitions::flag_with_tenants(TENANTS);
    report.add(loading::whole("load", text.as_bytes(), LOADS)?);

    let snapshot = Snapshot::load_json(text.as_bytes(), Environment::Document)?;
    // Listed tenants far apart, none twice: the stride and their number have no common divisor.
    let listed = |turn| turn * 61_549 % TENANTS;
    report.add(ask("evaluate, a tenant that is listed", &snapshot, Reason::Targeting, listed)?);
    report.add(ask("evaluate, another tenant", &snapshot, Reason::Default, |turn| TENANTS + turn)?);
    Ok(())
}

/// What it costs to ask for `USERS` tenants in turn.
fn ask(what: &str, snapshot: &Snapshot, reason: Reason, nth: impl Fn(usize) -> usize) -> Result<Row, String> {
    let tenant = |turn| Context::new().with("tenant.id", format!("tenant-{}", nth(turn)));
    let contexts: Vec<Context> = (0..USERS).map(tenant).collect();
    let decide = |context| snapshot.evaluate("tenant_flag", &Request::new(context, NOW)).reason();
    if !contexts.iter().all(|context| decide(context) == reason) {
        return Err(format!("{what}: expected {}", reason.as_str()));
    }
    let cost = cost(USERS, |turn| contexts.get(turn).map(decide));
    Ok(Row::of_cost(what, Unit::Nanoseconds, &cost))
}
