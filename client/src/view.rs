//! Views: what keys are for one context at one moment, evaluated once and read as often as one likes.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::Duration;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use self_cell::self_cell;
use vexil_core::{Asked, Context, ErrorCode, Evaluation, Overrides, Request, Timestamp, Value};

use crate::client::{FRESH, Pinned, Shared, stale_ms};
use crate::clock::{self, Moment};
use crate::held::Held;
use crate::outcome::{Assigned, Details, Origin, Outcome, Typed};

/// Which keys a view is of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Keys {
    /// All that are in force, or registered.
    #[default]
    All,
    /// These; what is not in force among them is not found when it is read, as by the client.
    Of(Arc<[Box<str>]>),
}

impl Keys {
    /// These keys.
    pub fn of<'k>(keys: impl IntoIterator<Item = &'k str>) -> Keys {
        Keys::Of(keys.into_iter().map(Box::from).collect())
    }

    fn include(&self, key: &str) -> bool {
        match self {
            Keys::All => true,
            Keys::Of(keys) => keys.iter().any(|known| **known == *key),
        }
    }
}

/// What keys are for one context at one moment, all by one snapshot. It never changes; clones are the same view, and cost
/// nothing. Its reads decide by the same rules as the client's, look at no clock and take nothing from the heap but for
/// what they hand over.
///
/// Time alone can change what a key is, when it expires or an experiment begins. A view does not notice; therefore it is
/// not current any more once it is as old as the polling interval, whatever has happened.
#[derive(Clone)]
pub struct View(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    context: Context,
    keys: Keys,
    kept: Kept,
    made_at: i64,
    /// As it was when the view was made.
    stale_since: i64,
}

/// What a view was evaluated by: evaluations borrow from it.
struct By {
    held: Arc<Held>,
    request_overrides: Option<Arc<Overrides>>,
}

self_cell!(
    struct Kept {
        owner: By,

        #[covariant]
        dependent: Evaluations,
    }
);

/// Evaluations in the order of their keys, and their places by key.
struct Evaluations<'h> {
    all: Vec<Evaluated<'h>>,
    places: HashTable<u32>,
    /// What all other keys come to.
    missing: Evaluation<'h>,
}

struct Evaluated<'h> {
    key: &'h str,
    evaluation: Evaluation<'h>,
    origin: Origin,
}

impl View {
    pub(crate) fn new(
        shared: &Arc<Shared>,
        context: Context,
        keys: Keys,
        request_overrides: Option<Arc<Overrides>>,
        pinned: Option<&Pinned>,
    ) -> View {
        // First: definitions that come in between make it seem older than it is, and not younger.
        let stale_since = shared.stale_since();
        let held = pinned.map_or_else(|| shared.look(), |pinned| Arc::clone(&pinned.held));
        let now = pinned.map_or_else(clock::timestamp, |pinned| pinned.now);
        let by = By { held, request_overrides };
        let kept = Kept::new(by, |by| Evaluations::new(shared, by, &context, &keys, now));
        let (shared, made_at) = (Arc::clone(shared), now.as_millis());
        View(Arc::new(Inner { shared, context, keys, kept, made_at, stale_since }))
    }

    /// Whether a flag was on; off where it was none, or is not in the view.
    #[inline]
    pub fn is_enabled(&self, key: &str) -> bool {
        self.get_bool(key, false)
    }

    /// A flag or config that is `true` or `false`.
    #[inline]
    pub fn get_bool(&self, key: &str, default: bool) -> bool {
        self.find(key).unwrap_or(default)
    }

    /// A flag or config that is an integer.
    #[inline]
    pub fn get_int(&self, key: &str, default: i64) -> i64 {
        self.find(key).unwrap_or(default)
    }

    /// A flag or config that is a float, or an integer that a float holds exactly.
    #[inline]
    pub fn get_float(&self, key: &str, default: f64) -> f64 {
        self.find(key).unwrap_or(default)
    }

    /// A flag or config that is text, borrowed from the view.
    #[inline]
    pub fn get_str<'v>(&'v self, key: &str, default: &'v str) -> &'v str {
        self.value(key, Asked::String).and_then(Value::as_str).unwrap_or(default)
    }

    /// A flag or config that is JSON, borrowed from the view.
    #[inline]
    pub fn get_json<'v>(&'v self, key: &str, default: &'v Value) -> &'v Value {
        self.value(key, Asked::Json).unwrap_or(default)
    }

    /// As [`View::get_bool`], with all that there is to say of it.
    pub fn bool_details(&self, key: &str, default: bool) -> Details<bool> {
        self.details(key, default)
    }

    /// As [`View::get_int`], with all that there is to say of it.
    pub fn int_details(&self, key: &str, default: i64) -> Details<i64> {
        self.details(key, default)
    }

    /// As [`View::get_float`], with all that there is to say of it.
    pub fn float_details(&self, key: &str, default: f64) -> Details<f64> {
        self.details(key, default)
    }

    /// As [`View::get_str`], with all that there is to say of it.
    pub fn string_details(&self, key: &str, default: &str) -> Details<String> {
        self.details(key, default.to_owned())
    }

    /// As [`View::get_json`], with all that there is to say of it.
    pub fn json_details(&self, key: &str, default: Value) -> Details<Value> {
        self.details(key, default)
    }

    /// The id of the variant that an experiment gave; none where the context took no part.
    pub fn variant(&self, experiment: &str) -> Option<&str> {
        self.outcome(experiment).variant(experiment)
    }

    /// The configuration of that variant.
    pub fn variant_config(&self, experiment: &str) -> Option<&Value> {
        self.outcome(experiment).variant_config(experiment)
    }

    /// That variant, with what there is to say of it.
    pub fn experiment(&self, experiment: &str) -> Option<Assigned> {
        let outcome = self.outcome(experiment);
        outcome.assigned(experiment, outcome.evaluation.unit(&self.0.shared.with_supplied(&self.0.context)))
    }

    /// What a key came to, asked as a type or as what it is, and handed over as by [`crate::Client::evaluate`].
    #[inline]
    pub fn evaluate<R>(&self, key: &str, asked: Option<Asked>, take: impl FnOnce(Outcome<'_>) -> R) -> R {
        let evaluations = self.0.kept.borrow_dependent();
        let Some(found) = evaluations.get(key) else {
            return take(self.outcome_of(&evaluations.missing, self.origin()));
        };
        match asked {
            Some(asked) => {
                let evaluation = found.evaluation.asked_as(asked);
                self.count(found, &evaluation);
                take(self.outcome_of(&evaluation, found.origin))
            }
            None => take(self.outcome(key)),
        }
    }

    /// What a key came to, borrowed from the view.
    pub fn outcome(&self, key: &str) -> Outcome<'_> {
        let evaluations = self.0.kept.borrow_dependent();
        match evaluations.get(key) {
            Some(found) => {
                self.count(found, &found.evaluation);
                self.outcome_of(&found.evaluation, found.origin)
            }
            None => self.outcome_of(&evaluations.missing, self.origin()),
        }
    }

    /// Every key of the view with what it came to. Keys of [`Keys::Of`] that are none are not among them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Outcome<'_>)> {
        let all = self.0.kept.borrow_dependent().all.iter();
        all.map(|found| (found.key, self.outcome_of(&found.evaluation, found.origin)))
    }

    /// Counts reads of a key, asked as a type or as what it is, that a host has made of its own copy of the view.
    pub fn count_reads(&self, key: &str, asked: Option<Asked>, times: u64) {
        let Some(found) = self.0.kept.borrow_dependent().get(key) else { return };
        let evaluation = asked.map_or(found.evaluation, |asked| found.evaluation.asked_as(asked));
        let context = self.0.shared.with_supplied(&self.0.context);
        self.0.shared.telemetry.count_many(&evaluation, found.origin, &context, self.overrides(), times);
    }

    #[inline]
    fn value(&self, key: &str, asked: Asked) -> Option<&Value> {
        let found = self.0.kept.borrow_dependent().get(key)?;
        if found.evaluation.answers(asked) {
            self.count(found, &found.evaluation);
            return found.evaluation.value();
        }
        self.count(found, &found.evaluation.asked_as(asked));
        None
    }

    /// A read of a view counts as any other does.
    #[inline]
    fn count(&self, found: &Evaluated<'_>, evaluation: &Evaluation<'_>) {
        let context = self.0.shared.with_supplied(&self.0.context);
        self.0.shared.telemetry.count(evaluation, found.origin, &context, self.overrides());
    }

    #[inline]
    fn overrides(&self) -> [Option<&Overrides>; 2] {
        let By { held, request_overrides } = self.0.kept.borrow_owner();
        [held.overrides.as_deref(), request_overrides.as_deref()]
    }

    #[inline]
    fn find<T: Typed>(&self, key: &str) -> Option<T> {
        self.value(key, T::ASKED).and_then(T::of)
    }

    fn details<T: Typed>(&self, key: &str, default: T) -> Details<T> {
        let kept = &self.0.kept;
        if let Some(found) = kept.borrow_dependent().get(key) {
            let evaluation = found.evaluation.asked_as(T::ASKED);
            self.count(found, &evaluation);
            return self.outcome_of(&evaluation, found.origin).details(default);
        }
        let missing = kept.borrow_owner().held.snapshot.not_found(key);
        let details = self.outcome_of(&missing, self.origin()).details(default);
        if details.error == Some(ErrorCode::FlagNotFound) && !self.0.keys.include(key) {
            let message = Some("it is none of the keys that this view is of".to_owned());
            return Details { message, ..details };
        }
        details
    }

    fn outcome_of<'o>(&self, evaluation: &'o Evaluation<'o>, origin: Origin) -> Outcome<'o> {
        Outcome { evaluation, origin, stale_ms: self.stale_ms() }
    }

    /// Whom it is of.
    pub fn context(&self) -> &Context {
        &self.0.context
    }

    /// The version of the definitions that it was made with.
    pub fn version(&self) -> u64 {
        self.0.kept.borrow_owner().held.snapshot.version()
    }

    /// Where they came from.
    pub fn origin(&self) -> Origin {
        self.0.kept.borrow_owner().held.origin
    }

    /// How long ago somebody last said that they are the newest, in milliseconds; none if somebody did so when the view
    /// was made.
    pub fn stale_ms(&self) -> Option<u64> {
        (self.0.stale_since != FRESH).then(|| stale_ms(self.0.stale_since)).flatten()
    }

    /// The number of what was in force when it was made: [`crate::Client::generation`].
    pub fn generation(&self) -> u64 {
        self.0.kept.borrow_owner().held.generation
    }

    /// Whether it says what a view that is made now would say: nothing else is in force, and it is younger than the
    /// polling interval.
    pub fn is_current(&self) -> bool {
        let age = Duration::from_millis(u64::try_from(clock::now() - self.0.made_at).unwrap_or(0));
        self.generation() >= self.0.shared.generation() && age < self.0.shared.options.polling_interval
    }

    /// Evaluates anew, for the same context, and tells whether anything is another than before. Other clones of the view
    /// stay as they are.
    pub fn renew(&mut self) -> bool {
        self.renew_with(self.0.context.clone())
    }

    /// As [`View::renew`], for another context.
    pub fn renew_with(&mut self, context: Context) -> bool {
        let Inner { shared, keys, kept, .. } = &*self.0;
        let overrides = kept.borrow_owner().request_overrides.clone();
        let next = View::new(shared, context, keys.clone(), overrides, None);
        let is_another = !next.says_the_same(self);
        *self = next;
        is_another
    }

    fn says_the_same(&self, other: &View) -> bool {
        let (mine, other) = (self.0.kept.borrow_dependent(), other.0.kept.borrow_dependent());
        mine.all.len() == other.all.len()
            && mine.all.iter().all(|found| {
                other.get(found.key).is_some_and(|other| {
                    found.origin == other.origin && found.evaluation.says_the_same(&other.evaluation)
                })
            })
    }
}

impl<'h> Evaluations<'h> {
    fn new(shared: &Shared, by: &'h By, context: &Context, keys: &Keys, now: Timestamp) -> Evaluations<'h> {
        let moment = Moment::at(now);
        let mut request = Request::new(context, &moment);
        request.supplied = Some(shared.supplied());
        request.overrides = by.held.overrides.as_deref();
        request.request_overrides = by.request_overrides.as_deref();
        // An empty key is none.
        let missing = by.held.snapshot.not_found("");
        let mut evaluations = Evaluations { all: Vec::new(), places: HashTable::new(), missing };
        let mut add = |key: &'h str| {
            shared.ask(&by.held, key, None, &request, |found, origin| {
                evaluations.add(Evaluated { key, evaluation: *found, origin });
            });
        };
        match keys {
            Keys::All => by.held.keys().for_each(add),
            Keys::Of(keys) => keys.iter().filter_map(|key| by.held.key(key)).for_each(&mut add),
        }
        evaluations
    }

    /// Adds what a key came to; each key once.
    fn add(&mut self, found: Evaluated<'h>) {
        let Evaluations { all, places, .. } = self;
        let hash_of = |place: &u32| all.get(*place as usize).map_or(0, |found| hash(found.key));
        let is_key = |place: &u32| all.get(*place as usize).is_some_and(|known| known.key == found.key);
        let Ok(place) = u32::try_from(all.len()) else { return };
        if places.find(hash(found.key), is_key).is_none() {
            places.insert_unique(hash(found.key), place, hash_of);
            all.push(found);
        }
    }

    #[inline]
    fn get(&self, key: &str) -> Option<&Evaluated<'h>> {
        let is_key = |place: &u32| self.all.get(*place as usize).is_some_and(|known| known.key == key);
        self.all.get(*self.places.find(hash(key), is_key)? as usize)
    }
}

#[inline]
fn hash(key: &str) -> u64 {
    FixedState::default().hash_one(key)
}
