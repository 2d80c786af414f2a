//! People: who may sign in, and what they may. The first of them is made with an administrator's token.

use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::{Path, Query};
use super::body::{Body, digest};
use super::caller::{Caller, Guarded, Known, Write, may};
use super::out::{ChangedOut, Page, Paging, Reason, committed, moment, tagged};
use super::problem::Problem;
use super::sessions::with_turn;
use crate::access::password::{self, PasswordError};
use crate::access::{Grant, Permission};
use crate::gate::{AccessOperation, Operation};
use crate::services::Services;
use crate::store::{PersonRow, now};

/// Bytes of an e-mail address (RFC 5321, section 4.5.3.1).
const EMAIL_BYTES: usize = 254;
/// Bytes of a name.
const NAME_BYTES: usize = 200;
/// Roles of one person.
const GRANTS: usize = 200;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, edit))
        .routes(routes!(set_password))
}

/// Somebody who may sign in.
#[derive(Debug, Serialize, ToSchema)]
struct PersonOut {
    /// The id.
    id: String,
    /// How they sign in.
    email: String,
    /// A name to show.
    name: String,
    /// Roles, each `{"role", "environment"?, "tenant"?}`.
    #[schema(value_type = Vec<Object>)]
    grants: Vec<Grant>,
    /// Whether they may sign in.
    enabled: bool,
    /// Counts the changes, from 1; what `If-Match` takes.
    revision: u64,
    /// When they were added (RFC 3339).
    created_at: String,
}

impl From<PersonRow> for PersonOut {
    fn from(row: PersonRow) -> PersonOut {
        PersonOut {
            id: row.id,
            email: row.email,
            name: row.name,
            grants: row.grants,
            enabled: row.disabled_at.is_none(),
            revision: row.revision,
            created_at: moment(row.created_at),
        }
    }
}

/// Everybody who may sign in, or might once; oldest first
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(Paging),
    responses((status = 200, body = Page<PersonOut>), (status = "4XX", body = Problem)))]
async fn list(
    caller: Caller<may::PeopleManage>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<PersonOut>>, Problem> {
    let people = caller.services().directory.people().into_iter().map(PersonOut::from);
    Ok(Json(Page::among(people, &paging, |person| person.id.clone())?))
}

/// One person
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = PersonOut), (status = "4XX", body = Problem)))]
async fn show(caller: Caller<may::PeopleManage>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = find(caller.services(), &id)?;
    Ok(tagged(StatusCode::OK, found.revision, &PersonOut::from(found)))
}

/// Somebody new.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonIn {
    /// How they sign in.
    #[schema(max_length = 254)]
    email: String,
    /// A name to show.
    #[schema(max_length = 200)]
    name: String,
    /// Their first password, which they may change.
    #[schema(format = "password", min_length = 12, max_length = 256)]
    password: String,
    /// Roles, each `{"role", "environment"?, "tenant"?}`.
    #[schema(value_type = Vec<Object>)]
    grants: Vec<Grant>,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Add somebody
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = PersonIn,
    responses((status = 201, body = PersonOut), (status = "4XX", body = Problem)))]
async fn create(
    caller: Caller<may::PeopleManage>,
    write: Write,
    Body { value, .. }: Body<PersonIn>,
) -> Result<Response, Problem> {
    let email = email_of(&value.email)?;
    check_name(&value.name)?;
    check_grants(&value.grants)?;
    // What is remembered of the request must not tell whoever reads it whether a guess at the password is right.
    let request = digest(json!([&email, &value.name, &value.grants]).to_string().as_bytes());
    let hash = hash(caller.services(), value.password, email.clone()).await?;
    let id = uuid::Uuid::now_v7().to_string();
    let row = PersonRow {
        id,
        email,
        name: value.name,
        password: hash,
        grants: value.grants,
        revision: 1,
        created_at: now(),
        disabled_at: None,
    };
    let operation = Operation::Access(AccessOperation::CreatePerson(Box::new(row)));
    let reason = Reason { reason: value.reason, ticket: value.ticket };
    let done = caller.submit(&write, operation, reason.into(), &request).await?;
    let services = caller.services();
    services.directory.refresh(&services.store).await?;
    let made = find(services, &done.made.unwrap_or_default())?;
    Ok(tagged(StatusCode::CREATED, made.revision, &PersonOut::from(made)))
}

/// What of somebody is to be another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonPatch {
    /// A name to show.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// All of their roles from now on.
    #[schema(value_type = Option<Vec<Object>>)]
    grants: Option<Vec<Grant>>,
    /// Whether they may sign in; whoever may not is signed out everywhere.
    enabled: Option<bool>,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Change somebody's name or roles, or whether they may sign in
#[utoipa::path(patch, path = "/api/v1/people/{id}", tag = "people", params(("id" = String, Path)),
    request_body = PersonPatch,
    responses((status = 200, body = ChangedOut), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn edit(
    caller: Caller<may::PeopleManage>,
    Path(id): Path<String>,
    write: Write,
    Body { value, digest }: Body<PersonPatch>,
) -> Result<Json<Value>, Problem> {
    value.name.as_deref().map_or(Ok(()), check_name)?;
    value.grants.as_deref().map_or(Ok(()), check_grants)?;
    let operation = Operation::Access(AccessOperation::EditPerson {
        id,
        expected: write.expected,
        name: value.name,
        password: None,
        grants: value.grants,
        enabled: value.enabled,
    });
    let reason = Reason { reason: value.reason, ticket: value.ticket };
    let done = caller.submit(&write, operation, reason.into(), &digest).await?;
    let services = caller.services();
    services.directory.refresh(&services.store).await?;
    Ok(Json(committed(&done)))
}

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordIn {
    /// The password that is replaced; needed for one's own.
    #[schema(format = "password")]
    old: Option<String>,
    /// The password from now on.
    #[schema(format = "password", min_length = 12, max_length = 256)]
    new: String,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Set a password: one's own with the old one, or somebody else's; all of their sessions end
#[utoipa::path(put, path = "/api/v1/people/{id}/password", tag = "people", params(("id" = String, Path)),
    request_body = PasswordIn, responses((status = 200, body = ChangedOut), (status = "4XX", body = Problem)))]
async fn set_password(
    known: Known,
    Path(id): Path<String>,
    write: Write,
    Body { value, .. }: Body<PasswordIn>,
) -> Result<Json<Value>, Problem> {
    let services = known.services();
    let PasswordIn { old, new, reason, ticket } = value;
    let is_own = known.authority.actor.is_person(&id);
    if !is_own {
        known.authority.may(Permission::PeopleManage, None, None).map_err(crate::gate::Refusal::from)?;
    }
    let person = find(services, &id)?;
    if is_own {
        known.may_guess(&person.email)?;
        let (old, stored) = (old.unwrap_or_default(), person.password.clone());
        if !with_turn(services, move || password::verify(&old, Some(&stored))).await? {
            return Err(Problem::forbidden("WRONG_PASSWORD", "`old` is not the password"));
        }
        known.guessed_right(&person.email);
    }
    let hash = hash(services, new, person.email).await?;
    let operation = Operation::Access(AccessOperation::EditPerson {
        id,
        expected: write.expected,
        name: None,
        password: Some(hash),
        grants: None,
        enabled: None,
    });
    let done = known.submit(operation, Reason { reason, ticket }.into()).await?;
    services.directory.refresh(&services.store).await?;
    Ok(Json(committed(&done)))
}

fn find(services: &Services, id: &str) -> Result<PersonRow, Problem> {
    let found = services.directory.people().into_iter().find(|row| row.id == id);
    found.ok_or_else(|| Problem::not_found("person", id))
}

async fn hash(services: &Services, new: String, email: String) -> Result<String, Problem> {
    with_turn(services, move || password::hash(&new, &email)).await?.map_err(|error| match error {
        PasswordError::Hash => Problem::internal(error.to_string()),
        _ => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error.to_string()),
    })
}

/// An e-mail address as it is stored: nobody's differ by case. Whether anybody reads it only a letter can tell.
pub(super) fn email_of(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let is_plain = |part: &str| {
        !part.is_empty() && !part.chars().any(|c| c == '@' || c.is_whitespace() || c.is_control())
    };
    match text.split_once('@') {
        Some((local, domain)) if is_plain(local) && is_plain(domain) && text.len() <= EMAIL_BYTES => {
            Ok(text.to_lowercase())
        }
        _ => Err(Problem::bad_request("INVALID_BODY", "`email` is an e-mail address")),
    }
}

fn check_name(name: &str) -> Result<(), Problem> {
    if name.trim().is_empty() || name.len() > NAME_BYTES {
        return Err(Problem::bad_request("INVALID_BODY", format!("`name` has 1 to {NAME_BYTES} bytes")));
    }
    Ok(())
}

fn check_grants(grants: &[Grant]) -> Result<(), Problem> {
    if grants.len() > GRANTS {
        return Err(Problem::bad_request("INVALID_BODY", format!("`grants` has at most {GRANTS} items")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_two_sides_and_no_case() {
        assert_eq!(email_of(" Ada@Example.COM ").unwrap(), "ada@example.com");
        let long = format!("{}@x.io", "a".repeat(EMAIL_BYTES));
        for wrong in ["", "ada", "@x.io", "ada@", "a@b@c", "a b@x.io", "a@x.io\n.b", long.as_str()] {
            assert!(email_of(wrong).is_err(), "{wrong:?}");
        }
    }
}
