//! Asking the source now. Whoever asks is a process that waits for a message: a source that does not answer must not hold
//! up a scheduler, of which the virtual machine has few for all that waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustler::{Encoder, Env, ResourceArc, Term};
use vexil_client::Client;
use vexil_ffi::Code;

use crate::caller::{self, Caller};
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

/// Asks the source; `{tag, :ok}` or `{tag, {:error, ...}}` is sent to the process that calls, when there is an answer.
#[rustler::nif]
fn refresh<'a>(env: Env<'a>, client: ResourceArc<Held>, tag: Term<'a>) -> Term<'a> {
    errors::done(env, client.refreshing().ask(client.client(), Caller::new(env.pid(), tag)))
}

impl Refreshing {
    fn ask(self: &Arc<Refreshing>, client: &Client, caller: Caller) -> Result<()> {
        let mut waiting = self.waiting();
        if waiting.callers.len() == ROOM {
            return Err(Failed::new(Code::TooLong, format!("{ROOM} processes wait for the source already")));
        }
        if !waiting.is_asking {
            let (refreshing, client) = (Arc::clone(self), client.clone());
            caller::on_thread("vexil-refresh", move || refreshing.serve(&client))?;
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
            for caller in callers {
                caller.answer(|env| match &answer {
                    Ok(()) => errors::done(env, Ok(())),
                    Err(failed) => failed.encode(env),
                });
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
