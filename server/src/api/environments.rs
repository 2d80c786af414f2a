//! Environments: their versions, what differs between two, and the way back.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::{Path, Query};
use super::body::Body;
use super::caller::{Caller, Guarded, Needs, Write, may};
use super::out::{
    ChangeOut, ChangedOut, Differences, Page, Paging, PlannedOrChanged, PreviewOut, Reason, committed,
    moment, tagged,
};
use super::problem::Problem;
use crate::catalog::Environment;
use crate::gate::Operation;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, edit))
        .routes(routes!(versions))
        .routes(routes!(compare))
        .routes(routes!(rollback))
        .routes(routes!(promote))
}

/// An environment.
#[derive(Debug, Serialize, ToSchema)]
struct EnvironmentOut {
    /// The key.
    key: String,
    /// A name to show.
    name: String,
    /// Whether what happens there happens to customers.
    production: bool,
    /// Where it stands among the others, from 0.
    position: i64,
    /// How it stands; absent where the caller reads nothing.
    #[serde(flatten)]
    standing: Option<Standing>,
}

/// How an environment stands.
#[derive(Debug, Serialize, ToSchema)]
struct Standing {
    /// The version of its newest snapshot; without gaps from 0, the empty one.
    version: u64,
    /// When that came to be (RFC 3339); absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_at: Option<String>,
    /// How many entries it has.
    entries: usize,
}

impl EnvironmentOut {
    fn of<N: Needs>(caller: &Caller<N>, environment: &Environment) -> EnvironmentOut {
        let row = &environment.row;
        let standing = caller.permit_in(environment).is_ok().then(|| Standing {
            version: row.version,
            changed_at: (row.version > 0).then(|| moment(row.changed_at)),
            entries: environment.definitions.len(),
        });
        EnvironmentOut {
            key: row.key.to_string(),
            name: row.name.clone(),
            production: row.production,
            position: row.position,
            standing,
        }
    }
}

/// An environment that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EnvironmentIn {
    /// The key.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    key: String,
    /// A name to show; the key when absent.
    name: Option<String>,
    /// Whether what happens there happens to customers.
    #[serde(default)]
    production: bool,
    /// The environment whose definitions it begins with; none when absent.
    copy_of: Option<String>,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Every environment of a project; of those that the caller does not read, what they are called
#[utoipa::path(get, path = "/api/v1/projects/{project}/environments", tag = "projects",
    params(("project" = String, Path, example = "default")), responses((status = 200, body = Vec<EnvironmentOut>), (status = "4XX", body = Problem)))]
async fn list(
    caller: Caller<may::ProjectRead>,
    Path(project): Path<String>,
) -> Result<Json<Vec<EnvironmentOut>>, Problem> {
    let project = caller.project(&project)?;
    let environments = project.environments.iter();
    Ok(Json(environments.map(|environment| EnvironmentOut::of(&caller, environment)).collect()))
}

/// One environment
#[utoipa::path(get, path = "/api/v1/projects/{project}/environments/{environment}", tag = "projects",
    params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production")),
    responses((status = 200, body = EnvironmentOut), (status = "4XX", body = Problem)))]
async fn show(
    caller: Caller<may::ProjectRead>,
    Path((project, environment)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let found = caller.environment(&project, &environment)?;
    Ok(tagged(StatusCode::OK, found.row.version, &EnvironmentOut::of(&caller, &found)))
}

/// Make an environment
#[utoipa::path(post, path = "/api/v1/projects/{project}/environments", tag = "projects", params(("project" = String, Path, example = "default")),
    request_body = EnvironmentIn, responses((status = 201, body = ChangedOut), (status = "4XX", body = Problem)))]
async fn create(
    caller: Caller<may::EnvironmentManage>,
    Path(project): Path<String>,
    write: Write,
    Body { value, digest }: Body<EnvironmentIn>,
) -> Result<Response, Problem> {
    let name = value.name.unwrap_or_else(|| value.key.clone());
    let EnvironmentIn { key, production, copy_of, .. } = value;
    let operation = Operation::CreateEnvironment { project, key, name, production, copy_of };
    let reason = Reason { reason: value.reason, ticket: value.ticket };
    let done = caller.submit(&write, operation, reason.into(), &digest).await?;
    Ok((StatusCode::CREATED, Json(committed(&done))).into_response())
}

/// What of an environment is to be another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EnvironmentPatch {
    /// A name to show.
    name: Option<String>,
    /// Where it is to stand among the others, from 0; last where there are fewer.
    position: Option<usize>,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Change an environment's name or place; neither makes a version
#[utoipa::path(patch, path = "/api/v1/projects/{project}/environments/{environment}", tag = "projects",
    params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production")), request_body = EnvironmentPatch,
    responses((status = 200, body = ChangedOut), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn edit(
    caller: Caller<may::EnvironmentManage>,
    Path((project, environment)): Path<(String, String)>,
    write: Write,
    Body { value, digest }: Body<EnvironmentPatch>,
) -> Result<Response, Problem> {
    let EnvironmentPatch { name, position, reason, ticket } = value;
    let expected = write.expected;
    let operation = Operation::EditEnvironment { project, environment, expected, name, position };
    caller.carry_out(&write, operation, Reason { reason, ticket }, &digest, false).await
}

/// One version of an environment.
#[derive(Debug, Serialize, ToSchema)]
struct VersionOut {
    /// The number.
    version: u64,
    /// What made it.
    change: ChangeOut,
}

/// Every version of an environment, newest first
#[utoipa::path(get, path = "/api/v1/projects/{project}/environments/{environment}/versions", tag = "projects",
    params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production"), Paging),
    responses((status = 200, body = Page<VersionOut>), (status = "4XX", body = Problem)))]
async fn versions(
    caller: Caller<may::ProjectRead>,
    Path((project, environment)): Path<(String, String)>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<VersionOut>>, Problem> {
    let limit = paging.limit()?;
    caller.environment(&project, &environment)?;
    let store = &caller.services().store;
    let rows = store.versions(&project, &environment, paging.before()?, limit + 1).await?;
    let items = rows.into_iter().map(|row| VersionOut { version: row.version, change: row.change.into() });
    Ok(Json(Page::of(items.collect(), limit, |item| item.version.to_string())))
}

/// Two versions.
#[derive(Debug, Deserialize, IntoParams)]
struct Between {
    /// The older one.
    from: u64,
    /// The newer one; the newest when absent.
    to: Option<u64>,
}

/// What differs between two versions of an environment
#[utoipa::path(get, path = "/api/v1/projects/{project}/environments/{environment}/diff", tag = "projects",
    params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production"), Between),
    responses((status = 200, body = Differences), (status = "4XX", body = Problem)))]
async fn compare(
    caller: Caller<may::ProjectRead>,
    Path((project, environment)): Path<(String, String)>,
    Query(Between { from, to }): Query<Between>,
) -> Result<Json<Differences>, Problem> {
    let found = caller.environment(&project, &environment)?;
    let to = to.unwrap_or(found.row.version);
    for version in [from, to] {
        if version > found.row.version {
            return Err(Problem::not_found("version", &version.to_string()));
        }
    }
    let services = caller.services();
    let old = services.store.environment_text_at(&project, &found, from).await?;
    let new = services.store.environment_text_at(&project, &found, to).await?;
    let changes = caller.differences(&project, old, new).await?;
    Ok(Json(Differences { from, to, changes }))
}

/// The version to go back to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RollbackIn {
    /// The version whose definitions are brought back, as a new version.
    version: u64,
    /// Whether what the entries were in all environments (the identity) comes back too, in all of them.
    #[serde(default)]
    identity: bool,
    /// Only tell what it would do.
    #[serde(default)]
    dry_run: bool,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Bring back all definitions that an environment had at a version
#[utoipa::path(post, path = "/api/v1/projects/{project}/environments/{environment}/rollback", tag = "projects",
    params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production")), request_body = RollbackIn,
    responses((status = 200, body = PlannedOrChanged), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn rollback(
    caller: Caller<may::EntryWrite>,
    Path((project, environment)): Path<(String, String)>,
    write: Write,
    Body { value, digest }: Body<RollbackIn>,
) -> Result<Response, Problem> {
    let RollbackIn { version: to, identity, dry_run, reason, ticket } = value;
    let expected = write.expected;
    let operation = Operation::RollbackEnvironment { project, environment, expected, to, identity };
    caller.carry_out(&write, operation, Reason { reason, ticket }, &digest, dry_run).await
}

/// What is promoted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PromoteIn {
    /// The environment that definitions come from.
    from: String,
    /// Which entries; all when absent.
    keys: Option<Vec<String>>,
    /// Only tell what it would do.
    #[serde(default)]
    dry_run: bool,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Take definitions over from another environment into this one
#[utoipa::path(post, path = "/api/v1/projects/{project}/environments/{environment}/promote", tag = "transfer",
    params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production")), request_body = PromoteIn,
    responses((status = 200, body = PlannedOrChanged), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn promote(
    caller: Caller<may::EntryWrite>,
    Path((project, environment)): Path<(String, String)>,
    write: Write,
    Body { value, digest }: Body<PromoteIn>,
) -> Result<Response, Problem> {
    let PromoteIn { from, keys, dry_run, reason, ticket } = value;
    let operation = Operation::Promote { project, from, to: environment, expected: write.expected, keys };
    caller.carry_out(&write, operation, Reason { reason, ticket }, &digest, dry_run).await
}

impl<N: Needs> Caller<N> {
    /// An environment, as of now.
    pub(super) fn environment(&self, project: &str, environment: &str) -> Result<Arc<Environment>, Problem> {
        let project = self.project(project)?;
        let found = project.environment(environment).cloned();
        let found = found.ok_or_else(|| Problem::not_found("environment", environment))?;
        self.permit_in(&found)?;
        Ok(found)
    }

    /// Makes a change, or only tells what it would do.
    pub(super) async fn carry_out(
        &self,
        write: &Write,
        operation: Operation,
        reason: Reason,
        body: &str,
        dry_run: bool,
    ) -> Result<Response, Problem> {
        if dry_run {
            let mut reviewed = self.preview(write, operation, reason.into()).await?;
            if let Some(base) = &reviewed.draft.base {
                for environment in &mut reviewed.environments {
                    self.conceal_changes(&base.key, &mut environment.changes).await?;
                }
            }
            return Ok(Json(PreviewOut::from(&reviewed)).into_response());
        }
        let done = self.submit(write, operation, reason.into(), body).await?;
        Ok(Json(committed(&done)).into_response())
    }
}
