//! YAML -> tree: the 1.2 core schema, and of YAML's other features only those that JSON has too. A document that two
//! readers can take for two things means nothing here, so anchors, aliases, tags, merge keys, further documents and
//! duplicate keys are refused.

use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;
use std::str::Chars;

use saphyr_parser::{BufferedInput, Event, Marker, Parser, ScalarStyle, ScanError, Span, Tag};
use vexil_core::{Arena, Code, Node, Problem, limits};

/// Characters that the parser may take in before it has an event to show for them. It holds the tokens of a whole flow
/// collection until it knows that the collection is no member's name: at some hundred bytes a token, 64 MB of `[0, 0,`
/// would take gigabytes.
const CHARACTERS_PER_EVENT: usize = 1 << 20;

/// Reads YAML; as strict as JSON is read.
pub(super) fn parse<'a>(text: &[u8], arena: &'a Arena) -> Result<Node<'a>, Problem> {
    let text = std::str::from_utf8(text).map_err(|error| {
        Problem::at_offset(Code::InvalidUtf8, text, error.valid_up_to(), "the text is not UTF-8")
    })?;
    let mut reader = Reader::new(text, arena);
    let first = loop {
        match reader.next()? {
            (Event::StreamStart | Event::DocumentStart(_), _) => {}
            first => break first,
        }
    };
    if matches!(first.0, Event::StreamEnd) {
        return Ok(Node::Null);
    }
    let node = reader.node(first, 0)?;
    loop {
        match reader.next()? {
            (Event::DocumentEnd, _) => {}
            (Event::StreamEnd, _) => return Ok(node),
            (_, span) => return Err(refusal(span.start, "a second document in one file")),
        }
    }
}

struct Reader<'t, 'a> {
    arena: &'a Arena,
    parser: Parser<'t, BufferedInput<Metered<'t>>>,
    left: Rc<Cell<usize>>,
}

/// Text that ends where the parser has taken in too much.
struct Metered<'t> {
    text: Chars<'t>,
    left: Rc<Cell<usize>>,
}

impl Iterator for Metered<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        self.left.set(self.left.get().checked_sub(1)?);
        self.text.next()
    }
}

type Spanned<'t> = (Event<'t>, Span);

impl<'t, 'a> Reader<'t, 'a> {
    fn new(text: &'t str, arena: &'a Arena) -> Reader<'t, 'a> {
        let left = Rc::new(Cell::new(0));
        let metered = Metered { text: text.chars(), left: Rc::clone(&left) };
        Reader { arena, parser: Parser::new_from_iter(metered), left }
    }

    fn next(&mut self) -> Result<Spanned<'t>, Problem> {
        self.left.set(CHARACTERS_PER_EVENT);
        let event = self.parser.next_event();
        if self.left.get() == 0 {
            let place = match &event {
                Some(Ok((_, span))) => span.start,
                Some(Err(error)) => *error.marker(),
                None => Marker::default(),
            };
            let message = format!(
                "one string, comment or bracketed collection of more than {CHARACTERS_PER_EVENT} characters"
            );
            return Err(at(place, Code::LimitExceeded, message));
        }
        match event {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(syntax(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// The node that an event begins.
    fn node(&mut self, (event, span): Spanned<'t>, depth: usize) -> Result<Node<'a>, Problem> {
        if !self.arena.count() {
            let message = format!("more than {} values", limits::DOCUMENT_NODES);
            return Err(at(span.start, Code::TooLarge, message));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                bare(anchor, tag.as_deref(), span.start)?;
                match style {
                    ScalarStyle::Plain => plain(&text, span.start, self.arena),
                    _ => Ok(Node::Str(self.arena.str(&text))),
                }
            }
            Event::SequenceStart(anchor, tag) => {
                bare(anchor, tag.as_deref(), span.start)?;
                self.list(deeper(depth, span.start)?)
            }
            Event::MappingStart(anchor, tag) => {
                bare(anchor, tag.as_deref(), span.start)?;
                self.object(deeper(depth, span.start)?)
            }
            Event::Alias(_) => Err(refusal(span.start, "an alias (`*`)")),
            _ => Err(Problem::of_text(
                Code::Syntax,
                span.start.line(),
                span.start.col() + 1,
                "a value is missing",
            )),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Node<'a>, Problem> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(self.arena.list(items)),
                item => items.push(self.node(item, depth)?),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Node<'a>, Problem> {
        let mut members = Vec::new();
        let mut names = HashSet::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(self.arena.object(members));
            }
            let name = name(event, span.start)?;
            let name = self.arena.str(&name);
            if !names.insert(name) {
                let message = format!("the member `{name}` is there twice");
                return Err(at(span.start, Code::DuplicateMember, message));
            }
            let value = self.next()?;
            members.push((name, self.node(value, depth)?));
        }
    }
}

/// The name of a member, as it is written: `42: ...` names the user 42, as `"42": ...` does.
fn name(event: Event<'_>, place: Marker) -> Result<String, Problem> {
    match event {
        Event::Scalar(text, style, anchor, tag) => {
            bare(anchor, tag.as_deref(), place)?;
            match (&*text, style) {
                ("<<", ScalarStyle::Plain) => Err(refusal(place, "a merge key (`<<`)")),
                ("", ScalarStyle::Plain) => Err(at(place, Code::Syntax, "the name of a member is missing")),
                _ => Ok(text.into_owned()),
            }
        }
        Event::Alias(_) => Err(refusal(place, "an alias (`*`)")),
        _ => Err(refusal(place, "a list or an object as the name of a member")),
    }
}

fn bare(anchor: usize, tag: Option<&Tag>, place: Marker) -> Result<(), Problem> {
    match (anchor, tag) {
        (0, None) => Ok(()),
        (0, Some(_)) => Err(refusal(place, "a tag (`!`)")),
        _ => Err(refusal(place, "an anchor (`&`)")),
    }
}

fn deeper(depth: usize, place: Marker) -> Result<usize, Problem> {
    if depth == limits::DOCUMENT_DEPTH { Err(too_deep(place)) } else { Ok(depth + 1) }
}

fn too_deep(place: Marker) -> Problem {
    at(place, Code::TooDeep, format!("nested deeper than {} levels", limits::DOCUMENT_DEPTH))
}

/// A scalar without quotes, by the core schema (YAML 1.2.2, section 10.3.2).
fn plain<'a>(text: &str, place: Marker, arena: &'a Arena) -> Result<Node<'a>, Problem> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Node::Null),
        "true" | "True" | "TRUE" => return Ok(Node::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Node::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => {
            return Err(at(place, Code::NumberRange, "not a number is no number here"));
        }
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Err(at(place, Code::NumberRange, "infinity is no number here"));
    }
    if let Some(integer) = integer(text, unsigned) {
        let beyond = || at(place, Code::NumberRange, format!("{text} is an integer beyond 64 bits"));
        return integer.map(Node::Int).ok_or_else(beyond);
    }
    if is_float(unsigned) {
        return match text.parse::<f64>() {
            Ok(float) if float.is_finite() => Ok(Node::Float(float)),
            _ => Err(at(place, Code::NumberRange, format!("{text} is a number that overflows"))),
        };
    }
    Ok(Node::Str(arena.str(text)))
}

/// An integer, if the text is one; none within, if it is beyond i64. Only decimal ones have a sign.
fn integer(text: &str, unsigned: &str) -> Option<Option<i64>> {
    let (digits, radix) = match (text.strip_prefix("0o"), text.strip_prefix("0x")) {
        (Some(octal), _) => (octal, 8),
        (_, Some(hexadecimal)) => (hexadecimal, 16),
        _ => (unsigned, 10),
    };
    let is_integer = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    let signed = if radix == 10 { text } else { digits };
    is_integer.then(|| i64::from_str_radix(signed, radix).ok())
}

/// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_float(unsigned: &str) -> bool {
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && all_digits(exponent))
}

fn refusal(place: Marker, what: &str) -> Problem {
    at(
        place,
        Code::Syntax,
        format!("{what} is not allowed: definitions use the part of YAML that JSON has too"),
    )
}

fn at(place: Marker, code: Code, message: impl Into<String>) -> Problem {
    Problem::of_text(code, place.line(), place.col() + 1, message)
}

fn syntax(error: &ScanError) -> Problem {
    // The parser reads ahead, and gives up by itself at more levels of brackets than are allowed.
    if error.info().contains("recursion limit") {
        return too_deep(*error.marker());
    }
    at(*error.marker(), Code::Syntax, error.info())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Node<'static> {
        parse(text.as_bytes(), Box::leak(Box::default())).unwrap()
    }

    fn refusal(text: &str) -> (Code, usize, usize) {
        let problem = parse(text.as_bytes(), &Arena::new()).unwrap_err();
        (problem.code, problem.line.unwrap(), problem.column.unwrap())
    }

    /// The value of `a: <text>`.
    fn scalar(text: &str) -> Node<'static> {
        match read(&format!("a: {text}\n")) {
            Node::Object([(_, value)]) => *value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(scalar(text), Node::Null, "{text}");
        }
        for (text, value) in [("true", true), ("True", true), ("TRUE", true), ("False", false)] {
            assert_eq!(scalar(text), Node::Bool(value), "{text}");
        }
        for (text, value) in [
            ("0", 0),
            ("007", 7),
            ("+12", 12),
            ("-12", -12),
            ("0o17", 15),
            ("0xfF", 255),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(scalar(text), Node::Int(value), "{text}");
        }
        for (text, value) in [("1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("-1e3", -1000.0), ("12.5E-1", 1.25)] {
            assert_eq!(scalar(text), Node::Float(value), "{text}");
        }
        for text in
            ["yes", "on", "No", "tRUE", "1_000", "0b1", "-0x1", "1e", ".", "1.2.3", "2026-01-01", "12:30"]
        {
            assert_eq!(scalar(text), Node::Str(text), "{text}");
        }
        for text in ["'1'", "\"1\"", "|-\n  1", ">-\n  1"] {
            assert_eq!(scalar(text), Node::Str("1"), "{text}");
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for text in [
            "9223372036854775808",
            "-9223372036854775809",
            "0x8000000000000000",
            "1e400",
            ".inf",
            "-.INF",
            ".nan",
        ] {
            assert_eq!(refusal(&format!("a:\n  b: {text}")), (Code::NumberRange, 2, 6), "{text}");
        }
    }

    #[test]
    fn what_json_has_not_is_refused() {
        for (text, line, column) in [
            ("a: &x 1", 1, 4),
            ("a: 1\nb: *x", 2, 4),
            ("a: !!str 1", 1, 4),
            ("a: ! 1", 1, 4),
            ("a: !mine {b: 1}", 1, 4),
            ("<<: {a: 1}", 1, 1),
            ("? [a, b]\n: 1", 1, 3),
            ("? {a: b}\n: 1", 1, 3),
            (": 1", 1, 1),
            ("a: 1\n---\nb: 1", 2, 1),
            ("a: [1, 2", 2, 1),
            ("a: b: c", 1, 5),
            ("a:\n\t- 1", 2, 2),
        ] {
            assert_eq!(refusal(text), (Code::Syntax, line, column), "{text}");
        }
        assert_eq!(refusal("a: 1\n'a': 2"), (Code::DuplicateMember, 2, 1));
        assert_eq!(refusal("a: {b: 1, c: 2, \"b\": 3}"), (Code::DuplicateMember, 1, 17));
        assert_eq!(refusal("{é: 1, 'é' : 2}"), (Code::DuplicateMember, 1, 8));
        assert_eq!(refusal("1: x\n'1': y").0, Code::DuplicateMember);
    }

    #[test]
    fn json_means_the_same_in_yaml() {
        for text in [
            r#"{"key": "a", "default": false, "rules": [{"priority": 1, "x": null}], "n": [1, -2.5, 1e3]}"#,
            r##"["\u00e9\n\"", "", {}, [], {"a": {"b": []}}, "# no comment", "a: b", "- c"]"##,
            include_str!("../../../examples/graph_search.json"),
            include_str!("../../../examples/registrations.json"),
        ] {
            assert_eq!(read(text), Node::parse_json(text.as_bytes(), &Arena::new()).unwrap(), "{text}");
        }
        assert_eq!(read(""), Node::Null);
        assert_eq!(read("--- \n# nothing\n...\n"), Node::Null);
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let nested = |depth: usize| (0..depth).map(|i| format!("{}a:\n", " ".repeat(i))).collect::<String>();
        assert!(parse(nested(limits::DOCUMENT_DEPTH).as_bytes(), &Arena::new()).is_ok());
        assert_eq!(refusal(&nested(limits::DOCUMENT_DEPTH + 1)).0, Code::TooDeep);
        for opening in ["[", "{a: ", "- ", "- [", "? "] {
            assert!(parse(opening.repeat(10_000).as_bytes(), &Arena::new()).is_err(), "{opening}");
        }
        let long = format!("[{}0]", "0, ".repeat(CHARACTERS_PER_EVENT / 3));
        assert_eq!(refusal(&long).0, Code::LimitExceeded);
        assert_eq!(parse(b"a: 1\nb: \"\xff\"", &Arena::new()).unwrap_err().column, Some(5));
    }
}
