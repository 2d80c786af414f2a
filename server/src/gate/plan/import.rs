//! Definition files, taken over as a whole.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::sync::Arc;

use serde_json::Value;
use vexil_core::problem::Code;

use super::bundle::{self, Noted};
use super::{Planner, named};
use crate::access::Subject;
use crate::audit::Action;
use crate::catalog::{Document, Identity};
use crate::gate::{Draft, EntryDraft, ProjectDraft, Refusal};

/// The definitions of entries, by key and environment.
type Written<'w> = BTreeMap<Arc<str>, BTreeMap<&'w str, Document>>;

impl Planner<'_> {
    pub(super) fn import(
        &self,
        environments: &BTreeMap<String, Value>,
        prune: bool,
    ) -> Result<Draft, Refusal> {
        for environment in environments.keys() {
            self.environment(environment)?;
        }
        let mut draft = self.draft();
        let mut noted = Noted::default();
        let (roles, written) = read(environments, &mut noted);
        draft.problems = noted.into_problems();
        if let Some(roles) = roles.filter(|roles| *roles != self.project.roles) {
            let (key, name) = (Arc::clone(&self.project.key), self.project.name.clone());
            draft.project = Some(ProjectDraft { key, name, roles });
        }
        let mut entries = BTreeMap::new();
        for (key, definitions) in &written {
            if let Some(entry) = self.import_entry(key, definitions)? {
                entries.insert(Arc::clone(key), entry);
            }
        }
        if prune {
            self.prune(&mut entries, environments, &written)?;
        }
        draft.entries.extend(entries.into_values());
        Ok(draft)
    }

    /// Whoever writes files says everything in them, the identity too; it must be one in all of them.
    fn import_entry(
        &self,
        key: &Arc<str>,
        definitions: &BTreeMap<&str, Document>,
    ) -> Result<Option<EntryDraft>, Refusal> {
        let mut identities = definitions.iter().map(|(name, document)| (name, Identity::of(document)));
        let Some((first, identity)) = identities.next() else { return Ok(None) };
        if let Some((other, _)) = identities.find(|(_, other)| *other != identity) {
            let message = format!("`{key}` has another identity in `{other}` than in `{first}`");
            return Err(Refusal::invalid("IDENTITY_MISMATCH", message));
        }
        let known = self.project.entries.get(key);
        if known.is_some_and(|known| known.identity.type_name() != identity.type_name()) {
            let message = format!("`{key}` is of another type; the type of an entry cannot change");
            return Err(Refusal::invalid("IDENTITY_FIXED", message));
        }
        let action = match known {
            None => Action::EntryCreate,
            Some(known) if known.archived_at.is_some() => Action::EntryRestore,
            Some(_) => Action::EntryUpdate,
        };
        let mut entry = EntryDraft {
            key: Arc::clone(key),
            action,
            identity: identity.clone(),
            archived: false,
            definitions: Vec::new(),
            notes: Vec::new(),
        };
        for (environment, document) in definitions {
            self.define(&mut entry, environment, document.clone())?;
        }
        // What the files say of the entry itself holds where they give no definition too.
        self.identify(&mut entry, |environment| definitions.contains_key(environment));
        let is_same = known.is_some_and(|known| known.identity == identity && known.archived_at.is_none());
        Ok((!is_same || !entry.definitions.is_empty()).then_some(entry))
    }

    /// Takes what an environment's files do not have out of force there. What is then in force nowhere is archived.
    fn prune(
        &self,
        entries: &mut BTreeMap<Arc<str>, EntryDraft>,
        environments: &BTreeMap<String, Value>,
        written: &Written<'_>,
    ) -> Result<(), Refusal> {
        for name in environments.keys() {
            let environment = self.environment(name)?;
            for (key, stored) in &environment.definitions {
                let is_written = written.get(key).is_some_and(|written| written.contains_key(&**name));
                // Files leave secrets out, so that one is not named says nothing.
                let is_secret = Subject::of(&stored.document).is_none_or(|subject| subject.sensitive);
                if is_written || is_secret {
                    continue;
                }
                let entry = match entries.entry(Arc::clone(key)) {
                    Slot::Occupied(entry) => entry.into_mut(),
                    Slot::Vacant(slot) => slot.insert(self.entry(key, Action::EntryUpdate)?),
                };
                entry.definitions.retain(|(other, _)| *other != environment.row.key);
                entry.definitions.push((Arc::clone(&environment.row.key), None));
            }
        }
        for (key, known) in &self.project.entries {
            if known.archived_at.is_some() || written.contains_key(key) || self.is_left(key, entries.get(key))
            {
                continue;
            }
            let entry = match entries.entry(Arc::clone(key)) {
                Slot::Occupied(entry) => entry.into_mut(),
                Slot::Vacant(slot) => slot.insert(self.entry(key, Action::EntryArchive)?),
            };
            (entry.action, entry.archived) = (Action::EntryArchive, true);
        }
        Ok(())
    }

    /// Whether an entry has a definition in some environment once a draft is written.
    fn is_left(&self, key: &str, draft: Option<&EntryDraft>) -> bool {
        self.project.environments.iter().any(|environment| {
            match draft.and_then(|draft| draft.definition(&environment.row.key)) {
                Some(definition) => definition.is_some(),
                None => environment.definitions.contains_key(key),
            }
        })
    }
}

/// What is written for all environments: the roles, where one says, and the definitions. Everything that is wrong with
/// it is noted, and what is not is read all the same.
fn read<'w>(
    environments: &'w BTreeMap<String, Value>,
    noted: &mut Noted,
) -> (Option<Vec<String>>, Written<'w>) {
    let mut roles: Option<Vec<String>> = None;
    let mut written: Written<'w> = BTreeMap::new();
    for (environment, value) in environments {
        let bundle = bundle::read(environment, value, noted);
        match (&roles, bundle.roles) {
            (Some(roles), Some(given)) if given != *roles => {
                let message = "another environment gives other `roles`";
                noted.add(environment, None, "/roles".to_owned(), Code::Conflict, message);
            }
            (None, given) => roles = given,
            _ => {}
        }
        for (path, document) in bundle.entries {
            match named(document) {
                Ok((key, document)) => {
                    let definitions = written.entry(Arc::clone(&key)).or_default();
                    if definitions.contains_key(&**environment) {
                        noted.add(
                            environment,
                            Some(&key),
                            path,
                            Code::DuplicateKey,
                            "the key is there twice",
                        );
                    } else {
                        definitions.insert(environment, document);
                    }
                }
                Err(problem) => {
                    noted.add(environment, None, path + &problem.path, problem.code, problem.message);
                }
            }
        }
    }
    (roles, written)
}
