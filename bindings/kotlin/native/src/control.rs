//! What the face by uniffi says in JSON, which has no reader in Kotlin: the core's own turns it into trees and back.

use jni_sys::{jbyteArray, jclass};
use vexil_core::{Arena, Node, Value};
use vexil_ffi::Code;
use vexil_ffi::fault::Fault;

use crate::jvm::{Jvm, text};
use crate::tree;

/// JSON as a tree.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_treeOfJson(
    jvm: Jvm,
    _: jclass,
    json: jbyteArray,
) -> jbyteArray {
    jvm.answer(|answer| write_json(text(&jvm.bytes(json)?)?, answer))
}

/// A tree as JSON.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_jsonOfTree(
    jvm: Jvm,
    _: jclass,
    bytes: jbyteArray,
) -> jbyteArray {
    jvm.answer(|answer| {
        let bytes = jvm.bytes(bytes)?;
        let arena = Arena::new();
        answer.extend(tree::read(&bytes, &arena)?.to_value().to_string().as_bytes());
        Ok(())
    })
}

pub(crate) fn write_json(json: &str, into: &mut Vec<u8>) -> Result<(), Fault> {
    let arena = Arena::new();
    let node = Node::parse_json(json.as_bytes(), &arena);
    let value: Value =
        node.map_err(|problem| Fault::new(Code::InvalidValue, problem.to_string()))?.to_value();
    tree::write(&value, into);
    Ok(())
}
