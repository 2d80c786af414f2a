//! The keys that sign what is delivered.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::{Path, Query};
use super::body::Body;
use super::caller::{Caller, Guarded, Write, may};
use super::out::{ChangedOut, Page, Paging, Reason, committed, tagged};
use super::problem::Problem;
use crate::delivery::{PublicKey, new_signing_key};
use crate::follow::refresh_access;
use crate::gate::{AccessOperation, Expected, Operation, ring_revision};

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(set))
}

/// The public keys of all keys that sign, did or will; oldest first
///
/// `ETag` counts the changes of all of them; `If-Match` takes it where one of them is changed.
#[utoipa::path(get, path = "/api/v1/signing-keys", tag = "keys", params(Paging),
    responses((status = 200, body = Page<PublicKey>), (status = "4XX", body = Problem)))]
async fn list(caller: Caller<may::ProjectRead>, Query(paging): Query<Paging>) -> Result<Response, Problem> {
    let rows = caller.services().directory.signing_keys();
    let page = Page::among(rows.iter().map(PublicKey::from), &paging, |key| key.id.clone())?;
    Ok(tagged(StatusCode::OK, ring_revision(&rows), &page))
}

/// A key that signs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SigningKeyIn {
    /// Whether it signs at once. Clients that do not trust it yet refuse what it signs, so publish it as `next` first.
    #[serde(default)]
    active: bool,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Make a key that signs
#[utoipa::path(post, path = "/api/v1/signing-keys", tag = "keys", request_body = SigningKeyIn,
    responses((status = 201, body = PublicKey), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn create(
    caller: Caller<may::SigningKeyManage>,
    write: Write,
    Body { value, digest }: Body<SigningKeyIn>,
) -> Result<Response, Problem> {
    let row = new_signing_key(if value.active { "active" } else { "next" })
        .map_err(|error| Problem::internal(error.to_string()))?;
    let out = json!({ "id": row.id, "public": row.public, "state": row.state });
    let reason = Reason { reason: value.reason, ticket: value.ticket };
    let expected = if value.active { caller.seen(&write).await? } else { write.expected };
    let operation = Operation::Access(AccessOperation::CreateSigningKey { row: Box::new(row), expected });
    let done = caller.submit(&write, operation, reason.into(), &digest).await?;
    // Whoever is told that it is there finds it published.
    refresh_access(caller.services()).await;
    let out = match done.made.filter(|_| done.replayed) {
        None => out,
        Some(made) => {
            let signer = caller.services().hub.signer();
            let known = signer.public().iter().find(|key| key.id == made);
            json!(known.ok_or_else(|| Problem::not_found("signing key", &made))?)
        }
    };
    Ok((StatusCode::CREATED, Json(out)).into_response())
}

/// What becomes of a key that signs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SigningKeyState {
    state: NextState,
    reason: Option<String>,
    ticket: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum NextState {
    /// It signs from now on; the one that did still verifies. None that is retired can.
    Active,
    /// It does not sign any more.
    Retired,
}

/// Let another key sign, or retire one
#[utoipa::path(patch, path = "/api/v1/signing-keys/{id}", tag = "keys", params(("id" = String, Path)),
    request_body = SigningKeyState, responses((status = 200, body = ChangedOut), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn set(
    caller: Caller<may::SigningKeyManage>,
    Path(id): Path<String>,
    write: Write,
    Body { value, digest }: Body<SigningKeyState>,
) -> Result<Json<Value>, Problem> {
    let (state, expected) = match value.state {
        NextState::Active => ("active", caller.seen(&write).await?),
        NextState::Retired => ("retired", write.expected),
    };
    let reason = Reason { reason: value.reason, ticket: value.ticket };
    let operation =
        Operation::Access(AccessOperation::SetSigningKey { id, expected, state: state.to_owned() });
    let done = caller.submit(&write, operation, reason.into(), &digest).await?;
    refresh_access(caller.services()).await;
    Ok(Json(committed(&done)))
}

impl Caller<may::SigningKeyManage> {
    /// What the caller saw of the keys that sign. Whoever does not say saw them as they are when the request comes: of
    /// two who choose at once which key signs, one is refused.
    async fn seen(&self, write: &Write) -> Result<Expected, Problem> {
        Ok(match write.expected {
            Expected::Any => Expected::Number(ring_revision(&self.services().store.signing_keys().await?)),
            seen => seen,
        })
    }
}
