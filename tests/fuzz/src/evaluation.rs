//! A generated document and request, changed by the rest of the bytes: the engine against the reference.

use serde_json::Value;
use vexil_core::{Arena, Node};
use vexil_reference::{Request, generate};

use crate::mutation::{Bytes, change};

pub fn check(data: &[u8]) {
    let mut bytes = Bytes(data);
    let document_seed = bytes.number() << 16 | bytes.number();
    let request_seed = bytes.number();
    let mut document = generate::document(document_seed as u64);
    let mut request = generate::request(request_seed as u64, &document);
    while !bytes.is_empty() {
        match bytes.byte() % 4 {
            0 => change(&mut request.context, &mut bytes),
            1 => change_overrides(&mut request, &mut bytes),
            _ => change(&mut document, &mut bytes),
        }
    }
    let text = document.to_string();
    let arena = Arena::new();
    let Ok(node) = Node::parse_json(text.as_bytes(), &arena) else { return };
    if crate::is_for_the_reference(&node) {
        crate::must_agree(&text, &document, &request);
    }
}

fn change_overrides(request: &mut Request, bytes: &mut Bytes<'_>) {
    let overrides = match bytes.byte() % 2 {
        0 => &mut request.overrides,
        _ => &mut request.request_overrides,
    };
    let mut tree = Value::Object(std::mem::take(overrides));
    change(&mut tree, bytes);
    if let Value::Object(members) = tree {
        *overrides = members;
    }
}
