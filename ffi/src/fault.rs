//! Why a call failed, before it is told in the way of a face.

use std::borrow::Cow;

use crate::Code;

/// A code, and what exactly it is about.
#[derive(Debug)]
pub struct Fault {
    code: Code,
    message: Cow<'static, str>,
}

impl Fault {
    /// A fault, and what exactly it is.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Fault {
        Fault { code, message: message.into() }
    }

    /// `what` is null.
    pub fn null(what: &str) -> Fault {
        Fault::new(Code::NullArgument, format!("{what} is null"))
    }

    /// Which.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What exactly, for a person.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What exactly, to keep.
    pub(crate) fn into_message(self) -> Cow<'static, str> {
        self.message
    }
}
