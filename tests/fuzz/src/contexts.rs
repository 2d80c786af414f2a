//! Any bytes as a context: either an error, or a context that means to a rich bundle what it means to the reference.

use std::sync::LazyLock;

use serde_json::Value;
use vexil_core::{Arena, Context, Node, Snapshot};
use vexil_reference as reference;

use crate::agreement;

/// Every operator, scope, unit and gate, over a few attributes that a mutation can hit upon.
const BUNDLE: &str = include_str!("bundle.json");

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(BUNDLE).unwrap());
static SNAPSHOT: LazyLock<Snapshot> =
    LazyLock::new(|| Snapshot::load_json(BUNDLE.as_bytes(), vexil_core::Environment::Document).unwrap());

pub fn check(text: &[u8]) {
    let Ok(context) = Context::parse_json(text) else { return };
    drop(context);
    assert!(
        Node::parse_json(text, &Arena::new()).is_ok(),
        "a context is JSON of the strictness of definitions"
    );
    // Only what is too deep or too wide for `serde_json` is refused here and not there.
    let Ok(context) = serde_json::from_slice::<Value>(text) else { return };
    let request =
        reference::Request { context, now_nanos: 1_767_225_600_000_000_000, ..reference::Request::default() };
    for key in agreement::keys(&DOCUMENT) {
        let request = reference::Request { key, ..request.clone() };
        let engine = agreement::by_the_engine(&SNAPSHOT, &request);
        let reference = agreement::by_the_reference(&DOCUMENT, &request);
        assert_eq!(
            engine, reference,
            "{}: the engine (left) differs from the reference (right)",
            request.key
        );
    }
}
