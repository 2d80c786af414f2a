//! Projects.

use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::Path;
use super::body::Body;
use super::caller::{Caller, Guarded, Write, may};
use super::out::{ChangedOut, Reason, tagged};
use super::problem::Problem;
use crate::catalog::Project;
use crate::gate::Operation;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, edit))
}

/// A project.
#[derive(Debug, Serialize, ToSchema)]
struct ProjectOut {
    /// The key.
    key: String,
    /// A name to show.
    name: String,
    /// What `min_role` may name, lowest first.
    roles: Vec<String>,
    /// Counts the changes, from 1.
    revision: u64,
    /// Its environments, in order.
    environments: Vec<String>,
}

impl From<&Project> for ProjectOut {
    fn from(project: &Project) -> ProjectOut {
        let keys = project.environments.iter().map(|environment| environment.row.key.to_string());
        ProjectOut {
            key: project.key.to_string(),
            name: project.name.clone(),
            roles: project.roles.clone(),
            revision: project.revision,
            environments: keys.collect(),
        }
    }
}

/// A project that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProjectIn {
    /// The key: letters, digits, `.`, `_`, `-`.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    key: String,
    /// A name to show; the key when absent.
    name: Option<String>,
    /// Its environments, in order; development, staging and production when absent.
    environments: Option<Vec<NewEnvironment>>,
    reason: Option<String>,
    ticket: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEnvironment {
    /// The key.
    key: String,
    /// Whether what happens there happens to customers.
    #[serde(default)]
    production: bool,
}

/// What of a project is to be another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProjectPatch {
    /// A name to show.
    name: Option<String>,
    /// What `min_role` may name, lowest first.
    roles: Option<Vec<String>>,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Every project
#[utoipa::path(get, path = "/api/v1/projects", tag = "projects", responses(
    (status = 200, body = Vec<ProjectOut>), (status = "4XX", body = Problem)
))]
async fn list(caller: Caller<may::ProjectRead>) -> Json<Vec<ProjectOut>> {
    let projects = caller.services().catalog.projects();
    Json(projects.values().map(|project| ProjectOut::from(&**project)).collect())
}

/// One project
#[utoipa::path(get, path = "/api/v1/projects/{project}", tag = "projects", params(("project" = String, Path, example = "default")), responses(
    (status = 200, body = ProjectOut), (status = "4XX", body = Problem)
))]
async fn show(caller: Caller<may::ProjectRead>, Path(key): Path<String>) -> Result<Response, Problem> {
    let project = caller.project(&key)?;
    Ok(tagged(StatusCode::OK, project.revision, &ProjectOut::from(&*project)))
}

/// Make a project
#[utoipa::path(post, path = "/api/v1/projects", tag = "projects", request_body = ProjectIn, responses(
    (status = 201, body = ProjectOut), (status = "4XX", body = Problem)
))]
async fn create(
    caller: Caller<may::ProjectManage>,
    write: Write,
    Body { value, digest }: Body<ProjectIn>,
) -> Result<Response, Problem> {
    let environments = match value.environments {
        Some(given) => {
            given.into_iter().map(|environment| (environment.key, environment.production)).collect()
        }
        None => {
            ["development", "staging", "production"].map(|key| (key.to_owned(), key == "production")).to_vec()
        }
    };
    let name = value.name.unwrap_or_else(|| value.key.clone());
    let operation = Operation::CreateProject { key: value.key.clone(), name, environments };
    let reason = Reason { reason: value.reason, ticket: value.ticket };
    caller.submit(&write, operation, reason.into(), &digest).await?;
    let project = caller.project(&value.key)?;
    Ok(tagged(StatusCode::CREATED, project.revision, &ProjectOut::from(&*project)))
}

/// Change a project's name or roles
#[utoipa::path(patch, path = "/api/v1/projects/{project}", tag = "projects", params(("project" = String, Path, example = "default")),
    request_body = ProjectPatch,
    responses((status = 200, body = ChangedOut), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn edit(
    caller: Caller<may::ProjectManage>,
    Path(project): Path<String>,
    write: Write,
    Body { value, digest }: Body<ProjectPatch>,
) -> Result<Response, Problem> {
    let ProjectPatch { name, roles, reason, ticket } = value;
    let operation = Operation::EditProject { project, expected: write.expected, name, roles };
    caller.carry_out(&write, operation, Reason { reason, ticket }, &digest, false).await
}
