//! Contexts: made once, read as often as one likes, by any thread.

use vexil_client::Context;
use vexil_core::{Arena, Node, limits};

use super::give;
use super::text::Text;
use crate::fault::Fault;
use crate::guard::guarded;
use crate::{Code, contexts, json};

/// A context: who asks. It never changes, and is freed by `vexil_context_free`. The id 0 is a context without
/// attributes, which nobody need make or free.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextHandle {
    /// The number that names it.
    pub id: u64,
}

impl ContextHandle {
    #[inline]
    pub(super) fn with<R>(self, take: impl FnOnce(&Context) -> R) -> Result<R, Fault> {
        contexts::with(self.id, take)
    }
}

/// What an attribute holds.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeKind {
    /// Nothing: as if it were not there.
    Null = 0,
    /// `boolean`
    Boolean = 1,
    /// `integer`
    Integer = 2,
    /// `number`, which must be finite
    Float = 3,
    /// `text`
    String = 4,
    /// `text` holds JSON: a list, an object with attributes of its own, or anything else
    Json = 5,
}

/// One attribute. Only the member that its kind names is read.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// Its path, such as `user.id`.
    pub path: Text,
    /// One of `AttributeKind`.
    pub kind: i32,
    /// 0 is false, all else is true.
    pub boolean: u8,
    /// An integer.
    pub integer: i64,
    /// A float.
    pub number: f64,
    /// A string, or JSON.
    pub text: Text,
}

impl Attribute {
    /// # Safety
    ///
    /// Its texts are as they say, for as long as the node is read.
    unsafe fn node<'a>(&self, path: &str, arena: &'a Arena) -> Result<Node<'a>, Fault> {
        let invalid = |message| Fault::new(Code::InvalidContext, message);
        // SAFETY: as the caller promises.
        let text = || unsafe { self.text.read("the attribute's text") };
        match self.kind {
            kind if kind == AttributeKind::Null as i32 => Ok(Node::Null),
            kind if kind == AttributeKind::Boolean as i32 => Ok(Node::Bool(self.boolean != 0)),
            kind if kind == AttributeKind::Integer as i32 => Ok(Node::Int(self.integer)),
            kind if kind == AttributeKind::Float as i32 && self.number.is_finite() => {
                Ok(Node::Float(self.number))
            }
            kind if kind == AttributeKind::Float as i32 => {
                Err(invalid(format!("`{path}` is {}, which is no number", self.number)))
            }
            kind if kind == AttributeKind::String as i32 => Ok(Node::Str(text()?)),
            kind if kind == AttributeKind::Json as i32 => Node::parse_json(text()?.as_bytes(), arena)
                .map_err(|problem| invalid(format!("`{path}`: {problem}"))),
            kind => Err(invalid(format!("`{path}` is of kind {kind}, and there is none"))),
        }
    }
}

/// Makes a context of attributes: the same as of a JSON object with these members. Of two with one path the last counts.
///
/// # Safety
///
/// `attributes` is null where `count` is 0, and leads to `count` attributes otherwise; `context` is null, or leads to
/// room for a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_context_new(
    attributes: *const Attribute,
    count: usize,
    context: *mut ContextHandle,
) -> Code {
    guarded(|| {
        if context.is_null() {
            return Err(Fault::null("the place for the result"));
        }
        if count > limits::CONTEXT_ATTRIBUTES {
            let message = format!("{count} attributes, and {} are taken", limits::CONTEXT_ATTRIBUTES);
            return Err(Fault::new(Code::TooLong, message));
        }
        let attributes = match count {
            0 => &[][..],
            _ if attributes.is_null() => return Err(Fault::null("the attributes")),
            // SAFETY: neither null nor too many; the rest is the caller's promise.
            _ => unsafe { std::slice::from_raw_parts(attributes, count) },
        };
        let arena = Arena::new();
        let mut members = Vec::with_capacity(count);
        // Of two spellings that are equally near the first one counts.
        for attribute in attributes.iter().rev() {
            // SAFETY: as the caller promises.
            let path = unsafe { attribute.path.read("the attribute's path") }?;
            // SAFETY: as the caller promises.
            members.push((path, unsafe { attribute.node(path, &arena) }?));
        }
        let made = Context::from_node(&Node::Object(&members));
        let made = made.map_err(|problem| Fault::new(Code::InvalidContext, problem.to_string()))?;
        // SAFETY: as the caller promises.
        unsafe { give(context, ContextHandle { id: contexts::insert(made)? }) }
    })
}

/// Makes a context of JSON: an object of attributes, nested or by path.
///
/// # Safety
///
/// `json` is as it says; `context` is null, or leads to room for a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_context_parse(json: Text, context: *mut ContextHandle) -> Code {
    guarded(|| {
        if context.is_null() {
            return Err(Fault::null("the place for the result"));
        }
        // SAFETY: as the caller promises.
        let made = json::context(unsafe { json.read("the context") }?)?;
        // SAFETY: as the caller promises.
        unsafe { give(context, ContextHandle { id: contexts::insert(made)? }) }
    })
}

/// Frees a context. Calls that are under way on other threads end as they would have.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_context_free(context: ContextHandle) -> Code {
    guarded(|| contexts::remove(context.id))
}
