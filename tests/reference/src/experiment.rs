//! Experiments (section 7): who is assigned which variant, or why none.

use serde_json::Value;

use crate::bucket::{Ranges, bucket};
use crate::document::{Entry, EntryType};
use crate::number::thousandths;
use crate::resolution::Evaluation;
use crate::time;

pub(crate) struct Assignment {
    /// The variant, else `reason` is the code that says why there is none.
    pub variant: Option<String>,
    pub reason: &'static str,
    pub bucket: Option<u32>,
    pub store: Option<(String, String, String)>,
}

impl Assignment {
    fn none(reason: &'static str) -> Assignment {
        Assignment { variant: None, reason, bucket: None, store: None }
    }

    /// A variant that no bucket chose.
    fn settled(variant: &str, reason: &'static str) -> Assignment {
        Assignment { variant: Some(variant.to_owned()), ..Assignment::none(reason) }
    }
}

impl Evaluation<'_> {
    /// The steps of section 7, in their order.
    pub(crate) fn assign(&self, experiment: Entry) -> Assignment {
        let key = experiment.key();
        let overrides = [&self.request.overrides, &self.request.request_overrides];
        for named in overrides.iter().filter_map(|by_key| by_key.get(key)) {
            if let Some(variant) = named.as_str().and_then(|id| variant(experiment, id)) {
                return Assignment::settled(id_of(variant), "OVERRIDE");
            }
        }

        if !self.is_running(experiment) {
            return Assignment::none("NOT_RUNNING");
        }
        let Some(unit) = self.context.id(experiment.text("by").unwrap_or("user.id")) else {
            return Assignment::none("NO_UNIT");
        };
        if let Some(audience) = experiment.field("audience")
            && self.holds(audience) != Some(true)
        {
            return Assignment::none("NOT_IN_AUDIENCE");
        }
        if is_held_out(experiment, &unit) {
            return Assignment::none("HELD_OUT");
        }

        let is_sticky = experiment.boolean("sticky", false);
        let stored = self.request.sticky.get(key).and_then(|by_unit| by_unit.get(&unit));
        if is_sticky && let Some(variant) = stored.and_then(|id| variant(experiment, id)) {
            return Assignment::settled(id_of(variant), "EXPERIMENT");
        }

        if let Some(layer) = experiment.text("layer")
            && !self.layer_gives_a_slot(layer, key, &unit)
        {
            return Assignment::none("EXCLUDED_BY_LAYER");
        }
        if !takes_part(experiment, &unit) {
            return Assignment::none("NOT_IN_TRAFFIC");
        }
        let (variant, bucket) = allocate(experiment, &unit);
        Assignment {
            store: is_sticky.then(|| (key.to_owned(), unit, variant.clone())),
            variant: Some(variant),
            reason: "EXPERIMENT",
            bucket: Some(bucket),
        }
    }

    fn is_running(&self, experiment: Entry) -> bool {
        let now = self.request.now_nanos;
        let time = |name| experiment.field(name).map(|value| time::of_value(value).expect("a time"));
        !self.is_killed(experiment)
            && time("expiry").is_none_or(|expiry| now < expiry)
            && experiment.text("status") == Some("running")
            && time("start_date").is_none_or(|start| start <= now)
            && time("end_date").is_none_or(|end| now < end)
            && self.is_in_environments(experiment)
    }

    /// A layer that is missing or broken gives nobody a slot.
    fn layer_gives_a_slot(&self, layer: &str, experiment: &str, unit: &str) -> bool {
        let Some(layer) = self.document.find(layer, &[EntryType::Layer]) else {
            return false;
        };
        let slots = layer.field("slots").expect("slots");
        let mut experiments: Vec<&str> =
            slots.as_object().expect("slots by experiment").keys().map(String::as_str).collect();
        experiments.sort_unstable();
        let ranges = Ranges::of_either(slots, experiments);
        ranges.owner(bucket(layer.key(), unit)) == Some(experiment)
    }
}

/// The first `percent` of the hold-out's own buckets, which other experiments may share.
fn is_held_out(experiment: Entry, unit: &str) -> bool {
    experiment.field("holdout").is_some_and(|holdout| {
        let salt = holdout["key"].as_str().expect("a key");
        bucket(salt, unit) < thousandths(&holdout["percent"])
    })
}

fn takes_part(experiment: Entry, unit: &str) -> bool {
    experiment.field("traffic").is_none_or(|percent| {
        let salt = format!("{}:traffic", experiment.salt());
        bucket(&salt, unit) < thousandths(percent)
    })
}

/// The variant whose share of the allocation the unit's bucket lies in, and that bucket.
fn allocate(experiment: Entry, unit: &str) -> (String, u32) {
    let order = experiment.list("variants").iter().map(id_of);
    let allocation = experiment.field("allocation").expect("an allocation");
    let bucket = bucket(experiment.salt(), unit);
    let ranges = Ranges::of_either(allocation, order);
    let variant = ranges.owner(bucket).expect("every bucket has an owner");
    (variant.to_owned(), bucket)
}

/// The variant of an id.
pub(crate) fn variant<'a>(experiment: Entry<'a>, id: &str) -> Option<&'a Value> {
    experiment.list("variants").iter().find(|variant| id_of(variant) == id)
}

fn id_of(variant: &Value) -> &str {
    variant["id"].as_str().expect("an id")
}
