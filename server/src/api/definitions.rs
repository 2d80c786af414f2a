//! What an entry does in one environment, with every revision of it.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vexil_core::Timestamp;

use super::asked::{Path, Query};
use super::body::Body;
use super::caller::{Caller, Guarded, Needs, Write, may};
use super::out::{ChangeOut, Page, Paging, PlannedOrChanged, Reason, tagged};
use super::problem::Problem;
use crate::access::{EnvironmentClass, Permission, Subject};
use crate::audit::conceal::conceal;
use crate::audit::{Action, Record};
use crate::catalog::{Document, Environment};
use crate::delivery::slice;
use crate::gate::{Operation, Target, changes_between};
use crate::store::{Revision, now};

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
    let (definition, concealed) = caller.reveal(&project, &found, &key, &stored.document).await?;
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
    let mut items = Vec::with_capacity(part.items.len());
    for row in part.items {
        items.push(caller.revision_out(&project, &found, &key, row).await?);
    }
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
    Ok(Json(caller.revision_out(&project, &found, &key, row).await?))
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
    responses((status = 200), (status = "4XX", body = Problem)))]
async fn compare(
    caller: Caller<may::ProjectRead>,
    Path((project, environment, key)): Place,
    Query(Between { from, to }): Query<Between>,
) -> Result<Json<Value>, Problem> {
    let found = caller.environment(&project, &environment)?;
    let to = to.unwrap_or_else(|| found.revision(&key));
    let old = caller.stored(&project, &environment, &key, from).await?;
    let new = caller.stored(&project, &environment, &key, to).await?;
    let changes = changes_between(old.definition.as_ref(), new.definition.as_ref());
    Ok(Json(json!({ "from": from, "to": to, "changes": changes })))
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

/// Whether a document says that it is a secret, or is none that says anything.
pub(super) fn is_secret(document: &Document) -> bool {
    Subject::of(document).is_none_or(|subject| subject.sensitive)
}

impl<N: Needs> Caller<N> {
    /// A document as the caller may see it, and whether its values are concealed. Whoever sees a secret is in the audit
    /// log before they see it.
    pub(super) async fn reveal(
        &self,
        project: &str,
        environment: &Arc<Environment>,
        key: &str,
        document: &Document,
    ) -> Result<(Value, bool), Problem> {
        if !is_secret(document) {
            return Ok((Value::Object(document.clone()), false));
        }
        if !self.may_see(environment, document) {
            let whole = Value::Object(document.clone());
            let (concealed, _) = conceal(key, Some(&whole), None, self.services().hub.audit_key());
            return Ok((concealed.unwrap_or_default(), true));
        }
        let record = self.secret_read(project, environment, key);
        self.services().store.note(vec![record]).await?;
        Ok((Value::Object(document.clone()), false))
    }

    /// Whether the caller may see all of a document, be it a secret.
    pub(super) fn may_see(&self, environment: &Environment, document: &Document) -> bool {
        let place = (&*environment.row.key, EnvironmentClass::of(environment.row.production));
        let subject = Subject::of(document);
        self.authority.may(Permission::ProjectRead, Some(place), subject.as_ref()).is_ok()
    }

    /// What the audit log is told before the caller sees a secret.
    pub(super) fn secret_read(&self, project: &str, environment: &Environment, key: &str) -> Record {
        Record {
            project: Some(project.to_owned()),
            environment: Some(environment.row.key.to_string()),
            target: Some(key.to_owned()),
            request_id: self.circumstances.request_id.clone(),
            address: self.circumstances.address.clone(),
            ..Record::new(Timestamp::from_millis(now()), self.authority.actor.to_string(), Action::SecretRead)
        }
    }

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

    async fn revision_out(
        &self,
        project: &str,
        environment: &Arc<Environment>,
        key: &str,
        row: Revision,
    ) -> Result<DefinitionOut, Problem> {
        let (definition, concealed) = match &row.definition {
            Some(document) => {
                let (shown, concealed) = self.reveal(project, environment, key, document).await?;
                (Some(shown), concealed)
            }
            None => (None, false),
        };
        Ok(DefinitionOut {
            key: key.to_owned(),
            environment: environment.row.key.to_string(),
            revision: row.revision,
            version: row.version,
            definition,
            concealed,
            withheld: Vec::new(),
            change: Some(row.change.into()),
        })
    }
}
