//! Clients by the numbers that hosts know them by.

use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwapOption;
use vexil_client::{Client, Seen, Timestamp};

use crate::Code;
use crate::fault::Fault;
use crate::handles::{Handles, Kind};
use crate::json;
use crate::reading::{Thread, with_thread};
use crate::recent::Lent;

static CLIENTS: Handles<Known> = Handles::new(Kind::Client);

/// How many were closed, and how many of them were no moments of others, which go on.
static CLOSED: AtomicU64 = AtomicU64::new(0);
static ENDED: AtomicU64 = AtomicU64::new(0);

/// A client that has a number.
pub(crate) struct Known {
    /// For reads. Threads hold on to it: neither does it keep the client from stopping, nor does it stop it.
    reader: Client,
    /// The client itself; nothing once the number is taken away.
    owner: ArcSwapOption<Client>,
}

impl Known {
    /// The client, for reads alone.
    #[inline]
    pub(crate) fn reader(&self) -> &Client {
        &self.reader
    }
}

/// Gives a client a number, which holds it until it is removed.
pub(crate) fn insert(client: Client) -> Result<u64, Fault> {
    CLIENTS.insert(Known { reader: client.reader(), owner: ArcSwapOption::from_pointee(client) })
}

/// Takes the number away.
pub(crate) fn remove(handle: u64) -> Result<(), Fault> {
    let removed = CLIENTS.take(handle)?;
    // If this was the last one, the client stops here and now.
    drop(removed.value().owner.swap(None));
    if !removed.value().reader.is_pinned() {
        ENDED.fetch_add(1, Ordering::Relaxed);
    }
    CLOSED.fetch_add(1, Ordering::Release);
    with_thread(let_go_of_closed);
    Ok(())
}

/// Takes the number away and stops the client, unless it is a moment of another one, which goes on.
pub(crate) fn close(handle: u64) -> Result<(), Fault> {
    let client = client(handle)?;
    remove(handle)?;
    if !client.is_pinned() {
        client.close();
    }
    Ok(())
}

/// The client as it is now, or at a moment (RFC 3339), with what a request says itself about keys, in JSON.
pub fn pinned(client: &Client, request_overrides: Option<&str>, at: Option<&str>) -> Result<Client, Fault> {
    let pinned = match at {
        Some(text) => client.pinned_at(Timestamp::parse(text).ok_or_else(|| {
            Fault::new(Code::InvalidValue, format!("`{text}` is no moment with an offset from UTC"))
        })?),
        None => client.pinned(),
    };
    Ok(match request_overrides {
        Some(overrides) => pinned.with_request_overrides(json::overrides(overrides)?),
        None => pinned,
    })
}

/// The client of a number, for a moment: for reads.
#[inline]
pub(crate) fn lend(thread: &Thread, handle: u64) -> Result<Lent<'_, Known>, Fault> {
    if thread.closed.get() != CLOSED.load(Ordering::Relaxed) {
        let_go_of_closed(thread);
    }
    // A store of the host's is to be let go of when its client is.
    thread.clients.lend(&CLIENTS, handle, |known| !known.reader.is_sticky())
}

/// Definitions are large, and threads of a host may never end: one that goes on reading keeps nothing of what is closed.
#[cold]
fn let_go_of_closed(thread: &Thread) {
    // Whoever sees the number sees that what it counts is closed.
    let closed = CLOSED.load(Ordering::Acquire);
    let ended = ENDED.load(Ordering::Relaxed);
    if thread.ended.get() != ended {
        // What is in force of the others is seen anew with their next reads.
        thread.seen.iter().for_each(Seen::forget);
    }
    if thread.clients.let_go_of_closed() {
        thread.closed.set(closed);
        thread.ended.set(ended);
    }
}

/// The client of a number, to keep: for calls that wait.
pub fn client(handle: u64) -> Result<Client, Fault> {
    let client = CLIENTS.with(handle, |known| known.owner.load_full())?;
    client.map(|client| Client::clone(&client)).ok_or_else(|| CLIENTS.gone(handle))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use vexil_client::{Asked, Context, Options, Source, Value};

    use super::*;
    use crate::reading::{with_both, with_client};

    fn start() -> Client {
        let definitions = r#"{"entries": [{"key": "on", "default": true}]}"#;
        Client::start(Options::new(Source::Memory(definitions.into()))).unwrap()
    }

    fn is_on(client: u64, context: u64) -> Result<bool, Code> {
        let value = |value: Option<&Value>| value.and_then(Value::as_bool);
        with_both(client, context, |client, context| client.value("on", Asked::Boolean, context, value))
            .map(Option::unwrap_or_default)
            .map_err(|fault| fault.code())
    }

    /// A thread that has read by a client holds on to what reads need, and to nothing that runs.
    #[test]
    fn a_client_stops_when_its_number_is_taken_away_whoever_has_read_by_it() {
        let started = start();
        let reader = started.reader();
        let handle = insert(started).unwrap();
        let (ask, asked) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            for () in asked {
                tell.send([is_on(handle, 0), is_on(handle, 0), is_on(handle, 0)]).unwrap();
            }
        });
        ask.send(()).unwrap();
        assert_eq!(told.recv().unwrap(), [Ok(true); 3]);
        reader.put(r#"{"entries": []}"#).unwrap();
        remove(handle).unwrap();
        assert!(reader.put(r#"{"entries": []}"#).is_err(), "it is stopped");
        ask.send(()).unwrap();
        assert_eq!(told.recv().unwrap(), [Err(Code::Closed); 3]);
        assert_eq!(client(handle).err().map(|fault| fault.code()), Some(Code::Closed));
        drop(ask);
        thread.join().unwrap();
    }

    /// And it need not look again because a moment of a client was closed, as one is with every request.
    #[test]
    fn a_thread_lets_go_of_what_it_saw_when_a_client_has_ended() {
        let client = start();
        let (other, moment) = (insert(start()).unwrap(), insert(client.pinned()).unwrap());
        let handle = insert(client).unwrap();
        let seen = || with_thread(|thread| format!("{:?}", thread.seen));
        let nothing = seen();
        assert_eq!([is_on(handle, 0), is_on(moment, 0), is_on(moment, 0)], [Ok(true); 3]);
        let one = seen();
        assert_ne!(one, nothing);
        close(moment).unwrap();
        assert_eq!((is_on(handle, 0), seen()), (Ok(true), one));
        std::thread::scope(|scope| drop(scope.spawn(|| close(other)).join()));
        with_thread(let_go_of_closed);
        assert_eq!(seen(), nothing);
        assert_eq!(is_on(handle, 0), Ok(true));
        close(handle).unwrap();
        assert_eq!((is_on(handle, 0), seen()), (Err(Code::Closed), nothing));
    }

    #[test]
    fn a_thread_that_is_about_to_end_reads_as_well() {
        struct ReadsAtTheEnd(u64, u64, mpsc::Sender<Result<bool, Code>>);
        impl Drop for ReadsAtTheEnd {
            fn drop(&mut self) {
                self.2.send(is_on(self.0, self.1)).unwrap();
            }
        }
        thread_local! {
            static LAST: std::cell::RefCell<Option<ReadsAtTheEnd>> = const { std::cell::RefCell::new(None) };
        }
        let handle = insert(start()).unwrap();
        let context = crate::contexts::insert(Context::new()).unwrap();
        let (tell, told) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            // What is made first ends last.
            LAST.set(Some(ReadsAtTheEnd(handle, context, tell)));
            [is_on(handle, context), is_on(handle, context), is_on(handle, context)]
        });
        assert_eq!(thread.join().unwrap(), [Ok(true); 3]);
        assert_eq!(told.recv().unwrap(), Ok(true));
        close(handle).unwrap();
        crate::contexts::remove(context).unwrap();
        assert!(with_client(handle, |_| ()).is_err());
    }
}
