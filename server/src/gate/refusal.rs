//! Why a change was not made.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use thiserror::Error;
use vexil_core::Problem;

use crate::access::{Denied, Outside};
use crate::store::StoreError;

/// Why the gate refused. Each has a stable code, which `api::problem` turns into an answer.
#[derive(Debug, Error)]
pub enum Refusal {
    /// Who asks may not.
    #[error("{0}")]
    Denied(#[from] Denied),
    /// Who asks may change parts of an entry only, and this is another.
    #[error("{0}")]
    Outside(#[from] Outside),
    /// What was asked for names something that does not exist.
    #[error("no {what} `{name}`")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
        /// The name that was given.
        name: String,
    },
    /// Something of that name is there already.
    #[error("{what} `{name}` exists already")]
    Exists {
        /// The kind of thing.
        what: &'static str,
        /// The name that was given.
        name: String,
    },
    /// The request cannot be understood.
    #[error("{message}")]
    Invalid {
        /// A stable code.
        code: &'static str,
        /// One sentence.
        message: String,
    },
    /// What is stored is in a state that does not allow it.
    #[error("{message}")]
    Conflict {
        /// A stable code.
        code: &'static str,
        /// One sentence.
        message: String,
    },
    /// The definitions that would result are not valid.
    #[error("the definitions of {} would not be valid: {}", place(.problems), summary(.problems))]
    Definitions {
        /// Everything that is wrong, each with its place.
        problems: Vec<EntryProblem>,
    },
    /// The author saw another state than what is in force.
    #[error("{what} has changed since it was read")]
    Stale {
        /// What was to be changed.
        what: String,
        /// The revision that is in force.
        current: u64,
        /// What changed meanwhile.
        changed: Value,
    },
    /// A policy is against it.
    #[error("the policy `{policy}` refuses: {why}")]
    Policy {
        /// The policy's name.
        policy: String,
        /// What it says.
        why: String,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    IdempotencyMismatch,
    /// The database did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A problem of a definition, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EntryProblem {
    /// The entry's key, where it is one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The problem; its path begins at the entry, or at the bundle where it is no entry's or the key cannot be told.
    #[serde(flatten)]
    pub problem: Problem,
    /// Where; nothing where it is what an entry is in all environments, or where that is said already.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
}

fn place(problems: &[EntryProblem]) -> String {
    let environments: BTreeSet<&String> = problems.iter().flat_map(|problem| &problem.environments).collect();
    let named: Vec<String> = environments.iter().map(|environment| format!("`{environment}`")).collect();
    match named.as_slice() {
        [] => "all environments".to_owned(),
        [one] => format!("environment {one}"),
        several => format!("environments {}", several.join(", ")),
    }
}

fn summary(problems: &[EntryProblem]) -> String {
    match problems {
        [] => "no reason is known".to_owned(),
        [first, rest @ ..] => {
            let key = first.key.as_ref().map(|key| format!("`{key}`: ")).unwrap_or_default();
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            format!("{key}{}{more}", first.problem)
        }
    }
}

impl Refusal {
    /// A request that cannot be understood.
    pub fn invalid(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::Invalid { code, message: message.into() }
    }

    /// Definitions that are not valid. What is wrong in several environments is told once.
    pub fn definitions(found: Vec<EntryProblem>) -> Refusal {
        let mut position_of = BTreeMap::new();
        let mut problems: Vec<EntryProblem> = Vec::new();
        for one in found {
            let EntryProblem { key, problem, environments } = &one;
            let name = (key.clone(), problem.path.clone(), problem.code, problem.message.clone());
            let position = *position_of.entry(name).or_insert(problems.len());
            match problems.get_mut(position) {
                Some(known) => known.environments.extend(environments.iter().cloned()),
                None => problems.push(one),
            }
        }
        Refusal::Definitions { problems }
    }

    /// What the state of something does not allow.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::Conflict { code, message: message.into() }
    }

    /// Whether it may be another one once what other replicas have committed is taken over.
    pub(super) fn depends_on_what_is_held(&self) -> bool {
        match self {
            Refusal::NotFound { .. }
            | Refusal::Exists { .. }
            | Refusal::Invalid { .. }
            | Refusal::Conflict { .. }
            | Refusal::Definitions { .. }
            | Refusal::Stale { .. }
            | Refusal::Policy { .. } => true,
            // To those who may not, nothing is said of what there is.
            Refusal::Denied(_) | Refusal::Outside(_) => false,
            Refusal::IdempotencyMismatch | Refusal::Store(_) => false,
        }
    }

    /// The stable code, as in answers (`docs/errors.md`).
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Denied(_) | Refusal::Outside(_) => "FORBIDDEN",
            Refusal::NotFound { .. } => "NOT_FOUND",
            Refusal::Exists { .. } => "ALREADY_EXISTS",
            Refusal::Invalid { code, .. } | Refusal::Conflict { code, .. } => code,
            Refusal::Definitions { .. } => "INVALID_DEFINITIONS",
            Refusal::Stale { .. } => "STALE",
            Refusal::Policy { .. } => "POLICY_REFUSED",
            Refusal::IdempotencyMismatch => "IDEMPOTENCY_MISMATCH",
            Refusal::Store(StoreError::Unavailable(_)) => "STORE_UNAVAILABLE",
            Refusal::Store(StoreError::Moved) => "CONTENTION",
            Refusal::Store(StoreError::Unsealed(error)) => error.code(),
            Refusal::Store(_) => "INTERNAL",
        }
    }
}
