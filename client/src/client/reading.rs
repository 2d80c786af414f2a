//! What a read does: it borrows what is in force, evaluates, and tells telemetry. It takes no lock.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use vexil_core::trace::Trace;
use vexil_core::{AsKey, Asked, Attributes, Evaluation, Request, StickyAssignments, Timestamp, Value};

use super::{Client, FRESH, Shared};
use crate::clock::{self, Moment};
use crate::fork;
use crate::held::{Held, Reading};
use crate::outcome::{Assigned, Origin, Outcome};
use crate::seen::{self, Seen};
use crate::sticky::{Remembered, StickyStore};
use crate::supplied::WithSupplied;

/// A client as one thread reads by it: [`Client::by_thread`].
#[derive(Clone, Copy)]
pub struct ThreadClient<'t> {
    pub(super) client: &'t Client,
    /// What the thread saw last; otherwise the thread itself knows that.
    pub(super) seen: Option<&'t Seen>,
}

impl<'t> ThreadClient<'t> {
    /// The client itself. Reads of it keep what they saw in the thread.
    pub fn client(self) -> &'t Client {
        self.client
    }

    /// As [`Client::evaluate`].
    #[inline(always)]
    pub fn evaluate<A: Attributes, R>(
        self,
        key: &(impl AsKey + ?Sized),
        asked: Option<Asked>,
        context: &A,
        take: impl FnOnce(Outcome<'_>) -> R,
    ) -> R {
        let shared = self.client.shared();
        self.read(context, |held, request| {
            let take = |found: &Evaluation<'_>, origin| take(shared.outcome(found, origin));
            shared.ask_counting(held, key, asked, request, take)
        })
    }

    /// The value alone, if there is one.
    #[inline(always)]
    pub fn value<A: Attributes, R>(
        self,
        key: &(impl AsKey + ?Sized),
        asked: Asked,
        context: &A,
        take: impl FnOnce(Option<&Value>) -> R,
    ) -> R {
        let shared = self.client.shared();
        self.read(context, |held, request| {
            shared.ask_counting(held, key, Some(asked), request, |found, _| take(found.value()))
        })
    }

    /// As [`Client::experiment`].
    pub fn experiment(self, experiment: &str, context: &impl Attributes) -> Option<Assigned> {
        let shared = self.client.shared();
        self.evaluate(experiment, None, context, |outcome| {
            outcome.assigned(experiment, outcome.evaluation.unit(&shared.with_supplied(context)))
        })
    }

    /// As [`Client::evaluate_all`].
    pub fn evaluate_all<A: Attributes>(self, context: &A, mut take: impl FnMut(&str, Outcome<'_>)) {
        let shared = self.client.shared();
        self.read(context, |held, request| {
            for key in held.keys() {
                shared.ask(held, key, None, request, |found, origin| {
                    take(key, shared.outcome(found, origin));
                });
            }
        });
    }

    /// As [`Client::explain`].
    pub fn explain<A: Attributes>(self, key: &str, context: &A) -> Trace {
        let store = self.client.shared().options.sticky.as_deref();
        self.read(context, |held, request| {
            let remembered = store.map(Remembered::new);
            let sticky = remembered.as_ref().map(|remembered| remembered as &dyn StickyAssignments);
            held.explain(key, &Request { sticky, ..*request })
        })
    }

    #[inline(always)]
    fn read<A: Attributes, R>(
        self,
        context: &A,
        take: impl for<'r, 'h> FnOnce(&'h Held, &Reading<'r, 'h, A>) -> R,
    ) -> R {
        let Client { shared, pinned, request_overrides, .. } = self.client;
        let pinned = pinned.as_deref();
        shared.read(self.seen, pinned.map(|pinned| &pinned.held), |held| {
            let moment = pinned.map_or_else(Moment::default, |pinned| Moment::at(pinned.now));
            let mut request = Request::new(context, &moment);
            request.supplied = Some(&shared.supplied);
            request.overrides = held.overrides.as_deref();
            request.request_overrides = request_overrides.as_deref();
            take(held, &request)
        })
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
    fn read<R>(
        self: &Arc<Shared>,
        seen: Option<&Seen>,
        pinned: Option<&Arc<Held>>,
        take: impl FnOnce(&Arc<Held>) -> R,
    ) -> R {
        self.come_to_read();
        let (id, generation, look) = (self.id, self.generation(), || self.held.load_full());
        match seen {
            Some(seen) => seen.lend(pinned, id, generation, look, take),
            None => seen::lend(pinned, id, generation, look, take),
        }
    }

    /// What is in force, to keep.
    pub(crate) fn look(self: &Arc<Shared>) -> Arc<Held> {
        self.come_to_read();
        self.held.load_full()
    }

    #[inline(always)]
    fn come_to_read(self: &Arc<Shared>) {
        if self.forks.load(Ordering::Relaxed) != fork::generation() || self.options.threadless {
            self.before_read();
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
