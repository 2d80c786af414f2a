//! What there is to be allowed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($variant:ident = $name:literal, $about:literal;)*) => {
        /// What there is to be allowed. The set is closed, and names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Permission {
            $(#[doc = $about] #[serde(rename = $name)] $variant,)*
        }

        impl Permission {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Permission] = &[$(Permission::$variant,)*];

            /// The stable name.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Permission::$variant => $name,)*
                }
            }

            /// What it allows, in one line.
            pub fn about(self) -> &'static str {
                match self {
                    $(Permission::$variant => $about,)*
                }
            }
        }
    };
}

permissions! {
    ProjectRead = "project.read", "Read entries, their history and what differs: everything that is not sensitive.";
    EntryWrite = "entry.write", "Create and change entries; roll back, promote and import are such changes.";
    EntryArchive = "entry.archive", "Archive entries, and bring archived ones back.";
    EnvironmentManage = "environment.manage", "Create, rename and order environments.";
    ProjectManage = "project.manage", "Create and change projects.";
    KeyManage = "key.manage", "Create, rotate and revoke SDK keys.";
    TokenManage = "token.manage", "Create and revoke API tokens.";
    PeopleManage = "people.manage", "Create, change and disable people.";
    RoleGrant = "role.grant", "Give roles and take them away.";
    SigningKeyManage = "signing_key.manage", "Create, rotate and retire the keys that sign snapshots.";
    SecretRead = "secret.read", "Read the values of sensitive entries.";
    SecretWrite = "secret.write", "Change sensitive entries.";
    AuditRead = "audit.read", "Read and export the audit.";
    TelemetryRead = "telemetry.read", "Read what was evaluated, by which processes, with which versions.";
    SliceVend = "slice.vend", "Obtain an evaluated, signed slice for a tenant.";
}

impl Permission {
    /// Whether it changes an entry.
    pub(crate) fn changes_entries(self) -> bool {
        matches!(self, Permission::EntryWrite | Permission::EntryArchive)
    }

    /// What a sensitive entry asks for beside this.
    pub(crate) fn for_secrets(self) -> Option<Permission> {
        match self {
            Permission::ProjectRead => Some(Permission::SecretRead),
            Permission::EntryWrite | Permission::EntryArchive => Some(Permission::SecretWrite),
            _ => None,
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No permission has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no permission `{0}`")]
pub struct UnknownPermission(pub String);

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(name: &str) -> Result<Permission, UnknownPermission> {
        let found = Permission::ALL.iter().find(|permission| permission.as_str() == name);
        found.copied().ok_or_else(|| UnknownPermission(name.to_owned()))
    }
}
