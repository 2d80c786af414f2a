//! Definitions as they are written, in one form for those who compare them: every field in the spelling of the
//! documentation, and beside what is written what counts where nothing is.

use std::collections::{BTreeMap, HashSet};

use crate::context::canonical;
use crate::document::{self, Node};
use crate::model::{Body, Entry, ValueType};
use crate::value::Value;

use super::entry::{self, EntryType};
use super::fields::Object;
use super::{action, experiment, flag};

/// A part of a definition.
#[derive(Debug)]
pub(crate) enum Normal {
    /// What has no parts.
    Value(Value),
    /// A list.
    List(Vec<Normal>),
    /// An object.
    Object(BTreeMap<Box<str>, Member>),
}

/// A member of an object.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) normal: Normal,
    /// Whether it is there; else it is what counts without it.
    pub(crate) written: bool,
}

/// A field, as the tables of `fields!` declare it.
pub(super) struct Declared {
    pub(super) name: &'static str,
    /// Its other spellings.
    pub(super) others: &'static [&'static str],
    pub(super) shape: Shape,
    pub(super) default: Default,
}

/// What a value is made of.
pub(super) enum Shape {
    /// The author's own: nothing in it is ours to rename.
    Free,
    /// An attribute's path.
    Path,
    /// An object with these fields.
    Fields(&'static [Declared]),
    /// A list of them.
    List(&'static Shape),
    /// One, or a list of them.
    OneOrMore(&'static Shape),
    /// Each under an id.
    Map(&'static Shape),
    /// Percentages or ranges, each under an id: whoever is not mentioned has none.
    Shares,
    /// The rollout of a flag: percentages, or an action.
    Rollout,
    /// Rules: without a priority their position is it.
    Rules,
    Condition,
}

/// What counts where a field is not written.
pub(super) enum Default {
    /// Nothing, or what the model tells.
    Nothing,
    Is(Node<'static>),
    /// The entry's key.
    Key,
    /// The entry's salt.
    Salt,
}

pub(super) const TRUE: Default = Default::Is(Node::Bool(true));
pub(super) const FALSE: Default = Default::Is(Node::Bool(false));
pub(super) const NO_ITEMS: Default = Default::Is(Node::List(&[]));
pub(super) const NO_MEMBERS: Default = Default::Is(Node::Object(&[]));

pub(super) const fn text(text: &'static str) -> Default {
    Default::Is(Node::Str(text))
}

/// An entry that is valid, as it is written.
pub(super) fn normalise(entry: &Entry, written: &Node<'_>) -> Normal {
    let Node::Object(object) = written else { return free(written) };
    let find = |wanted: &str| object.iter().find(|(name, _)| *name == wanted).map(|(_, node)| node);
    let salt = match find("salt") {
        Some(Node::Str(salt)) => salt,
        _ => &*entry.key,
    };
    let fields = match entry::written_type(object) {
        Some(EntryType::FeatureFlag | EntryType::Config) => flag::FlagFields::DECLARED,
        Some(EntryType::Experiment) => experiment::ExperimentFields::DECLARED,
        Some(EntryType::Segment) => entry::SegmentFields::DECLARED,
        Some(EntryType::Layer) => experiment::LayerFields::DECLARED,
        None => &[],
    };
    let mut members = Normaliser { key: &entry.key, salt }.members(object, fields);
    if let Body::Flag(_) = entry.body {
        older_fields(&mut members);
    }
    for (name, value) in implied(entry) {
        members.entry(name.into()).or_insert_with(|| Member::implied(value.into()));
    }
    Normal::Object(members)
}

/// What an entry is without saying so, where that is more than a constant.
fn implied(entry: &Entry) -> Vec<(&'static str, Value)> {
    let mut implied = vec![("type", Value::from(entry.type_name()))];
    if let Body::Flag(flag) = &entry.body {
        let off = match flag.value_type {
            ValueType::Boolean => Value::Bool(false),
            _ => flag.default.clone(),
        };
        let variations = flag.variations.iter().map(|variation| {
            let id = Value::from(&*variation.id);
            Value::Object(Box::new([("id".into(), id), ("value".into(), variation.value.clone())]))
        });
        implied.push(("variations", Value::List(variations.collect())));
        implied.push(("value_type", Value::from(flag.value_type.as_str())));
        implied.push(("default", flag.default.clone()));
        implied.push(("off", off));
    }
    implied
}

/// `rolloutPercentage` is a rollout, `variant` a label among the metadata.
fn older_fields(members: &mut BTreeMap<Box<str>, Member>) {
    if let Some(Normal::Value(on)) = members.remove("rolloutPercentage").map(|member| member.normal) {
        let on = on.as_float().unwrap_or_default();
        let share = |percent: f64| {
            // Of thousandths, as they are written.
            let percent = Value::Float((percent * 1_000.0).round() / 1_000.0);
            Member { written: percent != Value::Int(0), normal: Normal::Value(percent) }
        };
        let rollout = BTreeMap::from([("on".into(), share(on)), ("off".into(), share(100.0 - on))]);
        members.insert("rollout".into(), Member::written(Normal::Object(rollout)));
    }
    let metadata = members.get("metadata").map(|metadata| &metadata.normal);
    if matches!(metadata, Some(Normal::Object(metadata)) if metadata.contains_key("variant")) {
        return;
    }
    let Some(label) = members.remove("variant") else { return };
    let metadata = members.entry("metadata".into()).or_insert_with(|| Member::implied(Normal::empty()));
    metadata.written = true;
    if let Normal::Object(metadata) = &mut metadata.normal {
        metadata.insert("variant".into(), label);
    }
}

struct Normaliser<'e> {
    key: &'e str,
    /// The entry's, as it counts.
    salt: &'e str,
}

impl Normaliser<'_> {
    fn normal(&self, node: &Node<'_>, shape: &Shape) -> Normal {
        match (shape, node) {
            (Shape::Path, Node::Str(path)) => Normal::Value(canonical(path).0.into()),
            (Shape::Fields(fields), Node::Object(members)) => Normal::Object(self.members(members, fields)),
            (Shape::List(of) | Shape::OneOrMore(of), Node::List(items)) => {
                Normal::List(items.iter().map(|item| self.normal(item, of)).collect())
            }
            (Shape::OneOrMore(of), one) => Normal::List(vec![self.normal(one, of)]),
            (Shape::Map(of), Node::Object(members)) => {
                object(members.iter().map(|(id, node)| (&**id, Member::written(self.normal(node, of)))))
            }
            (Shape::Shares, Node::Object(members)) => {
                object(members.iter().map(|(id, node)| (&**id, share(node))))
            }
            (Shape::Rollout, Node::Object(members)) => self.rollout(members),
            (Shape::Rules, Node::List(items)) => {
                Normal::List((1..).zip(*items).map(|(position, item)| self.rule(item, position)).collect())
            }
            (Shape::Condition, Node::Object(members)) => self.condition(members),
            _ => free(node),
        }
    }

    fn members(&self, object: &Object<'_>, fields: &[Declared]) -> BTreeMap<Box<str>, Member> {
        let mut members = BTreeMap::new();
        for (name, node) in object.iter().filter(|(name, _)| *name != "$schema" && *name != "$comment") {
            let known = fields.iter().find(|field| field.name == *name || field.others.contains(name));
            let (name, normal) = match known {
                Some(field) => (field.name, self.normal(node, &field.shape)),
                None => (&**name, free(node)),
            };
            members.insert(name.into(), Member::written(normal));
        }
        for field in fields.iter().filter(|field| !matches!(field.default, Default::Nothing)) {
            members.entry(field.name.into()).or_insert_with(|| {
                Member::implied(match &field.default {
                    Default::Is(default) => self.normal(default, &field.shape),
                    Default::Salt => Normal::Value(self.salt.into()),
                    Default::Key | Default::Nothing => Normal::Value(self.key.into()),
                })
            });
        }
        members
    }

    /// An action that says no more than the percentages is as good as they are.
    fn rollout(&self, members: &Object<'_>) -> Normal {
        let adds_nothing = |(name, node): &document::Member<'_>| match &**name {
            "rollout" | "algorithm" | "$schema" | "$comment" => true,
            "salt" => matches!(node, Node::Str(salt) if *salt == self.salt),
            _ => false,
        };
        let percentages = match members.iter().find(|(name, _)| *name == "rollout") {
            _ if !action::is_action(members) => members,
            Some((_, Node::Object(percentages))) if members.iter().all(adds_nothing) => percentages,
            _ => return Normal::Object(self.members(members, action::ActionFields::DECLARED)),
        };
        object(percentages.iter().map(|(id, node)| (&**id, share(node))))
    }

    fn rule(&self, item: &Node<'_>, position: i64) -> Normal {
        let Node::Object(members) = item else { return free(item) };
        let mut rule = self.members(members, flag::RuleFields::DECLARED);
        let priority = || Member::implied(Normal::Value(Value::Int(position)));
        rule.entry("priority".into()).or_insert_with(priority);
        Normal::Object(rule)
    }

    fn condition(&self, members: &Object<'_>) -> Normal {
        // Two spellings of one path may stand beside each other: then the second stays as it is written.
        let mut taken: HashSet<&str> = members.iter().map(|(name, _)| &**name).collect();
        let parts = members.iter().filter(|(name, _)| *name != "$comment").map(|(name, node)| {
            let (name, normal) = match &**name {
                "all" | "any" => (&**name, self.normal(node, &Shape::List(&Shape::Condition))),
                "not" => (&**name, self.normal(node, &Shape::Condition)),
                "segment" => (&**name, free(node)),
                path => {
                    let path = Some(canonical(path).0).filter(|path| taken.insert(path)).unwrap_or(path);
                    (path, clauses(node))
                }
            };
            (name, Member::written(normal))
        });
        object(parts)
    }
}

/// The tests of one attribute.
fn clauses(node: &Node<'_>) -> Normal {
    let mut normal = free(node);
    if let Normal::Object(tests) = &mut normal {
        let exactly = || Member::implied(Normal::Value(Value::Bool(false)));
        tests.entry("ignoreCase".into()).or_insert_with(exactly);
    }
    normal
}

/// What an id has of the buckets. To have none is as not to be mentioned.
fn share(node: &Node<'_>) -> Member {
    let is_nothing = match node {
        Node::List(ranges) => ranges.is_empty(),
        percent => percent.to_value() == Value::Int(0),
    };
    Member { normal: free(node), written: !is_nothing }
}

fn free(node: &Node<'_>) -> Normal {
    node.to_value().into()
}

fn object<'n>(members: impl Iterator<Item = (&'n str, Member)>) -> Normal {
    Normal::Object(members.map(|(name, member)| (name.into(), member)).collect())
}

impl Member {
    fn written(normal: Normal) -> Member {
        Member { normal, written: true }
    }

    fn implied(normal: Normal) -> Member {
        Member { normal, written: false }
    }
}

impl Normal {
    fn empty() -> Normal {
        Normal::Object(BTreeMap::new())
    }

    /// A member that is written.
    pub(crate) fn member(&self, name: &str) -> Option<&Normal> {
        let Normal::Object(members) = self else { return None };
        members.get(name).filter(|member| member.written).map(|member| &member.normal)
    }

    /// As it is written.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Normal::Value(value) => value.clone(),
            Normal::List(items) => Value::List(items.iter().map(Normal::to_value).collect()),
            Normal::Object(members) => {
                let written = members.iter().filter(|(_, member)| member.written);
                Value::Object(
                    written.map(|(name, member)| (name.clone(), member.normal.to_value())).collect(),
                )
            }
        }
    }
}

impl From<Value> for Normal {
    fn from(value: Value) -> Normal {
        match value {
            Value::List(items) => Normal::List(items.into_iter().map(Normal::from).collect()),
            Value::Object(members) => {
                let written = |(name, value)| (name, Member::written(Normal::from(value)));
                Normal::Object(members.into_iter().map(written).collect())
            }
            value => Normal::Value(value),
        }
    }
}
