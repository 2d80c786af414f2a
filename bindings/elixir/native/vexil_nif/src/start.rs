//! How a client starts: on a thread, which waits for the first definitions as long as the options say. Whoever asked for
//! it is sent `{tag, {:ok, client}}` or `{tag, {:error, ...}}`; `:ok` at once says that it will be.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rustler::types::MapIterator;
use rustler::{Env, LocalPid, ResourceArc, Term};
use serde_json::{Map, Value as Json, json};
use vexil_client::Value;
use vexil_client::testing::TestClient;
use vexil_ffi::Code;
use vexil_ffi::control::{ClientOptions, VexilClient};

use crate::caller::{self, Caller};
use crate::client::{Held, Owner};
use crate::errors::{self, Failed, Result};
use crate::sticky::Store;
use crate::value::from_term;

/// Starts a client by the options of docs/clients.md, as a map.
#[rustler::nif(name = "dirty_start", schedule = "DirtyCpu")]
fn start<'a>(env: Env<'a>, options: Term<'a>, sticky: Option<ResourceArc<Store>>, tag: Term<'a>) -> Term<'a> {
    let starts = read(options).and_then(|options| {
        let waits = options.sticky_file.is_some() && sticky.is_none();
        let sticky = sticky.map(|store| store.shared());
        on_thread(Caller::new(env.pid(), tag), move |process| {
            Ok(held(process, VexilClient::start(options, sticky)?, waits))
        })
    });
    errors::done(env, starts)
}

/// As [`start`], with what the environment variables of this process say.
#[rustler::nif]
fn start_from_env<'a>(env: Env<'a>, sdk: String, tag: Term<'a>) -> Term<'a> {
    let starts = on_thread(Caller::new(env.pid(), tag), move |process| {
        let started = VexilClient::from_env(Some(sdk))?;
        match started.client().is_threadless() {
            true => Err(threadless()),
            false => Ok(held(process, started, false)),
        }
    });
    errors::done(env, starts)
}

/// A client whose flags a test sets, with definitions in JSON or without any.
#[rustler::nif]
fn start_testing<'a>(env: Env<'a>, definitions: Option<String>, tag: Term<'a>) -> Term<'a> {
    let starts = on_thread(Caller::new(env.pid(), tag), move |process| {
        let testing = match definitions {
            Some(definitions) => TestClient::with_definitions(&definitions)?,
            None => TestClient::new()?,
        };
        Ok(Held::owned(process, (*testing).clone(), Owner::Testing(testing), false))
    });
    errors::done(env, starts)
}

/// Has a thread start a client, and tell who asked for it.
fn on_thread(
    caller: Caller,
    start: impl FnOnce(LocalPid) -> Result<ResourceArc<Held>> + Send + 'static,
) -> Result<()> {
    caller::on_thread("vexil-start", move || {
        let process = caller.process();
        let started = catch_unwind(AssertUnwindSafe(|| start(process)));
        let started = started
            .unwrap_or_else(|_| Err(Failed::new(Code::Internal, "it panicked where a client was started")));
        caller.answer(|env| errors::made(env, started));
    })
}

/// `waits` is whether its reads may wait.
fn held(process: LocalPid, started: Arc<VexilClient>, waits: bool) -> ResourceArc<Held> {
    Held::owned(process, started.client().clone(), Owner::Started(started), waits)
}

fn read(options: Term<'_>) -> Result<ClientOptions> {
    let options = in_json(options)?;
    let options: ClientOptions = serde_json::from_str(&options).map_err(|error| {
        wrong_alone(&options).unwrap_or_else(|| Failed::new(Code::InvalidOptions, error.to_string()))
    })?;
    match options.threadless {
        true => Err(threadless()),
        false => Ok(options),
    }
}

/// The options in JSON, if each is what JSON holds.
fn in_json(options: Term<'_>) -> Result<String> {
    let none = |_| Failed::new(Code::InvalidOptions, "options are a map whose names are text");
    let mut members = Vec::new();
    for (name, value) in options.decode::<MapIterator<'_>>().map_err(none)? {
        let name: Box<str> = name.decode::<&str>().map_err(none)?.into();
        let value = from_term(value).map_err(|failed| wrong(&name, failed.message()))?;
        members.push((name, value));
    }
    Ok(Value::Object(members.into()).to_string())
}

/// The first option that is wrong by itself. What reads all of them does not name it.
#[cold]
fn wrong_alone(options: &str) -> Option<Failed> {
    let options: Map<String, Json> = serde_json::from_str(options).ok()?;
    options.into_iter().find_map(|(name, value)| {
        let source = json!({"memory": {"definitions": "[]"}});
        let alone = Map::from_iter([("source".to_owned(), source), (name.clone(), value)]);
        let error = serde_json::from_value::<ClientOptions>(alone.into()).err()?;
        Some(wrong(&name, &error.to_string()))
    })
}

/// An option by its name in Elixir, where no time says that it is in milliseconds.
#[cold]
fn wrong(name: &str, what: &str) -> Failed {
    let name = name.strip_suffix("_ms").unwrap_or(name);
    Failed::new(Code::InvalidOptions, format!("`{name}`: {what}"))
}

/// A read that asks a control plane would hold up a scheduler, and all processes with it.
#[cold]
fn threadless() -> Failed {
    Failed::new(
        Code::InvalidOptions,
        "a client without a thread is for hosts that have none, and this one has",
    )
}
