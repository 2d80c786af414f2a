//! What was done.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// What was done. The set is closed, and names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Action {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Action] = &[$(Action::$variant,)*];

            /// The stable name.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Action::$variant => $name,)*
                }
            }
        }
    };
}

actions! {
    /// An entry came to be.
    EntryCreate = "entry.create";
    /// An entry became another.
    EntryUpdate = "entry.update";
    /// An entry was put away.
    EntryArchive = "entry.archive";
    /// An archived entry came back.
    EntryRestore = "entry.restore";
    /// An entry became what it was.
    EntryRollback = "entry.rollback";
    /// An environment came to be.
    EnvironmentCreate = "environment.create";
    /// An environment became another.
    EnvironmentUpdate = "environment.update";
    /// All entries of an environment became what they were.
    EnvironmentRollback = "environment.rollback";
    /// An environment took entries over from another.
    EnvironmentPromote = "environment.promote";
    /// A project came to be.
    ProjectCreate = "project.create";
    /// A project became another.
    ProjectUpdate = "project.update";
    /// A project took entries over from a document.
    ProjectImport = "project.import";
    /// An SDK key came to be.
    KeyCreate = "key.create";
    /// An SDK key was given a successor.
    KeyRotate = "key.rotate";
    /// An SDK key ended.
    KeyRevoke = "key.revoke";
    /// An API token came to be.
    TokenCreate = "token.create";
    /// An API token was given a successor.
    TokenRotate = "token.rotate";
    /// An API token ended.
    TokenRevoke = "token.revoke";
    /// A person came to be.
    PersonCreate = "person.create";
    /// A person became another, or disabled or enabled again.
    PersonUpdate = "person.update";
    /// A person's password became another.
    PersonPassword = "person.password";
    /// Somebody was given a role.
    RoleGrant = "role.grant";
    /// A role was taken from somebody.
    RoleRevoke = "role.revoke";
    /// Somebody logged in.
    SessionLogin = "session.login";
    /// Somebody failed to log in.
    SessionLoginFailed = "session.login_failed";
    /// Somebody logged out, or was.
    SessionLogout = "session.logout";
    /// A sensitive value was read.
    SecretRead = "secret.read";
    /// A signing key came to be.
    SigningKeyCreate = "signing_key.create";
    /// A signing key took over.
    SigningKeyRotate = "signing_key.rotate";
    /// A signing key signs no more.
    SigningKeyRetire = "signing_key.retire";
    /// A slice was handed out.
    SliceVend = "slice.vend";
    /// The audit left the house.
    AuditExport = "audit.export";
    /// The whole database left the house: what is sensitive, and the keys that sign.
    BackupTake = "backup.take";
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No action has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no action `{0}`")]
pub struct UnknownAction(pub String);

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(name: &str) -> Result<Action, UnknownAction> {
        let found = Action::ALL.iter().find(|action| action.as_str() == name);
        found.copied().ok_or_else(|| UnknownAction(name.to_owned()))
    }
}
