//! Facts that are noted beside changes: what was read, who signed in, what was told to others. None of them can change
//! what is in force.

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::part::{Extent, Part};
use super::read::{corrupt, integer, number};
use super::{Lines, Store, StoreError};
use crate::audit::{Digest, Head, Link, Record};

/// What there is to know of a record before it is read.
const SIZE: &str = "sequence AS number, CAST(OCTET_LENGTH(text) AS BIGINT) AS bytes";
/// The columns of a record in its place in the chain.
const LINK: &str = "sequence, previous, hash, text";

/// Extends the audit log within a transaction that holds the lock on writing.
pub(super) async fn append(
    connection: &mut AnyConnection,
    records: Vec<Record>,
) -> Result<Lines, StoreError> {
    let last = sqlx::query("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")
        .fetch_optional(&mut *connection)
        .await?;
    let mut head = match last {
        Some(row) => Head { sequence: number(&row, "sequence")?, hash: digest(&row, "hash")? },
        None => Head::GENESIS,
    };
    let mut lines = Vec::with_capacity(records.len());
    for record in records {
        let at = i64::try_from(record.at.as_nanos() / 1_000_000).unwrap_or(i64::MAX);
        let (actor, action) = (record.actor.clone(), record.action.as_str());
        let (project, environment) = (record.project.clone(), record.environment.clone());
        let target = record.target.clone();
        let link = head.seal(record)?;
        head = link.head();
        sqlx::query(
            "INSERT INTO audit (sequence, previous, hash, text, at, actor, action, project, environment, target)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(integer(link.sequence))
        .bind(link.previous.to_string())
        .bind(link.hash.to_string())
        .bind(link.text.as_str())
        .bind(at)
        .bind(actor)
        .bind(action)
        .bind(project)
        .bind(environment)
        .bind(target)
        .execute(&mut *connection)
        .await?;
        lines.push(link);
    }
    Ok(lines)
}

/// Which records of the audit log.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Of this project.
    pub project: Option<String>,
    /// In this environment.
    pub environment: Option<String>,
    /// About this entry, key or person.
    pub target: Option<String>,
    /// By this actor.
    pub actor: Option<String>,
    /// Of this action.
    pub action: Option<String>,
}

impl Store {
    /// Notes what is no change: that something sensitive was read, that somebody signed in. Says where the log ends.
    pub async fn note(&self, records: Vec<Record>) -> Result<Head, StoreError> {
        let mut transaction = self.pool.begin_with(self.backend.begin()).await?;
        if let Some(lock) = self.backend.lock() {
            sqlx::query(lock).execute(&mut *transaction).await?;
        }
        let lines = append(&mut transaction, records).await?;
        transaction.commit().await?;
        crate::observe::audited(&lines);
        Ok(lines.last().map_or(Head::GENESIS, Link::head))
    }

    /// Records of the audit log below `before`, newest first.
    pub async fn audit_log(
        &self,
        filter: &AuditFilter,
        before: u64,
        limit: u32,
    ) -> Result<Part<Link>, StoreError> {
        let select = |columns: &str| {
            format!(
                "SELECT {columns} FROM audit
                 WHERE sequence < $1 AND sequence >= $2
                   AND ($3 IS NULL OR project = $3) AND ($4 IS NULL OR environment = $4)
                   AND ($5 IS NULL OR target = $5) AND ($6 IS NULL OR actor = $6) AND ($7 IS NULL OR action = $7)
                 ORDER BY sequence DESC LIMIT $8"
            )
        };
        let ask = async |columns: &str, last: u64, limit: i64| {
            sqlx::query(AssertSqlSafe(select(columns)))
                .bind(integer(before))
                .bind(integer(last))
                .bind(filter.project.as_deref())
                .bind(filter.environment.as_deref())
                .bind(filter.target.as_deref())
                .bind(filter.actor.as_deref())
                .bind(filter.action.as_deref())
                .bind(limit)
                .fetch_all(&self.pool)
                .await
        };
        let sizes = ask(SIZE, 0, i64::from(limit) + 1).await?;
        let Some(Extent { last, more }) = Extent::of(&sizes, limit)? else {
            return Ok(Part { items: Vec::new(), more: false });
        };
        let rows = ask(LINK, last, i64::from(limit)).await?;
        let items: Result<_, StoreError> = rows.iter().map(link).collect();
        Ok(Part { items: items?, more })
    }

    /// Records of the audit log from a number on, oldest first: for exports, which take it part by part.
    pub async fn audit_from(&self, first: u64, limit: u32) -> Result<Part<Link>, StoreError> {
        let ask = async |columns: &str, last: u64, limit: i64| {
            let sql = format!(
                "SELECT {columns} FROM audit WHERE sequence >= $1 AND sequence <= $2 ORDER BY sequence LIMIT $3"
            );
            sqlx::query(AssertSqlSafe(sql))
                .bind(integer(first))
                .bind(integer(last))
                .bind(limit)
                .fetch_all(&self.pool)
                .await
        };
        let sizes = ask(SIZE, u64::MAX, i64::from(limit) + 1).await?;
        let Some(Extent { last, more }) = Extent::of(&sizes, limit)? else {
            return Ok(Part { items: Vec::new(), more: false });
        };
        let rows = ask(LINK, last, i64::from(limit)).await?;
        let items: Result<_, StoreError> = rows.iter().map(link).collect();
        Ok(Part { items: items?, more })
    }

    /// What a request with this idempotency key came to: a digest of the request, and its outcome.
    pub async fn remembered(&self, actor: &str, key: &str) -> Result<Option<(String, String)>, StoreError> {
        let row = sqlx::query("SELECT request, outcome FROM idempotency WHERE actor = $1 AND key = $2")
            .bind(actor)
            .bind(key)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok((row.try_get("request")?, row.try_get("outcome")?))).transpose()
    }

    /// Forgets idempotency keys that were used before a moment.
    pub async fn forget_requests(&self, before: i64) -> Result<u64, StoreError> {
        let done = sqlx::query("DELETE FROM idempotency WHERE created_at < $1")
            .bind(before)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected())
    }

    /// What other systems have yet to be told, oldest first: ids and topics.
    pub async fn outbox(&self, limit: u32) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query("SELECT id, topic FROM outbox ORDER BY id LIMIT $1")
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("topic")?))).collect()
    }

    /// They were told these. Others with smaller ids may still be on their way, from a replica whose clock is behind.
    pub async fn told(&self, ids: &[&str]) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        let places: Vec<_> = (1..=ids.len()).map(|place| format!("${place}")).collect();
        let delete = format!("DELETE FROM outbox WHERE id IN ({})", places.join(", "));
        // Nothing but numbers of places is put into the text.
        let delete = ids.iter().fold(sqlx::query(AssertSqlSafe(delete)), |delete, id| delete.bind(*id));
        delete.execute(&self.pool).await?;
        Ok(())
    }

    /// How many changes others have yet to be told, and the number of the audit log's last record.
    pub async fn lengths(&self) -> Result<(i64, i64), StoreError> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM outbox) AS outbox, (SELECT COALESCE(MAX(sequence), 0) FROM audit) AS audit",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok((row.try_get("outbox")?, row.try_get("audit")?))
    }

    /// A value that all replicas share, made by whoever asks first.
    pub async fn shared_secret(&self, name: &str, made: &str) -> Result<String, StoreError> {
        sqlx::query("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(made)
            .execute(&self.pool)
            .await?;
        let row =
            sqlx::query("SELECT value FROM meta WHERE name = $1").bind(name).fetch_one(&self.pool).await?;
        Ok(row.try_get("value")?)
    }
}

fn digest(row: &sqlx::any::AnyRow, column: &str) -> Result<Digest, StoreError> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|_| corrupt("audit", "a hash that is none"))
}

fn link(row: &sqlx::any::AnyRow) -> Result<Link, StoreError> {
    Ok(Link {
        sequence: number(row, "sequence")?,
        previous: digest(row, "previous")?,
        hash: digest(row, "hash")?,
        text: row.try_get("text")?,
    })
}
