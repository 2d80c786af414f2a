//! Values, as Elixir has them, and back.

use rustler::types::atom;
use rustler::{Atom, Encoder, Env, NewBinary, Term};
use vexil_client::{Asked, Value};
use vexil_core::{Arena, Node};
use vexil_ffi::Code;

use crate::atoms;
use crate::context::Reading;
use crate::errors::{Failed, Result};
use crate::large;
use crate::scheduler::{SMALL_TEXT, Turn, is_waited_for};

/// As [`to_term`], of a value that somebody's definitions say. One that may be large is a part of the process's turn, and
/// one that is has its terms made elsewhere.
#[inline]
pub(crate) fn told<'a>(env: Env<'a>, value: &Value, asked: Option<Asked>) -> Term<'a> {
    match value {
        Value::List(_) | Value::Object(_) => told_in_turn(env, value),
        Value::Str(text) if text.len() > SMALL_TEXT => told_in_turn(env, value),
        _ => to_term(env, value, asked),
    }
}

fn told_in_turn<'a>(env: Env<'a>, value: &Value) -> Term<'a> {
    let turn = Turn::default();
    turn.is_large();
    let term = match is_waited_for() && large::is_large(value) {
        true => large::set_aside(env, value),
        false => to_term(env, value, None),
    };
    turn.end(env);
    term
}

/// A value for who asked for a type.
#[inline]
pub(crate) fn to_term<'a>(env: Env<'a>, value: &Value, asked: Option<Asked>) -> Term<'a> {
    match (value, asked) {
        (Value::Bool(value), _) => value.encode(env),
        (Value::Str(value), _) => text(env, value),
        (Value::Int(_), Some(Asked::Float)) => value.as_float().encode(env),
        (Value::Int(value), _) => value.encode(env),
        (Value::Float(value), _) => value.encode(env),
        (Value::Null, _) => atoms::nil().to_term(env),
        (Value::List(items), _) => {
            let items: Vec<_> = items.iter().map(|item| to_term(env, item, None)).collect();
            items.encode(env)
        }
        (Value::Object(members), _) => {
            let names: Vec<_> = members.iter().map(|(name, _)| text(env, name)).collect();
            let values: Vec<_> = members.iter().map(|(_, value)| to_term(env, value, None)).collect();
            // Names are unique in a value, and that is all that can be wrong with a map.
            Term::map_from_term_arrays(env, &names, &values).unwrap_or_else(|_| atoms::nil().to_term(env))
        }
    }
}

/// Text as a binary; short ones lie on the heap of the process.
#[inline]
pub(crate) fn text<'a>(env: Env<'a>, text: &str) -> Term<'a> {
    NewBinary::from_slice(env, text.as_bytes()).into()
}

/// Text, or `nil`.
pub(crate) fn text_or_nil<'a>(env: Env<'a>, told: Option<&str>) -> Term<'a> {
    told.map_or_else(|| atoms::nil().to_term(env), |told| text(env, told))
}

/// A struct from its fields, each named once.
pub(crate) fn structure<'a>(env: Env<'a>, fields: &[(Atom, Term<'a>)]) -> Term<'a> {
    let names: Vec<_> = fields.iter().map(|(name, _)| name.to_term(env)).collect();
    let values: Vec<_> = fields.iter().map(|(_, value)| *value).collect();
    Term::map_from_term_arrays(env, &names, &values).unwrap_or_else(|_| atom::nil().to_term(env))
}

/// A value that a caller gave. It holds what a context holds.
pub(crate) fn from_term(term: Term<'_>) -> Result<Value> {
    let arena = Arena::new();
    let node = Reading::of_value(&arena).node(term, 0);
    let node = node.map_err(|refusal| Failed::new(Code::InvalidValue, refusal.told("the value")))?;
    Ok(node.to_value())
}

/// A value from JSON, which is read as strictly as definitions are.
pub(crate) fn from_json(json: &[u8]) -> Result<Value> {
    let arena = Arena::new();
    let node = Node::parse_json(json, &arena);
    node.map(|node| node.to_value()).map_err(|problem| Failed::new(Code::InvalidValue, problem.to_string()))
}

/// JSON as a term: objects are maps with names that are text.
#[rustler::nif(name = "dirty_json_decode", schedule = "DirtyCpu")]
fn json_decode<'a>(env: Env<'a>, json: rustler::Binary<'a>) -> Term<'a> {
    match from_json(json.as_slice()) {
        Ok(value) => (atoms::ok(), to_term(env, &value, None)).encode(env),
        Err(failed) => failed.encode(env),
    }
}

/// A term as JSON.
#[rustler::nif(name = "dirty_json_encode", schedule = "DirtyCpu")]
fn json_encode<'a>(env: Env<'a>, term: Term<'a>) -> Term<'a> {
    match from_term(term) {
        Ok(value) => (atoms::ok(), text(env, &value.to_string())).encode(env),
        Err(failed) => failed.encode(env),
    }
}
