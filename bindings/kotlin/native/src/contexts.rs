//! Contexts: made once, read as often as one likes, by any thread.

use jni_sys::{jbyteArray, jclass, jlong};
use vexil_core::{Arena, Context};
use vexil_ffi::Code;
use vexil_ffi::contexts;
use vexil_ffi::fault::Fault;
use vexil_ffi::guard::guarded;

use crate::jvm::Jvm;
use crate::tree;

/// Makes a context of a tree; the answer is its handle.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_contextMake(
    jvm: Jvm,
    _: jclass,
    bytes: jbyteArray,
) -> jbyteArray {
    jvm.answer(|answer| {
        let context = of(&jvm.bytes(bytes)?)?;
        answer.extend(contexts::insert(context)?.to_be_bytes());
        Ok(())
    })
}

/// The context of a tree.
pub(crate) fn of(bytes: &[u8]) -> Result<Context, Fault> {
    let arena = Arena::new();
    let invalid = |message: String| Fault::new(Code::InvalidContext, message);
    let tree = tree::read(bytes, &arena).map_err(|fault| invalid(fault.message().to_owned()))?;
    Context::from_node(&tree).map_err(|problem| invalid(problem.to_string()))
}

/// Frees a context. Reads that are under way on other threads end as they would have.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_contextFree(_: Jvm, _: jclass, context: jlong) {
    guarded(|| contexts::remove(context.cast_unsigned()));
}
