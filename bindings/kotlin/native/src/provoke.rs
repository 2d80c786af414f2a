//! Functions that fail on purpose, for the tests of what happens then. They are in no library that is shipped.

#![expect(clippy::panic, reason = "to panic is what it is for")]

use jni_sys::{jbyteArray, jclass, jint};
use vexil_ffi::Code;
use vexil_ffi::c::vexil_provoke_panic_in_next;
use vexil_ffi::fault::Fault;

use crate::jvm::Jvm;

/// Fails with this code, or with `INTERNAL` where there is no such code.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Provoke_error(jvm: Jvm, _: jclass, code: jint) -> jbyteArray {
    jvm.answer(|_| {
        let code = Code::from_number(code).unwrap_or(Code::Internal);
        Err(Fault::new(code, "it fails because it was asked to"))
    })
}

/// Panics where an answer is made.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Provoke_panic(jvm: Jvm, _: jclass) -> jbyteArray {
    jvm.answer(|_| panic!("it panics because it was asked to"))
}

/// Has the next call on this thread panic, whichever it is.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Provoke_panicInNext(_: Jvm, _: jclass) {
    vexil_provoke_panic_in_next();
}

/// Answers with text that is no UTF-8.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Provoke_badText(jvm: Jvm, _: jclass) -> jbyteArray {
    jvm.answer(|answer| {
        answer.extend([0, 0, 0, 2, 0xc3, 0x28]);
        Ok(())
    })
}
