//! What each fuzz target checks. The targets themselves only hand bytes over, so that an example can do so too.

#[path = "../../suites/agreement.rs"]
mod agreement;
pub mod contexts;
pub mod definitions;
pub mod evaluation;
mod mutation;
pub mod values;

use serde_json::Value;
use vexil_core::definition::{self, Mode};
use vexil_core::problem::OnLoad;
use vexil_core::{Code, Node};
use vexil_reference as reference;

/// Whether the reference may be asked: it presupposes a document that is valid, but for what a process passes over.
fn is_for_the_reference(document: &Node<'_>) -> bool {
    let reading = definition::read(std::slice::from_ref(document), Mode::Authoring);
    reading.problems.iter().all(|found| match found.problem.code {
        Code::Cycle | Code::DuplicateKey => true,
        code => matches!(code.on_load(), OnLoad::Clause | OnLoad::Ignored),
    })
}

/// Every key of the document, asked of the engine and of the reference.
fn must_agree(text: &str, document: &Value, request: &reference::Request) {
    let environment = agreement::environment(request);
    let Ok(snapshot) = vexil_core::Snapshot::load_json(text.as_bytes(), environment) else { return };
    for key in agreement::keys(document) {
        let request = reference::Request { key, ..request.clone() };
        let engine = agreement::by_the_engine(&snapshot, &request);
        let reference = agreement::by_the_reference(document, &request);
        assert_eq!(
            engine, reference,
            "the engine (left) differs from the reference (right)\nrequest: {request:?}\ndocument: {text}"
        );
    }
}
