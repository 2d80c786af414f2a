//! How a client starts: on a thread, which waits for the first definitions as long as the options say. Whoever asked for
//! it is sent `{tag, {:ok, client}}` or `{tag, {:error, ...}}`; `:ok` at once says that it will be.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rustler::{Env, LocalPid, ResourceArc, Term};
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
    let options: ClientOptions = serde_json::from_str(&from_options(options)?.to_string())
        .map_err(|error| Failed::new(Code::InvalidOptions, error.to_string()))?;
    match options.threadless {
        true => Err(threadless()),
        false => Ok(options),
    }
}

/// What is wrong with an option is a matter of options.
fn from_options(options: Term<'_>) -> Result<Value> {
    from_term(options).map_err(|failed| failed.of(Code::InvalidOptions))
}

/// A read that asks a control plane would hold up a scheduler, and all processes with it.
#[cold]
fn threadless() -> Failed {
    Failed::new(
        Code::InvalidOptions,
        "a client without a thread is for hosts that have none, and this one has",
    )
}
