//! The endpoints that the founding documents name, as views of the same model: entries of the project `default` in
//! simple forms, and all that one key sees.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vexil_core::Context;

use super::asked::{Path, Query};
use super::body::Body;
use super::caller::{Caller, Guarded, Needs, Sdk, Write, may};
use super::evaluation::{Groups, View, tag_of, unless_known, with_all};
use super::out::{Reason, committed, is_on, moment, tagged};
use super::problem::Problem;
use super::secrets::SecretsRead;
use super::shapes::{AppConfig, ConfigSet, FlagCreated, FlagToggled};
use crate::catalog::{Document, Environment, Stored, default_of};
use crate::gate::{Committed, Operation, Target};
use crate::services::DEFAULT_PROJECT;
use crate::store::StoreError;

/// How long a reader waits for what only the database knows. All else is answered from memory.
const HISTORY_WAIT: Duration = Duration::from_secs(1);

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new()
        .routes(routes!(config))
        .routes(routes!(update))
        .routes(routes!(status))
        .routes(routes!(toggle))
        .routes(routes!(create))
}

/// What SDK keys open.
pub(super) fn for_processes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new().routes(routes!(app_config)).routes(routes!(feature_flags))
}

/// A configuration in one environment.
#[derive(Debug, Serialize, ToSchema)]
struct SystemConfigEntry {
    /// The key.
    key: String,
    /// Everyone's value, where no scope or rule has another; a digest where it is concealed.
    value: Value,
    /// The values of single services, tenants and others, by scope and id.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Value>,
    /// What it is for.
    description: String,
    /// The environment.
    environment: String,
    /// Whether the value is a secret.
    is_sensitive: bool,
    /// Whether processes take a change over while they run.
    is_dynamic: bool,
    /// Whether values are shown as digests, for they are secrets.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    concealed: bool,
    #[serde(flatten)]
    modified: Modified,
}

/// Where an entry is in its history.
#[derive(Debug, Serialize, ToSchema)]
struct Modified {
    /// Counts the entry's definitions in the environment; what `If-Match` takes.
    revision: u64,
    /// The environment's version that the definition came with.
    version: u64,
    /// When the definition came to be (RFC 3339); absent while the database is away.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
    /// Who made it; absent while the database is away.
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_by: Option<String>,
}

/// Which environment.
#[derive(Debug, Deserialize, IntoParams)]
struct InEnvironment {
    /// The environment.
    environment: String,
}

/// A configuration's value in one environment
#[utoipa::path(get, path = "/api/v1/admin/config/{key}", tag = "classic", params(("key" = String, Path), InEnvironment),
    responses((status = 200, body = SystemConfigEntry), (status = "4XX", body = Problem)))]
async fn config(
    caller: Caller<may::ProjectRead>,
    Path(key): Path<String>,
    Query(InEnvironment { environment }): Query<InEnvironment>,
) -> Result<Response, Problem> {
    let found = caller.environment(DEFAULT_PROJECT, &environment)?;
    let stored = of_type(&found, &key, "config").ok_or_else(|| Problem::not_found("configuration", &key))?;
    let mut whole = stored.document.clone();
    if let Some(default) = default_of(&whole) {
        whole.insert("default".to_owned(), default);
    }
    let mut read = SecretsRead::default();
    let (shown, concealed) = caller.reveal(&mut read, DEFAULT_PROJECT, &found, &key, &whole).await?;
    caller.tell_secrets(read).await?;
    let mark = |field: &str| stored.document.get(field).and_then(Value::as_bool);
    let out = SystemConfigEntry {
        value: shown.get("default").cloned().unwrap_or_default(),
        scopes: shown.get("scopes").cloned(),
        description: text(&stored.document, "description"),
        environment,
        is_sensitive: caller.is_secret(DEFAULT_PROJECT, &key).await?,
        is_dynamic: mark("dynamic").unwrap_or(true),
        concealed,
        modified: caller.modified(&found, &key, stored).await?,
        key,
    };
    Ok(tagged(StatusCode::OK, stored.revision, &out))
}

/// A value that is to be set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateIn {
    /// The value, which takes the place of the old one whole; null takes a tenant's value away.
    #[serde(deserialize_with = "present")]
    value: Option<Value>,
    /// The environment.
    environment: String,
    /// Whose value it is; everyone's when absent.
    scope: Option<ScopeIn>,
    reason: Option<String>,
    ticket: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScopeIn {
    /// The tenant.
    tenant: String,
}

/// A `null` that is there is not the absence of a value.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(|value| Some(value).filter(|value| !value.is_null()))
}

/// Set a configuration's value: everyone's, or that of one tenant
#[utoipa::path(post, path = "/api/v1/admin/config/{key}/update", tag = "classic", params(("key" = String, Path)),
    request_body = UpdateIn,
    responses((status = 200, body = ConfigSet), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn update(
    caller: Caller<may::EntryWrite>,
    Path(key): Path<String>,
    write: Write,
    Body { value: asked, digest }: Body<UpdateIn>,
) -> Result<Response, Problem> {
    let UpdateIn { value, environment, scope, reason, ticket } = asked;
    let found = caller.environment(DEFAULT_PROJECT, &environment)?;
    of_type(&found, &key, "config").ok_or_else(|| Problem::not_found("configuration", &key))?;
    let target = target(&key, &environment, &write);
    let tenant = scope.map(|scope| scope.tenant);
    let operation = Operation::SetValue { target, value, tenant };
    let done = caller.submit(&write, operation, Reason { reason, ticket }.into(), &digest).await?;
    let mut out = Map::from_iter([("key".to_owned(), json!(key))]);
    caller.tell(&mut out, &done, &environment, &key)?;
    Ok(Json(out).into_response())
}

/// A flag in one environment.
#[derive(Debug, Serialize, ToSchema)]
struct FeatureFlagEntry {
    /// The key.
    name: String,
    /// What it is for.
    description: String,
    /// The environment.
    environment: String,
    /// Whether it is switched on there.
    is_enabled: bool,
    /// `boolean` or `multivariate`.
    #[serde(rename = "type")]
    type_name: &'static str,
    /// What share of units the rollout turns it on for, in percent; of booleans that have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    rollout_percentage: Option<f64>,
    /// Rules, as in definitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    targeting_rules: Option<Value>,
    /// Variations, as in definitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    variations: Option<Value>,
    /// Whether values are shown as digests, for they are secrets.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    concealed: bool,
    #[serde(flatten)]
    modified: Modified,
}

/// How a flag stands; for the OpenAPI document.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes two answers, and is none")]
enum FlagStatus {
    /// In the environment that was asked for.
    There(Box<FeatureFlagEntry>),
    /// In every one that the caller reads.
    Everywhere { name: String, environments: Vec<FeatureFlagEntry> },
}

/// Which environment, if not all.
#[derive(Debug, Deserialize, IntoParams)]
struct Somewhere {
    /// The environment; every one when absent.
    environment: Option<String>,
}

/// How a flag stands: in one environment an entry, else `{"name", "environments": [entry, ...]}`
#[utoipa::path(get, path = "/api/v1/admin/featureflags/{name}/status", tag = "classic",
    params(("name" = String, Path), Somewhere),
    responses((status = 200, body = FlagStatus), (status = "4XX", body = Problem)))]
async fn status(
    caller: Caller<may::ProjectRead>,
    Path(name): Path<String>,
    Query(Somewhere { environment }): Query<Somewhere>,
) -> Result<Response, Problem> {
    if let Some(environment) = environment {
        let found = caller.environment(DEFAULT_PROJECT, &environment)?;
        let stored = flag(&found, &name)?;
        let mut read = SecretsRead::default();
        let shown = caller.reveal(&mut read, DEFAULT_PROJECT, &found, &name, &stored.document).await?;
        caller.tell_secrets(read).await?;
        let entry = caller.flag_entry(&found, &name, stored, shown).await?;
        return Ok(tagged(StatusCode::OK, stored.revision, &entry));
    }
    let project = caller.project(DEFAULT_PROJECT)?;
    let permitted = |environment: &&Arc<Environment>| caller.permit_in(environment).is_ok();
    let (mut found, mut read) = (Vec::new(), SecretsRead::default());
    for environment in project.environments.iter().filter(permitted) {
        if let Ok(stored) = flag(environment, &name) {
            let shown =
                caller.reveal(&mut read, DEFAULT_PROJECT, environment, &name, &stored.document).await?;
            found.push((environment, stored, shown));
        }
    }
    caller.tell_secrets(read).await?;
    let found = found
        .into_iter()
        .map(|(environment, stored, shown)| caller.flag_entry(environment, &name, stored, shown));
    let entries = try_join_all(found).await?;
    if entries.is_empty() {
        return Err(Problem::not_found("flag", &name));
    }
    Ok(Json(json!({ "name": name, "environments": entries })).into_response())
}

/// On or off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ToggleIn {
    enabled: bool,
    /// The environment.
    environment: String,
    reason: Option<String>,
    ticket: Option<String>,
}

/// Switch a flag on or off in one environment
///
/// On ends a kill of that environment too, so that it is on.
#[utoipa::path(post, path = "/api/v1/admin/featureflags/{name}/toggle", tag = "classic", params(("name" = String, Path)),
    request_body = ToggleIn,
    responses((status = 200, body = FlagToggled),
        (status = 412, body = Problem), (status = "4XX", body = Problem)))]
async fn toggle(
    caller: Caller<may::EntryWrite>,
    Path(name): Path<String>,
    write: Write,
    Body { value: asked, digest }: Body<ToggleIn>,
) -> Result<Response, Problem> {
    let ToggleIn { enabled, environment, reason, ticket } = asked;
    flag(&*caller.environment(DEFAULT_PROJECT, &environment)?, &name)?;
    let operation = Operation::Toggle { target: target(&name, &environment, &write), enabled };
    let done = caller.submit(&write, operation, Reason { reason, ticket }.into(), &digest).await?;
    let mut out = Map::from_iter([("name".to_owned(), json!(name)), ("enabled".to_owned(), json!(enabled))]);
    caller.tell(&mut out, &done, &environment, &name)?;
    Ok(Json(out).into_response())
}

/// Where a new flag is in force.
#[derive(Debug, Deserialize, IntoParams)]
struct CreateQuery {
    /// Environments with commas between; every one when absent.
    environments: Option<String>,
    /// Why, in the author's words.
    reason: Option<String>,
    /// An issue, an incident.
    ticket: Option<String>,
}

/// Make a flag or any other entry: the body is its definition, as in files of definitions
#[utoipa::path(post, path = "/api/v1/admin/featureflags/create", tag = "classic", params(CreateQuery),
    request_body = Object, responses((status = 201, body = FlagCreated), (status = "4XX", body = Problem)))]
async fn create(
    caller: Caller<may::EntryWrite>,
    Query(CreateQuery { environments, reason, ticket }): Query<CreateQuery>,
    write: Write,
    Body { value: document, digest }: Body<Document>,
) -> Result<Response, Problem> {
    let environments =
        environments.map(|names| names.split(',').map(|name| name.trim().to_owned()).collect());
    let key = document.get("key").or_else(|| document.get("id")).cloned();
    let operation = Operation::CreateEntry { project: DEFAULT_PROJECT.to_owned(), document, environments };
    let done = caller.submit(&write, operation, Reason { reason, ticket }.into(), &digest).await?;
    let mut out = committed(&done);
    if let Some(out) = out.as_object_mut() {
        out.shift_insert(0, "name".to_owned(), key.unwrap_or_default());
    }
    Ok((StatusCode::CREATED, Json(out)).into_response())
}

/// Every configuration that the key sees, evaluated for its tenant
///
/// `{"environment", "version", "config": {key: value}}`. With `If-None-Match` an unchanged answer is 304.
#[utoipa::path(get, path = "/api/v1/app/config", tag = "classic",
    responses((status = 200, body = AppConfig), (status = 304), (status = 401, body = Problem)))]
async fn app_config(sdk: Sdk, headers: HeaderMap) -> Result<Response, Problem> {
    let view = View::of(&sdk).await?;
    let made = with_all(&sdk.services().turns, view, |view| {
        let mut values = Map::new();
        for found in view.evaluate_all(&mut Context::new()) {
            if let (true, Some(value)) = (is_of(found.stored, "config"), found.evaluation.value()) {
                values.insert(found.key.to_owned(), json!(value));
            }
        }
        let environment = &*view.head.environment.row.key;
        tagged_text(
            view,
            &json!({ "environment": environment, "version": view.head.version(), "config": values }),
        )
    });
    let (tag, out) = made.await?;
    Ok(unless_known(&headers, &tag, out))
}

/// What the key sees of the entries tagged `system` and `customer`, evaluated for its tenant, who is the customer
#[utoipa::path(get, path = "/api/v1/feature-flags", tag = "classic",
    responses((status = 200, body = Groups), (status = 304), (status = 401, body = Problem)))]
async fn feature_flags(sdk: Sdk, headers: HeaderMap) -> Result<Response, Problem> {
    let view = View::of(&sdk).await?;
    let made = with_all(&sdk.services().turns, view, |view| {
        let mut groups = Groups::default();
        view.evaluate_all(&mut Context::new()).for_each(|found| groups.take(&found));
        tagged_text(view, &json!(groups))
    });
    let (tag, out) = made.await?;
    Ok(unless_known(&headers, &tag, out))
}

fn tagged_text(view: &View, out: &Value) -> (String, Vec<u8>) {
    let out = out.to_string().into_bytes();
    (tag_of(&[view.audience_name().as_bytes(), &out]), out)
}

fn target(key: &str, environment: &str, write: &Write) -> Target {
    Target {
        project: DEFAULT_PROJECT.to_owned(),
        environment: environment.to_owned(),
        key: key.to_owned(),
        expected: write.expected,
    }
}

fn is_of(stored: &Stored, type_name: &str) -> bool {
    stored.document.get("type").and_then(Value::as_str) == Some(type_name)
}

fn of_type<'e>(environment: &'e Environment, key: &str, type_name: &str) -> Option<&'e Stored> {
    environment.definitions.get(key).map(|stored| &**stored).filter(|stored| is_of(stored, type_name))
}

fn flag<'e>(environment: &'e Environment, name: &str) -> Result<&'e Stored, Problem> {
    of_type(environment, name, "feature_flag").ok_or_else(|| Problem::not_found("flag", name))
}

fn text(document: &Document, field: &str) -> String {
    document.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

impl<N: Needs> Caller<N> {
    async fn modified(
        &self,
        environment: &Environment,
        key: &str,
        stored: &Stored,
    ) -> Result<Modified, Problem> {
        let store = &self.services().store;
        let asked = store.revision(DEFAULT_PROJECT, &environment.row.key, key, stored.revision);
        let row = match tokio::time::timeout(HISTORY_WAIT, asked).await {
            Err(_) | Ok(Err(StoreError::Unavailable(_))) => None,
            Ok(row) => row?,
        };
        let Stored { revision, version, .. } = *stored;
        let (last_modified, modified_by) =
            row.map(|row| (moment(row.change.created_at), row.change.actor)).unzip();
        Ok(Modified { revision, version, last_modified, modified_by })
    }

    async fn flag_entry(
        &self,
        environment: &Environment,
        name: &str,
        stored: &Stored,
        (shown, concealed): (Value, bool),
    ) -> Result<FeatureFlagEntry, Problem> {
        let field = |field: &str| shown.get(field).cloned();
        let is_boolean = shown.get("variations").is_none_or(|variations| {
            let mut values = variations.as_array().into_iter().flatten().map(|one| one.get("value"));
            values.all(|value| value.is_some_and(Value::is_boolean))
        });
        let is_boolean = is_boolean && shown.get("default").is_none_or(Value::is_boolean);
        Ok(FeatureFlagEntry {
            name: name.to_owned(),
            description: text(&stored.document, "description"),
            environment: environment.row.key.to_string(),
            is_enabled: is_on(&stored.document, &environment.row.key),
            type_name: if is_boolean { "boolean" } else { "multivariate" },
            rollout_percentage: shown.get("rollout").and_then(percentage_on),
            targeting_rules: field("rules"),
            variations: field("variations"),
            concealed,
            modified: self.modified(environment, name, stored).await?,
        })
    }

    /// Adds what a change of one entry came to.
    fn tell(
        &self,
        out: &mut Map<String, Value>,
        done: &Committed,
        environment: &str,
        key: &str,
    ) -> Result<(), Problem> {
        // Where all was as asked for already, it stays as it is.
        let current = self.environment(DEFAULT_PROJECT, environment)?;
        let revision = done.revisions.get(environment).and_then(|revisions| revisions.get(key)).copied();
        out.insert("environment".to_owned(), json!(environment));
        let version = done.versions.get(environment).copied().unwrap_or(current.row.version);
        out.insert("version".to_owned(), json!(version));
        out.insert("revision".to_owned(), json!(revision.unwrap_or_else(|| current.revision(key))));
        out.insert("change".to_owned(), json!(done.change));
        if !done.notes.is_empty() {
            out.insert("notes".to_owned(), json!(done.notes));
        }
        Ok(())
    }
}

/// The share of `on` in a rollout of percentages, plain or as an action, or in one of ranges of 100,000 buckets.
fn percentage_on(rollout: &Value) -> Option<f64> {
    let plain = |percentages: &Value| percentages.get("on").and_then(Value::as_f64);
    if let Some(ranges) = rollout.get("ranges").and_then(|ranges| ranges.get("on")) {
        let width = |range: &Value| {
            let end = |at: usize| range.get(at).and_then(Value::as_u64);
            Some(end(1)?.saturating_sub(end(0)?))
        };
        let buckets: u64 = ranges.as_array()?.iter().filter_map(width).sum();
        return u32::try_from(buckets).ok().map(|buckets| f64::from(buckets) / 1_000.0);
    }
    rollout.get("rollout").and_then(plain).or_else(|| plain(rollout))
}
