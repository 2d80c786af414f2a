//! What is asked of telemetry.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::super::read::{integer, number};
use super::super::{Store, StoreError};

/// Versions that a summary tells of, the newest first.
const VERSIONS: i64 = 100;

/// Which instances.
#[derive(Debug, Clone, Default)]
pub struct InstanceFilter {
    /// The project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// Of this service.
    pub service: Option<String>,
    /// With this version.
    pub version: Option<u64>,
    /// With a version below this one.
    pub below: Option<u64>,
    /// Heard of since, in milliseconds since the epoch.
    pub seen_since: i64,
}

/// An instance, with what is known of its version.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceRow {
    /// Its name for itself.
    pub instance: String,
    /// The service, or empty.
    pub service: String,
    /// The SDK, or empty.
    pub sdk: String,
    /// The version that it runs.
    pub version: u64,
    /// When it applied it, by its own clock.
    pub applied_at: Option<i64>,
    /// When it was first heard of.
    pub first_seen_at: i64,
    /// When it was last heard of.
    pub seen_at: i64,
    /// What it has dropped.
    pub dropped: u64,
    /// When its version came to be.
    pub version_at: Option<i64>,
    /// When the first version came to be that it does not run.
    pub next_at: Option<i64>,
}

impl InstanceRow {
    /// Milliseconds from the change to its being applied. None where the version is older than the instance: what it
    /// found when it started tells nothing of how changes travel.
    pub fn propagation(&self) -> Option<i64> {
        let (version_at, applied_at) = (self.version_at?, self.applied_at?);
        (version_at >= self.first_seen_at).then(|| applied_at.saturating_sub(version_at).max(0))
    }
}

/// How many instances run a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionCount {
    /// The version.
    pub version: u64,
    /// How many.
    pub instances: u64,
}

/// How long a version took to instances that run it, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Propagation {
    /// Instances of which it is known.
    pub instances: u64,
    /// The fastest.
    pub min: i64,
    /// Half of them were as fast.
    pub median: i64,
    /// 99 of 100 were as fast.
    pub p99: i64,
}

const INSTANCES: &str = "FROM instances i
    LEFT JOIN versions v ON v.project = i.project AND v.environment = i.environment AND v.version = i.version
    LEFT JOIN versions n ON n.project = i.project AND n.environment = i.environment AND n.version = i.version + 1
    WHERE i.project = $1 AND i.environment = $2 AND i.seen_at >= $3
      AND ($4 IS NULL OR i.service = $4) AND ($5 IS NULL OR i.version = $5) AND ($6 IS NULL OR i.version < $6)";

/// As [`InstanceRow::propagation`].
const KNOWN: &str = "v.created_at >= i.first_seen_at AND i.applied_at IS NOT NULL";
const PROPAGATION: &str =
    "CASE WHEN i.applied_at > v.created_at THEN i.applied_at - v.created_at ELSE CAST(0 AS BIGINT) END";

/// Which evaluations.
#[derive(Debug, Clone, Default)]
pub struct EvaluationFilter {
    /// The project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The entry.
    pub key: String,
    /// To this variation; the empty one is the value that is no variation's.
    pub variation: Option<String>,
    /// For this reason.
    pub reason: Option<String>,
    /// From then on, in milliseconds since the epoch.
    pub from: i64,
    /// Until then, exclusively.
    pub to: i64,
}

/// How often an entry was evaluated to one outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationSum {
    /// The beginning of the span of time.
    pub at: i64,
    /// Empty where the value was no variation's.
    pub variation: String,
    /// The stable name.
    pub reason: String,
    /// How often.
    pub count: u64,
}

/// Which exposures.
#[derive(Debug, Clone, Default)]
pub struct ExposureFilter {
    /// The project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The experiment.
    pub experiment: String,
    /// To this variant.
    pub variant: Option<String>,
    /// Of this unit.
    pub unit: Option<String>,
}

/// A unit, and a variant that it was exposed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposureRow {
    /// The unit.
    pub unit: String,
    /// What the unit is: `user.id`.
    pub attribute: String,
    /// The variant.
    pub variant: String,
    /// When it first met it.
    pub first_at: i64,
    /// When it last did.
    pub last_at: i64,
}

/// How many units were exposed to a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantCount {
    /// The variant.
    pub variant: String,
    /// How many of 100,000 units were noted when these were.
    pub sample: u32,
    /// How many were noted.
    pub units: u64,
}

impl Store {
    /// Instances by name, those after one.
    pub async fn instances(
        &self,
        filter: &InstanceFilter,
        after: &str,
        limit: u32,
    ) -> Result<Vec<InstanceRow>, StoreError> {
        let sql = format!(
            "SELECT i.instance, i.service, i.sdk, i.version, i.applied_at, i.first_seen_at, i.seen_at, i.dropped,
                v.created_at AS version_at, n.created_at AS next_at
             {INSTANCES} AND i.instance > $7 ORDER BY i.instance LIMIT $8"
        );
        let rows = of_instances(sqlx::query(sqlx::AssertSqlSafe(sql)), filter)
            .bind(after.to_owned())
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(instance_row).collect()
    }

    /// How many instances run which version, the newest versions first.
    pub async fn instances_by_version(
        &self,
        filter: &InstanceFilter,
    ) -> Result<Vec<VersionCount>, StoreError> {
        let sql = format!(
            "SELECT i.version, COUNT(*) AS instances {INSTANCES}
             GROUP BY i.version ORDER BY i.version DESC LIMIT $7"
        );
        let query = of_instances(sqlx::query(sqlx::AssertSqlSafe(sql)), filter).bind(VERSIONS);
        let rows = query.fetch_all(&self.pool).await?;
        let of_row = |row: &AnyRow| -> Result<_, StoreError> {
            Ok(VersionCount { version: number(row, "version")?, instances: number(row, "instances")? })
        };
        rows.iter().map(of_row).collect()
    }

    /// How long changes took to instances; none where it is known of none.
    pub async fn propagation(&self, filter: &InstanceFilter) -> Result<Option<Propagation>, StoreError> {
        let sql = format!("SELECT COUNT(*) AS instances {INSTANCES} AND {KNOWN}");
        let query = of_instances(sqlx::query(sqlx::AssertSqlSafe(sql)), filter);
        let instances = number(&query.fetch_one(&self.pool).await?, "instances")?;
        let nth = async |n: u64| -> Result<Option<i64>, StoreError> {
            let sql = format!(
                "SELECT {PROPAGATION} AS took {INSTANCES} AND {KNOWN} ORDER BY took LIMIT 1 OFFSET $7"
            );
            let query = of_instances(sqlx::query(sqlx::AssertSqlSafe(sql)), filter).bind(integer(n));
            let row = query.fetch_optional(&self.pool).await?;
            Ok(row.map(|row| row.try_get("took")).transpose()?)
        };
        // The nearest rank: the smallest one that so many percent do not exceed.
        let rank = |percent: u64| (instances * percent).div_ceil(100).saturating_sub(1);
        let (min, median, p99) = (nth(0).await?, nth(rank(50)).await?, nth(rank(99)).await?);
        let known = min.zip(median).zip(p99);
        Ok(known.map(|((min, median), p99)| Propagation { instances, min, median, p99 }))
    }

    /// Evaluations in spans of so many milliseconds, oldest first; in one span from the filter's beginning where there
    /// is none.
    pub async fn evaluations(
        &self,
        filter: &EvaluationFilter,
        span: Option<i64>,
    ) -> Result<Vec<EvaluationSum>, StoreError> {
        let rows = sqlx::query(
            "SELECT (at / $1) * $1 AS bucket, variation, reason, CAST(SUM(count) AS BIGINT) AS count
             FROM evaluation_counts
             WHERE project = $2 AND environment = $3 AND key = $4 AND span IN (60000, 3600000)
               AND at >= $5 AND at < $6
               AND ($7 IS NULL OR variation = $7) AND ($8 IS NULL OR reason = $8)
             GROUP BY bucket, variation, reason ORDER BY bucket, variation, reason",
        )
        .bind(span.unwrap_or(i64::MAX).max(1))
        .bind(filter.project.as_str())
        .bind(filter.environment.as_str())
        .bind(filter.key.as_str())
        .bind(filter.from)
        .bind(filter.to)
        .bind(filter.variation.as_deref())
        .bind(filter.reason.as_deref())
        .fetch_all(&self.pool)
        .await?;
        let of_row = |row: &AnyRow| -> Result<_, StoreError> {
            let at = if span.is_some() { row.try_get("bucket")? } else { filter.from };
            let (variation, reason) = (row.try_get("variation")?, row.try_get("reason")?);
            Ok(EvaluationSum { at, variation, reason, count: number(row, "count")? })
        };
        rows.iter().map(of_row).collect()
    }

    /// Exposures by unit, attribute and variant, those after one.
    pub async fn exposures(
        &self,
        filter: &ExposureFilter,
        after: (&str, &str, &str),
        limit: u32,
    ) -> Result<Vec<ExposureRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT unit, attribute, variant, first_at, last_at FROM exposures
             WHERE project = $1 AND environment = $2 AND experiment = $3
               AND ($4 IS NULL OR variant = $4) AND ($5 IS NULL OR unit = $5)
               AND (unit, attribute, variant) > ($6, $7, $8)
             ORDER BY unit, attribute, variant LIMIT $9",
        )
        .bind(filter.project.as_str())
        .bind(filter.environment.as_str())
        .bind(filter.experiment.as_str())
        .bind(filter.variant.as_deref())
        .bind(filter.unit.as_deref())
        .bind(after.0)
        .bind(after.1)
        .bind(after.2)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let of_row = |row: &AnyRow| -> Result<_, StoreError> {
            Ok(ExposureRow {
                unit: row.try_get("unit")?,
                attribute: row.try_get("attribute")?,
                variant: row.try_get("variant")?,
                first_at: row.try_get("first_at")?,
                last_at: row.try_get("last_at")?,
            })
        };
        rows.iter().map(of_row).collect()
    }

    /// How many units were exposed to each variant, by the rate at which they were noted.
    pub async fn exposed_units(&self, filter: &ExposureFilter) -> Result<Vec<VariantCount>, StoreError> {
        let rows = sqlx::query(
            "SELECT variant, sample, COUNT(*) AS units FROM exposures
             WHERE project = $1 AND environment = $2 AND experiment = $3
               AND ($4 IS NULL OR variant = $4) AND ($5 IS NULL OR unit = $5)
             GROUP BY variant, sample ORDER BY variant, sample",
        )
        .bind(filter.project.as_str())
        .bind(filter.environment.as_str())
        .bind(filter.experiment.as_str())
        .bind(filter.variant.as_deref())
        .bind(filter.unit.as_deref())
        .fetch_all(&self.pool)
        .await?;
        let of_row = |row: &AnyRow| -> Result<_, StoreError> {
            let sample = u32::try_from(number(row, "sample")?).unwrap_or(u32::MAX);
            Ok(VariantCount { variant: row.try_get("variant")?, sample, units: number(row, "units")? })
        };
        rows.iter().map(of_row).collect()
    }

    /// How many units were exposed to more than one variant of an experiment.
    pub async fn units_in_several_variants(&self, filter: &ExposureFilter) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS units FROM (
                SELECT unit FROM exposures WHERE project = $1 AND environment = $2 AND experiment = $3
                GROUP BY attribute, unit HAVING COUNT(*) > 1) AS several",
        )
        .bind(filter.project.as_str())
        .bind(filter.environment.as_str())
        .bind(filter.experiment.as_str())
        .fetch_one(&self.pool)
        .await?;
        number(&row, "units")
    }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// The values of [`INSTANCES`].
fn of_instances<'q>(query: Query<'q>, filter: &InstanceFilter) -> Query<'q> {
    query
        .bind(filter.project.clone())
        .bind(filter.environment.clone())
        .bind(filter.seen_since)
        .bind(filter.service.clone())
        .bind(filter.version.map(integer))
        .bind(filter.below.map(integer))
}

fn instance_row(row: &AnyRow) -> Result<InstanceRow, StoreError> {
    Ok(InstanceRow {
        instance: row.try_get("instance")?,
        service: row.try_get("service")?,
        sdk: row.try_get("sdk")?,
        version: number(row, "version")?,
        applied_at: row.try_get("applied_at")?,
        first_seen_at: row.try_get("first_seen_at")?,
        seen_at: row.try_get("seen_at")?,
        dropped: number(row, "dropped")?,
        version_at: row.try_get("version_at")?,
        next_at: row.try_get("next_at")?,
    })
}
