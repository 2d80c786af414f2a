//! Roles, and what tells one place or entry from another for them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Who somebody is. Names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks, and touches nothing.
    Viewer,
    /// Decides what one tenant has.
    TenantAdmin,
    /// What acts by itself: circuit breakers.
    System,
    /// Decides who gets which feature, and when.
    ProductManager,
    /// Builds, outside of production.
    Developer,
    /// Keeps production running.
    Operator,
    /// May do everything.
    SuperAdmin,
}

impl Role {
    /// All of them, in the order of the table's columns.
    pub const ALL: [Role; 7] = [
        Role::Viewer,
        Role::TenantAdmin,
        Role::System,
        Role::ProductManager,
        Role::Developer,
        Role::Operator,
        Role::SuperAdmin,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::TenantAdmin => "tenant_admin",
            Role::System => "system",
            Role::ProductManager => "product_manager",
            Role::Developer => "developer",
            Role::Operator => "operator",
            Role::SuperAdmin => "super_admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No role has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no role `{0}`")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Role, UnknownRole> {
        let found = Role::ALL.into_iter().find(|role| role.as_str() == name);
        found.ok_or_else(|| UnknownRole(name.to_owned()))
    }
}

/// Whether what happens in an environment happens to customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EnvironmentClass {
    /// It does not.
    NonProduction,
    /// It does.
    Production,
}

impl EnvironmentClass {
    /// Of an environment that is production or not.
    pub fn of(production: bool) -> EnvironmentClass {
        if production { EnvironmentClass::Production } else { EnvironmentClass::NonProduction }
    }
}

/// What an entry is, as far as roles differ by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryKind {
    /// A flag of kind `release`.
    Release,
    /// A flag of kind `ops`.
    Ops,
    /// A flag of kind `permission`.
    Permission,
    /// A flag of kind `experiment`, an experiment or a layer.
    Experiment,
    /// A config, whatever its kind.
    Config,
    /// A segment.
    Segment,
}

impl EntryKind {
    /// All of them, in the order of the table's rows.
    pub const ALL: [EntryKind; 6] = [
        EntryKind::Release,
        EntryKind::Ops,
        EntryKind::Permission,
        EntryKind::Experiment,
        EntryKind::Config,
        EntryKind::Segment,
    ];

    /// As people call them.
    pub fn as_str(self) -> &'static str {
        match self {
            EntryKind::Release => "release flag",
            EntryKind::Ops => "ops flag",
            EntryKind::Permission => "permission flag",
            EntryKind::Experiment => "experiment",
            EntryKind::Config => "config",
            EntryKind::Segment => "segment",
        }
    }
}

/// The entry that something is to be done to, as far as it matters for who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subject {
    /// What it is.
    pub kind: EntryKind,
    /// Only a super admin changes it.
    pub critical: bool,
    /// Its values are secrets.
    pub sensitive: bool,
}

impl Subject {
    /// Of a definition that the core has found valid. None where it is no definition: then nobody knows what may be
    /// done to it, and [`Authority::may`](super::Authority::may) allows only what it allows for every entry.
    pub fn of(definition: &Map<String, Value>) -> Option<Subject> {
        let has = |field: &str| definition.contains_key(field);
        let text = |field: &str| match definition.get(field) {
            None => Some(None),
            Some(Value::String(text)) => Some(Some(text.as_str())),
            Some(_) => None,
        };
        let kind = match text("type")? {
            Some("config") => EntryKind::Config,
            Some("segment") => EntryKind::Segment,
            Some("experiment" | "layer") => EntryKind::Experiment,
            Some("feature_flag") => flag_kind(text("kind")?)?,
            Some(_) => return None,
            None if has("slots") || has("variants") || has("allocation") => EntryKind::Experiment,
            None if has("condition") => EntryKind::Segment,
            None => flag_kind(text("kind")?)?,
        };
        // What is there and not `false` counts: a mark that is misspelt must not open what it was to close.
        let marked = |field: &str| definition.get(field).is_some_and(|mark| *mark != Value::Bool(false));
        Some(Subject { kind, critical: marked("critical"), sensitive: marked("sensitive") })
    }
}

fn flag_kind(kind: Option<&str>) -> Option<EntryKind> {
    match kind {
        None | Some("release") => Some(EntryKind::Release),
        Some("ops") => Some(EntryKind::Ops),
        Some("permission") => Some(EntryKind::Permission),
        Some("experiment") => Some(EntryKind::Experiment),
        Some(_) => None,
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (mark, name) in [(self.critical, "critical "), (self.sensitive, "sensitive ")] {
            if mark {
                f.write_str(name)?;
            }
        }
        f.write_str(self.kind.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(definition: &str) -> Option<Subject> {
        Subject::of(&serde_json::from_str(definition).unwrap())
    }

    #[test]
    fn names_lead_back_to_roles() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
        assert_eq!("Viewer".parse::<Role>(), Err(UnknownRole("Viewer".into())));
    }

    #[test]
    fn a_definition_tells_what_it_is() {
        let kind = |definition| of(definition).map(|subject| subject.kind);
        assert_eq!(kind(r#"{"key": "a"}"#), Some(EntryKind::Release));
        assert_eq!(kind(r#"{"key": "a", "type": "feature_flag", "kind": "ops"}"#), Some(EntryKind::Ops));
        assert_eq!(kind(r#"{"key": "a", "kind": "permission"}"#), Some(EntryKind::Permission));
        assert_eq!(kind(r#"{"key": "a", "kind": "experiment"}"#), Some(EntryKind::Experiment));
        assert_eq!(kind(r#"{"key": "a", "type": "config", "kind": "ops"}"#), Some(EntryKind::Config));
        assert_eq!(kind(r#"{"key": "a", "variants": []}"#), Some(EntryKind::Experiment));
        assert_eq!(kind(r#"{"key": "a", "slots": {}}"#), Some(EntryKind::Experiment));
        assert_eq!(kind(r#"{"key": "a", "type": "layer"}"#), Some(EntryKind::Experiment));
        assert_eq!(kind(r#"{"key": "a", "condition": {}}"#), Some(EntryKind::Segment));
        for nonsense in [r#"{"type": "x"}"#, r#"{"type": 1}"#, r#"{"kind": "Ops"}"#, r#"{"kind": null}"#] {
            assert_eq!(of(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn marks_count_unless_they_are_false() {
        let marks = |definition| of(definition).map(|subject| (subject.critical, subject.sensitive));
        assert_eq!(marks(r#"{"critical": true, "sensitive": false}"#), Some((true, false)));
        assert_eq!(marks(r#"{"critical": false, "sensitive": "yes"}"#), Some((false, true)));
        assert_eq!(of(r#"{"kind": "ops", "critical": true}"#).unwrap().to_string(), "critical ops flag");
    }
}
