//! How a command ends: 0 fine, 1 problems found in the input, 2 wrong use.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use vexil_core::Problem;

use crate::output;

/// A command that did what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// And all was well.
    Fine,
    /// And its output says what is wrong with the input.
    Problems,
}

impl Outcome {
    /// Problems, if there are any in either.
    pub(crate) fn and(self, other: Outcome) -> Outcome {
        if self == Outcome::Fine { other } else { self }
    }
}

/// A command that could not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The caller asked for what cannot be.
    Usage(String),
    /// The input is at fault.
    Input(String),
    /// The output could not be written.
    Output(io::Error),
}

impl Failure {
    /// A file that cannot be read.
    pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Failure {
        Failure::Usage(format!("cannot read {}: {error}", path.display()))
    }

    /// A file that cannot be understood.
    pub(crate) fn refused(path: &Path, problem: &Problem) -> Failure {
        let path = path.display();
        Failure::Input(match (problem.line, problem.column) {
            (Some(line), Some(column)) => {
                format!("{path}:{line}:{column}: {} ({})", problem.message, problem.code)
            }
            _ => format!("{path}: {problem}"),
        })
    }
}

/// Whatever is read says itself what failed ([`Failure::unreadable`]), so a bare error is one of writing.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

/// Says what went wrong, if something did.
pub(crate) fn code(done: Result<Outcome, Failure>) -> ExitCode {
    match done {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Problems) => ExitCode::from(1),
        // Whoever reads, as `head` does, has what they wanted.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Output(error)) => failed(2, format_args!("cannot write: {error}")),
        Err(Failure::Usage(message)) => failed(2, message),
        Err(Failure::Input(message)) => failed(1, message),
    }
}

fn failed(code: u8, message: impl Display) -> ExitCode {
    output::complain(output::style::ERROR, "error", message);
    ExitCode::from(code)
}
