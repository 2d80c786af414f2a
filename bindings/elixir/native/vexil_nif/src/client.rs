//! The client, as a reference that processes share: how it starts, stands, and stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustler::{Env, LocalPid, Resource, ResourceArc, Term};
use vexil_client::testing::TestClient;
use vexil_client::{Overrides, Timestamp, Value};
use vexil_ffi::Code;
use vexil_ffi::control::{ClientOptions, VexilClient};

use crate::errors::{self, Failed, Result};
use crate::sticky::Store;
use crate::value::from_term;
use crate::{listen, state, value};

/// A client that somebody holds.
pub(crate) struct Held {
    client: vexil_client::Client,
    owner: Option<Owner>,
    /// The process that started it, which logs what is worth a warning.
    process: LocalPid,
    is_closed: AtomicBool,
}

/// Who stops it when it goes. A pinned client stops nothing.
enum Owner {
    Started(Arc<VexilClient>),
    Testing(TestClient),
}

#[rustler::resource_impl]
impl Resource for Held {}

impl Held {
    fn of(client: vexil_client::Client, owner: Option<Owner>, process: LocalPid) -> ResourceArc<Held> {
        ResourceArc::new(Held { client, owner, process, is_closed: AtomicBool::new(false) })
    }

    fn started(started: Arc<VexilClient>, process: LocalPid) -> ResourceArc<Held> {
        Held::of(started.client().clone(), Some(Owner::Started(started)), process)
    }

    #[inline]
    pub(crate) fn client(&self) -> &vexil_client::Client {
        &self.client
    }

    /// The client whose flags a test sets, if it is one.
    pub(crate) fn testing(&self) -> Result<&TestClient> {
        match &self.owner {
            Some(Owner::Testing(testing)) => Ok(testing),
            _ => Err(Failed::new(Code::InvalidHandle, "this is no client of `Vexil.Testing`")),
        }
    }

    /// Has a warning logged, the first time that it is one: reads fail for nobody, and so would never be heard of.
    #[cold]
    pub(crate) fn warn(&self, warning: &str) {
        listen::warn_once(self.process, warning);
    }

    fn close(&self) -> Result<()> {
        if self.is_closed.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        match &self.owner {
            Some(Owner::Started(started)) => started.close()?,
            Some(Owner::Testing(testing)) => testing.close(),
            None => {}
        }
        Ok(())
    }
}

/// Whoever lets go of the last reference is a garbage collection, on a scheduler that must not wait for the client's
/// thread to end.
impl Drop for Held {
    fn drop(&mut self) {
        let Some(owner) = self.owner.take() else { return };
        if self.is_closed.load(Ordering::Acquire) {
            return;
        }
        let client = self.client.clone();
        let close = move || {
            drop(owner);
            client.close();
        };
        // Without another thread the closure is dropped right here, and so is the client: it waits, and ends all the same.
        drop(std::thread::Builder::new().name("vexil-close".to_owned()).spawn(close));
    }
}

/// Starts a client by the options of docs/clients.md, as a map, and waits for the first definitions as long as they say.
#[rustler::nif(schedule = "DirtyIo")]
fn start<'a>(env: Env<'a>, options: Term<'a>, sticky: Option<ResourceArc<Store>>) -> Term<'a> {
    errors::made(env, started(options, sticky).map(|started| Held::started(started, env.pid())))
}

fn started(options: Term<'_>, sticky: Option<ResourceArc<Store>>) -> Result<Arc<VexilClient>> {
    let options: ClientOptions = serde_json::from_str(&from_options(options)?.to_string())
        .map_err(|error| Failed::new(Code::InvalidOptions, error.to_string()))?;
    if options.threadless {
        return Err(threadless());
    }
    Ok(VexilClient::start(options, sticky.map(|store| store.shared()))?)
}

/// A read that asks a control plane would hold up a scheduler, and all processes with it.
#[cold]
fn threadless() -> Failed {
    Failed::new(
        Code::InvalidOptions,
        "a client without a thread is for hosts that have none, and this one has",
    )
}

/// What is wrong with an option is a matter of options.
fn from_options(options: Term<'_>) -> Result<Value> {
    from_term(options).map_err(|failed| failed.of(Code::InvalidOptions))
}

/// As [`start`], with what the environment variables of this process say.
#[rustler::nif(schedule = "DirtyIo")]
fn start_from_env<'a>(env: Env<'a>, sdk: String) -> Term<'a> {
    let started = VexilClient::from_env(Some(sdk)).map_err(Failed::from);
    let started = started.and_then(|started| match started.client().is_threadless() {
        true => Err(threadless()),
        false => Ok(started),
    });
    errors::made(env, started.map(|started| Held::started(started, env.pid())))
}

/// A client whose flags a test sets, with definitions in JSON or without any.
#[rustler::nif(schedule = "DirtyIo")]
fn start_testing<'a>(env: Env<'a>, definitions: Option<String>) -> Term<'a> {
    let testing = match definitions {
        Some(definitions) => TestClient::with_definitions(&definitions),
        None => TestClient::new(),
    };
    let held = testing.map_err(Failed::from).map(|testing| {
        let client = (*testing).clone();
        Held::of(client, Some(Owner::Testing(testing)), env.pid())
    });
    errors::made(env, held)
}

/// A client of one moment: now, or the one that is given, as RFC 3339 has it. `overrides` are those of one request.
#[rustler::nif]
fn pin<'a>(env: Env<'a>, client: ResourceArc<Held>, overrides: Term<'a>, at: Option<String>) -> Term<'a> {
    let pinned = pinned(&client, overrides, at.as_deref());
    errors::made(env, pinned.map(|pinned| Held::of(pinned, None, client.process)))
}

fn pinned(held: &Held, overrides: Term<'_>, at: Option<&str>) -> Result<vexil_client::Client> {
    let client = match value::from_term(overrides)? {
        Value::Null => held.client.clone(),
        Value::Object(members) => {
            let mut overrides = Overrides::new();
            for (key, value) in members {
                overrides.set(&key, value);
            }
            held.client.with_request_overrides(overrides)
        }
        _ => return Err(Failed::new(Code::InvalidValue, "overrides are a map")),
    };
    match at.map(|text| (Timestamp::parse(text), text)) {
        Some((Some(moment), _)) => Ok(client.pinned_at(moment)),
        Some((None, text)) => {
            let message = format!("`{text}` is no moment with an offset from UTC");
            Err(Failed::new(Code::InvalidValue, message))
        }
        None => Ok(client.pinned()),
    }
}

/// Stops it; what is held is served, and grows old.
#[rustler::nif(schedule = "DirtyIo")]
fn close(env: Env<'_>, client: ResourceArc<Held>) -> Term<'_> {
    errors::done(env, client.close())
}

/// How it stands.
#[rustler::nif(name = "state")]
fn how_it_stands(env: Env<'_>, client: ResourceArc<Held>) -> Term<'_> {
    state::state(env, &client.client.state())
}

/// Whether there are definitions to evaluate with.
#[rustler::nif]
fn is_ready(client: ResourceArc<Held>) -> bool {
    client.client.is_ready()
}

/// The number of what a read may come to just now.
#[rustler::nif]
fn generation(client: ResourceArc<Held>) -> u64 {
    client.client.generation()
}

/// The name of this process in telemetry, and in contexts as `instance.id`.
#[rustler::nif]
fn instance_id(client: ResourceArc<Held>) -> String {
    client.client.instance_id().to_owned()
}

/// Asks the source now, and waits for the answer.
#[rustler::nif(schedule = "DirtyIo")]
fn refresh(env: Env<'_>, client: ResourceArc<Held>) -> Term<'_> {
    errors::done(env, client.client.force_refresh().map_err(Failed::from))
}

/// Puts other definitions in force, in JSON, where the source is the program itself.
#[rustler::nif(schedule = "DirtyCpu")]
fn put(env: Env<'_>, client: ResourceArc<Held>, definitions: String) -> Term<'_> {
    errors::done(env, client.client.put(&definitions).map_err(Failed::from))
}
