//! What experiments hold already, for whoever decides whether they take more.

use std::collections::HashSet;

use sqlx::Row as _;

use super::super::read::{integer, number};
use super::super::{Store, StoreError};
use super::TelemetryPlace;

/// Units that one statement asks for.
const UNITS_AT_ONCE: usize = 200;

impl Store {
    /// How many rows there are of an experiment, as far as a limit: a unit counts once for each variant that it met.
    pub async fn count_exposures(
        &self,
        (project, environment): &TelemetryPlace,
        experiment: &str,
        limit: u64,
    ) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS units FROM (
                SELECT 1 FROM exposures WHERE project = $1 AND environment = $2 AND experiment = $3 LIMIT $4) AS held",
        )
        .bind(&**project)
        .bind(&**environment)
        .bind(experiment)
        .bind(integer(limit))
        .fetch_one(&self.pool)
        .await?;
        number(&row, "units")
    }

    /// What is known of some units in an experiment: each with its attribute and a variant that it met.
    pub async fn exposures_of<'u>(
        &self,
        (project, environment): &TelemetryPlace,
        experiment: &str,
        units: impl Iterator<Item = &'u str>,
    ) -> Result<HashSet<(String, String, String)>, StoreError> {
        let (units, mut known): (Vec<&str>, _) = (units.collect(), HashSet::new());
        for units in units.chunks(UNITS_AT_ONCE) {
            let places: Vec<String> = (0..units.len()).map(|position| format!("${}", position + 4)).collect();
            let sql = format!(
                "SELECT unit, attribute, variant FROM exposures
                 WHERE project = $1 AND environment = $2 AND experiment = $3 AND unit IN ({})",
                places.join(", ")
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            query = query.bind(project.to_string()).bind(environment.to_string()).bind(experiment.to_owned());
            for unit in units {
                query = query.bind((*unit).to_owned());
            }
            for row in query.fetch_all(&self.pool).await? {
                known.insert((row.try_get("unit")?, row.try_get("attribute")?, row.try_get("variant")?));
            }
        }
        Ok(known)
    }
}
