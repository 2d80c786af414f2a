//! The client, as a reference that processes share: how it stands, and stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustler::{Atom, Env, LocalPid, Monitor, Resource, ResourceArc, Term};
use vexil_client::testing::TestClient;
use vexil_client::{Overrides, Timestamp, Value};
use vexil_ffi::Code;
use vexil_ffi::control::VexilClient;

use crate::errors::{self, Failed, Result};
use crate::refresh::Refreshing;
use crate::warned::Warned;
use crate::{atoms, listen, scheduler, state, value};

/// A client that somebody holds.
pub(crate) struct Held {
    client: vexil_client::Client,
    owner: Option<Owner>,
    /// The process that started it, which logs what is worth a warning.
    process: LocalPid,
    /// Whether a read may wait: what units were given is remembered in a file.
    waits: bool,
    refreshing: Arc<Refreshing>,
    warned: Arc<Warned>,
    is_closed: AtomicBool,
}

/// Who stops it when it goes. A pinned client stops nothing.
pub(crate) enum Owner {
    Started(Arc<VexilClient>),
    Testing(TestClient),
}

#[rustler::resource_impl]
impl Resource for Held {
    const IMPLEMENTS_DOWN: bool = true;

    /// The process that started it has ended. One that was killed has closed nothing, and nobody would ever.
    fn down<'a>(&'a self, _env: Env<'a>, _process: LocalPid, _monitor: Monitor) {
        self.close_elsewhere();
    }
}

impl Held {
    /// A client that goes with the process that has asked for it, at the latest. A thread calls, and no scheduler.
    pub(crate) fn owned(
        process: LocalPid,
        client: vexil_client::Client,
        owner: Owner,
        waits: bool,
    ) -> ResourceArc<Held> {
        listen::open();
        let (refreshing, warned) = (Arc::default(), Arc::default());
        let (owner, is_closed) = (Some(owner), AtomicBool::new(false));
        let held = ResourceArc::new(Held { client, owner, process, waits, refreshing, warned, is_closed });
        if held.monitor(None, &process).is_none() {
            // It was killed meanwhile.
            held.close_elsewhere();
        }
        held
    }

    /// The same client, of one moment. It is not stopped by this one's end.
    fn pinned(&self, client: vexil_client::Client) -> ResourceArc<Held> {
        let (refreshing, warned) = (Arc::clone(&self.refreshing), Arc::clone(&self.warned));
        let (process, waits, is_closed) = (self.process, self.waits, AtomicBool::new(false));
        ResourceArc::new(Held { client, owner: None, process, waits, refreshing, warned, is_closed })
    }

    #[inline]
    pub(crate) fn client(&self) -> &vexil_client::Client {
        &self.client
    }

    /// The client, for whoever sets what is of this machine alone: one that is closed takes no more of that.
    pub(crate) fn open(&self) -> Result<&vexil_client::Client> {
        match self.is_closed.load(Ordering::Acquire) {
            false => Ok(&self.client),
            true => Err(Failed::new(Code::Closed, "the client was closed")),
        }
    }

    /// Whether a read may wait, and must not do so where others have to wait for it.
    #[inline]
    pub(crate) fn waits(&self) -> bool {
        self.waits
    }

    pub(crate) fn refreshing(&self) -> &Arc<Refreshing> {
        &self.refreshing
    }

    /// The client whose flags a test sets, if it is one, and was not closed.
    pub(crate) fn testing(&self) -> Result<&TestClient> {
        match &self.owner {
            Some(Owner::Testing(testing)) => self.open().map(|_| testing),
            _ => Err(Failed::new(Code::InvalidHandle, "this is no client of `Vexil.Testing`")),
        }
    }

    /// Has a warning logged, the first time that it is one: reads fail for nobody, and so would never be heard of.
    #[cold]
    pub(crate) fn warn(&self, warning: &str) {
        if self.warned.is_new(warning) {
            listen::warn(self.process, warning);
        }
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

    /// As [`Held::close`], on a scheduler, which must not wait for the client's thread to end.
    fn close_elsewhere(&self) {
        if self.owner.is_none() || self.is_closed.swap(true, Ordering::AcqRel) {
            return;
        }
        let client = self.client.clone();
        // Without another thread it is closed when nobody refers to it any more.
        drop(thread().spawn(move || client.close()));
    }
}

fn thread() -> std::thread::Builder {
    std::thread::Builder::new().name("vexil-close".to_owned())
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
        drop(thread().spawn(close));
    }
}

/// A client of one moment: now, or the one that is given, as RFC 3339 has it. `overrides` are those of one request; large
/// ones wait for a dirty scheduler.
#[rustler::nif]
fn pin_here<'a>(env: Env<'a>, client: ResourceArc<Held>, overrides: Term<'a>, at: Term<'a>) -> Term<'a> {
    match scheduler::is_small(overrides) && scheduler::is_small(at) {
        true => pin(env, &client, overrides, at),
        false => atoms::wait().to_term(env),
    }
}

#[rustler::nif(name = "dirty_pin", schedule = "DirtyCpu")]
fn pin_large<'a>(env: Env<'a>, client: ResourceArc<Held>, overrides: Term<'a>, at: Term<'a>) -> Term<'a> {
    pin(env, &client, overrides, at)
}

fn pin<'a>(env: Env<'a>, client: &Held, overrides: Term<'a>, at: Term<'a>) -> Term<'a> {
    let at = at.decode::<Option<&str>>().map_err(|_| Failed::new(Code::InvalidValue, "a moment is text"));
    let pinned = at.and_then(|at| pinned(client, overrides, at));
    errors::made(env, pinned.map(|pinned| client.pinned(pinned)))
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
#[rustler::nif(name = "dirty_close", schedule = "DirtyIo")]
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

/// Has a warning of the program's own face logged, as of a read.
#[rustler::nif]
fn warn(client: ResourceArc<Held>, warning: &str) -> Atom {
    client.warn(warning);
    atoms::ok()
}

/// Puts other definitions in force, in JSON, where the source is the program itself.
#[rustler::nif(name = "dirty_put", schedule = "DirtyCpu")]
fn put(env: Env<'_>, client: ResourceArc<Held>, definitions: String) -> Term<'_> {
    errors::done(env, client.client.put(&definitions).map_err(Failed::from))
}
