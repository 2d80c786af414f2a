//! From what is asked for and what is in force to the rows that will be another.

mod bundle;
mod entries;
mod environments;
mod import;
mod patch;
mod rollback;

use std::sync::Arc;

use serde_json::{Value, json};
use vexil_core::definition::{self, Mode};
use vexil_core::problem::{Code, Pointer};
use vexil_core::{Arena, Node, Problem, diff, settle};

use super::operation::{Expected, Operation, Target};
use super::{Draft, EntryDraft, EnvironmentDraft, Gate, ProjectDraft, Proposal, Refusal, check_length};
use crate::access::{Authority, EnvironmentClass, Permission, Subject};
use crate::audit::Action;
use crate::catalog::{Document, Environment, Identity, Project, normalise};
use crate::turns::while_others_go_on;

/// Bytes of the name of a project or environment.
const NAME_BYTES: usize = 1_000;
/// Environments of a project.
const ENVIRONMENTS: usize = 100;

impl Gate {
    /// Plans a change. It reads history where the change goes back to it, and writes nothing.
    pub(super) async fn plan(&self, proposal: &Proposal) -> Result<Draft, Refusal> {
        proposal.circumstances.check()?;
        let operation = &proposal.operation;
        if let Operation::CreateProject { key, name, environments } = operation {
            return self.create_project(key, name, environments);
        }
        if let Operation::Access(access) = operation {
            return self.plan_access(access, &proposal.by).await;
        }
        let key = operation.project().unwrap_or_default();
        let project = self.catalog.project(key).ok_or_else(|| not_found("project", key))?;
        let planner = Planner { gate: self, project, action: operation.action(), by: &proposal.by };
        planner.permit_target(operation)?;
        match operation {
            Operation::EditProject { expected, name, roles, .. } => {
                planner.expect_project(*expected)?;
                planner.edit_project(name, roles)
            }
            Operation::CreateEnvironment { key, name, production, copy_of, .. } => {
                planner.create_environment(key, name, *production, copy_of.as_deref())
            }
            Operation::EditEnvironment { environment, expected, name, position, .. } => {
                planner.edit_environment(environment, *expected, name.as_deref(), *position).await
            }
            Operation::CreateEntry { document, environments, .. } => {
                planner.create_entry(document, environments.as_deref())
            }
            Operation::ReplaceDefinition { target, document } => planner.replace(target, document).await,
            Operation::PatchDefinition { target, patch } => planner.patch(target, patch).await,
            Operation::SetValue { target, value, tenant } => {
                planner.set_value(target, value.as_ref(), tenant.as_deref()).await
            }
            Operation::Toggle { target, enabled } => planner.toggle(target, *enabled).await,
            Operation::EditIdentity { key, expected, patch, .. } => {
                planner.edit_identity(key, *expected, patch)
            }
            Operation::Archive { key, expected, .. } => planner.archive(key, *expected),
            Operation::Restore { key, expected, .. } => planner.restore(key, *expected).await,
            Operation::RollbackEntry { target, to, identity } => {
                planner.rollback_entry(target, *to, *identity).await
            }
            Operation::RollbackEnvironment { environment, expected, to, identity, .. } => {
                planner.rollback_environment(environment, *expected, *to, *identity).await
            }
            Operation::Promote { from, to, expected, keys, .. } => {
                planner.promote(from, to, *expected, keys.as_deref()).await
            }
            Operation::Import { expected, versions, environments, prune, .. } => {
                planner.expect_project(*expected)?;
                planner.expect_versions(versions).await?;
                while_others_go_on(|| planner.import(environments, *prune))
            }
            Operation::CreateProject { .. } | Operation::Access(_) => Ok(planner.draft()),
        }
    }

    fn create_project(
        &self,
        key: &str,
        name: &str,
        environments: &[(String, bool)],
    ) -> Result<Draft, Refusal> {
        check_name("project", key)?;
        check_length("name", name, NAME_BYTES)?;
        check_environments(environments.len())?;
        if self.catalog.project(key).is_some() {
            return Err(exists("project", key));
        }
        let mut draft = Draft::new(Action::ProjectCreate, None);
        draft.project = Some(ProjectDraft { key: key.into(), name: name.to_owned(), roles: Vec::new() });
        for (position, (key, production)) in (0..).zip(environments) {
            check_name("environment", key)?;
            if draft.environments.iter().any(|made| *made.key == **key) {
                return Err(exists("environment", key));
            }
            let (key, name) = (Arc::from(key.as_str()), key.clone());
            draft.environments.push(EnvironmentDraft { key, name, production: *production, position });
        }
        Ok(draft)
    }
}

/// A change of one project that is being planned.
struct Planner<'g> {
    gate: &'g Gate,
    project: Arc<Project>,
    action: Action,
    by: &'g Authority,
}

impl Planner<'_> {
    fn draft(&self) -> Draft {
        Draft::new(self.action, Some(Arc::clone(&self.project)))
    }

    fn environment(&self, key: &str) -> Result<&Arc<Environment>, Refusal> {
        self.project.environment(key).ok_or_else(|| not_found("environment", key))
    }

    /// Whoever may write nothing in an environment is not told how it differs from what they saw.
    fn permit_target(&self, operation: &Operation) -> Result<(), Refusal> {
        let named = match operation {
            Operation::ReplaceDefinition { target, .. }
            | Operation::PatchDefinition { target, .. }
            | Operation::SetValue { target, .. }
            | Operation::Toggle { target, .. }
            | Operation::RollbackEntry { target, .. } => &target.environment,
            Operation::RollbackEnvironment { environment, .. }
            | Operation::Promote { to: environment, .. } => environment,
            _ => return Ok(()),
        };
        let environment = self.environment(named)?;
        let place = (&*environment.row.key, EnvironmentClass::of(environment.row.production));
        if !self.by.may_somehow(Permission::EntryWrite, Some(place)) {
            self.by.may(Permission::EntryWrite, Some(place), None)?;
        }
        Ok(())
    }

    /// What is taken over from an environment must be something that may be read there.
    fn permit_source(&self, environment: &Environment, document: &Document) -> Result<(), Refusal> {
        let place = (&*environment.row.key, EnvironmentClass::of(environment.row.production));
        self.by.may(Permission::ProjectRead, Some(place), Subject::of(document).as_ref())?;
        Ok(())
    }

    fn edit_project(&self, name: &Option<String>, roles: &Option<Vec<String>>) -> Result<Draft, Refusal> {
        check_length("name", name.as_deref().unwrap_or_default(), NAME_BYTES)?;
        let mut draft = self.draft();
        let next = ProjectDraft {
            key: Arc::clone(&self.project.key),
            name: name.clone().unwrap_or_else(|| self.project.name.clone()),
            roles: roles.clone().unwrap_or_else(|| self.project.roles.clone()),
        };
        if next.name != self.project.name || next.roles != self.project.roles {
            draft.project = Some(next);
        }
        Ok(draft)
    }

    /// What an entry will be, of which some environments have another definition from now on.
    fn entry(&self, key: &str, action: Action) -> Result<EntryDraft, Refusal> {
        let entry = self.project.entry(key).ok_or_else(|| not_found("entry", key))?;
        Ok(EntryDraft {
            key: key.into(),
            action,
            identity: entry.identity.clone(),
            archived: false,
            definitions: Vec::new(),
            notes: Vec::new(),
        })
    }

    /// Refuses when the project itself is not the one that the author saw.
    fn expect_project(&self, expected: Expected) -> Result<(), Refusal> {
        let Project { key, name, roles, revision, .. } = &*self.project;
        expect_number(expected, *revision, || {
            (format!("project `{key}`"), json!({"name": name, "roles": roles}))
        })
    }

    /// Refuses when what an entry is in all environments is not what the author saw.
    fn expect_identity(&self, key: &str, expected: Expected) -> Result<(), Refusal> {
        let entry = self.project.entries.get(key).ok_or_else(|| not_found("entry", key))?;
        let seen_anew = || (format!("`{key}`"), Value::Object(entry.identity.fields().clone()));
        expect_number(expected, entry.revision, seen_anew)
    }

    /// Refuses when an entry's definition is not the one that the author saw.
    async fn expect(&self, target: &Target) -> Result<(), Refusal> {
        let environment = self.environment(&target.environment)?;
        let current = environment.revision(&target.key);
        let Expected::Number(seen) = target.expected else { return Ok(()) };
        if seen == current {
            return Ok(());
        }
        let Target { project, environment: name, key, .. } = target;
        let before = self.gate.store.revision(project, name, key, seen).await?;
        let before = before.and_then(|revision| revision.definition);
        let now = environment.definitions.get(key.as_str()).map(|stored| &stored.document);
        Err(Refusal::Stale {
            what: format!("`{key}` in `{name}`"),
            current,
            changed: changes_between(before.as_ref(), now),
        })
    }
}

/// Refuses what is not the number that the author saw. Of projects and identities only the newest is kept, so what
/// changed meanwhile is told as what they are now.
fn expect_number(
    expected: Expected,
    current: u64,
    now: impl FnOnce() -> (String, Value),
) -> Result<(), Refusal> {
    match expected {
        Expected::Number(seen) if seen != current => {
            let (what, changed) = now();
            Err(Refusal::Stale { what, current, changed })
        }
        _ => Ok(()),
    }
}

/// What differs between two definitions of one entry, as JSON.
pub(crate) fn changes_between(old: Option<&Document>, new: Option<&Document>) -> Value {
    let text = |document: Option<&Document>| match document {
        Some(document) => format!("[{}]", serde_json::to_string(document).unwrap_or_default()),
        None => "{\"schema\": 1, \"entries\": []}".to_owned(),
    };
    let (old, new) = (text(old), text(new));
    let arena = Arena::new();
    match (Node::parse_json(old.as_bytes(), &arena), Node::parse_json(new.as_bytes(), &arena)) {
        (Ok(old), Ok(new)) => json!(diff::diff(&[old], &[new]).changes),
        _ => Value::Null,
    }
}

/// A document as its author wrote it, in the documented spelling, with the key and the type that the core reads in it.
fn named(document: &Document) -> Result<(Arc<str>, Document), Problem> {
    let text = serde_json::to_string(document).unwrap_or_default();
    let arena = Arena::new();
    let node = Node::parse_json(text.as_bytes(), &arena)?;
    let reading = definition::read(&[node], Mode::Loading);
    let Some(entry) = reading.model.entries.first() else {
        return Err(Problem::new(Code::MissingField, &Pointer::Root, "a definition needs a `key`"));
    };
    let type_name = match (entry.type_name(), document.get("type").and_then(Value::as_str)) {
        // What is wrong with it is said when the whole is read.
        ("invalid", Some(written)) => written,
        ("invalid", None) => implied_type(document),
        (known, _) => known,
    };
    Ok((Arc::from(&*entry.key), normalise(document.clone(), &entry.key, type_name)))
}

/// The type of what does not say one, and cannot be read (DESIGN 3).
fn implied_type(document: &Document) -> &'static str {
    let has = |field: &str| document.contains_key(field);
    match () {
        () if has("slots") => "layer",
        () if has("variants") || has("allocation") => "experiment",
        () if has("condition") => "segment",
        () => "feature_flag",
    }
}

/// The definition that is stored when an author wants this one in the place of another: percentages become the ranges
/// that move the fewest units (DESIGN 6). Also the places where that was not possible, so that units are reshuffled.
fn settle(stored: Option<&Document>, document: Document) -> (Document, Vec<String>) {
    let text = |document: &Document| serde_json::to_string(document).unwrap_or_default();
    let (stored, proposed) = (stored.map(text), text(&document));
    let arena = Arena::new();
    let stored = stored.as_ref().and_then(|text| Node::parse_json(text.as_bytes(), &arena).ok());
    let Ok(proposed) = Node::parse_json(proposed.as_bytes(), &arena) else { return (document, Vec::new()) };
    let settled = settle::settle(stored.as_ref(), &proposed);
    match serde_json::from_str(&settled.definition.to_string()) {
        Ok(definition) => (definition, settled.reshuffled),
        Err(_) => (document, Vec::new()),
    }
}

/// Each is a snapshot of its own, in the memory of every replica.
fn check_environments(number: usize) -> Result<(), Refusal> {
    if number <= ENVIRONMENTS {
        return Ok(());
    }
    let message = format!("a project has at most {ENVIRONMENTS} environments");
    Err(Refusal::invalid("LIMIT_EXCEEDED", message))
}

/// Keys of projects and environments appear in paths and headers.
fn check_name(what: &'static str, name: &str) -> Result<(), Refusal> {
    const LONGEST: usize = 100;
    let mut bytes = name.bytes();
    let is_name = bytes.next().is_some_and(|first| first.is_ascii_alphanumeric())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && name.len() <= LONGEST;
    if is_name {
        return Ok(());
    }
    let message = format!(
        "the key of a {what} is letters, digits, `.`, `_` and `-`, begins with a letter or digit and has at most \
         {LONGEST} bytes"
    );
    Err(Refusal::invalid("INVALID_KEY", message))
}

fn not_found(what: &'static str, name: &str) -> Refusal {
    Refusal::NotFound { what, name: name.to_owned() }
}

fn exists(what: &'static str, name: &str) -> Refusal {
    Refusal::Exists { what, name: name.to_owned() }
}

/// The whole document of an entry whose identity is known.
fn whole(identity: &Identity, definition: &Document) -> Document {
    identity.with(definition)
}
