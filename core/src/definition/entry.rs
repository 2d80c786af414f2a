//! One entry: which type it is, what people say of it, and the reader for its type.

use crate::document::Node;
use crate::limits;
use crate::model::{About, Body, Guardrail};
use crate::problem::{Code, Pointer};
use crate::value::Value;

use super::experiment::{ExperimentFields, LayerFields};
use super::fields::{Field, Object, Reader, fields};
use super::flag::FlagFields;
use super::normal::Shape::{Condition, Fields, OneOrMore};
use super::normal::{FALSE, NO_ITEMS, NO_MEMBERS};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryType {
    FeatureFlag,
    Config,
    Experiment,
    Segment,
    Layer,
}

pub(super) const TYPES: [(&str, EntryType); 5] = [
    ("feature_flag", EntryType::FeatureFlag),
    ("config", EntryType::Config),
    ("experiment", EntryType::Experiment),
    ("segment", EntryType::Segment),
    ("layer", EntryType::Layer),
];

fields! {
    /// The fields of a segment.
    SegmentFields {
        key: "key" | "id",
        r#type: "type",
        name: "name",
        description: "description",
        owner: "owner",
        tags: "tags" = NO_ITEMS,
        metadata: "metadata" = NO_MEMBERS,
        condition: "condition" (Condition),
        client_visible: "client_visible" = FALSE,
        critical: "critical" = FALSE,
    }
}

fields! {
    /// The fields of a guardrail.
    GuardrailFields {
        metric: "metric",
        threshold: "threshold",
        window: "window",
    }
}

fields! {
    /// The fields of `guardrails`.
    GuardrailsFields {
        auto_disable: "auto_disable" (OneOrMore(&Fields(GuardrailFields::DECLARED))) = NO_ITEMS,
    }
}

/// The fields of any entry that decide nothing.
#[derive(Default)]
pub(super) struct AboutFields<'n, 't> {
    pub(super) name: Option<Field<'n, 't>>,
    pub(super) description: Option<Field<'n, 't>>,
    pub(super) owner: Option<Field<'n, 't>>,
    pub(super) tags: Option<Field<'n, 't>>,
    pub(super) metadata: Option<Field<'n, 't>>,
    /// `variant` of an older spelling.
    pub(super) label: Option<Field<'n, 't>>,
    pub(super) client_visible: Option<Field<'n, 't>>,
    pub(super) critical: Option<Field<'n, 't>>,
    pub(super) guardrails: Option<Field<'n, 't>>,
}

/// A field in its spellings, the preferred one first.
pub(super) type Spellings = [&'static str; 2];

pub(super) const KEY: Spellings = ["key", "id"];
pub(super) const EXPIRY: Spellings = ["expiry", "expiresAt"];

/// A field as it is written, whether it is well formed or not: a bad entry must still answer to its name.
pub(super) fn written<'n, 't>(
    object: &'n Object<'t>,
    spellings: Spellings,
) -> Option<(&'static str, &'n Node<'t>)> {
    spellings
        .iter()
        .find_map(|wanted| object.iter().find(|(name, _)| name == wanted).map(|(_, node)| (*wanted, node)))
}

pub(super) fn is_key(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphanumeric())
        && text.len() <= limits::KEY_BYTES
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

impl Reader<'_> {
    pub(super) fn entry(&mut self, object: &Object<'_>, path: &Pointer<'_>) -> Option<(About, Body)> {
        match self.entry_type(object, path)? {
            EntryType::FeatureFlag => self.flag_entry(object, false, path),
            EntryType::Config => self.flag_entry(object, true, path),
            EntryType::Experiment => {
                let fields = ExperimentFields::read(object, path, self);
                let about = self.about(&AboutFields::from(&fields), path);
                Some((about, Body::Experiment(Box::new(self.read_experiment(&fields, path)?))))
            }
            EntryType::Segment => {
                let fields = SegmentFields::read(object, path, self);
                let about = self.about(&AboutFields::from(&fields), path);
                match fields.condition {
                    Some(field) => {
                        Some((about, Body::Segment(self.condition(field.node, &field.path(path))?)))
                    }
                    None => {
                        self.missing("condition", path);
                        None
                    }
                }
            }
            EntryType::Layer => {
                let fields = LayerFields::read(object, path, self);
                let about = self.about(&AboutFields::from(&fields), path);
                Some((about, Body::Layer(self.read_layer(&fields, path)?)))
            }
        }
    }

    fn flag_entry(
        &mut self,
        object: &Object<'_>,
        is_config: bool,
        path: &Pointer<'_>,
    ) -> Option<(About, Body)> {
        let fields = FlagFields::read(object, path, self);
        let about = self.about(&AboutFields::from(&fields), path);
        Some((about, Body::Flag(Box::new(self.read_flag(&fields, is_config, path)?))))
    }

    /// As declared, else as the fields tell.
    fn entry_type(&mut self, object: &Object<'_>, path: &Pointer<'_>) -> Option<EntryType> {
        match object.iter().find(|(name, _)| *name == "type") {
            Some((name, node)) => self.choice_at(node, &path.member(name), &TYPES),
            None => Some(implied_type(object)),
        }
    }

    fn about(&mut self, fields: &AboutFields<'_, '_>, path: &Pointer<'_>) -> About {
        let label = self.text(fields.label, path);
        About {
            name: self.text(fields.name, path),
            description: self.text(fields.description, path),
            owner: self.text(fields.owner, path),
            tags: self.ids(fields.tags, path).unwrap_or_default(),
            metadata: self.metadata(fields.metadata, label, path),
            client_visible: self.flag(fields.client_visible, path).unwrap_or(false),
            critical: self.flag(fields.critical, path).unwrap_or(false),
            guardrails: self.guardrails(fields.guardrails, path),
        }
    }

    fn metadata(
        &mut self,
        field: Option<Field<'_, '_>>,
        label: Option<Box<str>>,
        path: &Pointer<'_>,
    ) -> Option<Value> {
        let mut members = match field {
            Some(field) => {
                self.object(field.node, &field.path(path))?;
                match field.node.to_value() {
                    Value::Object(members) => members.into_vec(),
                    _ => Vec::new(),
                }
            }
            None if label.is_none() => return None,
            None => Vec::new(),
        };
        // An object names a member once, and `metadata` is the author's own.
        if let Some(label) = label.filter(|_| !members.iter().any(|(name, _)| &**name == "variant")) {
            members.push(("variant".into(), Value::from(label)));
        }
        Some(Value::Object(members.into()))
    }

    fn guardrails(&mut self, field: Option<Field<'_, '_>>, path: &Pointer<'_>) -> Vec<Guardrail> {
        let Some(field) = field else { return Vec::new() };
        let path = field.path(path);
        let Some(object) = self.object(field.node, &path) else { return Vec::new() };
        let Some(auto_disable) = GuardrailsFields::read(object, &path, self).auto_disable else {
            return Vec::new();
        };
        let path = auto_disable.path(&path);
        match auto_disable.node {
            Node::List(items) if self.within(items.len(), limits::VARIATIONS, "guardrails", &path) => {
                items.iter().enumerate().filter_map(|(i, item)| self.guardrail(item, &path.item(i))).collect()
            }
            Node::List(_) => Vec::new(),
            one => self.guardrail(one, &path).into_iter().collect(),
        }
    }

    fn guardrail(&mut self, node: &Node<'_>, path: &Pointer<'_>) -> Option<Guardrail> {
        let object = self.object(node, path)?;
        let fields = GuardrailFields::read(object, path, self);
        for (name, field) in
            [("metric", fields.metric), ("threshold", fields.threshold), ("window", fields.window)]
        {
            if field.is_none() {
                self.missing(name, path);
            }
        }
        let metric = self.text(fields.metric, path);
        let threshold = fields.threshold.and_then(|field| match field.node {
            Node::Int(value) => Some(*value as f64),
            Node::Float(value) => Some(*value),
            other => {
                self.wrong_type(&field.path(path), "a number", other);
                None
            }
        });
        let window = self.text(fields.window, path);
        if window.as_deref().is_some_and(|window| !is_duration(window)) {
            let message = "a window is a whole number with ms, s, m, h or d, such as `5m`";
            self.problems.add(Code::InvalidValue, &path.member("window"), message);
        }
        Some(Guardrail { metric: metric?, threshold: threshold?, window: window? })
    }
}

impl<'n, 't> From<&SegmentFields<'n, 't>> for AboutFields<'n, 't> {
    fn from(fields: &SegmentFields<'n, 't>) -> AboutFields<'n, 't> {
        AboutFields {
            name: fields.name,
            description: fields.description,
            owner: fields.owner,
            tags: fields.tags,
            metadata: fields.metadata,
            client_visible: fields.client_visible,
            critical: fields.critical,
            ..AboutFields::default()
        }
    }
}

/// The type of an entry that does not say.
fn implied_type(object: &Object<'_>) -> EntryType {
    let has = |wanted: &str| object.iter().any(|(name, _)| *name == wanted);
    match () {
        () if has("slots") => EntryType::Layer,
        () if has("variants") || has("allocation") => EntryType::Experiment,
        () if has("condition") => EntryType::Segment,
        () => EntryType::FeatureFlag,
    }
}

/// Whether an entry, however broken, says that it is a secret; to say it wrongly is to say it.
pub(super) fn is_sensitive(object: &Object<'_>) -> bool {
    object.iter().any(|(name, node)| *name == "sensitive" && *node != Node::Bool(false))
}

/// The type, if the entry says none that there is not.
pub(super) fn written_type(object: &Object<'_>) -> Option<EntryType> {
    match object.iter().find(|(name, _)| *name == "type") {
        Some((_, Node::Str(written))) => {
            TYPES.iter().find(|(name, _)| name == written).map(|(_, found)| *found)
        }
        Some(_) => None,
        None => Some(implied_type(object)),
    }
}

/// Whether an entry, however broken, would be one to ask for.
pub(super) fn is_evaluable(object: &Object<'_>) -> bool {
    let is_part = matches!(written_type(object), Some(EntryType::Segment | EntryType::Layer));
    !is_part && !is_sensitive(object)
}

fn is_duration(text: &str) -> bool {
    ["ms", "s", "m", "h", "d"].iter().any(|unit| {
        text.strip_suffix(unit).is_some_and(|count| {
            !count.is_empty() && count.len() <= 9 && count.bytes().all(|byte| byte.is_ascii_digit())
        })
    })
}
