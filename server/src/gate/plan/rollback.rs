//! What was, brought back exactly as it was.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Planner, not_found, whole};
use crate::catalog::{Document, Environment, IDENTITY_FIELDS, Identity, default_of};
use crate::gate::operation::{Expected, Target};
use crate::gate::{Draft, Refusal};

/// Entries that a note names; those beyond are counted.
const NAMED: usize = 10;

impl Planner<'_> {
    pub(super) async fn rollback_entry(
        &self,
        target: &Target,
        to: u64,
        with_identity: bool,
    ) -> Result<Draft, Refusal> {
        self.expect(target).await?;
        self.entry(&target.key, self.action)?;
        let environment = self.environment(&target.environment)?;
        let revision =
            self.gate.store.revision(&self.project.key, &environment.row.key, &target.key, to).await?;
        let revision = revision.ok_or_else(|| not_found("revision", &to.to_string()))?;
        let wanted = BTreeMap::from([(Arc::from(target.key.as_str()), revision.definition.as_ref())]);
        self.bring_back(environment, &wanted, with_identity)
    }

    pub(super) async fn rollback_environment(
        &self,
        environment: &str,
        expected: Expected,
        to: u64,
        with_identity: bool,
    ) -> Result<Draft, Refusal> {
        let environment = self.environment(environment)?;
        self.expect_version(environment, expected).await?;
        if to > environment.row.version {
            return Err(not_found("version", &to.to_string()));
        }
        let then = self.gate.store.environment_at(&self.project.key, environment, to).await?;
        let mut wanted: BTreeMap<_, _> =
            environment.definitions.keys().map(|key| (Arc::clone(key), None)).collect();
        wanted.extend(then.iter().map(|(key, document)| (Arc::clone(key), Some(document))));
        self.bring_back(environment, &wanted, with_identity)
    }

    /// Makes definitions of an environment what they were; none takes an entry out of force there. What an entry is in
    /// all environments comes back only where that is asked for, as others have it too. Where it stays though the
    /// definition does something else with it, or though nothing but it differs, the rollback would be none.
    fn bring_back(
        &self,
        environment: &Environment,
        wanted: &BTreeMap<Arc<str>, Option<&Document>>,
        with_identity: bool,
    ) -> Result<Draft, Refusal> {
        let mut draft = self.draft();
        let (mut kept, mut decisive) = (Vec::new(), Vec::new());
        for (key, was) in wanted {
            let Some(known) = self.project.entries.get(key) else { continue };
            if known.archived_at.is_some() {
                if was.is_some() {
                    draft.notes.push(format!("`{key}` is archived; restore it to have it back"));
                }
                continue;
            }
            let mut entry = self.entry(key, self.action)?;
            let differing = was.map(|was| differing(&known.identity, was)).unwrap_or_default();
            if let Some(was) = was.filter(|_| with_identity && !differing.is_empty()) {
                entry.identity = Identity::of(was);
                self.identify(&mut entry, |name| *name == *environment.row.key);
            }
            let document = was.map(|was| whole(&entry.identity, was));
            if !with_identity && !differing.is_empty() {
                let told = format!("`{key}` ({})", differing.join(", "));
                if was.and_then(default_of) != document.as_ref().and_then(default_of) {
                    decisive.push(told.clone());
                }
                kept.push(told);
            }
            if environment.definitions.get(key).map(|stored| &stored.document) != document.as_ref() {
                entry.definitions.push((Arc::clone(&environment.row.key), document));
            }
            if !entry.definitions.is_empty() || entry.identity != known.identity {
                draft.entries.push(entry);
            }
        }
        if draft.entries.is_empty() {
            decisive.clone_from(&kept);
        }
        if !decisive.is_empty() {
            let message = format!(
                "what decides is the same in all environments, and was another: {}; with `identity` that is brought \
                 back too, in all of them",
                named(&decisive)
            );
            return Err(Refusal::invalid("IDENTITY_DIFFERS", message));
        }
        if !kept.is_empty() {
            draft
                .notes
                .push(format!("what is the same in all environments stays as it is: {}", named(&kept)));
        }
        Ok(draft)
    }
}

/// The fields of the identity that a definition came with, and that are others by now.
fn differing(identity: &Identity, was: &Document) -> Vec<&'static str> {
    let differs = |field: &&str| identity.fields().get(*field) != was.get(*field);
    IDENTITY_FIELDS.into_iter().filter(differs).collect()
}

fn named(all: &[String]) -> String {
    let shown: Vec<&str> = all.iter().take(NAMED).map(String::as_str).collect();
    let more = if all.len() > NAMED { format!(" and {} more", all.len() - NAMED) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
