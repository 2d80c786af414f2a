//! Who asks. What requests are answered with is behind these extractors: a handler without one has nothing to answer
//! with, so it cannot forget to ask.

mod sdk;
mod write;

use std::collections::HashMap;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};

use super::body::without_nul;
use super::limits::Client;
use super::problem::Problem;
use super::sessions::{self, Session};
use crate::access::credential::Presented;
use crate::access::{Authority, EnvironmentClass, Permission};
use crate::catalog::{Environment, Project};
use crate::gate::{Circumstances, Committed, Idempotency, Operation, Proposal, Reviewed};
use crate::services::Services;
use crate::store::now;
use crate::turns::Turns;

/// What tickets open.
const EVENT_STREAM: &str = "/ofrep/v1/stream";

pub(crate) use sdk::{AuditedSdk, Listening, Sdk};
pub(super) use write::IDEMPOTENCY_KEY_BYTES;
pub(crate) use write::Write;

/// What the router carries. Only this module looks inside.
#[derive(Clone)]
pub(crate) struct Guarded(Arc<Services>);

impl Guarded {
    pub(super) fn new(services: &Arc<Services>) -> Guarded {
        Guarded(Arc::clone(services))
    }

    /// Turns of what keeps a processor busy, which is nobody's secret.
    pub(super) fn turns(&self) -> &Turns {
        &self.0.turns
    }
}

/// What a handler needs of its caller, as a type.
pub(crate) trait Needs: Send + Sync + 'static {
    /// The permission, judged in the environment that the path names. What a change touches is judged by the gate.
    const PERMISSION: Permission;
}

macro_rules! needs {
    ($($name:ident)*) => {
        /// What handlers can need, each a type, so that it stands in the handler's signature.
        pub(crate) mod may {
            $(
                #[doc = concat!("[`Permission::", stringify!($name), "`](crate::access::Permission::", stringify!($name), ")")]
                #[derive(Debug, Clone, Copy)]
                pub(crate) struct $name;

                impl super::Needs for $name {
                    const PERMISSION: crate::access::Permission = crate::access::Permission::$name;
                }
            )*
        }
    };
}

needs! {
    ProjectRead EntryWrite EntryArchive EnvironmentManage ProjectManage KeyManage TokenManage PeopleManage
    SigningKeyManage AuditRead TelemetryRead SliceVend
}

/// Somebody who has the permission.
pub(crate) struct Caller<N> {
    /// Who, and what else they may.
    pub(crate) authority: Authority,
    /// The address and request id, for the audit log.
    pub(crate) circumstances: Circumstances,
    services: Arc<Services>,
    needs: PhantomData<N>,
}

impl<N: Needs> Caller<N> {
    pub(super) fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// A project, as of now.
    pub(crate) fn project(&self, key: &str) -> Result<Arc<Project>, Problem> {
        self.services.catalog.project(key).ok_or_else(|| Problem::not_found("project", key))
    }

    /// Refuses unless the caller has the permission in this environment.
    pub(super) fn permit_in(&self, environment: &Environment) -> Result<(), Problem> {
        let place = (&*environment.row.key, EnvironmentClass::of(environment.row.production));
        permit_in(&self.authority, N::PERMISSION, place)
    }

    /// Asks the gate for a change.
    pub(crate) async fn submit(
        &self,
        write: &Write,
        operation: Operation,
        why: Why,
        body: &str,
    ) -> Result<Committed, Problem> {
        Ok(self.services.gate.submit(self.proposal(write, operation, why, body)).await?)
    }

    /// Asks the gate what a change would do.
    pub(crate) async fn preview(
        &self,
        write: &Write,
        operation: Operation,
        why: Why,
    ) -> Result<Reviewed, Problem> {
        let proposal = self.proposal(write, operation, why, "");
        Ok(self.services.gate.preview(proposal, &self.services.turns).await?)
    }

    fn proposal(&self, write: &Write, operation: Operation, why: Why, body: &str) -> Proposal {
        let request = format!("{} {body}", write.request);
        Proposal {
            operation,
            by: self.authority.clone(),
            circumstances: Circumstances {
                reason: why.reason,
                ticket: why.ticket,
                ..self.circumstances.clone()
            },
            idempotency: write.key.clone().map(|key| Idempotency { key, request }),
        }
    }
}

/// Why something is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Why {
    /// In the author's words.
    pub(crate) reason: Option<String>,
    /// An issue, an incident.
    pub(crate) ticket: Option<String>,
}

impl<S, N> FromRequestParts<S> for Caller<N>
where
    S: Send + Sync,
    Guarded: FromRef<S>,
    N: Needs,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Caller<N>, Problem> {
        let Guarded(services) = Guarded::from_ref(state);
        let (authority, _) = authenticate(parts, &services).await?;
        let named: Path<HashMap<String, String>> =
            Path::from_request_parts(parts, state).await.unwrap_or_else(|_| Path(HashMap::new()));
        tracing::Span::current().record("actor", authority.actor.to_string());
        permit(&authority, N::PERMISSION, &named, &services)?;
        let circumstances = circumstances(parts);
        Ok(Caller { authority, circumstances, services, needs: PhantomData })
    }
}

/// Somebody who is known, whatever they may: for what is everybody's own.
pub(crate) struct Known {
    /// Who, and what they may.
    pub(crate) authority: Authority,
    /// The session that they have signed in to; none with an API token.
    pub(crate) session: Option<Session>,
    /// Where the request came from.
    pub(crate) client: Client,
    /// The address and request id, for the audit log.
    pub(crate) circumstances: Circumstances,
    services: Arc<Services>,
}

impl Known {
    pub(super) fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// Begins to compare a password of one's own, as to log in does.
    pub(super) fn may_guess(&self, email: &str) -> Result<(), Problem> {
        sessions::attempt(&self.services, email, &self.client)
    }

    /// The password was the right one.
    pub(super) fn guessed_right(&self, email: &str) {
        sessions::succeed(&self.services, email, &self.client);
    }

    /// Asks the gate for a change.
    pub(crate) async fn submit(&self, operation: Operation, why: Why) -> Result<Committed, Problem> {
        let circumstances =
            Circumstances { reason: why.reason, ticket: why.ticket, ..self.circumstances.clone() };
        let by = self.authority.clone();
        Ok(self.services.gate.submit(Proposal { operation, by, circumstances, idempotency: None }).await?)
    }
}

impl<S> FromRequestParts<S> for Known
where
    S: Send + Sync,
    Guarded: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Known, Problem> {
        let Guarded(services) = Guarded::from_ref(state);
        let (authority, session) = authenticate(parts, &services).await?;
        let client = Client::of_parts(parts, services.settings.behind_proxy);
        Ok(Known { authority, session, client, circumstances: circumstances(parts), services })
    }
}

/// Anybody, who is about to show who they are.
pub(crate) struct Visitor {
    /// Where the request came from.
    pub(crate) client: Client,
    /// The address and request id, for the audit log.
    pub(crate) circumstances: Circumstances,
    services: Arc<Services>,
}

impl Visitor {
    pub(super) fn services(&self) -> &Arc<Services> {
        &self.services
    }
}

impl<S> FromRequestParts<S> for Visitor
where
    S: Send + Sync,
    Guarded: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Visitor, Problem> {
        let Guarded(services) = Guarded::from_ref(state);
        let client = Client::of_parts(parts, services.settings.behind_proxy);
        sessions::is_from_our_pages(parts, &client)?;
        Ok(Visitor { client, circumstances: circumstances(parts), services })
    }
}

fn circumstances(parts: &Parts) -> Circumstances {
    Circumstances {
        request_id: parts.extensions.get::<RequestId>().map(|id| id.0.to_string()),
        address: address(parts).map(|address| address.to_string()),
        ..Circumstances::default()
    }
}

/// An API token, or the cookie of somebody who has signed in.
async fn authenticate(parts: &Parts, services: &Services) -> Result<(Authority, Option<Session>), Problem> {
    without_nul(&parts.uri)?;
    let (authority, session) = match bearer(&parts.headers)? {
        Some(token) => {
            let presented = Presented::parse(token)?;
            let found = services.directory.token(&presented, now());
            let detail = "the token is unknown, has expired or was revoked";
            (found.ok_or_else(|| Problem::unauthenticated(detail))?, None)
        }
        None => {
            let (authority, session) = sessions::of_cookie(parts, services).await?;
            (authority, Some(session))
        }
    };
    if parts.method.is_safe() {
        services.limits.read(&authority.actor)?;
    } else {
        services.limits.write(&authority.actor)?;
    }
    Ok((authority, session))
}

/// Reading is judged here as a whole. Who writes must be somebody who may write something; what exactly is the gate's
/// to judge, as it depends on what changes.
fn permit(
    authority: &Authority,
    permission: Permission,
    named: &HashMap<String, String>,
    services: &Services,
) -> Result<(), Problem> {
    let project = named.get("project").and_then(|key| services.catalog.project(key));
    let project = project.or_else(|| services.catalog.project(crate::services::DEFAULT_PROJECT));
    let environments = project.iter().flat_map(|project| &project.environments);
    let mut places = environments
        .map(|environment| (&*environment.row.key, EnvironmentClass::of(environment.row.production)));
    if let Some(name) = named.get("environment")
        && let Some(place) = places.find(|(known, _)| known == name)
    {
        return permit_in(authority, permission, place);
    }
    let is_some = authority.may_somehow(permission, None)
        || places.any(|place| authority.may_somehow(permission, Some(place)));
    match authority.may(permission, None, None) {
        Err(denied) if !is_some => Err(crate::gate::Refusal::from(denied).into()),
        _ => Ok(()),
    }
}

/// Whoever may do something elsewhere only may not do it here.
fn permit_in(
    authority: &Authority,
    permission: Permission,
    place: (&str, EnvironmentClass),
) -> Result<(), Problem> {
    if authority.may_somehow(permission, Some(place)) {
        return Ok(());
    }
    match authority.may(permission, Some(place), None) {
        Ok(_) => Ok(()),
        Err(denied) => Err(crate::gate::Refusal::from(denied).into()),
    }
}

/// The text behind `Bearer` in `Authorization`, or `X-API-Key`, which OFREP knows too.
pub(super) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let text = value.to_str().ok().and_then(|text| text.split_once(' '));
        return match text {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
            _ => Err(Problem::unauthenticated("`Authorization` is `Bearer <token>`")),
        };
    }
    let key = headers.get("x-api-key").map(|value| value.to_str());
    key.transpose().map_err(|_| Problem::unauthenticated("`X-API-Key` is not text"))
}

/// Where the request came from.
pub(super) fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<Client>().and_then(|client| client.address)
}

/// The id of a request, as in logs.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) Arc<str>);

/// The ticket in a URL, unless the path takes none.
pub(super) fn ticket(uri: &Uri) -> Option<&str> {
    let query = uri.query().filter(|_| uri.path() == EVENT_STREAM)?;
    query.split('&').find_map(|member| member.strip_prefix("ticket="))
}
