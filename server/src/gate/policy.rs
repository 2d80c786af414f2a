//! What else must agree before a change is committed.

use vexil_core::Code;
use vexil_core::diff::Change;

use super::{EntryProblem, Reviewed};

/// A rule that every change passes, whoever makes it and whichever way it comes.
pub trait Policy: Send + Sync {
    /// A stable name, for refusals and logs.
    fn name(&self) -> &str;

    /// Judges a change of which everything is known: who, what, why, and what differs.
    fn judge(&self, reviewed: &Reviewed) -> Verdict;
}

/// What a policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing against it.
    Allow,
    /// No, and why.
    Refuse(String),
}

/// Whoever writes an entry says whose it is, what it is for and when it ends; and what it is when it is off, where
/// something may switch it off.
pub struct Complete;

/// What an author leaves out.
const LEFT_OUT: [Code; 5] = [
    Code::MissingOwner,
    Code::MissingDescription,
    Code::MissingExpiry,
    Code::MissingOff,
    Code::NamingPattern,
];

impl Policy for Complete {
    fn name(&self) -> &str {
        "complete"
    }

    fn judge(&self, reviewed: &Reviewed) -> Verdict {
        let of_change = |environment: &super::EnvironmentDiff, problem: &EntryProblem| {
            let change = environment.changes.iter().find(|change| problem.key.as_ref() == Some(&change.key));
            LEFT_OUT.contains(&problem.problem.code) && !change.is_some_and(is_switch)
        };
        let missing = reviewed.environments.iter().find_map(|environment| {
            environment.warnings.iter().find(|problem| of_change(environment, problem))
        });
        match missing {
            None => Verdict::Allow,
            Some(EntryProblem { key, problem, .. }) => {
                Verdict::Refuse(format!("`{}`: {problem}", key.as_deref().unwrap_or_default()))
            }
        }
    }
}

/// To switch something off must always be possible.
fn is_switch(change: &Change) -> bool {
    !change.fields.is_empty()
        && change.fields.iter().all(|field| field.path == "/enabled" || field.path.starts_with("/kill"))
}
