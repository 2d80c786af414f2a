//! One term, as a context may hold it.

use std::borrow::Cow;
use std::fmt::Write as _;

use rustler::{Atom, Binary, Term, TermType};
use vexil_core::context::Attribute;
use vexil_core::limits;
use vexil_core::value::number::Number;
use vexil_ffi::utf8;

use crate::atoms;

/// How large a term may be that is looked at: who asks must not decide how long a scheduler is held up.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// Bytes of a text.
    pub(crate) text: usize,
    /// Items of a list.
    pub(crate) items: usize,
}

/// Of contexts, read in place or prepared.
pub(crate) const OF_CONTEXTS: Bounds =
    Bounds { text: limits::CONTEXT_STRING_BYTES, items: limits::CONTEXT_ITEMS };

/// Of values, definitions among them, which are read where that holds nobody up.
pub(crate) const OF_VALUES: Bounds = Bounds { text: limits::DOCUMENT_BYTES, items: limits::DOCUMENT_NODES };

/// What a term is to a context; text is borrowed from the term wherever it lies there.
pub(crate) enum Shape<'a> {
    Nil,
    Text(Cow<'a, str>),
    Number(Number),
    Bool(bool),
    /// With how many items.
    List(Term<'a>, usize),
    Map,
}

/// Looks at a term.
#[inline]
pub(crate) fn shape<'a>(term: Term<'a>, bounds: &Bounds) -> Result<Shape<'a>, Box<Refusal>> {
    match term.get_type() {
        TermType::Binary => short(term, bounds.text).map(|text| Shape::Text(Cow::Borrowed(text))),
        TermType::Integer => match term.decode::<i64>() {
            Ok(number) => Ok(Shape::Number(Number::Int(number))),
            Err(_) => Err(Refusal::new("an integer beyond 64 bits")),
        },
        TermType::Float => match term.decode::<f64>() {
            Ok(number) if number.is_finite() => Ok(Shape::Number(Number::Float(number))),
            _ => Err(Refusal::new("no finite number")),
        },
        TermType::Atom => atom(term),
        TermType::List => list(term, bounds.items),
        TermType::Map => match module(term) {
            None => Ok(Shape::Map),
            Some(module) => structure(term, module),
        },
        TermType::Fun => Err(Refusal::new("a function, which no context holds")),
        TermType::Pid => Err(Refusal::new("a process, which no context holds")),
        TermType::Port => Err(Refusal::new("a port, which no context holds")),
        TermType::Ref => Err(Refusal::new("a reference, which no context holds")),
        TermType::Tuple => Err(Refusal::new("a tuple, which no context holds")),
        TermType::Unknown => Err(Refusal::new("of no type that a context holds")),
    }
}

/// The struct's module, if the map is a struct.
#[inline]
pub(crate) fn module<'a>(map: Term<'a>) -> Option<Term<'a>> {
    map.map_get(atoms::struct_name()).ok()
}

/// To ask the machine for the length of a list takes as long as the list is.
fn list<'a>(whole: Term<'a>, most: usize) -> Result<Shape<'a>, Box<Refusal>> {
    let mut left = whole;
    for len in 0..=most {
        match left.list_get_cell() {
            Ok((_, rest)) => left = rest,
            Err(_) if left.is_empty_list() => return Ok(Shape::List(whole, len)),
            Err(_) => return Err(Refusal::new("a list without an end")),
        }
    }
    Err(Refusal::new(format!("a list of more than {most} items")))
}

/// How many bytes of text a term is, before they are looked at.
#[inline]
pub(crate) fn text_bytes(term: Term<'_>) -> usize {
    Binary::from_term(term).map_or(0, |bytes| bytes.len())
}

/// Text of so many bytes at most.
#[inline]
fn short(term: Term<'_>, most: usize) -> Result<&str, Box<Refusal>> {
    let bytes = bytes(term)?;
    match bytes.len() > most {
        true => Err(Refusal::new(format!("a text of more than {most} bytes"))),
        false => text(bytes),
    }
}

#[inline]
pub(crate) fn binary(term: Term<'_>) -> Result<&str, Box<Refusal>> {
    text(bytes(term)?)
}

#[inline]
fn bytes(term: Term<'_>) -> Result<&[u8], Box<Refusal>> {
    let bytes = Binary::from_term(term).map_err(|_| Refusal::new("bits that are no whole bytes"))?;
    Ok(bytes.as_slice())
}

#[inline]
fn text(bytes: &[u8]) -> Result<&str, Box<Refusal>> {
    match utf8::text(bytes) {
        // SAFETY: it is text, as was just seen. What says so comes by way of memory, and the text itself need not.
        Ok(_) => Ok(unsafe { std::str::from_utf8_unchecked(bytes) }),
        Err(_) => Err(Refusal::new("a binary that is no text in UTF-8")),
    }
}

/// `true`, `false` and `nil` are what they are; all others are given as their text.
fn atom<'a>(term: Term<'a>) -> Result<Shape<'a>, Box<Refusal>> {
    if atoms::nil() == term {
        return Ok(Shape::Nil);
    }
    match term.decode::<bool>() {
        Ok(value) => Ok(Shape::Bool(value)),
        Err(_) => atom_text(term).map(|text| Shape::Text(Cow::Owned(text))),
    }
}

/// The text of an atom.
pub(crate) fn atom_text(term: Term<'_>) -> Result<String, Box<Refusal>> {
    if let Ok(text) = term.atom_to_string() {
        return Ok(text);
    }
    // The plain way knows Latin-1 alone. The external format has: its version, a tag, a length, the text.
    let external = term.to_binary();
    let text = match external.as_slice() {
        [131, 119, _, text @ ..] | [131, 118, _, _, text @ ..] => std::str::from_utf8(text).ok(),
        _ => None,
    };
    text.map(str::to_owned).ok_or_else(|| Refusal::new("an atom that is no text"))
}

/// Moments and days are given as the text that ISO 8601 has for them.
#[cold]
fn structure<'a>(term: Term<'a>, module: Term<'a>) -> Result<Shape<'a>, Box<Refusal>> {
    let text = if atoms::date_time() == module {
        day(term).and_then(|day| Some(format!("{day}T{}{}", time(term)?, offset(term)?)))
    } else if atoms::naive_date_time() == module {
        day(term).and_then(|day| Some(format!("{day}T{}", time(term)?)))
    } else if atoms::date() == module {
        day(term)
    } else if atoms::time() == module {
        time(term)
    } else {
        let module = atom_text(module).unwrap_or_default();
        let module = module.strip_prefix("Elixir.").unwrap_or(&module);
        return Err(Refusal::new(format!("a struct of {module}, which no context holds")));
    };
    match text {
        Some(text) => Ok(Shape::Text(Cow::Owned(text))),
        None => Err(Refusal::new("a time of another calendar than ISO")),
    }
}

fn field(term: Term<'_>, name: Atom) -> Option<i64> {
    term.map_get(name).ok()?.decode().ok()
}

fn day(term: Term<'_>) -> Option<String> {
    term.map_get(atoms::calendar()).ok().filter(|calendar| atoms::iso() == *calendar)?;
    let [year, month, day] = [atoms::year(), atoms::month(), atoms::day()].map(|name| field(term, name));
    let (year, month, day) = (year?, month?, day?);
    let sign = if year < 0 { "-" } else { "" };
    Some(format!("{sign}{:04}-{month:02}-{day:02}", year.unsigned_abs()))
}

fn time(term: Term<'_>) -> Option<String> {
    term.map_get(atoms::calendar()).ok().filter(|calendar| atoms::iso() == *calendar)?;
    let [hour, minute, second] =
        [atoms::hour(), atoms::minute(), atoms::second()].map(|name| field(term, name));
    let (hour, minute, second) = (hour?, minute?, second?);
    let mut text = format!("{hour:02}:{minute:02}:{second:02}");
    let (microsecond, precision): (u32, usize) = term.map_get(atoms::microsecond()).ok()?.decode().ok()?;
    let digits = format!("{microsecond:06}");
    if let Some(digits) = digits.get(..precision).filter(|digits| !digits.is_empty()) {
        write!(text, ".{digits}").ok()?;
    }
    Some(text)
}

fn offset(term: Term<'_>) -> Option<String> {
    let seconds = field(term, atoms::utc_offset())?.checked_add(field(term, atoms::std_offset())?)?;
    if seconds == 0 {
        return Some("Z".to_owned());
    }
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs() / 60);
    Some(format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60))
}

/// Calls with an item of a list; one that is a list or map itself, or `nil`, is not looked into.
pub(crate) fn with_item(
    term: Term<'_>,
    test: &mut dyn FnMut(Attribute<'_>) -> bool,
) -> Result<bool, Box<Refusal>> {
    Ok(match shape(term, &OF_CONTEXTS)? {
        Shape::Text(text) => test(Attribute::Str(&text)),
        Shape::Number(number) => test(Attribute::Number(number)),
        Shape::Bool(value) => test(Attribute::Bool(value)),
        Shape::List(..) | Shape::Map | Shape::Nil => test(Attribute::Object),
    })
}

/// Why a term cannot be in a context. Rare, and so in a box: what is handed on again and again stays small.
#[derive(Debug)]
pub(crate) struct Refusal {
    what: Cow<'static, str>,
    /// Where in the context, the innermost name first.
    names: Vec<String>,
}

impl Refusal {
    /// `what` goes on with "it is".
    #[cold]
    pub(crate) fn new(what: impl Into<Cow<'static, str>>) -> Box<Refusal> {
        Box::new(Refusal { what: what.into(), names: Vec::new() })
    }

    /// The same, seen from the map that it is a member of.
    pub(crate) fn in_member(mut self: Box<Self>, name: &str) -> Box<Refusal> {
        self.names.push(name.to_owned());
        self
    }

    /// The same, of what is asked for within it.
    #[cold]
    pub(crate) fn inside(mut self: Box<Self>) -> Box<Refusal> {
        self.what = format!("inside {}", self.what).into();
        self
    }

    /// Where it is and what it is, without anything that it says. `whole` is what it would be in, such as "the context".
    pub(crate) fn told(&self, whole: &str) -> String {
        let names: Vec<&str> = self.names.iter().rev().map(String::as_str).collect();
        match names.as_slice() {
            [] => format!("{whole} is {}", self.what),
            names => format!("`{}` in {whole} is {}", names.join("."), self.what),
        }
    }
}
