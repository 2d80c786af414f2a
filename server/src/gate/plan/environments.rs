//! Changes of whole environments.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{NAME_BYTES, Planner, changes_between, check_environments, check_name, exists, not_found};
use crate::audit::Action;
use crate::catalog::Environment;
use crate::gate::operation::Expected;
use crate::gate::{Draft, EnvironmentDraft, Refusal, check_length};
use crate::turns::while_others_go_on;

impl Planner<'_> {
    pub(super) fn create_environment(
        &self,
        key: &str,
        name: &str,
        production: bool,
        copy_of: Option<&str>,
    ) -> Result<Draft, Refusal> {
        check_name("environment", key)?;
        if self.project.environment(key).is_some() {
            return Err(exists("environment", key));
        }
        check_length("name", name, NAME_BYTES)?;
        check_environments(self.project.environments.len() + 1)?;
        let mut draft = self.draft();
        let key: Arc<str> = key.into();
        let name = name.to_owned();
        let position = i64::try_from(self.project.environments.len()).unwrap_or(i64::MAX);
        draft.environments.push(EnvironmentDraft { key: Arc::clone(&key), name, production, position });
        if let Some(copied) = copy_of {
            let copied = self.environment(copied)?;
            draft.sources.push(Arc::clone(copied));
            for (entry, stored) in &copied.definitions {
                self.permit_source(copied, &stored.document)?;
                let mut entry = self.entry(entry, Action::EntryUpdate)?;
                entry.definitions.push((Arc::clone(&key), Some(stored.document.clone())));
                draft.entries.push(entry);
            }
        }
        Ok(draft)
    }

    /// The others make room, and stay in their order.
    pub(super) async fn edit_environment(
        &self,
        key: &str,
        expected: Expected,
        name: Option<&str>,
        position: Option<usize>,
    ) -> Result<Draft, Refusal> {
        let edited = self.environment(key)?;
        self.expect_version(edited, expected).await?;
        check_length("name", name.unwrap_or_default(), NAME_BYTES)?;
        let mut order: Vec<_> = self.project.environments.iter().collect();
        if let Some(position) = position {
            order.retain(|environment| environment.row.key != edited.row.key);
            order.insert(position.min(order.len()), edited);
        }
        let mut draft = self.draft();
        for (position, environment) in (0..).zip(order) {
            let row = &environment.row;
            let name = name.filter(|_| row.key == edited.row.key).unwrap_or(&row.name);
            if name != row.name || position != row.position {
                let (key, name, production) = (Arc::clone(&row.key), name.to_owned(), row.production);
                draft.environments.push(EnvironmentDraft { key, name, production, position });
            }
        }
        Ok(draft)
    }

    pub(super) async fn promote(
        &self,
        from: &str,
        to: &str,
        expected: Expected,
        keys: Option<&[String]>,
    ) -> Result<Draft, Refusal> {
        let (from, to) = (self.environment(from)?, self.environment(to)?);
        self.expect_version(to, expected).await?;
        if let Some(key) = keys.unwrap_or_default().iter().find(|key| self.project.entry(key).is_none()) {
            return Err(not_found("entry", key));
        }
        let mut draft = while_others_go_on(|| self.take_from(from, to, keys))?;
        draft.sources.push(Arc::clone(from));
        for taken in draft.entries.iter().filter_map(|entry| from.definitions.get(&entry.key)) {
            self.permit_source(from, &taken.document)?;
        }
        Ok(draft)
    }

    /// Makes one environment what another is: all of it, or some keys. As with anything else that is to be from now on,
    /// percentages move only the units that must move.
    fn take_from(
        &self,
        from: &Environment,
        to: &Environment,
        keys: Option<&[String]>,
    ) -> Result<Draft, Refusal> {
        let chosen: Option<BTreeSet<&str>> = keys.map(|keys| keys.iter().map(String::as_str).collect());
        let is_chosen = |key: &Arc<str>| chosen.as_ref().is_none_or(|keys| keys.contains(&**key));
        let all: BTreeSet<&Arc<str>> = from.definitions.keys().chain(to.definitions.keys()).collect();
        let mut draft = self.draft();
        for key in all.into_iter().filter(|key| is_chosen(key)) {
            let mut entry = self.entry(key, self.action)?;
            match from.definitions.get(key) {
                Some(stored) => self.define(&mut entry, &to.row.key, stored.document.clone())?,
                None => entry.definitions.push((Arc::clone(&to.row.key), None)),
            }
            if !entry.definitions.is_empty() {
                draft.entries.push(entry);
            }
        }
        Ok(draft)
    }

    /// Refuses when an environment that the author names is at another version than they saw.
    pub(super) async fn expect_versions(&self, seen: &BTreeMap<String, u64>) -> Result<(), Refusal> {
        for (environment, version) in seen {
            self.expect_version(self.environment(environment)?, Expected::Number(*version)).await?;
        }
        Ok(())
    }

    pub(super) async fn expect_version(
        &self,
        environment: &Environment,
        expected: Expected,
    ) -> Result<(), Refusal> {
        let Expected::Number(seen) = expected else { return Ok(()) };
        if seen == environment.row.version {
            return Ok(());
        }
        let before = self.gate.store.environment_at(&self.project.key, environment, seen).await?;
        let keys: BTreeSet<&Arc<str>> = before.keys().chain(environment.definitions.keys()).collect();
        let mut changed = Vec::new();
        for key in keys {
            let now = environment.definitions.get(key).map(|stored| &stored.document);
            if before.get(key) != now
                && let serde_json::Value::Array(changes) = changes_between(before.get(key), now)
            {
                changed.extend(changes);
            }
        }
        let what = format!("environment `{}`", environment.row.key);
        Err(Refusal::Stale { what, current: environment.row.version, changed: changed.into() })
    }
}
