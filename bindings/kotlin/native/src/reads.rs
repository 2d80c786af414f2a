//! Reads: what every request does. Each is handed the client, the key, the context and its owner, the tree. Where there is
//! no value, the caller's own is handed back.

use jni_sys::{JNI_TRUE, jboolean, jbyteArray, jclass, jdouble, jint, jlong, jobject, jstring};
use vexil_client::{Asked, Client, Outcome};
use vexil_ffi::Code;
use vexil_ffi::fault::Fault;
use vexil_ffi::guard::{evaluating, guarded};
use vexil_ffi::reading::{with_both, with_client};

use crate::asker::{Asker, InPlace};
use crate::contexts::{self, Given};
use crate::jvm::Jvm;
use crate::packed::{self, asked_of};
use crate::{keys, texts, tree};

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
    let get = |client: &Client, key: &str, context: &Asker<'_>| client.get_bool(key, context, default);
    jboolean::from(read(jvm, client, (number, key), (context, owner), default, get))
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
    let get = |client: &Client, key: &str, context: &Asker<'_>| client.get_int(key, context, default);
    read(jvm, client, (number, key), (context, owner), default, get)
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
    let get = |client: &Client, key: &str, context: &Asker<'_>| client.get_float(key, context, default);
    read(jvm, client, (number, key), (context, owner), default, get)
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
    let get = |client: &Client, key: &str, context: &Asker<'_>| {
        client.evaluate(key, Some(Asked::String), context, |outcome| {
            let text = outcome.evaluation.value().and_then(|value| value.as_str());
            text.map_or(std::ptr::null_mut(), |text| texts::string(jvm, text))
        })
    };
    read(jvm, client, (number, key), (context, owner), std::ptr::null_mut(), get)
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
    let get = |client: &Client, key: &str, context: &Asker<'_>| {
        client.evaluate(key, Some(Asked::Json), context, |outcome| tree_of(jvm, outcome.evaluation.value()))
    };
    read(jvm, client, (number, key), (context, owner), std::ptr::null_mut(), get)
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
    let get = |client: &Client, key: &str, context: &Asker<'_>| {
        client.evaluate(key, None, context, |outcome| {
            outcome.variant(key).map_or(std::ptr::null_mut(), |variant| texts::string(jvm, variant))
        })
    };
    read(jvm, client, (number, key), (context, owner), std::ptr::null_mut(), get)
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
    let get = |client: &Client, key: &str, context: &Asker<'_>| {
        client.evaluate(key, None, context, |outcome| tree_of(jvm, outcome.variant_config(key)))
    };
    read(jvm, client, (number, key), (context, owner), std::ptr::null_mut(), get)
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
        let key = keys::key(jvm, number, key)?;
        let asked = asked_of(asked)?;
        reading(jvm, client, (context, owner), |client, context| {
            client.evaluate(&key, asked, context, |outcome| packed::details(&outcome, asked, answer));
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
        reading(jvm, client, (context, owner), |client, context| {
            client.evaluate_all(context, |key: &str, outcome: Outcome<'_>| {
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
        let key = keys::key(jvm, number, key)?;
        let trace = reading(jvm, client, (context, owner), |client, context| client.explain(&key, context))?;
        tree::write_text(&trace.to_string(), answer);
        let json =
            serde_json::to_string(&trace).map_err(|error| Fault::new(Code::Internal, error.to_string()))?;
        crate::control::write_json(&json, answer)
    })
}

/// Calls with a client and whoever asks, for as long as a read lasts.
#[inline]
fn reading<R>(
    jvm: Jvm,
    client: jlong,
    (context, owner): (jlong, jobject),
    read: impl FnOnce(&Client, &Asker<'_>) -> R,
) -> Result<R, Fault> {
    let client = client.cast_unsigned();
    match Given::of(context) {
        Given::Handle(context) => {
            with_both(client, context, |client, context| read(client, &Asker::Flat(context)))
        }
        Given::Small(length) => jvm.with_bytes(owner, length, |tree| {
            let asker = Asker::InPlace(InPlace::new(tree));
            let result = with_client(client, |client| read(client, &asker))?;
            asker.check()?;
            Ok(result)
        }),
        Given::Large => {
            let context = contexts::of(&jvm.bytes(owner)?)?;
            with_client(client, |client| read(client, &Asker::Flat(&context)))
        }
    }
}

/// A value, or the caller's own.
#[inline]
fn read<T>(
    jvm: Jvm,
    client: jlong,
    (number, key): (jint, jbyteArray),
    context: (jlong, jobject),
    default: T,
    get: impl FnOnce(&Client, &str, &Asker<'_>) -> T,
) -> T {
    let mut value = default;
    evaluating(|| {
        let key = keys::key(jvm, number, key)?;
        value = reading(jvm, client, context, |client, context| get(client, &key, context))?;
        Ok(Code::Ok)
    });
    value
}

fn tree_of(jvm: Jvm, value: Option<&vexil_core::Value>) -> jbyteArray {
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
        generation = with_client(client.cast_unsigned(), Client::generation)?.cast_signed();
        Ok(())
    });
    generation
}
