//! The audit log, as it is told to whatever collects the process's log.

use serde::Deserialize;

use crate::audit::Link;

/// What a line says of a record. What was written is left out: it is in the audit log, for those who may read it.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    actor: String,
    #[serde(default)]
    action: String,
    project: Option<String>,
    environment: Option<String>,
    target: Option<String>,
    request_id: Option<String>,
    change: Option<String>,
}

/// Tells of records that are durable now. With sequence and hash outside the database, nobody who can write there can
/// shorten or rewrite the chain unnoticed.
pub(crate) fn audited(links: &[Link]) {
    for link in links {
        let Ok(told) = serde_json::from_str::<Told>(&link.text) else { continue };
        tracing::info!(
            target: "vexil::audit",
            sequence = link.sequence,
            hash = %link.hash,
            actor = told.actor,
            action = told.action,
            project = told.project,
            environment = told.environment,
            target = told.target,
            change = told.change,
            request_id = told.request_id,
            "audit"
        );
    }
}
