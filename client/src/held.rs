//! What a read looks at: the definitions that are in force, and what the program has said beside them. It is swapped
//! whole, so that a read sees one moment, and it has a number, by which one tells whether it is still the same.

use std::sync::Arc;

use vexil_core::trace::Trace;
use vexil_core::{
    AsKey, Asked, Attributes, Environment, ErrorCode, Evaluation, Overrides, Problem, Request, Snapshot,
};

use crate::clock::Moment;
use crate::options::{Options, Source};
use crate::outcome::Origin;
use crate::registrations::Registrations;
use crate::runtime::RuntimeValues;
use crate::state::State;

/// What one read asks, and when.
pub(crate) type Reading<'r, 'h, A> = Request<'r, 'h, A, &'r Moment>;

/// All that a read may come to depends on this, and on who asks and when.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    /// The number of the client that holds it.
    pub(crate) client: u64,
    pub(crate) snapshot: Arc<Snapshot>,
    /// Where the snapshot came from.
    pub(crate) origin: Origin,
    /// None where there are none: then a read need not look.
    pub(crate) overrides: Option<Arc<Overrides>>,
    /// What stands where the snapshot has no such key.
    pub(crate) registered: Option<Arc<Registrations>>,
    /// The host's own; no read of a flag looks at them.
    pub(crate) runtime: Arc<RuntimeValues>,
    /// Counts what was in force before it.
    pub(crate) generation: u64,
}

impl Held {
    pub(crate) fn new(client: u64, snapshot: Snapshot, origin: Origin) -> Held {
        Held {
            client,
            snapshot: Arc::new(snapshot),
            origin,
            overrides: None,
            registered: None,
            runtime: Arc::default(),
            generation: 0,
        }
    }

    /// The same with other definitions. What is registered stands in their environment then.
    pub(crate) fn with_snapshot(&self, snapshot: impl Into<Arc<Snapshot>>, origin: Origin) -> Held {
        let snapshot = snapshot.into();
        let registered = self.registered.as_ref().map(|registered| registered.moved(&snapshot));
        Held { snapshot, origin, registered, ..self.clone() }
    }

    /// Evaluates a key in the place of another evaluation, which is large to copy, and says whose definition it was.
    #[inline(always)]
    pub(crate) fn evaluate_into<'h, A: Attributes>(
        &'h self,
        out: &mut Evaluation<'h>,
        key: &(impl AsKey + ?Sized),
        asked: Option<Asked>,
        request: &Reading<'_, 'h, A>,
    ) -> Origin {
        self.snapshot.evaluate_into(out, key, asked, request);
        match out.error() {
            Some(ErrorCode::FlagNotFound) => self.registered_into(out, key, asked, request),
            _ => self.origin,
        }
    }

    /// Evaluates what is registered, where the snapshot has found nothing.
    #[cold]
    fn registered_into<'h, A: Attributes>(
        &'h self,
        out: &mut Evaluation<'h>,
        key: &(impl AsKey + ?Sized),
        asked: Option<Asked>,
        request: &Reading<'_, 'h, A>,
    ) -> Origin {
        let registered = self.registered.as_ref().map(|registered| registered.snapshot());
        match registered.filter(|registered| registered.key(key.as_key()).is_some()) {
            Some(registered) => {
                registered.evaluate_into(out, key, asked, request);
                Origin::Registered
            }
            None => self.origin,
        }
    }

    /// Evaluates, and tells how.
    pub(crate) fn explain<A: Attributes>(&self, key: &str, request: &Reading<'_, '_, A>) -> Trace {
        let registered = self.registered.as_ref().map(|registered| registered.snapshot());
        let by = registered.filter(|registered| !self.serves(key) && registered.key(key).is_some());
        by.unwrap_or(&self.snapshot).explain(key, None, request).1
    }

    /// Every key that can be asked for, each once.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let registered = self.registered.iter().flat_map(|registered| registered.snapshot().keys());
        self.snapshot.keys().chain(registered.filter(|key| !self.serves(key)))
    }

    /// A key as it lies here, if it can be asked for.
    pub(crate) fn key(&self, key: &str) -> Option<&str> {
        let registered = || self.registered.as_ref()?.snapshot().key(key);
        self.snapshot.key(key).or_else(registered)
    }

    /// Says in the state what is in force.
    pub(crate) fn describe(&self, state: &mut State) {
        state.initialized = self.origin != Origin::Nowhere;
        state.version = self.snapshot.version();
        state.origin = self.origin;
        state.restart_required = self.snapshot.restart_required().map(str::to_owned).collect();
        state.overrides = self.overrides.as_ref().map_or(0, |overrides| overrides.iter().count());
    }

    fn serves(&self, key: &str) -> bool {
        self.snapshot.key(key).is_some()
    }
}

/// No definitions at all, as JSON.
pub(crate) const NOTHING: &str = r#"{"schema":1,"entries":[]}"#;

/// Who says which environment it is: a control plane does, and of files the options.
fn named_by(options: &Options, said: Option<&str>) -> Environment {
    let named = said.or(options.environment.as_deref());
    match (&options.source, named) {
        (Source::Http { .. }, Some(name)) => Environment::Fixed(name.into()),
        (_, Some(name)) => Environment::Default(name.into()),
        (_, None) => Environment::Document,
    }
}

/// Compiles definitions. `said` is the environment that the control plane has signed.
pub(crate) fn compile(options: &Options, text: &str, said: Option<&str>) -> Result<Snapshot, Problem> {
    Snapshot::load_json(text.as_bytes(), named_by(options, said))
}
