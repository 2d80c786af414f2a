//! Experiments (DESIGN 7): the checks in their order; the first that fails is the reason for no variant.

use crate::context::Attributes;
use crate::model::Status;
use crate::snapshot::entry::{Body, Entry, EntryId, Experiment, Flag, Position};
use crate::trace::{Kind, Line, Outcome, Step};
use crate::value::Value;

use super::bucket::visit_id;
use super::clock::Clock;
use super::outcome::{Decision, Reason};
use super::tracer::Tracer;
use super::{Evaluator, Overrides};

impl<'a, A: Attributes, C: Clock, T: Tracer> Evaluator<'a, '_, A, C, T> {
    /// Asked for directly: the variant's config.
    pub(super) fn experiment(&mut self, entry: &'a Entry, experiment: &'a Experiment) {
        self.tracer.open(|| Step::new(Kind::Experiment).with("experiment", entry.key.as_str()));
        if let Err(reason) = self.assign(entry, experiment) {
            self.out.reason = reason;
        }
        let out = &self.out;
        self.tracer.close(|| match out.assignment() {
            Some(assignment) => assignment.variant().into(),
            None => out.reason.as_str().into(),
        });
    }

    /// Through a flag's action: the flag's variation with the variant's id.
    pub(super) fn through_experiment(&mut self, id: EntryId, flag: &'a Flag) -> bool {
        let Some(entry) = self.snapshot.entry(id).map(|entry| &**entry) else { return false };
        let Body::Experiment(experiment) = &entry.body else {
            self.tracer.leaf(|| {
                let step = Step::new(Kind::Experiment).with("experiment", entry.key.as_str());
                (step, absent(Some(entry), "no such experiment"))
            });
            return false;
        };
        let mut assigned = Decision::undecided();
        // Segments of an audience are the experiment's own matter, also under a static flag.
        let mut other = Evaluator {
            snapshot: self.snapshot,
            request: self.request,
            tracer: &mut *self.tracer,
            pinned: &[],
            out: &mut assigned,
        };
        other.experiment(entry, experiment);
        let Some(assignment) = assigned.assignment() else { return false };
        let variant = assignment.variant();
        let position = flag.variations.iter().position(|variation| &*variation.id == variant);
        self.tracer.leaf(|| {
            let found = if position.is_some() { true.into() } else { "no variation of this id".into() };
            (Step::new(Kind::Serve).with("variation", variant), found)
        });
        let Some(variation) = position.and_then(|position| flag.variations.get(position)) else {
            return false;
        };
        self.out.decide(Reason::Experiment, &variation.value, position.into());
        self.out.bucket = assigned.bucket;
        self.out.choice = assigned.choice;
        self.out.experiment = assigned.experiment;
        self.out.variant = assigned.variant;
        self.out.fresh = assigned.fresh;
        true
    }

    /// Assigns a variant; the error is the reason for none.
    fn assign(&mut self, entry: &'a Entry, experiment: &'a Experiment) -> Result<(), Reason> {
        let overrides = [
            (Line::LocalOverride, self.request.overrides),
            (Line::RequestOverride, self.request.request_overrides),
        ];
        for (line, overrides) in overrides {
            if let Some(variant) = self.overridden_variant(line, overrides, entry, experiment) {
                self.serve(Reason::Override, entry, experiment, Assigned { variant, fresh: false });
                return Ok(());
            }
        }
        if let Some(why) = self.not_running(experiment) {
            self.tracer.leaf(|| (Step::new(Kind::Running), why.into()));
            return Err(Reason::NotRunning);
        }
        if !visit_id(self.snapshot, self.request.asker(), &experiment.by, |unit| unit.is_some()) {
            self.tracer.leaf(|| (Step::new(Kind::Unit).with("by", experiment.by.as_str()), "no unit".into()));
            return Err(Reason::NoUnit);
        }
        if let Some(audience) = &experiment.audience {
            self.tracer.open(|| Step::new(Kind::Audience));
            let truth = self.condition(audience);
            self.tracer.close(|| truth.into());
            if truth != Some(true) {
                return Err(Reason::NotInAudience);
            }
        }
        if let Some(holdout) = &experiment.holdout
            && self.is_in_share(Kind::Holdout, holdout, &experiment.by)
        {
            return Err(Reason::HeldOut);
        }
        if let Some(variant) = self.stored_variant(entry, experiment) {
            self.serve(Reason::Experiment, entry, experiment, Assigned { variant, fresh: false });
            return Ok(());
        }
        if let Some(layer) = experiment.layer
            && !self.is_in_slot(layer, entry, experiment)
        {
            return Err(Reason::ExcludedByLayer);
        }
        if let Some(traffic) = &experiment.traffic
            && !self.is_in_share(Kind::Traffic, traffic, &experiment.by)
        {
            return Err(Reason::NotInTraffic);
        }
        let bucket = self.bucket(Kind::Bucket, &experiment.salted, &experiment.by).ok_or(Reason::NoUnit)?;
        let variant = experiment.allocation.pick(bucket).ok_or(Reason::NoUnit)?;
        self.serve(Reason::Experiment, entry, experiment, Assigned { variant, fresh: true });
        self.out.bucket = Position::at(bucket);
        self.out.choice = Some(&experiment.allocation);
        Ok(())
    }

    fn serve(&mut self, reason: Reason, entry: &'a Entry, experiment: &'a Experiment, assigned: Assigned) {
        let Assigned { variant, fresh } = assigned;
        let value = experiment.variants.get(variant as usize).map_or(NO_CONFIG, |variant| &variant.config);
        self.out.decide(reason, value, Position::at(variant));
        self.out.experiment = Some(entry);
        self.out.variant = Position::at(variant);
        self.out.fresh = fresh;
    }

    fn overridden_variant(
        &mut self,
        line: Line,
        overrides: Option<&'a Overrides>,
        entry: &'a Entry,
        experiment: &'a Experiment,
    ) -> Option<u32> {
        let value = overrides?.get(&entry.key)?;
        let variant = value.as_str().and_then(|id| position(experiment, id));
        self.tracer.leaf(|| {
            let step = Step::line(line).with("value", value.clone());
            (step, if variant.is_some() { "serves".into() } else { "no such variant: does not apply".into() })
        });
        variant
    }

    fn not_running(&mut self, experiment: &Experiment) -> Option<&'static str> {
        let now = || self.request.now.now();
        let killed =
            self.killed(experiment.enabled, &experiment.killed_environments, &experiment.killed_tenants);
        if killed.is_some() {
            return killed;
        }
        if experiment.expiry.is_some_and(|expiry| now() >= expiry) {
            return Some("expired");
        }
        if experiment.status != Status::Running {
            return Some("its status is not running");
        }
        if experiment.start.is_some_and(|start| now() < start) {
            return Some("not begun");
        }
        if experiment.end.is_some_and(|end| now() >= end) {
            return Some("ended");
        }
        let outside = experiment
            .environments
            .as_ref()
            .is_some_and(|environments| !self.environment_is_among(environments));
        outside.then_some("not in this environment")
    }

    /// A stored variant that still exists is kept.
    fn stored_variant(&mut self, entry: &'a Entry, experiment: &'a Experiment) -> Option<u32> {
        let sticky = self.request.sticky.filter(|_| experiment.sticky)?;
        let stored = visit_id(self.snapshot, self.request.asker(), &experiment.by, |unit| {
            sticky.stored(&entry.key, unit?)
        })?;
        let variant = position(experiment, stored);
        self.tracer.leaf(|| {
            let step = Step::new(Kind::Sticky).with("stored", stored);
            (step, if variant.is_some() { "kept".into() } else { "no longer a variant".into() })
        });
        variant
    }

    fn is_in_slot(&mut self, layer: EntryId, entry: &'a Entry, experiment: &'a Experiment) -> bool {
        let layer: Option<&'a Entry> = self.snapshot.entry(layer).map(|layer| &**layer);
        let Some(Body::Layer(layer)) = layer.map(|layer| &layer.body) else {
            self.tracer.leaf(|| (Step::new(Kind::Layer), absent(layer, "no such layer")));
            return false;
        };
        let Some(bucket) = self.bucket(Kind::Layer, &layer.salted, &experiment.by) else { return false };
        let slots = layer.slots.get(entry.key.as_str());
        slots.is_some_and(|slots| slots.iter().any(|(from, to)| (*from..*to).contains(&bucket)))
    }
}

/// Why there is nothing to ask.
fn absent(entry: Option<&Entry>, otherwise: &str) -> Outcome {
    let is_broken = entry.is_some_and(|entry| matches!(entry.body, Body::Invalid(_)));
    if is_broken { "it could not be loaded".into() } else { otherwise.into() }
}

fn position(experiment: &Experiment, id: &str) -> Option<u32> {
    let position = experiment.variants.iter().position(|variant| &*variant.id == id)?;
    u32::try_from(position).ok()
}

/// A variant without a config serves null.
const NO_CONFIG: &Value = &Value::Null;

/// A variant, by its position.
struct Assigned {
    variant: u32,
    /// Allocated now, rather than stored or overridden.
    fresh: bool,
}
