//! What somebody may do, from the roles that they were given.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::parts::Allowed;
use super::permission::Permission;
use super::role::{EntryKind, EnvironmentClass, Role, Subject};
use super::table::{self, Cell};

/// A role, given to a person or a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Which.
    pub role: Role,
    /// Where; none is everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// For whom; none is for all tenants, or for a tenant admin for no tenant at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
}

impl Grant {
    /// Whether whoever has it may do everything.
    pub fn is_administrators(&self) -> bool {
        *self == Grant::everywhere(Role::SuperAdmin)
    }

    /// The role everywhere, for all tenants.
    pub fn everywhere(role: Role) -> Grant {
        Grant { role, environment: None, tenant: None }
    }
}

/// Who acts. The text form names them for good, in the audit too: `person:ID`, `token:ID`, `system:NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Somebody who logged in.
    Person {
        /// Never given to another.
        id: String,
        /// To show; it may change.
        name: String,
    },
    /// A program with an API token.
    Token {
        /// Never given to another.
        id: String,
        /// To show; it may change.
        name: String,
    },
    /// A part of the control plane that acts by itself.
    System {
        /// Which.
        name: String,
    },
}

impl Actor {
    /// Whether it is this person.
    pub fn is_person(&self, person: &str) -> bool {
        matches!(self, Actor::Person { id, .. } if id == person)
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Person { id, .. } => write!(f, "person:{id}"),
            Actor::Token { id, .. } => write!(f, "token:{id}"),
            Actor::System { name } => write!(f, "system:{name}"),
        }
    }
}

/// Somebody, and what they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Who.
    pub actor: Actor,
    /// What; of several the widest counts.
    pub grants: Vec<Grant>,
}

/// Somebody may not do what they want to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// What is missing.
    pub permission: Permission,
    /// Where; none is the project as a whole, or all of its environments.
    pub environment: Option<String>,
    /// To which entry; none is to every entry, or to something else.
    pub subject: Option<Subject>,
}

impl Denied {
    /// The stable code.
    pub const CODE: &'static str = "FORBIDDEN";

    /// The stable code.
    pub fn code(&self) -> &'static str {
        Denied::CODE
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not permitted", self.permission)?;
        match &self.environment {
            Some(environment) => write!(f, " in `{environment}`")?,
            None if table::is_of_environments(self.permission) => f.write_str(" in all environments")?,
            None => {}
        }
        match &self.subject {
            Some(subject) => write!(f, " ({subject})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Denied {}

impl Authority {
    /// Whether an act is allowed, and how far. Without an environment it is one in the project as a whole or, where
    /// the permission is of environments, in all of them; without a subject, one that concerns every entry.
    ///
    /// # Errors
    ///
    /// What is missing.
    pub fn may(
        &self,
        permission: Permission,
        environment: Option<(&str, EnvironmentClass)>,
        subject: Option<&Subject>,
    ) -> Result<Allowed, Denied> {
        let allowed = self.may_openly(permission, environment, subject)?;
        match permission.for_secrets() {
            Some(secret) if subject.is_some_and(|subject| subject.sensitive) => {
                let for_secrets = self.may_openly(secret, environment, subject)?;
                allowed.intersection(for_secrets).ok_or_else(|| denied(permission, environment, subject))
            }
            _ => Ok(allowed),
        }
    }

    /// Whether an act is allowed to some entry at least, however far. What it is done to decides later.
    pub fn may_somehow(&self, permission: Permission, environment: Option<(&str, EnvironmentClass)>) -> bool {
        let plain = |kind| Subject { kind, critical: false, sensitive: false };
        let to_some = |kind: &EntryKind| self.may(permission, environment, Some(&plain(*kind))).is_ok();
        self.may(permission, environment, None).is_ok() || EntryKind::ALL.iter().any(to_some)
    }

    /// Whether an entry may be changed from what it is to what it is to be; none is the side on which it does not
    /// exist. Neither side alone decides: else whoever may change one kind could turn every other into it.
    ///
    /// # Errors
    ///
    /// What is missing.
    pub fn may_change(
        &self,
        environment: Option<(&str, EnvironmentClass)>,
        before: Option<&Subject>,
        after: Option<&Subject>,
    ) -> Result<Allowed, Denied> {
        let write = |subject| self.may(Permission::EntryWrite, environment, subject);
        match (before, after) {
            (Some(before), Some(after)) if before != after => {
                let both = write(Some(before))?.intersection(write(Some(after))?);
                both.ok_or_else(|| denied(Permission::EntryWrite, environment, Some(after)))
            }
            (one, other) => write(one.or(other)),
        }
    }

    /// Without regard to whether the entry is sensitive.
    fn may_openly(
        &self,
        permission: Permission,
        environment: Option<(&str, EnvironmentClass)>,
        subject: Option<&Subject>,
    ) -> Result<Allowed, Denied> {
        let each = self.grants.iter().filter_map(|grant| grant.gives(permission, environment, subject));
        each.reduce(Allowed::union).ok_or_else(|| denied(permission, environment, subject))
    }
}

fn denied(
    permission: Permission,
    environment: Option<(&str, EnvironmentClass)>,
    subject: Option<&Subject>,
) -> Denied {
    let environment = environment.map(|(name, _)| name.to_owned());
    Denied { permission, environment, subject: subject.copied() }
}

impl Grant {
    fn gives(
        &self,
        permission: Permission,
        environment: Option<(&str, EnvironmentClass)>,
        subject: Option<&Subject>,
    ) -> Option<Allowed> {
        let critical = subject.is_some_and(|subject| subject.critical);
        if !self.is_there(permission, environment.map(|(name, _)| name))
            || critical && permission.changes_entries() && self.role != Role::SuperAdmin
        {
            return None;
        }
        let class = environment.map(|(_, class)| class);
        let rows = table::rows(permission, class, subject.map(|subject| subject.kind));
        let mut allowed = None;
        for row in rows {
            let here = self.within_tenant(permission, row.cell(self.role))?;
            allowed = match allowed {
                None => Some(here),
                Some(so_far) => Some(here.intersection(so_far)?),
            };
        }
        allowed
    }

    fn is_there(&self, permission: Permission, environment: Option<&str>) -> bool {
        match &self.environment {
            None => true,
            // Whoever reads in one environment sees that the project is there.
            Some(own) => match environment {
                Some(name) => name == own && table::is_of_environments(permission),
                None => permission == Permission::ProjectRead,
            },
        }
    }

    /// What is left of a cell where the grant is for one tenant: reading, and what is that tenant's own.
    fn within_tenant(&self, permission: Permission, cell: Cell) -> Option<Allowed> {
        match (cell, &self.tenant) {
            (Cell::No, _) | (Cell::OwnTenant, None) | (Cell::Switch, Some(_)) => None,
            (Cell::Yes, None) => Some(Allowed::Full),
            (Cell::Switch, None) => Some(Allowed::switch()),
            (Cell::OwnTenant, Some(tenant)) => Some(Allowed::tenant(tenant)),
            (Cell::Yes, Some(tenant)) => match permission {
                Permission::ProjectRead => Some(Allowed::Full),
                Permission::EntryWrite | Permission::SliceVend => Some(Allowed::tenant(tenant)),
                _ => None,
            },
        }
    }
}

#[cfg(test)]
mod tests;
