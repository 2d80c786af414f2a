//! What of a path and a query is asked for. axum tells what is wrong with them in plain text; here it is a problem as
//! everywhere.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// The names in a path.
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Path<T>, Problem> {
        let asked = axum::extract::Path::from_request_parts(parts, state).await;
        // What cannot be the name of anything is not there.
        let asked = asked
            .map_err(|rejection| Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", rejection.body_text()));
        asked.map(|axum::extract::Path(names)| Path(names))
    }
}

/// The parameters of a query.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Query<T>, Problem> {
        let asked = axum::extract::Query::from_request_parts(parts, state).await;
        let asked = asked.map_err(|rejection| Problem::bad_request("INVALID_QUERY", rejection.body_text()));
        asked.map(|axum::extract::Query(parameters)| Query(parameters))
    }
}
