//! Views: what keys are for one context at one moment. Kotlin holds the values; what else there is to ask of a view is
//! asked here.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jni_sys::{jboolean, jbyteArray, jclass, jint, jlong, jobject};
use vexil_client::{AsKey, Asked, Keys, View};
use vexil_core::limits::ENTRIES;
use vexil_core::{Arena, Node, Value};
use vexil_ffi::Code;
use vexil_ffi::fault::Fault;
use vexil_ffi::guard::guarded;
use vexil_ffi::reading::with_client;

use crate::jvm::Jvm;
use crate::packed::{self, ASKED, asked_of};
use crate::{contexts, keys, tree};

/// Those that Kotlin holds, by number. It frees each that is closed, or that nobody holds any more; a read of a value does
/// not come here.
static VIEWS: Mutex<Option<Held>> = Mutex::new(None);

#[derive(Default)]
struct Held {
    views: HashMap<jlong, View>,
    last: jlong,
}

/// Evaluates keys, or all there are where `keys` is null: a list of texts. The answer is the view's number and its values.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_viewMake(
    jvm: Jvm,
    _: jclass,
    client: jlong,
    context: jlong,
    owner: jobject,
    keys: jbyteArray,
) -> jbyteArray {
    jvm.answer(|answer| {
        let keys = if keys.is_null() { Keys::All } else { keys_of(&jvm.bytes(keys)?)? };
        let context = contexts::kept(jvm, context, owner)?;
        let view = with_client(client.cast_unsigned(), |client| client.client().view(context, keys))?;
        write(&view, answer);
        Ok(())
    })
}

/// The same keys evaluated anew, as another view; for the same context where `asker`, the context's tree, is null.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_viewRenew(
    jvm: Jvm,
    _: jclass,
    view: jlong,
    _owner: jobject,
    context: jlong,
    asker: jobject,
) -> jbyteArray {
    jvm.answer(|answer| {
        let mut view = held(view)?;
        if asker.is_null() {
            view.renew();
        } else {
            view.renew_with(contexts::kept(jvm, context, asker)?);
        }
        write(&view, answer);
        Ok(())
    })
}

/// What a key came to, with all that there is to say of it. It counts as a read.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_viewEvaluate(
    jvm: Jvm,
    _: jclass,
    view: jlong,
    _owner: jobject,
    number: jint,
    key: jbyteArray,
    asked: jint,
) -> jbyteArray {
    jvm.answer(|answer| {
        let mut unknown = None;
        let key = keys::key(jvm, number, key, &mut unknown)?.as_key();
        let asked = asked_of(asked)?;
        held(view)?.evaluate(key, asked, |outcome| packed::details(&outcome, asked, answer));
        Ok(())
    })
}

/// Counts reads of a value that Kotlin holds, which asked for this type.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_viewCount(
    jvm: Jvm,
    _: jclass,
    view: jlong,
    _owner: jobject,
    number: jint,
    key: jbyteArray,
    asked: jint,
    times: jint,
) {
    guarded(|| {
        let mut unknown = None;
        let key = keys::key(jvm, number, key, &mut unknown)?.as_key();
        let asked = asked_of(asked)?;
        held(view)?.count_reads(key, asked, u64::try_from(times).unwrap_or_default());
        Ok(())
    });
}

/// Whether a view says what one that is made now would say, as far as can be told without making it.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_viewIsCurrent(
    _: Jvm,
    _: jclass,
    view: jlong,
    _owner: jobject,
) -> jboolean {
    let mut is_current = false;
    guarded(|| {
        is_current = held(view)?.is_current();
        Ok(())
    });
    jboolean::from(is_current)
}

/// Frees a view.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_vexil_internal_Native_viewFree(_: Jvm, _: jclass, view: jlong) {
    guarded(|| {
        // It is dropped when nobody waits for the lock.
        let freed = with(|held| held.views.remove(&view));
        drop(freed);
        Ok(())
    });
}

fn with<R>(take: impl FnOnce(&mut Held) -> R) -> R {
    take(VIEWS.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default())
}

fn held(view: jlong) -> Result<View, Fault> {
    with(|held| match held.views.get(&view) {
        Some(view) => Ok(view.clone()),
        None if (1..=held.last).contains(&view) => Err(Fault::new(Code::Closed, "the view was closed")),
        None => Err(Fault::new(Code::InvalidHandle, "the handle names no view")),
    })
}

/// The number, when and of what it was made, and then each key with its values.
fn write(view: &View, into: &mut Vec<u8>) {
    let number = with(|held| {
        held.last += 1;
        held.views.insert(held.last, view.clone());
        held.last
    });
    into.extend(number.to_be_bytes());
    into.extend(view.version().to_be_bytes());
    tree::write_text(view.origin().as_str(), into);
    packed::age(view.stale_ms(), into);
    for (key, outcome) in view.iter() {
        tree::write_text(key, into);
        let evaluation = outcome.evaluation;
        let value = evaluation.value();
        let answers = |asked: Asked| value.is_some() && evaluation.answers(asked);
        let bits = ASKED.iter().enumerate().map(|(place, asked)| u8::from(answers(*asked)) << place);
        into.push(bits.fold(0, |all, bit| all | bit));
        tree::write(value.unwrap_or(&Value::Null), into);
        packed::optional(outcome.variant(key), into);
        tree::write(outcome.variant_config(key).unwrap_or(&Value::Null), into);
    }
}

fn keys_of(bytes: &[u8]) -> Result<Keys, Fault> {
    let arena = Arena::new();
    let invalid = || Fault::new(Code::InvalidValue, "the keys are no list of texts");
    let Node::List(items) = tree::read(bytes, &arena)? else { return Err(invalid()) };
    if items.len() > ENTRIES {
        return Err(Fault::new(Code::TooLong, format!("{} keys, and {ENTRIES} are taken", items.len())));
    }
    let text = |item: &Node<'_>| match item {
        Node::Str(text) => Ok(Box::<str>::from(*text)),
        _ => Err(invalid()),
    };
    Ok(Keys::Of(items.iter().map(text).collect::<Result<_, _>>()?))
}
