//! What answers have in common.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use vexil_core::Timestamp;
use vexil_core::diff::Change;

use super::caller::Why;
use super::problem::Problem;
use crate::catalog::Document;
use crate::gate::{Committed, Reviewed};
use crate::store::ChangeRow;

/// Items of a page, unless the caller wants another number.
const PAGE: u32 = 50;
/// Items of a page at most.
const LARGEST_PAGE: u32 = 500;

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub(super) struct Paging {
    /// The `next` of the page before.
    pub(super) after: Option<String>,
    /// Items of the page, 1 to 500; 50 when absent.
    #[param(minimum = 1, maximum = 500)]
    pub(super) limit: Option<u32>,
}

impl Paging {
    pub(super) fn limit(&self) -> Result<u32, Problem> {
        match self.limit.unwrap_or(PAGE) {
            limit @ 1..=LARGEST_PAGE => Ok(limit),
            _ => Err(Problem::bad_request("INVALID_QUERY", format!("`limit` is 1 to {LARGEST_PAGE}"))),
        }
    }

    /// The number that a descending page ends before.
    pub(super) fn before(&self) -> Result<u64, Problem> {
        match &self.after {
            None => Ok(u64::MAX >> 1),
            Some(text) => {
                text.parse::<u64>().ok().filter(|number| *number <= u64::MAX >> 1).ok_or_else(|| {
                    Problem::bad_request("INVALID_QUERY", "`after` is the `next` of another page")
                })
            }
        }
    }
}

/// Items, and where the next ones begin.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// The items.
    pub(super) items: Vec<T>,
    /// What to ask for as `after`; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}

impl<T> Page<T> {
    /// A page of items that are all in memory, each with a name of its own.
    pub(super) fn among(
        mut items: impl Iterator<Item = T>,
        paging: &Paging,
        name: impl Fn(&T) -> String,
    ) -> Result<Page<T>, Problem> {
        let limit = paging.limit()?;
        if let Some(after) = &paging.after
            && !items.any(|item| name(&item) == *after)
        {
            return Err(Problem::bad_request("INVALID_QUERY", "`after` is the `next` of another page"));
        }
        Ok(Page::of(items.take(limit as usize + 1).collect(), limit, name))
    }

    /// A page of items that were asked for in a number of one more than the page has.
    pub(super) fn of(mut items: Vec<T>, limit: u32, name: impl Fn(&T) -> String) -> Page<T> {
        let limit = limit as usize;
        let is_last = items.len() <= limit;
        items.truncate(limit);
        let next = (!is_last).then(|| items.last().map(name)).flatten();
        Page { items, next }
    }

    /// A page of items that are bounded in bytes too, so that it may have fewer than were asked for.
    pub(super) fn part(items: Vec<T>, more: bool, name: impl Fn(&T) -> String) -> Page<T> {
        let next = more.then(|| items.last().map(name)).flatten();
        Page { items, next }
    }
}

/// Why a change is asked for; part of every body that asks for one, and of the query where there is no body.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
pub(super) struct Reason {
    /// In the author's words.
    pub(super) reason: Option<String>,
    /// An issue, an incident.
    pub(super) ticket: Option<String>,
}

impl From<Reason> for Why {
    fn from(reason: Reason) -> Why {
        Why { reason: reason.reason, ticket: reason.ticket }
    }
}

/// A moment, as RFC 3339 says.
pub(super) fn moment(millis: i64) -> String {
    Timestamp::from_millis(millis).to_string()
}

/// A change, as it is told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangeOut {
    /// The id.
    id: String,
    /// What was done.
    action: String,
    /// Who did it.
    actor: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
    /// When (RFC 3339).
    at: String,
}

impl From<ChangeRow> for ChangeOut {
    fn from(row: ChangeRow) -> ChangeOut {
        let ChangeRow { id, action, actor, reason, ticket, created_at } = row;
        ChangeOut { id, action, actor, reason, ticket, at: moment(created_at) }
    }
}

/// What a change would do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PreviewOut {
    /// In each environment that it touches.
    environments: Vec<PreviewEnvironment>,
    /// What there is to say.
    notes: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct PreviewEnvironment {
    environment: String,
    /// The version that it would be on top of.
    version: u64,
    /// What differs, entry by entry; `moves` say what share of units gets another variation.
    #[schema(value_type = Vec<Object>)]
    changes: Value,
    #[schema(value_type = Vec<Object>)]
    warnings: Value,
}

impl From<&Reviewed> for PreviewOut {
    fn from(reviewed: &Reviewed) -> PreviewOut {
        let environments = reviewed.environments.iter().map(|diff| PreviewEnvironment {
            environment: diff.key.to_string(),
            version: diff.base,
            changes: json!(diff.changes),
            warnings: json!(diff.warnings),
        });
        PreviewOut { environments: environments.collect(), notes: reviewed.draft.all_notes() }
    }
}

/// What a change came to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangedOut<'c> {
    /// The change's id; null when all was as asked for already.
    change: Option<&'c str>,
    /// The version of each environment that it touched.
    versions: &'c BTreeMap<String, u64>,
    /// The revision of each definition, by environment and key.
    revisions: &'c BTreeMap<String, BTreeMap<String, u64>>,
    /// What there is to say of it.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'c [String],
}

/// What differs between two revisions or versions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Differences {
    /// The older one.
    pub(super) from: u64,
    /// The newer one.
    pub(super) to: u64,
    /// What differs, entry by entry; `moves` say what share of units gets another variation.
    #[schema(value_type = Vec<Object>)]
    pub(super) changes: Vec<Change>,
}

/// What is answered where `dry_run` decides; for the OpenAPI document.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes two answers, and is none")]
pub(super) enum PlannedOrChanged<'c> {
    /// With `dry_run`: what it would do.
    Planned(PreviewOut),
    /// Else what it came to.
    Changed(ChangedOut<'c>),
}

/// What a change came to.
pub(super) fn committed(done: &Committed) -> Value {
    let Committed { change, versions, revisions, notes, .. } = done;
    json!(ChangedOut { change: change.as_deref(), versions, revisions, notes })
}

/// Whether no switch is off: neither the entry's own, nor the kill of this environment. Tenants that are killed are
/// some of many.
pub(super) fn is_on(document: &Document, environment: &str) -> bool {
    let killed = document.get("kill").and_then(|kill| kill.get("environments")).and_then(Value::as_array);
    let is_killed = killed.into_iter().flatten().any(|name| name.as_str() == Some(environment));
    document.get("enabled").and_then(Value::as_bool).unwrap_or(true) && !is_killed
}

/// An answer with the number that `If-Match` takes.
pub(super) fn tagged(status: StatusCode, number: u64, body: &impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    if let Ok(tag) = HeaderValue::try_from(format!("\"{number}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
