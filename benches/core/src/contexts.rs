//! The context of W2: built by a host, and read from JSON.

use std::hint::black_box;

use common::{Peer, Subject, USERS, cost};
use peer_vexil::Details;
use vexil_core::Context;

use crate::Outcome;
use crate::report::{Report, Row, Unit};

const JSON: &str = concat!(
    r#"{"user":{"id":"user-7"},"country":"DE","email":"jane@example.org","age":42,"#,
    r#""version":"2.3.1"}"#
);

pub(crate) fn measure(report: &mut Report) -> Outcome {
    let built = cost(USERS, |_| Details::context(&Subject::with_version(black_box("2.3.1"))));
    report.add(Row::of_cost("built", Unit::Nanoseconds, &built));
    Context::parse_json(JSON.as_bytes())?;
    let parsed = cost(USERS, |_| Context::parse_json(black_box(JSON.as_bytes())));
    report.add(Row::of_cost("from JSON", Unit::Nanoseconds, &parsed));
    Ok(())
}
