//! What a client reads: flags, configs and experiments, one by one, all at once, or as a view. A read takes no lock, and
//! nothing from the heap but for what it hands over.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use vexil_core::trace::Trace;
use vexil_core::{
    AsKey, Asked, Attributes, Context, Evaluation, Overrides, Request, StickyAssignments, Timestamp, Value,
};

use super::{Client, FRESH, Shared};
use crate::clock::{self, Moment};
use crate::fork;
use crate::held::{Held, Reading};
use crate::outcome::{Assigned, Details, Origin, Outcome, Typed};
use crate::seen::{self, Seen};
use crate::sticky::{Remembered, StickyStore};
use crate::supplied::WithSupplied;
use crate::view::{Keys, View};

impl Client {
    /// Whether a flag is on for this context; off where it is none, or is not known.
    #[inline]
    pub fn is_enabled(&self, key: &(impl AsKey + ?Sized), context: &impl Attributes) -> bool {
        self.get_bool(key, context, false)
    }

    /// A flag or config that is `true` or `false`.
    #[inline]
    pub fn get_bool(&self, key: &(impl AsKey + ?Sized), context: &impl Attributes, default: bool) -> bool {
        self.get(key, context, default)
    }

    /// A flag or config that is an integer.
    #[inline]
    pub fn get_int(&self, key: &(impl AsKey + ?Sized), context: &impl Attributes, default: i64) -> i64 {
        self.get(key, context, default)
    }

    /// A flag or config that is a float, or an integer that a float holds exactly.
    #[inline]
    pub fn get_float(&self, key: &(impl AsKey + ?Sized), context: &impl Attributes, default: f64) -> f64 {
        self.get(key, context, default)
    }

    /// A flag or config that is text.
    pub fn get_string(
        &self,
        key: &(impl AsKey + ?Sized),
        context: &impl Attributes,
        default: &str,
    ) -> String {
        self.find(key, context).unwrap_or_else(|| default.to_owned())
    }

    /// A flag or config that is JSON.
    pub fn get_json(&self, key: &(impl AsKey + ?Sized), context: &impl Attributes, default: Value) -> Value {
        self.get(key, context, default)
    }

    /// As [`Client::get_bool`], with all that there is to say of it.
    pub fn bool_details(
        &self,
        key: &(impl AsKey + ?Sized),
        context: &impl Attributes,
        default: bool,
    ) -> Details<bool> {
        self.details(key, context, default)
    }

    /// As [`Client::get_int`], with all that there is to say of it.
    pub fn int_details(
        &self,
        key: &(impl AsKey + ?Sized),
        context: &impl Attributes,
        default: i64,
    ) -> Details<i64> {
        self.details(key, context, default)
    }

    /// As [`Client::get_float`], with all that there is to say of it.
    pub fn float_details(
        &self,
        key: &(impl AsKey + ?Sized),
        context: &impl Attributes,
        default: f64,
    ) -> Details<f64> {
        self.details(key, context, default)
    }

    /// As [`Client::get_string`], with all that there is to say of it.
    pub fn string_details(
        &self,
        key: &(impl AsKey + ?Sized),
        context: &impl Attributes,
        default: &str,
    ) -> Details<String> {
        self.details(key, context, default.to_owned())
    }

    /// As [`Client::get_json`], with all that there is to say of it.
    pub fn json_details(
        &self,
        key: &(impl AsKey + ?Sized),
        context: &impl Attributes,
        default: Value,
    ) -> Details<Value> {
        self.details(key, context, default)
    }

    #[inline]
    fn get<T: Typed>(&self, key: &(impl AsKey + ?Sized), context: &impl Attributes, default: T) -> T {
        self.find(key, context).unwrap_or(default)
    }

    #[inline]
    fn find<T: Typed>(&self, key: &(impl AsKey + ?Sized), context: &impl Attributes) -> Option<T> {
        self.value_seen(None, key, T::ASKED, context, |value| value.and_then(T::of))
    }

    #[inline(always)]
    fn value_seen<A: Attributes, R>(
        &self,
        seen: Option<&Seen>,
        key: &(impl AsKey + ?Sized),
        asked: Asked,
        context: &A,
        take: impl FnOnce(Option<&Value>) -> R,
    ) -> R {
        self.read(seen, context, |held, request| {
            self.shared().ask_counting(held, key, Some(asked), request, |found, _| take(found.value()))
        })
    }

    fn details<T: Typed>(
        &self,
        key: &(impl AsKey + ?Sized),
        context: &impl Attributes,
        default: T,
    ) -> Details<T> {
        self.evaluate(key, Some(T::ASKED), context, |outcome| outcome.details(default))
    }

    /// The variant that an experiment gives this context, with what there is to say of it; none where it takes no part,
    /// and then the reason is in [`Client::json_details`].
    pub fn experiment(&self, experiment: &str, context: &impl Attributes) -> Option<Assigned> {
        self.evaluate(experiment, None, context, |outcome| {
            outcome.assigned(experiment, outcome.evaluation.unit(&self.shared().with_supplied(context)))
        })
    }

    /// The id of the variant that an experiment gives this context; none where it takes no part.
    pub fn variant(&self, experiment: &str, context: &impl Attributes) -> Option<String> {
        self.evaluate(experiment, None, context, |outcome| outcome.variant(experiment).map(str::to_owned))
    }

    /// The configuration of that variant.
    pub fn variant_config(&self, experiment: &str, context: &impl Attributes) -> Option<Value> {
        self.evaluate(experiment, None, context, |outcome| outcome.variant_config(experiment).cloned())
    }

    /// Evaluates a flag, config or experiment, and hands over what it comes to, borrowed from what is in force.
    #[inline]
    pub fn evaluate<A: Attributes, R>(
        &self,
        key: &(impl AsKey + ?Sized),
        asked: Option<Asked>,
        context: &A,
        take: impl FnOnce(Outcome<'_>) -> R,
    ) -> R {
        self.evaluate_seen(None, key, asked, context, take)
    }

    #[inline(always)]
    fn evaluate_seen<A: Attributes, R>(
        &self,
        seen: Option<&Seen>,
        key: &(impl AsKey + ?Sized),
        asked: Option<Asked>,
        context: &A,
        take: impl FnOnce(Outcome<'_>) -> R,
    ) -> R {
        let shared = self.shared();
        self.read(seen, context, |held, request| {
            let take = |found: &Evaluation<'_>, origin| take(shared.outcome(found, origin));
            shared.ask_counting(held, key, asked, request, take)
        })
    }

    /// This client as one thread reads by it, which keeps what it saw last: for hosts that keep something for each thread
    /// anyway. All others have threads keep it by themselves.
    #[inline]
    pub fn by_thread<'t>(&'t self, seen: &'t Seen) -> ThreadClient<'t> {
        ThreadClient { client: self, seen }
    }

    /// Evaluates every key, by what is in force at one moment.
    pub fn evaluate_all<A: Attributes>(&self, context: &A, mut take: impl FnMut(&str, Outcome<'_>)) {
        let shared = self.shared();
        self.read(None, context, |held, request| {
            for key in held.keys() {
                shared.ask(held, key, None, request, |found, origin| {
                    take(key, shared.outcome(found, origin));
                });
            }
        });
    }

    /// Evaluates, and tells how.
    pub fn explain<A: Attributes>(&self, key: &str, context: &A) -> Trace {
        let shared = self.shared();
        self.read(None, context, |held, request| {
            let remembered = shared.options.sticky.as_deref().map(Remembered::new);
            let sticky = remembered.as_ref().map(|remembered| remembered as &dyn StickyAssignments);
            held.explain(key, &Request { sticky, ..*request })
        })
    }

    /// Evaluates all keys or some, once, for reads that cost no more than a look-up.
    pub fn view(&self, context: Context, keys: Keys) -> View {
        View::new(self.shared(), context, keys, self.request_overrides.clone(), self.pinned.as_deref())
    }

    /// The same client for one request that says itself what some keys are: a dark launch. Such overrides stand below
    /// kills (DESIGN 4, line 4). Whether somebody may ask for them is the host's matter, and must be.
    #[must_use]
    pub fn with_request_overrides(&self, overrides: Overrides) -> Client {
        Client { request_overrides: Some(Arc::new(overrides)), ..self.clone() }
    }

    /// The same client for one request, which sees one moment from its beginning to its end: all reads are by what is in
    /// force now, overrides included, whatever comes meanwhile. Everything else is the client's own, such as its state.
    ///
    /// It holds on to those definitions, and so is not meant to be kept.
    #[must_use]
    pub fn pinned(&self) -> Client {
        self.pinned_at(clock::timestamp())
    }

    /// As [`Client::pinned`], for a moment that is not now: what keys will be once something begins, ends or expires.
    #[must_use]
    pub fn pinned_at(&self, now: Timestamp) -> Client {
        let pinned = Pinned { held: self.shared().read(None, None, Arc::clone), now };
        Client { pinned: Some(Arc::new(pinned)), ..self.clone() }
    }

    /// Whether this is a client of one moment: [`Client::pinned`].
    pub fn is_pinned(&self) -> bool {
        self.pinned.is_some()
    }

    #[inline(always)]
    fn read<A: Attributes, R>(
        &self,
        seen: Option<&Seen>,
        context: &A,
        take: impl for<'r, 'h> FnOnce(&'h Held, &Reading<'r, 'h, A>) -> R,
    ) -> R {
        let shared = self.shared();
        let pinned = self.pinned.as_deref();
        shared.read(seen, pinned.map(|pinned| &pinned.held), |held| {
            let moment = pinned.map_or_else(Moment::default, |pinned| Moment::at(pinned.now));
            let mut request = Request::new(context, &moment);
            request.supplied = Some(&shared.supplied);
            request.overrides = held.overrides.as_deref();
            request.request_overrides = self.request_overrides.as_deref();
            take(held, &request)
        })
    }
}

/// A client as one thread reads by it: [`Client::by_thread`].
#[derive(Clone, Copy)]
pub struct ThreadClient<'t> {
    client: &'t Client,
    seen: &'t Seen,
}

impl ThreadClient<'_> {
    /// As [`Client::evaluate`].
    #[inline]
    pub fn evaluate<A: Attributes, R>(
        &self,
        key: &(impl AsKey + ?Sized),
        asked: Option<Asked>,
        context: &A,
        take: impl FnOnce(Outcome<'_>) -> R,
    ) -> R {
        self.client.evaluate_seen(Some(self.seen), key, asked, context, take)
    }

    /// The value alone, if there is one.
    #[inline]
    pub fn value<A: Attributes, R>(
        &self,
        key: &(impl AsKey + ?Sized),
        asked: Asked,
        context: &A,
        take: impl FnOnce(Option<&Value>) -> R,
    ) -> R {
        self.client.value_seen(Some(self.seen), key, asked, context, take)
    }
}

impl Deref for ThreadClient<'_> {
    type Target = Client;

    fn deref(&self) -> &Client {
        self.client
    }
}

/// What a client of one request reads by.
pub(crate) struct Pinned {
    pub(crate) held: Arc<Held>,
    pub(crate) now: Timestamp,
}

impl Shared {
    /// Lends what is in force, or what a request is pinned to, once whatever has to be done before a read is done.
    #[inline(always)]
    pub(crate) fn read<R>(
        self: &Arc<Shared>,
        seen: Option<&Seen>,
        pinned: Option<&Arc<Held>>,
        take: impl FnOnce(&Arc<Held>) -> R,
    ) -> R {
        if self.forks.load(Ordering::Relaxed) != fork::generation() || self.options.threadless {
            self.before_read();
        }
        let (id, generation, look) = (self.id, self.generation(), || self.held.load_full());
        match seen {
            Some(seen) => seen.lend(pinned, id, generation, look, take),
            None => seen::lend(pinned, id, generation, look, take),
        }
    }

    /// As [`Shared::ask`], and tells telemetry of it.
    #[inline(always)]
    fn ask_counting<'h, A: Attributes, R>(
        &self,
        held: &'h Held,
        key: &(impl AsKey + ?Sized),
        asked: Option<Asked>,
        request: &Reading<'_, 'h, A>,
        take: impl FnOnce(&Evaluation<'h>, Origin) -> R,
    ) -> R {
        self.ask(held, key, asked, request, |found, origin| {
            self.count(found, origin, request);
            take(found, origin)
        })
    }

    /// Evaluates a key, and lends what that comes to and whose definition it was.
    #[inline(always)]
    pub(crate) fn ask<'h, A: Attributes, R>(
        &self,
        held: &'h Held,
        key: &(impl AsKey + ?Sized),
        asked: Option<Asked>,
        request: &Reading<'_, 'h, A>,
        take: impl FnOnce(&Evaluation<'h>, Origin) -> R,
    ) -> R {
        let mut found = held.snapshot.not_asked();
        let origin = match &self.options.sticky {
            None => held.evaluate_into(&mut found, key, asked, request),
            Some(store) => self.ask_remembering(&**store, held, &mut found, key, asked, request),
        };
        take(&found, origin)
    }

    /// Evaluates with what units were given before, and has the store remember what they are given now.
    #[inline(never)]
    fn ask_remembering<'h, A: Attributes>(
        &self,
        store: &dyn StickyStore,
        held: &'h Held,
        found: &mut Evaluation<'h>,
        key: &(impl AsKey + ?Sized),
        asked: Option<Asked>,
        request: &Reading<'_, 'h, A>,
    ) -> Origin {
        let remembered = Remembered::new(store);
        let request = Request { sticky: Some(&remembered), ..*request };
        let origin = held.evaluate_into(found, key, asked, &request);
        remembered.keep(found, &self.with_supplied(request.context));
        origin
    }

    /// Tells telemetry of a read.
    #[inline]
    fn count<A: Attributes>(&self, found: &Evaluation<'_>, origin: Origin, request: &Reading<'_, '_, A>) {
        let overrides = [request.overrides, request.request_overrides];
        self.telemetry.count(found, origin, &self.with_supplied(request.context), overrides);
    }

    /// A context, and behind it what the client knows of itself.
    #[inline]
    pub(crate) fn with_supplied<'c, A>(&'c self, context: &'c A) -> WithSupplied<'c, A> {
        WithSupplied { context, supplied: &self.supplied }
    }

    #[inline]
    fn outcome<'a>(&self, evaluation: &'a Evaluation<'a>, origin: Origin) -> Outcome<'a> {
        Outcome { evaluation, origin, stale_ms: stale_ms(self.stale_since.load(Ordering::Relaxed)) }
    }
}

/// How long ago a moment was, if nobody has said since that what is held is the newest.
#[inline]
pub(crate) fn stale_ms(since: i64) -> Option<u64> {
    (since != FRESH).then(|| u64::try_from(clock::now().saturating_sub(since)).unwrap_or(0))
}
