//! Where work is done. What is short runs on the scheduler that asks, which other processes wait for. What may wait, or is
//! large, is called again on a dirty one; what turns out to be large is measured, and told the virtual
//! machine.

use std::cell::Cell;
use std::time::{Duration, Instant};

use rustler::schedule::consume_timeslice;
use rustler::sys::{ERL_NIF_THR_NORMAL_SCHEDULER, enif_thread_type};
use rustler::types::MapIterator;
use rustler::{Binary, Env, Term, TermType};

/// How long a process may run until it is another's turn.
const TURN: Duration = Duration::from_millis(1);

/// Bytes of text that take no time to speak of.
pub(crate) const SMALL_TEXT: usize = 4 << 10;
/// Terms, likewise.
pub(crate) const SMALL_TERMS: usize = 100;

/// Whether a term takes no time to speak of to read whole.
pub(crate) fn is_small(term: Term<'_>) -> bool {
    fits(term, &mut (SMALL_TERMS, SMALL_TEXT))
}

/// Takes a term, and all that is in it, off what is left of terms and text.
fn fits(term: Term<'_>, left: &mut (usize, usize)) -> bool {
    let Some(terms) = left.0.checked_sub(1) else { return false };
    left.0 = terms;
    match term.get_type() {
        TermType::Binary => {
            let bytes = Binary::from_term(term).map_or(0, |bytes| bytes.len());
            left.1.checked_sub(bytes).map(|text| left.1 = text).is_some()
        }
        TermType::Map => {
            let mut pairs = term.decode::<MapIterator<'_>>().into_iter().flatten();
            pairs.all(|(name, value)| fits(name, left) && fits(value, left))
        }
        TermType::List => {
            let mut rest = term;
            while let Ok((item, others)) = rest.list_get_cell() {
                if !fits(item, left) {
                    return false;
                }
                rest = others;
            }
            true
        }
        _ => true,
    }
}

/// Measures a call from the moment on when it meets something large. Others do not look at a clock.
#[derive(Default)]
pub(crate) struct Turn {
    large_since: Cell<Option<Instant>>,
}

impl Turn {
    /// Something large comes.
    #[cold]
    pub(crate) fn is_large(&self) {
        self.large_since.set(self.large_since.get().or_else(|| Some(Instant::now())));
    }

    /// Takes the time off the process's turn, which may end with this call.
    #[inline]
    pub(crate) fn end(&self, env: Env<'_>) {
        if let Some(since) = self.large_since.get()
            && is_waited_for()
        {
            let percent = since.elapsed().as_nanos() * 100 / TURN.as_nanos();
            consume_timeslice(env, percent.clamp(1, 100) as i32);
        }
    }
}

/// Whether this is a scheduler that runs processes in turn, and no dirty one.
pub(crate) fn is_waited_for() -> bool {
    // SAFETY: it asks of the thread that it is called by, whichever that is.
    unsafe { enif_thread_type() == ERL_NIF_THR_NORMAL_SCHEDULER }
}
