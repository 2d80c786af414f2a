//! The values of an entry: their type, the variations, and the defaults by kind.

use crate::document::Node;
use crate::limits;
use crate::model::{Kind, ValueType, Variation};
use crate::problem::{Code, Pointer, shown};
use crate::value::{Value, number};

use super::fields::{Field, Reader, fields};

fields! {
    /// The fields of a variation.
    VariationFields {
        id: "id",
        value: "value",
        name: "name",
        description: "description",
    }
}

pub(super) const VALUE_TYPES: [(&str, &ValueType); 5] = [
    ("boolean", &ValueType::Boolean),
    ("integer", &ValueType::Integer),
    ("float", &ValueType::Float),
    ("string", &ValueType::String),
    ("json", &ValueType::Json),
];

/// What the values of an entry can be.
pub(super) struct Values<'v> {
    pub(super) value_type: &'v ValueType,
    pub(super) variations: &'v [Variation],
    /// Of the variations.
    pub(super) ids: Vec<&'v str>,
}

impl<'v> Values<'v> {
    pub(super) fn new(value_type: &'v ValueType, variations: &'v [Variation]) -> Values<'v> {
        Values { value_type, variations, ids: variations.iter().map(|variation| &*variation.id).collect() }
    }

    /// A value of the entry's type; an integer becomes a float where floats are wanted.
    pub(super) fn read(&self, node: &Node<'_>, path: &Pointer<'_>, reader: &mut Reader<'_>) -> Option<Value> {
        typed(node.to_value(), self.value_type, path, reader)
    }
}

pub(super) fn typed(
    value: Value,
    value_type: &ValueType,
    path: &Pointer<'_>,
    reader: &mut Reader<'_>,
) -> Option<Value> {
    let value = match (value_type, value) {
        (ValueType::Float, Value::Int(int)) => match number::exact_float(int) {
            Some(float) => Value::Float(float),
            None => {
                reader.problems.add(Code::ValueType, path, "no float is exactly this integer".to_owned());
                return None;
            }
        },
        (_, value) => value,
    };
    if !value_type.admits(&value) {
        let wanted = match value_type {
            ValueType::Enum(_) if reader.sensitive => "a member of the enum".to_owned(),
            ValueType::Enum(members) if members.len() > 10 => {
                format!("one of the enum's {} members", members.len())
            }
            ValueType::Enum(members) => format!("one of {}", Value::List(members.clone())),
            other => other.as_str().to_owned(),
        };
        let shown = if reader.sensitive {
            "the value".to_owned()
        } else {
            format!("`{}`", shown(&value.to_string()))
        };
        reader.problems.add(Code::ValueType, path, format!("{shown} is not {wanted}"));
        return None;
    }
    reader.check_schema(&value, path);
    Some(value)
}

impl Reader<'_> {
    /// The declared type; else that of `default`, else of the first variation, else boolean.
    pub(super) fn value_type(
        &mut self,
        declared: Option<Field<'_, '_>>,
        default: Option<Field<'_, '_>>,
        variations: Option<Field<'_, '_>>,
        path: &Pointer<'_>,
    ) -> ValueType {
        let Some(field) = declared else {
            let first = default.map(|field| field.node).or_else(|| first_value(variations?.node));
            return first.map_or(ValueType::Boolean, type_of);
        };
        let path = field.path(path);
        match field.node {
            Node::Str(_) => self.choice_at(field.node, &path, &VALUE_TYPES).cloned(),
            Node::Object(members) => match members {
                [(name, Node::List(items))] if *name == "enum" => {
                    self.enumeration(items, &path.member("enum"))
                }
                _ => {
                    self.problems.add(
                        Code::InvalidValue,
                        &path,
                        "a value type is a name or `{\"enum\": [...]}`",
                    );
                    None
                }
            },
            other => {
                self.wrong_type(&path, "a string or an object", other);
                None
            }
        }
        // The problem is reported; json makes no further ones of it.
        .unwrap_or(ValueType::Json)
    }

    fn enumeration(&mut self, items: &[Node<'_>], path: &Pointer<'_>) -> Option<ValueType> {
        let strings = items.iter().all(|item| matches!(item, Node::Str(_)));
        let integers = items.iter().all(|item| matches!(item, Node::Int(_)));
        if items.is_empty() || !(strings || integers) {
            self.problems.add(Code::InvalidValue, path, "an enum's members are all strings, or all integers");
            return None;
        }
        let within = self.within(items.len(), limits::VARIATIONS, "members", path);
        within.then(|| ValueType::Enum(items.iter().map(Node::to_value).collect()))
    }

    /// The variations as declared; a boolean without any has `off` and `on`.
    pub(super) fn variations(
        &mut self,
        field: Option<Field<'_, '_>>,
        value_type: &ValueType,
        path: &Pointer<'_>,
    ) -> Vec<Variation> {
        let Some(field) = field else {
            return match value_type {
                ValueType::Boolean => vec![
                    Variation { id: "off".into(), value: Value::Bool(false) },
                    Variation { id: "on".into(), value: Value::Bool(true) },
                ],
                _ => Vec::new(),
            };
        };
        let path = field.path(path);
        let items = self.list(field.node, &path).unwrap_or_default();
        if !self.within(items.len(), limits::VARIATIONS, "variations", &path) {
            return Vec::new();
        }
        let mut variations: Vec<Variation> = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let path = path.item(i);
            if let Some(variation) = self.variation(item, value_type, &path) {
                if variations.iter().any(|other| other.id == variation.id) {
                    let message = format!("two variations have the id `{}`", variation.id);
                    self.problems.add(Code::DuplicateId, &path.member("id"), message);
                }
                variations.push(variation);
            }
        }
        variations
    }

    fn variation(
        &mut self,
        node: &Node<'_>,
        value_type: &ValueType,
        path: &Pointer<'_>,
    ) -> Option<Variation> {
        let object = self.object(node, path)?;
        let fields = VariationFields::read(object, path, self);
        self.text(fields.name, path);
        self.text(fields.description, path);
        let id = match fields.id {
            Some(field) => self.id(field.node, &field.path(path)),
            None => {
                self.missing("id", path);
                None
            }
        };
        let value = match fields.value {
            Some(field) => typed(field.node.to_value(), value_type, &field.path(path), self),
            None => {
                self.missing("value", path);
                None
            }
        };
        // A variation with a bad value still counts as declared, so that its mentions are no problems of their own.
        Some(Variation { id: id?.into(), value: value.unwrap_or(Value::Null) })
    }

    /// The default: as given, else by kind (DESIGN 3).
    pub(super) fn default_value(
        &mut self,
        field: Option<Field<'_, '_>>,
        kind: Kind,
        values: &Values<'_>,
        path: &Pointer<'_>,
    ) -> Option<Value> {
        if let Some(field) = field {
            return values.read(field.node, &field.path(path), self);
        }
        let first = values.variations.first().map(|variation| variation.value.clone());
        let derived = match (kind, values.value_type) {
            (Kind::Experiment, _) => first,
            (Kind::Release | Kind::Permission, ValueType::Boolean) => Some(Value::Bool(false)),
            (Kind::Ops, ValueType::Boolean) => Some(Value::Bool(true)),
            _ => None,
        };
        if derived.is_none() {
            self.problems.add(Code::MissingDefault, path, "`default` is missing");
        }
        derived
    }
}

fn first_value<'n, 't>(variations: &'n Node<'t>) -> Option<&'n Node<'t>> {
    let Node::List(items) = variations else { return None };
    let Node::Object(members) = items.first()? else { return None };
    members.iter().find(|(name, _)| *name == "value").map(|(_, value)| value)
}

fn type_of(node: &Node<'_>) -> ValueType {
    match node {
        Node::Bool(_) => ValueType::Boolean,
        Node::Int(_) => ValueType::Integer,
        Node::Float(_) => ValueType::Float,
        Node::Str(_) => ValueType::String,
        Node::Null | Node::List(_) | Node::Object(_) => ValueType::Json,
    }
}
