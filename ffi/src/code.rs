//! What can go wrong, by number: one table for all hosts, which `docs/errors.md` shows and each host's list is held
//! against. Numbers are stable, and have gaps for those to come.

use vexil_client::{ErrorCode, FailureCode};

/// What became of a call.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// All is well.
    Ok = 0,

    /// There is no flag, configuration or experiment of this key.
    FlagNotFound = 100,
    /// It is of another type than the one that was asked for.
    TypeMismatch = 110,
    /// Its definition could not be loaded.
    ParseError = 120,
    /// The context is not one.
    InvalidContext = 130,
    /// There are no definitions yet, and no last known good.
    ProviderNotReady = 140,

    /// A pointer is null that must not be.
    NullArgument = 200,
    /// Text is not UTF-8.
    InvalidUtf8 = 210,
    /// A text or list is longer than is taken, or a length is no length.
    TooLong = 220,
    /// A handle names nothing of this kind: it was never given out.
    InvalidHandle = 230,
    /// What the handle named was closed.
    Closed = 240,
    /// The buffer is too small; its length says how large it must be.
    BufferTooSmall = 250,
    /// The options are none, or contradict each other.
    InvalidOptions = 260,
    /// A value is none, such as text that is no JSON.
    InvalidValue = 270,
    /// Overrides are not allowed by the options.
    OverridesNotAllowed = 280,
    /// Definitions are put only where the source is the program itself.
    SourceNotMemory = 290,

    /// The address or the name does not lead anywhere, or the connection broke.
    Unreachable = 300,
    /// The request took longer than the options allow.
    SourceTimeout = 305,
    /// TLS failed.
    Tls = 310,
    /// 401: the key is unknown, has expired or was revoked.
    Unauthenticated = 320,
    /// 403: the key is not for this.
    Forbidden = 325,
    /// 429: asked too often.
    RateLimited = 330,
    /// Another status than those that mean something here.
    UnexpectedStatus = 335,
    /// The answer is not what it should be.
    MalformedAnswer = 340,
    /// The answer is longer than any snapshot may be.
    TooLarge = 345,
    /// Signed by nobody who is trusted, or not at all.
    UntrustedKey = 350,
    /// The signature is not of this.
    BadSignature = 355,
    /// Of another environment.
    WrongEnvironment = 360,
    /// Older than what is held.
    RolledBack = 365,
    /// A change of a version that is not held.
    DeltaGap = 370,
    /// The definitions cannot be read as a whole.
    InvalidDefinitions = 375,
    /// The stream has been silent for longer than its heartbeat.
    StreamSilent = 380,
    /// The stream ended.
    StreamEnded = 385,
    /// The file cannot be read.
    FileUnreadable = 390,
    /// The last known good cannot be written.
    CacheNotWritten = 395,
    /// The last known good cannot be read, or is not whole.
    CacheNotRead = 397,

    /// The operating system refuses what is needed: a thread.
    System = 400,
    /// A fault of this library. The call had no effect that counts; the process goes on.
    Internal = 900,
}

impl Code {
    /// Every code.
    pub const ALL: &[Code] = &[
        Code::Ok,
        Code::FlagNotFound,
        Code::TypeMismatch,
        Code::ParseError,
        Code::InvalidContext,
        Code::ProviderNotReady,
        Code::NullArgument,
        Code::InvalidUtf8,
        Code::TooLong,
        Code::InvalidHandle,
        Code::Closed,
        Code::BufferTooSmall,
        Code::InvalidOptions,
        Code::InvalidValue,
        Code::OverridesNotAllowed,
        Code::SourceNotMemory,
        Code::Unreachable,
        Code::SourceTimeout,
        Code::Tls,
        Code::Unauthenticated,
        Code::Forbidden,
        Code::RateLimited,
        Code::UnexpectedStatus,
        Code::MalformedAnswer,
        Code::TooLarge,
        Code::UntrustedKey,
        Code::BadSignature,
        Code::WrongEnvironment,
        Code::RolledBack,
        Code::DeltaGap,
        Code::InvalidDefinitions,
        Code::StreamSilent,
        Code::StreamEnded,
        Code::FileUnreadable,
        Code::CacheNotWritten,
        Code::CacheNotRead,
        Code::System,
        Code::Internal,
    ];

    /// The number, as it crosses.
    pub fn number(self) -> i32 {
        self as i32
    }

    /// The code of a number; none where there is no such code.
    pub fn from_number(number: i32) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.number() == number)
    }

    /// The stable name; with a zero at its end, as C takes it.
    pub fn c_name(self) -> &'static std::ffi::CStr {
        match self {
            Code::Ok => c"OK",
            Code::FlagNotFound => c"FLAG_NOT_FOUND",
            Code::TypeMismatch => c"TYPE_MISMATCH",
            Code::ParseError => c"PARSE_ERROR",
            Code::InvalidContext => c"INVALID_CONTEXT",
            Code::ProviderNotReady => c"PROVIDER_NOT_READY",
            Code::NullArgument => c"NULL_ARGUMENT",
            Code::InvalidUtf8 => c"INVALID_UTF8",
            Code::TooLong => c"TOO_LONG",
            Code::InvalidHandle => c"INVALID_HANDLE",
            Code::Closed => c"CLOSED",
            Code::BufferTooSmall => c"BUFFER_TOO_SMALL",
            Code::InvalidOptions => c"INVALID_OPTIONS",
            Code::InvalidValue => c"INVALID_VALUE",
            Code::OverridesNotAllowed => c"OVERRIDES_NOT_ALLOWED",
            Code::SourceNotMemory => c"SOURCE_NOT_MEMORY",
            Code::Unreachable => c"UNREACHABLE",
            Code::SourceTimeout => c"SOURCE_TIMEOUT",
            Code::Tls => c"TLS",
            Code::Unauthenticated => c"UNAUTHENTICATED",
            Code::Forbidden => c"FORBIDDEN",
            Code::RateLimited => c"RATE_LIMITED",
            Code::UnexpectedStatus => c"UNEXPECTED_STATUS",
            Code::MalformedAnswer => c"MALFORMED_ANSWER",
            Code::TooLarge => c"TOO_LARGE",
            Code::UntrustedKey => c"UNTRUSTED_KEY",
            Code::BadSignature => c"BAD_SIGNATURE",
            Code::WrongEnvironment => c"WRONG_ENVIRONMENT",
            Code::RolledBack => c"ROLLED_BACK",
            Code::DeltaGap => c"DELTA_GAP",
            Code::InvalidDefinitions => c"INVALID_DEFINITIONS",
            Code::StreamSilent => c"STREAM_SILENT",
            Code::StreamEnded => c"STREAM_ENDED",
            Code::FileUnreadable => c"FILE_UNREADABLE",
            Code::CacheNotWritten => c"CACHE_NOT_WRITTEN",
            Code::CacheNotRead => c"CACHE_NOT_READ",
            Code::System => c"SYSTEM",
            Code::Internal => c"INTERNAL",
        }
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        self.c_name().to_str().unwrap_or_default()
    }

    /// What it means, for a person; with a zero at its end, as C takes it.
    pub fn c_meaning(self) -> &'static std::ffi::CStr {
        match self {
            Code::Ok => c"all is well",
            Code::FlagNotFound => c"there is no flag, configuration or experiment of this key",
            Code::TypeMismatch => c"it is of another type than the one that was asked for",
            Code::ParseError => c"its definition could not be loaded",
            Code::InvalidContext => c"the context is not one",
            Code::ProviderNotReady => c"there are no definitions yet, and no last known good",
            Code::NullArgument => c"a pointer is null that must not be",
            Code::InvalidUtf8 => c"text is not UTF-8",
            Code::TooLong => c"a text or list is longer than is taken, or a length is no length",
            Code::InvalidHandle => c"a handle names nothing of this kind: it was never given out",
            Code::Closed => c"what the handle named was closed",
            Code::BufferTooSmall => c"the buffer is too small; its length says how large it must be",
            Code::InvalidOptions => c"the options are none, or contradict each other",
            Code::InvalidValue => c"a value is none, such as text that is no JSON",
            Code::OverridesNotAllowed => c"overrides are not allowed by the options",
            Code::SourceNotMemory => c"definitions are put only where the source is the program itself",
            Code::Unreachable => c"the address or name leads nowhere, or the connection broke",
            Code::SourceTimeout => c"the request took longer than the options allow",
            Code::Tls => c"TLS failed",
            Code::Unauthenticated => c"401: the key is unknown, has expired or was revoked",
            Code::Forbidden => c"403: the key is not for this",
            Code::RateLimited => c"429: asked too often",
            Code::UnexpectedStatus => c"another status than those that mean something here",
            Code::MalformedAnswer => c"the answer is not what it should be",
            Code::TooLarge => c"the answer is longer than any snapshot may be",
            Code::UntrustedKey => c"signed by nobody who is trusted, or not at all",
            Code::BadSignature => c"the signature is not of this",
            Code::WrongEnvironment => c"of another environment",
            Code::RolledBack => c"older than what is held",
            Code::DeltaGap => c"a change of a version that is not held",
            Code::InvalidDefinitions => c"the definitions cannot be read as a whole",
            Code::StreamSilent => c"the stream has been silent for longer than its heartbeat",
            Code::StreamEnded => c"the stream ended",
            Code::FileUnreadable => c"the file cannot be read",
            Code::CacheNotWritten => c"the last known good cannot be written",
            Code::CacheNotRead => c"the last known good cannot be read, or is not whole",
            Code::System => c"the operating system refuses what is needed",
            Code::Internal => c"a fault of this library",
        }
    }

    /// What it means, for a person.
    pub fn meaning(self) -> &'static str {
        self.c_meaning().to_str().unwrap_or_default()
    }
}

impl From<ErrorCode> for Code {
    fn from(code: ErrorCode) -> Code {
        match code {
            ErrorCode::FlagNotFound => Code::FlagNotFound,
            ErrorCode::TypeMismatch => Code::TypeMismatch,
            ErrorCode::ParseError => Code::ParseError,
            ErrorCode::InvalidContext => Code::InvalidContext,
            ErrorCode::ProviderNotReady => Code::ProviderNotReady,
        }
    }
}

impl From<FailureCode> for Code {
    fn from(code: FailureCode) -> Code {
        match code {
            FailureCode::Unreachable => Code::Unreachable,
            FailureCode::Timeout => Code::SourceTimeout,
            FailureCode::Tls => Code::Tls,
            FailureCode::Unauthenticated => Code::Unauthenticated,
            FailureCode::Forbidden => Code::Forbidden,
            FailureCode::RateLimited => Code::RateLimited,
            FailureCode::Status => Code::UnexpectedStatus,
            FailureCode::Malformed => Code::MalformedAnswer,
            FailureCode::TooLarge => Code::TooLarge,
            FailureCode::UntrustedKey => Code::UntrustedKey,
            FailureCode::BadSignature => Code::BadSignature,
            FailureCode::WrongEnvironment => Code::WrongEnvironment,
            FailureCode::RolledBack => Code::RolledBack,
            FailureCode::Gap => Code::DeltaGap,
            FailureCode::Definitions => Code::InvalidDefinitions,
            FailureCode::Silent => Code::StreamSilent,
            FailureCode::StreamEnded => Code::StreamEnded,
            FailureCode::Internal => Code::Internal,
            FailureCode::Closed => Code::Closed,
            FailureCode::NotMemory => Code::SourceNotMemory,
            FailureCode::File => Code::FileUnreadable,
            FailureCode::CacheWrite => Code::CacheNotWritten,
            FailureCode::CacheRead => Code::CacheNotRead,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_each_of_one_code() {
        let unique = |mut all: Vec<String>| {
            let before = all.len();
            all.sort_unstable();
            all.dedup();
            before == all.len()
        };
        assert!(unique(Code::ALL.iter().map(|code| code.name().to_owned()).collect()));
        assert!(unique(Code::ALL.iter().map(|code| code.number().to_string()).collect()));
        assert!(Code::ALL.iter().all(|code| Code::from_number(code.number()) == Some(*code)));
        assert_eq!(Code::from_number(1), None);
    }

    #[test]
    fn what_the_client_names_has_the_same_name_here() {
        for code in ErrorCode::ALL {
            assert_eq!(Code::from(code).name(), code.as_str());
        }
        for code in FailureCode::ALL {
            assert_eq!(Code::from(*code).name(), code.as_str());
        }
    }
}
