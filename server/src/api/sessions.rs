//! People who have signed in.

use axum::http::request::Parts;

use super::problem::Problem;
use crate::access::Authority;
use crate::server::Services;

/// What somebody may whose cookie comes with the request.
pub(super) async fn of_cookie(_parts: &Parts, _services: &Services) -> Result<Authority, Problem> {
    Err(Problem::unauthenticated("an API token is needed: `Authorization: Bearer <token>`"))
}
