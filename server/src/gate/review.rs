//! What a change would do: whether its author may, whether the result is valid, and what differs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regex::Regex;
use vexil_core::definition::{self, Mode, lint};
use vexil_core::diff::{self, Change};
use vexil_core::{Arena, Node, Problem, Severity, Timestamp};

use super::refusal::EntryProblem;
use super::withheld::WithheldNotes;
use super::{AccessDraft, Draft, EntryDraft, EnvironmentDraft, Gate, Proposal, Refusal};
use crate::access::{Allowed, EnvironmentClass, Permission, Subject};
use crate::catalog::{Document, Environment, IDENTITY_FIELDS, Project, Row, Stored};
use crate::delivery::slice;
use crate::store::now;

/// A change of which everything is known, and which no policy has judged yet.
#[derive(Debug)]
pub struct Reviewed {
    /// What was asked for, and by whom.
    pub proposal: Arc<Proposal>,
    /// What it writes.
    pub draft: Draft,
    /// What differs, in each environment that it touches.
    pub environments: Vec<EnvironmentDiff>,
}

/// What differs in one environment.
#[derive(Debug)]
pub struct EnvironmentDiff {
    /// The environment.
    pub key: Arc<str>,
    /// Whether what happens there happens to customers.
    pub production: bool,
    /// The version that the change was planned from.
    pub base: u64,
    /// By key.
    pub changes: Vec<Change>,
    /// What is allowed but hardly meant, in the entries that the change touches.
    pub warnings: Vec<EntryProblem>,
}

impl Reviewed {
    /// Whether everything is as asked for already.
    pub fn changes_nothing(&self) -> bool {
        let Draft { project, environments, entries, access, .. } = &self.draft;
        let is_same = |entry: &EntryDraft| {
            let known = self.draft.base.as_ref().and_then(|base| base.entries.get(&entry.key));
            entry.definitions.is_empty()
                && known.is_some_and(|known| {
                    known.identity == entry.identity && known.archived_at.is_some() == entry.archived
                })
        };
        project.is_none()
            && environments.is_empty()
            && access.as_ref().is_none_or(AccessDraft::changes_nothing)
            && entries.iter().all(is_same)
    }
}

impl Gate {
    /// Permission, then the core's judgement of the resulting whole, then what differs.
    pub(super) fn review(&self, proposal: &Arc<Proposal>, mut draft: Draft) -> Result<Reviewed, Refusal> {
        let (mut environments, mut withheld) = (Vec::new(), WithheldNotes::default());
        let mut problems = std::mem::take(&mut draft.problems);
        for (row, base) in touched(&draft) {
            let view = View { draft: &draft, row: &row, base };
            let allowed = view.permit(proposal)?;
            let warnings = match view.validate(self.naming.clone()) {
                Ok(warnings) => warnings,
                Err(errors) => {
                    problems.extend(errors);
                    continue;
                }
            };
            let changes = view.changes();
            view.tell_withheld(&mut withheld);
            view.permit_parts(&allowed, &changes)?;
            environments.push(EnvironmentDiff {
                key: Arc::clone(&row.key),
                production: row.production,
                base: row.version,
                changes,
                warnings,
            });
        }
        permit_rest(proposal, &draft)?;
        problems.extend(identity_problems(&draft));
        if !problems.is_empty() {
            return Err(Refusal::definitions(problems));
        }
        draft.notes.extend(withheld.into_notes());
        Ok(Reviewed { proposal: Arc::clone(proposal), draft, environments })
    }
}

/// The environments in which a definition changes, as they are; those that the draft makes are empty. When the roles
/// of a project change, all of its environments are judged again.
fn touched(draft: &Draft) -> Vec<(Row, Option<&Environment>)> {
    let definitions = draft.entries.iter().flat_map(|entry| &entry.definitions);
    let named: BTreeSet<&str> = definitions.map(|(environment, _)| &**environment).collect();
    let base = draft.base.as_deref();
    let roles_change = matches!((&draft.project, base), (Some(next), Some(base)) if next.roles != base.roles);
    let existing = base.into_iter().flat_map(|base: &Project| &base.environments);
    let existing = existing
        .filter(|environment| roles_change || named.contains(&*environment.row.key))
        .map(|environment| (environment.row.clone(), Some(&**environment)));
    let is_new = |made: &&EnvironmentDraft| base.is_none_or(|base| base.environment(&made.key).is_none());
    let made =
        draft.environments.iter().filter(is_new).filter(|made| named.contains(&*made.key)).map(|made| {
            let EnvironmentDraft { key, name, production, position } = made.clone();
            (Row { key, name, production, position, version: 0, changed_at: 0 }, None)
        });
    existing.chain(made).collect()
}

/// One environment under a draft.
struct View<'d> {
    draft: &'d Draft,
    row: &'d Row,
    base: Option<&'d Environment>,
}

impl<'d> View<'d> {
    /// Every entry that has another definition here: what it was, and what it is to be.
    fn edits(&self) -> impl Iterator<Item = (&'d EntryDraft, Option<&'d Stored>, Option<&'d Document>)> {
        let (row, base) = (self.row, self.base);
        self.draft.entries.iter().filter_map(move |entry| {
            let (_, document) = entry.definitions.iter().find(|(name, _)| *name == row.key)?;
            let stored = base.and_then(|base| base.definitions.get(&entry.key)).map(|stored| &**stored);
            Some((entry, stored, document.as_ref()))
        })
    }

    fn place(&self) -> Option<(&str, EnvironmentClass)> {
        Some((&self.row.key, EnvironmentClass::of(self.row.production)))
    }

    /// Whoever may not touch an entry as it is may not make it one that they may touch.
    fn permit(&self, proposal: &Proposal) -> Result<BTreeMap<&'d str, Allowed>, Refusal> {
        let mut allowed = BTreeMap::new();
        for (entry, stored, document) in self.edits() {
            let before = stored.and_then(|stored| Subject::of(&stored.document));
            let after = document.and_then(Subject::of);
            let how_far = proposal.by.may_change(self.place(), before.as_ref(), after.as_ref())?;
            allowed.insert(&*entry.key, how_far);
        }
        Ok(allowed)
    }

    /// Some may change parts of an entry only. Where no difference says which part changes, the text does.
    fn permit_parts(&self, allowed: &BTreeMap<&str, Allowed>, changes: &[Change]) -> Result<(), Refusal> {
        let changes: BTreeMap<&str, &Change> = changes.iter().map(|change| (&*change.key, change)).collect();
        for (entry, stored, document) in self.edits() {
            let Some(allowed) = allowed.get(&*entry.key) else { continue };
            match changes.get(&*entry.key) {
                Some(change) => allowed.covers(change)?,
                None => allowed.covers_text(&entry.key, stored.map(|stored| &stored.document), document)?,
            }
        }
        Ok(())
    }

    /// Reads the environment as it would be. Every problem is an error of the whole, also of entries that refer to what
    /// has changed; warnings are told of the entries that change.
    fn validate(&self, naming: Option<Regex>) -> Result<Vec<EntryProblem>, Vec<EntryProblem>> {
        let edited: BTreeMap<&str, Option<&Document>> =
            self.edits().map(|(entry, _, document)| (&*entry.key, document)).collect();
        let mut keys = Vec::new();
        let mut text = self.header();
        let kept = self.base.into_iter().flat_map(|base| &base.definitions);
        let kept = kept
            .filter(|(key, _)| !edited.contains_key(&***key))
            .map(|(key, stored)| (&**key, stored.text.clone()));
        let changed = edited.iter().filter_map(|(key, document)| {
            Some((*key, serde_json::to_string((*document)?).unwrap_or_default()))
        });
        for (key, entry) in kept.chain(changed) {
            if !keys.is_empty() {
                text.push(',');
            }
            text.push_str(&entry);
            keys.push(key);
        }
        text.push_str("]}");
        let arena = Arena::new();
        let document =
            Node::parse_json(text.as_bytes(), &arena).map_err(|problem| vec![self.error(None, problem)])?;
        let mut reading = definition::read(&[document], Mode::Authoring);
        let options = lint::Options { now: Timestamp::from_millis(now()), naming };
        lint::warn(&mut reading, &options);
        let key_of = |entry: Option<usize>| keys.get(entry?).copied();
        let (mut errors, mut warnings) = (Vec::new(), Vec::new());
        for found in reading.problems {
            let key = key_of(found.entry);
            match found.problem.severity {
                Severity::Error => errors.push(self.error(key, found.problem)),
                // What an entry was warned of when it was written is not told again with every other change.
                Severity::Warning if key.is_some_and(|key| edited.contains_key(key)) => {
                    warnings.push(entry_problem(key, found.problem));
                }
                Severity::Warning => {}
            }
        }
        if errors.is_empty() { Ok(warnings) } else { Err(errors) }
    }

    /// Which of the entries that change do not reach clients, though they are marked for them.
    fn tell_withheld(&self, notes: &mut WithheldNotes) {
        let edited: BTreeMap<&str, Option<&Document>> =
            self.edits().map(|(entry, _, document)| (&*entry.key, document)).collect();
        if !edited.values().flatten().any(|document| slice::is_client_visible(document)) {
            return;
        }
        let kept = self.base.into_iter().flat_map(|base| &base.definitions);
        let kept = kept.filter(|(key, _)| !edited.contains_key(&***key));
        let kept = kept.map(|(key, stored)| (&**key, &stored.document));
        let changed = edited.iter().filter_map(|(key, document)| Some((*key, (*document)?)));
        let writing = slice::Writing::of(kept.chain(changed));
        for key in edited.keys() {
            notes.take(key, &self.row.key, writing.withheld(key));
        }
    }

    fn header(&self) -> String {
        let roles = self.draft.project.as_ref().map(|project| &project.roles);
        let roles = roles.or_else(|| self.draft.base.as_ref().map(|base| &base.roles));
        let header = serde_json::json!({ "schema": 1, "environment": &*self.row.key, "roles": roles });
        let mut text = header.to_string();
        text.pop();
        text.push_str(",\"entries\":[");
        text
    }

    fn error(&self, key: Option<&str>, problem: Problem) -> EntryProblem {
        EntryProblem { environments: vec![self.row.key.to_string()], ..entry_problem(key, problem) }
    }

    fn changes(&self) -> Vec<Change> {
        let list = |documents: Vec<&Document>| serde_json::to_string(&documents).unwrap_or_default();
        let old = list(self.edits().filter_map(|(_, stored, _)| Some(&stored?.document)).collect());
        let new = list(self.edits().filter_map(|(_, _, document)| document).collect());
        let arena = Arena::new();
        match (Node::parse_json(old.as_bytes(), &arena), Node::parse_json(new.as_bytes(), &arena)) {
            (Ok(old), Ok(new)) => diff::diff(&[old], &[new]).changes,
            // Both were read a moment ago.
            _ => Vec::new(),
        }
    }
}

/// What an entry is in all environments, where no environment has a definition that the core would read it with.
fn identity_problems(draft: &Draft) -> Vec<EntryProblem> {
    let is_unread = |entry: &&EntryDraft| {
        let known = draft.base.as_ref().and_then(|base| base.entries.get(&entry.key));
        known.is_none_or(|known| known.identity != entry.identity)
            && entry.definitions.iter().all(|(_, document)| document.is_none())
    };
    let mut problems = Vec::new();
    for entry in draft.entries.iter().filter(is_unread) {
        let text = serde_json::to_string(entry.identity.fields()).unwrap_or_default();
        let arena = Arena::new();
        let found: Vec<Problem> = match Node::parse_json(text.as_bytes(), &arena) {
            Ok(document) => {
                let found = definition::read(&[document], Mode::Authoring).problems.into_iter();
                found.map(|found| found.problem).filter(is_of_identity).collect()
            }
            Err(problem) => vec![problem],
        };
        problems.extend(found.into_iter().map(|problem| entry_problem(Some(&entry.key), problem)));
    }
    problems
}

/// That the rest of a definition is missing is no problem of an identity.
fn is_of_identity(problem: &Problem) -> bool {
    let field = problem.path.strip_prefix('/').and_then(|path| path.split('/').next());
    problem.severity == Severity::Error && field.is_some_and(|field| IDENTITY_FIELDS.contains(&field))
}

/// The path of a problem of an entry begins at the entry: where that stands among others is nobody's business.
fn entry_problem(key: Option<&str>, mut problem: Problem) -> EntryProblem {
    if let Some(rest) = problem.path.strip_prefix("/entries/") {
        problem.path = rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or_default().to_owned();
    }
    EntryProblem { key: key.map(str::to_owned), problem, environments: Vec::new() }
}

/// What belongs to no environment.
fn permit_rest(proposal: &Proposal, draft: &Draft) -> Result<(), Refusal> {
    let by = &proposal.by;
    if draft.project.is_some() {
        by.may(Permission::ProjectManage, None, None)?;
    }
    for environment in &draft.environments {
        let class = EnvironmentClass::of(environment.production);
        by.may(Permission::EnvironmentManage, Some((&environment.key, class)), None)?;
    }
    for entry in &draft.entries {
        let known = draft.base.as_ref().and_then(|base| base.entries.get(&entry.key));
        let (before, after) = (known.map(|known| known.identity.fields()), entry.identity.fields());
        let subject = Subject::of(after);
        let subject = subject.as_ref();
        let archives = entry.archived != known.is_some_and(|known| known.archived_at.is_some());
        if archives && known.is_some() {
            // Whoever takes an entry out of force everywhere must be allowed to do so in each environment.
            for environment in draft.base.iter().flat_map(|base| &base.environments) {
                let class = EnvironmentClass::of(environment.row.production);
                let place = Some((&*environment.row.key, class));
                // To archive is no matter of parts.
                by.may(Permission::EntryArchive, place, subject)?.covers_text(&entry.key, before, None)?;
            }
        }
        // An entry without a definition anywhere is still somebody's to write.
        if entry.definitions.is_empty() && !archives {
            let was = before.and_then(Subject::of);
            by.may_change(None, was.as_ref(), subject)?.covers_text(&entry.key, before, Some(after))?;
        }
    }
    match &draft.access {
        Some(access) => access.permit(by),
        None => Ok(()),
    }
}
