//! The client: how it starts, lives through forks, and stops; how it stands, and who hears of it. What it reads is in
//! [`reads`], what the program says beside the definitions in [`local`].

mod local;
mod reading;
mod reads;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, ArcSwapOption};
use thiserror::Error;
use vexil_core::{Context, Overrides};

use crate::changes::{self, Change, Changes, Subscription};
use crate::fork;
use crate::held::{self, Held};
use crate::options::{Fallback, Options, Source};
use crate::outcome::Origin;
use crate::seen;
use crate::source::http;
use crate::state::{ConnectionStatus, Failure, FailureCode, State};
use crate::sync::{self, Machinery};
use crate::telemetry::Telemetry;
use crate::threads;

pub use local::OverridesNotAllowed;
pub use reading::ThreadClient;
pub(crate) use reading::{Pinned, stale_ms};

/// The value of [`Shared::stale_since`] while somebody says that what is held is the newest.
pub(crate) const FRESH: i64 = i64::MIN;

/// Why a client does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The definitions that the program handed over are none.
    #[error("the definitions cannot be read: {0}")]
    Definitions(Failure),
    /// The address of the control plane is none.
    #[error("`{0}` is no address of a control plane, such as https://flags.example.com")]
    Url(String),
    /// An option says what cannot be done, such as to ask without a pause.
    #[error("{0} (INVALID_OPTIONS)")]
    Options(String),
    /// The operating system starts no thread.
    #[error("no thread can be started: {0}")]
    Thread(std::io::Error),
    /// There are no definitions to be had, and the options say that this is an error.
    #[error("there are no definitions: {0}")]
    NotReady(Failure),
}

/// What all clones of a client share. Reads look only at what stands before `machinery`, in lines of memory that nobody
/// writes to who only makes a view or a clone.
#[repr(align(128))]
pub(crate) struct Shared {
    /// Its number among the clients of this process.
    id: u64,
    pub(crate) options: Options,
    /// What is added to contexts.
    supplied: Context,
    instance_id: String,
    pub(crate) held: ArcSwap<Held>,
    /// The number of what is held.
    generation: AtomicU64,
    /// Since when nobody has said that what is held is the newest, in milliseconds since the epoch.
    pub(crate) stale_since: AtomicI64,
    /// How often this process had forked when `machinery` was last known to be its own.
    forks: AtomicU64,
    closed: AtomicBool,
    pub(crate) telemetry: Telemetry,
    machinery: ArcSwap<Machinery>,
    /// Without a lock, for a child could wait for ever for one that somebody held in the parent.
    thread: ArcSwapOption<JoinHandle<()>>,
}

/// A client. Clones are the same client; the last one that goes stops it.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// Goes with the last clone; nothing in a reader.
    _owner: Option<Arc<Owner>>,
    /// Those of one request, and the moment that it sees, where this client is of one.
    request_overrides: Option<Arc<Overrides>>,
    pinned: Option<Arc<Pinned>>,
}

/// Stops the client when it goes.
struct Owner {
    shared: Arc<Shared>,
}

impl Client {
    /// Starts a client, and waits for the first definitions as long as the options say.
    ///
    /// # Errors
    ///
    /// The options cannot work, the program's own definitions cannot be read, or there are none to be had and
    /// [`Fallback::Throw`] says that this is an error. A source that does not answer is no error otherwise: the state
    /// says so, and it is tried again.
    pub fn start(options: Options) -> Result<Client, StartError> {
        if let Source::Http { url, .. } = &options.source
            && !http::is_address(url)
        {
            return Err(StartError::Url(url.clone()));
        }
        options.check().map_err(StartError::Options)?;
        fork::watch();
        let nothing = held::compile(&options, held::NOTHING, None);
        let nothing = nothing.map_err(|problem| StartError::Definitions(sync::invalid(&problem)))?;
        let instance_id =
            options.supplied.instance_id.clone().unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
        let id = seen::next_client();
        let shared = Arc::new(Shared {
            id,
            telemetry: Telemetry::new(&options, &instance_id),
            supplied: options.attributes(&instance_id),
            instance_id,
            held: ArcSwap::from_pointee(Held::new(id, nothing, Origin::Nowhere)),
            generation: AtomicU64::new(0),
            stale_since: AtomicI64::new(FRESH),
            forks: AtomicU64::new(fork::generation()),
            closed: AtomicBool::new(false),
            machinery: ArcSwap::from_pointee(Machinery::new(&options, Changes::default())),
            thread: ArcSwapOption::empty(),
            options,
        });
        let machinery = shared.machinery.load_full();
        if let Source::Memory(text) = &shared.options.source {
            shared.take_local(&machinery, text, Origin::Memory).map_err(StartError::Definitions)?;
        }
        shared.take_what_is_here(&machinery);
        let _owner = Some(Arc::new(Owner { shared: Arc::clone(&shared) }));
        let client = Client { shared, _owner, request_overrides: None, pinned: None };
        client.shared().begin(&machinery).map_err(StartError::Thread)?;
        // By what is in force, and not by the state, which hears of it a moment later.
        if client.shared().options.fallback == Fallback::Throw && !client.is_ready() {
            let failure = client.state().last_error;
            return Err(StartError::NotReady(failure.unwrap_or_else(|| client.shared().nothing_heard())));
        }
        Ok(client)
    }

    #[inline]
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// How the client stands.
    pub fn state(&self) -> State {
        self.shared().machinery().state()
    }

    /// Whether there are definitions to evaluate with, wherever they came from.
    pub fn is_ready(&self) -> bool {
        self.shared().held.load().origin != Origin::Nowhere
    }

    /// The same client for those who only read, and for as long as they like: it does not count among the clones of which
    /// the last one stops the client, and goes on with what is held when it was stopped.
    #[must_use]
    pub fn reader(&self) -> Client {
        Client { _owner: None, ..self.clone() }
    }

    /// Whether it asks a store, which may be the program's own, for what units were given.
    pub fn is_sticky(&self) -> bool {
        self.shared().options.sticky.is_some()
    }

    /// Whether a read may have to ask the source first, as the options say, and wait for the answer.
    #[inline]
    pub fn is_threadless(&self) -> bool {
        self.shared().options.threadless
    }

    /// The name of this process in telemetry, and in contexts as `instance.id`.
    pub fn instance_id(&self) -> &str {
        &self.shared().instance_id
    }

    /// Counts how often something was put in force that a read may depend on: definitions, overrides, what is registered,
    /// runtime values. As long as it stays the same, time alone can change what a read comes to.
    #[inline]
    pub fn generation(&self) -> u64 {
        self.shared().generation()
    }

    /// Hears of every change of the state, on the thread that makes it.
    pub fn on_state(&self, listener: impl Fn(&State) + Send + Sync + 'static) -> Subscription {
        self.shared().machinery().changes.on_state(listener)
    }

    /// Hears of every new [`Client::generation`]: when views are to be renewed.
    pub fn on_generation(&self, listener: impl Fn(&u64) + Send + Sync + 'static) -> Subscription {
        self.shared().machinery().changes.on_generation(listener)
    }

    /// Hears when a key's value is another. The namespaces `features`, `configs` and `experiments` name the keys of what
    /// is in force, all three the same ones, evaluated for nobody in particular: with what the client supplies alone. In
    /// any other namespace it is the runtime value.
    pub fn on_change(
        &self,
        namespace: &str,
        key: &str,
        listener: impl Fn(&Change) + Send + Sync + 'static,
    ) -> Subscription {
        self.shared().machinery().changes.on_key(namespace, key, None, listener)
    }

    /// As [`Client::on_change`], evaluated for this context: it also hears of changes that concern only some.
    pub fn on_change_for(
        &self,
        namespace: &str,
        key: &str,
        context: Context,
        listener: impl Fn(&Change) + Send + Sync + 'static,
    ) -> Subscription {
        self.shared().machinery().changes.on_key(namespace, key, Some(context), listener)
    }

    /// Asks the source now, and waits for the answer.
    ///
    /// # Errors
    ///
    /// What went wrong; it is in the state as well.
    pub fn force_refresh(&self) -> Result<(), Failure> {
        let shared = self.shared();
        shared.check_open()?;
        shared.refresh(&shared.machinery()).map_err(|refused| refused.failure)
    }

    /// Puts other definitions in force, where the source is the program itself.
    ///
    /// # Errors
    ///
    /// They cannot be read, or the source is another one; what is in force stays.
    pub fn put(&self, definitions: &str) -> Result<(), Failure> {
        let shared = self.shared();
        shared.check_open()?;
        if !matches!(shared.options.source, Source::Memory(_)) {
            let told = "definitions are put only where the source is the program itself";
            return Err(Failure::new(FailureCode::NotMemory, told));
        }
        shared.take_local(&shared.machinery(), definitions, Origin::Memory)
    }

    /// Stops: nobody is asked any more. What is held is still served, and grows old. It waits for the client's thread to
    /// end, unless a listener calls it.
    pub fn close(&self) {
        self.shared().stop();
    }
}

impl Shared {
    fn check_open(&self) -> Result<(), Failure> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Failure::new(FailureCode::Closed, "the client was closed"));
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// What is added to contexts.
    pub(crate) fn supplied(&self) -> &Context {
        &self.supplied
    }

    /// Since when nobody has said that what is held is the newest; [`FRESH`] while somebody does.
    pub(crate) fn stale_since(&self) -> i64 {
        self.stale_since.load(Ordering::Relaxed)
    }

    /// The first refresh, and the thread for all others.
    fn begin(self: &Arc<Shared>, machinery: &Arc<Machinery>) -> std::io::Result<()> {
        if !self.is_watching() {
            return Ok(());
        }
        if self.options.threadless {
            self.refresh_if_due(machinery);
            return Ok(());
        }
        self.start_thread(Arc::clone(machinery))?;
        let is_settled = |state: &State| state.last_sync.is_some() || state.last_error.is_some();
        let until = Instant::now() + self.options.start_timeout;
        // What is here already is enough to begin with.
        let is_here = || self.held.load().origin != Origin::Nowhere;
        while !is_here() && !is_settled(&machinery.state()) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Why there are no definitions, where nothing has gone wrong.
    fn nothing_heard(&self) -> Failure {
        if self.options.offline {
            let told = "nobody is asked, and there is neither a bootstrap nor a last known good";
            return Failure::new(FailureCode::CacheRead, told);
        }
        let told = format!("the source has not answered within {:?}", self.options.start_timeout);
        Failure::new(FailureCode::Timeout, told)
    }

    /// Whether there is somebody to ask again and again.
    fn is_watching(&self) -> bool {
        !self.options.offline && !matches!(self.options.source, Source::Memory(_))
    }

    fn start_thread(self: &Arc<Shared>, machinery: Arc<Machinery>) -> std::io::Result<()> {
        let shared = Arc::clone(self);
        let thread = threads::spawn("vexil", move || sync::run(&shared, &machinery))?;
        // After a fork what was there is the parent's thread, which is not ours to touch.
        std::mem::forget(self.thread.swap(Some(Arc::new(thread))));
        Ok(())
    }

    /// All of it that has locks, which are this process's own.
    pub(crate) fn machinery(self: &Arc<Shared>) -> Arc<Machinery> {
        if self.forks.load(Ordering::Relaxed) != fork::generation() {
            self.notice_fork();
        }
        self.machinery.load_full()
    }

    /// What a read has to do first, after a fork and where there is no thread.
    #[cold]
    fn before_read(self: &Arc<Shared>) {
        self.notice_fork();
        if self.options.threadless && !self.closed.load(Ordering::Relaxed) {
            self.refresh_if_due(&self.machinery.load());
        }
    }

    /// After a fork, a child has no thread, and locks that nobody gives back; it makes its own.
    #[cold]
    fn notice_fork(self: &Arc<Shared>) {
        let before = self.machinery.load_full();
        let forks = fork::generation();
        if before.forks() != forks {
            let machinery = Arc::new(Machinery::after_fork(self, &before));
            let found = self.machinery.compare_and_swap(&before, Arc::clone(&machinery));
            // Of several threads that have noticed, one puts its own in place.
            if Arc::ptr_eq(&found, &before) {
                let is_stopped = self.closed.load(Ordering::Relaxed);
                if !is_stopped {
                    self.telemetry.after_fork(&self.options, &self.instance_id);
                }
                if self.is_watching() && !is_stopped {
                    self.doubt(&machinery, ConnectionStatus::Connecting);
                }
                if self.is_watching() && !self.options.threadless && !is_stopped {
                    // Without a thread what is held is served, and grows old.
                    drop(self.start_thread(Arc::clone(&machinery)));
                    // Whoever has closed it meanwhile has not seen this thread.
                    if self.closed.load(Ordering::Acquire) {
                        machinery.stop();
                    }
                }
            }
            std::mem::forget(found);
            // Its locks and sockets are the parent's: they must not be touched, not even to be freed.
            std::mem::forget(before);
        }
        self.forks.store(forks, Ordering::Relaxed);
    }

    fn stop(&self) {
        if self.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        // After a fork the thread and the locks are the parent's.
        if self.forks.load(Ordering::Relaxed) != fork::generation() {
            return;
        }
        let machinery = self.machinery.load_full();
        machinery.stop();
        self.telemetry.stop();
        let thread = self.thread.swap(None).and_then(Arc::into_inner);
        // A listener may be what another thread waits for: two that close each other's clients would wait for ever.
        let is_this = |thread: &JoinHandle<()>| thread.thread().id() == std::thread::current().id();
        if let Some(thread) = thread.filter(|thread| !is_this(thread) && !changes::is_telling()) {
            drop(thread.join());
        }
        if self.is_watching() {
            self.doubt(&machinery, ConnectionStatus::Disconnected);
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.shared.stop();
        seen::forget(self.shared.id);
    }
}
