//! The client: what a program asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::thread::JoinHandle;

use arc_swap::{ArcSwap, ArcSwapOption};
use parking_lot::Mutex;
use thiserror::Error;
use vexil_core::trace::Trace;
use vexil_core::{Asked, Attributes, Context, ErrorCode, Evaluation, Overrides, Request, Value};

use crate::changes::{Change, Changes, Subscription};
use crate::held::{self, Held};
use crate::options::{Fallback, Options, Source};
use crate::outcome::{Details, Origin, Outcome, Typed};
use crate::source::http;
use crate::state::{Failure, State};
use crate::supplied::WithSupplied;
use crate::sync::{self, Machinery};
use crate::telemetry::Telemetry;
use crate::{clock, fork};

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
    /// The operating system starts no thread.
    #[error("no thread can be started: {0}")]
    Thread(std::io::Error),
    /// There are no definitions to be had, and the options say that this is an error.
    #[error("there are no definitions: {0}")]
    NotReady(Failure),
}

/// Why an override is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("overrides are not allowed here; `allow_overrides` allows them (OVERRIDES_NOT_ALLOWED)")]
pub struct OverridesNotAllowed;

/// What all clones of a client share. Reads look only at what stands before `machinery`.
pub(crate) struct Shared {
    pub(crate) options: Options,
    supplied: Context,
    instance_id: String,
    pub(crate) held: ArcSwap<Held>,
    /// Since when nobody has said that what is held is the newest, in milliseconds since the epoch.
    pub(crate) stale_since: AtomicI64,
    overrides: ArcSwapOption<Overrides>,
    has_overrides: AtomicBool,
    /// Whether a read has more to do than to read: after a fork, and where there is no thread.
    forks: AtomicU64,
    closed: AtomicBool,
    pub(crate) telemetry: Telemetry,
    machinery: ArcSwap<Machinery>,
}

/// A client. Clones are the same client; the last one that goes stops it.
#[derive(Clone)]
pub struct Client {
    owner: Arc<Owner>,
}

/// Stops the client when it goes.
struct Owner {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Client {
    /// Starts a client, and waits for the first definitions as long as the options say.
    ///
    /// # Errors
    ///
    /// The program's own definitions cannot be read, or there are none to be had and [`Fallback::Throw`] says that this
    /// is an error. A source that does not answer is no error otherwise: the state says so, and it is tried again.
    pub fn start(options: Options) -> Result<Client, StartError> {
        if let Source::Http { url, .. } = &options.source
            && !http::is_address(url)
        {
            return Err(StartError::Url(url.clone()));
        }
        fork::watch();
        let nothing = held::compile(&options, held::NOTHING, None);
        let nothing = nothing.map_err(|problem| StartError::Definitions(sync::invalid(&problem)))?;
        let instance_id =
            options.supplied.instance_id.clone().unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
        let shared = Arc::new(Shared {
            telemetry: Telemetry::new(&options, &instance_id),
            supplied: options.attributes(&instance_id),
            instance_id,
            held: ArcSwap::from_pointee(Held { snapshot: nothing, origin: Origin::Nowhere }),
            stale_since: AtomicI64::new(FRESH),
            overrides: ArcSwapOption::empty(),
            has_overrides: AtomicBool::new(false),
            forks: AtomicU64::new(fork::generation()),
            closed: AtomicBool::new(false),
            machinery: ArcSwap::from_pointee(Machinery::new(&options, Changes::default())),
            options,
        });
        let machinery = shared.machinery.load_full();
        if let Source::Memory(text) = &shared.options.source {
            shared.take_local(&machinery, text, Origin::Memory).map_err(StartError::Definitions)?;
        }
        shared.take_what_is_here(&machinery);
        let client = Client { owner: Arc::new(Owner { shared, thread: Mutex::new(None) }) };
        client.begin(&machinery).map_err(StartError::Thread)?;
        let state = client.state();
        match state.last_error {
            Some(failure) if !state.initialized && client.shared().options.fallback == Fallback::Throw => {
                Err(StartError::NotReady(failure))
            }
            _ => Ok(client),
        }
    }

    /// The first refresh, and the thread for all others.
    fn begin(&self, machinery: &Arc<Machinery>) -> std::io::Result<()> {
        let shared = self.shared();
        if shared.options.offline || matches!(shared.options.source, Source::Memory(_)) {
            return Ok(());
        }
        if shared.options.threadless {
            shared.refresh_if_due(machinery);
            return Ok(());
        }
        self.start_thread(Arc::clone(machinery))?;
        let is_settled = |state: &State| state.last_sync.is_some() || state.last_error.is_some();
        let until = std::time::Instant::now() + shared.options.start_timeout;
        // What is here already is enough to begin with.
        while !shared.is_initialized() && !is_settled(&machinery.state()) && std::time::Instant::now() < until
        {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        Ok(())
    }

    fn start_thread(&self, machinery: Arc<Machinery>) -> std::io::Result<()> {
        let shared = Arc::clone(&self.owner.shared);
        let thread = std::thread::Builder::new()
            .name("vexil".to_owned())
            .spawn(move || sync::run(&shared, &machinery))?;
        *self.owner.thread.lock() = Some(thread);
        Ok(())
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.owner.shared
    }

    /// Whether a flag is on for this context; off where it is none, or is not known.
    #[inline]
    pub fn is_enabled(&self, key: &str, context: &impl Attributes) -> bool {
        self.get_bool(key, context, false)
    }

    /// A flag or config that is `true` or `false`.
    #[inline]
    pub fn get_bool(&self, key: &str, context: &impl Attributes, default: bool) -> bool {
        self.get(key, context, default)
    }

    /// A flag or config that is an integer.
    #[inline]
    pub fn get_int(&self, key: &str, context: &impl Attributes, default: i64) -> i64 {
        self.get(key, context, default)
    }

    /// A flag or config that is a float, or an integer that a float holds exactly.
    #[inline]
    pub fn get_float(&self, key: &str, context: &impl Attributes, default: f64) -> f64 {
        self.get(key, context, default)
    }

    /// A flag or config that is text.
    pub fn get_string(&self, key: &str, context: &impl Attributes, default: &str) -> String {
        let found = self.evaluate(key, Some(Asked::String), context, |outcome| {
            outcome.evaluation.value().and_then(Value::as_str).map(str::to_owned)
        });
        found.unwrap_or_else(|| default.to_owned())
    }

    /// A flag or config that is JSON.
    pub fn get_json(&self, key: &str, context: &impl Attributes, default: Value) -> Value {
        self.get(key, context, default)
    }

    /// As [`Client::get_bool`], with all that there is to say of it.
    pub fn bool_details(&self, key: &str, context: &impl Attributes, default: bool) -> Details<bool> {
        self.details(key, context, default)
    }

    /// As [`Client::get_int`], with all that there is to say of it.
    pub fn int_details(&self, key: &str, context: &impl Attributes, default: i64) -> Details<i64> {
        self.details(key, context, default)
    }

    /// As [`Client::get_float`], with all that there is to say of it.
    pub fn float_details(&self, key: &str, context: &impl Attributes, default: f64) -> Details<f64> {
        self.details(key, context, default)
    }

    /// As [`Client::get_string`], with all that there is to say of it.
    pub fn string_details(&self, key: &str, context: &impl Attributes, default: &str) -> Details<String> {
        self.details(key, context, default.to_owned())
    }

    /// As [`Client::get_json`], with all that there is to say of it.
    pub fn json_details(&self, key: &str, context: &impl Attributes, default: Value) -> Details<Value> {
        self.details(key, context, default)
    }

    /// The id of the variant that an experiment gives this context; none where it takes no part.
    pub fn variant(&self, experiment: &str, context: &impl Attributes) -> Option<String> {
        self.evaluate(experiment, None, context, |outcome| {
            let assignment = outcome.evaluation.assignment()?;
            (assignment.experiment() == experiment).then(|| assignment.variant().to_owned())
        })
    }

    /// The configuration of that variant.
    pub fn variant_config(&self, experiment: &str, context: &impl Attributes) -> Option<Value> {
        self.evaluate(experiment, None, context, |outcome| {
            let assignment = outcome.evaluation.assignment()?;
            (assignment.experiment() == experiment).then(|| outcome.evaluation.value().cloned())?
        })
    }

    #[inline]
    fn get<T: Typed>(&self, key: &str, context: &impl Attributes, default: T) -> T {
        let found =
            self.evaluate(key, Some(T::ASKED), context, |outcome| outcome.evaluation.value().and_then(T::of));
        found.unwrap_or(default)
    }

    fn details<T: Typed>(&self, key: &str, context: &impl Attributes, default: T) -> Details<T> {
        self.evaluate(key, Some(T::ASKED), context, |outcome| {
            match (outcome.origin, outcome.evaluation.error()) {
                (Origin::Nowhere, Some(ErrorCode::FlagNotFound)) => Details::unready(default),
                _ => outcome.details(default),
            }
        })
    }

    /// Evaluates a flag, config or experiment, and hands over what it comes to, borrowed from what is in force.
    #[inline]
    pub fn evaluate<A: Attributes, R>(
        &self,
        key: &str,
        asked: Option<Asked>,
        context: &A,
        take: impl FnOnce(Outcome<'_>) -> R,
    ) -> R {
        self.read(context, |held, request| {
            let evaluation = match asked {
                Some(asked) => held.snapshot.evaluate_as(key, asked, request),
                None => held.snapshot.evaluate(key, request),
            };
            self.shared().telemetry.count(&evaluation, request);
            take(self.shared().outcome(held, evaluation))
        })
    }

    /// Evaluates every key, by what is in force at one moment.
    pub fn evaluate_all<A: Attributes>(&self, context: &A, mut take: impl FnMut(&str, Outcome<'_>)) {
        self.read(context, |held, request| {
            for key in held.snapshot.keys() {
                let evaluation = held.snapshot.evaluate(key, request);
                take(key, self.shared().outcome(held, evaluation));
            }
        });
    }

    /// Evaluates, and tells how.
    pub fn explain<A: Attributes>(&self, key: &str, context: &A) -> Trace {
        self.read(context, |held, request| held.snapshot.explain(key, None, request).1)
    }

    #[inline]
    fn read<A: Attributes, R>(
        &self,
        context: &A,
        take: impl for<'r> FnOnce(&'r Held, &Request<'r, WithSupplied<'r, A>>) -> R,
    ) -> R {
        let shared = self.shared();
        if shared.forks.load(Ordering::Relaxed) != fork::generation() || shared.options.threadless {
            self.before_read();
        }
        let overrides =
            if shared.has_overrides.load(Ordering::Relaxed) { shared.overrides.load_full() } else { None };
        let held = shared.held.load();
        let context = WithSupplied { context, supplied: &shared.supplied };
        let mut request = Request::new(&context, clock::timestamp());
        request.overrides = overrides.as_deref();
        take(&held, &request)
    }

    /// After a fork, a child has no thread, and locks that nobody gives back; it makes its own.
    #[cold]
    fn before_read(&self) {
        let shared = self.shared();
        let (known, forks) = (shared.forks.load(Ordering::Relaxed), fork::generation());
        if known != forks {
            let mine = shared.forks.compare_exchange(known, forks, Ordering::AcqRel, Ordering::Relaxed);
            if mine.is_ok() && !shared.closed.load(Ordering::Relaxed) {
                self.begin_anew();
            }
        }
        if shared.options.threadless && !shared.closed.load(Ordering::Relaxed) {
            shared.refresh_if_due(&shared.machinery.load());
        }
    }

    fn begin_anew(&self) {
        let shared = self.shared();
        let before = shared.machinery.load_full();
        let machinery = Arc::new(Machinery::after_fork(shared, &before));
        shared.machinery.store(Arc::clone(&machinery));
        let is_watched = !shared.options.offline && !matches!(shared.options.source, Source::Memory(_));
        if is_watched && !shared.options.threadless {
            // The parent's thread is not ours to join, nor to let go of: ours may get its number. Without one of our own
            // what is held is served, and grows old.
            std::mem::forget(self.owner.thread.lock().take());
            drop(self.start_thread(machinery));
        }
        // Its locks and sockets are the parent's: they must not be touched, not even to be freed.
        std::mem::forget(before);
    }

    /// How the client stands.
    pub fn state(&self) -> State {
        State { overrides: self.overrides().len(), ..self.shared().machinery.load().state() }
    }

    /// The name of this process in telemetry, and in contexts as `instance.id`.
    pub fn instance_id(&self) -> &str {
        &self.shared().instance_id
    }

    /// Hears of every change of the state, on the thread that makes it.
    pub fn on_state(&self, listener: impl Fn(&State) + Send + Sync + 'static) -> Subscription {
        self.shared().machinery.load().changes.on_state(listener)
    }

    /// Hears when a key's value is another. The namespaces `features`, `configs` and `experiments` are of what is in
    /// force, evaluated for nobody in particular; others are the host's own.
    pub fn on_change(
        &self,
        namespace: &str,
        key: &str,
        listener: impl Fn(&Change) + Send + Sync + 'static,
    ) -> Subscription {
        self.shared().machinery.load().changes.on_key(namespace, key, listener)
    }

    /// Asks the source now, and waits for the answer.
    ///
    /// # Errors
    ///
    /// What went wrong; it is in the state as well.
    pub fn force_refresh(&self) -> Result<(), Failure> {
        let shared = self.shared();
        shared.refresh(&shared.machinery.load()).map_err(|refused| refused.failure)
    }

    /// Puts other definitions in force, where the source is the program itself.
    ///
    /// # Errors
    ///
    /// They cannot be read; what is in force stays.
    pub fn put(&self, definitions: &str) -> Result<(), Failure> {
        let shared = self.shared();
        shared.take_local(&shared.machinery.load(), definitions, Origin::Memory)
    }

    /// Sets what a key is in this process, whatever is in force: for tests and debugging.
    ///
    /// # Errors
    ///
    /// The options do not allow overrides.
    pub fn set_override(&self, key: &str, value: impl Into<Value>) -> Result<(), OverridesNotAllowed> {
        if !self.shared().options.allow_overrides {
            return Err(OverridesNotAllowed);
        }
        let value = value.into();
        self.change_overrides(|overrides| overrides.set(key, value.clone()));
        Ok(())
    }

    /// The override of a key.
    pub fn get_override(&self, key: &str) -> Option<Value> {
        self.shared().overrides.load().as_ref()?.get(key).cloned()
    }

    /// Every override.
    pub fn overrides(&self) -> Vec<(String, Value)> {
        let overrides = self.shared().overrides.load();
        let all = overrides.iter().flat_map(|overrides| overrides.iter());
        all.map(|(key, value)| (key.to_owned(), value.clone())).collect()
    }

    /// Removes an override.
    pub fn remove_override(&self, key: &str) {
        self.change_overrides(|overrides| {
            overrides.remove(key);
        });
    }

    /// Removes all overrides.
    pub fn clear_overrides(&self) {
        self.change_overrides(Overrides::clear);
    }

    fn change_overrides(&self, change: impl Fn(&mut Overrides)) {
        let shared = self.shared();
        shared.overrides.rcu(|overrides| {
            let mut next = overrides.as_deref().cloned().unwrap_or_default();
            change(&mut next);
            Some(Arc::new(next))
        });
        let is_any =
            shared.overrides.load().as_ref().is_some_and(|overrides| overrides.iter().next().is_some());
        shared.has_overrides.store(is_any, Ordering::Relaxed);
    }

    /// Stops: nobody is asked any more. What is held is still served, and grows old.
    pub fn close(&self) {
        self.owner.stop();
    }
}

impl Owner {
    fn stop(&self) {
        let shared = &self.shared;
        if shared.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        // After a fork the thread and the locks are the parent's.
        if shared.forks.load(Ordering::Relaxed) != fork::generation() {
            return;
        }
        shared.machinery.load().stop();
        shared.telemetry.stop();
        let thread = self.thread.lock().take();
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
        {
            // It ends by itself where it panicked.
            drop(thread.join());
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    pub(crate) fn instance_id(&self) -> &str {
        &self.instance_id
    }

    fn is_initialized(&self) -> bool {
        self.held.load().origin != Origin::Nowhere
    }

    #[inline]
    fn outcome<'a>(&self, held: &Held, evaluation: Evaluation<'a>) -> Outcome<'a> {
        let since = self.stale_since.load(Ordering::Relaxed);
        let stale_ms =
            (since != FRESH).then(|| u64::try_from(clock::now().saturating_sub(since)).unwrap_or(0));
        Outcome { evaluation, origin: held.origin, stale_ms }
    }

    /// What a key is for nobody in particular; of an experiment, the variant.
    pub(crate) fn value_for_nobody(&self, held: &Held, key: &str) -> Option<Value> {
        let evaluation = held.snapshot.evaluate(key, &Request::new(&self.supplied, clock::timestamp()));
        evaluation.value().cloned()
    }
}
