//! Text -> tree. JSON, read strictly: a document that means two things to two readers means nothing here.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::limits;
use crate::problem::{Code, Problem};
use crate::value::Value;

/// A tree that borrows its strings from the text where it can.
#[derive(Debug, Clone, PartialEq)]
pub enum Node<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number without fraction and exponent.
    Int(i64),
    /// Any other number; finite.
    Float(f64),
    /// A string.
    Str(Cow<'a, str>),
    /// A list.
    List(Vec<Node<'a>>),
    /// An object; names are unique.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// Reads JSON (RFC 8259). Refused are, beyond what no JSON is: duplicate members, integers beyond i64, floats
    /// that overflow, and what is over the limits.
    pub fn parse_json(text: &'a [u8]) -> Result<Node<'a>, Problem> {
        if text.len() > limits::DOCUMENT_BYTES {
            return Err(too_large(text.len(), limits::DOCUMENT_BYTES));
        }
        // Checked once as a whole: that is many times as fast as string by string.
        let Ok(text) = std::str::from_utf8(text) else { return Err(invalid_utf8(text)) };
        let state = State { text: text.as_bytes(), ..State::default() };
        let mut json = serde_json::Deserializer::from_str(text);
        Tree { state: &state, depth: 0 }
            .deserialize(&mut json)
            .and_then(|node| json.end().map(|()| node))
            .map_err(|error| describe(&error, text, &state))
    }

    /// What this is, for a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Node::Null => "null",
            Node::Bool(_) => "a boolean",
            Node::Int(_) => "an integer",
            Node::Float(_) => "a number",
            Node::Str(_) => "a string",
            Node::List(_) => "a list",
            Node::Object(_) => "an object",
        }
    }

    /// A value that outlives the text.
    pub fn to_value(&self) -> Value {
        match self {
            Node::Null => Value::Null,
            Node::Bool(value) => Value::Bool(*value),
            Node::Int(value) => Value::Int(*value),
            Node::Float(value) => Value::Float(*value),
            Node::Str(value) => Value::Str(value.as_ref().into()),
            Node::List(items) => Value::List(items.iter().map(Node::to_value).collect()),
            Node::Object(members) => Value::Object(
                members.iter().map(|(name, value)| (Box::from(name.as_ref()), value.to_value())).collect(),
            ),
        }
    }
}

pub(crate) fn too_large(bytes: usize, limit: usize) -> Problem {
    Problem::of_text(Code::TooLarge, 1, 1, format!("{bytes} bytes are over the limit of {limit}"))
}

/// What the reader could not say through `serde_json::Error`.
#[derive(Default)]
struct State<'de> {
    text: &'de [u8],
    code: Cell<Option<Code>>,
    /// Where in the text, if not where the reader is.
    offset: Cell<Option<usize>>,
    /// Up to where the text has been searched for the spelling of numbers.
    searched: Cell<usize>,
    nodes: Cell<usize>,
    /// Items and members of what is open, so that a closed list or object is allocated once, in its size.
    items: RefCell<Vec<Node<'de>>>,
    members: RefCell<Vec<Member<'de>>>,
}

type Member<'de> = (Cow<'de, str>, Node<'de>);

impl<'de> State<'de> {
    /// A value takes two bytes of text and many more of memory.
    fn count<E: Error>(&self) -> Result<(), E> {
        self.nodes.set(self.nodes.get() + 1);
        if self.nodes.get() > limits::DOCUMENT_NODES {
            return Err(
                self.fail(Code::TooLarge, format_args!("more than {} values", limits::DOCUMENT_NODES))
            );
        }
        Ok(())
    }

    fn fail<E: Error>(&self, code: Code, message: impl fmt::Display) -> E {
        self.code.set(Some(code));
        E::custom(message)
    }

    /// Where the float that has just been read stands in the text, if it is written as an integer. Only what may be one
    /// is looked up, so that other documents pay nothing.
    fn integer_at(&self, float: f64) -> Option<usize> {
        if !may_be_integer(float) {
            return None;
        }
        let (offset, number) = next_doubtful(self.text, self.searched.get())?;
        self.searched.set(offset + number.len());
        is_integer(number).then_some(offset)
    }
}

#[derive(Clone, Copy)]
struct Tree<'s, 'de> {
    state: &'s State<'de>,
    depth: usize,
}

impl Tree<'_, '_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == limits::DOCUMENT_DEPTH {
            let message = format_args!("nested deeper than {} levels", limits::DOCUMENT_DEPTH).to_string();
            return Err(self.state.fail(Code::TooDeep, message));
        }
        Ok(Tree { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_, 'de> {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        self.state.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_, 'de> {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node<'de>, E> {
        match i64::try_from(value) {
            Ok(value) => Ok(Node::Int(value)),
            Err(_) => {
                Err(self.state.fail(Code::NumberRange, format_args!("{value} is an integer beyond 64 bits")))
            }
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node<'de>, E> {
        match self.state.integer_at(value) {
            None => Ok(Node::Float(value)),
            Some(_) if value == 0.0 => Ok(Node::Int(0)),
            Some(offset) => {
                self.state.offset.set(Some(offset));
                Err(self.state.fail(Code::NumberRange, "an integer beyond 64 bits"))
            }
        }
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Str(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node<'de>, E> {
        Ok(Node::Str(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node<'de>, A::Error> {
        let inner = self.deeper()?;
        let open = &self.state.items;
        let start = open.borrow().len();
        while let Some(item) = items.next_element_seed(inner)? {
            open.borrow_mut().push(item);
        }
        Ok(Node::List(open.borrow_mut().drain(start..).collect()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node<'de>, A::Error> {
        let inner = self.deeper()?;
        let open = &self.state.members;
        let start = open.borrow().len();
        let mut names = Names::default();
        while let Some(name) = members.next_key_seed(Name)? {
            if names.contains(open.borrow().get(start..).unwrap_or_default(), &name) {
                return Err(self
                    .state
                    .fail(Code::DuplicateMember, format_args!("the member `{name}` is there twice")));
            }
            let value = members.next_value_seed(inner)?;
            open.borrow_mut().push((name, value));
        }
        Ok(Node::Object(open.borrow_mut().drain(start..).collect()))
    }
}

/// A member's name, borrowed where it has no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}

/// The names of an object so far: few are compared one by one, many (the ids of a scope) are hashed.
#[derive(Default)]
pub(crate) struct Names(HashSet<String>);

impl Names {
    const FEW: usize = 16;

    pub(crate) fn contains<T>(&mut self, object: &[(Cow<'_, str>, T)], name: &str) -> bool {
        if object.len() < Names::FEW {
            return object.iter().any(|(other, _)| other == name);
        }
        for (other, _) in object.iter().skip(self.0.len()) {
            self.0.insert(other.to_string());
        }
        self.0.contains(name)
    }
}

fn describe(error: &serde_json::Error, text: &str, state: &State<'_>) -> Problem {
    let written = error.to_string();
    let message = written.split(" at line ").next().unwrap_or(&written);
    let code = state.code.get().unwrap_or(match message {
        "number out of range" => Code::NumberRange,
        "recursion limit exceeded" => Code::TooDeep,
        _ => Code::Syntax,
    });
    if let Some(offset) = state.offset.get() {
        return Problem::at_offset(code, text.as_bytes(), offset, message);
    }
    // The reader counts the bytes that it has read of the line.
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let read = text.ceil_char_boundary(lines.map(str::len).sum::<usize>() + error.column());
    let before = text.get(..read).unwrap_or(text);
    let start = match code {
        Code::DuplicateMember => start_of_name(before),
        Code::NumberRange => Some(before.trim_end_matches(|c: char| "+-.eE0123456789".contains(c)).len()),
        Code::TooDeep => before.rfind(['[', '{']),
        _ => None,
    };
    // What is not JSON is the last character that was read; at the very beginning of a line that is none.
    let last = || before.char_indices().next_back().filter(|_| error.column() > 0).map_or(read, |(at, _)| at);
    Problem::at_offset(code, text.as_bytes(), start.unwrap_or_else(last), message)
}

/// Where the last name of a member begins: at the first of its quotes, the only one that no backslash escapes.
fn start_of_name(text: &str) -> Option<usize> {
    let name = text.get(..text.rfind('"')?)?;
    let escaped =
        |quote: usize| name.bytes().take(quote).rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
    name.rmatch_indices('"').map(|(quote, _)| quote).find(|quote| !escaped(*quote))
}

fn invalid_utf8(text: &[u8]) -> Problem {
    let valid = std::str::from_utf8(text).map_or_else(|error| error.valid_up_to(), str::len);
    Problem::at_offset(Code::InvalidUtf8, text, valid, "the text is not UTF-8")
}

/// `serde_json` hands over as floats: integers beyond u64, and `-0`.
fn may_be_integer(value: f64) -> bool {
    value.abs() >= i64::MAX as f64 || (value == 0.0 && value.is_sign_negative())
}

fn is_integer(number: &str) -> bool {
    !number.contains(['.', 'e', 'E'])
}

/// The first number at or behind `offset` that is handed over as a float that may be an integer, in text that is JSON
/// up to there.
fn next_doubtful(text: &[u8], mut offset: usize) -> Option<(usize, &str)> {
    while let Some(rest @ [first, ..]) = text.get(offset..) {
        offset += match first {
            b'"' => string_length(rest),
            b'-' | b'0'..=b'9' => {
                let length = rest.iter().take_while(|byte| b"+-.eE0123456789".contains(byte)).count();
                let number = std::str::from_utf8(rest.get(..length)?).ok()?;
                let is_doubtful = match is_integer(number) {
                    true => number == "-0" || number.parse::<i64>().is_err(),
                    false => number.parse().is_ok_and(may_be_integer),
                };
                if is_doubtful {
                    return Some((offset, number));
                }
                length
            }
            _ => 1,
        };
    }
    None
}

/// The length of the string that `text` begins with, its quotes included.
fn string_length(text: &[u8]) -> usize {
    let mut escaped = false;
    let inner = text.iter().skip(1).take_while(|byte| {
        let closing = **byte == b'"' && !escaped;
        escaped = **byte == b'\\' && !escaped;
        !closing
    });
    inner.count() + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> (Code, usize, usize) {
        let problem = Node::parse_json(text.as_bytes()).unwrap_err();
        (problem.code, problem.line.unwrap(), problem.column.unwrap())
    }

    #[test]
    fn integers_are_never_rounded_into_floats() {
        assert_eq!(refusal("{\"a\": \"\\\\\",\n \"b\": 99999999999999999999}"), (Code::NumberRange, 2, 7));
        assert_eq!(refusal("[-9223372036854775809]"), (Code::NumberRange, 1, 2));
        assert_eq!(refusal("[9223372036854775808]"), (Code::NumberRange, 1, 2));
        assert_eq!(refusal("[-1e400]"), (Code::NumberRange, 1, 2));
        assert_eq!(Node::parse_json(b"1e20").unwrap(), Node::Float(1e20));
        assert_eq!(Node::parse_json(b"[\"99999999999999999999\", 1e20]").unwrap().kind(), "a list");
        assert_eq!(Node::parse_json(b"-9223372036854775808").unwrap(), Node::Int(i64::MIN));
    }

    #[test]
    fn negative_zero_is_an_integer_where_it_is_written_as_one() {
        let text =
            br#"[-0, "-0", {"-0": -0.0}, -0e0, 1e30, -0, 0, 9223372036854775807, -1e-400, 1e19, [-0]]"#;
        let Node::List(items) = Node::parse_json(text).unwrap() else { panic!("a list") };
        let kinds: Vec<&str> = items.iter().map(Node::kind).collect();
        let (int, float) = ("an integer", "a number");
        assert_eq!(
            kinds,
            [int, "a string", "an object", float, float, int, int, int, float, float, "a list"]
        );
        assert_eq!(items[10], Node::List(vec![Node::Int(0)]));
        assert!(matches!(&items[2], Node::Object(members) if members[0].1.kind() == float));
        assert_eq!(refusal("[-0, 1e19,\n 99999999999999999999]"), (Code::NumberRange, 2, 2));
        assert_eq!(refusal("[-0,\n 1e400]").1, 2);
    }

    #[test]
    fn refusals_name_their_place() {
        assert_eq!(refusal("{\"a\": 1,\n\"a\": 2}"), (Code::DuplicateMember, 2, 1));
        assert_eq!(refusal(r#"{"": 1, "" }"#), (Code::DuplicateMember, 1, 9));
        assert_eq!(refusal(r#"[{"a\\\"b": 1, "a\\\"b"}]"#), (Code::DuplicateMember, 1, 16));
        assert_eq!(refusal(r#"{"é": "é", "é" : 2}"#), (Code::DuplicateMember, 1, 12));
        assert_eq!(refusal("{\"a\": "), (Code::Syntax, 1, 6));
        assert_eq!(refusal(r#"{"é": é}"#), (Code::Syntax, 1, 7));
        assert_eq!(refusal(""), (Code::Syntax, 1, 1));
        assert_eq!(refusal("[1,\n"), (Code::Syntax, 2, 1));
        assert_eq!(refusal(&"[".repeat(10_000)), (Code::TooDeep, 1, 101));
        assert_eq!(refusal(&format!("{}\n]", "[".repeat(101))), (Code::TooDeep, 1, 101));
        assert_eq!(Node::parse_json(b"\"\xff\"").unwrap_err().code, Code::InvalidUtf8);
    }

    #[test]
    fn many_members_are_compared_too() {
        let many: Vec<String> = (0..40).map(|i| format!("\"m{i}\": {i}")).collect();
        assert!(Node::parse_json(format!("{{{}}}", many.join(",")).as_bytes()).is_ok());
        let doubled = format!("{{{}, \"m3\": 0}}", many.join(","));
        assert_eq!(refusal(&doubled).0, Code::DuplicateMember);
    }
}
