//! Experiments and the layers that keep them apart.

use crate::document::Node;
use crate::limits;
use crate::model::{BUCKETS, Experiment, Holdout, Layer, Ranges, ReferenceKind, Status, Variant};
use crate::problem::{Code, Pointer};
use crate::value::Value;

use super::action::ALGORITHMS;
use super::entry::{AboutFields, GuardrailsFields};
use super::fields::{Field, Mode, Reader, fields};
use super::flag::KillFields;
use super::normal::Shape::{self, Condition, Fields, List, Shares};
use super::normal::{Default, FALSE, NO_ITEMS, NO_MEMBERS, TRUE, text};
use super::split::decimal;

fields! {
    /// The fields of an experiment.
    ExperimentFields {
        key: "key" | "id",
        r#type: "type",
        name: "name",
        description: "description",
        owner: "owner",
        kind: "kind" = text("release"),
        expiry: "expiry" | "expiresAt",
        enabled: "enabled" = TRUE,
        kill: "kill" (Fields(KillFields::DECLARED)) = NO_MEMBERS,
        environments: "environments",
        salt: "salt" = Default::Key,
        client_visible: "client_visible" = FALSE,
        critical: "critical" = FALSE,
        guardrails: "guardrails" (Fields(GuardrailsFields::DECLARED)) = NO_MEMBERS,
        tags: "tags" = NO_ITEMS,
        metadata: "metadata" = NO_MEMBERS,
        variants: "variants" (List(&Fields(VariantFields::DECLARED))),
        allocation: "allocation" (Shares),
        status: "status" = text("draft"),
        start_date: "start_date" | "startDate",
        end_date: "end_date" | "endDate",
        audience: "audience" (Condition) = NO_MEMBERS,
        traffic: "traffic" = Default::Is(Node::Int(100)),
        by: "by" (Shape::Path) = text("user.id"),
        algorithm: "algorithm" = text("vexil"),
        layer: "layer",
        holdout: "holdout" (Fields(HoldoutFields::DECLARED)),
        sticky: "sticky" = FALSE,
    }
}

fields! {
    /// The fields of a variant.
    VariantFields {
        id: "id",
        name: "name",
        is_control: "is_control" | "isControl" = FALSE,
        config: "config" = Default::Is(Node::Null),
        description: "description",
    }
}

fields! {
    /// The fields of a holdout.
    HoldoutFields {
        key: "key",
        percent: "percent",
    }
}

fields! {
    /// The fields of a layer.
    LayerFields {
        key: "key" | "id",
        r#type: "type",
        name: "name",
        description: "description",
        owner: "owner",
        tags: "tags" = NO_ITEMS,
        metadata: "metadata" = NO_MEMBERS,
        slots: "slots",
        critical: "critical" = FALSE,
    }
}

impl<'n, 't> From<&ExperimentFields<'n, 't>> for AboutFields<'n, 't> {
    fn from(fields: &ExperimentFields<'n, 't>) -> AboutFields<'n, 't> {
        AboutFields {
            name: fields.name,
            description: fields.description,
            owner: fields.owner,
            tags: fields.tags,
            metadata: fields.metadata,
            label: None,
            client_visible: fields.client_visible,
            critical: fields.critical,
            guardrails: fields.guardrails,
        }
    }
}

impl<'n, 't> From<&LayerFields<'n, 't>> for AboutFields<'n, 't> {
    fn from(fields: &LayerFields<'n, 't>) -> AboutFields<'n, 't> {
        AboutFields {
            name: fields.name,
            description: fields.description,
            owner: fields.owner,
            tags: fields.tags,
            metadata: fields.metadata,
            critical: fields.critical,
            ..AboutFields::default()
        }
    }
}

impl<'n, 't> Reader<'_> {
    pub(super) fn read_experiment(
        &mut self,
        fields: &ExperimentFields<'n, 't>,
        path: &Pointer<'_>,
    ) -> Option<Experiment> {
        self.choice(fields.kind, path, &super::flag::KINDS);
        self.choice(fields.algorithm, path, &ALGORITHMS);
        let variants = self.variants(fields.variants, path);
        let allocation = self.allocation(fields.allocation, variants.as_deref(), path);
        let traffic = fields.traffic.and_then(|field| self.percentage(field.node, &field.path(path)));
        let layer = fields.layer.and_then(|field| {
            let path = field.path(path);
            let key = self.string(field.node, &path)?;
            self.refer(ReferenceKind::Layer, key, &path);
            Some(Box::from(key))
        });
        let gates = self.gates(fields.enabled, fields.kill, fields.expiry, false, fields.environments, path);
        let status = self.choice(fields.status, path, &Status::ALL).unwrap_or(Status::Draft);
        let (start, end) = (self.time(fields.start_date, path), self.time(fields.end_date, path));
        if let (Some(start), Some(end), Some(field)) = (start, end, fields.end_date)
            && end <= start
            // A process can go on: an experiment that never runs harms nobody.
            && self.mode == Mode::Authoring
        {
            self.problems.add(Code::InvalidValue, &field.path(path), "the end is not after the start");
        }
        let audience = fields.audience.map(|field| self.condition(field.node, &field.path(path)));
        let by = self.attribute_path(fields.by, path);
        let salt = self.salt(fields.salt, path);
        let holdout = self.holdout(fields.holdout, path);
        let sticky = self.flag(fields.sticky, path).unwrap_or(false);
        let (allocation, by_percent) = allocation?;
        Some(Experiment {
            gates,
            status,
            start,
            end,
            variants: variants?,
            audience: match audience {
                Some(audience) => Some(audience?),
                None => None,
            },
            by,
            salt,
            allocation,
            by_percent,
            traffic: traffic.unwrap_or(BUCKETS),
            layer,
            holdout,
            sticky,
        })
    }

    fn variants(&mut self, field: Option<Field<'n, 't>>, path: &Pointer<'_>) -> Option<Vec<Variant>> {
        let Some(field) = field else {
            self.missing("variants", path);
            return None;
        };
        let path = field.path(path);
        let items = self.list(field.node, &path)?;
        if items.is_empty() {
            self.problems.add(Code::InvalidValue, &path, "an experiment has at least one variant");
            return None;
        }
        if !self.within(items.len(), limits::VARIATIONS, "variants", &path) {
            return None;
        }
        let mut variants: Vec<Variant> = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let path = path.item(i);
            let Some(variant) = self.variant(item, &path) else { continue };
            if variants.iter().any(|other| other.id == variant.id) {
                let message = format!("two variants have the id `{}`", variant.id);
                self.problems.add(Code::DuplicateId, &path.member("id"), message);
            }
            variants.push(variant);
        }
        Some(variants)
    }

    fn variant(&mut self, node: &Node<'_>, path: &Pointer<'_>) -> Option<Variant> {
        let object = self.object(node, path)?;
        let fields = VariantFields::read(object, path, self);
        self.text(fields.description, path);
        let name = self.text(fields.name, path);
        let is_control = self.flag(fields.is_control, path).unwrap_or(false);
        let Some(id) = fields.id else {
            self.missing("id", path);
            return None;
        };
        let id = self.id(id.node, &id.path(path))?;
        let config = fields.config.map_or(Value::Null, |field| field.node.to_value());
        Some(Variant { id: id.into(), name, is_control, config })
    }

    /// `{id: percent}`, or `{id: ranges}`: as the first member tells.
    fn allocation(
        &mut self,
        field: Option<Field<'n, 't>>,
        variants: Option<&[Variant]>,
        path: &Pointer<'_>,
    ) -> Option<(Ranges, bool)> {
        let Some(field) = field else {
            self.missing("allocation", path);
            return None;
        };
        let path = field.path(path);
        let object = self.object(field.node, &path)?;
        // Without variants every id would be unknown, which says nothing new.
        let ids: Vec<&str> = variants?.iter().map(|variant| &*variant.id).collect();
        match object.first() {
            Some((_, Node::List(_))) => Some((self.ranges(object, &ids, "variant", &path)?, false)),
            _ => Some((self.percentages(object, &ids, "variant", &path)?, true)),
        }
    }

    fn holdout(&mut self, field: Option<Field<'n, 't>>, path: &Pointer<'_>) -> Option<Holdout> {
        let field = field?;
        let path = field.path(path);
        let object = self.object(field.node, &path)?;
        let fields = HoldoutFields::read(object, &path, self);
        for (name, field) in [("key", fields.key), ("percent", fields.percent)] {
            if field.is_none() {
                self.missing(name, &path);
            }
        }
        let key = self.salt(fields.key, &path);
        let buckets = fields.percent.and_then(|field| self.percentage(field.node, &field.path(&path)));
        Some(Holdout { key: key?, buckets: buckets? })
    }

    pub(super) fn read_layer(&mut self, fields: &LayerFields<'n, 't>, path: &Pointer<'_>) -> Option<Layer> {
        let Some(field) = fields.slots else {
            self.missing("slots", path);
            return None;
        };
        let path = field.path(path);
        let object = self.object(field.node, &path)?;
        if !self.within_ranges(object, &path) {
            return None;
        }
        let slots = match object.first() {
            Some((_, Node::List(_))) => object
                .iter()
                .map(|(key, node)| Some((Box::from(*key), self.intervals(node, &path.member(key))?)))
                .collect::<Vec<_>>(),
            _ => {
                // By ascending key: the order of members in a map never matters.
                let mut ordered: Vec<_> = object.iter().collect();
                ordered.sort_by_key(|(key, _)| *key);
                let mut from: u32 = 0;
                ordered
                    .into_iter()
                    .map(|(key, node)| {
                        let to = from.saturating_add(self.percentage(node, &path.member(key))?);
                        let slot = (from < to).then_some((from, to));
                        from = to;
                        Some((Box::from(*key), Vec::from_iter(slot)))
                    })
                    .collect()
            }
        };
        let slots = slots.into_iter().collect::<Option<Vec<(Box<str>, Vec<_>)>>>()?;
        let mut all: Vec<(u32, u32)> = slots.iter().flat_map(|(_, ranges)| ranges.iter().copied()).collect();
        all.sort_unstable();
        if let Some((_, end)) = all.last().filter(|(_, end)| *end > BUCKETS) {
            let message = format!("the percentages total {}, over 100", decimal(u64::from(*end)));
            self.problems.add(Code::PercentageTotal, &path, message);
            return None;
        }
        if let Some(window) = all.windows(2).find(|pair| matches!(pair, [a, b] if b.0 < a.1)) {
            let bucket = window.last().map_or(0, |range| range.0);
            self.problems.add(Code::RangeOverlap, &path, format!("bucket {bucket} is in two slots"));
            return None;
        }
        Some(Layer { slots: slots.into_iter().map(|(key, ranges)| (key, ranges.into())).collect() })
    }
}
