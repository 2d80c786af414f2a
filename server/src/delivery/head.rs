//! The newest version of one environment, and everything that is made of it: once, when somebody asks first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use base64ct::{Base64UrlUnpadded, Encoding};
use bytes::Bytes;
use vexil_core::{Delta, Environment as NamedBy, Problem, Snapshot};

use super::Encoded;
use super::messages::{self, ClientSlice, Slice};
use super::signing::{Claims, Signer};
use crate::catalog::{Environment, Project};

/// A position that is further behind gets the whole: a delta of so much would hardly be smaller.
const DELTA_VERSIONS: u64 = 1_000;
/// The same of client keys. What they were given is not in the definitions, so it has to be kept.
const CLIENT_VERSIONS: u64 = 16;
/// Deltas that are kept of one version; streams are at few different positions.
const DELTAS_KEPT: usize = 64;
/// Slices that are kept of one version; those of further tenants are made when they are asked for.
const SLICES_KEPT: usize = 1_024;

/// For whom something is made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// A server: all that is not sensitive.
    Server,
    /// An app on somebody's device, of one tenant or of none in particular.
    Client(Option<Arc<str>>),
}

impl Audience {
    /// The name that signatures and tags have for it.
    pub fn name(&self) -> String {
        match self {
            Audience::Server => "server".to_owned(),
            Audience::Client(None) => "client".to_owned(),
            Audience::Client(Some(tenant)) => format!("client:{tenant}"),
        }
    }
}

/// What a stream sends.
#[derive(Debug, Clone)]
pub struct Message {
    /// `put` or `delta`.
    pub kind: &'static str,
    /// The version that whoever takes it over is at then.
    pub version: u64,
    /// The message.
    pub encoded: Arc<Encoded>,
}

/// What client keys were given of the versions before, the latest last.
type Earlier = HashMap<Audience, Vec<(u64, Arc<ClientSlice>)>>;

/// One version of one environment.
pub struct Head {
    /// The project, as of this version.
    pub project: Arc<Project>,
    /// The environment, likewise.
    pub environment: Arc<Environment>,
    signer: Arc<Signer>,
    slice_secret: Arc<[u8]>,
    snapshot: OnceLock<Result<Arc<Snapshot>, Problem>>,
    slices: Mutex<HashMap<Audience, Arc<Slice>>>,
    earlier: Earlier,
    making: tokio::sync::Mutex<()>,
}

impl Head {
    /// A version on top of the one before, whose compiled snapshot it goes on from.
    pub(super) fn new(
        project: Arc<Project>,
        environment: Arc<Environment>,
        signer: Arc<Signer>,
        slice_secret: Arc<[u8]>,
        before: Option<&Head>,
    ) -> Head {
        let earlier = before.map(|before| before.given_before(environment.row.version)).unwrap_or_default();
        let head = Head {
            project,
            environment,
            signer,
            slice_secret,
            snapshot: OnceLock::new(),
            slices: Mutex::default(),
            earlier,
            making: tokio::sync::Mutex::default(),
        };
        if let Some(snapshot) = before.and_then(|before| head.next_snapshot(before)) {
            // It is new, so nobody has set it.
            drop(head.snapshot.set(Ok(Arc::new(snapshot))));
        }
        head
    }

    /// The version.
    pub fn version(&self) -> u64 {
        self.environment.row.version
    }

    /// The key that signs it.
    pub fn signer(&self) -> &Arc<Signer> {
        &self.signer
    }

    /// Tells representations apart: the same tag, the same bytes.
    pub fn tag(&self, audience: &Audience) -> String {
        format!("W/\"{}{}", self.version(), self.rest_of_tag(audience))
    }

    /// The version in a tag that is of this environment, signing key and audience.
    pub(crate) fn version_in(&self, tag: &str, audience: &Audience) -> Option<u64> {
        let tag = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?;
        let digits = tag.find(|character: char| !character.is_ascii_digit())?;
        let (version, rest) = tag.split_at_checked(digits)?;
        version.parse().ok().filter(|_| rest == self.rest_of_tag(audience))
    }

    fn rest_of_tag(&self, audience: &Audience) -> String {
        let (project, environment) = (&self.project.key, &self.environment.row.key);
        // A tenant may be named with what a tag, or a list of tags, cannot hold.
        let audience = Base64UrlUnpadded::encode_string(audience.name().as_bytes());
        format!("-{project}-{environment}-{}-{audience}\"", self.signer.id())
    }

    /// The compiled definitions, for evaluation here.
    pub fn snapshot(&self) -> Result<&Arc<Snapshot>, &Problem> {
        let compiled = self.snapshot.get_or_init(|| {
            let payload = messages::bundle(self, &messages::server_entries(&self.environment));
            let named_by = NamedBy::Fixed((&*self.environment.row.key).into());
            Snapshot::load_json(payload.as_bytes(), named_by).map(Arc::new)
        });
        compiled.as_ref()
    }

    /// Whether that is done.
    pub(crate) fn is_compiled(&self) -> bool {
        self.snapshot.get().is_some()
    }

    /// The snapshot before, with what changed since; where that is known.
    fn next_snapshot(&self, before: &Head) -> Option<Snapshot> {
        let compiled = before.snapshot.get()?.as_ref().ok()?;
        if before.version() >= self.version() {
            return None;
        }
        let changed = messages::changed_since(self, before.version());
        let text = messages::delta(self, before.version(), &changed);
        compiled.apply(Delta::parse_json(text.as_bytes()).ok()?).ok()
    }

    /// The whole, for an audience.
    pub fn put(&self, audience: &Audience) -> Message {
        let slice = self.slice(audience);
        let encoded = slice.put.get_or_init(|| {
            let payload = match audience {
                Audience::Server => messages::bundle(self, &messages::server_entries(&self.environment)),
                Audience::Client(_) => messages::bundle(self, &self.client(&slice, audience).entries()),
            };
            Arc::new(self.seal("put", None, audience, &payload))
        });
        Message { kind: "put", version: self.version(), encoded: Arc::clone(encoded) }
    }

    /// What brings somebody at a version to this one: nothing, a delta, or the whole.
    pub fn since(&self, version: Option<u64>, audience: &Audience) -> Option<Message> {
        if version == Some(self.version()) {
            return None;
        }
        let delta = self.near(version, audience).and_then(|from| self.delta(from, audience));
        let Some(encoded) = delta else { return Some(self.put(audience)) };
        Some(Message { kind: "delta", version: self.version(), encoded })
    }

    /// The position that a delta leads on from; any other gets the whole.
    pub(crate) fn near(&self, version: Option<u64>, audience: &Audience) -> Option<u64> {
        version.filter(|from| self.may_lead_from(*from, audience))
    }

    /// Whether what [`Head::since`] gives is made already.
    pub(crate) fn has_since(&self, version: Option<u64>, audience: &Audience) -> bool {
        if version == Some(self.version()) {
            return true;
        }
        let Some(from) = self.near(version, audience) else { return self.has_put(audience) };
        let known = lock(&self.slice(audience).deltas).get(&from).map(Option::is_some);
        known.is_some_and(|is_small| is_small || self.has_put(audience))
    }

    /// What changed since a position that is near; none where the whole is hardly larger.
    fn delta(&self, from: u64, audience: &Audience) -> Option<Arc<Encoded>> {
        let slice = self.slice(audience);
        if let Some(known) = lock(&slice.deltas).get(&from) {
            return known.clone();
        }
        let changed = match self.given(from, audience) {
            Some(given) => self.client(&slice, audience).changed_since(given),
            None => messages::changed_since(self, from),
        };
        let made = (!changed.is_most()).then(|| {
            let payload = messages::delta(self, from, &changed);
            Arc::new(self.seal("delta", Some(from), audience, &payload))
        });
        let mut deltas = lock(&slice.deltas);
        if deltas.len() >= DELTAS_KEPT {
            deltas.clear();
        }
        deltas.insert(from, made.clone());
        made
    }

    /// Whether a delta can lead an audience from a version to this one.
    fn may_lead_from(&self, from: u64, audience: &Audience) -> bool {
        let is_near = from > 0 && from < self.version() && self.version() - from <= DELTA_VERSIONS;
        is_near && (*audience == Audience::Server || self.given(from, audience).is_some())
    }

    /// What a client key was given of a version before.
    fn given(&self, version: u64, audience: &Audience) -> Option<&ClientSlice> {
        let given = self.earlier.get(audience)?.iter().find(|(given, _)| *given == version);
        given.map(|(_, slice)| &**slice)
    }

    /// What client keys were given of this version and those before, as far as the next one needs it.
    fn given_before(&self, next: u64) -> Earlier {
        let mut given = self.earlier.clone();
        for (audience, slice) in &*lock(&self.slices) {
            if let Some(client) = slice.client.get() {
                given.entry(audience.clone()).or_default().push((self.version(), Arc::clone(client)));
            }
        }
        given.retain(|_, versions| {
            versions.retain(|(version, _)| *version < next && next - version <= CLIENT_VERSIONS);
            !versions.is_empty()
        });
        if given.len() > SLICES_KEPT {
            given.clear();
        }
        given
    }

    /// Signs a payload of this version.
    pub(super) fn seal(
        &self,
        kind: &'static str,
        from: Option<u64>,
        audience: &Audience,
        payload: &str,
    ) -> Encoded {
        let claims = self.claims(kind, from, audience);
        Encoded::new(kind, &self.signer.sign(&claims, payload.as_bytes()), payload)
    }

    fn claims(&self, kind: &'static str, from: Option<u64>, audience: &Audience) -> Claims<'_> {
        Claims {
            kind,
            project: &self.project.key,
            environment: &self.environment.row.key,
            version: self.version(),
            from,
            audience: audience.name(),
            issued_at: self.environment.row.changed_at / 1_000,
            expires_at: None,
        }
    }

    /// Whether the whole is made for an audience.
    pub(crate) fn has_put(&self, audience: &Audience) -> bool {
        lock(&self.slices).get(audience).is_some_and(|slice| slice.put.get().is_some())
    }

    /// The turn of whoever makes the whole for somebody.
    pub(crate) async fn making(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.making.lock().await
    }

    /// What tells the whole for an audience from every other one in a store that replicas share. The project's revision
    /// is a part of it, for its roles stand in the payload.
    pub(crate) fn cache_key(&self, audience: &Audience) -> String {
        let (project, environment) = (&self.project, &self.environment.row);
        format!(
            "{}:{}:{}:{}:{}:{}",
            project.key,
            project.revision,
            environment.key,
            self.version(),
            self.signer.id(),
            audience.name()
        )
    }

    /// Takes over the whole as another replica has made it; whether this one's key has signed it for exactly this.
    pub(crate) fn adopt_put(&self, audience: &Audience, text: Bytes) -> bool {
        let claims = self.claims("put", None, audience);
        let parts = std::str::from_utf8(&text).ok().and_then(|text| Encoded::parts(text, "put"));
        let is_ours = parts.is_some_and(|(signature, payload)| {
            self.signer.has_signed(&claims, payload.as_bytes(), signature)
        });
        if is_ours {
            // Where it is made meanwhile, it is the same.
            self.slice(audience).put.get_or_init(|| Arc::new(Encoded::of(text)));
        }
        is_ours
    }

    /// Signs what was evaluated for a tenant, to be handed on until it expires. Times are in seconds since the epoch.
    pub(crate) fn vend(&self, tenant: &str, issued_at: i64, expires_at: i64, payload: &str) -> Encoded {
        let claims = Claims {
            kind: "slice",
            project: &self.project.key,
            environment: &self.environment.row.key,
            version: self.version(),
            from: None,
            audience: format!("tenant:{tenant}"),
            issued_at,
            expires_at: Some(expires_at),
        };
        Encoded::new("slice", &self.signer.sign(&claims, payload.as_bytes()), payload)
    }

    fn slice(&self, audience: &Audience) -> Arc<Slice> {
        if let Some(slice) = lock(&self.slices).get(audience) {
            return Arc::clone(slice);
        }
        let mut slices = lock(&self.slices);
        if slices.len() >= SLICES_KEPT {
            // Any client's makes room: what servers get is asked for by everybody.
            let mut clients = slices.keys().filter(|kept| **kept != Audience::Server);
            if let Some(client) = clients.next().cloned() {
                slices.remove(&client);
            }
        }
        Arc::clone(slices.entry(audience.clone()).or_default())
    }

    fn client<'s>(&self, slice: &'s Slice, audience: &Audience) -> &'s ClientSlice {
        slice.client.get_or_init(|| {
            let earlier = self.earlier.get(audience).and_then(|versions| versions.last());
            let earlier = earlier.map(|(_, slice)| &**slice);
            Arc::new(ClientSlice::of(&self.environment, audience, &self.slice_secret, earlier))
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
