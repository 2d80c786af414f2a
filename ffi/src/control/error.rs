//! What a call can fail with, by the kinds that hosts tell apart.

use vexil_client::{
    Failure, FailureCode, OptionsError, OverridesNotAllowed, Problem, RuntimeError, StartError,
};

use crate::Code;
use crate::fault::Fault;

/// Why a call failed. `code` is a number of the table of codes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum VexilError {
    /// The options are none, or contradict each other.
    #[error("{reason}")]
    Options {
        /// Its number.
        code: i32,
        /// What exactly, for a person.
        reason: String,
    },
    /// There are no definitions, and the options say that this is an error.
    #[error("{reason}")]
    NotReady {
        /// Its number: of what kept them away.
        code: i32,
        /// What exactly, for a person.
        reason: String,
    },
    /// The source, or the last known good on disk, could not be read.
    #[error("{reason}")]
    Source {
        /// Its number.
        code: i32,
        /// What exactly, for a person.
        reason: String,
    },
    /// An argument is not what is asked for.
    #[error("{reason}")]
    Argument {
        /// Its number.
        code: i32,
        /// What exactly, for a person.
        reason: String,
    },
    /// A fault of this library or of the system below it.
    #[error("{reason}")]
    Internal {
        /// Its number.
        code: i32,
        /// What exactly, for a person.
        reason: String,
    },
}

impl VexilError {
    pub(crate) fn argument(code: Code, reason: impl Into<String>) -> VexilError {
        VexilError::Argument { code: code.number(), reason: reason.into() }
    }

    pub(crate) fn options(reason: impl Into<String>) -> VexilError {
        VexilError::Options { code: Code::InvalidOptions.number(), reason: reason.into() }
    }

    /// The code and what it says.
    pub fn parts(&self) -> (Code, &str) {
        let (VexilError::Options { code, reason }
        | VexilError::NotReady { code, reason }
        | VexilError::Source { code, reason }
        | VexilError::Argument { code, reason }
        | VexilError::Internal { code, reason }) = self;
        (Code::from_number(*code).unwrap_or(Code::Internal), reason)
    }
}

impl From<OptionsError> for VexilError {
    fn from(error: OptionsError) -> VexilError {
        VexilError::options(format!("{}: {}", error.variable, error.message))
    }
}

impl From<StartError> for VexilError {
    fn from(error: StartError) -> VexilError {
        let reason = error.to_string();
        match error {
            StartError::Url(_) | StartError::Options(_) => VexilError::options(reason),
            StartError::Definitions(failure) => {
                VexilError::Options { code: Code::from(failure.code).number(), reason }
            }
            StartError::Thread(_) => VexilError::Internal { code: Code::System.number(), reason },
            StartError::NotReady(failure) => {
                VexilError::NotReady { code: Code::from(failure.code).number(), reason }
            }
        }
    }
}

impl From<Fault> for VexilError {
    fn from(fault: Fault) -> VexilError {
        let (code, reason) = (fault.code().number(), fault.message().to_owned());
        match fault.code() {
            Code::Internal | Code::System => VexilError::Internal { code, reason },
            _ => VexilError::Argument { code, reason },
        }
    }
}

impl From<VexilError> for Fault {
    fn from(error: VexilError) -> Fault {
        let (code, reason) = error.parts();
        Fault::new(code, reason.to_owned())
    }
}

impl From<Failure> for VexilError {
    fn from(failure: Failure) -> VexilError {
        if failure.code == FailureCode::Definitions {
            return VexilError::argument(Code::InvalidDefinitions, failure.message);
        }
        VexilError::Source { code: Code::from(failure.code).number(), reason: failure.message }
    }
}

impl From<OverridesNotAllowed> for VexilError {
    fn from(error: OverridesNotAllowed) -> VexilError {
        VexilError::argument(Code::OverridesNotAllowed, error.to_string())
    }
}

impl From<RuntimeError> for VexilError {
    fn from(error: RuntimeError) -> VexilError {
        let code = match error {
            RuntimeError::NotAllowed(_) => Code::OverridesNotAllowed,
            RuntimeError::Name => Code::InvalidValue,
            RuntimeError::TooMany | RuntimeError::TooLarge => Code::TooLong,
        };
        VexilError::argument(code, error.to_string())
    }
}

impl From<Problem> for VexilError {
    fn from(problem: Problem) -> VexilError {
        VexilError::argument(Code::InvalidDefinitions, problem.to_string())
    }
}
