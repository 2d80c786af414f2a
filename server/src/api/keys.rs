//! SDK keys, and what they have in common with API tokens. Secrets are shown once, when they are made.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vexil_core::Timestamp;

use super::asked::{Path, Query};
use super::body::Body;
use super::caller::{Caller, Guarded, Needs, Write, may};
use super::out::{ChangedOut, Page, Paging, Reason, committed, moment};
use super::problem::Problem;
use super::shapes::KeyShown;
use crate::access::credential::{self, CredentialKind, Minted};
use crate::access::{EnvironmentClass, Grant, Permission};
use crate::directory::{CLIENT, SERVER, TOKEN};
use crate::gate::{AccessOperation, Operation};
use crate::services::DEFAULT_PROJECT;
use crate::store::{CredentialRow, now};

/// How long the old secret works after a rotation, unless the caller says otherwise: a day, in seconds.
const OVERLAP: u32 = 24 * 3600;
/// The longest overlap: 90 days.
const LONGEST_OVERLAP: u32 = 90 * 24 * 3600;
/// Bytes of a name.
const NAME_BYTES: usize = 200;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke)).routes(routes!(rotate))
}

/// A key or token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyOut {
    /// The public part.
    pub(super) id: String,
    /// `server`, `client` or `token`.
    kind: String,
    /// A name to show.
    name: String,
    /// The project that an SDK key is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    /// The environment that an SDK key is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    /// The tenant that it is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    /// What a token may.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    grants: Vec<Grant>,
    /// When it was made (RFC 3339).
    created_at: String,
    /// Who made it.
    created_by: String,
    /// From when on it does not work.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    /// The one that takes its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    successor: Option<String>,
    /// Counts the changes, from 1; what `If-Match` takes.
    revision: u64,
}

impl From<CredentialRow> for KeyOut {
    fn from(row: CredentialRow) -> KeyOut {
        KeyOut {
            id: row.id,
            kind: row.kind,
            name: row.name,
            project: row.project,
            environment: row.environment,
            tenant: row.tenant,
            grants: row.grants,
            created_at: moment(row.created_at),
            created_by: row.created_by,
            expires_at: row.expires_at.map(moment),
            revoked_at: row.revoked_at.map(moment),
            successor: row.successor,
            revision: row.revision,
        }
    }
}

/// An SDK key that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyIn {
    /// The project; `default` when absent.
    project: Option<String>,
    /// The environment that it reads.
    environment: String,
    /// Whether it is for servers or for apps on somebody's device.
    kind: KeyKind,
    /// A name to show.
    #[schema(max_length = 200)]
    name: String,
    /// The tenant that it is bound to.
    tenant: Option<String>,
    /// From when on it does not work (RFC 3339).
    expires_at: Option<String>,
    reason: Option<String>,
    ticket: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum KeyKind {
    /// Reads everything but what is sensitive.
    Server,
    /// Reads what is `client_visible`.
    Client,
}

/// The SDK keys of all environments, oldest first
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys", params(Paging),
    responses((status = 200, body = Page<KeyOut>), (status = "4XX", body = Problem)))]
async fn list(
    caller: Caller<may::KeyManage>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<KeyOut>>, Problem> {
    let rows = caller.services().directory.credentials().into_iter();
    let visible = rows.filter(|row| row.kind != TOKEN && caller.manages(row)).map(KeyOut::from);
    Ok(Json(Page::among(visible, &paging, |key| key.id.clone())?))
}

/// Make an SDK key; the answer is the only one that shows it
#[utoipa::path(post, path = "/api/v1/keys", tag = "keys", request_body = KeyIn,
    responses((status = 201, body = KeyShown), (status = "4XX", body = Problem)))]
async fn create(
    caller: Caller<may::KeyManage>,
    write: Write,
    Body { value, digest }: Body<KeyIn>,
) -> Result<Response, Problem> {
    let (kind, name) = match value.kind {
        KeyKind::Server => (CredentialKind::ServerKey, SERVER),
        KeyKind::Client => (CredentialKind::ClientKey, CLIENT),
    };
    let minted = mint(kind)?;
    let row = CredentialRow {
        kind: name.to_owned(),
        project: Some(value.project.unwrap_or_else(|| DEFAULT_PROJECT.to_owned())),
        environment: Some(value.environment),
        tenant: value.tenant,
        expires_at: value.expires_at.as_deref().map(expiry).transpose()?,
        ..new_row(&minted, &value.name)?
    };
    let reason = Reason { reason: value.reason, ticket: value.ticket };
    let operation = AccessOperation::CreateCredential(Box::new(row));
    caller.hand_over(&write, operation, reason, &digest, &minted, "key").await
}

/// Revoke an SDK key at once
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "keys", params(("id" = String, Path), Reason),
    responses((status = 200, body = ChangedOut), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn revoke(
    caller: Caller<may::KeyManage>,
    Path(id): Path<String>,
    Query(reason): Query<Reason>,
    write: Write,
) -> Result<Response, Problem> {
    caller.revoke(&write, id, reason, false).await
}

/// How the old secret ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RotateIn {
    /// How long the old secret goes on working, in seconds; a day when absent, at most 90 days.
    #[schema(maximum = 7_776_000)]
    overlap_seconds: Option<u32>,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Give a key or token another secret; the old one works for a while
#[utoipa::path(post, path = "/api/v1/keys/{id}/rotate", tag = "keys", params(("id" = String, Path)), request_body = RotateIn,
    responses((status = 201, body = KeyShown), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn rotate(
    caller: Caller<may::KeyManage>,
    Path(id): Path<String>,
    write: Write,
    Body { value, digest }: Body<RotateIn>,
) -> Result<Response, Problem> {
    let old = caller.services().directory.credentials().into_iter().find(|row| row.id == id);
    let old = old.ok_or_else(|| Problem::not_found("key", &id))?;
    let overlap = value.overlap_seconds.unwrap_or(OVERLAP);
    if overlap > LONGEST_OVERLAP {
        let detail = format!("`overlap_seconds` is at most {LONGEST_OVERLAP}");
        return Err(Problem::bad_request("INVALID_BODY", detail));
    }
    let kind = match old.kind.as_str() {
        SERVER => CredentialKind::ServerKey,
        CLIENT => CredentialKind::ClientKey,
        _ => CredentialKind::ApiToken,
    };
    let minted = mint(kind)?;
    let operation = AccessOperation::RotateCredential {
        id,
        expected: write.expected,
        new_id: minted.id.to_string(),
        new_hash: minted.hash.to_hex(),
        overlap_until: now().saturating_add(i64::from(overlap) * 1_000),
    };
    let reason = Reason { reason: value.reason, ticket: value.ticket };
    caller.hand_over(&write, operation, reason, &digest, &minted, "key").await
}

pub(super) fn mint(kind: CredentialKind) -> Result<Minted, Problem> {
    credential::mint(kind).map_err(|error| Problem::internal(format!("no random bytes: {error}")))
}

/// A token that may nothing yet, which is what an SDK key has in common with it.
pub(super) fn new_row(minted: &Minted, name: &str) -> Result<CredentialRow, Problem> {
    if name.is_empty() || name.len() > NAME_BYTES {
        return Err(Problem::bad_request("INVALID_BODY", format!("`name` has 1 to {NAME_BYTES} bytes")));
    }
    Ok(CredentialRow {
        id: minted.id.to_string(),
        kind: TOKEN.to_owned(),
        hash: minted.hash.to_hex(),
        name: name.to_owned(),
        project: None,
        environment: None,
        tenant: None,
        grants: Vec::new(),
        created_at: now(),
        created_by: String::new(),
        expires_at: None,
        revoked_at: None,
        successor: None,
        revision: 1,
    })
}

pub(super) fn expiry(text: &str) -> Result<i64, Problem> {
    let moment = Timestamp::parse(text).map(|moment| moment.as_nanos() / 1_000_000);
    moment.and_then(|millis| i64::try_from(millis).ok()).filter(|millis| *millis > now()).ok_or_else(|| {
        Problem::bad_request(
            "INVALID_TIME",
            "`expires_at` is an RFC 3339 date-time with an offset, in the future",
        )
    })
}

impl<N: Needs> Caller<N> {
    /// Whether the caller may manage a key, which depends on its environment.
    fn manages(&self, row: &CredentialRow) -> bool {
        let environment =
            row.project.as_ref().zip(row.environment.as_ref()).and_then(|(project, environment)| {
                self.services().catalog.project(project)?.environment(environment).cloned()
            });
        let place = environment
            .as_ref()
            .map(|environment| (&*environment.row.key, EnvironmentClass::of(environment.row.production)));
        self.authority.may(Permission::KeyManage, place, None).is_ok()
    }

    /// Makes a key, and shows its secret. A repeated request cannot be answered with a secret that nobody has any more.
    pub(super) async fn hand_over(
        &self,
        write: &Write,
        operation: AccessOperation,
        reason: Reason,
        body: &str,
        minted: &Minted,
        field: &str,
    ) -> Result<Response, Problem> {
        let done = self.submit(write, Operation::Access(operation), reason.into(), body).await?;
        if done.replayed {
            let id = done.made.unwrap_or_default();
            let detail = format!("`{id}` was made by an earlier request, and its secret was shown then");
            return Err(Problem::new(StatusCode::CONFLICT, "ALREADY_SHOWN", detail));
        }
        // Whoever has it in hand can use it at once. It is made: should the database go away now, it is shown all the
        // same, for nobody could show it later.
        if let Err(error) = self.services().directory.refresh(&self.services().store).await {
            tracing::warn!(%error, "a new key was made, and will be known when the database is back");
        }
        let out = json!({ "id": minted.id.as_str(), field: minted.plaintext.reveal() });
        Ok((StatusCode::CREATED, Json(out)).into_response())
    }

    /// Revokes a key, or a token.
    pub(super) async fn revoke(
        &self,
        write: &Write,
        id: String,
        reason: Reason,
        token: bool,
    ) -> Result<Response, Problem> {
        let known = self.services().directory.credentials().into_iter().find(|row| row.id == id);
        if known.is_none_or(|row| (row.kind == TOKEN) != token) {
            return Err(Problem::not_found(if token { "token" } else { "key" }, &id));
        }
        let operation = Operation::Access(AccessOperation::RevokeCredential { id, expected: write.expected });
        let done = self.submit(write, operation, reason.into(), "").await?;
        // It is revoked, whether or not this replica can read it at once.
        if let Err(error) = self.services().directory.refresh(&self.services().store).await {
            tracing::warn!(%error, "a key was revoked, and is known here until the database is back");
        }
        Ok(Json(committed(&done)).into_response())
    }
}
