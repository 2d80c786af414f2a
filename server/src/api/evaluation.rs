//! Evaluation for whoever holds an SDK key: what the key sees, and for which tenant. The core decides; nothing here does.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use serde_json::{Map, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use vexil_core::{Context, ErrorCode, Evaluation, Request, Snapshot, Timestamp};

use super::caller::Sdk;
use super::problem::Problem;
use super::sdk::{cached, matches};
use crate::catalog::Stored;
use crate::delivery::{Audience, Head, slice};
use crate::store::now;
use crate::turns::Turns;

/// One version of an environment, as a key sees it.
pub(super) struct View {
    pub(super) head: Arc<Head>,
    snapshot: Arc<Snapshot>,
    audience: Audience,
    /// The tenant that all is evaluated for.
    tenant: Option<Arc<str>>,
}

/// So many entries are evaluated at once in less time than it takes to hand them to another thread and back.
const FEW: usize = 200;

/// An entry with what it comes to.
pub(super) struct Evaluated<'v> {
    pub(super) key: &'v str,
    pub(super) stored: &'v Stored,
    pub(super) evaluation: Evaluation<'v>,
}

impl View {
    /// Of the newest version.
    pub(super) async fn of(sdk: &Sdk) -> Result<View, Problem> {
        let turns = &sdk.services().turns;
        View::at(turns, sdk.head()?, sdk.key.audience.clone(), sdk.key.tenant.clone()).await
    }

    /// Of this version. Whoever is the first to ask for it may wait until it is compiled.
    pub(super) async fn at(
        turns: &Turns,
        head: Arc<Head>,
        audience: Audience,
        tenant: Option<Arc<str>>,
    ) -> Result<View, Problem> {
        if !head.is_compiled() {
            let compiling = Arc::clone(&head);
            turns.take(move || drop(compiling.snapshot().cloned())).await?;
        }
        let snapshot = head.snapshot().map_err(|problem| {
            tracing::error!(%problem, "what is in force does not load");
            Problem::internal("what is in force does not load; the log says why")
        })?;
        Ok(View { snapshot: Arc::clone(snapshot), head, audience, tenant })
    }

    /// Evaluates one entry; none where the key sees no such entry.
    pub(super) fn evaluate<'v>(&'v self, key: &str, context: &'v mut Context) -> Option<Evaluation<'v>> {
        if !self.knows(key) {
            return None;
        }
        self.bind(context);
        found(self.snapshot.evaluate(key, &request(context)))
    }

    /// Evaluates every entry that the key sees and that can be asked for, by ascending key.
    pub(super) fn evaluate_all<'v>(
        &'v self,
        context: &'v mut Context,
    ) -> impl Iterator<Item = Evaluated<'v>> {
        self.bind(context);
        let request = request(&*context);
        let definitions = self.head.environment.definitions.iter();
        definitions.filter(|(_, stored)| self.sees(stored)).filter_map(move |(key, stored)| {
            let evaluation = found(self.snapshot.evaluate(key, &request))?;
            Some(Evaluated { key, stored, evaluation })
        })
    }

    /// The name of whom answers are made for.
    pub(super) fn audience_name(&self) -> String {
        match &self.tenant {
            Some(tenant) if self.audience == Audience::Server => format!("server:{tenant}"),
            _ => self.audience.name(),
        }
    }

    /// Whether the key may hear of an entry of that name.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.audience == Audience::Server
            || self.head.environment.definitions.get(key).is_some_and(|stored| self.sees(stored))
    }

    /// What is sensitive is in no snapshot, so nobody sees it here.
    fn sees(&self, stored: &Stored) -> bool {
        self.audience == Audience::Server || slice::is_client_visible(&stored.document)
    }

    /// Whoever holds the key of a tenant is of that tenant, whatever they say.
    fn bind(&self, context: &mut Context) {
        if let Some(tenant) = &self.tenant {
            context.set("tenant.id", &**tenant);
        }
    }
}

/// Does what takes the longer the more entries there are, where others need not wait for it.
pub(super) async fn with_all<T: Send + 'static>(
    turns: &Turns,
    view: View,
    work: impl FnOnce(&View) -> T + Send + 'static,
) -> Result<T, Problem> {
    if view.head.environment.definitions.len() <= FEW {
        return Ok(work(&view));
    }
    Ok(turns.take(move || work(&view)).await?)
}

fn request(context: &Context) -> Request<'_, '_, Context> {
    Request::new(context, Timestamp::from_millis(now()))
}

fn found(evaluation: Evaluation<'_>) -> Option<Evaluation<'_>> {
    (evaluation.error() != Some(ErrorCode::FlagNotFound)).then_some(evaluation)
}

/// Values by the tags that say who decides them: the company for all (`system`), or what a customer has (`customer`).
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct Groups {
    /// Values of what has the tag `system`.
    #[schema(value_type = Object)]
    system: Map<String, serde_json::Value>,
    /// Values of what has the tag `customer`.
    #[schema(value_type = Object)]
    customer: Map<String, serde_json::Value>,
}

impl Groups {
    /// Takes over what has a value. An entry with both tags is in both.
    pub(super) fn take(&mut self, found: &Evaluated<'_>) {
        let tags = found.stored.document.get("tags").and_then(serde_json::Value::as_array);
        let Some(value) = found.evaluation.value() else { return };
        for tag in tags.into_iter().flatten().filter_map(serde_json::Value::as_str) {
            let group = match tag {
                "system" => &mut self.system,
                "customer" => &mut self.customer,
                _ => continue,
            };
            group.insert(found.key.to_owned(), json!(value));
        }
    }
}

/// A tag for what these parts make. Time changes what entries come to, and not only new versions do, so an answer's tag
/// is made from the answer.
pub(super) fn tag_of(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    format!("\"{}\"", Base64UrlUnpadded::encode_string(&hash.finalize()))
}

/// An answer in JSON, or 304 where the caller has it already.
pub(super) fn unless_known(headers: &HeaderMap, tag: &str, body: Vec<u8>) -> Response {
    const VARY: &str = "authorization, x-api-key";
    if matches(headers, tag) {
        return cached(StatusCode::NOT_MODIFIED.into_response(), tag, VARY);
    }
    cached(([(header::CONTENT_TYPE, "application/json")], body).into_response(), tag, VARY)
}
