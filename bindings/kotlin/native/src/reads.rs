//! Reads: what every request does. Each is handed the client, the key, the context and its owner, the tree. Where there is
//! no value, the caller's own is handed back.

use jni_sys::{JNI_TRUE, jboolean, jbyteArray, jclass, jdouble, jint, jlong, jobject, jstring};
use vexil_client::{AsKey, Asked, Context, Outcome, ThreadClient, Value};
use vexil_ffi::Code;
use vexil_ffi::fault::Fault;
use vexil_ffi::guard::{evaluating, guarded};
use vexil_ffi::reading::{with_client, with_owned_context};

use crate::asker::InPlace;
use crate::contexts::{self, Given};
use crate::jvm::Jvm;
use crate::packed::{self, asked_of};
use crate::{keys, texts, tree};

/// Calls with a client and whoever asks, for as long as a read lasts: the same for each kind of them.
macro_rules! reading {
    ($jvm:expr, $client:expr, $context:expr, $owner:expr, |$reader:ident, $asker:ident| $read:expr) => {
        match Given::of($context) {
            Given::Handle(context) => {
                owned($client.cast_unsigned(), context, $owner, |$reader, $asker| $read)
            }
            Given::Small(length) => $jvm.with_bytes($owner, length, |tree| {
                let $asker = &InPlace::new(tree);
                let answer = with_client($client.cast_unsigned(), |$reader| $read)?;
                $asker.check()?;
                Ok(answer)
            }),
            Given::Large => $jvm.bytes($owner).and_then(|tree| contexts::of(&tree)).and_then(|context| {
                let $asker = &context;
                with_client($client.cast_unsigned(), |$reader| $read)
            }),
        }
    };
}

/// Calls with a client and a context that lies flat.
#[inline(always)]
fn owned<R>(
    client: u64,
    context: u64,
    _owner: jobject,
    read: impl FnOnce(ThreadClient<'_>, &Context) -> R,
) -> Result<R, Fault> {
    // SAFETY: Kotlin frees a context when nobody can reach its owner any more, which this call is handed, or before it has
    // shown its number to anybody.
    unsafe { with_owned_context(client, context, read) }
}

/// A value, or the caller's own.
macro_rules! read {
    ($jvm:expr, $client:expr, ($number:expr, $key:ident), $context:expr, $owner:expr, $default:expr,
     |$reader:ident, $asker:ident| $read:expr) => {{
        let mut value = $default;
        evaluating(|| {
            let mut unknown = None;
            let $key = keys::key($jvm, $number, $key, &mut unknown)?;
            value = reading!($jvm, $client, $context, $owner, |$reader, $asker| $read)?;
            Ok(Code::Ok)
        });
        value
    }};
}

#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_getBoolean(
    jvm: Jvm,
    _: jclass,
    client: jlong,
    number: jint,
    key: jbyteArray,
    context: jlong,
    owner: jobject,
    default: jboolean,
) -> jboolean {
    let default = default == JNI_TRUE;
    let value = read!(jvm, client, (number, key), context, owner, default, |reader, asker| {
        reader.value(key, Asked::Boolean, asker, |value| value.and_then(Value::as_bool).unwrap_or(default))
    });
    jboolean::from(value)
}

#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_getLong(
    jvm: Jvm,
    _: jclass,
    client: jlong,
    number: jint,
    key: jbyteArray,
    context: jlong,
    owner: jobject,
    default: jlong,
) -> jlong {
    read!(jvm, client, (number, key), context, owner, default, |reader, asker| {
        reader.value(key, Asked::Integer, asker, |value| value.and_then(Value::as_int).unwrap_or(default))
    })
}

#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_getDouble(
    jvm: Jvm,
    _: jclass,
    client: jlong,
    number: jint,
    key: jbyteArray,
    context: jlong,
    owner: jobject,
    default: jdouble,
) -> jdouble {
    read!(jvm, client, (number, key), context, owner, default, |reader, asker| {
        reader.value(key, Asked::Float, asker, |value| value.and_then(Value::as_float).unwrap_or(default))
    })
}

/// Text; null where there is none.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_getString(
    jvm: Jvm,
    _: jclass,
    client: jlong,
    number: jint,
    key: jbyteArray,
    context: jlong,
    owner: jobject,
) -> jstring {
    read!(jvm, client, (number, key), context, owner, std::ptr::null_mut(), |reader, asker| {
        reader.value(key, Asked::String, asker, |value| {
            value.and_then(Value::as_str).map_or(std::ptr::null_mut(), |text| texts::string(jvm, text))
        })
    })
}

/// A tree; null where there is none.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_getTree(
    jvm: Jvm,
    _: jclass,
    client: jlong,
    number: jint,
    key: jbyteArray,
    context: jlong,
    owner: jobject,
) -> jbyteArray {
    read!(jvm, client, (number, key), context, owner, std::ptr::null_mut(), |reader, asker| {
        reader.value(key, Asked::Json, asker, |value| tree_of(jvm, value))
    })
}

/// The id of the variant that an experiment gives; null where the context takes no part.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_variant(
    jvm: Jvm,
    _: jclass,
    client: jlong,
    number: jint,
    key: jbyteArray,
    context: jlong,
    owner: jobject,
) -> jstring {
    read!(jvm, client, (number, key), context, owner, std::ptr::null_mut(), |reader, asker| {
        reader.evaluate(key, None, asker, |outcome| {
            outcome.variant(key.as_key()).map_or(std::ptr::null_mut(), |variant| texts::string(jvm, variant))
        })
    })
}

/// The configuration of that variant, as a tree; null likewise.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_variantConfig(
    jvm: Jvm,
    _: jclass,
    client: jlong,
    number: jint,
    key: jbyteArray,
    context: jlong,
    owner: jobject,
) -> jbyteArray {
    read!(jvm, client, (number, key), context, owner, std::ptr::null_mut(), |reader, asker| {
        reader.evaluate(key, None, asker, |outcome| tree_of(jvm, outcome.variant_config(key.as_key())))
    })
}

/// An evaluation with all that there is to say of it.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_evaluate(
    jvm: Jvm,
    _: jclass,
    client: jlong,
    number: jint,
    key: jbyteArray,
    asked: jint,
    context: jlong,
    owner: jobject,
) -> jbyteArray {
    jvm.answer(|answer| {
        let mut unknown = None;
        let key = keys::key(jvm, number, key, &mut unknown)?;
        let asked = asked_of(asked)?;
        reading!(jvm, client, context, owner, |reader, asker| {
            reader.evaluate(key, asked, asker, |outcome| packed::details(&outcome, asked, answer));
        })
    })
}

/// Every key with all that there is to say of it, by what is in force at one moment.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_evaluateAll(
    jvm: Jvm,
    _: jclass,
    client: jlong,
    context: jlong,
    owner: jobject,
) -> jbyteArray {
    jvm.answer(|answer| {
        // Of whatever is asked about so often, laying it flat is the least.
        let context = contexts::kept(jvm, context, owner)?;
        with_client(client.cast_unsigned(), |reader| {
            reader.evaluate_all(&context, |key: &str, outcome: Outcome<'_>| {
                tree::write_text(key, answer);
                packed::details(&outcome, None, answer);
            });
        })
    })
}

/// How an evaluation came about: for a person, and the steps as a tree.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_explain(
    jvm: Jvm,
    _: jclass,
    client: jlong,
    number: jint,
    key: jbyteArray,
    context: jlong,
    owner: jobject,
) -> jbyteArray {
    jvm.answer(|answer| {
        let mut unknown = None;
        let key = keys::key(jvm, number, key, &mut unknown)?;
        let trace =
            reading!(jvm, client, context, owner, |reader, asker| reader.explain(key.as_key(), asker))?;
        tree::write_text(&trace.to_string(), answer);
        let json =
            serde_json::to_string(&trace).map_err(|error| Fault::new(Code::Internal, error.to_string()))?;
        crate::control::write_json(&json, answer)
    })
}

fn tree_of(jvm: Jvm, value: Option<&Value>) -> jbyteArray {
    let Some(value) = value else { return std::ptr::null_mut() };
    let mut bytes = Vec::new();
    tree::write(value, &mut bytes);
    jvm.array(&bytes)
}

/// The number of what a read may come to just now; 0 of a client that is closed.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_generation(_: Jvm, _: jclass, client: jlong) -> jlong {
    let mut generation = 0;
    guarded(|| {
        generation =
            with_client(client.cast_unsigned(), |client| client.client().generation())?.cast_signed();
        Ok(())
    });
    generation
}
