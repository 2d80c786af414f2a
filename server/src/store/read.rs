//! What anybody in the server may ask the database.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::part::{Extent, Part};
use super::{Store, StoreError};
use crate::catalog::{Document, Entry, Environment, Identity, Project, Row};
use crate::turns::while_others_go_on;

/// One revision of a definition, with what is known of the change that brought it.
#[derive(Debug, Clone)]
pub struct Revision {
    /// Counts from 1.
    pub revision: u64,
    /// The environment's version that it came with.
    pub version: u64,
    /// Without one the entry was archived.
    pub definition: Option<Document>,
    /// The change that brought it.
    pub change: ChangeRow,
}

/// What was changed together.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    /// The id.
    pub id: String,
    /// What was done, as the audit log names it.
    pub action: String,
    /// Who did it, in the form of the audit log.
    pub actor: String,
    /// Why, in the author's words.
    pub reason: Option<String>,
    /// Where it was asked for.
    pub ticket: Option<String>,
    /// When, in milliseconds since the epoch.
    pub created_at: i64,
}

/// A version of an environment, and what changed with it.
#[derive(Debug, Clone)]
pub struct Version {
    /// The number.
    pub version: u64,
    /// The change that made it.
    pub change: ChangeRow,
}

/// Where a project is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The project.
    pub project: String,
    /// Its own revision.
    pub revision: u64,
    /// Its environments with their versions.
    pub environments: Vec<(String, u64)>,
}

impl Position {
    /// Whether the store has something else of the project than what is held of it.
    pub(crate) fn is_beyond(&self, held: Option<&Arc<Project>>) -> bool {
        held.is_none_or(|held| {
            held.revision != self.revision
                || self.environments.iter().any(|(key, version)| {
                    held.environment(key).is_none_or(|environment| environment.row.version != *version)
                })
        })
    }
}

const CHANGE: &str = "c.id AS change_id, c.action, c.actor, c.reason, c.ticket, c.created_at AS changed_at";

fn change_row(row: &AnyRow) -> Result<ChangeRow, sqlx::Error> {
    Ok(ChangeRow {
        id: row.try_get("change_id")?,
        action: row.try_get("action")?,
        actor: row.try_get("actor")?,
        reason: row.try_get("reason")?,
        ticket: row.try_get("ticket")?,
        created_at: row.try_get("changed_at")?,
    })
}

impl Store {
    /// The keys of all projects, oldest first.
    pub async fn projects(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let rows = sqlx::query("SELECT key, revision FROM projects ORDER BY created_at, key")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok((row.try_get("key")?, number(row, "revision")?))).collect()
    }

    /// The numbers by which a replica sees whether it is behind.
    pub async fn positions(&self) -> Result<Vec<Position>, StoreError> {
        let mut positions: Vec<Position> = Vec::new();
        for (project, revision) in self.projects().await? {
            positions.push(Position { project, revision, environments: Vec::new() });
        }
        let rows =
            sqlx::query("SELECT project, key, version FROM environments").fetch_all(&self.pool).await?;
        for row in &rows {
            let project: String = row.try_get("project")?;
            if let Some(position) = positions.iter_mut().find(|position| position.project == project) {
                position.environments.push((row.try_get("key")?, number(row, "version")?));
            }
        }
        Ok(positions)
    }

    /// A project as it is now; what `held` has of it already is shared.
    pub async fn project(&self, key: &str, held: Option<&Project>) -> Result<Option<Project>, StoreError> {
        // One transaction, so that all of it is of one moment.
        let mut connection = self.pool.begin_with(self.backend.begin_read()).await?;
        let row = sqlx::query("SELECT name, roles, revision FROM projects WHERE key = $1")
            .bind(key)
            .fetch_optional(&mut *connection)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let mut project = Project {
            key: key.into(),
            name: row.try_get("name")?,
            roles: json(&row, "roles", key)?,
            revision: number(&row, "revision")?,
            entries: BTreeMap::new(),
            environments: Vec::new(),
        };
        if let Some(held) = held.filter(|held| held.revision == project.revision) {
            project.entries = held.entries.clone();
        } else {
            let rows = sqlx::query(
                "SELECT key, identity, revision, archived_at, created_at FROM entries WHERE project = $1",
            )
            .bind(key)
            .fetch_all(&mut *connection)
            .await?;
            for row in &rows {
                let entry: String = row.try_get("key")?;
                let identity = Identity::of(&json(row, "identity", &entry)?);
                let (archived_at, created_at) = (row.try_get("archived_at")?, row.try_get("created_at")?);
                let revision = number(row, "revision")?;
                project
                    .entries
                    .insert(entry.into(), Arc::new(Entry { identity, revision, archived_at, created_at }));
            }
        }
        let rows = sqlx::query(
            "SELECT e.key, e.name, e.production, e.position, e.version, v.created_at AS changed_at
             FROM environments e LEFT JOIN versions v
               ON v.project = e.project AND v.environment = e.key AND v.version = e.version
             WHERE e.project = $1 ORDER BY e.position, e.key",
        )
        .bind(key)
        .fetch_all(&mut *connection)
        .await?;
        for row in &rows {
            let row = Row {
                key: row.try_get::<String, _>("key")?.into(),
                name: row.try_get("name")?,
                production: row.try_get::<i64, _>("production")? != 0,
                position: row.try_get("position")?,
                version: number(row, "version")?,
                changed_at: row.try_get::<Option<i64>, _>("changed_at")?.unwrap_or_default(),
            };
            let of_held = held.and_then(|held| held.environment(&row.key));
            let environment = match of_held.filter(|held| held.row == row) {
                Some(same) => Arc::clone(same),
                None => {
                    let from = of_held.filter(|held| held.row.version <= row.version);
                    let mut next = match from {
                        Some(older) => Environment { row: row.clone(), ..Environment::clone(older) },
                        None => Environment::empty(row.clone()),
                    };
                    let since = from.map_or(0, |older| older.row.version);
                    newest(&mut connection, key, &mut next, since).await?;
                    Arc::new(next)
                }
            };
            project.environments.push(environment);
        }
        connection.commit().await?;
        Ok(Some(project))
    }

    /// The definitions that an environment had at a version.
    pub async fn environment_at(
        &self,
        project: &str,
        environment: &Environment,
        version: u64,
    ) -> Result<BTreeMap<Arc<str>, Document>, StoreError> {
        let rows = self.rows_at(project, environment, version).await?;
        let of_row = |row: &AnyRow| -> Result<_, StoreError> {
            let key: String = row.try_get("key")?;
            let definition = json(row, "definition", &key)?;
            Ok((key.into(), definition))
        };
        while_others_go_on(|| rows.iter().map(of_row).collect())
    }

    /// The same as a JSON list, by ascending key.
    pub async fn environment_text_at(
        &self,
        project: &str,
        environment: &Environment,
        version: u64,
    ) -> Result<String, StoreError> {
        let rows = self.rows_at(project, environment, version).await?;
        let mut text = String::from("[");
        for (position, row) in rows.iter().enumerate() {
            if position > 0 {
                text.push(',');
            }
            text.push_str(row.try_get("definition")?);
        }
        text.push(']');
        Ok(text)
    }

    async fn rows_at(
        &self,
        project: &str,
        environment: &Environment,
        version: u64,
    ) -> Result<Vec<AnyRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT r.key, r.definition FROM revisions r
             JOIN (SELECT key, MAX(revision) AS revision FROM revisions
                   WHERE project = $1 AND environment = $2 AND version <= $3 GROUP BY key) newest
               ON newest.key = r.key AND newest.revision = r.revision
             WHERE r.project = $1 AND r.environment = $2 AND r.definition IS NOT NULL ORDER BY r.key",
        )
        .bind(project)
        .bind(&*environment.row.key)
        .bind(integer(version))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows)
    }

    /// One revision of an entry.
    pub async fn revision(
        &self,
        project: &str,
        environment: &str,
        key: &str,
        revision: u64,
    ) -> Result<Option<Revision>, StoreError> {
        let sql = format!(
            "SELECT r.revision, r.version, r.definition, {CHANGE} FROM revisions r JOIN changes c ON c.id = r.change_id
             WHERE r.project = $1 AND r.environment = $2 AND r.key = $3 AND r.revision = $4"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(project)
            .bind(environment)
            .bind(key)
            .bind(integer(revision))
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(|row| revision_row(row, key)).transpose()
    }

    /// The revisions of an entry below `before`, newest first.
    pub async fn history(
        &self,
        project: &str,
        environment: &str,
        key: &str,
        before: u64,
        limit: u32,
    ) -> Result<Part<Revision>, StoreError> {
        let sizes = sqlx::query(
            "SELECT revision AS number, CAST(COALESCE(OCTET_LENGTH(definition), 0) AS BIGINT) AS bytes FROM revisions
             WHERE project = $1 AND environment = $2 AND key = $3 AND revision < $4
             ORDER BY revision DESC LIMIT $5",
        )
        .bind(project)
        .bind(environment)
        .bind(key)
        .bind(integer(before))
        .bind(i64::from(limit) + 1)
        .fetch_all(&self.pool)
        .await?;
        let Some(Extent { last, more }) = Extent::of(&sizes, limit)? else {
            return Ok(Part { items: Vec::new(), more: false });
        };
        let sql = format!(
            "SELECT r.revision, r.version, r.definition, {CHANGE} FROM revisions r JOIN changes c ON c.id = r.change_id
             WHERE r.project = $1 AND r.environment = $2 AND r.key = $3 AND r.revision < $4 AND r.revision >= $5
             ORDER BY r.revision DESC LIMIT $6"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(project)
            .bind(environment)
            .bind(key)
            .bind(integer(before))
            .bind(integer(last))
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?;
        let items: Result<_, StoreError> =
            while_others_go_on(|| rows.iter().map(|row| revision_row(row, key)).collect());
        Ok(Part { items: items?, more })
    }

    /// The versions of an environment below `before`, newest first.
    pub async fn versions(
        &self,
        project: &str,
        environment: &str,
        before: u64,
        limit: u32,
    ) -> Result<Vec<Version>, StoreError> {
        let sql = format!(
            "SELECT v.version, {CHANGE} FROM versions v JOIN changes c ON c.id = v.change_id
             WHERE v.project = $1 AND v.environment = $2 AND v.version < $3 ORDER BY v.version DESC LIMIT $4"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(project)
            .bind(environment)
            .bind(integer(before))
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| Ok(Version { version: number(row, "version")?, change: change_row(row)? }))
            .collect()
    }
}

/// Takes over the newest revision of everything that changed since a version.
async fn newest(
    connection: &mut sqlx::AnyConnection,
    project: &str,
    environment: &mut Environment,
    since: u64,
) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT r.key, r.revision, r.version, r.definition FROM revisions r
         JOIN (SELECT key, MAX(revision) AS revision FROM revisions
               WHERE project = $1 AND environment = $2 AND version > $3 GROUP BY key) newest
           ON newest.key = r.key AND newest.revision = r.revision
         WHERE r.project = $1 AND r.environment = $2",
    )
    .bind(project)
    .bind(&*environment.row.key)
    .bind(integer(since))
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let key: String = row.try_get("key")?;
        let definition = optional_json(row, "definition", &key)?;
        environment.set(key.into(), number(row, "revision")?, number(row, "version")?, definition);
    }
    Ok(())
}

fn revision_row(row: &AnyRow, key: &str) -> Result<Revision, StoreError> {
    Ok(Revision {
        revision: number(row, "revision")?,
        version: number(row, "version")?,
        definition: optional_json(row, "definition", key)?,
        change: change_row(row)?,
    })
}

/// A count in a column; the database knows signed ones only.
pub(super) fn number(row: &AnyRow, column: &str) -> Result<u64, StoreError> {
    let value: i64 = row.try_get(column)?;
    u64::try_from(value).map_err(|_| corrupt(column, "a negative count"))
}

/// A count for a column. None comes near the limit.
pub(super) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn json<T: serde::de::DeserializeOwned>(
    row: &AnyRow,
    column: &str,
    place: &str,
) -> Result<T, StoreError> {
    let text: String = row.try_get(column)?;
    serde_json::from_str(&text).map_err(|error| corrupt(&format!("{column} of {place}"), &error.to_string()))
}

fn optional_json(row: &AnyRow, column: &str, place: &str) -> Result<Option<Document>, StoreError> {
    match row.try_get::<Option<String>, _>(column)? {
        None => Ok(None),
        Some(text) => match serde_json::from_str(&text) {
            Ok(Value::Object(document)) => Ok(Some(document)),
            Ok(_) => Err(corrupt(place, "not an object")),
            Err(error) => Err(corrupt(place, &error.to_string())),
        },
    }
}

pub(super) fn corrupt(place: &str, why: &str) -> StoreError {
    StoreError::Corrupt { place: place.to_owned(), why: why.to_owned() }
}
