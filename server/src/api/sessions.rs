//! People who sign in. A session is a secret in a cookie that no script reads and no other site's page sends; whoever
//! writes with it shows a second token beside it, which another site's page does not know.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::DefaultBodyLimit;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vexil_core::Timestamp;

use super::body::Body;
use super::caller::{Guarded, Known, Visitor};
use super::limits::Client;
use super::out::moment;
use super::people::email_of;
use super::problem::Problem;
use crate::access::credential::{self, CredentialKind, Presented, SecretHash};
use crate::access::{Actor, Authority, EnvironmentClass, Grant, Permission, password};
use crate::audit::{Action, Record};
use crate::gate::Circumstances;
use crate::services::Services;
use crate::store::{PersonRow, SessionRow, now};

/// How long a session lasts: 12 hours, in milliseconds. It is not prolonged.
const LIFETIME: i64 = 12 * 3600 * 1000;
/// How long somebody waits for their password's turn to be compared.
const TURN: Duration = Duration::from_secs(10);
/// The cookie where the way to the browser is encrypted: browsers take this name only from the host itself, encrypted.
const SECURE_COOKIE: &str = "__Host-vexil";
/// The cookie elsewhere: on somebody's own machine.
const PLAIN_COOKIE: &str = "vexil_session";
/// Bytes of a body.
const BODY_BYTES: usize = 16 << 10;
const CSRF_HEADER: &str = "x-csrf-token";

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, who_am_i, sign_out))
        // Whoever is not known yet sends no more than an address and a password.
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

/// A session, as far as requests with its cookie go.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    id: String,
    csrf: String,
    expires_at: i64,
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// The e-mail address.
    email: String,
    /// The password.
    #[schema(format = "password")]
    password: String,
}

/// Somebody, and what they may.
#[derive(Debug, Serialize, ToSchema)]
struct WhoOut {
    /// Who, as the audit log names them: `person:<id>`, `token:<id>`.
    actor: String,
    /// A name to show.
    name: String,
    /// Their roles.
    #[schema(value_type = Vec<Object>)]
    grants: Vec<Grant>,
    /// What they may everywhere.
    permissions: Vec<Permissible>,
    /// What they may somehow, by project and environment.
    environments: BTreeMap<String, BTreeMap<String, Vec<Permissible>>>,
    /// What requests that write show in `X-CSRF-Token`; absent with an API token.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf: Option<String>,
    /// When the session ends (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

/// The name of a permission (`docs/access.md`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(value_type = String)]
struct Permissible(Permission);

impl WhoOut {
    fn new(authority: &Authority, session: Option<&Session>, services: &Services) -> WhoOut {
        let those = |may: &dyn Fn(Permission) -> bool| -> Vec<Permissible> {
            let allowed = Permission::ALL.iter().copied().filter(|permission| may(*permission));
            allowed.map(Permissible).collect()
        };
        let mut environments: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for (project, found) in services.catalog.projects().iter() {
            for environment in &found.environments {
                let (key, class) = (&*environment.row.key, EnvironmentClass::of(environment.row.production));
                let may = those(&|permission| authority.may_somehow(permission, Some((key, class))));
                environments.entry(project.to_string()).or_default().insert(key.to_owned(), may);
            }
        }
        let name = match &authority.actor {
            Actor::Person { name, .. } | Actor::Token { name, .. } | Actor::System { name } => name.clone(),
        };
        WhoOut {
            actor: authority.actor.to_string(),
            name,
            grants: authority.grants.clone(),
            permissions: those(&|permission| authority.may(permission, None, None).is_ok()),
            environments,
            csrf: session.map(|session| session.csrf.clone()),
            expires_at: session.map(|session| moment(session.expires_at)),
        }
    }
}

/// Sign in
///
/// The answer sets a cookie; requests with it that write show `csrf` in `X-CSRF-Token`.
#[utoipa::path(post, path = "/api/v1/session", tag = "people", request_body = SignIn, security(()),
    responses((status = 201, body = WhoOut), (status = 401, body = Problem), (status = "4XX", body = Problem)))]
async fn sign_in(visitor: Visitor, Body { value, .. }: Body<SignIn>) -> Result<Response, Problem> {
    let services = visitor.services();
    let SignIn { email, password } = value;
    attempt(services, &email, &visitor.client)?;
    let person = match email_of(&email) {
        Ok(email) => services.store.person_by_email(&email).await?,
        Err(_) => None,
    };
    let person = person.filter(|person| person.disabled_at.is_none());
    let stored = person.as_ref().map(|person| person.password.clone());
    let is_theirs = with_turn(services, move || password::verify(&password, stored.as_deref())).await?;
    let known = person.as_ref().map(|person| person.id.clone());
    let begun = match person.filter(|_| is_theirs) {
        Some(person) => begin(&visitor, person).await?,
        None => None,
    };
    let Some((authority, session, plaintext)) = begun else {
        fail(services, known, &visitor.circumstances).await?;
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "LOGIN_FAILED",
            "the e-mail or the password is wrong",
        ));
    };
    succeed(services, &email, &visitor.client);
    let out = WhoOut::new(&authority, Some(&session), services);
    let seconds = LIFETIME / 1000;
    let cookie = cookie(&visitor.client, plaintext.reveal(), seconds)?;
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(out)).into_response())
}

/// Who one is, and what one may
#[utoipa::path(get, path = "/api/v1/session", tag = "people",
    responses((status = 200, body = WhoOut), (status = "4XX", body = Problem)))]
async fn who_am_i(known: Known) -> Json<WhoOut> {
    Json(WhoOut::new(&known.authority, known.session.as_ref(), known.services()))
}

/// Sign out
#[utoipa::path(delete, path = "/api/v1/session", tag = "people",
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn sign_out(known: Known) -> Result<Response, Problem> {
    let Some(session) = &known.session else {
        return Err(Problem::bad_request(
            "NO_SESSION",
            "an API token has no session; revoke the token instead",
        ));
    };
    known.services().store.end_session(&session.id).await?;
    let mut record = record(&known.authority.actor.to_string(), Action::SessionLogout, &known.circumstances);
    record.target = Some(session.id.clone());
    known.services().store.note(vec![record]).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&known.client, "", 0)?)]).into_response())
}

/// Begins to log in, if account and address may try now.
pub(super) fn attempt(services: &Services, email: &str, client: &Client) -> Result<(), Problem> {
    let Some(address) = client.address else { return Ok(()) };
    let mut logins = services.limits.logins.lock().unwrap_or_else(PoisonError::into_inner);
    logins.attempt(email, address, Instant::now()).map_err(|wait| {
        let seconds = wait.0.as_secs() + 1;
        Problem::too_many(wait.code(), wait.to_string(), seconds)
    })
}

/// Ends a login that succeeded.
pub(super) fn succeed(services: &Services, email: &str, client: &Client) {
    if let Some(address) = client.address {
        let mut logins = services.limits.logins.lock().unwrap_or_else(PoisonError::into_inner);
        logins.succeeded(email, address);
    }
}

/// Does what keeps a processor busy, a few at a time.
pub(super) async fn with_turn<T: Send + 'static>(
    services: &Services,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let busy = || Problem::unavailable("BUSY", "too many passwords are compared at the moment; try again");
    let turn = tokio::time::timeout(TURN, Arc::clone(&services.limits.passwords).acquire_owned()).await;
    let turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
    let work = move || {
        // It goes on when whoever asked has gone, and keeps its turn until it is done.
        let _turn = turn;
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(error.to_string()))
}

/// Begins a session, and tells the audit log. None where the person is another by now.
async fn begin(
    visitor: &Visitor,
    person: PersonRow,
) -> Result<Option<(Authority, Session, credential::Plaintext)>, Problem> {
    let no_chance = |error: getrandom::Error| Problem::internal(format!("no random bytes: {error}"));
    let minted = credential::mint(CredentialKind::Session).map_err(no_chance)?;
    let mut csrf = [0; 32];
    getrandom::fill(&mut csrf).map_err(no_chance)?;
    let created_at = now();
    let row = SessionRow {
        id: minted.id.to_string(),
        hash: minted.hash.to_hex(),
        person: person.id.clone(),
        csrf: Base64UrlUnpadded::encode_string(&csrf),
        address: visitor.circumstances.address.clone(),
        created_at,
        expires_at: created_at.saturating_add(LIFETIME),
    };
    let store = &visitor.services().store;
    if !store.begin_session(&row, person.revision).await? {
        return Ok(None);
    }
    let actor = Actor::Person { id: person.id.clone(), name: person.name };
    let mut told = record(&actor.to_string(), Action::SessionLogin, &visitor.circumstances);
    told.target = Some(row.id.clone());
    store.note(vec![told]).await?;
    let session = Session { id: row.id, csrf: row.csrf, expires_at: row.expires_at };
    Ok(Some((Authority { actor, grants: person.grants }, session, minted.plaintext)))
}

/// Tells of a failure. What was typed as the account is not told: it may be a password in the wrong field.
async fn fail(
    services: &Services,
    person: Option<String>,
    circumstances: &Circumstances,
) -> Result<(), Problem> {
    let address = circumstances.address.as_deref();
    tracing::warn!(person, address, "somebody failed to log in");
    if let Some(untold) = services.limits.tell_failure() {
        let mut record = record("system:sign-in", Action::SessionLoginFailed, circumstances);
        record.target = person;
        record.summary = (untold > 0).then(|| format!("and {untold} more that were not told of"));
        services.store.note(vec![record]).await?;
    }
    Ok(())
}

fn record(actor: &str, action: Action, circumstances: &Circumstances) -> Record {
    Record {
        request_id: circumstances.request_id.clone(),
        address: circumstances.address.clone(),
        ..Record::new(Timestamp::from_millis(now()), actor.to_owned(), action)
    }
}

/// What somebody may whose cookie comes with the request.
pub(super) async fn of_cookie(parts: &Parts, services: &Services) -> Result<(Authority, Session), Problem> {
    let client = Client::of_parts(parts, services.settings.behind_proxy);
    let name = if client.is_encrypted { SECURE_COOKIE } else { PLAIN_COOKIE };
    let shown = presented_cookie(&parts.headers, name).ok_or_else(|| {
        Problem::unauthenticated("an API token is needed (`Authorization: Bearer <token>`), or to sign in")
    })?;
    let over = || Problem::unauthenticated("the session is unknown or over; sign in again");
    let presented = Presented::parse(shown)?;
    let row = services.store.session(presented.id().as_str()).await?.ok_or_else(over)?;
    let is_theirs = SecretHash::from_hex(&row.hash).is_some_and(|hash| presented.is(&hash));
    if !is_theirs || row.expires_at <= now() {
        return Err(over());
    }
    let authority = services.directory.person(&row.person).ok_or_else(over)?;
    if !parts.method.is_safe() {
        is_from_our_pages(parts, &client)?;
        let shown = parts.headers.get(CSRF_HEADER).map(HeaderValue::as_bytes).unwrap_or_default();
        if !bool::from(shown.ct_eq(row.csrf.as_bytes())) {
            let detail = "a request that writes shows the session's `csrf` in `X-CSRF-Token`";
            return Err(Problem::forbidden("CSRF_TOKEN", detail));
        }
    }
    Ok((authority, Session { id: row.id, csrf: row.csrf, expires_at: row.expires_at }))
}

/// Whether a browser, where one says so, sends the request for one of our own pages.
pub(super) fn is_from_our_pages(parts: &Parts, client: &Client) -> Result<(), Problem> {
    let text = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let site = text("sec-fetch-site");
    let is_ours = |origin: &str| {
        let uri: Option<Uri> = origin.parse().ok();
        let scheme = uri.as_ref().and_then(Uri::scheme_str);
        let authority = uri.as_ref().and_then(Uri::authority).map(|authority| authority.as_str());
        let host = text("host").or_else(|| parts.uri.authority().map(|authority| authority.as_str()));
        let is_same = authority.zip(host).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other));
        // A page that came unencrypted may be anybody's.
        is_same && (!client.is_encrypted || scheme == Some("https"))
    };
    if site.is_none_or(|site| matches!(site, "same-origin" | "none")) && text("origin").is_none_or(is_ours) {
        return Ok(());
    }
    Err(Problem::forbidden("CROSS_ORIGIN", "the request comes from a page of another site"))
}

/// Whether a cookie of ours is there.
pub(super) fn has_cookie(headers: &HeaderMap) -> bool {
    [SECURE_COOKIE, PLAIN_COOKIE].iter().any(|name| presented_cookie(headers, name).is_some())
}

/// The value of a cookie (RFC 6265, section 4.2).
fn presented_cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(found, _)| *found == name).map(|(_, value)| value).next()
}

/// A cookie for so many seconds; for none it is forgotten.
fn cookie(client: &Client, value: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let (name, secure) = if client.is_encrypted { (SECURE_COOKIE, "; Secure") } else { (PLAIN_COOKIE, "") };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    let mut value = HeaderValue::try_from(text).map_err(|error| Problem::internal(error.to_string()))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().uri("/api/v1/session").header("host", "flags.example.com");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn only_our_own_pages_write() {
        let encrypted = Client { address: None, is_encrypted: true };
        let plain = Client { address: None, is_encrypted: false };
        let is_ours = |client, headers: &[(&str, &str)]| is_from_our_pages(&parts(headers), client).is_ok();
        assert!(is_ours(&encrypted, &[]), "no browser says anything");
        let ours = ("origin", "https://flags.example.com");
        assert!(is_ours(&encrypted, &[ours, ("sec-fetch-site", "same-origin")]));
        assert!(is_ours(&plain, &[("origin", "http://FLAGS.example.com")]));
        for headers in [
            &[("origin", "https://evil.example.com")][..],
            &[("origin", "http://flags.example.com")],
            &[("origin", "https://flags.example.com:8443")],
            &[("origin", "https://flags.example.com.evil.com")],
            &[("origin", "null")],
            &[("origin", "")],
            &[ours, ("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
        ] {
            assert!(!is_ours(&encrypted, headers), "{headers:?}");
        }
    }

    #[test]
    fn cookies_are_found_among_others() {
        let found = |line: &str| {
            let parts = parts(&[("cookie", line)]);
            presented_cookie(&parts.headers, PLAIN_COOKIE).map(str::to_owned)
        };
        assert_eq!(found("a=b; vexil_session=x; c=d"), Some("x".to_owned()));
        assert_eq!(found("xvexil_session=x;vexil_session"), None);
        assert_eq!(found("; ;=;vexil_session=a=b"), Some("a=b".to_owned()));
    }

    #[test]
    fn a_cookie_is_for_no_script_and_no_other_site() {
        let text = |is_encrypted| {
            let value = cookie(&Client { address: None, is_encrypted }, "s", 9).unwrap();
            value.to_str().unwrap().to_owned()
        };
        assert_eq!(text(true), "__Host-vexil=s; Path=/; Max-Age=9; HttpOnly; SameSite=Strict; Secure");
        assert_eq!(text(false), "vexil_session=s; Path=/; Max-Age=9; HttpOnly; SameSite=Strict");
    }
}
