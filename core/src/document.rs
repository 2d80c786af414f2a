//! Text -> tree. JSON, read strictly: a document that means two things to two readers means nothing here.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::limits;
use crate::problem::{Code, Problem};
use crate::value::Value;

/// Where the trees of documents lie. A tree is thousands of small lists that are needed together and for a short time:
/// here they cost next to nothing to make, and nothing to free one by one.
#[derive(Debug, Default)]
pub struct Arena {
    bump: bumpalo::Bump,
    /// Values in all trees together.
    nodes: Cell<usize>,
}

impl Arena {
    /// An empty one.
    pub fn new() -> Arena {
        Arena::default()
    }

    /// Counts a value, which takes two bytes of text and many more of memory. Documents in one arena share the limit of
    /// one document; false beyond it.
    pub fn count(&self) -> bool {
        self.nodes.update(|nodes| nodes + 1);
        self.nodes.get() <= limits::DOCUMENT_NODES
    }

    /// A list of these items.
    pub fn list<'a>(&'a self, items: Vec<Node<'a>>) -> Node<'a> {
        Node::List(self.bump.alloc_slice_fill_iter(items))
    }

    /// An object of these members, whose names are unique.
    pub fn object<'a>(&'a self, members: Vec<Member<'a>>) -> Node<'a> {
        Node::Object(self.bump.alloc_slice_fill_iter(members))
    }

    /// A string that is not in the text as it is meant.
    pub fn str(&self, text: &str) -> &str {
        self.bump.alloc_str(text)
    }
}

/// A name and a value.
pub type Member<'a> = (&'a str, Node<'a>);

/// A tree that borrows from the text and from an arena.
#[derive(Debug, Clone, Copy, PartialEq)]
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
    Str(&'a str),
    /// A list.
    List(&'a [Node<'a>]),
    /// An object; names are unique.
    Object(&'a [Member<'a>]),
}

impl<'a> Node<'a> {
    /// Reads JSON (RFC 8259). Refused are, beyond what no JSON is: duplicate members, integers beyond i64, floats
    /// that overflow, and what is over the limits.
    pub fn parse_json(text: &'a [u8], arena: &'a Arena) -> Result<Node<'a>, Problem> {
        if text.len() > limits::DOCUMENT_BYTES {
            return Err(too_large(text.len(), limits::DOCUMENT_BYTES));
        }
        // Checked once as a whole: that is many times as fast as string by string.
        let Ok(text) = std::str::from_utf8(text) else { return Err(invalid_utf8(text)) };
        let mut builder = Builder::new(text, arena);
        let mut json = serde_json::Deserializer::from_str(text);
        Tree { builder: &mut builder, depth: 0 }
            .deserialize(&mut json)
            .and_then(|()| json.end())
            .map_err(|error| builder.describe(&error))?;
        Ok(builder.open.pop().unwrap_or(Node::Null))
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
            Node::Str(value) => Value::Str((*value).into()),
            Node::List(items) => Value::List(items.iter().map(Node::to_value).collect()),
            Node::Object(members) => Value::Object(
                members.iter().map(|(name, value)| (Box::from(*name), value.to_value())).collect(),
            ),
        }
    }
}

pub(crate) fn too_large(bytes: usize, limit: usize) -> Problem {
    Problem::of_text(Code::TooLarge, 1, 1, format!("{bytes} bytes are over the limit of {limit}"))
}

/// What is built of a tree while its text is read. Values are put here where they are found, rather than returned from
/// visitor to visitor: every such move costs more than reading the value did.
struct Builder<'a> {
    text: &'a str,
    arena: &'a Arena,
    /// Values whose list or object is still open.
    open: Vec<Node<'a>>,
    /// Names of the members of objects that are still open.
    names: Vec<&'a str>,
    /// Up to where the text has been searched for the spelling of numbers.
    searched: usize,
    /// What `serde_json::Error` cannot say: the code,
    code: Option<Code>,
    /// and where in the text it is, if not where the reader is.
    offset: Option<usize>,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str, arena: &'a Arena) -> Builder<'a> {
        let (open, names) = (Vec::new(), Vec::new());
        Builder { text, arena, open, names, searched: 0, code: None, offset: None }
    }

    fn count<E: Error>(&mut self) -> Result<(), E> {
        if self.arena.count() {
            Ok(())
        } else {
            Err(self.fail(Code::TooLarge, format_args!("more than {} values", limits::DOCUMENT_NODES)))
        }
    }

    #[cold]
    fn fail<E: Error>(&mut self, code: Code, message: impl fmt::Display) -> E {
        self.code = Some(code);
        E::custom(message)
    }

    /// Where the float that has just been read stands in the text, if it is written as an integer. Only what may be one
    /// is looked up, so that other documents pay nothing.
    fn integer_at(&mut self, float: f64) -> Option<usize> {
        if !may_be_integer(float) {
            return None;
        }
        let (offset, number) = next_doubtful(self.text.as_bytes(), self.searched)?;
        self.searched = offset + number.len();
        is_integer(number).then_some(offset)
    }

    fn describe(&self, error: &serde_json::Error) -> Problem {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        let code = self.code.unwrap_or(match message {
            "number out of range" => Code::NumberRange,
            "recursion limit exceeded" => Code::TooDeep,
            _ => Code::Syntax,
        });
        // The reader counts the bytes that it has read of the line.
        let lines = self.text.split_inclusive('\n').take(error.line().saturating_sub(1));
        let read = self.text.ceil_char_boundary(lines.map(str::len).sum::<usize>() + error.column());
        let before = self.text.get(..read).unwrap_or(self.text);
        let start = self.offset.or_else(|| match code {
            Code::DuplicateMember => start_of_name(before),
            Code::NumberRange => Some(before.trim_end_matches(|c: char| "+-.eE0123456789".contains(c)).len()),
            Code::TooDeep => before.rfind(['[', '{']),
            _ => None,
        });
        // What is not JSON is the last character that was read; at the very beginning of a line that is none.
        let last =
            || before.char_indices().next_back().filter(|_| error.column() > 0).map_or(read, |(at, _)| at);
        Problem::at_offset(code, self.text.as_bytes(), start.unwrap_or_else(last), message)
    }
}

/// Reads one value, and leaves it with the builder.
struct Tree<'b, 'a> {
    builder: &'b mut Builder<'a>,
    depth: usize,
}

impl<'a> Tree<'_, 'a> {
    fn deeper<E: Error>(&mut self) -> Result<usize, E> {
        if self.depth == limits::DOCUMENT_DEPTH {
            let message = format_args!("nested deeper than {} levels", limits::DOCUMENT_DEPTH);
            return Err(self.builder.fail(Code::TooDeep, message));
        }
        Ok(self.depth + 1)
    }

    #[inline]
    fn put<E>(self, node: Node<'a>) -> Result<(), E> {
        self.builder.open.push(node);
        Ok(())
    }
}

impl<'a> DeserializeSeed<'a> for Tree<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        self.builder.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Tree<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.put(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.put(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.put(Node::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.put(Node::Int(value)),
            Err(_) => {
                let message = format_args!("{value} is an integer beyond 64 bits");
                Err(self.builder.fail(Code::NumberRange, message))
            }
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        match self.builder.integer_at(value) {
            None => self.put(Node::Float(value)),
            Some(_) if value == 0.0 => self.put(Node::Int(0)),
            Some(offset) => {
                self.builder.offset = Some(offset);
                Err(self.builder.fail(Code::NumberRange, "an integer beyond 64 bits"))
            }
        }
    }

    fn visit_borrowed_str<E>(self, value: &'a str) -> Result<(), E> {
        self.put(Node::Str(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        let value = self.builder.arena.str(value);
        self.put(Node::Str(value))
    }

    fn visit_seq<A: SeqAccess<'a>>(mut self, mut items: A) -> Result<(), A::Error> {
        let depth = self.deeper()?;
        let builder = self.builder;
        let first = builder.open.len();
        while items.next_element_seed(Tree { builder: &mut *builder, depth })?.is_some() {}
        let list = builder.arena.bump.alloc_slice_fill_iter(builder.open.drain(first..));
        builder.open.push(Node::List(list));
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut members: A) -> Result<(), A::Error> {
        let depth = self.deeper()?;
        let builder = self.builder;
        let (first_name, first) = (builder.names.len(), builder.open.len());
        let mut known = Names::default();
        while let Some(name) = members.next_key_seed(Name(builder.arena))? {
            if known.contains(builder.names.get(first_name..).unwrap_or_default(), name) {
                let message = format_args!("the member `{name}` is there twice");
                return Err(builder.fail(Code::DuplicateMember, message));
            }
            builder.names.push(name);
            members.next_value_seed(Tree { builder: &mut *builder, depth })?;
        }
        let members = builder.names.drain(first_name..).zip(builder.open.drain(first..));
        let object = builder.arena.bump.alloc_slice_fill_iter(members);
        builder.open.push(Node::Object(object));
        Ok(())
    }
}

/// A member's name, borrowed where it has no escapes.
struct Name<'a>(&'a Arena);

impl<'a> DeserializeSeed<'a> for Name<'a> {
    type Value = &'a str;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<&'a str, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for Name<'a> {
    type Value = &'a str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_str<E>(self, value: &'a str) -> Result<&'a str, E> {
        Ok(value)
    }

    fn visit_str<E>(self, value: &str) -> Result<&'a str, E> {
        Ok(self.0.str(value))
    }
}

/// The names of an object so far: few are compared one by one, many (the ids of a scope) are hashed.
#[derive(Default)]
struct Names<'a>(HashSet<&'a str>);

impl<'a> Names<'a> {
    const FEW: usize = 16;

    fn contains(&mut self, names: &[&'a str], name: &str) -> bool {
        if names.len() < Names::FEW {
            return names.contains(&name);
        }
        let new = names.get(self.0.len()..).unwrap_or_default();
        self.0.extend(new);
        self.0.contains(name)
    }
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
        let problem = Node::parse_json(text.as_bytes(), &Arena::new()).unwrap_err();
        (problem.code, problem.line.unwrap(), problem.column.unwrap())
    }

    #[test]
    fn integers_are_never_rounded_into_floats() {
        assert_eq!(refusal("{\"a\": \"\\\\\",\n \"b\": 99999999999999999999}"), (Code::NumberRange, 2, 7));
        assert_eq!(refusal("[-9223372036854775809]"), (Code::NumberRange, 1, 2));
        assert_eq!(refusal("[9223372036854775808]"), (Code::NumberRange, 1, 2));
        assert_eq!(refusal("[-1e400]"), (Code::NumberRange, 1, 2));
        assert_eq!(Node::parse_json(b"1e20", &Arena::new()).unwrap(), Node::Float(1e20));
        assert_eq!(
            Node::parse_json(b"[\"99999999999999999999\", 1e20]", &Arena::new()).unwrap().kind(),
            "a list"
        );
        assert_eq!(Node::parse_json(b"-9223372036854775808", &Arena::new()).unwrap(), Node::Int(i64::MIN));
    }

    #[test]
    fn negative_zero_is_an_integer_where_it_is_written_as_one() {
        let text =
            br#"[-0, "-0", {"-0": -0.0}, -0e0, 1e30, -0, 0, 9223372036854775807, -1e-400, 1e19, [-0]]"#;
        let arena = Arena::new();
        let Node::List(items) = Node::parse_json(text, &arena).unwrap() else { panic!("a list") };
        let kinds: Vec<&str> = items.iter().map(Node::kind).collect();
        let (int, float) = ("an integer", "a number");
        assert_eq!(
            kinds,
            [int, "a string", "an object", float, float, int, int, int, float, float, "a list"]
        );
        assert_eq!(items[10], Node::List(&[Node::Int(0)]));
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
        assert_eq!(Node::parse_json(b"\"\xff\"", &Arena::new()).unwrap_err().code, Code::InvalidUtf8);
    }

    #[test]
    fn many_members_are_compared_too() {
        let many: Vec<String> = (0..40).map(|i| format!("\"m{i}\": {i}")).collect();
        assert!(Node::parse_json(format!("{{{}}}", many.join(",")).as_bytes(), &Arena::new()).is_ok());
        let doubled = format!("{{{}, \"m3\": 0}}", many.join(","));
        assert_eq!(refusal(&doubled).0, Code::DuplicateMember);
    }
}
