//! Judging a report: what names nothing that the sender's key can see, or is out of bounds, is kept out and counted.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;
use vexil_core::{Reason, Timestamp, bucket_of, limits};

use super::report::{EvaluationIn, ExposureIn, InstanceIn, Report};
use super::{PART_ITEMS, Receipt};
use crate::catalog::{Document, Environment, Identity, Stored};
use crate::delivery::Audience;
use crate::store::{EvaluationCount, Exposure, HOUR, InstanceReport, TelemetryBatch, TelemetryPlace};

/// How far back an event may lie, in milliseconds: an app may have been offline for a day. What is older counts as of
/// then, and what is to come as of now, for clocks are wrong.
pub const CLOCK_PAST: i64 = 24 * HOUR;
/// The largest count of one item; sums of those stay far below what a database holds.
const COUNT: u64 = 1_000_000_000;
/// The largest number of a version, as JavaScript counts.
const VERSION: u64 = 1 << 53;
/// Bytes of the name of an instance, a service or an SDK.
const NAME_BYTES: usize = 200;
/// Bytes of a unit.
const UNIT_BYTES: usize = 512;
/// What a unit's place in the sample is hashed with; an experiment's own salt would sample some of its variants only.
const SAMPLE_SALT: &str = "vexil.telemetry.exposures";
/// Units in all, as far as samples go.
const UNITS: u32 = 100_000;

/// The share of units whose exposures are noted. A unit is always in or never, in every experiment and replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling(u32);

impl Sampling {
    /// Every unit.
    pub const COMPLETE: Sampling = Sampling(UNITS);

    /// From percent, in thousandths; what is beyond 0 and 100 is as those.
    pub fn percent(percent: f64) -> Sampling {
        // A float that does not fit becomes the nearest that does, and no number 0.
        let thousandths = (percent * f64::from(UNITS / 100)).round() as u32;
        Sampling(thousandths.min(UNITS))
    }

    /// In percent.
    pub fn as_percent(self) -> f64 {
        f64::from(self.0) / f64::from(UNITS / 100)
    }

    /// How many of 100,000 units.
    pub fn units(self) -> u32 {
        self.0
    }

    fn admits(self, unit: &str) -> bool {
        self.0 == UNITS || bucket_of(SAMPLE_SALT, unit).bucket < self.0
    }
}

/// Why an item is kept out; the codes are stable.
type Rejected = &'static str;

/// What is sound, in parts of so many of the report's items; an item's place in the report alone says to which part it
/// belongs, so that a report that is judged again, elsewhere or later, has the same parts.
pub(super) fn admit(
    report: Report,
    place: TelemetryPlace,
    environment: &Environment,
    audience: &Audience,
    sampling: Sampling,
    now: i64,
) -> (Vec<TelemetryBatch>, Receipt) {
    let mut admission = Admission {
        entries: Entries { environment, audience, known: HashMap::new() },
        sampling,
        now,
        receipt: Receipt::default(),
    };
    let mut parts: BTreeMap<u32, TelemetryBatch> = BTreeMap::new();
    let empty = TelemetryBatch {
        place,
        id: report.batch,
        part: 0,
        received_at: now,
        evaluations: Vec::new(),
        exposures: Vec::new(),
        instance: None,
    };
    let part_of = |item: usize| u32::try_from(item / PART_ITEMS).unwrap_or(u32::MAX);
    let new_part = |part| TelemetryBatch { part, ..empty.clone() };
    for (position, item) in report.evaluations.iter().enumerate() {
        match admission.evaluation(item) {
            Ok(count) => {
                admission.receipt.accepted += 1;
                let part = part_of(position);
                parts.entry(part).or_insert_with(|| new_part(part)).evaluations.push(count);
            }
            Err(code) => admission.reject(code),
        }
    }
    for (position, item) in report.exposures.iter().enumerate() {
        match admission.exposure(item) {
            Ok(Some(exposure)) => {
                admission.receipt.accepted += 1;
                let part = part_of(report.evaluations.len() + position);
                parts.entry(part).or_insert_with(|| new_part(part)).exposures.push(exposure);
            }
            Ok(None) => {
                admission.receipt.accepted += 1;
                admission.receipt.sampled_out += 1;
            }
            Err(code) => admission.reject(code),
        }
    }
    if let Some(instance) = report.instance.filter(|_| *audience == Audience::Server) {
        match admission.instance(instance, report.dropped) {
            Ok(instance) => parts.entry(0).or_insert_with(|| new_part(0)).instance = Some(instance),
            Err(code) => admission.reject(code),
        }
    }
    (parts.into_values().collect(), admission.receipt)
}

struct Admission<'e> {
    entries: Entries<'e>,
    sampling: Sampling,
    now: i64,
    receipt: Receipt,
}

impl Admission<'_> {
    fn reject(&mut self, code: Rejected) {
        *self.receipt.rejected.entry(code).or_default() += 1;
    }

    fn evaluation(&mut self, item: &EvaluationIn) -> Result<EvaluationCount, Rejected> {
        let entry = self.entries.find(&item.key).ok_or("UNKNOWN_KEY")?;
        let variation = match &item.variation {
            None => "".into(),
            Some(id) => entry.outcomes.get(id.as_str()).cloned().ok_or("UNKNOWN_VARIATION")?,
        };
        let key = Arc::clone(&entry.key);
        let reason = Reason::ALL.iter().map(|reason| reason.as_str()).find(|name| *name == item.reason);
        let reason = reason.ok_or("UNKNOWN_REASON")?;
        if !(1..=COUNT).contains(&item.count) {
            return Err("INVALID_COUNT");
        }
        let (from, to) = (millis(&item.from)?, millis(&item.to)?);
        if from > to {
            return Err("INVALID_TIME");
        }
        let at = self.moment(from.midpoint(to));
        Ok(EvaluationCount { key, variation, reason, at, count: item.count })
    }

    /// Nothing where the unit is no part of the sample.
    fn exposure(&mut self, item: &ExposureIn) -> Result<Option<Exposure>, Rejected> {
        let entry = self.entries.find(&item.experiment).filter(|entry| entry.is_experiment);
        let entry = entry.ok_or("UNKNOWN_EXPERIMENT")?;
        let variant = entry.outcomes.get(item.variant.as_str()).cloned().ok_or("UNKNOWN_VARIANT")?;
        let experiment = Arc::clone(&entry.key);
        if !is_text(&item.attribute, limits::PATH_BYTES) || item.attribute.is_empty() {
            return Err("INVALID_ATTRIBUTE");
        }
        if !is_text(&item.unit, UNIT_BYTES) || item.unit.is_empty() {
            return Err("INVALID_UNIT");
        }
        let at = millis(&item.at)?;
        if !self.sampling.admits(&item.unit) {
            return Ok(None);
        }
        let (attribute, unit) = (item.attribute.as_str().into(), item.unit.as_str().into());
        let (at, sample) = (self.moment(at), self.sampling.units());
        Ok(Some(Exposure { experiment, variant, attribute, unit, at, sample }))
    }

    fn instance(&mut self, instance: InstanceIn, dropped: u64) -> Result<InstanceReport, Rejected> {
        let InstanceIn { id, service, sdk, version, applied_at } = instance;
        let (service, sdk) = (service.unwrap_or_default(), sdk.unwrap_or_default());
        if id.is_empty() || ![&id, &service, &sdk].into_iter().all(|name| is_text(name, NAME_BYTES)) {
            return Err("INVALID_INSTANCE");
        }
        if version > VERSION {
            return Err("INVALID_VERSION");
        }
        // A version may have been applied long ago; only what is to come cannot be.
        let applied_at = applied_at.as_deref().map(millis).transpose()?;
        let applied_at = applied_at.map(|at| at.clamp(0, self.now));
        Ok(InstanceReport { id, service, sdk, version, applied_at, dropped: dropped.min(COUNT) })
    }

    fn moment(&mut self, at: i64) -> i64 {
        let clamped = at.clamp(self.now.saturating_sub(CLOCK_PAST), self.now);
        if clamped != at {
            self.receipt.clamped += 1;
        }
        clamped
    }
}

fn millis(text: &str) -> Result<i64, Rejected> {
    let moment = Timestamp::parse(text).ok_or("INVALID_TIME")?;
    i64::try_from(moment.as_nanos() / 1_000_000).map_err(|_| "INVALID_TIME")
}

/// Text that every database stores and every page shows.
fn is_text(text: &str, bytes: usize) -> bool {
    text.len() <= bytes && !text.chars().any(char::is_control)
}

/// The entries that a key can see. Those that it cannot are as unknown as those that are not there: a key that may not
/// read them does not learn of them here either.
struct Entries<'e> {
    environment: &'e Environment,
    audience: &'e Audience,
    known: HashMap<String, Option<Known>>,
}

struct Known {
    key: Arc<str>,
    is_experiment: bool,
    /// The ids of variations or variants.
    outcomes: HashMap<String, Arc<str>>,
}

impl Entries<'_> {
    fn find(&mut self, key: &str) -> Option<&Known> {
        if !self.known.contains_key(key) {
            let found = self.environment.definitions.get_key_value(key);
            let visible = found.filter(|(_, stored)| is_visible(stored, self.audience));
            let known = visible.map(|(key, stored)| Known::of(Arc::clone(key), &stored.document));
            self.known.insert(key.to_owned(), known);
        }
        self.known.get(key)?.as_ref()
    }
}

fn is_visible(stored: &Stored, audience: &Audience) -> bool {
    let is_sensitive = stored.delivered().is_none();
    let is_client_visible = || stored.document.get("client_visible") == Some(&Value::Bool(true));
    !is_sensitive && (*audience == Audience::Server || is_client_visible())
}

impl Known {
    fn of(key: Arc<str>, document: &Document) -> Known {
        let is_experiment = Identity::of(document).type_name() == "experiment";
        let listed = document.get(if is_experiment { "variants" } else { "variations" });
        let listed = listed.and_then(Value::as_array).into_iter().flatten();
        let ids = listed.filter_map(|outcome| outcome.get("id")?.as_str());
        let mut outcomes: HashMap<String, Arc<str>> = ids.map(|id| (id.to_owned(), id.into())).collect();
        if outcomes.is_empty() && is_boolean(document) && !is_experiment {
            // What a boolean has without being told (DESIGN 3).
            outcomes = ["on", "off"].map(|id| (id.to_owned(), id.into())).into();
        }
        Known { key, is_experiment, outcomes }
    }
}

/// Of an entry without variations.
fn is_boolean(document: &Document) -> bool {
    match document.get("value_type") {
        Some(value_type) => value_type == "boolean",
        None => document.get("default").is_none_or(Value::is_boolean),
    }
}

#[cfg(test)]
mod tests;
