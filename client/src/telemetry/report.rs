//! What is told, as it goes over the wire: `POST /sdk/v1/events`.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vexil_core::Timestamp;

use super::exposures::Exposure;
use super::table::Names;

/// Items of a report; the control plane takes 10,000.
const ITEMS: usize = 5_000;
/// Bytes of a report, roughly; the control plane takes 1 MiB.
const BYTES: usize = 512 << 10;
/// Bytes of an item beside its names.
const FRAME: usize = 160;
/// The largest count of one item that the control plane takes.
const COUNT: u64 = 1_000_000_000;

/// What is told in one request. Whoever does not know whether it arrived sends it again under the same id.
#[derive(Debug)]
pub(super) struct Batch {
    id: Uuid,
    pub(super) made: Instant,
    instance: Option<Instance>,
    items: Vec<Item>,
    dropped: u64,
}

/// The process that tells.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Instance {
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) service: Option<String>,
    pub(super) sdk: String,
    pub(super) version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) applied_at: Option<String>,
}

#[derive(Debug)]
enum Item {
    Evaluations { names: Names, count: u64, from: Timestamp, to: Timestamp },
    Exposure(Exposure),
}

impl Item {
    fn bytes(&self) -> usize {
        FRAME
            + match self {
                Item::Evaluations { names, .. } => {
                    names.key.len() + names.variation.as_ref().map_or(0, |id| id.len())
                }
                Item::Exposure(exposure) => {
                    [&exposure.experiment, &exposure.variant, &exposure.attribute, &exposure.unit]
                        .iter()
                        .map(|text| text.len())
                        .sum()
                }
            }
    }
}

/// What the control plane did with a batch.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Receipt {
    #[serde(default)]
    pub(super) rejected: BTreeMap<String, u64>,
    #[serde(default)]
    pub(super) dropped: u64,
}

#[derive(Serialize)]
struct Report<'b> {
    batch: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<&'b Instance>,
    evaluations: Vec<Evaluations<'b>>,
    exposures: Vec<Exposed<'b>>,
    dropped: u64,
}

#[derive(Serialize)]
struct Evaluations<'b> {
    key: &'b str,
    variation: Option<&'b str>,
    reason: &'static str,
    count: u64,
    from: String,
    to: String,
}

#[derive(Serialize)]
struct Exposed<'b> {
    experiment: &'b str,
    variant: &'b str,
    attribute: &'b str,
    unit: &'b str,
    at: String,
}

impl Batch {
    /// What was counted between two moments, in as many batches as it takes; the first one says who tells, and what was
    /// dropped.
    pub(super) fn of(
        instance: Instance,
        counted: HashMap<Names, u64>,
        exposures: Vec<Exposure>,
        dropped: u64,
        (from, to): (Timestamp, Timestamp),
    ) -> Vec<Batch> {
        let evaluations = counted.into_iter().flat_map(|(names, count)| {
            let whole = (0..count / COUNT).map(|_| COUNT);
            let rest = Some(count % COUNT).filter(|rest| *rest > 0);
            whole.chain(rest).map(move |count| Item::Evaluations { names: names.clone(), count, from, to })
        });
        let mut batches = vec![Batch { dropped, ..Batch::new(Some(instance.clone()), Vec::new()) }];
        let mut bytes = 0;
        for item in evaluations.chain(exposures.into_iter().map(Item::Exposure)) {
            bytes += item.bytes();
            match batches.last_mut() {
                Some(last) if last.items.len() < ITEMS && bytes <= BYTES => last.items.push(item),
                _ => {
                    bytes = item.bytes();
                    batches.push(Batch::new(Some(instance.clone()), vec![item]));
                }
            }
        }
        batches
    }

    fn new(instance: Option<Instance>, items: Vec<Item>) -> Batch {
        Batch { id: Uuid::new_v4(), made: Instant::now(), instance, items, dropped: 0 }
    }

    /// How many evaluations and exposures it tells of.
    pub(super) fn told(&self) -> u64 {
        let told = self.items.iter().map(|item| match item {
            Item::Evaluations { count, .. } => *count,
            Item::Exposure(_) => 1,
        });
        told.sum()
    }

    /// Two halves, where a whole is too large for somebody on the way. They are others than the whole, which was
    /// refused, and so have other ids; nothing where there is nothing to part.
    pub(super) fn split(mut self) -> Option<[Batch; 2]> {
        if self.items.len() < 2 {
            return None;
        }
        let items = self.items.split_off(self.items.len() / 2);
        let other = Batch { made: self.made, ..Batch::new(self.instance.clone(), items) };
        self.id = Uuid::new_v4();
        Some([self, other])
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        let (mut evaluations, mut exposures) = (Vec::new(), Vec::new());
        for item in &self.items {
            match item {
                Item::Evaluations { names, count, from, to } => evaluations.push(Evaluations {
                    key: &names.key,
                    variation: names.variation.as_deref(),
                    reason: names.reason.as_str(),
                    count: *count,
                    from: from.to_string(),
                    to: to.to_string(),
                }),
                Item::Exposure(Exposure { experiment, variant, attribute, unit, at }) => {
                    exposures.push(Exposed { experiment, variant, attribute, unit, at: at.to_string() });
                }
            }
        }
        let (instance, dropped) = (self.instance.as_ref(), self.dropped);
        let report = Report { batch: self.id.to_string(), instance, evaluations, exposures, dropped };
        // Text and numbers cannot fail to be written.
        serde_json::to_vec(&report).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use vexil_core::Reason;

    use super::*;

    fn batches(counts: impl IntoIterator<Item = (String, u64)>) -> Vec<Batch> {
        let counted = counts.into_iter().map(|(key, count)| {
            (Names { key: key.into(), variation: Some("on".into()), reason: Reason::Default }, count)
        });
        let instance = Instance {
            id: "i".to_owned(),
            service: None,
            sdk: "test/1".to_owned(),
            version: 7,
            applied_at: None,
        };
        let moments = (Timestamp::from_millis(0), Timestamp::from_millis(1_500));
        Batch::of(instance, counted.collect(), Vec::new(), 3, moments)
    }

    #[test]
    fn a_report_is_as_the_control_plane_takes_it() {
        let batches = batches([("a".to_owned(), 5)]);
        let id = batches[0].id;
        assert_eq!(
            String::from_utf8(batches[0].to_json()).unwrap(),
            format!(
                r#"{{"batch":"{id}","instance":{{"id":"i","sdk":"test/1","version":7}},"evaluations":[{{"key":"a","variation":"on","reason":"DEFAULT","count":5,"from":"1970-01-01T00:00:00Z","to":"1970-01-01T00:00:01.5Z"}}],"exposures":[],"dropped":3}}"#
            )
        );
    }

    #[test]
    fn what_is_too_much_for_one_report_is_told_in_several() {
        let long = "k".repeat(200);
        let batches = batches((0..20_000).map(|i| (format!("{long}{i}"), 1)));
        assert!(batches.len() > 4);
        for batch in &batches {
            assert!(batch.items.len() <= ITEMS && batch.to_json().len() < 1 << 20);
        }
        assert_eq!(batches.iter().map(Batch::told).sum::<u64>(), 20_000);
        assert_eq!(batches.iter().map(|batch| batch.dropped).sum::<u64>(), 3, "it is said once");
    }

    #[test]
    fn a_count_is_at_most_what_the_control_plane_takes() {
        let batches = batches([("a".to_owned(), 2 * COUNT + 1)]);
        assert_eq!((batches.len(), batches[0].items.len(), batches[0].told()), (1, 3, 2 * COUNT + 1));
    }

    #[test]
    fn halves_are_other_batches_than_the_whole() {
        let whole = batches((0..5).map(|i| (i.to_string(), 1))).remove(0);
        let id = whole.id;
        let [one, other] = whole.split().unwrap();
        assert_eq!((one.told(), other.told()), (2, 3));
        assert_eq!((one.dropped, other.dropped), (3, 0));
        assert!(one.id != id && other.id != id && one.id != other.id);
        let single = batches([("a".to_owned(), 1)]).remove(0);
        assert!(single.split().is_none());
    }
}
