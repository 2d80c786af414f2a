//! What entries are in all environments.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::{Path, Query};
use super::body::Body;
use super::caller::{Caller, Guarded, Needs, Write, may};
use super::out::{ChangedOut, Page, Paging, PlannedOrChanged, PreviewOut, Reason, is_on, moment, tagged};
use super::problem::Problem;
use crate::catalog::{Document, Entry, Project};
use crate::gate::Operation;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, edit, archive))
        .routes(routes!(restore))
}

/// An entry.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntryOut {
    /// The key.
    key: String,
    /// `feature_flag`, `config`, `experiment`, `segment` or `layer`.
    #[serde(rename = "type")]
    type_name: String,
    /// What it is in all environments.
    #[schema(value_type = Object)]
    identity: Document,
    /// Counts the changes of the identity, from 1.
    revision: u64,
    /// When it was created (RFC 3339).
    created_at: String,
    /// When it was archived (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    archived_at: Option<String>,
    /// Where it is in force.
    environments: BTreeMap<String, InEnvironment>,
}

/// An entry in one environment, in short.
#[derive(Debug, Serialize, ToSchema)]
struct InEnvironment {
    /// Counts its definitions there, from 1.
    revision: u64,
    /// The environment's version that the definition came with.
    version: u64,
    /// Whether it is switched on there, and not killed.
    enabled: bool,
}

/// An entry as the caller may see it: where they read nothing, they are not told how it stands.
fn out<N: Needs>(caller: &Caller<N>, project: &Project, key: &str, entry: &Entry) -> EntryOut {
    let of = |environment: &Arc<crate::catalog::Environment>| {
        caller.permit_in(environment).ok()?;
        let stored = environment.definitions.get(key)?;
        let enabled = is_on(&stored.document, &environment.row.key);
        let (revision, version) = (stored.revision, stored.version);
        Some((environment.row.key.to_string(), InEnvironment { revision, version, enabled }))
    };
    EntryOut {
        key: key.to_owned(),
        type_name: entry.identity.type_name().to_owned(),
        identity: entry.identity.fields().clone(),
        revision: entry.revision,
        created_at: moment(entry.created_at),
        archived_at: entry.archived_at.map(moment),
        environments: project.environments.iter().filter_map(of).collect(),
    }
}

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// The `next` of the page before.
    after: Option<String>,
    /// Items of the page, 1 to 500; 50 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// With exactly this key.
    key: Option<String>,
    /// Keys that begin so.
    prefix: Option<String>,
    /// With this tag.
    tag: Option<String>,
    /// Of this owner.
    owner: Option<String>,
    /// Of this kind: `release`, `ops`, `permission`, `experiment`.
    kind: Option<String>,
    /// Of this type: `feature_flag`, `config`, `experiment`, `segment`, `layer`.
    #[serde(rename = "type")]
    type_name: Option<String>,
    /// With this text, in any case, in the key, name, description, owner or a tag.
    text: Option<String>,
    /// Those that are archived, rather than those in force.
    #[serde(default)]
    archived: bool,
}

impl Filter {
    fn admits(&self, key: &str, entry: &Entry) -> bool {
        let identity = &entry.identity;
        let is_flag = identity.type_name() == "feature_flag";
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        entry.archived_at.is_some() == self.archived
            && is(&self.key, Some(key))
            && self.prefix.as_ref().is_none_or(|prefix| key.starts_with(prefix))
            && self.tag.as_ref().is_none_or(|tag| identity.tags().any(|known| known == tag))
            && is(&self.owner, identity.text("owner"))
            && is(&self.kind, identity.text("kind").or(is_flag.then_some("release")))
            && is(&self.type_name, Some(identity.type_name()))
            && self.text.as_ref().is_none_or(|text| mentions(key, entry, &text.to_lowercase()))
    }
}

fn mentions(key: &str, entry: &Entry, text: &str) -> bool {
    let fields = ["name", "description", "owner"].into_iter().filter_map(|field| entry.identity.text(field));
    std::iter::once(key)
        .chain(fields)
        .chain(entry.identity.tags())
        .any(|found| found.to_lowercase().contains(text))
}

/// The entries of a project, by key
#[utoipa::path(get, path = "/api/v1/projects/{project}/entries", tag = "entries", params(("project" = String, Path, example = "default"), Filter),
    responses((status = 200, body = Page<EntryOut>), (status = "4XX", body = Problem)))]
async fn list(
    caller: Caller<may::ProjectRead>,
    Path(project): Path<String>,
    Query(filter): Query<Filter>,
) -> Result<Json<Page<EntryOut>>, Problem> {
    let project = caller.project(&project)?;
    let limit = Paging { after: None, limit: filter.limit }.limit()?;
    let after = filter.after.as_deref().unwrap_or("");
    let entries = project.entries.iter().filter(|(key, entry)| &***key > after && filter.admits(key, entry));
    let items =
        entries.take(limit as usize + 1).map(|(key, entry)| out(&caller, &project, key, entry)).collect();
    Ok(Json(Page::of(items, limit, |entry| entry.key.clone())))
}

/// An entry that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryIn {
    /// The definition, as in files of definitions (`vexil schema`).
    #[schema(value_type = Object)]
    definition: Document,
    /// Where it is in force; everywhere when absent.
    environments: Option<Vec<String>>,
    /// Only tell what it would do.
    #[serde(default)]
    dry_run: bool,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Make an entry
#[utoipa::path(post, path = "/api/v1/projects/{project}/entries", tag = "entries", params(("project" = String, Path, example = "default")),
    request_body = EntryIn,
    responses((status = 200, body = PreviewOut, description = "With `dry_run`: what it would do"),
        (status = 201, body = ChangedOut), (status = "4XX", body = Problem)))]
async fn create(
    caller: Caller<may::EntryWrite>,
    Path(project): Path<String>,
    write: Write,
    Body { value, digest }: Body<EntryIn>,
) -> Result<Response, Problem> {
    let EntryIn { definition: document, environments, dry_run, reason, ticket } = value;
    let operation = Operation::CreateEntry { project, document, environments };
    let reason = Reason { reason, ticket };
    let mut response = caller.carry_out(&write, operation, reason, &digest, dry_run).await?;
    if !dry_run {
        *response.status_mut() = StatusCode::CREATED;
    }
    Ok(response)
}

/// One entry
#[utoipa::path(get, path = "/api/v1/projects/{project}/entries/{key}", tag = "entries",
    params(("project" = String, Path, example = "default"), ("key" = String, Path, example = "a")),
    responses((status = 200, body = EntryOut), (status = "4XX", body = Problem)))]
async fn show(
    caller: Caller<may::ProjectRead>,
    Path((project, key)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let project = caller.project(&project)?;
    let entry = project.entries.get(key.as_str()).ok_or_else(|| Problem::not_found("entry", &key))?;
    Ok(tagged(StatusCode::OK, entry.revision, &out(&caller, &project, &key, entry)))
}

/// What of an entry is to be another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdentityPatch {
    /// A JSON merge patch (RFC 7396) of the identity.
    #[schema(value_type = Object)]
    identity: Document,
    /// Only tell what it would do.
    #[serde(default)]
    dry_run: bool,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Change what an entry is in all environments
#[utoipa::path(patch, path = "/api/v1/projects/{project}/entries/{key}", tag = "entries",
    params(("project" = String, Path, example = "default"), ("key" = String, Path, example = "a")), request_body = IdentityPatch,
    responses((status = 200, body = PlannedOrChanged), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn edit(
    caller: Caller<may::EntryWrite>,
    Path((project, key)): Path<(String, String)>,
    write: Write,
    Body { value, digest }: Body<IdentityPatch>,
) -> Result<Response, Problem> {
    let IdentityPatch { identity: patch, dry_run, reason, ticket } = value;
    let operation = Operation::EditIdentity { project, key, expected: write.expected, patch };
    caller.carry_out(&write, operation, Reason { reason, ticket }, &digest, dry_run).await
}

/// Archive an entry: it leaves every environment, and its history stays
#[utoipa::path(delete, path = "/api/v1/projects/{project}/entries/{key}", tag = "entries",
    params(("project" = String, Path, example = "default"), ("key" = String, Path, example = "a"), Reason),
    responses((status = 200, body = ChangedOut), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn archive(
    caller: Caller<may::EntryArchive>,
    Path((project, key)): Path<(String, String)>,
    Query(reason): Query<Reason>,
    write: Write,
) -> Result<Response, Problem> {
    let operation = Operation::Archive { project, key, expected: write.expected };
    caller.carry_out(&write, operation, reason, "", false).await
}

/// Put an archived entry back as it was
#[utoipa::path(post, path = "/api/v1/projects/{project}/entries/{key}/restore", tag = "entries",
    params(("project" = String, Path, example = "default"), ("key" = String, Path, example = "a"), Reason),
    responses((status = 200, body = ChangedOut), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn restore(
    caller: Caller<may::EntryArchive>,
    Path((project, key)): Path<(String, String)>,
    Query(reason): Query<Reason>,
    write: Write,
) -> Result<Response, Problem> {
    let operation = Operation::Restore { project, key, expected: write.expected };
    caller.carry_out(&write, operation, reason, "", false).await
}
