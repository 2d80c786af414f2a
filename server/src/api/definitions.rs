//! What an entry does in one environment, with every revision of it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::{Path, Query};
use super::body::Body;
use super::caller::{Caller, Guarded, Needs, Write, may};
use super::out::{ChangeOut, Differences, Page, Paging, PlannedOrChanged, Reason, tagged};
use super::problem::Problem;
use super::secrets::{SecretsRead, Sight};
use crate::audit::Record;
use crate::catalog::{Document, Environment};
use crate::delivery::slice;
use crate::gate::{Operation, Target};
use crate::store::Revision;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new()
        .routes(routes!(show, replace, patch))
        .routes(routes!(history))
        .routes(routes!(revision))
        .routes(routes!(compare))
        .routes(routes!(rollback))
}

/// The definition of an entry in one environment.
#[derive(Debug, Serialize, ToSchema)]
struct DefinitionOut {
    /// The entry.
    key: String,
    /// The environment.
    environment: String,
    /// Counts the entry's definitions there, from 1; what `If-Match` takes.
    revision: u64,
    /// The environment's version that it came with.
    version: u64,
    /// The definition; absent where the entry was archived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    definition: Option<Value>,
    /// Whether its values are shown as digests, for they are secrets.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    concealed: bool,
    /// From which keys of clients it is withheld, though it is `client_visible`; of the definition in force only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    withheld: Vec<WithheldOut>,
    /// What brought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<ChangeOut>,
}

/// Keys of clients that are not given an entry; remote evaluation still answers them, unless it is sensitive.
#[derive(Debug, Serialize, ToSchema)]
struct WithheldOut {
    /// `client`: keys of no tenant; `client:*`: of tenants that the entry does not name; `client:<tenant>`.
    audience: String,
    /// Why; the codes are stable.
    code: &'static str,
    /// One sentence for a person.
    detail: String,
}

impl WithheldOut {
    fn of(environment: &Environment, key: &str) -> Vec<WithheldOut> {
        let stored = environment.definitions.get(key);
        if !stored.is_some_and(|stored| slice::is_client_visible(&stored.document)) {
            return Vec::new();
        }
        let all = environment.definitions.iter().map(|(key, stored)| (&**key, &stored.document));
        let withheld = slice::Writing::of(all).withheld(key).into_iter();
        let out = |(audience, reason): (String, slice::Withheld)| WithheldOut {
            audience,
            code: reason.code(),
            detail: reason.to_string(),
        };
        withheld.map(out).collect()
    }
}

/// Where an entry's definition is.
type Place = Path<(String, String, String)>;

fn target(Path((project, environment, key)): Place, write: &Write) -> Target {
    Target { project, environment, key, expected: write.expected }
}

/// The definition in force
#[utoipa::path(get, path = "/api/v1/projects/{project}/environments/{environment}/entries/{key}",
    tag = "definitions", params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production"), ("key" = String, Path, example = "a")),
    responses((status = 200, body = DefinitionOut), (status = "4XX", body = Problem)))]
async fn show(
    caller: Caller<may::ProjectRead>,
    Path((project, environment, key)): Place,
) -> Result<Response, Problem> {
    let found = caller.environment(&project, &environment)?;
    let stored = found.definitions.get(key.as_str()).ok_or_else(|| Problem::not_found("definition", &key))?;
    let mut read = SecretsRead::default();
    let (definition, concealed) = caller.reveal(&mut read, &project, &found, &key, &stored.document).await?;
    caller.tell_secrets(read).await?;
    let withheld = WithheldOut::of(&found, &key);
    let out = DefinitionOut {
        key,
        environment,
        revision: stored.revision,
        version: stored.version,
        definition: Some(definition),
        concealed,
        withheld,
        change: None,
    };
    Ok(tagged(StatusCode::OK, stored.revision, &out))
}

/// A definition that takes the place of another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DefinitionIn {
    /// The definition, as in files of definitions (`vexil schema`).
    #[schema(value_type = Object)]
    definition: Document,
    /// Only tell what it would do.
    #[serde(default)]
    dry_run: bool,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Replace the definition
#[utoipa::path(put, path = "/api/v1/projects/{project}/environments/{environment}/entries/{key}",
    tag = "definitions", params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production"), ("key" = String, Path, example = "a")),
    request_body = DefinitionIn,
    responses((status = 200, body = PlannedOrChanged), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn replace(
    caller: Caller<may::EntryWrite>,
    place: Place,
    write: Write,
    Body { value, digest }: Body<DefinitionIn>,
) -> Result<Response, Problem> {
    let DefinitionIn { definition: document, dry_run, reason, ticket } = value;
    let operation = Operation::ReplaceDefinition { target: target(place, &write), document };
    caller.carry_out(&write, operation, Reason { reason, ticket }, &digest, dry_run).await
}

/// What of a definition is to be another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DefinitionPatch {
    /// A JSON merge patch (RFC 7396) of the definition; null removes a field.
    #[schema(value_type = Object)]
    patch: Document,
    /// Only tell what it would do.
    #[serde(default)]
    dry_run: bool,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Change parts of the definition
#[utoipa::path(patch, path = "/api/v1/projects/{project}/environments/{environment}/entries/{key}",
    tag = "definitions", params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production"), ("key" = String, Path, example = "a")),
    request_body = DefinitionPatch,
    responses((status = 200, body = PlannedOrChanged), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn patch(
    caller: Caller<may::EntryWrite>,
    place: Place,
    write: Write,
    Body { value, digest }: Body<DefinitionPatch>,
) -> Result<Response, Problem> {
    let DefinitionPatch { patch, dry_run, reason, ticket } = value;
    let operation = Operation::PatchDefinition { target: target(place, &write), patch };
    caller.carry_out(&write, operation, Reason { reason, ticket }, &digest, dry_run).await
}

/// Every revision, newest first
#[utoipa::path(get, path = "/api/v1/projects/{project}/environments/{environment}/entries/{key}/revisions",
    tag = "definitions", params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production"), ("key" = String, Path, example = "a"), Paging),
    responses((status = 200, body = Page<DefinitionOut>), (status = "4XX", body = Problem)))]
async fn history(
    caller: Caller<may::ProjectRead>,
    Path((project, environment, key)): Place,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<DefinitionOut>>, Problem> {
    let limit = paging.limit()?;
    let found = caller.environment(&project, &environment)?;
    let store = &caller.services().store;
    let part = store.history(&project, &environment, &key, paging.before()?, limit).await?;
    if part.items.is_empty() && paging.after.is_none() {
        return Err(Problem::not_found("definition", &key));
    }
    let items = caller.revisions_out(&project, &found, &key, part.items).await?;
    Ok(Json(Page::part(items, part.more, |item| item.revision.to_string())))
}

/// One revision
#[utoipa::path(get, path = "/api/v1/projects/{project}/environments/{environment}/entries/{key}/revisions/{revision}",
    tag = "definitions", params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production"), ("key" = String, Path, example = "a"), ("revision" = u64, Path, example = 1)),
    responses((status = 200, body = DefinitionOut), (status = "4XX", body = Problem)))]
async fn revision(
    caller: Caller<may::ProjectRead>,
    Path((project, environment, key, revision)): Path<(String, String, String, u64)>,
) -> Result<Json<DefinitionOut>, Problem> {
    let found = caller.environment(&project, &environment)?;
    let row = caller.stored(&project, &environment, &key, revision).await?;
    let shown = caller.revisions_out(&project, &found, &key, vec![row]).await?.pop();
    shown.map(Json).ok_or_else(|| Problem::not_found("revision", &revision.to_string()))
}

/// Two revisions.
#[derive(Debug, Deserialize, IntoParams)]
struct Between {
    /// The older one.
    from: u64,
    /// The newer one; the one in force when absent.
    to: Option<u64>,
}

/// What differs between two revisions
#[utoipa::path(get, path = "/api/v1/projects/{project}/environments/{environment}/entries/{key}/diff",
    tag = "definitions", params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production"), ("key" = String, Path, example = "a"), Between),
    responses((status = 200, body = Differences), (status = "4XX", body = Problem)))]
async fn compare(
    caller: Caller<may::ProjectRead>,
    Path((project, environment, key)): Place,
    Query(Between { from, to }): Query<Between>,
) -> Result<Json<Differences>, Problem> {
    let found = caller.environment(&project, &environment)?;
    let to = to.unwrap_or_else(|| found.revision(&key));
    let old = caller.stored(&project, &environment, &key, from).await?;
    let new = caller.stored(&project, &environment, &key, to).await?;
    let changes = caller.differences(&project, listed(old), listed(new)).await?;
    Ok(Json(Differences { from, to, changes }))
}

/// The definition of a revision as a list of definitions, empty where the entry was archived.
fn listed(revision: Revision) -> String {
    let definition = revision.definition.map(|document| Value::Object(document).to_string());
    format!("[{}]", definition.unwrap_or_default())
}

/// The revision to go back to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RollbackIn {
    /// The revision whose definition is brought back, as a new revision.
    revision: u64,
    /// Whether what the entry was in all environments (the identity) comes back too, in all of them.
    #[serde(default)]
    identity: bool,
    /// Only tell what it would do.
    #[serde(default)]
    dry_run: bool,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Bring back an earlier definition
#[utoipa::path(post, path = "/api/v1/projects/{project}/environments/{environment}/entries/{key}/rollback",
    tag = "definitions", params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production"), ("key" = String, Path, example = "a")),
    request_body = RollbackIn,
    responses((status = 200, body = PlannedOrChanged), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn rollback(
    caller: Caller<may::EntryWrite>,
    place: Place,
    write: Write,
    Body { value, digest }: Body<RollbackIn>,
) -> Result<Response, Problem> {
    let RollbackIn { revision: to, identity, dry_run, reason, ticket } = value;
    let operation = Operation::RollbackEntry { target: target(place, &write), to, identity };
    caller.carry_out(&write, operation, Reason { reason, ticket }, &digest, dry_run).await
}

impl<N: Needs> Caller<N> {
    async fn stored(
        &self,
        project: &str,
        environment: &str,
        key: &str,
        revision: u64,
    ) -> Result<Revision, Problem> {
        let found = self.services().store.revision(project, environment, key, revision).await?;
        found.ok_or_else(|| Problem::not_found("revision", &revision.to_string()))
    }

    /// Revisions as the caller may see them. Those in which they see a secret are in the audit log first, as one record.
    async fn revisions_out(
        &self,
        project: &str,
        environment: &Environment,
        key: &str,
        rows: Vec<Revision>,
    ) -> Result<Vec<DefinitionOut>, Problem> {
        let is_secret = self.is_secret(project, key).await?;
        let (mut shown, mut read) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in rows {
            let seen = row.definition.map(|document| self.look(environment, key, &document, is_secret));
            let (definition, sight) = seen.unzip();
            if sight == Some(Sight::Secret) {
                read.push(row.revision);
            }
            shown.push(DefinitionOut {
                key: key.to_owned(),
                environment: environment.row.key.to_string(),
                revision: row.revision,
                version: row.version,
                definition,
                concealed: sight == Some(Sight::Concealed),
                withheld: Vec::new(),
                change: Some(row.change.into()),
            });
        }
        if let (Some(newest), Some(oldest)) = (read.first(), read.last()) {
            let summary = match newest == oldest {
                true => format!("revision {newest}"),
                false => format!("{} revisions from {oldest} to {newest}", read.len()),
            };
            let record = Record { summary: Some(summary), ..self.secret_read(project, environment, key) };
            self.services().store.note(vec![record]).await?;
        }
        Ok(shown)
    }
}
