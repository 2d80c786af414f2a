//! Sensitive values, as a request shows them. Whoever sees one is in the audit log before they see it: all that one
//! request reads in one transaction, for the log is one chain that everybody waits for.

use std::sync::Arc;

use serde_json::Value;
use vexil_core::Timestamp;

use super::caller::{Caller, Needs};
use super::problem::Problem;
use crate::access::{EnvironmentClass, Permission, Subject};
use crate::audit::conceal::conceal;
use crate::audit::{Action, Record};
use crate::catalog::{Document, Environment};
use crate::store::now;

/// The secrets that a request reads, which the audit log is yet to be told of ([`Caller::tell_secrets`]).
#[derive(Default)]
#[must_use]
pub(super) struct SecretsRead(Vec<Record>);

/// Whether the values of a document are nobody's to see without `secret.read`; of what cannot be understood they are.
fn is_secret(document: &Document) -> bool {
    Subject::of(document).is_none_or(|subject| subject.sensitive)
}

impl<N: Needs> Caller<N> {
    /// A document as the caller may see it, and whether its values are concealed.
    pub(super) fn reveal(
        &self,
        read: &mut SecretsRead,
        project: &str,
        environment: &Arc<Environment>,
        key: &str,
        document: &Document,
    ) -> (Value, bool) {
        if !is_secret(document) {
            return (Value::Object(document.clone()), false);
        }
        if !self.may_see(environment, document) {
            let whole = Value::Object(document.clone());
            let (concealed, _) = conceal(key, Some(&whole), None, self.services().hub.audit_key());
            return (concealed.unwrap_or_default(), true);
        }
        self.note(read, project, environment, key);
        (Value::Object(document.clone()), false)
    }

    /// Whether a document goes into an export: secrets where they are asked for, and may be seen.
    pub(super) fn may_export(
        &self,
        read: &mut SecretsRead,
        secrets: bool,
        project: &str,
        environment: &Environment,
        key: &str,
        document: &Document,
    ) -> bool {
        if !is_secret(document) {
            return true;
        }
        let may = secrets && self.may_see(environment, document);
        if may {
            self.note(read, project, environment, key);
        }
        may
    }

    /// Whether the caller may see all of a document, be it a secret.
    fn may_see(&self, environment: &Environment, document: &Document) -> bool {
        let place = (&*environment.row.key, EnvironmentClass::of(environment.row.production));
        self.authority.may(Permission::ProjectRead, Some(place), Subject::of(document).as_ref()).is_ok()
    }

    fn note(&self, read: &mut SecretsRead, project: &str, environment: &Environment, key: &str) {
        read.0.push(Record {
            project: Some(project.to_owned()),
            environment: Some(environment.row.key.to_string()),
            target: Some(key.to_owned()),
            request_id: self.circumstances.request_id.clone(),
            address: self.circumstances.address.clone(),
            ..Record::new(Timestamp::from_millis(now()), self.authority.actor.to_string(), Action::SecretRead)
        });
    }

    /// Tells the audit log of what was read. Where that fails, nothing of it may be answered.
    pub(super) async fn tell_secrets(&self, SecretsRead(records): SecretsRead) -> Result<(), Problem> {
        if !records.is_empty() {
            self.services().store.note(records).await?;
        }
        Ok(())
    }
}
