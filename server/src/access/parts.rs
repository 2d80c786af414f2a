//! How far a permission goes: all the way, or to some parts of an entry.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Map;
use vexil_core::Value;
use vexil_core::diff::{Change, ChangeKind, FieldChange};

/// How far somebody may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// As far as the permission goes.
    Full,
    /// Only in these parts, of which there is at least one.
    Only(Parts),
}

/// Parts of an entry: of several any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    tenants: BTreeSet<String>,
    switch: bool,
}

/// An entry as it is written.
type Written = Map<String, serde_json::Value>;

/// A change goes beyond the parts that somebody may change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` of `{key}` is beyond what may be changed: {parts}")]
pub struct Outside {
    /// The entry's key.
    pub key: String,
    /// The first field that is beyond, as a JSON Pointer; empty for the entry as a whole.
    pub path: String,
    /// What may be changed.
    pub parts: Parts,
}

impl Outside {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        super::Denied::CODE
    }
}

impl Allowed {
    /// What concerns this tenant, and in an entry its scope: `/scopes/tenant/<tenant>`.
    pub fn tenant(tenant: &str) -> Allowed {
        Allowed::Only(Parts { tenants: BTreeSet::from([tenant.to_owned()]), switch: false })
    }

    /// Whether an entry is on: `/enabled` and `/kill`.
    pub fn switch() -> Allowed {
        Allowed::Only(Parts { tenants: BTreeSet::new(), switch: true })
    }

    /// What either allows.
    pub(crate) fn union(self, other: Allowed) -> Allowed {
        match (self, other) {
            (Allowed::Only(mut parts), Allowed::Only(more)) => {
                parts.tenants.extend(more.tenants);
                parts.switch |= more.switch;
                Allowed::Only(parts)
            }
            _ => Allowed::Full,
        }
    }

    /// What both allow; none where that is nothing.
    pub(crate) fn intersection(self, other: Allowed) -> Option<Allowed> {
        match (self, other) {
            (Allowed::Full, one) | (one, Allowed::Full) => Some(one),
            (Allowed::Only(mut parts), Allowed::Only(others)) => {
                parts.tenants.retain(|tenant| others.tenants.contains(tenant));
                parts.switch &= others.switch;
                (parts != Parts::default()).then_some(Allowed::Only(parts))
            }
        }
    }

    /// Whether it reaches what concerns this tenant.
    pub fn reaches_tenant(&self, tenant: &str) -> bool {
        match self {
            Allowed::Full => true,
            Allowed::Only(parts) => parts.tenants.contains(tenant),
        }
    }

    /// Whether a change stays within. What adds or removes an entry as a whole is within no part; neither is a change
    /// of a sensitive entry below its fields, because a difference does not tell where in them it is.
    ///
    /// # Errors
    ///
    /// The first field that is beyond.
    pub fn covers(&self, change: &Change) -> Result<(), Outside> {
        let Allowed::Only(parts) = self else { return Ok(()) };
        let outside = |path: &str| {
            Err(Outside { key: change.key.clone(), path: path.to_owned(), parts: parts.clone() })
        };
        if change.change != ChangeKind::Changed {
            return outside("");
        }
        match change.fields.iter().find(|field| !parts.cover(field)) {
            Some(field) => outside(&field.path),
            None => Ok(()),
        }
    }
}

impl Allowed {
    /// As [`Allowed::covers`], of a change that the core tells no difference of: the same in other words, or an entry
    /// that it cannot read as it is. Then fields are told apart as wholes.
    ///
    /// # Errors
    ///
    /// The first field that is beyond.
    pub fn covers_text(
        &self,
        key: &str,
        old: Option<&Written>,
        new: Option<&Written>,
    ) -> Result<(), Outside> {
        let Allowed::Only(parts) = self else { return Ok(()) };
        let outside = |path: String| Err(Outside { key: key.to_owned(), path, parts: parts.clone() });
        let (Some(old), Some(new)) = (old, new) else { return outside(String::new()) };
        let is_beyond = |field: &&String| {
            let is_switch = matches!(field.as_str(), "enabled" | "kill");
            old.get(*field) != new.get(*field) && !(is_switch && parts.switch)
        };
        match old.keys().chain(new.keys()).find(is_beyond) {
            Some(field) => outside(format!("/{field}")),
            None => Ok(()),
        }
    }
}

impl Parts {
    fn cover(&self, field: &FieldChange) -> bool {
        let Some(path) = field.path.strip_prefix('/') else { return false };
        let path: Vec<&str> = path.split('/').collect();
        match path.as_slice() {
            ["enabled"] | ["kill", ..] => self.switch,
            ["scopes", "tenant", tenant, ..] => self.tenants.contains(&unescaped(tenant)),
            // All of it came or went; then whose it is decides.
            ["scopes"] => self.cover_all(scoped(field.old.as_ref()), scoped(field.new.as_ref())),
            ["scopes", "tenant"] => self.cover_all(names(field.old.as_ref()), names(field.new.as_ref())),
            _ => false,
        }
    }

    fn cover_all(&self, old: Option<Vec<&str>>, new: Option<Vec<&str>>) -> bool {
        let (Some(old), Some(new)) = (old, new) else { return false };
        old.into_iter().chain(new).all(|tenant| self.tenants.contains(tenant))
    }
}

/// The tenants of all scopes of an entry; none where there are scopes of another kind.
fn scoped(scopes: Option<&Value>) -> Option<Vec<&str>> {
    match scopes {
        Some(Value::Object(members)) => match members.as_ref() {
            [] => Some(Vec::new()),
            [(scope, tenants)] if **scope == *"tenant" => names(Some(tenants)),
            _ => None,
        },
        other => names(other),
    }
}

/// The names in an object, of which there are none where it is absent.
fn names(object: Option<&Value>) -> Option<Vec<&str>> {
    match object {
        None => Some(Vec::new()),
        Some(Value::Object(members)) => Some(members.iter().map(|(name, _)| &**name).collect()),
        Some(_) => None,
    }
}

/// A name as it was before it became part of a JSON Pointer (RFC 6901, section 4).
fn unescaped(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let switch = self.switch.then(|| "`enabled` and `kill`".to_owned());
        let tenants = self.tenants.iter().map(|tenant| format!("the scope of tenant `{tenant}`"));
        f.write_str(&switch.into_iter().chain(tenants).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use vexil_core::{Arena, Node, diff};

    use super::*;

    const FLAG: &str = r#"{"key": "a", "kind": "ops", "enabled": true,
        "scopes": {"tenant": {"acme": {"serve": "on"}, "x/y~1": {"serve": "on"}, "zeta": {"serve": "on"}}}}"#;

    /// The path that is beyond, if one is.
    fn beyond(allowed: &Allowed, old: &str, new: &str) -> Option<String> {
        let arena = Arena::new();
        let [old, new] = [old, new].map(|text| Node::parse_json(text.as_bytes(), &arena).unwrap());
        let found = diff::diff(&[old], &[new]);
        assert_eq!((found.changes.len(), found.unreadable.len()), (1, 0), "{found:?}");
        allowed.covers(&found.changes[0]).err().map(|outside| outside.path)
    }

    #[test]
    fn text_without_a_difference_is_judged_by_whole_fields() {
        let object = |text: &str| serde_json::from_str::<Written>(text).unwrap();
        let (old, on) = (object(r#"{"key": "a"}"#), object(r#"{"key": "a", "enabled": true}"#));
        let beyond = |allowed: &Allowed, old: Option<&Written>, new: Option<&Written>| {
            allowed.covers_text("a", old, new).err().map(|outside| outside.path)
        };
        let (switch, acme) = (Allowed::switch(), Allowed::tenant("acme"));
        assert_eq!(beyond(&switch, Some(&old), Some(&on)), None);
        assert_eq!(beyond(&switch, Some(&on), Some(&old)), None);
        assert_eq!(beyond(&acme, Some(&old), Some(&on)), Some("/enabled".into()));
        let scopes = object(r#"{"key": "a", "scopes": {"tenant": {"acme": {"serve": "on"}}}}"#);
        assert_eq!(beyond(&acme, Some(&old), Some(&scopes)), Some("/scopes".into()));
        for (old, new) in [(None, Some(&on)), (Some(&on), None)] {
            assert_eq!(beyond(&switch, old, new), Some(String::new()));
            assert_eq!(beyond(&Allowed::Full, old, new), None);
        }
    }

    #[test]
    fn a_tenant_changes_its_own_scope_only() {
        let acme = Allowed::tenant("acme");
        let odd = Allowed::tenant("x/y~1");
        let own = FLAG.replace(r#""acme": {"serve": "on"}"#, r#""acme": {"serve": "off"}"#);
        assert_eq!(beyond(&acme, FLAG, &own), None);
        assert_eq!(beyond(&odd, FLAG, &own), Some("/scopes/tenant/acme/serve".into()));
        let gone = FLAG.replace(r#""acme": {"serve": "on"}, "#, "");
        assert_eq!(beyond(&acme, FLAG, &gone), None);
        assert_eq!(beyond(&acme, &gone, FLAG), None);
        let odd_one = FLAG.replace(r#""x/y~1": {"serve": "on"}"#, r#""x/y~1": {"value": true}"#);
        assert_eq!(beyond(&odd, FLAG, &odd_one), None);
        assert!(beyond(&acme, FLAG, &odd_one).unwrap().starts_with("/scopes/tenant/x~1y~01"));
        let more = own.replace(r#""kind": "ops""#, r#""kind": "ops", "owner": "me""#);
        assert_eq!(beyond(&acme, FLAG, &more), Some("/owner".into()));
        let user = FLAG.replace(r#""scopes": {"#, r#""scopes": {"user": {"acme": {"serve": "on"}}, "#);
        assert!(beyond(&acme, FLAG, &user).unwrap().starts_with("/scopes/user"));
        let killed = FLAG.replace(r#""enabled": true"#, r#""kill": {"tenants": ["acme"]}"#);
        assert_eq!(beyond(&acme, FLAG, &killed), Some("/kill/tenants/0".into()));
    }

    #[test]
    fn a_first_tenant_brings_the_scopes_with_it() {
        let acme = Allowed::tenant("acme");
        let bare = r#"{"key": "a", "kind": "permission"}"#;
        let with = |scopes: &str| format!(r#"{{"key": "a", "kind": "permission", "scopes": {scopes}}}"#);
        let own = with(r#"{"tenant": {"acme": {"serve": "on"}}}"#);
        assert_eq!(beyond(&acme, bare, &own), None);
        assert_eq!(beyond(&acme, &own, bare), None);
        assert_eq!(
            beyond(
                &acme,
                &with(r#"{"user": {"u": {"serve": "on"}}}"#),
                &with(r#"{"user": {"u": {"serve": "on"}}, "tenant": {"acme": {"serve": "on"}}}"#)
            ),
            None
        );
        for other in [
            r#"{"tenant": {"acme": {"serve": "on"}, "zeta": {"serve": "on"}}}"#,
            r#"{"tenant": {"acme": {"serve": "on"}}, "user": {"acme": {"serve": "on"}}}"#,
            r#"{"user": {"acme": {"serve": "on"}}}"#,
        ] {
            assert!(beyond(&acme, bare, &with(other)).is_some(), "{other}");
            assert!(beyond(&acme, &with(other), bare).is_some(), "{other}");
        }
    }

    #[test]
    fn a_switch_is_enabled_and_kill() {
        let switch = Allowed::switch();
        let off = FLAG.replace(r#""enabled": true"#, r#""enabled": false"#);
        assert_eq!(beyond(&switch, FLAG, &off), None);
        let killed =
            FLAG.replace(r#""enabled": true"#, r#""kill": {"environments": ["production"], "tenants": []}"#);
        assert_eq!(beyond(&switch, FLAG, &killed), None);
        assert_eq!(beyond(&switch, &killed, &off), None);
        let served = off.replace("acme\": {\"serve\": \"on", "acme\": {\"serve\": \"off");
        assert_eq!(beyond(&switch, FLAG, &served), Some("/scopes/tenant/acme/serve".into()));
        let named = off.replace(r#""kind": "ops""#, r#""kind": "ops", "environments": ["production"]"#);
        assert_eq!(beyond(&switch, FLAG, &named), Some("/environments".into()));
    }

    #[test]
    fn whole_entries_and_secrets_are_in_no_part() {
        let arena = Arena::new();
        let node = Node::parse_json(FLAG.as_bytes(), &arena).unwrap();
        for (old, new) in [(vec![], vec![node]), (vec![node], vec![])] {
            let found = diff::diff(&old, &new);
            assert_eq!(Allowed::switch().covers(&found.changes[0]).unwrap_err().path, "");
            assert_eq!(Allowed::Full.covers(&found.changes[0]), Ok(()));
        }
        let secret = FLAG.replace(r#""kind": "ops""#, r#""kind": "ops", "sensitive": true"#);
        let own = secret.replace(r#""acme": {"serve": "on"}"#, r#""acme": {"serve": "off"}"#);
        assert_eq!(beyond(&Allowed::tenant("acme"), &secret, &own), Some("/scopes".into()));
    }

    #[test]
    fn of_two_the_widest_and_the_narrowest() {
        let (acme, zeta, switch) = (Allowed::tenant("acme"), Allowed::tenant("zeta"), Allowed::switch());
        let both = acme.clone().union(zeta.clone());
        assert!(both.reaches_tenant("acme") && both.reaches_tenant("zeta") && !both.reaches_tenant("x"));
        assert_eq!(acme.clone().union(Allowed::Full), Allowed::Full);
        assert_eq!(both.clone().intersection(zeta.clone()), Some(zeta));
        assert_eq!(both.intersection(switch.clone()), None);
        assert_eq!(acme.clone().union(switch.clone()).intersection(switch.clone()), Some(switch));
        assert_eq!(Allowed::Full.intersection(acme.clone()), Some(acme));
    }
}
