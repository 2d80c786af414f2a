//! Who asks: attributes by path, lent by the host without a copy, or held in a [`Context`].

mod others;
mod path;
mod route;

use std::borrow::Cow;

use crate::document::{Arena, Member, Node};
use crate::limits;
use crate::problem::{Code, Pointer, Problem};
use crate::value::Value;
use crate::value::number::Number;

use others::Others;
pub use path::{Known, Path, SUPPLIED};
pub(crate) use path::{KnownPaths, Paths, Spelled, canonical};
pub use route::Route;

pub use crate::hash::same_bytes as same_name;

/// An attribute, borrowed from whoever holds it.
#[derive(Clone, Copy)]
pub enum Attribute<'a> {
    /// A string.
    Str(&'a str),
    /// A number.
    Number(Number),
    /// A boolean.
    Bool(bool),
    /// A list.
    List(&'a dyn List),
    /// An object: it exists, and that is all that can be asked of it.
    Object,
}

impl std::fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.to_value())
    }
}

impl Attribute<'_> {
    /// A copy, for those who keep what they saw.
    pub fn to_value(&self) -> Value {
        match self {
            Attribute::Str(text) => Value::from(*text),
            Attribute::Number(Number::Int(number)) => Value::Int(*number),
            Attribute::Number(Number::Float(number)) => Value::Float(*number),
            Attribute::Bool(value) => Value::Bool(*value),
            Attribute::List(list) => {
                let mut items = Vec::with_capacity(list.len());
                list.any(&mut |item| {
                    items.push(item.to_value());
                    false
                });
                Value::List(items.into())
            }
            Attribute::Object => Value::Object(Box::default()),
        }
    }
}

/// A list attribute. Its items are not descended into: a list or object among them is [`Attribute::Object`].
pub trait List {
    /// How many items there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `test` is true of any item; asks no further after the first.
    fn any(&self, test: &mut dyn FnMut(Attribute<'_>) -> bool) -> bool;
}

impl List for Box<[Value]> {
    fn len(&self) -> usize {
        <[Value]>::len(self)
    }

    fn any(&self, test: &mut dyn FnMut(Attribute<'_>) -> bool) -> bool {
        self.iter().any(|item| match item {
            Value::List(_) | Value::Null => test(Attribute::Object),
            item => attribute(item).is_some_and(&mut *test),
        })
    }
}

/// Whoever can be asked for attributes. A visitor is handed what is lent, so that a host need not copy.
pub trait Attributes {
    /// Calls `visitor` once with the attribute at `path`, or with nothing when it is missing or null.
    fn visit<R>(&self, path: &Path, visitor: impl FnOnce(Option<Attribute<'_>>) -> R) -> R;
}

/// Attributes laid flat, ready to be asked again and again.
#[derive(Debug, Clone, Default)]
pub struct Context {
    known: [Option<Value>; Known::COUNT],
    others: Others,
}

impl Context {
    /// A context without attributes.
    pub fn new() -> Context {
        Context::default()
    }

    /// Reads a context from JSON; as strict as definitions are (DESIGN 5).
    pub fn parse_json(text: &[u8]) -> Result<Context, Problem> {
        if text.len() > limits::CONTEXT_BYTES {
            return Err(crate::document::too_large(text.len(), limits::CONTEXT_BYTES));
        }
        Context::from_node(&Node::parse_json(text, &Arena::new())?)
    }

    /// Lays a tree flat.
    pub fn from_node(node: &Node<'_>) -> Result<Context, Problem> {
        let Node::Object(members) = node else {
            let message = format!("a context is an object, not {}", node.kind());
            return Err(Problem::new(Code::WrongType, &Pointer::Root, message));
        };
        let mut flat = Vec::with_capacity(members.len());
        flatten(members, "", 0, &mut flat)?;
        check_sizes(flat.iter().filter_map(|found| found.value))?;
        // Nearest spelling first; among equals the order of `flatten`, as the sort is stable. Most are in order as they come.
        if !flat.is_sorted_by_key(|found| found.distance) {
            flat.sort_by_key(|found| found.distance);
        }
        let mut context = Context::new();
        context.others.reserve_exact(flat.len());
        for Found { path, distance, value } in flat {
            let path = if distance == 0 { Spelled::canonical(&path) } else { Spelled::new(&path) };
            if context.find(&path).is_none() {
                context.insert(&path, value.map_or_else(|| Value::Object(Box::default()), Node::to_value));
            }
        }
        Ok(context)
    }

    /// Sets one attribute, replacing what was there. Null removes it. An object is one attribute here, not a tree.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) -> &mut Context {
        let path = Spelled::new(path);
        match path.known {
            Some(known) => drop(self.known.get_mut(known as usize).and_then(Option::take)),
            None => self.others.remove(&path),
        }
        match value.into() {
            Value::Null => {}
            value => self.insert(&path, value),
        }
        self
    }

    /// As [`Context::set`], for building in one expression.
    #[must_use]
    pub fn with(mut self, path: &str, value: impl Into<Value>) -> Context {
        self.set(path, value);
        self
    }

    /// The attribute at a path.
    #[inline(always)]
    pub fn get(&self, path: &Path) -> Option<&Value> {
        self.find(path.spelled())
    }

    #[inline(always)]
    fn find(&self, path: &Spelled<impl AsRef<str>>) -> Option<&Value> {
        match path.known {
            Some(known) => self.known.get(known as usize)?.as_ref(),
            None => self.others.get(path),
        }
    }

    fn insert(&mut self, path: &Spelled<&str>, value: Value) {
        match path.known {
            Some(known) => {
                if let Some(slot) = self.known.get_mut(known as usize) {
                    *slot = Some(value);
                }
            }
            None => self.others.insert(path, value),
        }
    }
}

impl Attributes for Context {
    #[inline(always)]
    fn visit<R>(&self, path: &Path, visitor: impl FnOnce(Option<Attribute<'_>>) -> R) -> R {
        visitor(self.get(path).and_then(attribute))
    }
}

#[inline]
fn attribute(value: &Value) -> Option<Attribute<'_>> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => Attribute::Bool(*value),
        Value::Int(value) => Attribute::Number(Number::Int(*value)),
        Value::Float(value) => Attribute::Number(Number::Float(*value)),
        Value::Str(value) => Attribute::Str(value),
        Value::List(items) => Attribute::List(items),
        Value::Object(_) => Attribute::Object,
    })
}

/// An attribute under its full path, as it is spelled.
struct Found<'n, 't> {
    path: Cow<'n, str>,
    /// How far it is spelled from the one spelling.
    distance: usize,
    /// Nothing stands for an object, of which only its being there is kept.
    value: Option<&'n Node<'t>>,
}

/// Lists every attribute under its full path. Of several spellings of one path the more nested one comes first:
/// members with fewer dots in their own name go before others, at every level.
fn flatten<'n, 't>(
    members: &'n [Member<'t>],
    prefix: &str,
    depth: usize,
    flat: &mut Vec<Found<'n, 't>>,
) -> Result<(), Problem> {
    if depth == limits::CONTEXT_DEPTH {
        let message = format!("a context nested deeper than {} levels", limits::CONTEXT_DEPTH);
        return Err(Problem::new(Code::LimitExceeded, &Pointer::Root, message));
    }
    // Most objects have names without dots, or all with as many.
    let dots = |(name, _): &Member<'_>| name.bytes().filter(|byte| *byte == b'.').count();
    if members.is_sorted_by_key(dots) {
        return members.iter().try_for_each(|member| lay_flat(member, prefix, depth, flat));
    }
    let mut ordered: Vec<_> = members.iter().collect();
    ordered.sort_by_cached_key(|member| dots(member));
    ordered.into_iter().try_for_each(|member| lay_flat(member, prefix, depth, flat))
}

/// Lists a member, and all that is inside it.
fn lay_flat<'n, 't>(
    (name, value): &'n Member<'t>,
    prefix: &str,
    depth: usize,
    flat: &mut Vec<Found<'n, 't>>,
) -> Result<(), Problem> {
    if matches!(value, Node::Null) {
        return Ok(());
    }
    // By depth, not by length: what is inside a member with an empty name is not at the top.
    let path = if depth > 0 { Cow::Owned(format!("{prefix}.{name}")) } else { Cow::Borrowed(*name) };
    // No clause can name it, nor anything inside it.
    if path.len() > limits::PATH_BYTES {
        return Ok(());
    }
    if flat.len() == limits::CONTEXT_ATTRIBUTES {
        let message = format!("a context has at most {} attributes", limits::CONTEXT_ATTRIBUTES);
        return Err(Problem::new(Code::LimitExceeded, &Pointer::Root, message));
    }
    let (_, distance) = canonical(&path);
    match value {
        Node::Object(members) => {
            flat.push(Found { path: path.clone(), distance, value: None });
            flatten(members, &path, depth + 1, flat)
        }
        value => {
            flat.push(Found { path, distance, value: Some(value) });
            Ok(())
        }
    }
}

/// Strings and lists are what the time of a test can depend on.
fn check_sizes<'n, 't: 'n>(values: impl Iterator<Item = &'n Node<'t>>) -> Result<(), Problem> {
    let refuse = |message: String| Err(Problem::new(Code::LimitExceeded, &Pointer::Root, message));
    let mut items = 0;
    for value in values {
        let strings = match value {
            Node::List(list) => {
                items += list.len();
                &**list
            }
            one => std::slice::from_ref(one),
        };
        let is_long =
            |node: &Node<'_>| matches!(node, Node::Str(text) if text.len() > limits::CONTEXT_STRING_BYTES);
        if strings.iter().any(is_long) {
            return refuse(format!(
                "a string in a context has at most {} bytes",
                limits::CONTEXT_STRING_BYTES
            ));
        }
    }
    if items > limits::CONTEXT_ITEMS {
        return refuse(format!("the lists of a context have at most {} items", limits::CONTEXT_ITEMS));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(context: &str, path: &str) -> Option<Value> {
        Context::parse_json(context.as_bytes()).unwrap().get(&Path::new(path)).cloned()
    }

    #[test]
    fn nested_wins_over_flat_and_null_hides_nothing() {
        assert_eq!(get(r#"{"a.b": 1, "a": {"b": 2}}"#, "a.b"), Some(Value::Int(2)));
        assert_eq!(get(r#"{"a.b": 1, "a": {"b": null}}"#, "a.b"), Some(Value::Int(1)));
        assert_eq!(get(r#"{"a.b": {"c": 1}, "a": {"b.c": 2}}"#, "a.b.c"), Some(Value::Int(2)));
        assert_eq!(get(r#"{"a": {"b.c": 2, "b": {"c": 3}}}"#, "a.b.c"), Some(Value::Int(3)));
    }

    #[test]
    fn aliases_stand_behind_the_canonical_name() {
        assert_eq!(get(r#"{"userId": "b", "targetingKey": "a"}"#, "user.id"), Some("a".into()));
        assert_eq!(get(r#"{"userId": "b", "user": {"id": "c"}}"#, "userId"), Some("c".into()));
        assert_eq!(
            get(r#"{"customAttributes": {"plan": "pro", "userId": "u"}}"#, "plan"),
            Some("pro".into())
        );
        assert_eq!(get(r#"{"customAttributes": {"userId": "u"}}"#, "user.id"), Some("u".into()));
        assert_eq!(get(r#"{"userId": "u", "user.id": null}"#, "user.id"), Some("u".into()));
    }

    #[test]
    fn attributes_can_be_replaced_and_removed() {
        let mut context = Context::new().with("plan", "pro").with("user.id", 7_i64).with("age", 40_i64);
        context.set("plan", Value::Null).set("userId", "u");
        assert_eq!(context.get(&Path::new("plan")), None);
        assert_eq!(context.get(&Path::new("user.id")), Some(&"u".into()));
        assert_eq!(context.get(&Path::new("age")), Some(&Value::Int(40)));
    }
}
