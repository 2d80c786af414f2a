//! Whole projects, in and out, as files of definitions.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vexil_core::limits;

use super::asked::{Path, Query};
use super::body;
use super::caller::{Caller, Guarded, Write, may};
use super::out::{PlannedOrChanged, Reason};
use super::problem::Problem;
use super::secrets::SecretsRead;
use super::shapes::Exported;
use crate::catalog::{Environment, Project, Stored};
use crate::gate::Operation;

/// Bytes of an export that are sent at a time, and the last entry on top.
const CHUNK: usize = 64 << 10;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new()
        .routes(routes!(import))
        // As much as the core reads.
        .layer(DefaultBodyLimit::max(limits::DOCUMENT_BYTES))
        .routes(routes!(export))
}

/// What to export.
#[derive(Debug, Deserialize, IntoParams)]
struct ExportQuery {
    /// One environment; all when absent.
    environment: Option<String>,
    /// Whether sensitive entries come along, for those who may read them; that is audited.
    #[serde(default)]
    secrets: bool,
}

/// The definitions of a project, as one bundle for each environment
#[utoipa::path(get, path = "/api/v1/projects/{project}/export", tag = "transfer",
    params(("project" = String, Path, example = "default"), ExportQuery),
    responses((status = 200, body = Exported), (status = "4XX", body = Problem)))]
async fn export(
    caller: Caller<may::ProjectRead>,
    Path(key): Path<String>,
    Query(ExportQuery { environment, secrets }): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let project = caller.project(&key)?;
    if let Some(name) = &environment {
        caller.environment(&key, name)?;
    }
    let (mut bundles, mut read) = (Vec::new(), SecretsRead::default());
    for found in &project.environments {
        let name = &*found.row.key;
        if environment.as_ref().is_some_and(|wanted| wanted != name) {
            continue;
        }
        if environment.is_none() && caller.permit_in(found).is_err() {
            continue;
        }
        let mut entries = Vec::new();
        for (entry, stored) in &found.definitions {
            if caller.may_export(&mut read, secrets, &project, found, entry, &stored.document) {
                entries.push(Arc::clone(stored));
            }
        }
        bundles.push((Arc::clone(found), entries));
    }
    caller.tell_secrets(read).await?;
    let chunks = stream::iter(chunks(pieces(&project, bundles)).map(Ok::<_, Infallible>));
    Ok(([(header::CONTENT_TYPE, "application/json")], Body::from_stream(chunks)).into_response())
}

/// A part of an export.
enum Piece {
    Text(String),
    Entry(Arc<Stored>),
}

/// `{"project": ..., "environments": {<environment>: <bundle>, ...}}`
fn pieces(project: &Project, bundles: Vec<(Arc<Environment>, Vec<Arc<Stored>>)>) -> Vec<Piece> {
    let mut pieces = vec![Piece::Text(format!("{{\"project\":{},\"environments\":{{", json!(*project.key)))];
    let comma = |position| if position > 0 { "," } else { "" };
    for (position, (environment, entries)) in bundles.into_iter().enumerate() {
        let mut header = project.bundle_header(&environment);
        header.pop();
        let name = json!(*environment.row.key);
        pieces.push(Piece::Text(format!("{}{name}:{header},\"entries\":[", comma(position))));
        for (position, entry) in entries.into_iter().enumerate() {
            if position > 0 {
                pieces.push(Piece::Text(",".to_owned()));
            }
            pieces.push(Piece::Entry(entry));
        }
        pieces.push(Piece::Text("]}".to_owned()));
    }
    pieces.push(Piece::Text("}}".to_owned()));
    pieces
}

/// Pieces as text, some at a time: of all that is exported, a chunk is in memory twice.
fn chunks(pieces: Vec<Piece>) -> impl Iterator<Item = Bytes> {
    let mut pieces = pieces.into_iter();
    std::iter::from_fn(move || {
        let mut chunk = String::new();
        while chunk.len() < CHUNK
            && let Some(piece) = pieces.next()
        {
            match piece {
                Piece::Text(text) => chunk.push_str(&text),
                Piece::Entry(stored) => chunk.push_str(&stored.text),
            }
        }
        (!chunk.is_empty()).then(|| Bytes::from(chunk))
    })
}

/// Definitions that are to be taken over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImportIn {
    /// For each environment its definitions: a list, or a bundle as `export` gives it.
    #[schema(value_type = Object)]
    environments: BTreeMap<String, Value>,
    /// The versions of environments that the author saw; where one is another by now, nothing is taken over (412).
    #[serde(default)]
    expected: BTreeMap<String, u64>,
    /// Whether entries leave the environments whose definitions do not have them; in force nowhere they are archived.
    /// Sensitive ones stay.
    #[serde(default)]
    prune: bool,
    /// Only tell what it would do.
    #[serde(default)]
    dry_run: bool,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Take over definitions
#[utoipa::path(post, path = "/api/v1/projects/{project}/import", tag = "transfer", params(("project" = String, Path, example = "default")),
    request_body = ImportIn,
    responses((status = 200, body = PlannedOrChanged), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn import(
    caller: Caller<may::EntryWrite>,
    Path(project): Path<String>,
    write: Write,
    body::Body { value, digest }: body::Body<ImportIn>,
) -> Result<Response, Problem> {
    let operation = Operation::Import {
        project,
        expected: write.expected,
        versions: value.expected,
        environments: value.environments,
        prune: value.prune,
    };
    let reason = Reason { reason: value.reason, ticket: value.ticket };
    caller.carry_out(&write, operation, reason, &digest, value.dry_run).await
}
