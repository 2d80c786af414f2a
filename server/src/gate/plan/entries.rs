//! Changes of single entries.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use vexil_core::Problem;

use super::{Planner, exists, named, not_found, patch, whole};
use crate::audit::Action;
use crate::catalog::{Document, Environment, IDENTITY_FIELDS, Identity, default_of, respelt, spelt_twice};
use crate::gate::operation::{Expected, Target};
use crate::gate::{Draft, EntryDraft, Refusal};

impl Planner<'_> {
    pub(super) fn create_entry(
        &self,
        document: &Document,
        environments: Option<&[String]>,
    ) -> Result<Draft, Refusal> {
        let (key, document) = named(document).map_err(refusal_of)?;
        if self.project.entries.contains_key(&key) {
            return Err(exists("entry", &key));
        }
        let environments: Vec<Arc<Environment>> = match environments {
            Some(names) => {
                let names: BTreeSet<&String> = names.iter().collect();
                names.into_iter().map(|name| self.environment(name).cloned()).collect::<Result<_, _>>()?
            }
            None => self.project.environments.clone(),
        };
        let definitions = environments
            .into_iter()
            .map(|environment| (Arc::clone(&environment.row.key), Some(document.clone())))
            .collect();
        let identity = Identity::of(&document);
        let mut draft = self.draft();
        draft.entries.push(EntryDraft {
            key,
            action: Action::EntryCreate,
            identity,
            archived: false,
            definitions,
            notes: Vec::new(),
        });
        Ok(draft)
    }

    pub(super) async fn replace(&self, target: &Target, document: &Document) -> Result<Draft, Refusal> {
        self.expect(target).await?;
        let mut entry = self.entry(&target.key, self.action)?;
        let mut written = document.clone();
        if !written.contains_key("key") && !written.contains_key("id") {
            written.insert("key".to_owned(), target.key.as_str().into());
        }
        if !written.contains_key("type") {
            written.insert("type".to_owned(), entry.identity.type_name().into());
        }
        let (key, written) = named(&written).map_err(refusal_of)?;
        if *key != target.key {
            let message = format!("the definition is of `{key}`, and was sent to `{}`", target.key);
            return Err(Refusal::invalid("KEY_MISMATCH", message));
        }
        self.same_identity(&entry.identity, &written)?;
        let document = whole(&entry.identity, &written);
        self.define(&mut entry, &target.environment, document)?;
        Ok(self.of_entry(entry))
    }

    pub(super) async fn patch(&self, target: &Target, patch: &Document) -> Result<Draft, Refusal> {
        let identity = self.entry(&target.key, self.action)?.identity;
        if patch.contains_key("id") {
            return Err(identity_mismatch("id"));
        }
        if let Some((other, name)) = spelt_twice(patch) {
            let message = format!("`{other}` and `{name}` are one field");
            return Err(Refusal::invalid("DUPLICATE_MEMBER", message));
        }
        let patch = respelt(patch.clone());
        self.edit(target, |document| {
            patch::merge_definition(document, &patch);
            // What a patch takes away would be missing from what all definitions say alike.
            let is_fixed = |field: &&String| {
                IDENTITY_FIELDS.contains(&field.as_str())
                    && document.get(*field) != identity.fields().get(*field)
            };
            patch.keys().find(is_fixed).map_or(Ok(()), |field| Err(identity_mismatch(field)))
        })
        .await
    }

    /// A value stays of its type. Where a definition does not declare one, its default does (DESIGN 3), so another
    /// default would change it without a word, under every process that asks for the old one.
    pub(super) async fn set_value(
        &self,
        target: &Target,
        value: Option<&Value>,
        tenant: Option<&str>,
    ) -> Result<Draft, Refusal> {
        self.edit(target, |document| {
            let declares = tenant.is_none() && !document.contains_key("value_type");
            let value = match default_of(document).filter(|_| declares) {
                Some(old) => {
                    let new = patch::of_type_of(&old, value.unwrap_or(&Value::Null));
                    Some(new.ok_or_else(|| {
                        let message = format!("`{}` holds another type than this value", target.key);
                        Refusal::invalid("VALUE_TYPE", message)
                    })?)
                }
                None => value.cloned(),
            };
            patch::set_value(document, value, tenant);
            Ok(())
        })
        .await
    }

    /// On means on: an entry that is killed in the environment is not killed there from now on.
    pub(super) async fn toggle(&self, target: &Target, enabled: bool) -> Result<Draft, Refusal> {
        self.edit(target, |document| {
            let patch = patch::of_switch(enabled, document.get("kill"), &target.environment);
            patch::merge(document, &patch);
            Ok(())
        })
        .await
    }

    /// Another definition, made of the one in force.
    async fn edit(
        &self,
        target: &Target,
        edit: impl FnOnce(&mut Document) -> Result<(), Refusal>,
    ) -> Result<Draft, Refusal> {
        self.expect(target).await?;
        let mut entry = self.entry(&target.key, self.action)?;
        let environment = self.environment(&target.environment)?;
        let stored = environment
            .definitions
            .get(target.key.as_str())
            .ok_or_else(|| not_found("definition", &format!("{} in {}", target.key, target.environment)))?;
        let mut document = stored.document.clone();
        edit(&mut document)?;
        let document = whole(&entry.identity, &document);
        self.define(&mut entry, &target.environment, document)?;
        Ok(self.of_entry(entry))
    }

    pub(super) fn edit_identity(
        &self,
        key: &str,
        expected: Expected,
        patch: &Document,
    ) -> Result<Draft, Refusal> {
        self.expect_identity(key, expected)?;
        let mut entry = self.entry(key, self.action)?;
        let mut fields = entry.identity.fields().clone();
        if let Some(field) = patch.keys().find(|field| !IDENTITY_FIELDS.contains(&field.as_str())) {
            let message = format!("`{field}` is part of a definition, which each environment has its own of");
            return Err(Refusal::invalid("NOT_IDENTITY", message));
        }
        patch::merge(&mut fields, patch);
        for fixed in ["key", "type"] {
            if fields.get(fixed) != entry.identity.fields().get(fixed) {
                let message = format!("the {fixed} of an entry cannot change; make another entry");
                return Err(Refusal::invalid("IDENTITY_FIXED", message));
            }
        }
        entry.identity = Identity::of(&fields);
        self.identify(&mut entry, |_| false);
        Ok(self.of_entry(entry))
    }

    /// Brings what an entry is from now on into its definitions, but for those of some environments.
    pub(super) fn identify(&self, entry: &mut EntryDraft, is_left_out: impl Fn(&str) -> bool) {
        for environment in self.project.environments.iter().filter(|one| !is_left_out(&one.row.key)) {
            if let Some(stored) = environment.definitions.get(&entry.key) {
                let document = whole(&entry.identity, &stored.document);
                if document != stored.document {
                    entry.definitions.push((Arc::clone(&environment.row.key), Some(document)));
                }
            }
        }
    }

    pub(super) fn archive(&self, key: &str, expected: Expected) -> Result<Draft, Refusal> {
        self.expect_identity(key, expected)?;
        let entry = self.archived(key)?;
        Ok(self.of_entry(entry))
    }

    /// An entry that is taken out of force everywhere.
    pub(super) fn archived(&self, key: &str) -> Result<EntryDraft, Refusal> {
        let mut entry = self.entry(key, Action::EntryArchive)?;
        entry.archived = true;
        for environment in &self.project.environments {
            if environment.definitions.contains_key(key) {
                entry.definitions.push((Arc::clone(&environment.row.key), None));
            }
        }
        Ok(entry)
    }

    pub(super) async fn restore(&self, key: &str, expected: Expected) -> Result<Draft, Refusal> {
        self.expect_identity(key, expected)?;
        let known = self.project.entries.get(key).ok_or_else(|| not_found("entry", key))?;
        if known.archived_at.is_none() {
            return Err(Refusal::invalid("NOT_ARCHIVED", format!("`{key}` is not archived")));
        }
        let identity = known.identity.clone();
        let mut definitions = Vec::new();
        for environment in &self.project.environments {
            let name = &environment.row.key;
            // The revision that archived it has no definition; the one before is what it had. Where it had left
            // before, it does not come back.
            let Some((archived, _)) = environment.archived.get(key) else { continue };
            let left = self.gate.store.revision(&self.project.key, name, key, *archived).await?;
            if left.map(|left| left.change.created_at) != known.archived_at {
                continue;
            }
            let before = self.gate.store.revision(&self.project.key, name, key, archived - 1).await?;
            if let Some(definition) = before.and_then(|revision| revision.definition) {
                definitions.push((Arc::clone(name), Some(whole(&identity, &definition))));
            }
        }
        let action = Action::EntryRestore;
        Ok(self.of_entry(EntryDraft {
            key: key.into(),
            action,
            identity,
            archived: false,
            definitions,
            notes: Vec::new(),
        }))
    }

    /// Notes an author's definition of one environment, if it is another than the one in force. Percentages become the
    /// ranges that move the fewest units.
    pub(super) fn define(
        &self,
        entry: &mut EntryDraft,
        environment: &str,
        document: Document,
    ) -> Result<(), Refusal> {
        let environment = self.environment(environment)?;
        let stored = environment.definitions.get(&entry.key).map(|stored| &stored.document);
        let (document, reshuffled) = super::settle(stored, document);
        let told =
            |place| format!("{place} of `{}` in `{}` reshuffles its units", entry.key, environment.row.key);
        let told: Vec<String> = reshuffled.iter().map(told).collect();
        entry.notes.extend(told);
        if stored != Some(&document) {
            entry.definitions.push((Arc::clone(&environment.row.key), Some(document)));
        }
        Ok(())
    }

    /// One definition can say nothing else of the entry than all do.
    fn same_identity(&self, identity: &Identity, document: &Document) -> Result<(), Refusal> {
        let differs = |field: &&&str| {
            let written = document.get(**field);
            written.is_some() && written != identity.fields().get(**field)
        };
        match IDENTITY_FIELDS.iter().find(differs) {
            None => Ok(()),
            Some(field) => Err(identity_mismatch(field)),
        }
    }

    pub(super) fn of_entry(&self, entry: EntryDraft) -> Draft {
        let mut draft = self.draft();
        draft.entries.push(entry);
        draft
    }
}

/// A definition whose key cannot be told.
fn refusal_of(problem: Problem) -> Refusal {
    Refusal::invalid(problem.code.as_str(), problem.message)
}

fn identity_mismatch(field: &str) -> Refusal {
    let message = format!(
        "`{field}` is the same in all environments; change it at the entry, not at one of its definitions"
    );
    Refusal::invalid("IDENTITY_MISMATCH", message)
}
