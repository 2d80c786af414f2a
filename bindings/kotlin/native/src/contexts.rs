//! Contexts: trees of Kotlin's, which are asked with as they are, or laid flat and given a handle.

use jni_sys::{jbyteArray, jclass, jlong};
use vexil_core::{Arena, Context, limits};
use vexil_ffi::Code;
use vexil_ffi::contexts;
use vexil_ffi::fault::Fault;
use vexil_ffi::guard::guarded;

use crate::jvm::{FEW, Jvm};
use crate::tree;

/// Bytes of a tree that is within all limits of contexts, unless it is nested deep: Kotlin sees to that.
const SMALL: u32 = 4 << 10;

/// Bytes of a tree that is read in place: whatever is asked of it runs along its members. To lay a larger one flat for a
/// read takes less time than a few rules in place may.
const IN_PLACE_BYTES: u32 = FEW as u32;

// A member takes five bytes at least, an item one.
const _: () = assert!(
    SMALL as usize / 5 < limits::CONTEXT_ATTRIBUTES
        && (SMALL as usize) < limits::CONTEXT_ITEMS
        && (SMALL as usize) < limits::CONTEXT_STRING_BYTES
);

/// A context as reads are handed it, beside its tree.
pub(crate) enum Given {
    /// It lies flat.
    Handle(u64),
    /// It is asked with in place, and its tree has as many bytes.
    Small(usize),
    /// It is laid flat for this one read.
    Large,
}

impl Given {
    /// In the place of a handle, of which none is as large.
    const IN_PLACE: u64 = 0x8000_0001 << 32;
    const ONCE: u64 = 0x8000_0000 << 32;

    #[inline]
    pub(crate) fn of(context: jlong) -> Given {
        let context = context.cast_unsigned();
        match context.wrapping_sub(Given::IN_PLACE) {
            _ if context == Given::ONCE => Given::Large,
            length @ 0..=0xffff_ffff if length as u32 <= IN_PLACE_BYTES => Given::Small(length as usize),
            length @ 0..=0xffff_ffff if length as u32 <= SMALL => Given::Large,
            _ => Given::Handle(context),
        }
    }
}

/// A context to keep, of a handle or a tree.
pub(crate) fn kept(jvm: Jvm, context: jlong, tree: jbyteArray) -> Result<Context, Fault> {
    match Given::of(context) {
        Given::Handle(context) => contexts::with(context, Context::clone),
        Given::Small(_) | Given::Large => of(&jvm.bytes(tree)?),
    }
}

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

/// Frees a context, by which nobody reads any more: its owner is gone, or it was given to none.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_contextFree(_: Jvm, _: jclass, context: jlong) {
    guarded(|| contexts::remove(context.cast_unsigned()));
}
