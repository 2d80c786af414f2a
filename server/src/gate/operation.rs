//! Everything that can be asked of the gate.

use std::collections::BTreeMap;

use serde_json::Value;

use super::AccessOperation;
use crate::audit::Action;
use crate::catalog::Document;

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Makes a project with its environments.
    CreateProject {
        /// The key.
        key: String,
        /// A name to show.
        name: String,
        /// Key and whether it is production, in order.
        environments: Vec<(String, bool)>,
    },
    /// Changes a project's name or roles.
    EditProject {
        /// The project.
        project: String,
        /// The revision of the project that the author saw.
        expected: Expected,
        /// A name to show.
        name: Option<String>,
        /// What `min_role` may name, lowest first.
        roles: Option<Vec<String>>,
    },
    /// Makes an environment, empty or with the definitions of another one.
    CreateEnvironment {
        /// The project.
        project: String,
        /// The key.
        key: String,
        /// A name to show.
        name: String,
        /// Whether what happens there happens to customers.
        production: bool,
        /// Whose definitions it begins with.
        copy_of: Option<String>,
    },
    /// Gives an environment another name or place among the others.
    EditEnvironment {
        /// The project.
        project: String,
        /// The environment.
        environment: String,
        /// The version that the author saw.
        expected: Expected,
        /// A name to show.
        name: Option<String>,
        /// Where it is to stand, from 0; the last place where there are fewer.
        position: Option<usize>,
    },
    /// Makes an entry, in some environments or in all.
    CreateEntry {
        /// The project.
        project: String,
        /// The definition.
        document: Document,
        /// Where it is in force; everywhere when absent.
        environments: Option<Vec<String>>,
    },
    /// Replaces an entry's definition in one environment. The identity, where it is given, must be the same.
    ReplaceDefinition {
        /// Where, and what the author saw.
        target: Target,
        /// The definition.
        document: Document,
    },
    /// Changes parts of a definition: a JSON merge patch (RFC 7396), in which null removes.
    PatchDefinition {
        /// Where, and what the author saw.
        target: Target,
        /// The patch.
        patch: Document,
    },
    /// Sets the value of a configuration: its default, or that of one tenant.
    SetValue {
        /// Where, and what the author saw.
        target: Target,
        /// The value; none takes a tenant's value away, and is everyone's null.
        value: Option<Value>,
        /// Whose value it is; everyone's when absent.
        tenant: Option<String>,
    },
    /// Switches an entry on or off in one environment.
    Toggle {
        /// Where, and what the author saw.
        target: Target,
        /// On or off.
        enabled: bool,
    },
    /// Changes what an entry is in all environments: a JSON merge patch.
    EditIdentity {
        /// The project.
        project: String,
        /// The entry.
        key: String,
        /// The revision of the identity that the author saw.
        expected: Expected,
        /// The patch.
        patch: Document,
    },
    /// Takes an entry out of force everywhere. Its history stays.
    Archive {
        /// The project.
        project: String,
        /// The entry.
        key: String,
        /// The revision of the identity that the author saw.
        expected: Expected,
    },
    /// Puts an archived entry back as it was.
    Restore {
        /// The project.
        project: String,
        /// The entry.
        key: String,
        /// The revision of the identity that the author saw.
        expected: Expected,
    },
    /// Brings back an earlier definition of an entry, as a new revision.
    RollbackEntry {
        /// Where, and what the author saw.
        target: Target,
        /// The revision whose definition is brought back.
        to: u64,
        /// Whether what the entry was in all environments comes back too.
        identity: bool,
    },
    /// Brings back all definitions that an environment had at a version, as a new version.
    RollbackEnvironment {
        /// The project.
        project: String,
        /// The environment.
        environment: String,
        /// The version that the author saw.
        expected: Expected,
        /// The version that is brought back.
        to: u64,
        /// Whether what its entries were in all environments comes back too.
        identity: bool,
    },
    /// Takes definitions over from one environment into another.
    Promote {
        /// The project.
        project: String,
        /// From where.
        from: String,
        /// Into which.
        to: String,
        /// The version of `to` that the author saw.
        expected: Expected,
        /// Which entries; all when absent.
        keys: Option<Vec<String>>,
    },
    /// Takes over definition files.
    Import {
        /// The project.
        project: String,
        /// The revision of the project that the author saw.
        expected: Expected,
        /// The versions of environments that the author saw.
        versions: BTreeMap<String, u64>,
        /// What is written for each environment: a list of definitions, or a bundle.
        environments: BTreeMap<String, Value>,
        /// Whether definitions that the files of their environment do not have are taken out of force.
        prune: bool,
    },
    /// Something about keys, people or signing keys.
    Access(AccessOperation),
}

/// An entry's definition in one environment.
#[derive(Debug, Clone)]
pub struct Target {
    /// The project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The entry.
    pub key: String,
    /// The revision that the author saw.
    pub expected: Expected,
}

/// What an author saw before asking for a change (`If-Match`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expected {
    /// Whatever is in force.
    #[default]
    Any,
    /// This number, or the change is refused.
    Number(u64),
}

impl Operation {
    /// The project that it is about.
    pub fn project(&self) -> Option<&str> {
        match self {
            Operation::CreateProject { key: project, .. }
            | Operation::EditProject { project, .. }
            | Operation::CreateEnvironment { project, .. }
            | Operation::EditEnvironment { project, .. }
            | Operation::CreateEntry { project, .. }
            | Operation::EditIdentity { project, .. }
            | Operation::Archive { project, .. }
            | Operation::Restore { project, .. }
            | Operation::RollbackEnvironment { project, .. }
            | Operation::Promote { project, .. }
            | Operation::Import { project, .. } => Some(project),
            Operation::ReplaceDefinition { target, .. }
            | Operation::PatchDefinition { target, .. }
            | Operation::SetValue { target, .. }
            | Operation::Toggle { target, .. }
            | Operation::RollbackEntry { target, .. } => Some(&target.project),
            Operation::Access(_) => None,
        }
    }

    /// The name that the audit log has for it.
    pub fn action(&self) -> Action {
        match self {
            Operation::CreateProject { .. } => Action::ProjectCreate,
            Operation::EditProject { .. } => Action::ProjectUpdate,
            Operation::CreateEnvironment { .. } => Action::EnvironmentCreate,
            Operation::EditEnvironment { .. } => Action::EnvironmentUpdate,
            Operation::CreateEntry { .. } => Action::EntryCreate,
            Operation::ReplaceDefinition { .. }
            | Operation::PatchDefinition { .. }
            | Operation::SetValue { .. }
            | Operation::Toggle { .. }
            | Operation::EditIdentity { .. } => Action::EntryUpdate,
            Operation::Archive { .. } => Action::EntryArchive,
            Operation::Restore { .. } => Action::EntryRestore,
            Operation::RollbackEntry { .. } => Action::EntryRollback,
            Operation::RollbackEnvironment { .. } => Action::EnvironmentRollback,
            Operation::Promote { .. } => Action::EnvironmentPromote,
            Operation::Import { .. } => Action::ProjectImport,
            Operation::Access(operation) => operation.action(),
        }
    }
}
