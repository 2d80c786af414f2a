//! Keys and people, as they are stored.

use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::read::{integer, json, number};
use super::{Store, StoreError, WriteTx};
use crate::access::Grant;

/// An SDK key or API token. Its secret is known to its holder alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CredentialRow {
    /// The public part.
    pub id: String,
    /// `server`, `client` or `token`.
    pub kind: String,
    /// SHA-256 of the secret, in hexadecimal.
    pub hash: String,
    /// A name to show.
    pub name: String,
    /// The project that an SDK key is of.
    pub project: Option<String>,
    /// The environment that an SDK key is of.
    pub environment: Option<String>,
    /// The tenant that it is bound to.
    pub tenant: Option<String>,
    /// What a token may.
    pub grants: Vec<Grant>,
    /// When it was made, in milliseconds since the epoch.
    pub created_at: i64,
    /// Who made it.
    pub created_by: String,
    /// From when on it does not work.
    pub expires_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// The one that takes its place.
    pub successor: Option<String>,
    /// Counts the changes, from 1.
    pub revision: u64,
}

impl CredentialRow {
    /// Whether it works at a moment.
    pub fn works_at(&self, now: i64) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether its holder may do everything at a moment, and does not hand over to another.
    pub fn is_administrator_at(&self, now: i64) -> bool {
        self.works_at(now) && self.successor.is_none() && self.grants.iter().any(Grant::is_administrators)
    }
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRow {
    /// The id.
    pub id: String,
    /// How they sign in.
    pub email: String,
    /// A name to show.
    pub name: String,
    /// The argon2id hash of their password, in PHC form.
    pub password: String,
    /// What they may.
    pub grants: Vec<Grant>,
    /// Counts the changes, from 1.
    pub revision: u64,
    /// When they were added, in milliseconds since the epoch.
    pub created_at: i64,
    /// Since when they may not sign in.
    pub disabled_at: Option<i64>,
}

impl PersonRow {
    /// Whether they may sign in and do everything.
    pub fn is_administrator(&self) -> bool {
        self.disabled_at.is_none() && self.grants.iter().any(Grant::is_administrators)
    }
}

/// A session of a person who has signed in.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionRow {
    /// The public part of the cookie.
    pub id: String,
    /// SHA-256 of its secret.
    pub hash: String,
    /// Whose it is.
    pub person: String,
    /// What a request that writes must show beside the cookie.
    pub csrf: String,
    /// Where from.
    pub address: Option<String>,
    /// Since when, in milliseconds since the epoch.
    pub created_at: i64,
    /// Until when.
    pub expires_at: i64,
}

/// A key that signs what is delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyRow {
    /// The id that signatures name.
    pub id: String,
    /// The Ed25519 seed, in base64url.
    pub secret: String,
    /// The public key, in base64url.
    pub public: String,
    /// `next`, `active` or `retired`.
    pub state: String,
    /// When it was made, in milliseconds since the epoch.
    pub created_at: i64,
    /// Counts the changes, from 1.
    pub revision: u64,
}

impl Store {
    /// Every key and token, also those that do not work any more.
    pub async fn credentials(&self) -> Result<Vec<CredentialRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, kind, hash, name, project, environment, tenant, grants, created_at, created_by, expires_at,
                    revoked_at, successor, revision
             FROM credentials ORDER BY created_at, id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(credential).collect()
    }

    /// Everybody who may sign in, or might once.
    pub async fn people(&self) -> Result<Vec<PersonRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, email, name, password, grants, revision, created_at, disabled_at FROM people
             ORDER BY created_at, id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(person).collect()
    }

    /// Every key that signs, or did; oldest first.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, secret, public, state, created_at, revision FROM signing_keys ORDER BY created_at, id",
        )
        .fetch_all(&self.pool)
        .await?;
        let of_row = |row: &AnyRow| -> Result<_, StoreError> {
            Ok(SigningKeyRow {
                id: row.try_get("id")?,
                secret: row.try_get("secret")?,
                public: row.try_get("public")?,
                state: row.try_get("state")?,
                created_at: row.try_get("created_at")?,
                revision: number(row, "revision")?,
            })
        };
        rows.iter().map(of_row).collect()
    }

    /// Somebody, by how they sign in.
    pub async fn person_by_email(&self, email: &str) -> Result<Option<PersonRow>, StoreError> {
        let row = sqlx::query(
            "SELECT id, email, name, password, grants, revision, created_at, disabled_at FROM people
             WHERE email = $1",
        )
        .bind(email)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(person).transpose()
    }

    /// Begins a session of somebody who is still as they were at this revision: whoever was disabled or got another
    /// password while theirs was compared does not come in. Says whether it began.
    pub async fn begin_session(&self, session: &SessionRow, revision: u64) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO sessions (id, hash, person, csrf, address, created_at, expires_at)
             SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), id, CAST($4 AS TEXT), CAST($5 AS TEXT),
                    CAST($6 AS BIGINT), CAST($7 AS BIGINT)
             FROM people WHERE id = $3 AND revision = $8 AND disabled_at IS NULL",
        )
        .bind(session.id.as_str())
        .bind(session.hash.as_str())
        .bind(session.person.as_str())
        .bind(session.csrf.as_str())
        .bind(session.address.as_deref())
        .bind(session.created_at)
        .bind(session.expires_at)
        .bind(integer(revision))
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// A session, whether or not its time has passed.
    pub async fn session(&self, id: &str) -> Result<Option<SessionRow>, StoreError> {
        let row = sqlx::query(
            "SELECT id, hash, person, csrf, address, created_at, expires_at FROM sessions WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(SessionRow {
                id: row.try_get("id")?,
                hash: row.try_get("hash")?,
                person: row.try_get("person")?,
                csrf: row.try_get("csrf")?,
                address: row.try_get("address")?,
                created_at: row.try_get("created_at")?,
                expires_at: row.try_get("expires_at")?,
            })
        })
        .transpose()
    }

    /// Ends a session.
    pub async fn end_session(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(())
    }

    /// Forgets sessions that ended before a moment.
    pub async fn forget_sessions(&self, before: i64) -> Result<u64, StoreError> {
        let done = sqlx::query("DELETE FROM sessions WHERE expires_at < $1")
            .bind(before)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected())
    }
}

impl WriteTx {
    /// A key or token: new, or the next revision of one.
    pub(crate) async fn credential(&mut self, row: &CredentialRow) -> Result<(), StoreError> {
        let done = sqlx::query(
            "INSERT INTO credentials (id, kind, hash, name, project, environment, tenant, grants, created_at,
                                      created_by, expires_at, revoked_at, successor, revision)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             ON CONFLICT (id) DO UPDATE SET name = $4, expires_at = $11, revoked_at = $12, successor = $13,
                                            revision = $14
                                        WHERE credentials.revision = $14 - 1",
        )
        .bind(row.id.as_str())
        .bind(row.kind.as_str())
        .bind(row.hash.as_str())
        .bind(row.name.as_str())
        .bind(row.project.as_deref())
        .bind(row.environment.as_deref())
        .bind(row.tenant.as_deref())
        .bind(serde_json::to_string(&row.grants).unwrap_or_default())
        .bind(row.created_at)
        .bind(row.created_by.as_str())
        .bind(row.expires_at)
        .bind(row.revoked_at)
        .bind(row.successor.as_deref())
        .bind(integer(row.revision))
        .execute(self.connection())
        .await?;
        expect_one(done.rows_affected())
    }

    /// Somebody, new or another. Whoever is disabled or has another password is signed out everywhere.
    pub(crate) async fn person(&mut self, row: &PersonRow, sign_out: bool) -> Result<(), StoreError> {
        let done = sqlx::query(
            "INSERT INTO people (id, email, name, password, grants, revision, created_at, disabled_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (id) DO UPDATE SET email = $2, name = $3, password = $4, grants = $5, revision = $6,
                                            disabled_at = $8
                                        WHERE people.revision = $6 - 1",
        )
        .bind(row.id.as_str())
        .bind(row.email.as_str())
        .bind(row.name.as_str())
        .bind(row.password.as_str())
        .bind(serde_json::to_string(&row.grants).unwrap_or_default())
        .bind(integer(row.revision))
        .bind(row.created_at)
        .bind(row.disabled_at)
        .execute(self.connection())
        .await?;
        expect_one(done.rows_affected())?;
        if sign_out {
            sqlx::query("DELETE FROM sessions WHERE person = $1")
                .bind(row.id.as_str())
                .execute(self.connection())
                .await?;
        }
        Ok(())
    }

    /// A key that signs: new, or the next revision of one. What is retired stays so.
    pub(crate) async fn signing_key(&mut self, row: &SigningKeyRow) -> Result<(), StoreError> {
        let done = sqlx::query(
            "INSERT INTO signing_keys (id, secret, public, state, created_at, revision)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (id) DO UPDATE SET state = $4, revision = $6
                                        WHERE signing_keys.revision = $6 - 1 AND signing_keys.state <> 'retired'",
        )
        .bind(row.id.as_str())
        .bind(row.secret.as_str())
        .bind(row.public.as_str())
        .bind(row.state.as_str())
        .bind(row.created_at)
        .bind(integer(row.revision))
        .execute(self.connection())
        .await?;
        expect_one(done.rows_affected())
    }

    /// Whether anybody may do everything, as far as this transaction has got.
    pub(crate) async fn has_administrator(&mut self, now: i64) -> Result<bool, StoreError> {
        // The text of grants only narrows down what is read.
        let tokens = sqlx::query(
            "SELECT id, kind, hash, name, project, environment, tenant, grants, created_at, created_by, expires_at,
                    revoked_at, successor, revision
             FROM credentials WHERE revoked_at IS NULL AND grants LIKE '%super_admin%'",
        )
        .fetch_all(self.connection())
        .await?;
        let people = sqlx::query(
            "SELECT id, email, name, password, grants, revision, created_at, disabled_at FROM people
             WHERE disabled_at IS NULL AND grants LIKE '%super_admin%'",
        )
        .fetch_all(self.connection())
        .await?;
        let tokens: Vec<_> = tokens.iter().map(credential).collect::<Result<_, _>>()?;
        let people: Vec<_> = people.iter().map(person).collect::<Result<_, _>>()?;
        Ok(tokens.iter().any(|row| row.is_administrator_at(now))
            || people.iter().any(PersonRow::is_administrator))
    }
}

/// A row that is not what the change was planned from is left alone.
fn expect_one(rows: u64) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Moved) }
}

fn credential(row: &AnyRow) -> Result<CredentialRow, StoreError> {
    let id: String = row.try_get("id")?;
    Ok(CredentialRow {
        kind: row.try_get("kind")?,
        hash: row.try_get("hash")?,
        name: row.try_get("name")?,
        project: row.try_get("project")?,
        environment: row.try_get("environment")?,
        tenant: row.try_get("tenant")?,
        grants: json(row, "grants", &id)?,
        created_at: row.try_get("created_at")?,
        created_by: row.try_get("created_by")?,
        expires_at: row.try_get("expires_at")?,
        revoked_at: row.try_get("revoked_at")?,
        successor: row.try_get("successor")?,
        revision: number(row, "revision")?,
        id,
    })
}

fn person(row: &AnyRow) -> Result<PersonRow, StoreError> {
    let id: String = row.try_get("id")?;
    Ok(PersonRow {
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        password: row.try_get("password")?,
        grants: json(row, "grants", &id)?,
        revision: number(row, "revision")?,
        created_at: row.try_get("created_at")?,
        disabled_at: row.try_get("disabled_at")?,
        id,
    })
}
