//! What an action serves (section 3), when it applies at all (section 4).

use serde_json::Value;

use crate::bucket::{Ranges, bucket};
use crate::document::EntryType;
use crate::flag::Flag;
use crate::resolution::Evaluation;

/// What an action serves.
pub(crate) struct Served {
    pub value: Value,
    pub variation: Option<String>,
    pub bucket: Option<u32>,
    /// The reason that goes with this kind of action; none for `serve` and `value`, which have
    /// that of the line they stand in.
    pub own_reason: Option<&'static str>,
    pub store: Option<(String, String, String)>,
}

impl Evaluation<'_> {
    /// None where the action does not apply: resolution goes on with the next line.
    pub(crate) fn apply(&self, flag: &Flag, action: &Value) -> Option<Served> {
        if let Some(id) = action.get("serve") {
            return variation(flag, id.as_str().expect("an id"));
        }
        if let Some(value) = action.get("value") {
            return Some(Served {
                value: value.clone(),
                variation: flag.variation_of(value),
                bucket: None,
                own_reason: None,
                store: None,
            });
        }
        if let Some(key) = action.get("experiment") {
            return self.serve_experiment(flag, key.as_str().expect("a key"));
        }
        self.roll_out(flag, action)
    }

    /// `{"rollout": ..}` and `{"ranges": ..}`: the bucket of the unit chooses (section 6).
    fn roll_out(&self, flag: &Flag, action: &Value) -> Option<Served> {
        let text = |name: &str| action.get(name).and_then(Value::as_str);
        let unit = self.context.unit(text("by"))?;
        let salt = text("salt").unwrap_or(flag.entry.salt());
        let bucket = bucket(salt, &unit);
        let ranges = match action.get("ranges") {
            Some(lists) => Ranges::of_lists(lists),
            None => Ranges::of_percentages(&action["rollout"], flag.ids()),
        };
        let id = ranges.owner(bucket).expect("every bucket has an owner");
        Some(Served { bucket: Some(bucket), own_reason: Some("ROLLOUT"), ..variation(flag, id)? })
    }

    /// `{"experiment": ..}`: the flag's variation with the id of the variant (section 7). A flag
    /// that has none is not served by the experiment, so nothing is stored either.
    fn serve_experiment(&self, flag: &Flag, key: &str) -> Option<Served> {
        let experiment = self.document.find(key, &[EntryType::Experiment])?;
        let assignment = self.assign(experiment);
        Some(Served {
            bucket: assignment.bucket,
            own_reason: Some("EXPERIMENT"),
            store: assignment.store,
            ..variation(flag, &assignment.variant?)?
        })
    }
}

fn variation(flag: &Flag, id: &str) -> Option<Served> {
    Some(Served {
        value: flag.value_of(id)?.clone(),
        variation: Some(id.to_owned()),
        bucket: None,
        own_reason: None,
        store: None,
    })
}
