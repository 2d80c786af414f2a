//! The transaction that changes what is in force.

use std::sync::Arc;

use sqlx::{Any, Transaction};

use super::StoreError;
use super::read::{integer, number};
use crate::audit::{Link, Record};
use crate::gate::{Approved, EnvironmentDraft};

/// An open transaction of one approved change; dropped without [`WriteTx::commit`] it leaves nothing behind.
pub struct WriteTx {
    transaction: Transaction<'static, Any>,
    approved: Arc<Approved>,
    notify: Option<&'static str>,
    /// What the audit log is extended by.
    audited: Lines,
}

/// What the audit log was extended by.
pub type Lines = Vec<Link>;

impl WriteTx {
    pub(super) fn new(
        transaction: Transaction<'static, Any>,
        approved: Approved,
        notify: Option<&'static str>,
    ) -> WriteTx {
        WriteTx { transaction, approved: Arc::new(approved), notify, audited: Lines::new() }
    }

    /// The change that this transaction writes.
    pub fn approved(&self) -> Arc<Approved> {
        Arc::clone(&self.approved)
    }

    /// Makes sure that a project is as it was when the change was planned.
    pub(crate) async fn expect_project(&mut self, project: &str, revision: u64) -> Result<(), StoreError> {
        let row = sqlx::query("SELECT revision FROM projects WHERE key = $1")
            .bind(project)
            .fetch_optional(&mut *self.transaction)
            .await?;
        match row {
            Some(row) if number(&row, "revision")? == revision => Ok(()),
            _ => Err(StoreError::Moved),
        }
    }

    /// Makes sure that nobody has made a project of this key meanwhile.
    pub(crate) async fn expect_no_project(&mut self, project: &str) -> Result<(), StoreError> {
        let row = sqlx::query("SELECT revision FROM projects WHERE key = $1")
            .bind(project)
            .fetch_optional(&mut *self.transaction)
            .await?;
        if row.is_some() { Err(StoreError::Moved) } else { Ok(()) }
    }

    /// As [`WriteTx::expect_project`], for an environment's version.
    pub(crate) async fn expect_environment(
        &mut self,
        project: &str,
        environment: &str,
        version: u64,
    ) -> Result<(), StoreError> {
        let row = sqlx::query("SELECT version FROM environments WHERE project = $1 AND key = $2")
            .bind(project)
            .bind(environment)
            .fetch_optional(&mut *self.transaction)
            .await?;
        match row {
            Some(row) if number(&row, "version")? == version => Ok(()),
            _ => Err(StoreError::Moved),
        }
    }

    /// Notes what was changed together, by whom and why.
    pub(crate) async fn change(
        &mut self,
        id: &str,
        project: Option<&str>,
        at: i64,
    ) -> Result<(), StoreError> {
        let reviewed = self.approved.reviewed();
        let (by, circumstances) = (&reviewed.proposal.by, &reviewed.proposal.circumstances);
        sqlx::query(
            "INSERT INTO changes (id, project, action, actor, reason, ticket, request_id, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id)
        .bind(project)
        .bind(reviewed.draft.action.as_str())
        .bind(by.actor.to_string())
        .bind(circumstances.reason.as_deref())
        .bind(circumstances.ticket.as_deref())
        .bind(circumstances.request_id.as_deref())
        .bind(at)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// A project's row, new or another; its revision is one more.
    pub(crate) async fn project(
        &mut self,
        key: &str,
        name: &str,
        roles: &[String],
        revision: u64,
        at: i64,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO projects (key, name, roles, revision, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (key) DO UPDATE SET name = $2, roles = $3, revision = $4",
        )
        .bind(key)
        .bind(name)
        .bind(serde_json::json!(roles).to_string())
        .bind(integer(revision))
        .bind(at)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// An environment's row, new or another.
    pub(crate) async fn environment(
        &mut self,
        project: &str,
        environment: &EnvironmentDraft,
        at: i64,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO environments (project, key, name, production, position, version, created_at)
             VALUES ($1, $2, $3, $4, $5, 0, $6)
             ON CONFLICT (project, key) DO UPDATE SET name = $3, production = $4, position = $5",
        )
        .bind(project)
        .bind(&*environment.key)
        .bind(environment.name.as_str())
        .bind(i64::from(environment.production))
        .bind(environment.position)
        .bind(at)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// What an entry is, new or another.
    pub(crate) async fn entry(
        &mut self,
        project: &str,
        key: &str,
        identity: &str,
        revision: u64,
        archived_at: Option<i64>,
        at: i64,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO entries (project, key, identity, revision, archived_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (project, key) DO UPDATE SET identity = $3, revision = $4, archived_at = $5",
        )
        .bind(project)
        .bind(key)
        .bind(identity)
        .bind(integer(revision))
        .bind(archived_at)
        .bind(at)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// The next revision of a definition; without one the entry leaves the environment.
    pub(crate) async fn revision(
        &mut self,
        place: &Place<'_>,
        definition: Option<&str>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO revisions (project, environment, key, revision, version, change_id, definition, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(place.project)
        .bind(place.environment)
        .bind(place.key)
        .bind(integer(place.revision))
        .bind(integer(place.version))
        .bind(place.change)
        .bind(definition)
        .bind(place.at)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// The next version of an environment.
    pub(crate) async fn version(
        &mut self,
        project: &str,
        environment: &str,
        version: u64,
        change: &str,
        at: i64,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE environments SET version = $3 WHERE project = $1 AND key = $2")
            .bind(project)
            .bind(environment)
            .bind(integer(version))
            .execute(&mut *self.transaction)
            .await?;
        sqlx::query(
            "INSERT INTO versions (project, environment, version, change_id, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(project)
        .bind(environment)
        .bind(integer(version))
        .bind(change)
        .bind(at)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Extends the audit log. Records get their numbers here, where nobody else can take them.
    pub(crate) async fn audit(&mut self, records: Vec<Record>) -> Result<(), StoreError> {
        self.audited.extend(super::facts::append(&mut self.transaction, records).await?);
        Ok(())
    }

    /// Tells other replicas and other systems, if and when the transaction commits.
    pub(crate) async fn announce(&mut self, id: &str, topic: &str, at: i64) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO outbox (id, topic, created_at) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(topic)
            .bind(at)
            .execute(&mut *self.transaction)
            .await?;
        if let Some(notify) = self.notify {
            sqlx::query(notify).bind(topic).execute(&mut *self.transaction).await?;
        }
        Ok(())
    }

    /// Remembers what a request with an idempotency key came to.
    pub(crate) async fn remember(
        &mut self,
        key: &str,
        request: &str,
        outcome: &str,
        at: i64,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(
            "INSERT INTO idempotency (actor, key, request, outcome, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (actor, key) DO NOTHING",
        )
        .bind(self.approved.reviewed().proposal.by.actor.to_string())
        .bind(key)
        .bind(request)
        .bind(outcome)
        .bind(at)
        .execute(&mut *self.transaction)
        .await?;
        // Another replica was asked the same, and was faster.
        if done.rows_affected() == 0 { Err(StoreError::Moved) } else { Ok(()) }
    }

    /// The open transaction, for the tables of keys and people.
    pub(super) fn connection(&mut self) -> &mut sqlx::AnyConnection {
        &mut self.transaction
    }

    /// Makes all of it durable, or none.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().await?;
        crate::observe::audited(&self.audited);
        Ok(())
    }
}

/// Where a revision belongs.
pub(crate) struct Place<'p> {
    pub(crate) project: &'p str,
    pub(crate) environment: &'p str,
    pub(crate) key: &'p str,
    pub(crate) revision: u64,
    pub(crate) version: u64,
    pub(crate) change: &'p str,
    pub(crate) at: i64,
}
