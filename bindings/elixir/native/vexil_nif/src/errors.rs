//! Errors, as Elixir has them: `{:error, %Vexil.Error{}}`.

use rustler::{Encoder, Env, Term};
use vexil_ffi::Code;
use vexil_ffi::control::VexilError;
use vexil_ffi::fault::Fault;

use crate::atoms;
use crate::value::{structure, text};

/// Why a call failed, until it is told.
pub(crate) type Result<T, E = Failed> = std::result::Result<T, E>;

/// A code, and what exactly it is about.
#[derive(Debug)]
pub(crate) struct Failed {
    code: Code,
    message: String,
}

impl Failed {
    #[cold]
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Failed {
        Failed { code, message: message.into() }
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

/// The client's own errors are those of the other face, whose words they keep.
impl<E: Into<VexilError>> From<E> for Failed {
    #[cold]
    fn from(error: E) -> Failed {
        let fault = Fault::from(error.into());
        Failed::new(fault.code(), fault.message())
    }
}

impl Encoder for Failed {
    fn encode<'a>(&self, env: Env<'a>) -> Term<'a> {
        let Failed { code, message } = self;
        let error = structure(
            env,
            &[
                (atoms::struct_name(), atoms::error_module().to_term(env)),
                (atoms::exception(), true.encode(env)),
                (atoms::code(), code.number().encode(env)),
                (atoms::name(), text(env, code.name())),
                (atoms::message(), text(env, message)),
            ],
        );
        (atoms::error(), error).encode(env)
    }
}

/// `:ok`, or why not.
pub(crate) fn done(env: Env<'_>, result: Result<()>) -> Term<'_> {
    match result {
        Ok(()) => atoms::ok().to_term(env),
        Err(failed) => failed.encode(env),
    }
}

/// `{:ok, ...}`, or why not.
pub(crate) fn made<T: Encoder>(env: Env<'_>, result: Result<T>) -> Term<'_> {
    match result {
        Ok(made) => (atoms::ok(), made).encode(env),
        Err(failed) => failed.encode(env),
    }
}

/// Every code: its number, its stable name, and what it means.
#[rustler::nif]
fn codes() -> Vec<(i32, String, String)> {
    let row = |code: &Code| (code.number(), code.name().to_owned(), code.meaning().to_owned());
    Code::ALL.iter().map(row).collect()
}
