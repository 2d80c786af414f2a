//! The engine against the reference interpreter, on generated definitions and contexts.

use vexil_core::Snapshot;
use vexil_reference as reference;

use crate::agreement::{by_the_engine, by_the_reference, environment, keys};
use crate::corpus::{Evaluations, files};

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

/// What a generated document cannot say, as it is printed from a tree.
#[test]
fn the_engine_agrees_with_the_reference_on_the_spelling_of_numbers() {
    let files = files::<Evaluations>();
    let file = files.iter().find(|file| file.path == "evaluation/negative-zero.json").unwrap();
    let text = file.content.definitions();
    let document = reference::read(&text).unwrap();
    let snapshot = Snapshot::load_json(text.as_bytes(), vexil_core::Environment::Document).unwrap();
    for case in &file.content.cases {
        let context = reference::read(case.context_text.as_deref().unwrap_or("{}")).unwrap();
        for asked in [None, Some(reference::Asked::Integer), Some(reference::Asked::Float)] {
            let key = case.key.clone();
            let request = reference::Request { key, context: context.clone(), asked, ..Default::default() };
            let (got, want) = (by_the_engine(&snapshot, &request), by_the_reference(&document, &request));
            assert_eq!(got, want, "{}: {asked:?}", case.name);
        }
    }
}

fn parameter<T: std::str::FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
