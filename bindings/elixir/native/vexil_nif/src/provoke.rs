//! Functions that fail on purpose, for the tests of what happens then, and what only the runner of the vectors needs.
//! They are in no library that is shipped.

#![expect(clippy::panic, reason = "to panic is what it is for")]

use rustler::{Encoder, Env, LocalPid, NewBinary, OwnedEnv, Term};
use vexil_client::Value;
use vexil_ffi::Code;

use crate::atoms;
use crate::errors::{Failed, Result, done};
use crate::value::{from_json, text};

/// A read of this key panics.
const PANICS: &str = "vexil.provoke.panic";

pub(crate) fn look_at(key: &str) {
    if key == PANICS {
        panic!("a read that panics because it was asked to");
    }
}

/// Fails with this code, or with `INTERNAL` where there is no such code.
#[rustler::nif]
fn provoke_error(env: Env<'_>, code: i32) -> Term<'_> {
    let code = Code::from_number(code).unwrap_or(Code::Internal);
    done(env, Err(Failed::new(code, "it fails because it was asked to")))
}

/// Panics.
#[rustler::nif]
fn provoke_panic() -> bool {
    panic!("it panics because it was asked to")
}

/// Panics where it may wait.
#[rustler::nif(schedule = "DirtyIo")]
fn provoke_dirty_panic() -> bool {
    panic!("it panics because it was asked to")
}

/// Gives text that is no UTF-8, as no other function does: two bytes.
#[rustler::nif]
fn provoke_bad_text(env: Env<'_>) -> Term<'_> {
    NewBinary::from_slice(env, &[0xc3, 0x28]).into()
}

/// Sends to a process from a thread of its own, dead or alive; whether it was delivered.
#[rustler::nif(schedule = "DirtyIo")]
fn provoke_message(to: LocalPid) -> bool {
    let send = move || OwnedEnv::new().send_and_clear(&to, |env| atoms::vexil().encode(env)).is_ok();
    std::thread::spawn(send).join().unwrap_or(false)
}

/// The JSON of one member of an object in JSON, whose members stay in the order in which they were written.
#[rustler::nif(schedule = "DirtyCpu")]
fn json_member<'a>(env: Env<'a>, json: rustler::Binary<'a>, name: &str) -> Term<'a> {
    match member(json.as_slice(), name) {
        Ok(Some(value)) => text(env, &value.to_string()),
        Ok(None) => atoms::nil().to_term(env),
        Err(failed) => failed.encode(env),
    }
}

fn member(json: &[u8], name: &str) -> Result<Option<Value>> {
    let Value::Object(members) = from_json(json)? else { return Ok(None) };
    Ok(members.into_iter().find(|(known, _)| **known == *name).map(|(_, value)| value))
}
