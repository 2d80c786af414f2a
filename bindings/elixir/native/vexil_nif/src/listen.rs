//! Who listens: what a client tells becomes a message to a process.
//!
//! A client tells on the thread that makes the change, which may be a scheduler, and there the virtual machine sends only
//! in the name of the process that runs. So one thread of ours, for all clients, sends everything, in the order in which
//! it was told. Whoever tells waits where it has not kept up with [`ROOM`] messages; it waits for nobody.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{LazyLock, Mutex, PoisonError};

use rustler::{Atom, Encoder, Env, LocalPid, OwnedEnv, Resource, ResourceArc, Term};
use vexil_client::{Change, State, Subscription};
use vexil_ffi::Code;

use crate::client::Held;
use crate::errors::{self, Failed, Result};
use crate::value::text;
use crate::{atoms, context, state};

/// Messages that may wait to be sent.
const ROOM: usize = 1_024;

/// A message, and who gets it. `client` is the client's name.
struct Letter {
    to: LocalPid,
    client: Atom,
    news: News,
}

enum News {
    Change(Change),
    State(State),
    Generation(u64),
    /// For the process that owns the client, which logs it.
    Warning(String),
}

/// The way to the thread that sends; none where the system starts no thread.
static POST: LazyLock<Option<SyncSender<Letter>>> = LazyLock::new(|| {
    let (post, letters) = sync_channel(ROOM);
    let thread = std::thread::Builder::new().name("vexil-post".to_owned());
    thread.spawn(move || deliver(&letters)).ok().map(|_| post)
});

fn deliver(letters: &Receiver<Letter>) {
    let mut env = OwnedEnv::new();
    for Letter { to, client, news } in letters {
        // Whoever is dead hears nothing, and that is all.
        let _ = env.send_and_clear(&to, |env| news.message(env, client));
    }
}

impl News {
    fn message<'a>(&self, env: Env<'a>, client: Atom) -> Term<'a> {
        let (kind, told) = match self {
            News::Change(change) => (atoms::change(), state::change(env, change)),
            News::State(state) => (atoms::state(), state::state(env, state)),
            News::Generation(generation) => (atoms::generation(), generation.encode(env)),
            News::Warning(warning) => (atoms::warning(), text(env, warning)),
        };
        (atoms::vexil(), kind, client, told).encode(env)
    }
}

/// Listens until it is cancelled, or nobody refers to it.
pub(crate) struct Listening {
    subscription: Mutex<Option<Subscription>>,
}

#[rustler::resource_impl]
impl Resource for Listening {}

/// Tells a process of every change of the state.
#[rustler::nif]
fn on_state(env: Env<'_>, client: ResourceArc<Held>, to: LocalPid, name: Atom) -> Term<'_> {
    errors::made(
        env,
        listening(|post| {
            client.client().on_state(move |state| send(post, to, name, News::State(state.clone())))
        }),
    )
}

/// Tells a process of every new generation.
#[rustler::nif]
fn on_generation(env: Env<'_>, client: ResourceArc<Held>, to: LocalPid, name: Atom) -> Term<'_> {
    errors::made(
        env,
        listening(|post| {
            client.client().on_generation(move |number| send(post, to, name, News::Generation(*number)))
        }),
    )
}

/// Tells a process when a key's value is another: evaluated for nobody in particular where `whom` is `nil`.
#[rustler::nif(name = "dirty_on_change", schedule = "DirtyCpu")]
fn on_change<'a>(
    env: Env<'a>,
    client: ResourceArc<Held>,
    to: LocalPid,
    name: Atom,
    namespace: &str,
    key: &str,
    whom: Term<'a>,
) -> Term<'a> {
    let whom = match atoms::nil() == whom {
        true => Ok(None),
        false => context::laid_flat(whom).map(Some),
    };
    let listening = whom.and_then(|whom| {
        listening(|post| {
            let tell = move |change: &Change| send(post, to, name, News::Change(change.clone()));
            match whom {
                Some(whom) => client.client().on_change_for(namespace, key, whom, tell),
                None => client.client().on_change(namespace, key, tell),
            }
        })
    });
    errors::made(env, listening)
}

/// Listens no more. What is on its way still arrives.
#[rustler::nif]
fn cancel(listening: ResourceArc<Listening>) -> Atom {
    let subscription = listening.subscription.lock().unwrap_or_else(PoisonError::into_inner).take();
    drop(subscription);
    atoms::ok()
}

fn listening(
    subscribe: impl FnOnce(&'static SyncSender<Letter>) -> Subscription,
) -> Result<ResourceArc<Listening>> {
    let Some(post) = &*POST else {
        return Err(Failed::new(Code::System, "no thread can be started that sends messages"));
    };
    Ok(ResourceArc::new(Listening { subscription: Mutex::new(Some(subscribe(post))) }))
}

/// Has a process log a warning. Where there is no room for it just now it is lost: a read does not wait.
pub(crate) fn warn(process: LocalPid, warning: &str) {
    if let Some(post) = &*POST {
        let news = News::Warning(warning.to_owned());
        drop(post.try_send(Letter { to: process, client: atoms::vexil(), news }));
    }
}

/// Starts the thread that sends, so that no read has to.
pub(crate) fn open() {
    LazyLock::force(&POST);
}

fn send(post: &SyncSender<Letter>, to: LocalPid, client: Atom, news: News) {
    // The thread ends with the process, and nobody is left then.
    drop(post.send(Letter { to, client, news }));
}
