//! The one write path. Whatever changes what is in force passes these stages, each a type that only the one before
//! makes:
//!
//! ```text
//! Proposal --plan--> Draft --review--> Reviewed --approve--> Approved --commit--> Committed
//!          who asks         permission;          policies            one transaction: revisions, version,
//!          for what         the core reads the                       audit, outbox; then memory and streams
//!                           resulting whole; diff
//! ```
//!
//! The database hands out a transaction that writes for an [`Approved`] change only, and only [`Gate::approve`] makes
//! one, so nothing writes around it.

mod access;
mod commit;
mod draft;
mod operation;
mod plan;
mod policy;
mod refusal;
mod review;
mod withheld;

use std::sync::{Arc, PoisonError, RwLock};

use regex::Regex;
use tokio::sync::{Mutex, watch};
use tracing::Instrument as _;

use crate::access::Authority;
use crate::catalog::Catalog;
use crate::delivery::Hub;
use crate::observe::Metrics;
use crate::store::{Store, StoreError};
use crate::turns::while_others_go_on;

pub use access::{AccessDraft, AccessOperation, ring_revision};
pub use commit::Committed;
pub use draft::{Draft, EntryDraft, EnvironmentDraft, ProjectDraft};
pub use operation::{Expected, Operation, Target};
pub use policy::{Complete, Policy, Verdict};
pub use refusal::EntryProblem;
pub use refusal::Refusal;
pub use review::{EnvironmentDiff, Reviewed};

/// Bytes of a reason and of a ticket. Each is in every record of the audit log that a change makes.
const REASON_BYTES: usize = 10 << 10;
const TICKET_BYTES: usize = 1 << 10;
/// How often a change is planned anew because another replica was faster, before its author is told.
const ATTEMPTS: u32 = 8;

/// What somebody asks for, and all that is known of them.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// What is to be done.
    pub operation: Operation,
    /// Who asks.
    pub by: Authority,
    /// Why, and where from.
    pub circumstances: Circumstances,
    /// The author's name for this request, under which it is done once only.
    pub idempotency: Option<Idempotency>,
}

/// Why something is asked for, and where from; for the audit log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Why, in the author's words.
    pub reason: Option<String>,
    /// Where it was asked for: an issue, an incident.
    pub ticket: Option<String>,
    /// The request's id, as in logs.
    pub request_id: Option<String>,
    /// The address that it came from.
    pub address: Option<String>,
}

impl Circumstances {
    fn check(&self) -> Result<(), Refusal> {
        for (what, text, longest) in
            [("reason", &self.reason, REASON_BYTES), ("ticket", &self.ticket, TICKET_BYTES)]
        {
            check_length(what, text.as_deref().unwrap_or_default(), longest)?;
        }
        Ok(())
    }
}

/// Refuses a text that is longer than so many bytes.
fn check_length(what: &str, text: &str, longest: usize) -> Result<(), Refusal> {
    if text.len() <= longest {
        return Ok(());
    }
    Err(Refusal::invalid("TOO_LONG", format!("a {what} has at most {longest} bytes")))
}

/// A key under which a request is carried out once only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The key, the author's choice.
    pub key: String,
    /// A digest of the request: another request under the same key is a mistake.
    pub request: String,
}

/// A change that may be committed. Only [`Gate::approve`] makes one.
#[derive(Debug)]
pub struct Approved {
    reviewed: Reviewed,
}

impl Approved {
    /// What was approved.
    pub fn reviewed(&self) -> &Reviewed {
        &self.reviewed
    }
}

/// The gate.
pub struct Gate {
    store: Arc<Store>,
    catalog: Arc<Catalog>,
    hub: Arc<Hub>,
    policies: RwLock<Vec<Arc<dyn Policy>>>,
    /// What every key should match as a whole.
    naming: Option<Regex>,
    /// Changes of this process wait for each other here rather than in the database.
    turn: Mutex<()>,
    /// Says that keys or people changed.
    access_changed: watch::Sender<u64>,
    /// Says that something was committed.
    committed: watch::Sender<u64>,
    metrics: Arc<Metrics>,
}

impl Gate {
    /// A gate with no policies but permissions and the core's own rules.
    pub fn new(store: Arc<Store>, catalog: Arc<Catalog>, hub: Arc<Hub>, metrics: Arc<Metrics>) -> Gate {
        Gate {
            store,
            catalog,
            hub,
            policies: RwLock::default(),
            naming: None,
            turn: Mutex::default(),
            access_changed: watch::Sender::new(0),
            committed: watch::Sender::new(0),
            metrics,
        }
    }

    /// With a pattern that every key should match as a whole.
    #[must_use]
    pub fn with_naming(self, naming: Option<Regex>) -> Gate {
        Gate { naming, ..self }
    }

    /// Adds a policy; every change from now on passes it.
    pub fn add_policy(&self, policy: Arc<dyn Policy>) {
        self.policies.write().unwrap_or_else(PoisonError::into_inner).push(policy);
    }

    /// Counts the changes of keys and people that this process has committed.
    pub fn access_changes(&self) -> watch::Receiver<u64> {
        self.access_changed.subscribe()
    }

    /// Counts the changes that this process has committed.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.committed.subscribe()
    }

    /// What a change would do, without doing it.
    pub async fn preview(&self, proposal: Proposal) -> Result<Reviewed, Refusal> {
        let draft = self.plan(&proposal).await?;
        while_others_go_on(|| self.review(&Arc::new(proposal), draft))
    }

    /// Plans, reviews, approves and commits a change. Where somebody else was faster, all of that is done again with
    /// what is in force then, so that whatever the author expected of it is checked again too.
    ///
    /// It goes on when whoever asked stops waiting: between the database's commit and the takeover into memory there
    /// is no place to stop.
    pub async fn submit(self: &Arc<Self>, proposal: Proposal) -> Result<Committed, Refusal> {
        let gate = Arc::clone(self);
        let task = async move {
            let done = gate.carry_out(Arc::new(proposal)).await;
            gate.metrics.change(match &done {
                Ok(Committed { replayed: true, .. }) => "replayed",
                Ok(Committed { change: None, .. }) => "unchanged",
                Ok(_) => "committed",
                Err(refusal) => refusal.code(),
            });
            done
        };
        match tokio::spawn(task.in_current_span()).await {
            Ok(done) => done,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime ends.
                Err(_) => Err(Refusal::Store(StoreError::Unavailable(sqlx::Error::PoolClosed))),
            },
        }
    }

    async fn carry_out(&self, proposal: Arc<Proposal>) -> Result<Committed, Refusal> {
        let _turn = self.turn.lock().await;
        for _ in 0..ATTEMPTS {
            if let Some(done) = self.done_before(&proposal).await? {
                return Ok(done);
            }
            let draft = self.plan(&proposal).await?;
            let reviewed = while_others_go_on(|| self.review(&proposal, draft))?;
            if reviewed.changes_nothing() {
                return Ok(Committed::nothing(&reviewed));
            }
            match self.commit(self.approve(reviewed)?).await {
                Err(Refusal::Store(StoreError::Moved)) => self.catch_up(&proposal).await?,
                done => return done,
            }
        }
        Err(Refusal::Store(StoreError::Moved))
    }

    /// Asks the policies.
    pub fn approve(&self, reviewed: Reviewed) -> Result<Approved, Refusal> {
        let policies = self.policies.read().unwrap_or_else(PoisonError::into_inner).clone();
        for policy in policies {
            match policy.judge(&reviewed) {
                Verdict::Allow => {}
                Verdict::Refuse(why) => {
                    return Err(Refusal::Policy { policy: policy.name().to_owned(), why });
                }
            }
        }
        Ok(Approved { reviewed })
    }

    /// Takes over what other replicas have committed.
    async fn catch_up(&self, proposal: &Proposal) -> Result<(), Refusal> {
        match proposal.operation.project() {
            Some(project) => self.take_over(project).await.map_err(Refusal::Store),
            None => Ok(()),
        }
    }

    /// Takes over what the store has of a project beyond what is held. It waits for its turn: what is read must not
    /// take the place of what is committed meanwhile.
    pub async fn refresh(&self, project: &str) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        self.take_over(project).await
    }

    async fn take_over(&self, project: &str) -> Result<(), StoreError> {
        let held = self.catalog.project(project);
        if let Some(fresh) = self.store.project(project, held.as_deref()).await? {
            let fresh = Arc::new(fresh);
            self.catalog.put(Arc::clone(&fresh));
            self.hub.publish(&fresh);
        }
        Ok(())
    }
}
