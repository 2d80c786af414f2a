//! The endpoints that the founding documents name, as views of the same model.

use utoipa_axum::router::OpenApiRouter;

use super::caller::Guarded;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new()
}
