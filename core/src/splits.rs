//! The splits of an entry, each under the place where it stands: for those who compare an entry with what it was.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::model::{Action, BUCKETS, Body, BucketRange, Entry, Experiment, Flag, Layer, Rule};
use crate::problem::escaped;

/// A split with the names of what it serves.
pub(crate) struct NamedSplit<'m> {
    pub(crate) ids: Rc<[&'m str]>,
    /// Every bucket, ascending. Those that no experiment of a layer has are of an index beyond the ids.
    pub(crate) ranges: Cow<'m, [BucketRange]>,
    /// Whether the order of the ids, which its author chose, lays them.
    pub(crate) by_percent: bool,
    /// As they count: written, or by default.
    pub(crate) salt: &'m str,
    pub(crate) by: Option<&'m str>,
}

/// By place, as `diff` names it: `/rollout`, `/rules/beta/action`, `/scopes/user/u-1`, `/allocation`, `/slots`.
pub(crate) type Splits<'m> = BTreeMap<String, NamedSplit<'m>>;

impl<'m> NamedSplit<'m> {
    pub(crate) fn id(&self, index: u32) -> Option<&'m str> {
        self.ids.get(index as usize).copied()
    }

    /// Whether a unit falls into the same bucket of both. There is but one algorithm.
    pub(crate) fn hashes_as(&self, other: &NamedSplit<'_>) -> bool {
        (self.salt, self.by) == (other.salt, other.by)
    }
}

/// Whether rules are told apart by their ids: all of both sides have one. Else by their position.
pub(crate) fn by_id(old: &Entry, new: &Entry) -> bool {
    rules(old).chain(rules(new)).all(|rule| rule.id.is_some())
}

/// The place of a rule's action. The position is that in the author's list.
pub(crate) fn action_of_rule(id: Option<&str>, position: usize, by_id: bool) -> String {
    let name = id.filter(|_| by_id).map_or_else(|| position.to_string(), escaped);
    format!("/rules/{name}/action")
}

/// The place of a scope's action.
pub(crate) fn action_of_scope(scope: &str, id: &str) -> String {
    format!("/scopes/{}/{}", escaped(scope), escaped(id))
}

/// What a path tells of a secret entry, its first member: the names inside a field are part of the secret.
pub(crate) fn open_part(path: &str) -> String {
    format!("/{}", path.split('/').nth(1).unwrap_or_default())
}

pub(crate) fn splits(entry: &Entry, by_id: bool) -> Splits<'_> {
    match &entry.body {
        Body::Flag(flag) => flag_splits(flag, &entry.key, by_id),
        Body::Experiment(experiment) => {
            BTreeMap::from([("/allocation".to_owned(), allocation(experiment, &entry.key))])
        }
        Body::Layer(layer) => BTreeMap::from([("/slots".to_owned(), slots(layer, &entry.key))]),
        Body::Segment(_) | Body::Invalid { .. } => BTreeMap::new(),
    }
}

fn rules(entry: &Entry) -> impl Iterator<Item = &Rule> {
    let rules = match &entry.body {
        Body::Flag(flag) => flag.rules.as_slice(),
        _ => &[],
    };
    rules.iter()
}

fn allocation<'m>(experiment: &'m Experiment, key: &'m str) -> NamedSplit<'m> {
    NamedSplit {
        ids: experiment.variants.iter().map(|variant| &*variant.id).collect(),
        ranges: Cow::Borrowed(&experiment.allocation.0),
        by_percent: experiment.by_percent,
        salt: experiment.salt.as_deref().unwrap_or(key),
        // Unlike a rollout, an experiment does not fall back to the session.
        by: Some(experiment.by.as_ref().map_or("user.id", |path| path.as_str())),
    }
}

fn flag_splits<'m>(flag: &'m Flag, key: &'m str, by_id: bool) -> Splits<'m> {
    let ids: Rc<[&str]> = flag.variations.iter().map(|variation| &*variation.id).collect();
    let rules = flag
        .rules
        .iter()
        .map(|rule| (action_of_rule(rule.id.as_deref(), rule.declared, by_id), &rule.action));
    let scopes = flag.scopes.iter().flat_map(|(scope, actions)| {
        let path = move |id: &str| action_of_scope(scope.as_str(), id);
        actions.iter().map(move |(id, scoped)| (path(id), &scoped.action))
    });
    let in_actions = rules.chain(scopes).filter_map(|(path, action)| match action {
        Action::Split(split) => Some((path, split)),
        _ => None,
    });
    let top = flag.rollout.iter().map(|split| ("/rollout".to_owned(), split));
    top.chain(in_actions)
        .map(|(path, split)| {
            let named = NamedSplit {
                ids: Rc::clone(&ids),
                ranges: Cow::Borrowed(&split.ranges.0),
                by_percent: split.by_percent,
                salt: split.salt.as_deref().or(flag.salt.as_deref()).unwrap_or(key),
                by: split.by.as_ref().map(|path| path.as_str()),
            };
            (path, named)
        })
        .collect()
}

fn slots<'m>(layer: &'m Layer, key: &'m str) -> NamedSplit<'m> {
    let mut slots: Vec<_> = layer.slots.iter().map(|(key, ranges)| (&**key, ranges)).collect();
    // The order of members in a map never matters.
    slots.sort_unstable_by_key(|(key, _)| *key);
    let mut taken: Vec<BucketRange> = (0..)
        .zip(&slots)
        .flat_map(|(index, (_, ranges))| ranges.iter().map(move |(from, to)| (index, *from, *to)))
        .map(|(index, from, to)| BucketRange { from, to, index })
        .collect();
    taken.sort_unstable_by_key(|range| range.from);
    let nobody = u32::try_from(slots.len()).unwrap_or(u32::MAX);
    let mut ranges = Vec::with_capacity(2 * taken.len() + 1);
    let mut next = 0;
    for range in taken {
        if next < range.from {
            ranges.push(BucketRange { from: next, to: range.from, index: nobody });
        }
        next = range.to;
        ranges.push(range);
    }
    if next < BUCKETS {
        ranges.push(BucketRange { from: next, to: BUCKETS, index: nobody });
    }
    NamedSplit {
        ids: slots.iter().map(|(key, _)| *key).collect(),
        ranges: Cow::Owned(ranges),
        by_percent: false,
        salt: key,
        // The experiment's, whichever that is.
        by: None,
    }
}
