//! Who asked for what takes long: a process that waits for a message, while a thread of ours does it. A dirty scheduler
//! would be held up as long, and the virtual machine has few of these for all that waits, files included.

use rustler::env::SavedTerm;
use rustler::{Encoder, Env, LocalPid, OwnedEnv, Term};
use vexil_ffi::Code;

use crate::errors::{Failed, Result};

/// A process, and what it knows its answer by.
pub(crate) struct Caller {
    process: LocalPid,
    env: OwnedEnv,
    tag: SavedTerm,
}

impl Caller {
    pub(crate) fn new(process: LocalPid, tag: Term<'_>) -> Caller {
        let env = OwnedEnv::new();
        let tag = env.save(tag);
        Caller { process, env, tag }
    }

    pub(crate) fn process(&self) -> LocalPid {
        self.process
    }

    /// Sends it `{tag, answer}`. A thread calls, and no scheduler.
    pub(crate) fn answer(mut self, answer: impl for<'a> FnOnce(Env<'a>) -> Term<'a>) {
        let Caller { process, env, tag } = &mut self;
        // Whoever is dead hears nothing, and that is all.
        let _ = env.send_and_clear(process, |env| (tag.load(env), answer(env)).encode(env));
    }
}

/// Does it on a thread of its own.
pub(crate) fn on_thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map(drop).map_err(|error| Failed::new(Code::System, format!("no thread can be started: {error}")))
}
