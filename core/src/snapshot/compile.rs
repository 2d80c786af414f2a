//! Model -> entries of a snapshot: references become numbers, salts are hashed, tables are laid out.

use crate::context::Path;
use crate::hash;
use crate::model::operand::Salted;
use crate::model::{self, BUCKETS, Ranges, ReferenceKind};
use crate::value::Value;

use super::entry::{
    Action, Body, Choice, Condition, Entry, EntryId, Experiment, Flag, Gates, Ids, Invalid, Layer, Pins,
    Prerequisite, Reference, Rule, RuleText, ScopedAction, Scopes, Served, Share, Split,
};

/// Compiles one entry. `refer` gives the number of a key, also of one that is not there.
pub(super) fn entry(entry: model::Entry, refer: &mut dyn FnMut(&str) -> EntryId) -> Entry {
    let mut compiler = Compiler { refer, references: Vec::new(), key: &entry.key, salt: None };
    let body = match entry.body {
        model::Body::Flag(flag) => Body::Flag(compiler.flag(*flag)),
        model::Body::Experiment(experiment) => Body::Experiment(Box::new(compiler.experiment(*experiment))),
        model::Body::Segment(condition) => Body::Segment(compiler.condition(condition)),
        model::Body::Layer(layer) => Body::Layer(compiler.layer(layer)),
        model::Body::Invalid { problem, evaluable } => {
            Body::Invalid(Box::new(Invalid { problem: *problem, evaluable, masked: None }))
        }
    };
    let references = compiler.references.into();
    let fingerprint = fingerprint(&entry.key, &body);
    Entry { key: entry.key.into(), fingerprint, body, references }
}

fn fingerprint(key: &str, body: &Body) -> u64 {
    let ids: Vec<&str> = match body {
        Body::Flag(flag) => flag.variations.iter().map(|variation| &*variation.id).collect(),
        Body::Experiment(experiment) => experiment.variants.iter().map(|variant| &*variant.id).collect(),
        _ => Vec::new(),
    };
    hash::names(std::iter::once(key).chain(ids))
}

/// Whether an entry has no place in a snapshot (DESIGN 3, `sensitive`).
pub(super) fn is_withheld(entry: &model::Entry) -> bool {
    entry.is_sensitive()
}

struct Compiler<'c> {
    refer: &'c mut dyn FnMut(&str) -> EntryId,
    references: Vec<Reference>,
    key: &'c str,
    /// The entry's own.
    salt: Option<Box<str>>,
}

impl Compiler<'_> {
    fn reference(&mut self, kind: ReferenceKind, key: &str) -> EntryId {
        let target = (self.refer)(key);
        self.references.push(Reference { kind, target });
        target
    }

    fn condition(&mut self, condition: model::Condition) -> Condition {
        condition.map(&mut |segment| self.reference(ReferenceKind::Segment, &segment))
    }

    fn flag(&mut self, flag: model::Flag) -> Flag {
        self.salt = flag.salt;
        let variations: Box<[model::Variation]> = flag.variations.into();
        let off = flag.off.unwrap_or_else(|| match flag.value_type {
            model::ValueType::Boolean => Value::Bool(false),
            _ => flag.default.clone(),
        });
        let prerequisites: Box<[Prerequisite]> = flag
            .prerequisites
            .into_iter()
            .map(|one| Prerequisite {
                entry: self.reference(ReferenceKind::Prerequisite, &one.flag),
                expected: one.expected,
            })
            .collect();
        let gates = &flag.gates;
        let open = gates.enabled
            && gates.killed_environments.is_empty()
            && gates.killed_tenants.is_empty()
            && gates.expiry.is_none()
            && gates.environments.is_none()
            && flag.min_role.is_none()
            && prerequisites.is_empty();
        let gates = (!open).then(|| {
            Box::new(Gates {
                off: served(off, &variations),
                enabled: flag.gates.enabled,
                killed_environments: flag.gates.killed_environments.into(),
                killed_tenants: flag.gates.killed_tenants.into_iter().map(|id| (id, ())).collect(),
                expiry: flag.gates.expiry,
                environments: flag.gates.environments.map(Vec::into_boxed_slice),
                min_role: flag.min_role,
                prerequisites,
            })
        });
        let scopes = self.scopes(flag.scopes, &variations);
        let (rules, rule_texts) = self.rules(flag.rules, &variations);
        Flag {
            is_plain: gates.is_none() && scopes.is_none() && rules.is_empty(),
            gates,
            scopes,
            rules,
            rule_texts,
            rollout: flag.rollout.map(|split| Box::new(self.split(split))),
            default: served(flag.default, &variations),
            value_type: flag.value_type,
            is_config: flag.is_config,
            is_static: !flag.dynamic,
            pins: Pins::default(),
            variations,
        }
    }

    fn scopes(&mut self, scopes: model::Scopes, variations: &[model::Variation]) -> Option<Box<Scopes>> {
        if scopes.iter().all(|(_, actions)| actions.is_empty()) {
            return None;
        }
        Some(Box::new(Scopes {
            session: self.scope(scopes.session, variations),
            user: self.scope(scopes.user, variations),
            tenant: self.scope(scopes.tenant, variations),
            service: self.scope(scopes.service, variations),
            environment: self.scope(scopes.environment, variations),
        }))
    }

    fn scope(
        &mut self,
        actions: Vec<(Box<str>, model::ScopedAction)>,
        variations: &[model::Variation],
    ) -> Ids<ScopedAction> {
        actions
            .into_iter()
            .map(|(id, scoped)| {
                (id, ScopedAction { action: self.action(scoped.action, variations), until: scoped.until })
            })
            .collect()
    }

    fn rules(
        &mut self,
        rules: Vec<model::Rule>,
        variations: &[model::Variation],
    ) -> (Box<[Rule]>, Box<[RuleText]>) {
        let (mut compiled, mut names) = (Vec::with_capacity(rules.len()), Vec::with_capacity(rules.len()));
        for rule in rules {
            compiled.push(Rule {
                condition: self.condition(rule.condition),
                action: self.action(rule.action, variations),
            });
            names.push(RuleText { id: rule.id, comment: rule.comment });
        }
        (compiled.into(), names.into())
    }

    fn action(&mut self, action: model::Action, variations: &[model::Variation]) -> Action {
        match action {
            model::Action::Serve(index) => Action::Serve(index),
            model::Action::Split(split) => Action::Split(Box::new(self.split(split))),
            model::Action::Value(value) => Action::Value(Box::new(served(value, variations))),
            model::Action::Experiment(key) => {
                Action::Experiment(self.reference(ReferenceKind::Experiment, &key))
            }
        }
    }

    fn split(&self, split: model::Split) -> Split {
        let salt = split.salt.as_deref().or(self.salt.as_deref()).unwrap_or(self.key);
        Split { salted: Salted::new(salt), by: split.by, ranges: choice(&split.ranges) }
    }

    fn experiment(&mut self, experiment: model::Experiment) -> Experiment {
        let salt = experiment.salt.as_deref().unwrap_or(self.key);
        let gates = experiment.gates;
        Experiment {
            enabled: gates.enabled,
            killed_environments: gates.killed_environments.into(),
            killed_tenants: gates.killed_tenants.into_iter().map(|id| (id, ())).collect(),
            expiry: gates.expiry.map(|expiry| expiry.at),
            environments: gates.environments.map(Vec::into_boxed_slice),
            status: experiment.status,
            start: experiment.start,
            end: experiment.end,
            by: experiment.by.unwrap_or_else(|| Path::new("user.id")),
            holdout: experiment
                .holdout
                .map(|holdout| Share { salted: Salted::new(&holdout.key), buckets: holdout.buckets }),
            traffic: (experiment.traffic < BUCKETS).then(|| Share {
                salted: Salted::new(&format!("{salt}:traffic")),
                buckets: experiment.traffic,
            }),
            salted: Salted::new(salt),
            allocation: choice(&experiment.allocation),
            sticky: experiment.sticky,
            variants: experiment.variants.into(),
            audience: experiment.audience.map(|audience| self.condition(audience)),
            layer: experiment.layer.map(|layer| self.reference(ReferenceKind::Layer, &layer)),
        }
    }

    fn layer(&self, layer: model::Layer) -> Layer {
        Layer { salted: Salted::new(self.key), slots: layer.slots.into_iter().collect() }
    }
}

fn choice(ranges: &Ranges) -> Choice {
    Choice::new(ranges.0.iter().map(|range| (range.to, range.index)))
}

fn served(value: Value, variations: &[model::Variation]) -> Served {
    let variation = variations.iter().position(|variation| variation.value == value);
    Served { value, variation: variation.into() }
}
