//! Values as bytes: a byte that says what it is, and what it holds. Numbers are big-endian, lengths have four bytes.

use vexil_core::context::{Attribute, same_name};
use vexil_core::value::number::Number;
use vexil_core::{Arena, Node, Value, limits};
use vexil_ffi::Code;
use vexil_ffi::fault::Fault;
use vexil_ffi::utf8;

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INTEGER: u8 = 3;
const FLOAT: u8 = 4;
const TEXT: u8 = 5;
const LIST: u8 = 6;
const OBJECT: u8 = 7;

/// Writes a value.
pub(crate) fn write(value: &Value, into: &mut Vec<u8>) {
    match value {
        Value::Null => into.push(NULL),
        Value::Bool(false) => into.push(FALSE),
        Value::Bool(true) => into.push(TRUE),
        Value::Int(value) => {
            into.push(INTEGER);
            into.extend(value.to_be_bytes());
        }
        Value::Float(value) => write_float(*value, into),
        Value::Str(text) => {
            into.push(TEXT);
            write_text(text, into);
        }
        Value::List(items) => {
            into.push(LIST);
            write_length(items.len(), into);
            items.iter().for_each(|item| write(item, into));
        }
        Value::Object(members) => {
            into.push(OBJECT);
            write_length(members.len(), into);
            for (name, value) in members {
                write_text(name, into);
                write(value, into);
            }
        }
    }
}

pub(crate) fn write_float(value: f64, into: &mut Vec<u8>) {
    into.push(FLOAT);
    into.extend(value.to_bits().to_be_bytes());
}

pub(crate) fn write_text(text: &str, into: &mut Vec<u8>) {
    write_length(text.len(), into);
    into.extend(text.as_bytes());
}

/// What is in force is within the limits of documents, and so shorter than the largest length.
pub(crate) fn write_length(length: usize, into: &mut Vec<u8>) {
    into.extend(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
}

/// Reads a value, which is all there is.
pub(crate) fn read<'a>(bytes: &'a [u8], arena: &'a Arena) -> Result<Node<'a>, Fault> {
    let mut reader = Reader { left: bytes, arena };
    let node = reader.node(0)?;
    if reader.left.is_empty() { Ok(node) } else { Err(broken()) }
}

struct Reader<'a> {
    left: &'a [u8],
    arena: &'a Arena,
}

impl<'a> Reader<'a> {
    fn node(&mut self, depth: usize) -> Result<Node<'a>, Fault> {
        if depth > limits::DOCUMENT_DEPTH {
            let message = format!("it is nested deeper than {}", limits::DOCUMENT_DEPTH);
            return Err(Fault::new(Code::InvalidValue, message));
        }
        let [kind] = self.array()?;
        Ok(match kind {
            NULL => Node::Null,
            FALSE => Node::Bool(false),
            TRUE => Node::Bool(true),
            INTEGER => Node::Int(i64::from_be_bytes(self.array()?)),
            FLOAT => match f64::from_bits(u64::from_be_bytes(self.array()?)) {
                value if value.is_finite() => Node::Float(value),
                value => return Err(Fault::new(Code::InvalidValue, format!("{value} is no finite number"))),
            },
            TEXT => Node::Str(self.text()?),
            LIST => {
                let length = self.length()?;
                let mut items = Vec::with_capacity(length);
                for _ in 0..length {
                    items.push(self.node(depth + 1)?);
                }
                self.arena.list(items)
            }
            OBJECT => {
                let length = self.length()?;
                let mut members = Vec::with_capacity(length);
                for _ in 0..length {
                    members.push((self.text()?, self.node(depth + 1)?));
                }
                self.arena.object(members)
            }
            _ => return Err(broken()),
        })
    }

    fn text(&mut self) -> Result<&'a str, Fault> {
        let length = self.length()?;
        let (text, left) = self.left.split_at_checked(length).ok_or_else(broken)?;
        self.left = left;
        crate::jvm::text(text)
    }

    /// A length, which is never more than there are bytes left: each item has one at least.
    fn length(&mut self) -> Result<usize, Fault> {
        let length = usize::try_from(u32::from_be_bytes(self.array()?)).map_err(|_| broken())?;
        if length <= self.left.len() { Ok(length) } else { Err(broken()) }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (array, left) = self.left.split_first_chunk().ok_or_else(broken)?;
        self.left = left;
        Ok(*array)
    }
}

fn broken() -> Fault {
    Fault::new(Code::InvalidValue, "the bytes are no value")
}

/// What nobody wrote as a value.
pub(crate) struct Broken;

/// A value that is read where it lies; what stands behind it is another's.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a>(&'a [u8]);

impl<'a> Raw<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Raw<'a> {
        Raw(bytes)
    }

    #[inline]
    pub(crate) fn is_list(self) -> bool {
        self.0.first() == Some(&LIST)
    }

    /// The member of an object; nothing where it is missing or null, or where this is no object.
    #[inline]
    pub(crate) fn member(self, name: &str) -> Result<Option<Raw<'a>>, Broken> {
        let Some((&OBJECT, left)) = self.0.split_first() else { return Ok(None) };
        let (count, mut left) = number(left)?;
        for _ in 0..count {
            let (known, value) = bytes(left)?;
            if same_name(known, name.as_bytes()) && value.first() != Some(&NULL) {
                return Ok(Some(Raw(value)));
            }
            left = after(value, 0)?;
        }
        Ok(None)
    }

    /// What it is to a condition; nothing where it is null. A list is asked for its items.
    #[inline]
    pub(crate) fn attribute(self) -> Result<Option<Attribute<'a>>, Broken> {
        let (kind, left) = self.0.split_first().ok_or(Broken)?;
        Ok(Some(match *kind {
            NULL => return Ok(None),
            FALSE => Attribute::Bool(false),
            TRUE => Attribute::Bool(true),
            INTEGER => Attribute::Number(Number::Int(i64::from_be_bytes(*first(left)?))),
            FLOAT => Attribute::Number(Number::Float(f64::from_bits(u64::from_be_bytes(*first(left)?)))),
            TEXT => Attribute::Str(utf8::text(bytes(left)?.0).map_err(|_| Broken)?),
            OBJECT => Attribute::Object,
            _ => return Err(Broken),
        }))
    }

    /// How many items a list has.
    pub(crate) fn count(self) -> Result<usize, Broken> {
        Ok(number(self.0.get(1..).unwrap_or_default())?.0)
    }

    /// Whether `test` is true of any item of a list.
    pub(crate) fn any_item(
        self,
        mut test: impl FnMut(Raw<'a>) -> Result<bool, Broken>,
    ) -> Result<bool, Broken> {
        let (count, mut left) = number(self.0.get(1..).unwrap_or_default())?;
        for _ in 0..count {
            if test(Raw(left))? {
                return Ok(true);
            }
            left = after(left, 0)?;
        }
        Ok(false)
    }
}

/// What stands behind a value.
#[inline]
fn after(value: &[u8], depth: usize) -> Result<&[u8], Broken> {
    let (kind, left) = value.split_first().ok_or(Broken)?;
    match *kind {
        NULL | FALSE | TRUE => Ok(left),
        INTEGER | FLOAT => left.get(8..).ok_or(Broken),
        TEXT => Ok(bytes(left)?.1),
        LIST | OBJECT if depth < limits::DOCUMENT_DEPTH => after_all(*kind == OBJECT, left, depth + 1),
        _ => Err(Broken),
    }
}

/// What stands behind the items of a list, or the members of an object.
#[inline(never)]
fn after_all(are_members: bool, left: &[u8], depth: usize) -> Result<&[u8], Broken> {
    let (count, mut left) = number(left)?;
    for _ in 0..count {
        if are_members {
            left = bytes(left)?.1;
        }
        left = after(left, depth)?;
    }
    Ok(left)
}

#[inline]
fn bytes(left: &[u8]) -> Result<(&[u8], &[u8]), Broken> {
    let (length, left) = number(left)?;
    left.split_at_checked(length).ok_or(Broken)
}

#[inline]
fn number(left: &[u8]) -> Result<(usize, &[u8]), Broken> {
    let (number, left) = left.split_first_chunk().ok_or(Broken)?;
    Ok((u32::from_be_bytes(*number) as usize, left))
}

#[inline]
fn first<const N: usize>(left: &[u8]) -> Result<&[u8; N], Broken> {
    left.first_chunk().ok_or(Broken)
}
