//! Changes of one flag through the admin API.

use std::time::Instant;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::client::conn::http1::SendRequest;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::Target;
use crate::http::{Body, connect, request};

/// A connection that switches one flag off and on in turn.
pub(crate) struct Switch<'a> {
    target: &'a Target,
    sender: SendRequest<Body>,
    enabled: bool,
}

/// One accepted change.
pub(crate) struct Change {
    /// Of the environment, with this change
    pub(crate) version: u64,
    /// Just before the request was sent
    pub(crate) sent: Instant,
    /// When the whole answer was read
    pub(crate) answered: Instant,
}

impl<'a> Switch<'a> {
    /// For a flag that is on.
    pub(crate) async fn new(target: &'a Target) -> Result<Self, String> {
        Ok(Switch { target, sender: connect(&target.server).await?, enabled: true })
    }

    pub(crate) async fn change(&mut self) -> Result<Change, String> {
        let Target { server, flag, token, environment, .. } = self.target;
        self.enabled = !self.enabled;
        let body = json!({ "enabled": self.enabled, "environment": environment, "reason": "bench" });
        let request =
            request(Method::POST, server, &format!("/api/v1/admin/featureflags/{flag}/toggle"), token)
                .header(CONTENT_TYPE, "application/json")
                .body(Body::new(Bytes::from(body.to_string())))
                .map_err(failed)?;

        let sent = Instant::now();
        let answer = self.sender.send_request(request).await.map_err(failed)?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(failed)?.to_bytes();
        let answered = Instant::now();

        if status != StatusCode::OK {
            return Err(format!("toggle: {status} {}", String::from_utf8_lossy(&body)));
        }
        let told: Value = serde_json::from_slice(&body).map_err(failed)?;
        let version = told.get("version").and_then(Value::as_u64).ok_or("toggle: no version")?;
        Ok(Change { version, sent, answered })
    }
}

fn failed(error: impl std::fmt::Display) -> String {
    format!("toggle: {error}")
}
