//! Who gets something else from one snapshot than from another.

use std::io::{self, Write};

use vexil_core::{Request, Snapshot, Value};

use super::cases::{self, Case, Decision};
use super::{USERS, seed_users};
use crate::output::{Output, table};

/// Which of the demo's decisions are others now.
pub(super) fn write(output: &mut Output, old: &Snapshot, new: &Snapshot) -> io::Result<()> {
    let row = |case: Case| {
        let (was, is) = (case.decide(old), case.decide(new));
        let whole = |decision: &Decision| (decision.value.clone(), decision.reason.clone());
        (whole(&was) != whole(&is) || was.variation != is.variation)
            .then(|| [case.who.to_owned(), entry(&case), brief(&was), "->".to_owned(), brief(&is)])
    };
    let rows: Vec<_> = cases::all().filter_map(row).collect();
    if rows.is_empty() {
        writeln!(output, "  none of the decisions above changes")?;
    } else {
        table::write(output, ["who asks", "entry", "was", "", "is"], &rows)?;
    }
    match moved(old, new) {
        0 => Ok(()),
        moved => writeln!(output, "\n  {moved} of {USERS} users in production get another value"),
    }
}

fn entry(case: &Case) -> String {
    match case.when {
        cases::When::Now => case.key.to_owned(),
        cases::When::Before => format!("{} before it expired", case.key),
    }
}

fn brief(Decision { value, reason, by, .. }: &Decision) -> String {
    if by.is_empty() { format!("{value} {reason}") } else { format!("{value} {reason} ({by})") }
}

/// How many of the synthetic users get another value of the seed's flag.
fn moved(old: &Snapshot, new: &Snapshot) -> usize {
    let context = cases::in_production();
    let values = |snapshot: &Snapshot| -> Vec<Option<Value>> {
        let users = seed_users(snapshot, &context);
        let value =
            |context| snapshot.evaluate(users.key, &Request::new(&context, users.now)).value().cloned();
        users.contexts(USERS).map(value).collect()
    };
    values(old).iter().zip(values(new)).filter(|(old, new)| *old != new).count()
}
