//! The threads of a client, which take no signals: those are for the program's own.
//!
//! The kernel hands a signal that is meant for a process to any thread that does not block it. One that reaches a
//! thread of a library leaves the program's main thread asleep: a Python program does not hear of its Ctrl-C before it
//! wakes up by itself. A thread has its mask from the one that starts it, so there is no moment without.

use std::io;
use std::thread::{Builder, JoinHandle};

/// Starts a thread of that name.
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    signals::without(|of_the_program| {
        Builder::new().name(name.to_owned()).spawn(move || {
            signals::note(of_the_program);
            work();
        })
    })
}

/// Does what is the program's own, which takes the signals that the program took where it started the client: a process
/// that is begun in it has its mask from this thread, and could not be ended otherwise.
pub(crate) fn lend<R>(work: impl FnOnce() -> R) -> R {
    signals::with_those_noted(work)
}

#[cfg(unix)]
mod signals {
    use std::cell::Cell;
    use std::io;

    use nix::sys::signal::{SigSet, SigmaskHow, Signal};

    /// What people, supervisors and timers send to a process. What a thread brings upon itself (a bad address, say) is
    /// not among it: a host may live by it, as the JVM does, and so do profilers.
    const MEANT_FOR_THE_PROGRAM: [Signal; 9] = [
        Signal::SIGALRM,
        Signal::SIGCHLD,
        Signal::SIGHUP,
        Signal::SIGINT,
        Signal::SIGQUIT,
        Signal::SIGTERM,
        Signal::SIGUSR1,
        Signal::SIGUSR2,
        Signal::SIGWINCH,
    ];

    thread_local! {
        /// What was blocked where this thread was started, if it is one of ours.
        static NOTED: Cell<Option<SigSet>> = const { Cell::new(None) };
    }

    /// Does something while this thread blocks them, and says what it blocked before.
    pub(super) fn without<R>(work: impl FnOnce(SigSet) -> io::Result<R>) -> io::Result<R> {
        let before = SigSet::from_iter(MEANT_FOR_THE_PROGRAM).thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
        let done = work(before);
        before.thread_set_mask()?;
        done
    }

    pub(super) fn note(of_the_program: SigSet) {
        NOTED.set(Some(of_the_program));
    }

    pub(super) fn with_those_noted<R>(work: impl FnOnce() -> R) -> R {
        let changed = NOTED.get().and_then(|noted| noted.thread_swap_mask(SigmaskHow::SIG_SETMASK).ok());
        let done = work();
        if let Some(before) = changed {
            // It fails for numbers that are no masks, and this one was one.
            let _ = before.thread_set_mask();
        }
        done
    }
}

#[cfg(not(unix))]
mod signals {
    use std::io;

    pub(super) fn without<R>(work: impl FnOnce(()) -> io::Result<R>) -> io::Result<R> {
        work(())
    }

    pub(super) fn note((): ()) {}

    pub(super) fn with_those_noted<R>(work: impl FnOnce() -> R) -> R {
        work()
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::sync::mpsc;

    use nix::sys::signal::{SigSet, Signal};

    use super::*;

    fn blocked() -> [bool; 3] {
        let mask = SigSet::thread_get_mask().unwrap();
        [Signal::SIGINT, Signal::SIGTERM, Signal::SIGSEGV].map(|signal| mask.contains(signal))
    }

    #[test]
    fn a_thread_takes_no_signals_but_its_own_and_lends_itself_with_those_of_its_starter() {
        let (tell, told) = mpsc::channel();
        // The program blocks one of them itself, here.
        let mut own = SigSet::empty();
        own.add(Signal::SIGTERM);
        own.thread_block().unwrap();
        let thread = spawn("vexil-test", move || {
            tell.send(blocked()).unwrap();
            lend(|| tell.send(blocked()).unwrap());
            tell.send(blocked()).unwrap();
        });
        thread.unwrap().join().unwrap();
        let blocked_there: Vec<_> = told.iter().collect();
        assert_eq!(blocked_there, [[true, true, false], [false, true, false], [true, true, false]]);
        assert_eq!(blocked(), [false, true, false], "the starter's own mask is as it was");
        lend(|| assert_eq!(blocked(), [false, true, false], "a thread of the program is as it is"));
    }
}
