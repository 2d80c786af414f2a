//! The keys that sign. One of them is active; the database holds to that, whatever two replicas do at once.

use serde_json::{Value, json};

use super::{AccessDraft, AccessRow};
use crate::access::Permission;
use crate::audit::Action;
use crate::gate::{Expected, Gate, Refusal};
use crate::store::SigningKeyRow;

/// Counts the changes of all keys that sign: which of them signs is one decision, and whoever makes it says what they
/// saw of them all.
pub fn ring_revision(keys: &[SigningKeyRow]) -> u64 {
    keys.iter().map(|key| key.revision).sum()
}

impl Gate {
    pub(super) async fn create_signing_key(
        &self,
        row: &SigningKeyRow,
        expected: Expected,
    ) -> Result<AccessDraft, Refusal> {
        let keys = self.signing_keys(expected).await?;
        let mut access = AccessDraft::new(Permission::SigningKeyManage, &row.id);
        if row.state == "active" {
            access.retire_active(&keys);
        }
        let new = json!({ "state": row.state, "public": row.public });
        access.tell(Action::SigningKeyCreate, None, Some(new));
        access.made = Some(row.id.clone());
        access.rows.push(AccessRow::SigningKey(row.clone()));
        Ok(access)
    }

    pub(super) async fn set_signing_key(
        &self,
        id: &str,
        expected: Expected,
        state: &str,
    ) -> Result<AccessDraft, Refusal> {
        let keys = self.signing_keys(expected).await?;
        let old = keys.iter().find(|key| key.id == id);
        let old = old.ok_or_else(|| Refusal::NotFound { what: "signing key", name: id.to_owned() })?;
        let action = match (old.state.as_str(), state) {
            ("active", "retired") => {
                let message = "the active key signs; make another one active first";
                return Err(Refusal::conflict("SIGNING_KEY_ACTIVE", message));
            }
            // It was taken out of use for a reason, and clients may have been told to trust it no more.
            ("retired", "active") => {
                let message = format!("`{id}` is retired for good; make a new key");
                return Err(Refusal::conflict("SIGNING_KEY_RETIRED", message));
            }
            (_, "retired") => Action::SigningKeyRetire,
            _ => Action::SigningKeyRotate,
        };
        let mut access = AccessDraft::new(Permission::SigningKeyManage, id);
        if old.state == state {
            return Ok(access);
        }
        if state == "active" {
            access.retire_active(&keys);
        }
        access.tell(action, Some(json!({ "state": old.state })), Some(json!({ "state": state })));
        access.rows.push(AccessRow::SigningKey(old.becoming(state)));
        Ok(access)
    }

    /// All keys as they are stored, if they are what the author saw.
    async fn signing_keys(&self, expected: Expected) -> Result<Vec<SigningKeyRow>, Refusal> {
        let keys = self.store.signing_keys().await?;
        let current = ring_revision(&keys);
        if matches!(expected, Expected::Number(seen) if seen != current) {
            let state = |key: &SigningKeyRow| json!({ "id": key.id, "state": key.state });
            let changed = keys.iter().map(state).collect::<Value>();
            return Err(Refusal::Stale { what: "which key signs".to_owned(), current, changed });
        }
        Ok(keys)
    }
}

impl AccessDraft {
    /// One key signs; the one that did goes on being trusted.
    fn retire_active(&mut self, keys: &[SigningKeyRow]) {
        let active = keys.iter().filter(|key| key.state == "active");
        self.rows.extend(active.map(|key| AccessRow::SigningKey(key.becoming("retired"))));
    }
}

impl SigningKeyRow {
    fn becoming(&self, state: &str) -> SigningKeyRow {
        SigningKeyRow { state: state.to_owned(), revision: self.revision + 1, ..self.clone() }
    }
}
