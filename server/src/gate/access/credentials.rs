//! SDK keys and API tokens.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{AccessDraft, AccessOperation, AccessRow};
use crate::access::{Authority, EnvironmentClass, Permission};
use crate::audit::Action;
use crate::directory::TOKEN;
use crate::gate::{Expected, Gate, Refusal};
use crate::store::{CredentialRow, now};

impl Gate {
    pub(super) async fn create_credential(
        &self,
        row: &CredentialRow,
        by: &Authority,
    ) -> Result<AccessDraft, Refusal> {
        if self.store.credentials().await?.iter().any(|known| known.id == row.id) {
            return Err(Refusal::Exists { what: "key", name: row.id.clone() });
        }
        let mut access = self.of_credential(row)?;
        let row = CredentialRow { created_by: by.actor.to_string(), ..row.clone() };
        access.gives.clone_from(&row.grants);
        let action = if row.kind == TOKEN { Action::TokenCreate } else { Action::KeyCreate };
        access.tell(action, None, Some(shown(&row)));
        access.made = Some(row.id.clone());
        access.rows.push(AccessRow::Credential(row));
        Ok(access)
    }

    pub(super) async fn rotate_credential(
        &self,
        operation: &AccessOperation,
        by: &Authority,
    ) -> Result<AccessDraft, Refusal> {
        let AccessOperation::RotateCredential { id, expected, new_id, new_hash, overlap_until } = operation
        else {
            return Err(Refusal::invalid("INVALID_BODY", "this rotates nothing"));
        };
        let old = self.credential(id, *expected).await?;
        let at = now();
        if !old.works_at(at) || old.successor.is_some() {
            let message = format!("`{id}` has expired, was revoked or was rotated before");
            return Err(Refusal::conflict("KEY_ENDED", message));
        }
        let new = CredentialRow {
            id: new_id.clone(),
            hash: new_hash.clone(),
            created_at: at,
            created_by: by.actor.to_string(),
            revision: 1,
            ..old.clone()
        };
        let ending = CredentialRow {
            expires_at: Some(old.expires_at.map_or(*overlap_until, |end| end.min(*overlap_until))),
            successor: Some(new_id.clone()),
            revision: old.revision + 1,
            ..old.clone()
        };
        let mut access = self.of_credential(&old)?;
        // Whoever gets the new secret can do all that it may.
        access.gives.clone_from(&old.grants);
        let action = if old.kind == TOKEN { Action::TokenRotate } else { Action::KeyRotate };
        access.tell(action, Some(shown(&old)), Some(shown(&new)));
        access.made = Some(new.id.clone());
        access.rows.extend([AccessRow::Credential(new), AccessRow::Credential(ending)]);
        Ok(access)
    }

    pub(super) async fn revoke_credential(
        &self,
        id: &str,
        expected: Expected,
    ) -> Result<AccessDraft, Refusal> {
        let old = self.credential(id, expected).await?;
        if old.revoked_at.is_some() {
            return Err(Refusal::conflict("KEY_ENDED", format!("`{id}` was revoked before")));
        }
        let mut access = self.of_credential(&old)?;
        let at = now();
        access.ends_administrator = old.is_administrator_at(at);
        let revoked = CredentialRow { revoked_at: Some(at), revision: old.revision + 1, ..old.clone() };
        let action = if old.kind == TOKEN { Action::TokenRevoke } else { Action::KeyRevoke };
        access.tell(action, Some(shown(&old)), Some(shown(&revoked)));
        access.rows.push(AccessRow::Credential(revoked));
        Ok(access)
    }

    /// A draft about a key or token, with where it belongs.
    fn of_credential(&self, row: &CredentialRow) -> Result<AccessDraft, Refusal> {
        let needs = if row.kind == TOKEN { Permission::TokenManage } else { Permission::KeyManage };
        let mut access = AccessDraft::new(needs, &row.id);
        if let (Some(project), Some(environment)) = (&row.project, &row.environment) {
            let not_found = |what, name: &str| Refusal::NotFound { what, name: name.to_owned() };
            let known = self.catalog.project(project).ok_or_else(|| not_found("project", project))?;
            let known =
                known.environment(environment).ok_or_else(|| not_found("environment", environment))?;
            access.place = Some((Arc::clone(&known.row.key), EnvironmentClass::of(known.row.production)));
        }
        access.project.clone_from(&row.project);
        Ok(access)
    }

    /// A key or token as it is stored, if it is what the author saw.
    async fn credential(&self, id: &str, expected: Expected) -> Result<CredentialRow, Refusal> {
        let found = self.store.credentials().await?.into_iter().find(|row| row.id == id);
        let found = found.ok_or_else(|| Refusal::NotFound { what: "key", name: id.to_owned() })?;
        if matches!(expected, Expected::Number(seen) if seen != found.revision) {
            let what = format!("key `{id}`");
            return Err(Refusal::Stale { what, current: found.revision, changed: shown(&found) });
        }
        Ok(found)
    }
}

/// What the audit log says of a key or token: everything but its hash.
fn shown(row: &CredentialRow) -> Value {
    let mut shown = json!(row);
    if let Some(members) = shown.as_object_mut() {
        members.shift_remove("hash");
        members.retain(|_, value| !value.is_null());
    }
    shown
}
