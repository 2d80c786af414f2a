//! The audit log: looked through page by page, or taken along as a file that can be verified without the server.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vexil_core::Timestamp;

use super::asked::Query;
use super::caller::{Caller, Guarded, may};
use super::out::{Page, Paging};
use super::problem::Problem;
use crate::access::{EnvironmentClass, Permission};
use crate::audit::{Action, Head, Link, Record, export};
use crate::gate::Refusal;
use crate::store::{AuditFilter, Store, StoreError, now};

/// Links that an export reads at a time; fewer where they are large.
const AT_ONCE: u32 = 1_000;
/// The hash of the last link of an export: what a verification expects the chain to end with.
const AUDIT_HEAD: HeaderName = HeaderName::from_static("x-audit-head");

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(download))
}

/// One act, in its place in the chain.
#[derive(Debug, Serialize, ToSchema)]
struct LinkOut {
    /// Its number, from 1.
    sequence: u64,
    /// The hash of the link before.
    previous: String,
    /// Its own.
    hash: String,
    /// Who did what, where, why and when; the text that was hashed, byte for byte.
    #[schema(value_type = Object)]
    record: Box<RawValue>,
}

impl TryFrom<Link> for LinkOut {
    type Error = Problem;

    fn try_from(link: Link) -> Result<LinkOut, Problem> {
        let record = RawValue::from_string(link.text)
            .map_err(|error| Problem::internal(format!("audit link {}: {error}", link.sequence)))?;
        let (previous, hash) = (link.previous.to_string(), link.hash.to_string());
        Ok(LinkOut { sequence: link.sequence, previous, hash, record })
    }
}

/// Which acts.
#[derive(Debug, Default, Deserialize, IntoParams)]
struct Filter {
    /// The `next` of the page before.
    after: Option<String>,
    /// Items of the page, 1 to 500; 50 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// In this project.
    project: Option<String>,
    /// In this environment.
    environment: Option<String>,
    /// To this: the key of an entry, or the id of something else.
    target: Option<String>,
    /// By this actor: `person:<id>`, `token:<id>`, `system:<name>`.
    actor: Option<String>,
    /// This was done, such as `entry.update`.
    action: Option<String>,
}

/// Who did what, newest first
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Filter),
    responses((status = 200, body = Page<LinkOut>), (status = "4XX", body = Problem)))]
async fn list(
    caller: Caller<may::AuditRead>,
    Query(filter): Query<Filter>,
) -> Result<Json<Page<LinkOut>>, Problem> {
    let Filter { after, limit, project, environment, target, actor, action } = filter;
    let paging = Paging { after, limit };
    let limit = paging.limit()?;
    if let Some(name) = &action
        && let Err(unknown) = name.parse::<Action>()
    {
        return Err(Problem::bad_request("INVALID_QUERY", unknown.to_string()));
    }
    caller.may_look_into(project.as_deref(), environment.as_deref())?;
    let filter = AuditFilter { project, environment, target, actor, action };
    let part = caller.services().store.audit_log(&filter, paging.before()?, limit).await?;
    let items: Result<Vec<_>, _> = part.items.into_iter().map(LinkOut::try_from).collect();
    Ok(Json(Page::part(items?, part.more, |link| link.sequence.to_string())))
}

/// Where an export begins.
#[derive(Debug, Deserialize, IntoParams)]
struct From {
    /// The number of the first link; 1 when absent.
    #[param(minimum = 1)]
    from: Option<u64>,
}

/// The audit log as a file, which `vexil audit verify` takes
///
/// JSON Lines: a header, then a line for each link. The export is itself in the log, as its last line; the hash of that
/// is in `X-Audit-Head`.
#[utoipa::path(get, path = "/api/v1/audit/export", tag = "audit", params(From),
    responses((status = 200, body = String, content_type = "application/x-ndjson", description = "One record a line"), (status = "4XX", body = Problem)))]
async fn download(
    caller: Caller<may::AuditRead>,
    Query(From { from }): Query<From>,
) -> Result<Response, Problem> {
    caller.may_look_into(None, None)?;
    let store = Arc::clone(&caller.services().store);
    let first = from.unwrap_or(1);
    let after = match first.checked_sub(1) {
        None => return Err(Problem::bad_request("INVALID_QUERY", "`from` is a link's number, from 1")),
        Some(0) => Head::GENESIS,
        Some(before) => link_at(&store, before).await?.head(),
    };
    let record = Record {
        target: Some(first.to_string()),
        request_id: caller.circumstances.request_id.clone(),
        address: caller.circumstances.address.clone(),
        ..Record::new(Timestamp::from_millis(now()), caller.authority.actor.to_string(), Action::AuditExport)
    };
    let last = store.note(vec![record]).await?;
    let rest = Export { store, next: first, last: last.sequence };
    let header_line = stream::once(std::future::ready(Ok(Bytes::from(export::header(&after)))));
    let lines = header_line.chain(stream::try_unfold(rest, Export::more));
    let mut response = (
        [
            (header::CONTENT_TYPE, "application/x-ndjson"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"vexil-audit.jsonl\""),
        ],
        Body::from_stream(lines),
    )
        .into_response();
    if let Ok(hash) = HeaderValue::try_from(last.hash.to_string()) {
        response.headers_mut().insert(AUDIT_HEAD, hash);
    }
    Ok(response)
}

async fn link_at(store: &Store, sequence: u64) -> Result<Link, Problem> {
    let found = store.audit_from(sequence, 1).await?.items.into_iter().next();
    let found = found.filter(|link| link.sequence == sequence);
    found.ok_or_else(|| Problem::not_found("audit link", &sequence.to_string()))
}

/// What is left of an export.
struct Export {
    store: Arc<Store>,
    next: u64,
    last: u64,
}

impl Export {
    /// The next lines; none behind the last.
    async fn more(mut self) -> Result<Option<(Bytes, Export)>, StoreError> {
        let links = self.store.audit_from(self.next, AT_ONCE).await?.items;
        let mut lines = String::new();
        for link in links.iter().filter(|link| link.sequence <= self.last) {
            lines.push_str(&export::line(link));
            self.next = link.sequence + 1;
        }
        Ok((!lines.is_empty()).then(|| (Bytes::from(lines), self)))
    }
}

impl Caller<may::AuditRead> {
    /// Whether the caller may read the log of one environment, or without one all of it.
    fn may_look_into(&self, project: Option<&str>, environment: Option<&str>) -> Result<(), Problem> {
        let place = match project.zip(environment) {
            Some((project, environment)) => Some(self.environment(project, environment)?),
            None => None,
        };
        let place = place.as_ref().map(|found| (&*found.row.key, EnvironmentClass::of(found.row.production)));
        self.authority.may(Permission::AuditRead, place, None).map_err(Refusal::from)?;
        Ok(())
    }
}
