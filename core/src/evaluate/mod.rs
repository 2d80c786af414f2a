//! The one evaluator (DESIGN 4). It takes all as arguments, does no I/O, reads no clock, and allocates nothing.

mod bucket;
mod clock;
mod condition;
mod experiment;
mod gates;
mod outcome;
mod overrides;
mod test;
pub(crate) mod tracer;

use crate::context::{Attributes, Context, Path};
use crate::key::AsKey;
use crate::model::Scope;
use crate::snapshot::Snapshot;
use crate::snapshot::entry::{
    Action, Body, Condition, Entry, Flag, Ids, Pin, Position, RuleText, ScopedAction, Served, Split,
};
use crate::trace::{Kind, Line, Recorder, Step, Trace};
use crate::value::timestamp::Timestamp;

use bucket::visit_id;
use outcome::Decision;
use tracer::{Silent, Tracer};

pub use crate::model::BUCKETS;
pub use bucket::{Bucket, bucket_of};
pub use clock::Clock;
pub use outcome::{Asked, Assignment, ErrorCode, Evaluation, Fingerprint, Reason, RuleName};
pub use overrides::{Overrides, StickyAssignments};

/// All that an evaluation depends on beside the snapshot. What it comes to borrows from the overrides (`'a`), and from
/// nothing else here (`'r`).
#[derive(Clone, Copy)]
pub struct Request<'r, 'a, A, C = Timestamp> {
    /// Who asks.
    pub context: &'r A,
    /// What the client knows of itself, for where the context does not have it: [`crate::context::SUPPLIED`].
    pub supplied: Option<&'r Context>,
    /// The moment, or whoever knows it.
    pub now: C,
    /// Process-local overrides: above everything, also kills.
    pub overrides: Option<&'a Overrides>,
    /// Request-scoped overrides: below kills.
    pub request_overrides: Option<&'a Overrides>,
    /// Variants that units were given before.
    pub sticky: Option<&'r dyn StickyAssignments>,
}

impl<'r, 'a, A, C> Request<'r, 'a, A, C> {
    /// A request without overrides and stored assignments.
    pub fn new(context: &'r A, now: C) -> Request<'r, 'a, A, C> {
        Request { context, supplied: None, now, overrides: None, request_overrides: None, sticky: None }
    }

    /// Who asks, with what is known of them.
    #[inline]
    fn asker(&self) -> Asker<'r, A> {
        Asker { context: self.context, supplied: self.supplied }
    }

    /// Whether lines 2 to 11 have nothing to say of a flag.
    #[inline]
    fn reaches_line_12_of(&self, flag: &Flag) -> bool {
        flag.is_plain && self.overrides.is_none() && self.request_overrides.is_none()
    }
}

/// Who asks: a context, and behind it what the client knows of itself.
pub(crate) struct Asker<'r, A> {
    context: &'r A,
    supplied: Option<&'r Context>,
}

impl<A> Clone for Asker<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Asker<'_, A> {}

impl Snapshot {
    /// Evaluates a flag, config or experiment.
    #[inline]
    pub fn evaluate<'a, A: Attributes, C: Clock>(
        &'a self,
        key: &(impl AsKey + ?Sized),
        request: &Request<'_, 'a, A, C>,
    ) -> Evaluation<'a> {
        self.evaluate_with(key, None, request, &mut Silent)
    }

    /// Evaluates for a caller who wants a type; another one is [`ErrorCode::TypeMismatch`].
    #[inline]
    pub fn evaluate_as<'a, A: Attributes, C: Clock>(
        &'a self,
        key: &(impl AsKey + ?Sized),
        asked: Asked,
        request: &Request<'_, 'a, A, C>,
    ) -> Evaluation<'a> {
        self.evaluate_with(key, Some(asked), request, &mut Silent)
    }

    /// Evaluates in the place of another evaluation, such as [`Snapshot::not_asked`]. Whoever copies what was written a
    /// moment ago waits for it, and that takes longer than many a decision: this is for those who need but some of it.
    #[inline(always)]
    pub fn evaluate_into<'a, A: Attributes, C: Clock>(
        &'a self,
        out: &mut Evaluation<'a>,
        key: &(impl AsKey + ?Sized),
        asked: Option<Asked>,
        request: &Request<'_, 'a, A, C>,
    ) {
        *out = self.not_asked();
        self.evaluate_traced(out, key, asked, request, &mut Silent);
    }

    /// What no key comes to.
    #[inline]
    pub fn not_asked(&self) -> Evaluation<'_> {
        self.failed(None, ErrorCode::FlagNotFound)
    }

    /// Evaluates and tells how: the same evaluator with a recorder beside it.
    pub fn explain<'a, A: Attributes, C: Clock>(
        &'a self,
        key: &str,
        asked: Option<Asked>,
        request: &Request<'_, 'a, A, C>,
    ) -> (Evaluation<'a>, Trace) {
        let mut recorder = Recorder::default();
        let evaluation = self.evaluate_with(key, asked, request, &mut recorder);
        let trace = Trace::new(key, &evaluation, recorder);
        (evaluation, trace)
    }

    /// What there is to say of a key that cannot be asked for, without asking.
    pub fn not_found(&self, key: &str) -> Evaluation<'_> {
        self.failed(self.find(key).map(|entry| &**entry), ErrorCode::FlagNotFound)
    }

    #[inline]
    fn evaluate_with<'a, A: Attributes, C: Clock, T: Tracer>(
        &'a self,
        key: &(impl AsKey + ?Sized),
        asked: Option<Asked>,
        request: &Request<'_, 'a, A, C>,
        tracer: &mut T,
    ) -> Evaluation<'a> {
        let mut evaluation = self.not_asked();
        self.evaluate_traced(&mut evaluation, key, asked, request, tracer);
        evaluation
    }

    /// Evaluates a key in the place of what is not found.
    #[inline(always)]
    fn evaluate_traced<'a, A: Attributes, C: Clock, T: Tracer>(
        &'a self,
        out: &mut Evaluation<'a>,
        key: &(impl AsKey + ?Sized),
        asked: Option<Asked>,
        request: &Request<'_, 'a, A, C>,
        tracer: &mut T,
    ) {
        let Some(entry) = self.find(key) else { return };
        out.entry = Some(entry);
        let fits = asked.is_none_or(|asked| asked.fits_entry(&entry.body));
        let mut evaluator =
            Evaluator { snapshot: self, request, tracer, pinned: &[], out: &mut out.decision };
        match &entry.body {
            Body::Flag(flag) if fits => {
                evaluator.flag(entry, flag);
                out.overdue = is_overdue(flag, &request.now);
            }
            Body::Experiment(experiment) if fits => evaluator.experiment(entry, experiment),
            Body::Flag(_) | Body::Experiment(_) => {
                out.error = Some(ErrorCode::TypeMismatch);
                return;
            }
            Body::Invalid(invalid) if invalid.evaluable => {
                out.error = Some(ErrorCode::ParseError);
                return;
            }
            _ => return,
        }
        out.error = None;
        if asked.is_some_and(|asked| !asked.admits(out.decision.value)) {
            *out = self.failed(Some(entry), ErrorCode::TypeMismatch);
        }
    }

    #[inline]
    fn failed<'a>(&'a self, entry: Option<&'a Entry>, error: ErrorCode) -> Evaluation<'a> {
        Evaluation {
            snapshot: self,
            entry,
            decision: Decision::undecided(),
            error: Some(error),
            overdue: false,
        }
    }
}

#[inline]
fn is_overdue(flag: &Flag, now: &impl Clock) -> bool {
    let expiry = flag.gates.as_ref().and_then(|gates| gates.expiry);
    expiry.is_some_and(|expiry| expiry.keep && now.now() >= expiry.at)
}

/// One evaluation under way. Its steps return whether they decided, and write what they decided in place: decisions
/// that are returned through many hands are copied many times, and that takes longer than deciding.
pub(crate) struct Evaluator<'a, 'r, A, C, T> {
    snapshot: &'a Snapshot,
    request: &'r Request<'r, 'a, A, C>,
    tracer: &'r mut T,
    /// The segments of the static entry that is being evaluated.
    pinned: &'a [Pin],
    out: &'r mut Decision<'a>,
}

impl<'a, A: Attributes, C: Clock, T: Tracer> Evaluator<'a, '_, A, C, T> {
    /// Lines 2 to 12; line 1 is the caller's. What most evaluations are is inlined whole.
    #[inline(always)]
    fn flag(&mut self, entry: &'a Entry, flag: &'a Flag) {
        if self.request.reaches_line_12_of(flag) {
            self.global(flag);
        } else {
            self.resolve(entry, flag);
        }
    }

    #[inline(never)]
    fn resolve(&mut self, entry: &'a Entry, flag: &'a Flag) {
        let paths = &self.snapshot.paths;
        self.pinned = flag.pins.segments();
        let closed = self.overridden(Line::LocalOverride, self.request.overrides, entry, flag)
            || match &flag.gates {
                Some(gates) => self.gates(gates, entry, flag),
                None => self.overridden(Line::RequestOverride, self.request.request_overrides, entry, flag),
            };
        let decided = closed
            || flag.scopes.as_ref().is_some_and(|scopes| {
                self.scope(Scope::Session, &scopes.session, &paths.session, flag)
                    || self.scope(Scope::User, &scopes.user, &paths.user, flag)
                    || self.scope(Scope::Tenant, &scopes.tenant, &paths.tenant, flag)
            })
            || self.rules(flag)
            || flag.scopes.as_ref().is_some_and(|scopes| {
                self.scope(Scope::Service, &scopes.service, &paths.service, flag)
                    || self.scope(Scope::Environment, &scopes.environment, &paths.env, flag)
            });
        if !decided {
            self.global(flag);
        }
    }

    /// Lines 2 and 4.
    #[inline]
    fn overridden(
        &mut self,
        line: Line,
        overrides: Option<&'a Overrides>,
        entry: &'a Entry,
        flag: &'a Flag,
    ) -> bool {
        let Some(value) = overrides.and_then(|overrides| overrides.get(&entry.key)) else { return false };
        let fits = flag.value_type.admits(value);
        self.tracer.leaf(|| {
            let step = Step::line(line).with("value", value.clone());
            (step, if fits { "serves".into() } else { "not of the entry's type: does not apply".into() })
        });
        if fits {
            let position = flag.variations.iter().position(|variation| variation.value == *value);
            self.out.decide(Reason::Override, value, position.into());
        }
        fits
    }

    /// Lines 8, 9 and 11.
    fn scope(
        &mut self,
        scope: Scope,
        actions: &'a Ids<ScopedAction>,
        path: &'a Path,
        flag: &'a Flag,
    ) -> bool {
        if actions.is_empty() {
            return false;
        }
        let scoped = visit_id(self.snapshot, self.request.asker(), path, |id| actions.get(id?));
        self.tracer.open(|| Step::line(Line::of_scope(scope)).with("scope", scope.as_str()));
        let ended =
            scoped.is_some_and(|scoped| scoped.until.is_some_and(|until| self.request.now.now() >= until));
        let decided = scoped.filter(|_| !ended).is_some_and(|scoped| {
            let reason = match scope {
                Scope::Service | Scope::Environment => Reason::Default,
                _ => Reason::Targeting,
            };
            self.act(&scoped.action, reason, flag)
        });
        self.tracer.close(|| match (scoped, ended) {
            (None, _) => "nothing for this id".into(),
            (Some(_), true) => "its time has passed".into(),
            (Some(_), false) => decided.into(),
        });
        if decided {
            self.out.scope = Some(scope);
        }
        decided
    }

    /// Line 10.
    #[inline]
    fn rules(&mut self, flag: &'a Flag) -> bool {
        for (position, rule) in (0..).zip(&flag.rules) {
            self.tracer.open(|| rule_step(position, flag.rule_texts.get(position as usize)));
            let truth = match &rule.condition {
                // What most rules are.
                Condition::Clause(clause) => self.clause::<true>(clause),
                other => self.condition(other),
            };
            let decided = truth == Some(true) && self.act(&rule.action, Reason::Targeting, flag);
            self.tracer.close(|| match (truth, decided) {
                (Some(true), false) => "true, but its action does not apply".into(),
                (truth, _) => truth.into(),
            });
            if decided {
                self.out.rule = Position::at(position);
                return true;
            }
        }
        false
    }

    /// Line 12.
    #[inline(always)]
    fn global(&mut self, flag: &'a Flag) {
        self.tracer.open(|| Step::line(Line::Global));
        if !flag.rollout.as_ref().is_some_and(|split| self.split(split, flag)) {
            self.tracer.leaf(|| (Step::new(Kind::Default), flag.default.value.to_string().into()));
            self.out.decide(Reason::Default, &flag.default.value, flag.default.variation);
        }
        self.tracer.close(|| true.into());
        self.out.scope = Some(Scope::Global);
    }

    /// What an action serves, if it applies.
    #[inline]
    fn act(&mut self, action: &'a Action, reason: Reason, flag: &'a Flag) -> bool {
        match action {
            Action::Serve(index) => {
                let Some(variation) = flag.variations.get(*index as usize) else { return false };
                self.tracer.leaf(|| (Step::new(Kind::Serve).with("variation", &*variation.id), true.into()));
                self.out.decide(reason, &variation.value, Position::at(*index));
                true
            }
            Action::Value(served) => {
                let Served { value, variation } = &**served;
                self.tracer.leaf(|| (Step::new(Kind::Value).with("value", value.clone()), true.into()));
                self.out.decide(reason, value, *variation);
                true
            }
            Action::Split(split) => self.split(split, flag),
            Action::Experiment(id) => self.through_experiment(*id, flag),
        }
    }

    #[inline(always)]
    fn split(&mut self, split: &'a Split, flag: &'a Flag) -> bool {
        let Some(bucket) = self.split_bucket(&split.salted, split.by.as_ref()) else { return false };
        let Some(index) = split.ranges.pick(bucket) else { return false };
        let Some(variation) = flag.variations.get(index as usize) else { return false };
        self.tracer.leaf(|| (Step::new(Kind::Serve).with("variation", &*variation.id), true.into()));
        self.out.decide(Reason::Rollout, &variation.value, Position::at(index));
        self.out.bucket = Position::at(bucket);
        self.out.choice = Some(&split.ranges);
        true
    }
}

fn rule_step(position: u32, name: Option<&RuleText>) -> Step {
    let step = Step::new(Kind::Rule);
    let step = match name.and_then(|name| name.id.as_ref()) {
        Some(id) => step.with("rule", &**id),
        None => step.with("rule", position.to_string()),
    };
    match name.and_then(|name| name.comment.as_ref()) {
        Some(comment) => step.with("comment", &**comment),
        None => step,
    }
}
