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
mod queue;
mod refusal;
mod review;
mod withheld;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use regex::Regex;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::access::Authority;
use crate::catalog::Catalog;
use crate::delivery::Hub;
use crate::observe::Metrics;
use crate::store::{Store, StoreError, WriteTx, by, within};
use crate::turns::{Turns, while_others_go_on};
use queue::{Queue, Turn};

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

/// How long a change may take until its transaction has begun, the wait for others included. After that its author is
/// told to come again, and nothing is done; well before a request is given up that may have done something.
const BEGIN_WITHIN: Duration = Duration::from_secs(10);

/// How long a transaction may take. A database that says nothing must not hold up everybody after it.
const WRITE_WITHIN: Duration = Duration::from_secs(10);

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
    queue: Queue,
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
            queue: Queue::default(),
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

    /// What a change would do, without doing it. To think it over takes one of the turns, which is not kept while the
    /// database is asked.
    pub(crate) async fn preview(&self, proposal: Proposal, turns: &Turns) -> Result<Reviewed, Refusal> {
        let proposal = Arc::new(proposal);
        let think = async || {
            let _turn = turns.wait().await;
            self.consider(&proposal).await
        };
        let reviewed = think().await;
        if !self.store.is_shared() || !is_of_memory_alone(reviewed.as_ref()) {
            return reviewed;
        }
        let asked = async {
            let _turn = self.queue.wait().await?;
            self.take_over_newer(&proposal).await
        };
        if within(BEGIN_WITHIN, asked).await? { think().await } else { reviewed }
    }

    /// Plans, reviews, approves and commits a change. Where somebody else was faster, all of that is done again with
    /// what is in force then, so that whatever the author expected of it is checked again too.
    ///
    /// Dropped before its transaction has begun, it does nothing; a transaction that has begun goes on to its end.
    pub async fn submit(self: &Arc<Self>, proposal: Proposal) -> Result<Committed, Refusal> {
        let deadline = Instant::now() + BEGIN_WITHIN;
        let done = match by(deadline, self.queue.wait()).await {
            Ok(turn) => {
                let done = self.carry_out(&Arc::new(proposal), &turn, deadline).await;
                // One's own time that is up says nothing of the others'.
                if let Err(Refusal::Store(error)) = &done
                    && Instant::now() < deadline
                {
                    self.queue.learn_from(error);
                }
                done
            }
            Err(error) => Err(error.into()),
        };
        match &done {
            Ok(Committed { replayed: true, .. }) => self.metrics.change("replayed"),
            Ok(Committed { change: None, .. }) => self.metrics.change("unchanged"),
            // Counted where it was written, for nobody may be left here by then.
            Ok(_) => {}
            Err(refusal) => self.metrics.change(refusal.code()),
        }
        done
    }

    async fn carry_out(
        self: &Arc<Self>,
        proposal: &Arc<Proposal>,
        turn: &Turn,
        deadline: Instant,
    ) -> Result<Committed, Refusal> {
        for _ in 0..ATTEMPTS {
            let tx = match by(deadline, self.prepare(proposal)).await? {
                Prepared::Done(done) => return Ok(done),
                Prepared::Behind => continue,
                Prepared::Begun(tx) => tx,
            };
            match self.finish(tx, turn.clone()).await {
                Err(Refusal::Store(StoreError::Moved)) => {
                    by(deadline, self.take_over_newer(proposal)).await?;
                }
                done => return done,
            }
        }
        Err(Refusal::Store(StoreError::Moved))
    }

    /// All that comes before a transaction, and its beginning.
    async fn prepare(&self, proposal: &Arc<Proposal>) -> Result<Prepared, Refusal> {
        if let Some(done) = self.done_before(proposal).await? {
            return Ok(Prepared::Done(done));
        }
        let approved = self.consider(proposal).await.and_then(|reviewed| self.approve(reviewed));
        if self.store.is_shared()
            && is_of_memory_alone(approved.as_ref().map(Approved::reviewed))
            && self.take_over_newer(proposal).await?
        {
            return Ok(Prepared::Behind);
        }
        let approved = approved?;
        if approved.reviewed.changes_nothing() && proposal.idempotency.is_none() {
            return Ok(Prepared::Done(Committed::nothing(&approved.reviewed)));
        }
        Ok(Prepared::Begun(Box::new(self.store.begin(approved).await?)))
    }

    async fn consider(&self, proposal: &Arc<Proposal>) -> Result<Reviewed, Refusal> {
        let draft = self.plan(proposal).await?;
        while_others_go_on(|| self.review(proposal, draft))
    }

    /// Asks the policies; of what changes nothing there is nothing to ask.
    pub fn approve(&self, reviewed: Reviewed) -> Result<Approved, Refusal> {
        if reviewed.changes_nothing() {
            return Ok(Approved { reviewed });
        }
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

    /// Goes on when whoever asked stops waiting: between the database's commit and the takeover into memory there is no
    /// place to stop.
    async fn finish(self: &Arc<Self>, tx: Box<WriteTx>, turn: Turn) -> Result<Committed, Refusal> {
        let gate = Arc::clone(self);
        let task = async move {
            let done = within(WRITE_WITHIN, gate.commit(*tx)).await;
            drop(turn);
            done
        };
        match tokio::spawn(task.in_current_span()).await {
            Ok(done) => done,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime ends.
                Err(_) => Err(Refusal::Store(StoreError::away())),
            },
        }
    }

    /// Takes over what the store has of a project beyond what is held. It waits for its turn: what is read must not
    /// take the place of what is committed meanwhile.
    pub async fn refresh(&self, project: &str) -> Result<(), StoreError> {
        let _turn = self.queue.wait().await?;
        self.take_over(project).await.inspect_err(|error| self.queue.learn_from(error))
    }

    /// Takes over what the store has beyond what is held of whatever a proposal is about; whether there was anything.
    async fn take_over_newer(&self, proposal: &Proposal) -> Result<bool, StoreError> {
        // What is about no project may name any.
        let named = proposal.operation.project();
        let held = self.catalog.projects();
        let mut is_any = false;
        for position in self.store.positions().await? {
            let project = position.project.as_str();
            if named.is_none_or(|named| named == project) && position.is_beyond(held.get(project)) {
                self.take_over(project).await?;
                is_any = true;
            }
        }
        Ok(is_any)
    }

    async fn take_over(&self, project: &str) -> Result<(), StoreError> {
        let held = self.catalog.project(project);
        if let Some(fresh) = within(BEGIN_WITHIN, self.store.project(project, held.as_deref())).await? {
            let fresh = Arc::new(fresh);
            self.catalog.put(Arc::clone(&fresh));
            self.hub.publish(&fresh);
        }
        Ok(())
    }
}

/// What came of a proposal before anything is written.
enum Prepared {
    /// There is nothing to write.
    Done(Committed),
    /// It was judged by what is not in force any more; what is has been taken over.
    Behind,
    /// The transaction is open.
    Begun(Box<WriteTx>),
}

/// Whether this was said without asking the database, which another replica may have changed since: a transaction makes
/// sure that nobody was faster, and there will be none.
fn is_of_memory_alone(reviewed: Result<&Reviewed, &Refusal>) -> bool {
    match reviewed {
        Ok(reviewed) => reviewed.changes_nothing(),
        Err(refusal) => refusal.depends_on_what_is_held(),
    }
}
