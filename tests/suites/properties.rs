//! The engine against the reference interpreter, on generated definitions and contexts.

use vexil_core::Snapshot;
use vexil_reference as reference;

use crate::agreement::{by_the_engine, by_the_reference, environment, keys};

/// How many evaluations are compared; `VEXIL_CASES` asks for more.
const CASES: usize = 100_000;
/// The first seed; `VEXIL_SEED` asks for other documents.
const SEED: u64 = 0;

#[test]
fn the_engine_agrees_with_the_reference() {
    let wanted = parameter("VEXIL_CASES", CASES);
    let mut seed = parameter("VEXIL_SEED", SEED);
    let mut cases = 0;
    while cases < wanted {
        let document = reference::generate::document(seed);
        let request = reference::generate::request(seed, &document);
        let snapshot = Snapshot::load_json(document.to_string().as_bytes(), environment(&request)).unwrap();
        for key in keys(&document).into_iter().chain(["no-such-key".to_owned()]) {
            let request = reference::Request { key, ..request.clone() };
            let (got, want) = (by_the_engine(&snapshot, &request), by_the_reference(&document, &request));
            assert_eq!(
                got, want,
                "seed {seed}, key {}: the engine (left) differs from the reference (right)\nrequest: {request:?}\ndocument: {document}",
                request.key
            );
            cases += 1;
        }
        seed += 1;
    }
}

fn parameter<T: std::str::FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
