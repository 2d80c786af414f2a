//! Whole projects, in and out, as files of definitions.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vexil_core::limits;

use super::body::Body;
use super::caller::{Caller, Guarded, Write, may};
use super::out::Reason;
use super::problem::Problem;
use super::secrets::SecretsRead;
use crate::access::Subject;
use crate::catalog::Document;
use crate::gate::Operation;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new()
        .routes(routes!(import))
        // As much as the core reads.
        .layer(DefaultBodyLimit::max(limits::DOCUMENT_BYTES))
        .routes(routes!(export))
}

/// What to export.
#[derive(Debug, Deserialize, IntoParams)]
struct ExportQuery {
    /// One environment; all when absent.
    environment: Option<String>,
    /// Whether sensitive entries come along, for those who may read them; that is audited.
    #[serde(default)]
    secrets: bool,
}

/// The definitions of a project, as one bundle for each environment
#[utoipa::path(get, path = "/api/v1/projects/{project}/export", tag = "transfer",
    params(("project" = String, Path, example = "default"), ExportQuery),
    responses((status = 200, description = "Bundles by environment"), (status = "4XX", body = Problem)))]
async fn export(
    caller: Caller<may::ProjectRead>,
    Path(key): Path<String>,
    Query(ExportQuery { environment, secrets }): Query<ExportQuery>,
) -> Result<Json<Value>, Problem> {
    let project = caller.project(&key)?;
    if let Some(name) = &environment {
        caller.environment(&key, name)?;
    }
    let (mut read, mut bundles) = (SecretsRead::default(), Map::new());
    for found in &project.environments {
        let name = &*found.row.key;
        if environment.as_ref().is_some_and(|wanted| wanted != name) {
            continue;
        }
        if environment.is_none() && caller.permit_in(found).is_err() {
            continue;
        }
        let mut entries = Vec::new();
        for (entry, stored) in &found.definitions {
            let is_secret = Subject::of(&stored.document).is_none_or(|subject| subject.sensitive);
            if !is_secret {
                entries.push(Value::Object(stored.document.clone()));
            } else if secrets
                && let (document, false) = caller.reveal(&mut read, &key, found, entry, &stored.document)
            {
                entries.push(document);
            }
        }
        let bundle = json!({
            "schema": 1,
            "environment": name,
            "version": found.row.version,
            "roles": project.roles,
            "entries": entries,
        });
        bundles.insert(name.to_owned(), bundle);
    }
    caller.tell_secrets(read).await?;
    Ok(Json(json!({ "project": key, "environments": bundles })))
}

/// Definitions that are to be taken over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImportIn {
    /// For each environment its definitions: a list, or a bundle as `export` gives it.
    #[schema(value_type = Object)]
    environments: BTreeMap<String, Definitions>,
    /// Whether entries that are not named leave those environments; in force nowhere they are archived. Sensitive ones
    /// stay.
    #[serde(default)]
    prune: bool,
    /// Only tell what it would do.
    #[serde(default)]
    dry_run: bool,
    reason: Option<String>,
    ticket: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Definitions {
    List(Vec<Document>),
    Bundle(Bundle),
}

#[derive(Debug, Deserialize)]
struct Bundle {
    roles: Option<Vec<String>>,
    entries: Vec<Document>,
}

/// Take over definitions
#[utoipa::path(post, path = "/api/v1/projects/{project}/import", tag = "transfer", params(("project" = String, Path, example = "default")),
    request_body = ImportIn, responses((status = 200), (status = "4XX", body = Problem)))]
async fn import(
    caller: Caller<may::EntryWrite>,
    Path(project): Path<String>,
    write: Write,
    Body { value, digest }: Body<ImportIn>,
) -> Result<Response, Problem> {
    let mut roles = None;
    let mut environments = BTreeMap::new();
    for (name, definitions) in value.environments {
        let entries = match definitions {
            Definitions::List(entries) => entries,
            Definitions::Bundle(bundle) => {
                let given = bundle.roles.filter(|given| !given.is_empty());
                if given.is_some() && roles.is_some() && given != roles {
                    return Err(Problem::bad_request("CONFLICT", "two environments give other `roles`"));
                }
                roles = roles.or(given);
                bundle.entries
            }
        };
        environments.insert(name, entries);
    }
    let operation = Operation::Import { project, environments, roles, prune: value.prune };
    let reason = Reason { reason: value.reason, ticket: value.ticket };
    caller.carry_out(&write, operation, reason, &digest, value.dry_run).await
}
