//! The HTTP interface: what people and programs administer (`/api/v1`), what processes are given (`/sdk/v1`), and
//! OpenFeature's remote evaluation (`/ofrep/v1`). The OpenAPI document is made from the handlers.

mod asked;
mod audit;
mod body;
mod caller;
mod classic;
mod definitions;
mod document;
mod entries;
mod environments;
mod evaluation;
mod events;
mod keys;
mod limits;
mod ofrep;
mod out;
mod pages;
mod passage;
mod people;
mod problem;
mod projects;
mod sdk;
mod secrets;
mod sessions;
mod shapes;
mod signing_keys;
mod slices;
mod stream;
mod telemetry;
mod tokens;
mod transfer;
mod web;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, Uri};
use tower::ServiceBuilder;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::services::Services;
use caller::Guarded;
use passage::Passage;
use problem::{Problem, Shape};

pub(crate) use limits::Limits;
pub(crate) use web::metrics_router;

/// What the OpenAPI document says of the whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vexil",
        description = "Feature flags, configuration and experiments: administration, delivery and remote evaluation.",
        license(name = "MIT OR Apache-2.0")
    ),
    modifiers(&Bearer),
    security(("bearer" = [])),
    tags(
        (name = "projects", description = "Projects and their environments"),
        (name = "entries", description = "What entries are in all environments"),
        (name = "definitions", description = "What entries do in one environment, with every revision"),
        (name = "transfer", description = "Import, export, promotion"),
        (name = "keys", description = "SDK keys and API tokens"),
        (name = "people", description = "People, and how they sign in"),
        (name = "audit", description = "Who did what"),
        (name = "classic", description = "The same model, as seen through simpler endpoints"),
        (name = "sdk", description = "What processes are given, and what they tell"),
        (name = "telemetry", description = "Who runs which version, what was evaluated, who was exposed"),
        (name = "ofrep", description = "OpenFeature's remote evaluation"),
    )
)]
struct Document;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API token for /api/v1, an SDK key for /sdk/v1 and /ofrep/v1"))
            .build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(projects::routes())
        .merge(environments::routes())
        .merge(entries::routes())
        .merge(definitions::routes())
        .merge(transfer::routes())
        .merge(keys::routes())
        .merge(tokens::routes())
        .merge(signing_keys::routes())
        .merge(people::routes())
        .merge(sessions::routes())
        .merge(audit::routes())
        .merge(classic::routes())
        .merge(slices::routes())
        .merge(telemetry::routes())
        .merge(for_processes())
}

/// What SDK keys open.
fn for_processes() -> OpenApiRouter<Guarded> {
    sdk::routes()
        .merge(events::routes())
        .merge(slices::for_processes())
        .merge(ofrep::routes())
        .merge(classic::for_processes())
}

fn documented() -> (Router<Guarded>, utoipa::openapi::OpenApi) {
    let (router, mut document) = routes().split_for_parts();
    document::complete(&mut document);
    (router, document)
}

/// The OpenAPI document, as JSON.
pub fn openapi() -> String {
    let (_, document) = documented();
    document.to_pretty_json().unwrap_or_default()
}

/// Everything that the server answers.
pub(crate) fn router(services: &Arc<Services>) -> Router {
    let (router, document) = documented();
    let router = router
        .merge(SwaggerUi::new("/api/docs").url("/api/openapi.json", document))
        .merge(web::health(services))
        .with_state(Guarded::new(services))
        .fallback(|uri: Uri| async move {
            let problem = Problem::new(StatusCode::NOT_FOUND, "NO_SUCH_ROUTE", "nothing is here");
            Shape::of(uri.path()).answer(problem)
        });
    let bodies = DefaultBodyLimit::max(services.settings.max_body);
    router.layer(ServiceBuilder::new().layer(Passage(Arc::clone(services))).layer(bodies))
}
