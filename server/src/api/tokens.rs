//! API tokens, with which programs administer.

use axum::Json;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::{Path, Query};
use super::body::Body;
use super::caller::{Caller, Guarded, Write, may};
use super::keys::{KeyOut, expiry, mint, new_row};
use super::out::{ChangedOut, Page, Paging, Reason};
use super::problem::Problem;
use super::shapes::TokenShown;
use crate::access::Grant;
use crate::access::credential::CredentialKind;
use crate::directory::TOKEN;
use crate::gate::AccessOperation;
use crate::store::CredentialRow;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// An API token that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenIn {
    /// A name to show.
    #[schema(max_length = 200)]
    name: String,
    /// Roles, each `{"role", "environment"?, "tenant"?}`.
    #[schema(value_type = Vec<Object>)]
    grants: Vec<Grant>,
    /// From when on it does not work (RFC 3339).
    expires_at: Option<String>,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Every API token, oldest first
#[utoipa::path(get, path = "/api/v1/tokens", tag = "keys", params(Paging),
    responses((status = 200, body = Page<KeyOut>), (status = "4XX", body = Problem)))]
async fn list(
    caller: Caller<may::TokenManage>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<KeyOut>>, Problem> {
    let rows = caller.services().directory.credentials().into_iter().filter(|row| row.kind == TOKEN);
    Ok(Json(Page::among(rows.map(KeyOut::from), &paging, |token| token.id.clone())?))
}

/// Make an API token; the answer is the only one that shows it
#[utoipa::path(post, path = "/api/v1/tokens", tag = "keys", request_body = TokenIn,
    responses((status = 201, body = TokenShown), (status = "4XX", body = Problem)))]
async fn create(
    caller: Caller<may::TokenManage>,
    write: Write,
    Body { value, digest }: Body<TokenIn>,
) -> Result<Response, Problem> {
    let minted = mint(CredentialKind::ApiToken)?;
    let row = CredentialRow {
        grants: value.grants,
        expires_at: value.expires_at.as_deref().map(expiry).transpose()?,
        ..new_row(&minted, &value.name)?
    };
    let reason = Reason { reason: value.reason, ticket: value.ticket };
    let operation = AccessOperation::CreateCredential(Box::new(row));
    caller.hand_over(&write, operation, reason, &digest, &minted, "token").await
}

/// Revoke an API token at once
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "keys", params(("id" = String, Path), Reason),
    responses((status = 200, body = ChangedOut), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn revoke(
    caller: Caller<may::TokenManage>,
    Path(id): Path<String>,
    Query(reason): Query<Reason>,
    write: Write,
) -> Result<Response, Problem> {
    caller.revoke(&write, id, reason, true).await
}
