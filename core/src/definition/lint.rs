//! Warnings: what is allowed, but hardly meant.

use crate::model::{Action, Body, Entry, Flag, Kind, ValueType};
use crate::problem::{Code, Severity};
use crate::value::timestamp::Timestamp;

use super::Reading;
use super::unreachable::{self, Work};

/// What the warnings depend on beside the definitions.
#[derive(Debug, Clone)]
pub struct Options {
    /// The moment from which expiry is judged.
    pub now: Timestamp,
    /// What a key must match as a whole.
    pub naming: Option<regex::Regex>,
}

/// How long before an expiry its author is warned.
const SOON_NANOS: i128 = 30 * 24 * 3_600 * 1_000_000_000;

/// Adds warnings to a reading.
pub fn warn(reading: &mut Reading, options: &Options) {
    let mut found = Vec::new();
    let mut work = Work::default();
    for (i, (entry, place)) in reading.model.entries.iter().zip(&reading.places).enumerate() {
        let mut add = |code: Code, path: &str, message: String| {
            found.push((i, code, format!("{}{path}", place.path()), message));
        };
        if matches!(entry.body, Body::Invalid { .. }) {
            continue;
        }
        metadata(entry, place.key_field, options, &mut add);
        expiry(entry, place.expiry_field, options.now, &mut add);
        if let Body::Flag(flag) = &entry.body {
            missing_off(entry, flag, &mut add);
            for (rule, message) in unreachable::rules(flag, &mut work) {
                add(Code::UnreachableRule, &format!("/rules/{}", rule.declared), message);
            }
        }
    }
    // What counts the problems that are not shown stays behind all others.
    let count = if reading.hidden > 0 { reading.problems.pop() } else { None };
    for (entry, code, path, message) in found {
        reading.add(entry, code, &path, message);
    }
    reading.put_in_order();
    reading.problems.extend(count);
}

fn metadata(entry: &Entry, key_field: &str, options: &Options, add: &mut impl FnMut(Code, &str, String)) {
    if entry.about.owner.is_none() {
        add(Code::MissingOwner, "", format!("nobody owns `{}`: `owner` is missing", entry.key));
    }
    if entry.about.description.is_none() {
        add(Code::MissingDescription, "", format!("`{}` has no `description`", entry.key));
    }
    let matches_whole = |naming: &regex::Regex| {
        naming.find(&entry.key).is_some_and(|found| found.start() == 0 && found.end() == entry.key.len())
    };
    if let Some(naming) = options.naming.as_ref().filter(|naming| !matches_whole(naming)) {
        add(
            Code::NamingPattern,
            &format!("/{key_field}"),
            format!("`{}` does not match `{}`", entry.key, naming.as_str()),
        );
    }
}

fn expiry(entry: &Entry, field: &str, now: Timestamp, add: &mut impl FnMut(Code, &str, String)) {
    let (expiry, changes) = match &entry.body {
        Body::Flag(flag) => {
            let temporary = !flag.is_config && matches!(flag.kind, Kind::Release | Kind::Experiment);
            if temporary && flag.gates.expiry.is_none() {
                add(Code::MissingExpiry, "", format!("`{}` is temporary and has no `expiry`", entry.key));
            }
            (flag.gates.expiry, serves_other_than_default(flag))
        }
        Body::Experiment(experiment) => (experiment.gates.expiry, experiment.is_live()),
        _ => return,
    };
    let Some(expiry) = expiry else { return };
    let path = format!("/{field}");
    if now >= expiry.at {
        let effect = if expiry.keep { "it is overdue" } else { "its default is served" };
        add(Code::Expired, &path, format!("`{}` expired at {}: {effect}", entry.key, expiry.at));
    } else if changes && !expiry.keep && expiry.at.as_nanos() - now.as_nanos() <= SOON_NANOS {
        let message = format!("`{}` expires at {}, which changes what it serves", entry.key, expiry.at);
        add(Code::ExpiresSoon, &path, message);
    }
}

fn serves_other_than_default(flag: &Flag) -> bool {
    let differs = |index: u32| {
        flag.variations.get(index as usize).is_some_and(|variation| variation.value != flag.default)
    };
    let acts = |action: &Action| match action {
        Action::Serve(index) => differs(*index),
        Action::Split(split) => split.ranges.0.iter().any(|range| differs(range.index)),
        Action::Value(value) => *value != flag.default,
        Action::Experiment(_) => true,
    };
    let rollout =
        flag.rollout.as_ref().is_some_and(|split| split.ranges.0.iter().any(|range| differs(range.index)));
    flag.gates.enabled && (rollout || flag.actions().any(acts))
}

fn missing_off(entry: &Entry, flag: &Flag, add: &mut impl FnMut(Code, &str, String)) {
    let gates = &flag.gates;
    let closes = !gates.enabled
        || !gates.killed_environments.is_empty()
        || !gates.killed_tenants.is_empty()
        || !flag.prerequisites.is_empty()
        || !entry.about.guardrails.is_empty();
    if closes && flag.off.is_none() && flag.value_type != ValueType::Boolean {
        add(
            Code::MissingOff,
            "",
            format!("`{}` can be closed and has no `off`: its default is served", entry.key),
        );
    }
}

/// Turns every warning into an error, as `--strict` does.
pub fn deny(reading: &mut Reading) {
    for found in &mut reading.problems {
        found.problem.severity = Severity::Error;
    }
}
