//! Processes and apps, with their SDK keys.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::{Guarded, bearer, circumstances, ticket};
use crate::access::credential::Presented;
use crate::api::problem::Problem;
use crate::directory::SdkKey;
use crate::gate::Circumstances;
use crate::services::Services;
use crate::store::now;

/// A process or an app with its key.
pub(crate) struct Sdk {
    /// What the key is of.
    pub(crate) key: Arc<SdkKey>,
    services: Arc<Services>,
}

impl Sdk {
    pub(in crate::api) fn services(&self) -> &Arc<Services> {
        &self.services
    }
}

impl<S> FromRequestParts<S> for Sdk
where
    S: Send + Sync,
    Guarded: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Sdk, Problem> {
        let Guarded(services) = Guarded::from_ref(state);
        let token =
            bearer(&parts.headers)?.ok_or_else(|| Problem::unauthenticated("an SDK key is needed"))?;
        let presented = Presented::parse(token)?;
        match services.directory.sdk_key(&presented, now()) {
            Some(key) => {
                services.limits.sdk(&key.id)?;
                tracing::Span::current().record("actor", format_args!("key:{}", key.id));
                Ok(Sdk { key, services })
            }
            None if services.directory.token(&presented, now()).is_some() => {
                let detail = "an API token does not read what SDK keys do; make a key with POST /api/v1/keys";
                Err(Problem::new(StatusCode::FORBIDDEN, "NOT_AN_SDK_KEY", detail))
            }
            None => Err(Problem::unauthenticated("the key is unknown, has expired or was revoked")),
        }
    }
}

/// A process or an app that listens: with its key, or with the ticket in a URL that stands for it.
pub(crate) struct Listening(pub(crate) Sdk);

impl<S> FromRequestParts<S> for Listening
where
    S: Send + Sync,
    Guarded: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Listening, Problem> {
        let Some(ticket) = ticket(&parts.uri) else {
            return Sdk::from_request_parts(parts, state).await.map(Listening);
        };
        let Guarded(services) = Guarded::from_ref(state);
        let holder = services.tickets.holder(ticket, now());
        let key = holder.and_then(|id| services.directory.sdk_key_of(id, now()));
        match key {
            Some(key) => {
                services.limits.sdk(&key.id)?;
                Ok(Listening(Sdk { key, services }))
            }
            None => {
                Err(Problem::unauthenticated("the ticket is none, has expired, or its key does not work"))
            }
        }
    }
}

/// A process that does what the audit log tells of.
pub(crate) struct AuditedSdk {
    /// The process.
    pub(crate) sdk: Sdk,
    /// The address and request id.
    pub(crate) circumstances: Circumstances,
}

impl<S> FromRequestParts<S> for AuditedSdk
where
    S: Send + Sync,
    Guarded: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<AuditedSdk, Problem> {
        let sdk = Sdk::from_request_parts(parts, state).await?;
        Ok(AuditedSdk { sdk, circumstances: circumstances(parts) })
    }
}
