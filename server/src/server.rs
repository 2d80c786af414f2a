//! Starting, running and stopping.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use regex::{Regex, RegexBuilder};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;

use vexil_core::limits;

use crate::access::credential::{self, BadCredential, CredentialKind, Presented};
use crate::access::seal::Seals;
use crate::access::ticket::Tickets;
use crate::access::{Actor, Authority, Grant, Role};
use crate::api;
use crate::audit::conceal::DigestKey;
use crate::catalog::Catalog;
use crate::delivery::{Hub, Signer, new_signing_key};
use crate::directory::{Directory, TOKEN};
use crate::follow;
use crate::gate::{AccessOperation, Circumstances, Complete, Expected, Gate, Operation, Proposal, Refusal};
use crate::listener;
use crate::observe::Metrics;
use crate::relay::Relay;
use crate::services::{DEFAULT_PROJECT, Services};
use crate::settings::Settings;
use crate::store::{Claim, CredentialRow, SigningKeyRow, Store, StoreError, now};
use crate::telemetry::{Sampling, Telemetry};
use crate::turns::Turns;

/// The environments that are there from the beginning, with whether they are production.
const DEFAULT_ENVIRONMENTS: [(&str, bool); 3] =
    [("development", false), ("staging", false), ("production", true)];

/// How long the end waits for the last sockets, and for the database's connections.
const CLOSE: Duration = Duration::from_secs(2);
const GOODBYE: Duration = Duration::from_millis(5);

/// Why a server does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is there at the beginning could not be made.
    #[error("the first project and administrator could not be made: {0}")]
    Bootstrap(#[from] Refusal),
    /// The administrator's token is none.
    #[error("VEXIL_ADMIN_TOKEN: {0}; it needs at least 32 visible ASCII characters")]
    AdminToken(#[from] BadCredential),
    /// Nobody may do everything, and the administrator's token is one that has ended.
    #[error("VEXIL_ADMIN_TOKEN: this token was revoked or replaced before; choose another")]
    AdminTokenEnded,
    /// The operating system has no randomness.
    #[error("the operating system gives no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {why}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        why: std::io::Error,
    },
    /// The pattern for keys is none.
    #[error("the naming pattern: {0}")]
    Naming(#[from] regex::Error),
    /// Redis cannot be used.
    #[error("redis: {0}")]
    Redis(#[from] redis::RedisError),
}

/// A server that is ready to answer.
pub struct Server {
    services: Arc<Services>,
    listener: TcpListener,
    metrics_listener: Option<TcpListener>,
    stop: watch::Sender<bool>,
    /// The folder of the embedded database, until all is written.
    claim: Option<Claim>,
    /// The administrator's token, where this start made one.
    new_admin_token: Option<credential::Plaintext>,
}

impl Server {
    /// Opens the database, listens, and makes what a first start makes.
    pub async fn start(settings: Settings) -> Result<Server, StartError> {
        let (store, claim) = match &settings.database_url {
            Some(url) => (Store::at_url(url).await?, None),
            None => {
                let claim = Claim::of(&settings.data)?;
                (Store::in_folder(&settings.data).await?, Some(claim))
            }
        };
        let store = Arc::new(store);
        let directory = Arc::new(Directory::default());
        let (stop, stopping) = watch::channel(false);
        let catalog = Arc::new(Catalog::default());

        let mut signing = store.signing_keys().await?;
        let first = signing.is_empty().then(|| new_signing_key("active")).transpose()?;
        signing.extend(first.clone());
        let signer = what_signs(&signing)?;
        let slice_secret = shared_secret(&store, "slice_secret").await?;
        let audit_key = DigestKey::new(Sha256::digest(shared_secret(&store, "audit_secret").await?).into());
        let tickets = Tickets::new(&shared_secret(&store, "ticket_secret").await?);
        let seals = Seals::new(&shared_secret(&store, "session_secret").await?);
        let hub = Arc::new(Hub::new(signer, slice_secret.as_bytes(), audit_key));
        let relay = Relay::new(settings.redis_url.as_deref(), &shared_secret(&store, "deployment").await?)?;
        let metrics = Arc::new(Metrics::default());
        let naming = settings.naming.as_deref().map(naming).transpose()?;
        let gate =
            Gate::new(Arc::clone(&store), Arc::clone(&catalog), Arc::clone(&hub), Arc::clone(&metrics));
        let gate = Arc::new(gate.with_naming(naming));
        if settings.strict {
            gate.add_policy(Arc::new(Complete));
        }

        for (project, _) in store.projects().await? {
            gate.refresh(&project).await?;
        }
        // A first start makes a token that is shown once: nothing may go wrong after that.
        let listener = bind(settings.listen).await?;
        let metrics_listener = match settings.metrics_listen {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        if let Some(first) = first {
            let expected = Expected::Number(0);
            let operation = AccessOperation::CreateSigningKey { row: Box::new(first), expected };
            match gate.submit(by_system(Operation::Access(operation), "first start")).await {
                // Another replica that starts at the same time has made the first one.
                Err(Refusal::Stale { .. }) => {
                    let signer = what_signs(&store.signing_keys().await?)?;
                    hub.sign_with(signer, catalog.projects().values().cloned());
                }
                done => drop(done?),
            }
        }
        directory.refresh(&store).await?;
        let new_admin_token = bootstrap(&gate, &store, &catalog, &directory, &settings).await?;

        let leaving = AtomicBool::new(false);
        let telemetry = Telemetry::new(Sampling::percent(settings.exposure_sampling));
        let limits = api::Limits::new(&settings);
        let services = Services {
            settings,
            store,
            catalog,
            directory,
            hub,
            gate,
            limits,
            relay,
            metrics,
            telemetry,
            tickets,
            turns: Turns::default(),
            seals,
            leaving,
            stopping,
        };
        let services = Arc::new(services);
        follow::start(&services).await?;
        Ok(Server { services, listener, metrics_listener, stop, claim, new_admin_token })
    }

    /// Where it listens.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where it listens for those who ask for metrics without a token, if anywhere.
    pub fn metrics_address(&self) -> Option<std::io::Result<SocketAddr>> {
        self.metrics_listener.as_ref().map(TcpListener::local_addr)
    }

    /// The administrator's token, where this start made one; it is shown this once.
    pub fn take_admin_token(&mut self) -> Option<credential::Plaintext> {
        self.new_admin_token.take()
    }

    /// The gate, for those who add policies.
    pub fn gate(&self) -> &Arc<Gate> {
        &self.services.gate
    }

    /// Answers until `stop` comes to pass; then streams end, requests under way are answered, and the database is
    /// closed.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        let Server { services, listener, metrics_listener, stop: stopping, claim, .. } = self;
        let announce = async {
            stop.await;
            services.leaving.store(true, Ordering::Relaxed);
            tokio::time::sleep(services.settings.stop_delay).await;
            stopping.send_replace(true);
        };
        let serve = listener::serve(listener, api::router(&services), Arc::clone(&services));
        let serve_metrics = async {
            if let Some(listener) = metrics_listener {
                let router = api::metrics_router(&services);
                listener::serve(listener, router, Arc::clone(&services)).await;
            }
        };
        tokio::join!(announce, serve, serve_metrics);
        // Sockets have left their connections behind; they say goodbye on their own.
        let sockets_end = async {
            while services.metrics.streams() > 0 {
                tokio::time::sleep(GOODBYE).await;
            }
        };
        drop(tokio::time::timeout(CLOSE, sockets_end).await);
        services.telemetry.flush_at_last(&services.store).await;
        // A database that is away is not waited for.
        drop(tokio::time::timeout(CLOSE, services.store.close()).await);
        drop(claim);
        Ok(())
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|why| StartError::Listen { address, why })
}

/// Allows this process as many open files as the system lets it have: every connection is one. Shells give a thousand
/// for the sake of programs from another time.
pub fn raise_open_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
            tracing::debug!(%error, "the bound on open files stays as it is");
        }
    }
}

/// Comes to pass when the process is asked to stop: Ctrl-C, or SIGTERM as service managers send it.
pub async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            // Then Ctrl-C and kill -9 are left.
            Err(error) => {
                tracing::warn!(%error, "SIGTERM is not listened to");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        _ = interrupted => {}
        () = terminated => {}
    }
}

/// Within the limits of patterns in definitions.
fn naming(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(limits::REGEX_COMPILED_BYTES).build()
}

/// What signs, of the keys that are stored.
fn what_signs(keys: &[SigningKeyRow]) -> Result<Signer, StoreError> {
    Signer::of(keys).ok_or_else(|| StoreError::Corrupt {
        place: "signing_keys".to_owned(),
        why: "no key is active".to_owned(),
    })
}

/// A secret that all replicas share.
async fn shared_secret(store: &Store, name: &str) -> Result<String, StartError> {
    let mut made = [0; 32];
    getrandom::fill(&mut made)?;
    Ok(store.shared_secret(name, &Base64UrlUnpadded::encode_string(&made)).await?)
}

/// What a first start makes: a project, and somebody who may do everything.
async fn bootstrap(
    gate: &Arc<Gate>,
    store: &Store,
    catalog: &Catalog,
    directory: &Directory,
    settings: &Settings,
) -> Result<Option<credential::Plaintext>, StartError> {
    let mut shown = None;
    if catalog.projects().is_empty() {
        let environments =
            DEFAULT_ENVIRONMENTS.map(|(key, production)| (key.to_owned(), production)).to_vec();
        let operation = Operation::CreateProject {
            key: DEFAULT_PROJECT.to_owned(),
            name: "Default".to_owned(),
            environments,
        };
        settle_race(gate.submit(by_system(operation, "first start")).await)?;
        gate.refresh(DEFAULT_PROJECT).await?;
    }
    if !directory.has_administrator(now()) {
        let row = match &settings.admin_token {
            Some(token) => {
                let presented = Presented::parse(token)?;
                administrator(presented.id().as_str(), &presented.hash().to_hex())
            }
            None => {
                let minted = credential::mint(CredentialKind::ApiToken)?;
                let row = administrator(minted.id.as_str(), &minted.hash.to_hex());
                shown = Some(minted.plaintext);
                row
            }
        };
        let operation = Operation::Access(AccessOperation::CreateCredential(Box::new(row)));
        settle_race(gate.submit(by_system(operation, "first start")).await)?;
        directory.refresh(store).await?;
        // The token that was given is stored already, and works no more.
        if !directory.has_administrator(now()) {
            return Err(StartError::AdminTokenEnded);
        }
    }
    Ok(shown)
}

/// Another replica that starts at the same time is as good.
fn settle_race(done: Result<crate::gate::Committed, Refusal>) -> Result<(), Refusal> {
    match done {
        Ok(_) | Err(Refusal::Exists { .. }) => Ok(()),
        Err(refusal) => Err(refusal),
    }
}

fn administrator(id: &str, hash: &str) -> CredentialRow {
    CredentialRow {
        id: id.to_owned(),
        kind: TOKEN.to_owned(),
        hash: hash.to_owned(),
        name: "administrator".to_owned(),
        project: None,
        environment: None,
        tenant: None,
        grants: vec![Grant::everywhere(Role::SuperAdmin)],
        created_at: now(),
        created_by: "system:start".to_owned(),
        expires_at: None,
        revoked_at: None,
        successor: None,
        revision: 1,
    }
}

/// The server itself, at its start.
fn by_system(operation: Operation, reason: &str) -> Proposal {
    let actor = Actor::System { name: "start".to_owned() };
    Proposal {
        operation,
        by: Authority { actor, grants: vec![Grant::everywhere(Role::SuperAdmin)] },
        circumstances: Circumstances { reason: Some(reason.to_owned()), ..Circumstances::default() },
        idempotency: None,
    }
}
