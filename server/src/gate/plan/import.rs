//! Definition files, taken over as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Planner, named, whole};
use crate::access::Subject;
use crate::audit::Action;
use crate::catalog::{Document, Identity};
use crate::gate::{Draft, EntryDraft, ProjectDraft, Refusal};

impl Planner<'_> {
    pub(super) fn import(
        &self,
        environments: &BTreeMap<String, Vec<Document>>,
        roles: Option<&[String]>,
        prune: bool,
    ) -> Result<Draft, Refusal> {
        let mut draft = self.draft();
        if let Some(roles) = roles.filter(|roles| *roles != self.project.roles) {
            draft.project = Some(ProjectDraft {
                key: Arc::clone(&self.project.key),
                name: self.project.name.clone(),
                roles: roles.to_vec(),
            });
        }
        let mut entries: BTreeMap<Arc<str>, BTreeMap<&str, Document>> = BTreeMap::new();
        for (environment, documents) in environments {
            self.environment(environment)?;
            for document in documents {
                let (key, document) = named(document)?;
                let definitions = entries.entry(Arc::clone(&key)).or_default();
                if definitions.insert(environment, document).is_some() {
                    let message = format!("`{key}` is there twice for environment `{environment}`");
                    return Err(Refusal::invalid("DUPLICATE_KEY", message));
                }
            }
        }
        let named_keys: BTreeSet<Arc<str>> = entries.keys().cloned().collect();
        for (key, definitions) in entries {
            draft.entries.extend(self.import_entry(key, definitions)?);
        }
        if prune {
            for (key, entry) in &self.project.entries {
                if entry.archived_at.is_none() && !named_keys.contains(key) && !self.is_secret(key) {
                    draft.entries.push(self.pruned(key, environments)?);
                }
            }
            draft.entries.retain(|entry| entry.archived || !entry.definitions.is_empty());
        }
        Ok(draft)
    }

    /// Whoever writes files says everything in them, the identity too; it must be one in all of them.
    fn import_entry(
        &self,
        key: Arc<str>,
        definitions: BTreeMap<&str, Document>,
    ) -> Result<Option<EntryDraft>, Refusal> {
        let mut identities = definitions.values().map(Identity::of);
        let Some(identity) = identities.next() else { return Ok(None) };
        if identities.any(|other| other != identity) {
            let message = format!("`{key}` has another identity in one environment than in another");
            return Err(Refusal::invalid("IDENTITY_MISMATCH", message));
        }
        let known = self.project.entries.get(&key);
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
            key: Arc::clone(&key),
            action,
            identity: identity.clone(),
            archived: false,
            definitions: Vec::new(),
            notes: Vec::new(),
        };
        for environment in &self.project.environments {
            let name = &*environment.row.key;
            if let Some(document) = definitions.get(name) {
                self.define(&mut entry, name, document.clone())?;
            } else if let Some(stored) = environment.definitions.get(&key) {
                // What the files say of the entry itself holds where they give no definition too.
                let document = whole(&identity, &stored.document);
                if document != stored.document {
                    entry.definitions.push((Arc::clone(&environment.row.key), Some(document)));
                }
            }
        }
        let is_same = known.is_some_and(|known| known.identity == identity && known.archived_at.is_none());
        Ok((!is_same || !entry.definitions.is_empty()).then_some(entry))
    }

    /// Files leave secrets out, so that one is not named says nothing.
    fn is_secret(&self, key: &str) -> bool {
        let definitions = self.project.environments.iter().filter_map(|one| one.definitions.get(key));
        let mut subjects = definitions.map(|stored| Subject::of(&stored.document));
        subjects.any(|subject| subject.is_none_or(|subject| subject.sensitive))
    }

    /// Without a definition in any environment an entry is archived; else it leaves those that the files are of.
    fn pruned(
        &self,
        key: &str,
        environments: &BTreeMap<String, Vec<Document>>,
    ) -> Result<EntryDraft, Refusal> {
        let mut entry = self.archived(key)?;
        let before = entry.definitions.len();
        entry.definitions.retain(|(environment, _)| environments.contains_key(&**environment));
        if entry.definitions.len() < before {
            entry.archived = false;
            entry.action = Action::EntryUpdate;
        }
        Ok(entry)
    }
}
