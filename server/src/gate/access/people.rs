//! People.

use serde_json::{Value, json};

use super::{AccessDraft, AccessOperation, AccessRow};
use crate::access::{Authority, Grant, Permission};
use crate::audit::Action;
use crate::gate::{Expected, Gate, Refusal};
use crate::store::{PersonRow, now};

impl Gate {
    pub(super) async fn create_person(&self, row: &PersonRow) -> Result<AccessDraft, Refusal> {
        if self.store.people().await?.iter().any(|known| known.email == row.email) {
            return Err(Refusal::Exists { what: "person", name: row.email.clone() });
        }
        let mut access = AccessDraft::new(Permission::PeopleManage, &row.id);
        access.gives.clone_from(&row.grants);
        access.tell(Action::PersonCreate, None, Some(person_shown(row)));
        if !row.grants.is_empty() {
            access.tell(Action::RoleGrant, None, Some(json!(row.grants)));
        }
        access.made = Some(row.id.clone());
        access.rows.push(AccessRow::Person { row: PersonRow::clone(row), sign_out: false });
        Ok(access)
    }

    pub(super) async fn edit_person(
        &self,
        operation: &AccessOperation,
        by: &Authority,
    ) -> Result<AccessDraft, Refusal> {
        let AccessOperation::EditPerson { id, expected, name, password, grants, enabled } = operation else {
            return Err(Refusal::invalid("INVALID_BODY", "this edits nobody"));
        };
        let old = self.store.people().await?.into_iter().find(|person| person.id == *id);
        let old = old.ok_or_else(|| Refusal::NotFound { what: "person", name: id.clone() })?;
        let mut access = AccessDraft::new(Permission::PeopleManage, id);
        // Everybody may have another name or password.
        let is_own = by.actor.is_person(id);
        if is_own && grants.is_none() && enabled.is_none() {
            access.needs = None;
        }
        if matches!(expected, Expected::Number(seen) if *seen != old.revision) {
            let (what, changed) = (format!("person `{id}`"), person_shown(&old));
            return Err(Refusal::Stale { what, current: old.revision, changed });
        }
        let mut row = PersonRow { revision: old.revision + 1, ..old.clone() };
        if let Some(password) = password {
            row.password.clone_from(password);
            access.tell(Action::PersonPassword, None, None);
            if !is_own {
                // Whoever sets somebody's password can act as them.
                access.gives.clone_from(&old.grants);
            }
        }
        if let Some(name) = name {
            row.name.clone_from(name);
        }
        match enabled {
            Some(true) => row.disabled_at = None,
            Some(false) => row.disabled_at = Some(old.disabled_at.unwrap_or_else(now)),
            None => {}
        }
        if let Some(grants) = grants.as_ref().filter(|grants| **grants != old.grants) {
            row.grants.clone_from(grants);
            // To take a role away is as weighty as to give it.
            access.gives = grants.iter().chain(&old.grants).cloned().collect();
            let beyond = |some: &[Grant], others: &[Grant]| -> Vec<Grant> {
                some.iter().filter(|grant| !others.contains(grant)).cloned().collect()
            };
            let (given, taken) = (beyond(grants, &old.grants), beyond(&old.grants, grants));
            if !given.is_empty() {
                access.tell(Action::RoleGrant, None, Some(json!(given)));
            }
            if !taken.is_empty() {
                access.tell(Action::RoleRevoke, Some(json!(taken)), None);
            }
        }
        let is_other = row.name != old.name || row.disabled_at.is_some() != old.disabled_at.is_some();
        if is_other || access.told.is_empty() {
            access.tell(Action::PersonUpdate, Some(person_shown(&old)), Some(person_shown(&row)));
        }
        access.ends_administrator = old.is_administrator() && !row.is_administrator();
        let sign_out = password.is_some() || row.disabled_at.is_some();
        access.rows.push(AccessRow::Person { row, sign_out });
        Ok(access)
    }
}

/// What the audit log says of somebody: everything but the hash of their password.
fn person_shown(row: &PersonRow) -> Value {
    json!({ "email": row.email, "name": row.name, "grants": row.grants, "enabled": row.disabled_at.is_none() })
}
