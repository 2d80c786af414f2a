//! Lines 3 to 7 of resolution: what closes an entry before anyone is told apart.

use crate::context::{Attribute, Attributes};
use crate::model::Expected;
use crate::snapshot::entry::{Body, Entry, Flag, Gates, Ids, Prerequisite};
use crate::trace::{Line, Step};
use crate::value::Value;

use super::bucket::visit_id;
use super::clock::Clock;
use super::condition::environment;
use super::outcome::Decision;
use super::tracer::Tracer;
use super::{Evaluator, Reason};

impl<'a, A: Attributes, C: Clock, T: Tracer> Evaluator<'a, '_, A, C, T> {
    /// Lines 3 to 7.
    pub(super) fn gates(&mut self, gates: &'a Gates, entry: &'a Entry, flag: &'a Flag) -> bool {
        if let Some(why) = self.killed(gates.enabled, &gates.killed_environments, &gates.killed_tenants) {
            self.tracer.leaf(|| (Step::line(Line::Kill), why.into()));
            self.out.killed = true;
            return self.close(Reason::Disabled, gates);
        }
        if self.overridden(Line::RequestOverride, self.request.request_overrides, entry, flag) {
            return true;
        }
        if let Some(expiry) = gates.expiry {
            let expired = self.request.now.now() >= expiry.at;
            self.tracer.leaf(|| {
                let outcome = match (expired, expiry.keep) {
                    (false, _) => "ahead",
                    (true, true) => "passed: overdue, and kept",
                    (true, false) => "passed",
                };
                (Step::line(Line::Expiry).with("expiry", expiry.at.to_string()), outcome.into())
            });
            if expired && !expiry.keep {
                self.out.decide(Reason::Expired, &flag.default.value, flag.default.variation);
                return true;
            }
        }
        if let Some(environments) = &gates.environments {
            let inside = self.environment_is_among(environments);
            self.tracer.leaf(|| {
                (Step::line(Line::Environments).with("environments", list(environments)), inside.into())
            });
            if !inside {
                return self.close(Reason::Disabled, gates);
            }
        }
        if let Some(min_role) = &gates.min_role {
            let suffices = self.role_suffices(min_role);
            self.tracer.leaf(|| (Step::line(Line::Role).with("min_role", &**min_role), suffices.into()));
            if !suffices {
                return self.close(Reason::Disabled, gates);
            }
        }
        for prerequisite in &gates.prerequisites {
            if !self.is_met(prerequisite) {
                return self.close(Reason::PrerequisiteFailed, gates);
            }
        }
        false
    }

    fn close(&mut self, reason: Reason, gates: &'a Gates) -> bool {
        self.out.decide(reason, &gates.off.value, gates.off.variation);
        true
    }

    /// Line 3, and the same of experiments.
    pub(super) fn killed(
        &self,
        enabled: bool,
        environments: &[Box<str>],
        tenants: &Ids<()>,
    ) -> Option<&'static str> {
        if !enabled {
            return Some("not enabled");
        }
        if !environments.is_empty() && self.environment_is_among(environments) {
            return Some("killed in this environment");
        }
        let tenant = &self.snapshot.paths.tenant;
        let killed = !tenants.is_empty()
            && visit_id(self.snapshot, self.request.asker(), tenant, |id| {
                id.is_some_and(|id| tenants.contains_key(id))
            });
        killed.then_some("killed for this tenant")
    }

    pub(super) fn environment_is_among(&self, environments: &[Box<str>]) -> bool {
        environment(self.snapshot, self.request.asker(), |name| {
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

    /// Line 7. The other entry is evaluated in full, with pins and an outcome of its own.
    fn is_met(&mut self, prerequisite: &'a Prerequisite) -> bool {
        let entry: Option<&'a Entry> = self.snapshot.entry(prerequisite.entry).map(|entry| &**entry);
        self.tracer.open(|| {
            let step = Step::line(Line::Prerequisite).with("flag", entry.map_or("", |entry| &entry.key));
            match &prerequisite.expected {
                Expected::Variation(id) => step.with("variation", &**id),
                Expected::Value(value) => step.with("value", value.clone()),
            }
        });
        let mut decision = Decision::undecided();
        let mut other = Evaluator {
            snapshot: self.snapshot,
            request: self.request,
            tracer: &mut *self.tracer,
            pinned: &[],
            out: &mut decision,
        };
        let met = match entry.map(|entry| (entry, &entry.body)) {
            Some((entry, Body::Flag(flag))) => {
                other.flag(entry, flag);
                let served = |position: u32| flag.variations.get(position as usize);
                !decision.killed
                    && decision.reason != Reason::Expired
                    && match &prerequisite.expected {
                        Expected::Value(value) => decision.value == Some(value),
                        Expected::Variation(id) => decision
                            .variation
                            .get()
                            .and_then(served)
                            .is_some_and(|variation| *variation.id == **id),
                    }
            }
            Some((entry, Body::Experiment(experiment))) => {
                other.experiment(entry, experiment);
                match (&prerequisite.expected, decision.assignment()) {
                    (_, None) => false,
                    (Expected::Variation(id), Some(assignment)) => assignment.variant() == &**id,
                    (Expected::Value(value), Some(_)) => decision.value == Some(value),
                }
            }
            _ => false,
        };
        self.tracer.close(|| match entry.map(|entry| &entry.body) {
            _ if met => "met".into(),
            Some(Body::Flag(_) | Body::Experiment(_)) => "not met".into(),
            Some(Body::Invalid(_)) => "not met: it could not be loaded".into(),
            _ => "not met: no such flag, config or experiment".into(),
        });
        met
    }
}

fn list(names: &[Box<str>]) -> Value {
    Value::List(names.iter().map(|name| Value::from(&**name)).collect())
}
