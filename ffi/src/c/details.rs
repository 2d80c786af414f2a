//! Evaluations with all that there is to say of them, flat: numbers in a record, texts one after another in a buffer.

use vexil_client::{Asked, Origin, Outcome, Reason};
use vexil_core::Value;

use super::client::ClientHandle;
use super::context::ContextHandle;
use super::give;
use super::read::{code_of, reading};
use super::text::{Buffer, Text};
use crate::Code;
use crate::fault::Fault;
use crate::guard::guarded;

/// The type that is asked for: an `int32_t` in calls.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedKind {
    /// Whatever it is.
    Any = 0,
    /// `true` or `false`
    Boolean = 1,
    /// Within `int64_t`.
    Integer = 2,
    /// A float; an integer where a float holds it exactly.
    Float = 3,
    /// Text.
    String = 4,
    /// What is declared as json.
    Json = 5,
}

/// What a value is.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// There is none: the caller's own stands.
    None = 0,
    /// `boolean`
    Boolean = 1,
    /// `integer`
    Integer = 2,
    /// `number`
    Float = 3,
    /// `text`
    String = 4,
    /// `text` holds JSON
    Json = 5,
}

/// Text in the buffer that was handed over with the record; its length is 0 where there is none.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Slice {
    /// Where it begins.
    pub offset: usize,
    /// How many bytes it has.
    pub length: usize,
}

/// An evaluation.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Details {
    /// What went wrong with the evaluation; `OK` where nothing did.
    pub error: Code,
    /// What the value is: one of `vexil_value_kind`.
    pub kind: i32,
    /// The value, where it is one.
    pub boolean: bool,
    /// The value, where it is one.
    pub integer: i64,
    /// The value, where it is one.
    pub number: f64,
    /// The value, where it is text or JSON.
    pub text: Slice,
    /// The id of the variation or variant, if the value is one.
    pub variation: Slice,
    /// Why: `DEFAULT`, `TARGETING`, ...
    pub reason: Slice,
    /// The scope whose value it is: `user`, `tenant`, ...
    pub scope: Slice,
    /// The rule that decided: its id, else its position.
    pub rule: Slice,
    /// The experiment that took part.
    pub experiment: Slice,
    /// Where the unit fell, from 0 to 99,999, if the rollout or experiment that decided draws lots; -1 else.
    pub bucket: i32,
    /// What exactly went wrong, for a person.
    pub message: Slice,
    /// Where the definition came from: `none`, `bootstrap`, `cache`, `file`, `memory`, `remote`, `registered`.
    pub origin: Slice,
    /// The version of the definitions; 0 when there is none.
    pub version: u64,
    /// How long nobody has said that they are the newest, in milliseconds; -1 while somebody does.
    pub stale_ms: i64,
    /// Whether its time is over, and it is served all the same, for its definition says so.
    pub overdue: bool,
}

/// Evaluates, and tells all of it. `asked` is one of `vexil_asked`. The code is that of the call: an evaluation that comes
/// to an error is a success, and `details` says so.
///
/// # Safety
///
/// `key` is as it says; `details` is null, or leads to room for a record; `texts` is null, or leads to a buffer as it
/// says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_evaluate(
    client: ClientHandle,
    key: Text,
    asked: i32,
    context: ContextHandle,
    details: *mut Details,
    texts: *mut Buffer,
) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { key.read("the key") }?;
        let asked = asked_of(asked)?;
        if details.is_null() {
            return Err(Fault::null("the place for the result"));
        }
        // SAFETY: as the caller promises.
        let mut packed = Packed::new(unsafe { Buffer::emptied(texts) }?);
        let made = reading(client, context, |client, context| {
            client.evaluate(key, asked, context, |outcome| packed.details(&outcome, asked))
        })?;
        packed.finish()?;
        // SAFETY: as the caller promises.
        unsafe { give(details, made) }
    })
}

pub(super) fn asked_of(asked: i32) -> Result<Option<Asked>, Fault> {
    Ok(Some(match asked {
        asked if asked == AskedKind::Any as i32 => return Ok(None),
        asked if asked == AskedKind::Boolean as i32 => Asked::Boolean,
        asked if asked == AskedKind::Integer as i32 => Asked::Integer,
        asked if asked == AskedKind::Float as i32 => Asked::Float,
        asked if asked == AskedKind::String as i32 => Asked::String,
        asked if asked == AskedKind::Json as i32 => Asked::Json,
        asked => return Err(Fault::new(Code::InvalidValue, format!("there is no type {asked} to ask for"))),
    }))
}

/// Texts one after another in a caller's buffer; those that do not fit are counted, so that the caller learns how large
/// it must be.
pub(super) struct Packed<'b> {
    buffer: &'b mut Buffer,
}

impl<'b> Packed<'b> {
    pub(super) fn new(buffer: &'b mut Buffer) -> Packed<'b> {
        Packed { buffer }
    }

    pub(super) fn details(&mut self, outcome: &Outcome<'_>, asked: Option<Asked>) -> Details {
        let Outcome { evaluation, origin, stale_ms } = outcome;
        let mut details = Details {
            error: code_of(outcome),
            kind: ValueKind::None as i32,
            boolean: false,
            integer: 0,
            number: 0.0,
            text: Slice::default(),
            variation: self.text(evaluation.variation().unwrap_or_default()),
            reason: self.text(Reason::as_str(evaluation.reason())),
            scope: self.text(evaluation.scope().map(|scope| scope.as_str()).unwrap_or_default()),
            rule: match evaluation.rule() {
                Some(rule) => self.text(&rule.to_string()),
                None => Slice::default(),
            },
            experiment: self
                .text(evaluation.assignment().map(|assignment| assignment.experiment()).unwrap_or_default()),
            bucket: evaluation.bucket().and_then(|bucket| i32::try_from(bucket).ok()).unwrap_or(-1),
            message: match outcome.message() {
                Some(message) => self.text(&message),
                None => Slice::default(),
            },
            origin: self.text(Origin::as_str(*origin)),
            version: evaluation.version(),
            stale_ms: stale_ms.map_or(-1, |stale| i64::try_from(stale).unwrap_or(i64::MAX)),
            overdue: evaluation.is_overdue(),
        };
        let kind = match evaluation.value() {
            None => ValueKind::None,
            // Who asks for a float is given one, also where it was written without a fraction.
            Some(value) if asked == Some(Asked::Float) => {
                details.number = value.as_float().unwrap_or_default();
                ValueKind::Float
            }
            // And who asks for JSON is given JSON, also of a value that is no more than a text.
            Some(value) if asked == Some(Asked::Json) => {
                details.text = self.text(&value.to_string());
                ValueKind::Json
            }
            Some(Value::Bool(value)) => {
                details.boolean = *value;
                ValueKind::Boolean
            }
            Some(Value::Int(value)) => {
                details.integer = *value;
                ValueKind::Integer
            }
            Some(Value::Float(value)) => {
                details.number = *value;
                ValueKind::Float
            }
            Some(Value::Str(value)) => {
                details.text = self.text(value);
                ValueKind::String
            }
            Some(value @ (Value::Null | Value::List(_) | Value::Object(_))) => {
                details.text = self.text(&value.to_string());
                ValueKind::Json
            }
        };
        details.kind = kind as i32;
        details
    }

    pub(super) fn text(&mut self, text: &str) -> Slice {
        let slice = Slice { offset: self.buffer.length, length: text.len() };
        let end = slice.offset.saturating_add(slice.length);
        if end <= self.buffer.capacity && !self.buffer.data.is_null() {
            // SAFETY: the caller promises room for `capacity` bytes, of which these are; and they are no one else's.
            unsafe {
                let to = self.buffer.data.cast::<u8>().add(slice.offset);
                std::ptr::copy_nonoverlapping(text.as_ptr(), to, slice.length);
            }
        }
        self.buffer.length = end;
        slice
    }

    /// Whether all of it is there.
    pub(super) fn finish(self) -> Result<(), Fault> {
        let Buffer { capacity, length, data } = *self.buffer;
        if length > capacity || (data.is_null() && length > 0) {
            let message = format!("{length} bytes do not fit into {capacity}");
            return Err(Fault::new(Code::BufferTooSmall, message));
        }
        Ok(())
    }
}
