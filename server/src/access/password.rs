//! Passwords: what they must be, and how they are kept.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

/// Memory of one hash in KiB; with [`ITERATIONS`] and [`LANES`] what OWASP recommends for Argon2id.
pub const MEMORY_KIB: u32 = 19_456;
/// Passes over that memory.
pub const ITERATIONS: u32 = 2;
/// Threads that a hash could be computed with.
pub const LANES: u32 = 1;
/// Characters that a password has at least.
pub const MIN_LENGTH: usize = 12;
/// Characters that a password has at most.
pub const MAX_LENGTH: usize = 256;

/// A password is not accepted, or could not be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Under [`MIN_LENGTH`].
    #[error("a password has at least {MIN_LENGTH} characters")]
    TooShort,
    /// Over [`MAX_LENGTH`].
    #[error("a password has at most {MAX_LENGTH} characters")]
    TooLong,
    /// The e-mail address again.
    #[error("a password is not the e-mail address")]
    SameAsEmail,
    /// There are no random bytes or no memory.
    #[error("the password could not be hashed")]
    Hash,
}

impl PasswordError {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            PasswordError::TooShort => "PASSWORD_TOO_SHORT",
            PasswordError::TooLong => "PASSWORD_TOO_LONG",
            PasswordError::SameAsEmail => "PASSWORD_SAME_AS_EMAIL",
            PasswordError::Hash => "PASSWORD_NOT_HASHED",
        }
    }
}

/// Whether a password may be one. Length is what counts; which characters it has is nobody's business.
///
/// # Errors
///
/// What is wrong with it.
pub fn check(password: &str, email: &str) -> Result<(), PasswordError> {
    let length = password.chars().count();
    if length < MIN_LENGTH {
        Err(PasswordError::TooShort)
    } else if length > MAX_LENGTH {
        Err(PasswordError::TooLong)
    } else if password.trim().to_lowercase() == email.trim().to_lowercase() {
        Err(PasswordError::SameAsEmail)
    } else {
        Ok(())
    }
}

/// A password as it is stored: a PHC string with its parameters and its own salt. Takes tens of milliseconds and
/// [`MEMORY_KIB`]; not for a thread that serves others.
///
/// # Errors
///
/// It may be no password, or it could not be hashed.
pub fn hash(password: &str, email: &str) -> Result<String, PasswordError> {
    check(password, email)?;
    hash_any(password).ok_or(PasswordError::Hash)
}

/// Whether a password is the one that was stored. Without one, because nobody has that name, the answer is `false`
/// and takes as long, so that it does not tell who exists.
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    let plausible = password.len() <= MAX_LENGTH * char::MAX.len_utf8();
    let stored = stored.filter(|_| plausible).and_then(|text| PasswordHash::new(text).ok());
    let password = if plausible { password } else { "" };
    let (found, expected) = match (&stored, &*NOBODYS) {
        (Some(stored), _) => (true, stored),
        (None, Some(nobodys)) => (false, nobodys),
        (None, None) => return false,
    };
    let same = hasher().is_some_and(|hasher| hasher.verify_password(password.as_bytes(), expected).is_ok());
    found && same
}

/// Whether a stored hash was made with other parameters than a new one would be: then the next successful login is the
/// time to hash the password anew.
pub fn is_outdated(stored: &str) -> bool {
    PasswordHash::new(stored).map_or(true, |stored| {
        let params = Params::try_from(&stored).ok();
        let costs = params.map(|params| (params.m_cost(), params.t_cost(), params.p_cost()));
        stored.algorithm != Algorithm::Argon2id.ident() || costs != Some((MEMORY_KIB, ITERATIONS, LANES))
    })
}

/// A hash for those who have none.
static NOBODYS: LazyLock<Option<PasswordHash>> =
    LazyLock::new(|| PasswordHash::new(&hash_any("nobody's password")?).ok());

fn hash_any(password: &str) -> Option<String> {
    Some(hasher()?.hash_password(password.as_bytes()).ok()?.to_string())
}

fn hasher() -> Option<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, ITERATIONS, LANES, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const EMAIL: &str = "ada@example.com";
    const PASSWORD: &str = "correct horse battery";

    #[test]
    fn a_password_is_known_again_and_nothing_else_is() {
        let stored = hash(PASSWORD, EMAIL).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_ne!(stored, hash(PASSWORD, EMAIL).unwrap(), "a salt of its own");
        assert!(verify(PASSWORD, Some(&stored)));
        assert!(!verify("correct horse batterz", Some(&stored)));
        assert!(!verify("", Some(&stored)));
        for broken in ["", "$argon2id$", "plain", "$argon2id$v=19$m=1,t=0,p=0$AAAAAAAAAAA$AAAA"] {
            assert!(!verify(PASSWORD, Some(broken)), "{broken}");
            assert!(!verify("nobody's password", Some(broken)), "{broken}");
        }
        assert!(!verify("nobody's password", None));
        assert!(!verify(&"x".repeat(1 << 20), Some(&stored)));
    }

    #[test]
    fn the_answer_for_nobody_takes_as_long() {
        let stored = hash(PASSWORD, EMAIL).unwrap();
        verify(PASSWORD, None);
        // The shortest of some, taken in turns, because other work on the machine only ever adds.
        let took = |stored: Option<&str>| {
            let start = Instant::now();
            assert!(!verify("wrong horse battery", stored));
            start.elapsed()
        };
        let rounds: Vec<_> = (0..16).map(|_| (took(Some(&stored)), took(None))).collect();
        let somebody = rounds.iter().map(|round| round.0).min().unwrap();
        let nobody = rounds.iter().map(|round| round.1).min().unwrap();
        assert!(nobody * 4 > somebody && somebody * 4 > nobody, "{somebody:?} {nobody:?}");
    }

    #[test]
    fn what_may_be_no_password_is_refused() {
        let refused = |password: &str| check(password, EMAIL).map_err(PasswordError::code);
        assert_eq!(refused("12345678901"), Err("PASSWORD_TOO_SHORT"));
        assert_eq!(refused(&"\u{e9}".repeat(MIN_LENGTH)), Ok(()));
        assert_eq!(refused(&"\u{e9}".repeat(MAX_LENGTH)), Ok(()));
        assert_eq!(refused(&"x".repeat(MAX_LENGTH + 1)), Err("PASSWORD_TOO_LONG"));
        assert_eq!(refused(" ADA@example.com"), Err("PASSWORD_SAME_AS_EMAIL"));
        assert_eq!(hash("short", EMAIL), Err(PasswordError::TooShort));
    }

    #[test]
    fn other_parameters_are_noticed() {
        let stored = hash(PASSWORD, EMAIL).unwrap();
        assert!(!is_outdated(&stored));
        assert!(is_outdated(&stored.replace("m=19456", "m=4096")));
        assert!(is_outdated(&stored.replace("argon2id", "argon2i")));
        assert!(is_outdated("nonsense"));
    }
}
