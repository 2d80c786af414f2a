//! What a client reads: flags, configs and experiments, one by one, all at once, or as a view. A read takes no lock, and
//! nothing from the heap but for what it hands over.

use std::sync::Arc;

use vexil_core::trace::Trace;
use vexil_core::{AsKey, Asked, Attributes, Context, Overrides, Timestamp, Value};

use super::{Client, Pinned, ThreadClient};
use crate::clock;
use crate::outcome::{Assigned, Details, Outcome, Typed};
use crate::seen::Seen;
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
        self.here().value(key, T::ASKED, context, |value| value.and_then(T::of))
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
        self.here().experiment(experiment, context)
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
        self.here().evaluate(key, asked, context, take)
    }

    /// Evaluates every key, by what is in force at one moment.
    pub fn evaluate_all<A: Attributes>(&self, context: &A, take: impl FnMut(&str, Outcome<'_>)) {
        self.here().evaluate_all(context, take);
    }

    /// Evaluates, and tells how.
    pub fn explain<A: Attributes>(&self, key: &str, context: &A) -> Trace {
        self.here().explain(key, context)
    }

    /// This client as one thread reads by it, which keeps what it saw last: for hosts that keep something for each thread
    /// anyway. All others have threads keep it by themselves.
    #[inline]
    pub fn by_thread<'t>(&'t self, seen: &'t Seen) -> ThreadClient<'t> {
        ThreadClient { client: self, seen: Some(seen) }
    }

    #[inline]
    fn here(&self) -> ThreadClient<'_> {
        ThreadClient { client: self, seen: None }
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
        let pinned = Pinned { held: self.shared().look(), now };
        Client { pinned: Some(Arc::new(pinned)), ..self.clone() }
    }

    /// Whether this is a client of one moment: [`Client::pinned`].
    pub fn is_pinned(&self) -> bool {
        self.pinned.is_some()
    }
}
