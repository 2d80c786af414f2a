//! Adding what processes have told.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use sqlx::AnyConnection;
use uuid::Uuid;

use super::super::read::integer;
use super::super::{Store, StoreError};
use super::{MINUTE, TelemetryPlace};

/// Rows of one statement. More would save little; SQLite takes at most 32,766 values.
const ROWS_AT_ONCE: usize = 100;

/// What one request told, or a part of it, once it was found sound.
#[derive(Debug, Clone, PartialEq)]
pub struct TelemetryBatch {
    /// Where it happened.
    pub place: TelemetryPlace,
    /// The sender's name for it: each part of a batch of this name is added once.
    pub id: Uuid,
    /// Counts the parts, from 0.
    pub part: u32,
    /// When it came, in milliseconds since the epoch.
    pub received_at: i64,
    /// How often entries were evaluated.
    pub evaluations: Vec<EvaluationCount>,
    /// Who was exposed to what.
    pub exposures: Vec<Exposure>,
    /// Who sent it.
    pub instance: Option<InstanceReport>,
}

/// How often an entry was evaluated to one outcome in one minute.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluationCount {
    /// The entry.
    pub key: Arc<str>,
    /// Empty where the value was no variation's.
    pub variation: Arc<str>,
    /// The stable name of the reason.
    pub reason: &'static str,
    /// When, in milliseconds since the epoch; the minute counts.
    pub at: i64,
    /// How often.
    pub count: u64,
}

/// A unit that has met a variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposure {
    /// The experiment.
    pub experiment: Arc<str>,
    /// The variant.
    pub variant: Arc<str>,
    /// What the unit is: `user.id`.
    pub attribute: Arc<str>,
    /// The unit.
    pub unit: Arc<str>,
    /// When, in milliseconds since the epoch.
    pub at: i64,
    /// How many of 100,000 units are noted.
    pub sample: u32,
}

/// A process, and the version that it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceReport {
    /// Its name for itself.
    pub id: String,
    /// The service that it is of, or empty.
    pub service: String,
    /// The SDK with its version, or empty.
    pub sdk: String,
    /// The version that it has applied.
    pub version: u64,
    /// When it did, by its own clock.
    pub applied_at: Option<i64>,
    /// What it dropped since it last said so.
    pub dropped: u64,
}

/// What became of batches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    /// New ones.
    pub batches: u64,
    /// Those that had been added before.
    pub repeated: u64,
}

impl Store {
    /// Adds batches, all or none; those that were added before are passed over.
    pub async fn add_telemetry<B: AsRef<TelemetryBatch>>(&self, batches: &[B]) -> Result<Added, StoreError> {
        let mut transaction = self.begin_telemetry().await?;
        let (mut added, mut sums) = (Added::default(), Sums::default());
        for batch in batches.iter().map(AsRef::as_ref) {
            if is_new(&mut transaction, batch).await? {
                sums.add(batch);
                added.batches += 1;
            } else {
                added.repeated += 1;
            }
        }
        sums.write(&mut transaction).await?;
        transaction.commit().await?;
        Ok(added)
    }
}

/// Whether a batch is seen for the first time, by any replica.
async fn is_new(connection: &mut AnyConnection, batch: &TelemetryBatch) -> Result<bool, StoreError> {
    let (project, environment) = &batch.place;
    let done = sqlx::query(
        "INSERT INTO telemetry_batches (project, environment, id, part, received_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (project, environment, id, part) DO NOTHING",
    )
    .bind(&**project)
    .bind(&**environment)
    .bind(batch.id.to_string())
    .bind(i64::from(batch.part))
    .bind(batch.received_at)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Batches folded into as few rows as they come to. A statement must not meet one row twice, and all replicas take
/// rows in one order.
#[derive(Default)]
struct Sums<'b> {
    evaluations: BTreeMap<(&'b TelemetryPlace, &'b str, &'b str, &'b str, i64), u64>,
    exposures: BTreeMap<(&'b TelemetryPlace, &'b str, &'b str, &'b str, &'b str), Exposed>,
    instances: BTreeMap<(&'b TelemetryPlace, &'b str), Seen<'b>>,
}

struct Exposed {
    sample: u32,
    first_at: i64,
    last_at: i64,
}

struct Seen<'b> {
    newest: &'b InstanceReport,
    first_seen_at: i64,
    seen_at: i64,
    dropped: u64,
}

impl<'b> Sums<'b> {
    fn add(&mut self, batch: &'b TelemetryBatch) {
        for row in &batch.evaluations {
            let at = row.at - row.at.rem_euclid(MINUTE);
            let sum = self.evaluations.entry((&batch.place, &row.key, &row.variation, row.reason, at));
            let sum = sum.or_default();
            *sum = sum.saturating_add(row.count);
        }
        for row in &batch.exposures {
            let unit = (&batch.place, &*row.experiment, &*row.unit, &*row.attribute, &*row.variant);
            let new = Exposed { sample: row.sample, first_at: row.at, last_at: row.at };
            let exposed = self.exposures.entry(unit).or_insert(new);
            exposed.sample = exposed.sample.max(row.sample);
            exposed.first_at = exposed.first_at.min(row.at);
            exposed.last_at = exposed.last_at.max(row.at);
        }
        if let Some(report) = &batch.instance {
            let at = batch.received_at;
            let new = Seen { newest: report, first_seen_at: at, seen_at: at, dropped: 0 };
            let seen = self.instances.entry((&batch.place, &report.id)).or_insert(new);
            seen.dropped = seen.dropped.saturating_add(report.dropped);
            seen.first_seen_at = seen.first_seen_at.min(at);
            if at >= seen.seen_at {
                (seen.newest, seen.seen_at) = (report, at);
            }
        }
    }

    async fn write(self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        let evaluations = self.evaluations.iter().map(|((place, key, variation, reason, at), count)| {
            let names = [&place.0, &place.1, *key, *variation, *reason].map(Cell::Text);
            [&names[..], &[Cell::Number(MINUTE), Cell::Number(*at), Cell::Number(integer(*count))]].concat()
        });
        insert(
            connection,
            "evaluation_counts (project, environment, key, variation, reason, span, at, count)",
            evaluations.collect(),
            "(project, environment, key, span, at, variation, reason)
             DO UPDATE SET count = evaluation_counts.count + excluded.count",
        )
        .await?;
        let exposures =
            self.exposures.iter().map(|((place, experiment, unit, attribute, variant), exposed)| {
                let names = [&place.0, &place.1, *experiment, *unit, *attribute, *variant].map(Cell::Text);
                let numbers = [i64::from(exposed.sample), exposed.first_at, exposed.last_at];
                [&names[..], &numbers.map(Cell::Number)].concat()
            });
        // SQLite and PostgreSQL have no common name for the greater of two.
        insert(
            connection,
            "exposures
             (project, environment, experiment, unit, attribute, variant, sample, first_at, last_at)",
            exposures.collect(),
            "(project, environment, experiment, unit, attribute, variant) DO UPDATE SET
                sample = CASE WHEN excluded.sample > exposures.sample
                    THEN excluded.sample ELSE exposures.sample END,
                first_at = CASE WHEN excluded.first_at < exposures.first_at
                    THEN excluded.first_at ELSE exposures.first_at END,
                last_at = CASE WHEN excluded.last_at > exposures.last_at
                    THEN excluded.last_at ELSE exposures.last_at END",
        )
        .await?;
        let instances = self.instances.iter().map(|((place, id), seen)| {
            let newest = seen.newest;
            let names = [&place.0, &place.1, *id, &newest.service, &newest.sdk].map(Cell::Text);
            let applied = newest.applied_at.map_or(Cell::None, Cell::Number);
            let [version, dropped] = [newest.version, seen.dropped].map(|count| Cell::Number(integer(count)));
            let [first, last] = [seen.first_seen_at, seen.seen_at].map(Cell::Number);
            [&names[..], &[version, applied, first, last, dropped]].concat()
        });
        // What another replica heard later stays. A version that was told before keeps the moment it was applied.
        insert(
            connection,
            "instances (project, environment, instance, service, sdk, version, applied_at, first_seen_at, seen_at,
                dropped)",
            instances.collect(),
            "(project, environment, instance) DO UPDATE SET
                service = CASE WHEN excluded.seen_at >= instances.seen_at
                    THEN excluded.service ELSE instances.service END,
                sdk = CASE WHEN excluded.seen_at >= instances.seen_at THEN excluded.sdk ELSE instances.sdk END,
                applied_at = CASE
                    WHEN excluded.seen_at < instances.seen_at THEN instances.applied_at
                    WHEN excluded.version = instances.version
                        THEN COALESCE(excluded.applied_at, instances.applied_at)
                    ELSE excluded.applied_at END,
                version = CASE WHEN excluded.seen_at >= instances.seen_at
                    THEN excluded.version ELSE instances.version END,
                first_seen_at = CASE WHEN excluded.first_seen_at < instances.first_seen_at
                    THEN excluded.first_seen_at ELSE instances.first_seen_at END,
                seen_at = CASE WHEN excluded.seen_at > instances.seen_at
                    THEN excluded.seen_at ELSE instances.seen_at END,
                dropped = instances.dropped + excluded.dropped",
        )
        .await
    }
}

#[derive(Debug, Clone, Copy)]
enum Cell<'a> {
    Text(&'a str),
    Number(i64),
    /// No number.
    None,
}

/// `INSERT INTO <into> VALUES (...), ... ON CONFLICT <on_conflict>`, in statements of bounded size.
async fn insert(
    connection: &mut AnyConnection,
    into: &'static str,
    rows: Vec<Vec<Cell<'_>>>,
    on_conflict: &'static str,
) -> Result<(), StoreError> {
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let sql = format!("INSERT INTO {into} VALUES {} ON CONFLICT {on_conflict}", placeholders(rows));
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for cell in rows.iter().flatten() {
            query = match *cell {
                Cell::Text(text) => query.bind(text.to_owned()),
                Cell::Number(number) => query.bind(number),
                Cell::None => query.bind(None::<i64>),
            };
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// `($1, $2), ($3, $4)`
fn placeholders(rows: &[Vec<Cell<'_>>]) -> String {
    let (mut text, mut number) = (String::new(), 0);
    for row in rows {
        text.push_str(if text.is_empty() { "(" } else { ", (" });
        for position in 0..row.len() {
            number += 1;
            let separator = if position == 0 { "" } else { ", " };
            // Writing to a string cannot fail.
            let _ = write!(text, "{separator}${number}");
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_through() {
        let row = || vec![Cell::Number(0), Cell::None];
        assert_eq!(placeholders(&[row(), row()]), "($1, $2), ($3, $4)");
    }
}
