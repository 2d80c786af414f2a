//! What is a secret, and who sees it.
//!
//! A mark tells of one definition; the value is often in others too: in those that an entry had before it was marked,
//! and in those of other environments. So an entry is a secret everywhere once it is marked in any environment.

use std::sync::Arc;

use serde_json::Value;
use vexil_core::diff::{self, Change};
use vexil_core::{Arena, Node, Timestamp};

use super::caller::{Caller, Needs};
use super::problem::Problem;
use crate::access::{Allowed, Denied, EnvironmentClass, Permission, Subject};
use crate::audit::conceal::concealed;
use crate::audit::{Action, Record};
use crate::catalog::{Document, Environment, Project};
use crate::gate::Refusal;
use crate::store::now;

/// The secrets that a request reads, which the audit log is yet to be told of ([`Caller::tell_secrets`]): all of them
/// in one transaction, for the log is one chain that everybody waits for.
#[derive(Default)]
#[must_use]
pub(super) struct SecretsRead(Vec<Record>);

/// Whether a document says that it is a secret, or is none that says anything.
fn is_marked(document: &Document) -> bool {
    Subject::of(document).is_none_or(|subject| subject.sensitive)
}

/// Whether an entry is marked in an environment where it is in force; none where it is in force nowhere.
pub(super) fn is_secret_in_force(project: &Project, key: &str) -> Option<bool> {
    let definitions = project.environments.iter().filter_map(|one| one.definitions.get(key));
    definitions.map(|stored| is_marked(&stored.document)).reduce(|one, other| one || other)
}

fn differences(old: &str, new: &str) -> Result<Vec<Change>, vexil_core::Problem> {
    let arena = Arena::new();
    let (old, new) = (Node::parse_json(old.as_bytes(), &arena)?, Node::parse_json(new.as_bytes(), &arena)?);
    Ok(diff::diff(&[old], &[new]).changes)
}

impl<N: Needs> Caller<N> {
    /// Whether an entry is a secret: of one that is in force nowhere, whether it was before it was archived.
    pub(super) async fn is_secret(&self, project: &str, key: &str) -> Result<bool, Problem> {
        let project = self.project(project)?;
        if let Some(is_secret) = is_secret_in_force(&project, key) {
            return Ok(is_secret);
        }
        for environment in &project.environments {
            let last = self.last_definition(&project.key, environment, key).await?;
            if last.is_some_and(|document| is_marked(&document)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What an archived entry was in an environment; none where it never was.
    async fn last_definition(
        &self,
        project: &str,
        environment: &Environment,
        key: &str,
    ) -> Result<Option<Document>, Problem> {
        let Some((archiving, _)) = environment.archived.get(key) else { return Ok(None) };
        let store = &self.services().store;
        let last = store.revision(project, &environment.row.key, key, archiving.saturating_sub(1)).await?;
        Ok(last.and_then(|revision| revision.definition))
    }

    /// Refuses whoever may not read what was told of an entry, which names its variations; and an entry that there
    /// never was.
    pub(super) async fn permit_told(
        &self,
        project: &str,
        environment: &Environment,
        key: &str,
    ) -> Result<(), Problem> {
        let known = match environment.definitions.get(key) {
            Some(stored) => Some(stored.document.clone()),
            None if environment.archived.contains_key(key) => {
                self.last_definition(project, environment, key).await?
            }
            None => return Err(Problem::not_found("entry", key)),
        };
        let Some(document) = known else { return Ok(()) };
        let is_secret = is_marked(&document) || self.is_secret(project, key).await?;
        self.may_read(environment, &document, is_secret).map_err(Refusal::from)?;
        Ok(())
    }

    /// A document as the caller may see it, and whether its values are concealed.
    pub(super) async fn reveal(
        &self,
        read: &mut SecretsRead,
        project: &str,
        environment: &Arc<Environment>,
        key: &str,
        document: &Document,
    ) -> Result<(Value, bool), Problem> {
        let is_secret = self.is_secret(project, key).await?;
        let (shown, sight) = self.look(environment, key, document, is_secret);
        if sight == Sight::Secret {
            read.0.push(self.secret_read(project, environment, key));
        }
        Ok((shown, sight == Sight::Concealed))
    }

    /// Whether a document goes into an export: secrets where they are asked for, and may be seen.
    pub(super) fn may_export(
        &self,
        read: &mut SecretsRead,
        secrets: bool,
        project: &Project,
        environment: &Environment,
        key: &str,
        document: &Document,
    ) -> bool {
        if !is_secret_in_force(project, key).unwrap_or(true) {
            return true;
        }
        let may = secrets && self.may_read(environment, document, true).is_ok();
        if may {
            read.0.push(self.secret_read(&project.key, environment, key));
        }
        may
    }

    /// Tells the audit log of what was read. Where that fails, nothing of it may be answered.
    pub(super) async fn tell_secrets(&self, SecretsRead(records): SecretsRead) -> Result<(), Problem> {
        if !records.is_empty() {
            self.services().store.note(records).await?;
        }
        Ok(())
    }

    /// A document as the caller may see it. Who sees a secret is still to be noted.
    pub(super) fn look(
        &self,
        environment: &Environment,
        key: &str,
        document: &Document,
        is_secret: bool,
    ) -> (Value, Sight) {
        let is_secret = is_secret || is_marked(document);
        let whole = Value::Object(document.clone());
        match (is_secret, self.may_read(environment, document, is_secret)) {
            (false, _) => (whole, Sight::Open),
            (true, Ok(_)) => (whole, Sight::Secret),
            (true, Err(_)) => (concealed(key, &whole, self.services().hub.audit_key()), Sight::Concealed),
        }
    }

    fn may_read(
        &self,
        environment: &Environment,
        document: &Document,
        is_secret: bool,
    ) -> Result<Allowed, Denied> {
        let place = (&*environment.row.key, EnvironmentClass::of(environment.row.production));
        let subject = Subject::of(document).map(|subject| Subject { sensitive: is_secret, ..subject });
        self.authority.may(Permission::ProjectRead, Some(place), subject.as_ref())
    }

    /// What the audit log is told before the caller sees a secret.
    pub(super) fn secret_read(&self, project: &str, environment: &Environment, key: &str) -> Record {
        Record {
            project: Some(project.to_owned()),
            environment: Some(environment.row.key.to_string()),
            target: Some(key.to_owned()),
            request_id: self.circumstances.request_id.clone(),
            address: self.circumstances.address.clone(),
            ..Record::new(Timestamp::from_millis(now()), self.authority.actor.to_string(), Action::SecretRead)
        }
    }

    /// What differs between two lists of definitions, given as JSON.
    pub(super) async fn differences(
        &self,
        project: &str,
        old: String,
        new: String,
    ) -> Result<Vec<Change>, Problem> {
        let compared = self.services().turns.take(move || differences(&old, &new)).await?;
        let mut changes = compared.map_err(|problem| Problem::internal(problem.to_string()))?;
        self.conceal_changes(project, &mut changes).await?;
        Ok(changes)
    }

    /// Conceals what differs in secrets, also between definitions that bear no mark themselves.
    pub(super) async fn conceal_changes(&self, project: &str, changes: &mut [Change]) -> Result<(), Problem> {
        // What was added or removed as a whole has no fields, so it tells nothing.
        for change in changes.iter_mut().filter(|change| !change.fields.is_empty()) {
            if self.is_secret(project, &change.key).await? {
                change.conceal();
            }
        }
        Ok(())
    }
}

/// How a document is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// As anybody sees it who reads the project.
    Open,
    /// As those alone see it who may read secrets.
    Secret,
    /// Its values as digests.
    Concealed,
}
