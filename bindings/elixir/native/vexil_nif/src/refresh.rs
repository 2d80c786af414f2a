//! Asking the source now. Whoever asks is a process that waits for a message: a source that does not answer must not hold
//! up a scheduler, of which the virtual machine has few for all that waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustler::env::SavedTerm;
use rustler::{Encoder, Env, LocalPid, OwnedEnv, ResourceArc, Term};
use vexil_client::Client;
use vexil_ffi::Code;

use crate::client::Held;
use crate::errors::{self, Failed, Result};

/// Processes that may wait for one client.
const ROOM: usize = 10_000;

/// Who waits for the source of a client to be asked.
#[derive(Default)]
pub(crate) struct Refreshing {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    callers: Vec<Caller>,
    /// Whether a thread asks already, which will ask again for those who have come meanwhile.
    is_asking: bool,
}

/// A process, and what it knows its answer by.
struct Caller {
    process: LocalPid,
    env: OwnedEnv,
    tag: SavedTerm,
}

/// Asks the source; `{tag, :ok}` or `{tag, {:error, ...}}` is sent to the process that calls, when there is an answer.
#[rustler::nif]
fn refresh<'a>(env: Env<'a>, client: ResourceArc<Held>, tag: Term<'a>) -> Term<'a> {
    errors::done(env, client.refreshing().ask(client.client(), Caller::new(env.pid(), tag)))
}

impl Caller {
    fn new(process: LocalPid, tag: Term<'_>) -> Caller {
        let env = OwnedEnv::new();
        let tag = env.save(tag);
        Caller { process, env, tag }
    }

    fn answer(mut self, answer: &Result<()>) {
        let Caller { process, env, tag } = &mut self;
        // Whoever is dead hears nothing, and that is all.
        let _ = env.send_and_clear(process, |env| {
            let answer = match answer {
                Ok(()) => errors::done(env, Ok(())),
                Err(failed) => failed.encode(env),
            };
            (tag.load(env), answer).encode(env)
        });
    }
}

impl Refreshing {
    fn ask(self: &Arc<Refreshing>, client: &Client, caller: Caller) -> Result<()> {
        let mut waiting = self.waiting();
        if waiting.callers.len() == ROOM {
            return Err(Failed::new(Code::TooLong, format!("{ROOM} processes wait for the source already")));
        }
        if !waiting.is_asking {
            let (refreshing, client) = (Arc::clone(self), client.clone());
            let thread = std::thread::Builder::new().name("vexil-refresh".to_owned());
            let thread = thread.spawn(move || refreshing.serve(&client));
            thread
                .map_err(|error| Failed::new(Code::System, format!("no thread can be started: {error}")))?;
            waiting.is_asking = true;
        }
        waiting.callers.push(caller);
        Ok(())
    }

    /// Asks for all who wait, until nobody does. Whoever has come while the source was asked did so too late to be told
    /// what it said.
    fn serve(&self, client: &Client) {
        loop {
            let callers = {
                let mut waiting = self.waiting();
                waiting.is_asking = !waiting.callers.is_empty();
                std::mem::take(&mut waiting.callers)
            };
            if callers.is_empty() {
                return;
            }
            let answer = catch_unwind(AssertUnwindSafe(|| client.force_refresh().map_err(Failed::from)));
            let answer = answer.unwrap_or_else(|_| {
                Err(Failed::new(Code::Internal, "it panicked where it asked the source"))
            });
            callers.into_iter().for_each(|caller| caller.answer(&answer));
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
