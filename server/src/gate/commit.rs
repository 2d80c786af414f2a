//! One transaction, and then everybody is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vexil_core::Timestamp;
use vexil_core::diff::{Change, ChangeKind};

use super::{Draft, EntryDraft, EnvironmentDraft, Gate, Proposal, Refusal, Reviewed};
use crate::audit::conceal::conceal;
use crate::audit::{Action, Record};
use crate::catalog::{Document, Entry, Environment, Identity, Project, Row};
use crate::store::{Place, StoreError, WriteTx, now};

/// What a change came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Committed {
    /// The change's id; none when everything was as asked for already.
    pub change: Option<String>,
    /// The version of each environment that it touched.
    pub versions: BTreeMap<String, u64>,
    /// The revision of each entry, by environment and key.
    pub revisions: BTreeMap<String, BTreeMap<String, u64>>,
    /// What there is to say of it.
    pub notes: Vec<String>,
    /// The id of the key or person that it made, where it made one.
    pub made: Option<String>,
    /// Whether this is the answer to an earlier request under the same idempotency key.
    #[serde(default)]
    pub replayed: bool,
}

impl Committed {
    /// What it comes to when nothing is to be changed.
    pub(super) fn nothing(reviewed: &Reviewed) -> Committed {
        let versions = |diff: &super::EnvironmentDiff| (diff.key.to_string(), diff.base);
        Committed {
            change: None,
            versions: reviewed.environments.iter().map(versions).collect(),
            revisions: BTreeMap::new(),
            notes: reviewed.draft.all_notes(),
            made: None,
            replayed: false,
        }
    }
}

/// The numbers that a change gets when it is written.
struct Numbers {
    change: String,
    at: i64,
    /// The next version of each environment.
    versions: BTreeMap<Arc<str>, u64>,
}

impl Gate {
    /// What an earlier request under the same key came to.
    pub(super) async fn done_before(&self, proposal: &Proposal) -> Result<Option<Committed>, Refusal> {
        let Some(idempotency) = &proposal.idempotency else { return Ok(None) };
        let actor = proposal.by.actor.to_string();
        match self.store.remembered(&actor, &idempotency.key).await? {
            None => Ok(None),
            Some((request, _)) if request != idempotency.request => Err(Refusal::IdempotencyMismatch),
            Some((_, outcome)) => {
                let done: Committed = serde_json::from_str(&outcome)
                    .map_err(|error| Refusal::invalid("IDEMPOTENCY_CORRUPT", error.to_string()))?;
                Ok(Some(Committed { replayed: true, ..done }))
            }
        }
    }

    /// Writes an approved change in its transaction, takes it over into memory, and tells everybody.
    pub(super) async fn commit(&self, mut tx: WriteTx) -> Result<Committed, Refusal> {
        let approved = tx.approved();
        if approved.reviewed().changes_nothing() {
            return remember_nothing(tx, approved.reviewed()).await;
        }
        let Reviewed { proposal, draft, environments } = approved.reviewed();
        let project = draft.base.as_ref().map(|base| Arc::clone(&base.key));
        let project = project.or_else(|| draft.project.as_ref().map(|made| Arc::clone(&made.key)));
        let numbers = Numbers {
            change: uuid::Uuid::now_v7().to_string(),
            at: now(),
            versions: environments.iter().map(|diff| (Arc::clone(&diff.key), diff.base + 1)).collect(),
        };
        let next = project.as_ref().map(|key| apply(draft, key, &numbers));
        let committed = Committed {
            change: Some(numbers.change.clone()),
            versions: numbers.versions.iter().map(|(key, version)| (key.to_string(), *version)).collect(),
            revisions: next.as_ref().map(|next| revisions(draft, next)).unwrap_or_default(),
            notes: draft.all_notes(),
            made: draft.access.as_ref().and_then(|access| access.made()),
            replayed: false,
        };

        let began = Instant::now();
        match (&draft.base, &project) {
            (Some(base), _) => tx.expect_project(&base.key, base.revision).await?,
            (None, Some(made)) => tx.expect_no_project(made).await?,
            (None, None) => {}
        }
        tx.change(&numbers.change, project.as_deref(), numbers.at).await?;
        if let (Some(key), Some(next)) = (&project, &next) {
            if draft.base.as_ref().is_none_or(|base| base.revision != next.revision) {
                tx.project(key, &next.name, &next.roles, next.revision, numbers.at).await?;
            }
            for environment in &draft.environments {
                tx.environment(key, environment, numbers.at).await?;
            }
            for (environment, version) in &numbers.versions {
                tx.expect_environment(key, environment, version - 1).await?;
                tx.version(key, environment, *version, &numbers.change, numbers.at).await?;
            }
            let read = draft.sources.iter().filter(|source| !numbers.versions.contains_key(&*source.row.key));
            for source in read {
                tx.expect_environment(key, &source.row.key, source.row.version).await?;
            }
            for entry in &draft.entries {
                write_entry(&mut tx, key, entry, draft, next, &numbers).await?;
            }
        }
        if let Some(access) = &draft.access {
            access.write(&mut tx).await?;
        }
        tx.audit(self.records(proposal, draft, environments, project.as_deref(), &numbers)).await?;
        for topic in topics(draft, project.as_deref(), &numbers) {
            tx.announce(&uuid::Uuid::now_v7().to_string(), &topic, numbers.at).await?;
        }
        remember(&mut tx, proposal, &committed, numbers.at).await?;
        tx.commit().await?;

        let written = Instant::now();
        if let Some(next) = next {
            let next = Arc::new(next);
            self.catalog.put(Arc::clone(&next));
            self.hub.publish(&next);
        }
        if draft.access.is_some() {
            self.access_changed.send_modify(|count| *count += 1);
        }
        self.metrics.change("committed");
        self.metrics.committed(written - began, written.elapsed());
        self.committed.send_modify(|count| *count += 1);
        Ok(committed)
    }

    /// What the audit log is told: one record for each entry and environment, else one for the change.
    fn records(
        &self,
        proposal: &Proposal,
        draft: &Draft,
        environments: &[super::EnvironmentDiff],
        project: Option<&str>,
        numbers: &Numbers,
    ) -> Vec<Record> {
        let circumstances = &proposal.circumstances;
        let record = |action| Record {
            project: project.map(str::to_owned),
            reason: circumstances.reason.clone(),
            ticket: circumstances.ticket.clone(),
            request_id: circumstances.request_id.clone(),
            address: circumstances.address.clone(),
            change: Some(numbers.change.clone()),
            ..Record::new(Timestamp::from_millis(numbers.at), proposal.by.actor.to_string(), action)
        };
        let mut records = Vec::new();
        for entry in &draft.entries {
            for (environment, document) in &entry.definitions {
                let base = draft.base.as_ref().and_then(|base| base.environment(environment));
                let old =
                    base.and_then(|base| base.definitions.get(&entry.key)).map(|stored| &stored.document);
                let change = environments
                    .iter()
                    .find(|diff| diff.key == *environment)
                    .and_then(|diff| diff.changes.iter().find(|change| *change.key == *entry.key));
                let whole = |document: &Document| Value::Object(document.clone());
                let (old, new) = (old.map(whole), document.as_ref().map(whole));
                let (old, new) = conceal(&entry.key, old.as_ref(), new.as_ref(), self.hub.audit_key());
                records.push(Record {
                    environment: Some(environment.to_string()),
                    target: Some(entry.key.to_string()),
                    old,
                    new,
                    summary: change.map(summary),
                    ..record(entry.action)
                });
            }
            if entry.definitions.is_empty() {
                let known = draft.base.as_ref().and_then(|base| base.entries.get(&entry.key));
                let fields = |identity: &Identity| Value::Object(identity.fields().clone());
                records.push(Record {
                    target: Some(entry.key.to_string()),
                    old: known.map(|known| fields(&known.identity)),
                    new: (!entry.archived).then(|| fields(&entry.identity)),
                    ..record(entry.action)
                });
            }
        }
        for next in &draft.environments {
            let base = draft.base.as_ref().and_then(|base| base.environment(&next.key));
            let old = base.map(|base| row_shown(&base.row.name, base.row.production, base.row.position));
            let action = if old.is_some() { Action::EnvironmentUpdate } else { Action::EnvironmentCreate };
            records.push(Record {
                environment: Some(next.key.to_string()),
                target: Some(next.key.to_string()),
                old,
                new: Some(row_shown(&next.name, next.production, next.position)),
                ..record(action)
            });
        }
        if let Some(next) = &draft.project {
            let old = draft.base.as_ref().map(|base| json!({ "name": base.name, "roles": base.roles }));
            let new = Some(json!({ "name": next.name, "roles": next.roles }));
            records.push(Record { target: Some(next.key.to_string()), old, new, ..record(draft.action) });
        }
        if let Some(access) = &draft.access {
            let (target, project, environment) = access.place();
            for told in access.told() {
                let record = record(told.action);
                records.push(Record {
                    target: Some(target.clone()),
                    project: project.clone().or_else(|| record.project.clone()),
                    environment: environment.clone(),
                    old: told.old.clone(),
                    new: told.new.clone(),
                    ..record
                });
            }
        }
        records
    }
}

/// Nothing else would make sure that everything is as asked for when the answer is remembered.
async fn remember_nothing(mut tx: WriteTx, reviewed: &Reviewed) -> Result<Committed, Refusal> {
    let nothing = Committed::nothing(reviewed);
    if let Some(base) = &reviewed.draft.base {
        tx.expect_project(&base.key, base.revision).await?;
        for environment in &base.environments {
            tx.expect_environment(&base.key, &environment.row.key, environment.row.version).await?;
        }
    }
    remember(&mut tx, &reviewed.proposal, &nothing, now()).await?;
    tx.commit().await?;
    Ok(nothing)
}

/// Notes the answer under the author's name for the request.
async fn remember(
    tx: &mut WriteTx,
    proposal: &Proposal,
    committed: &Committed,
    at: i64,
) -> Result<(), StoreError> {
    let Some(idempotency) = &proposal.idempotency else { return Ok(()) };
    let outcome = serde_json::to_string(committed).unwrap_or_default();
    tx.remember(&idempotency.key, &idempotency.request, &outcome, at).await
}

async fn write_entry(
    tx: &mut WriteTx,
    project: &str,
    entry: &EntryDraft,
    draft: &Draft,
    next: &Project,
    numbers: &Numbers,
) -> Result<(), Refusal> {
    let known = draft.base.as_ref().and_then(|base| base.entries.get(&entry.key));
    if let Some(written) = next.entries.get(&entry.key).filter(|written| known != Some(written)) {
        let identity = serde_json::to_string(written.identity.fields()).unwrap_or_default();
        tx.entry(project, &entry.key, &identity, written.revision, written.archived_at, numbers.at).await?;
    }
    for (environment, document) in &entry.definitions {
        let after = next.environment(environment);
        let revision = after.map_or(0, |after| after.revision(&entry.key));
        let text = document.as_ref().map(|document| serde_json::to_string(document).unwrap_or_default());
        let version = numbers.versions.get(environment).copied().unwrap_or_default();
        let (key, change, at) = (&*entry.key, &*numbers.change, numbers.at);
        let place = Place { project, environment, key, revision, version, change, at };
        tx.revision(&place, text.as_deref()).await?;
    }
    Ok(())
}

/// The project as it is once the change is written.
fn apply(draft: &Draft, key: &Arc<str>, numbers: &Numbers) -> Project {
    let mut next = match &draft.base {
        Some(base) => Project::clone(base),
        None => Project {
            key: Arc::clone(key),
            name: String::new(),
            roles: Vec::new(),
            revision: 0,
            entries: BTreeMap::new(),
            environments: Vec::new(),
        },
    };
    if let Some(project) = &draft.project {
        next.name.clone_from(&project.name);
        next.roles.clone_from(&project.roles);
    }
    for EnvironmentDraft { key, name, production, position } in draft.environments.clone() {
        match next.environments.iter_mut().find(|known| known.row.key == key) {
            Some(known) => {
                let row = &mut Arc::make_mut(known).row;
                (row.name, row.production, row.position) = (name, production, position);
            }
            None => {
                let row = Row { key, name, production, position, version: 0, changed_at: 0 };
                next.environments.push(Arc::new(Environment::empty(row)));
            }
        }
    }
    next.environments.sort_by_key(|environment| environment.row.position);
    let mut is_another = draft.project.is_some() || !draft.environments.is_empty();
    for entry in &draft.entries {
        is_another |= moves(draft, entry) | apply_identity(&mut next, entry, numbers.at);
    }
    for (environment, version) in &numbers.versions {
        let Some(slot) = next.environments.iter_mut().find(|slot| slot.row.key == *environment) else {
            continue;
        };
        let after = Arc::make_mut(slot);
        after.row.version = *version;
        after.row.changed_at = numbers.at;
        for entry in &draft.entries {
            if let Some((_, document)) = entry.definitions.iter().find(|(name, _)| name == environment) {
                let revision = after.revision(&entry.key) + 1;
                after.set(Arc::clone(&entry.key), revision, *version, document.clone());
            }
        }
    }
    next.revision += u64::from(is_another);
    next
}

/// Whether the entry comes into an environment or leaves one. Where it is in force is the project's matter: whoever
/// archives it, or changes what it is, must reach all of those, also one that they have not heard of.
fn moves(draft: &Draft, entry: &EntryDraft) -> bool {
    entry.definitions.iter().any(|(environment, document)| {
        let base = draft.base.as_ref().and_then(|base| base.environment(environment));
        base.is_some_and(|base| base.definitions.contains_key(&entry.key)) != document.is_some()
    })
}

/// Whether what the entry is in all environments has changed.
fn apply_identity(next: &mut Project, entry: &EntryDraft, at: i64) -> bool {
    let known = next.entries.get(&entry.key);
    let archived_at = entry.archived.then(|| known.and_then(|known| known.archived_at).unwrap_or(at));
    let is_same =
        known.is_some_and(|known| known.identity == entry.identity && known.archived_at == archived_at);
    if !is_same {
        let revision = known.map_or(0, |known| known.revision) + 1;
        let created_at = known.map_or(at, |known| known.created_at);
        let identity = entry.identity.clone();
        next.entries
            .insert(Arc::clone(&entry.key), Arc::new(Entry { identity, revision, archived_at, created_at }));
    }
    !is_same
}

fn revisions(draft: &Draft, next: &Project) -> BTreeMap<String, BTreeMap<String, u64>> {
    let mut revisions: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for entry in &draft.entries {
        for (environment, _) in &entry.definitions {
            let revision = next.environment(environment).map_or(0, |after| after.revision(&entry.key));
            revisions.entry(environment.to_string()).or_default().insert(entry.key.to_string(), revision);
        }
    }
    revisions
}

/// What the audit log says of an environment's row.
fn row_shown(name: &str, production: bool, position: i64) -> Value {
    json!({ "name": name, "production": production, "position": position })
}

/// What differs, in one line.
fn summary(change: &Change) -> String {
    const SHOWN: usize = 5;
    let mut parts: Vec<String> = change.fields.iter().take(SHOWN).map(|field| field.path.clone()).collect();
    if change.fields.len() > SHOWN {
        parts.push(format!("{} more fields", change.fields.len() - SHOWN));
    }
    parts.extend(
        change.moves.iter().take(SHOWN).map(|one| format!("{} % of units move by {}", one.percent, one.path)),
    );
    let kind = match change.change {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Changed => "changed",
    };
    if parts.is_empty() { kind.to_owned() } else { format!("{kind}: {}", parts.join(", ")) }
}

/// What others must look at again.
fn topics(draft: &Draft, project: Option<&str>, numbers: &Numbers) -> BTreeSet<String> {
    let mut topics = BTreeSet::new();
    if let Some(project) = project {
        topics.extend(
            numbers.versions.iter().map(|(key, version)| format!("project/{project}/{key}/{version}")),
        );
        if topics.is_empty() && draft.access.is_none() {
            topics.insert(format!("project/{project}"));
        }
    }
    if draft.access.is_some() {
        topics.insert("access".to_owned());
    }
    topics
}

impl EntryDraft {
    /// The document in one environment from now on, where that is another.
    pub fn definition(&self, environment: &str) -> Option<Option<&Document>> {
        let (_, document) = self.definitions.iter().find(|(name, _)| &**name == environment)?;
        Some(document.as_ref())
    }
}
