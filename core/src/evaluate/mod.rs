//! The one evaluator (DESIGN 4). It takes all as arguments, does no I/O, reads no clock, and allocates nothing.

mod bucket;
mod condition;
mod experiment;
mod outcome;
mod overrides;
mod test;
pub(crate) mod tracer;

use crate::context::{Attribute, Attributes};
use crate::model::{Expected, Scope};
use crate::snapshot::Snapshot;
use crate::snapshot::entry::{
    Action, Body, Entry, Flag, Gates, Ids, Pin, Prerequisite, Rule, ScopedAction, Served, Split,
};
use crate::trace::{Kind, Line, Recorder, Step, Trace};
use crate::value::Value;
use crate::value::timestamp::Timestamp;

use bucket::visit_id;
use condition::environment;
use outcome::Decision;
use tracer::{Silent, Tracer};

pub use bucket::{BUCKETS, Bucket, bucket_of};
pub use outcome::{Asked, Assignment, ErrorCode, Evaluation, Reason, RuleName};
pub use overrides::{Overrides, StickyAssignments};

/// All that an evaluation depends on beside the snapshot.
#[derive(Clone, Copy)]
pub struct Request<'a, A> {
    /// Who asks.
    pub context: &'a A,
    /// The moment.
    pub now: Timestamp,
    /// Process-local overrides: above everything, also kills.
    pub overrides: Option<&'a Overrides>,
    /// Request-scoped overrides: below kills.
    pub request_overrides: Option<&'a Overrides>,
    /// Variants that units were given before.
    pub sticky: Option<&'a dyn StickyAssignments>,
}

impl<'a, A> Request<'a, A> {
    /// A request without overrides and stored assignments.
    pub fn new(context: &'a A, now: Timestamp) -> Request<'a, A> {
        Request { context, now, overrides: None, request_overrides: None, sticky: None }
    }
}

impl Snapshot {
    /// Evaluates a flag, config or experiment.
    #[inline]
    pub fn evaluate<'a, A: Attributes>(&'a self, key: &str, request: &Request<'a, A>) -> Evaluation<'a> {
        self.evaluate_with(key, None, request, &mut Silent)
    }

    /// Evaluates for a caller who wants a type; another one is [`ErrorCode::TypeMismatch`].
    #[inline]
    pub fn evaluate_as<'a, A: Attributes>(
        &'a self,
        key: &str,
        asked: Asked,
        request: &Request<'a, A>,
    ) -> Evaluation<'a> {
        self.evaluate_with(key, Some(asked), request, &mut Silent)
    }

    /// Evaluates and tells how: the same evaluator with a recorder beside it.
    pub fn explain<'a, A: Attributes>(
        &'a self,
        key: &str,
        asked: Option<Asked>,
        request: &Request<'a, A>,
    ) -> (Evaluation<'a>, Trace) {
        let mut recorder = Recorder::default();
        let evaluation = self.evaluate_with(key, asked, request, &mut recorder);
        let trace = Trace::new(key, &evaluation, recorder);
        (evaluation, trace)
    }

    #[inline]
    fn evaluate_with<'a, A: Attributes, T: Tracer>(
        &'a self,
        key: &str,
        asked: Option<Asked>,
        request: &Request<'a, A>,
        tracer: &mut T,
    ) -> Evaluation<'a> {
        let Some(entry) = self.find(key) else { return self.failed(None, ErrorCode::FlagNotFound) };
        let mut evaluator = Evaluator { snapshot: self, request, tracer, pinned: &[] };
        let decision = match &entry.body {
            Body::Flag(flag) => match asked {
                Some(asked) if !asked.fits(&flag.value_type) => Err(ErrorCode::TypeMismatch),
                _ => Ok(evaluator.flag(entry, flag)),
            },
            Body::Experiment(experiment) => match asked {
                Some(asked) if asked != Asked::Json => Err(ErrorCode::TypeMismatch),
                _ => Ok(evaluator.experiment(entry, experiment)),
            },
            Body::Invalid(invalid) if invalid.evaluable => Err(ErrorCode::ParseError),
            _ => Err(ErrorCode::FlagNotFound),
        };
        match decision {
            // An integer that no float holds exactly is none.
            Ok(decision)
                if asked == Some(Asked::Float) && decision.value.and_then(Value::as_float).is_none() =>
            {
                self.failed(Some(entry), ErrorCode::TypeMismatch)
            }
            Ok(decision) => {
                let overdue = is_overdue(entry, request.now);
                Evaluation { snapshot: self, entry: Some(entry), decision, error: None, overdue }
            }
            Err(error) => self.failed(Some(entry), error),
        }
    }

    fn failed<'a>(&'a self, entry: Option<&'a Entry>, error: ErrorCode) -> Evaluation<'a> {
        let decision = Decision::new(Reason::Error, None, None);
        Evaluation { snapshot: self, entry, decision, error: Some(error), overdue: false }
    }
}

#[inline]
fn is_overdue(entry: &Entry, now: Timestamp) -> bool {
    match &entry.body {
        Body::Flag(Flag { gates: Some(gates), .. }) => {
            gates.expiry.is_some_and(|expiry| expiry.keep && now >= expiry.at)
        }
        _ => false,
    }
}

pub(crate) struct Evaluator<'a, 'r, A, T> {
    snapshot: &'a Snapshot,
    request: &'r Request<'a, A>,
    tracer: &'r mut T,
    /// The segments of the static entry that is being evaluated.
    pinned: &'a [Pin],
}

impl<'a, A: Attributes, T: Tracer> Evaluator<'a, '_, A, T> {
    /// Lines 2 to 12; line 1 is the caller's.
    #[inline]
    fn flag(&mut self, entry: &'a Entry, flag: &'a Flag) -> Decision<'a> {
        self.pinned = flag.pinned.0.as_deref().unwrap_or_default();
        if let Some(decision) = self.overridden(Line::LocalOverride, self.request.overrides, entry, flag) {
            return decision;
        }
        match &flag.gates {
            Some(gates) => {
                if let Some(decision) = self.gates(gates, entry, flag) {
                    return decision;
                }
            }
            None => {
                let overrides = self.request.request_overrides;
                if let Some(decision) = self.overridden(Line::RequestOverride, overrides, entry, flag) {
                    return decision;
                }
            }
        }
        if let Some(scopes) = &flag.scopes {
            let paths = &self.snapshot.paths;
            let decision = self
                .scope(Scope::Session, &scopes.session, &paths.session, flag)
                .or_else(|| self.scope(Scope::User, &scopes.user, &paths.user, flag))
                .or_else(|| self.scope(Scope::Tenant, &scopes.tenant, &paths.tenant, flag));
            if let Some(decision) = decision {
                return decision;
            }
        }
        if let Some(decision) = self.rules(flag) {
            return decision;
        }
        if let Some(scopes) = &flag.scopes {
            let paths = &self.snapshot.paths;
            let decision = self
                .scope(Scope::Service, &scopes.service, &paths.service, flag)
                .or_else(|| self.scope(Scope::Environment, &scopes.environment, &paths.env, flag));
            if let Some(decision) = decision {
                return decision;
            }
        }
        self.global(flag)
    }

    /// Lines 2 and 4.
    #[inline]
    fn overridden(
        &mut self,
        line: Line,
        overrides: Option<&'a Overrides>,
        entry: &'a Entry,
        flag: &'a Flag,
    ) -> Option<Decision<'a>> {
        let value = overrides?.get(&entry.key)?;
        let fits = flag.value_type.admits(value);
        self.tracer.leaf(|| {
            let step = Step::line(line).with("value", value.clone());
            (step, if fits { "serves".into() } else { "not of the entry's type: does not apply".into() })
        });
        let position = || flag.variations.iter().position(|variation| variation.value == *value);
        fits.then(|| {
            Decision::new(
                Reason::Override,
                Some(value),
                position().and_then(|index| u32::try_from(index).ok()),
            )
        })
    }

    /// Lines 3 to 7.
    fn gates(&mut self, gates: &'a Gates, entry: &'a Entry, flag: &'a Flag) -> Option<Decision<'a>> {
        let closed = |reason: Reason, killed: bool| {
            let decision = Decision::new(reason, Some(&gates.off.value), gates.off.variation);
            Some(Decision { killed, ..decision })
        };
        if let Some(why) = self.killed(gates.enabled, &gates.killed_environments, &gates.killed_tenants) {
            self.tracer.leaf(|| (Step::line(Line::Kill), why.into()));
            return closed(Reason::Disabled, true);
        }
        let overrides = self.request.request_overrides;
        if let Some(decision) = self.overridden(Line::RequestOverride, overrides, entry, flag) {
            return Some(decision);
        }
        if let Some(expiry) = gates.expiry {
            let expired = self.request.now >= expiry.at;
            self.tracer.leaf(|| {
                let step = Step::line(Line::Expiry).with("expiry", expiry.at.to_string());
                (
                    step,
                    match (expired, expiry.keep) {
                        (false, _) => "ahead".into(),
                        (true, true) => "passed: overdue, and kept".into(),
                        (true, false) => "passed".into(),
                    },
                )
            });
            if expired && !expiry.keep {
                return Some(Decision::new(
                    Reason::Expired,
                    Some(&flag.default.value),
                    flag.default.variation,
                ));
            }
        }
        if let Some(environments) = &gates.environments {
            let inside = self.environment_is_among(environments);
            self.tracer.leaf(|| {
                (Step::line(Line::Environments).with("environments", list(environments)), inside.into())
            });
            if !inside {
                return closed(Reason::Disabled, false);
            }
        }
        if let Some(min_role) = &gates.min_role {
            let suffices = self.role_suffices(min_role);
            self.tracer.leaf(|| (Step::line(Line::Role).with("min_role", &**min_role), suffices.into()));
            if !suffices {
                return closed(Reason::Disabled, false);
            }
        }
        for prerequisite in &gates.prerequisites {
            if !self.is_met(prerequisite) {
                return closed(Reason::PrerequisiteFailed, false);
            }
        }
        None
    }

    /// Line 3, and the same of experiments.
    fn killed(&self, enabled: bool, environments: &[Box<str>], tenants: &Ids<()>) -> Option<&'static str> {
        if !enabled {
            return Some("not enabled");
        }
        if !environments.is_empty() && self.environment_is_among(environments) {
            return Some("killed in this environment");
        }
        let tenant = &self.snapshot.paths.tenant;
        let killed = !tenants.is_empty()
            && visit_id(self.snapshot, self.request.context, tenant, |id| {
                id.is_some_and(|id| tenants.contains_key(id))
            });
        killed.then_some("killed for this tenant")
    }

    fn environment_is_among(&self, environments: &[Box<str>]) -> bool {
        environment(self.snapshot, self.request.context, |name| {
            name.is_some_and(|name| environments.iter().any(|other| **other == *name))
        })
    }

    fn role_suffices(&self, min_role: &str) -> bool {
        let roles = &self.snapshot.roles;
        let rank = |role: &str| roles.iter().position(|known| **known == *role);
        let Some(wanted) = rank(min_role) else { return false };
        let suffices = |role: &str| rank(role).is_some_and(|rank| rank >= wanted);
        self.request.context.visit(&self.snapshot.paths.role, |attribute| match attribute {
            Some(Attribute::Str(role)) => suffices(role),
            Some(Attribute::List(list)) => {
                list.any(&mut |item| matches!(item, Attribute::Str(role) if suffices(role)))
            }
            _ => false,
        })
    }

    /// Line 7. The other entry is evaluated in full, with its own pins.
    fn is_met(&mut self, prerequisite: &'a Prerequisite) -> bool {
        let entry: Option<&'a Entry> = self.snapshot.entry(prerequisite.entry).map(|entry| &**entry);
        self.tracer.open(|| {
            let step = Step::line(Line::Prerequisite).with("flag", entry.map_or("", |entry| &entry.key));
            match &prerequisite.expected {
                Expected::Variation(id) => step.with("variation", &**id),
                Expected::Value(value) => step.with("value", value.clone()),
            }
        });
        let pinned = self.pinned;
        let met = match entry.map(|entry| (entry, &entry.body)) {
            Some((entry, Body::Flag(flag))) => {
                let decision = self.flag(entry, flag);
                let counts = !decision.killed && decision.reason != Reason::Expired;
                counts
                    && match &prerequisite.expected {
                        Expected::Value(value) => decision.value == Some(value),
                        Expected::Variation(id) => decision
                            .variation
                            .and_then(|index| flag.variations.get(index as usize))
                            .is_some_and(|variation| variation.id == *id),
                    }
            }
            Some((entry, Body::Experiment(experiment))) => {
                let decision = self.experiment(entry, experiment);
                match (&prerequisite.expected, decision.assignment) {
                    (_, None) => false,
                    (Expected::Variation(id), Some(assignment)) => assignment.variant() == &**id,
                    (Expected::Value(value), Some(_)) => decision.value == Some(value),
                }
            }
            _ => false,
        };
        self.pinned = pinned;
        self.tracer.close(|| if met { "met".into() } else { "not met".into() });
        met
    }

    /// Lines 8, 9 and 11.
    fn scope(
        &mut self,
        scope: Scope,
        actions: &'a Ids<ScopedAction>,
        path: &'a crate::context::Path,
        flag: &'a Flag,
    ) -> Option<Decision<'a>> {
        if actions.is_empty() {
            return None;
        }
        let scoped = visit_id(self.snapshot, self.request.context, path, |id| actions.get(id?));
        self.tracer.open(|| Step::line(Line::of_scope(scope)).with("scope", scope.as_str()));
        let ended = scoped.is_some_and(|scoped| scoped.until.is_some_and(|until| self.request.now >= until));
        let decision = scoped.filter(|_| !ended).and_then(|scoped| {
            let reason = match scope {
                Scope::Service | Scope::Environment => Reason::Default,
                _ => Reason::Targeting,
            };
            self.act(&scoped.action, reason, flag)
        });
        self.tracer.close(|| match (scoped, ended, decision) {
            (None, _, _) => "nothing for this id".into(),
            (Some(_), true, _) => "its time has passed".into(),
            (Some(_), false, decision) => decision.is_some().into(),
        });
        decision.map(|decision| Decision { scope: Some(scope), ..decision })
    }

    /// Line 10.
    #[inline]
    fn rules(&mut self, flag: &'a Flag) -> Option<Decision<'a>> {
        for (position, rule) in (0..).zip(&flag.rules) {
            self.tracer.open(|| rule_step(position, rule));
            let truth = self.condition(&rule.condition);
            let decision = match truth {
                Some(true) => self.act(&rule.action, Reason::Targeting, flag),
                _ => None,
            };
            self.tracer.close(|| match (truth, decision) {
                (Some(true), None) => "true, but its action does not apply".into(),
                (truth, _) => truth.into(),
            });
            if let Some(decision) = decision {
                return Some(Decision { rule: Some(position), ..decision });
            }
        }
        None
    }

    /// Line 12.
    #[inline]
    fn global(&mut self, flag: &'a Flag) -> Decision<'a> {
        self.tracer.open(|| Step::line(Line::Global));
        let rolled = flag.rollout.as_ref().and_then(|split| self.split(split, flag));
        let decision = rolled.unwrap_or_else(|| {
            self.tracer.leaf(|| (Step::new(Kind::Default), flag.default.value.to_string().into()));
            Decision::new(Reason::Default, Some(&flag.default.value), flag.default.variation)
        });
        self.tracer.close(|| true.into());
        Decision { scope: Some(Scope::Global), ..decision }
    }

    /// What an action serves, if it applies.
    #[inline]
    fn act(&mut self, action: &'a Action, reason: Reason, flag: &'a Flag) -> Option<Decision<'a>> {
        match action {
            Action::Serve(index) => {
                let variation = flag.variations.get(*index as usize)?;
                self.tracer.leaf(|| (Step::new(Kind::Serve).with("variation", &*variation.id), true.into()));
                Some(Decision::new(reason, Some(&variation.value), Some(*index)))
            }
            Action::Value(served) => {
                let Served { value, variation } = &**served;
                self.tracer.leaf(|| (Step::new(Kind::Value).with("value", value.clone()), true.into()));
                Some(Decision::new(reason, Some(value), *variation))
            }
            Action::Split(split) => self.split(split, flag),
            Action::Experiment(id) => self.through_experiment(*id, flag),
        }
    }

    #[inline]
    fn split(&mut self, split: &'a Split, flag: &'a Flag) -> Option<Decision<'a>> {
        let bucket = self.split_bucket(&split.salted, split.by.as_ref())?;
        let index = split.ranges.pick(bucket)?;
        let variation = flag.variations.get(index as usize)?;
        self.tracer.leaf(|| (Step::new(Kind::Serve).with("variation", &*variation.id), true.into()));
        let decision = Decision::new(Reason::Rollout, Some(&variation.value), Some(index));
        Some(Decision { bucket: Some(bucket), choice: Some(&split.ranges), ..decision })
    }
}

fn rule_step(position: u32, rule: &Rule) -> Step {
    let step = Step::new(Kind::Rule);
    let step = match &rule.id {
        Some(id) => step.with("rule", &**id),
        None => step.with("rule", position.to_string()),
    };
    match &rule.comment {
        Some(comment) => step.with("comment", &**comment),
        None => step,
    }
}

fn list(names: &[Box<str>]) -> Value {
    Value::List(names.iter().map(|name| Value::Str(name.clone())).collect())
}
