//! Synthetic units through an evaluation: how they split, against how they should.

mod chi_square;

use std::collections::BTreeMap;

use vexil_core::model::Scope;
use vexil_core::{Context, ErrorCode, Evaluation, Problem, Request, Snapshot, Timestamp};

pub(crate) use chi_square::ChiSquare;

/// Units that differ in one attribute: `prefix0`, `prefix1`, ...
#[derive(Clone, Copy)]
pub(crate) struct Units<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) key: &'a str,
    /// What all of them have in common.
    pub(crate) context: &'a Context,
    /// The attribute in which they differ.
    pub(crate) by: &'a str,
    pub(crate) prefix: &'a str,
    pub(crate) now: Timestamp,
}

/// How units split.
pub(crate) struct Split {
    /// In the order of their buckets.
    pub(crate) parts: Vec<Part>,
    /// How many were decided by a bucket; the others are taken as they come.
    pub(crate) decided: u32,
    /// Whether the split is what the definition says; none if nothing is known to compare it with.
    pub(crate) test: Option<ChiSquare>,
}

/// The units that were served one thing.
pub(crate) struct Part {
    /// The variation, else the value, else the reason why there is none.
    pub(crate) label: String,
    pub(crate) units: u32,
    /// How many there should be, where the definition says.
    pub(crate) expected: Option<f64>,
}

impl Units<'_> {
    /// Evaluates `count` units. The error is the evaluation's, when the key cannot be asked for at all.
    pub(crate) fn split(&self, count: u32) -> Result<Split, String> {
        let mut parts: BTreeMap<String, Observed> = BTreeMap::new();
        let mut groups: BTreeMap<Decider, Group> = BTreeMap::new();
        for (number, context) in self.contexts(count).enumerate() {
            let evaluation = self.snapshot.evaluate(self.key, &Request::new(&context, self.now));
            if number == 0
                && let Some(error) = evaluation.error()
            {
                return Err(describe(self.key, error, evaluation.problem()));
            }
            let label = label(&evaluation);
            parts.entry(label.clone()).or_default().add(evaluation.bucket());
            if evaluation.bucket().is_some() {
                let group = groups.entry(Decider::of(&evaluation)).or_insert_with(|| Group::of(&evaluation));
                group.differ |= group.first != evaluation.bucket();
                *group.parts.entry(label).or_default() += 1;
            }
        }
        Ok(self.compare(parts, &groups))
    }

    /// Holds what was seen against what the definition says.
    fn compare(&self, parts: BTreeMap<String, Observed>, groups: &BTreeMap<Decider, Group>) -> Split {
        let mut expected: Option<BTreeMap<String, f64>> = (!groups.is_empty()).then(BTreeMap::new);
        let mut tests = Vec::new();
        for group in groups.values() {
            let units: u32 = group.parts.values().sum();
            if units > 1 && !group.differ {
                // They are split by another attribute, which all of them share: there is nothing to compare.
                expected = None;
                tests.clear();
                break;
            }
            let mut cells = Vec::new();
            for (label, buckets) in group.shares.clone() {
                let share = f64::from(units) * f64::from(buckets) / f64::from(vexil_core::evaluate::BUCKETS);
                cells.push((f64::from(group.parts.get(&label).copied().unwrap_or_default()), share));
                *expected.get_or_insert_default().entry(label).or_default() += share;
            }
            tests.extend(ChiSquare::of(cells));
        }
        let decided = |label: &str| groups.values().filter_map(|group| group.parts.get(label)).sum::<u32>();
        let mut rows: Vec<(Option<u32>, Part)> = parts
            .into_iter()
            .map(|(label, seen)| {
                let undecided = f64::from(seen.units - decided(&label));
                let share = expected.as_mut().and_then(|all| all.remove(&label));
                let expected = share.map(|share| share + undecided);
                (seen.lowest_bucket, Part { label, units: seen.units, expected })
            })
            .collect();
        let unseen = expected.unwrap_or_default().into_iter().filter(|(_, expected)| *expected > 0.0);
        rows.extend(
            unseen.map(|(label, expected)| (None, Part { label, units: 0, expected: Some(expected) })),
        );
        rows.sort_by_key(|(bucket, _)| bucket.unwrap_or(u32::MAX));
        Split {
            parts: rows.into_iter().map(|(_, part)| part).collect(),
            decided: groups.values().flat_map(|group| group.parts.values()).sum(),
            test: tests.into_iter().reduce(ChiSquare::and),
        }
    }

    /// The contexts of the first `count` units.
    pub(crate) fn contexts(&self, count: u32) -> impl Iterator<Item = Context> + '_ {
        self.names().take(count as usize).map(|unit| self.context_of(&unit))
    }

    fn names(&self) -> impl Iterator<Item = String> + '_ {
        (0_u64..).map(|number| format!("{}{number}", self.prefix))
    }

    fn context_of(&self, unit: &str) -> Context {
        self.context.clone().with(self.by, unit)
    }
}

/// Who decided: units with one decider fall into the buckets of one split.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Decider {
    reason: &'static str,
    scope: Option<&'static str>,
    rule: Option<String>,
}

impl Decider {
    fn of(evaluation: &Evaluation<'_>) -> Decider {
        Decider {
            reason: evaluation.reason().as_str(),
            scope: evaluation.scope().map(Scope::as_str),
            rule: evaluation.rule().map(|rule| rule.to_string()),
        }
    }
}

#[derive(Default)]
struct Observed {
    units: u32,
    lowest_bucket: Option<u32>,
}

impl Observed {
    fn add(&mut self, bucket: Option<u32>) {
        self.units += 1;
        self.lowest_bucket = match (self.lowest_bucket, bucket) {
            (Some(lowest), Some(bucket)) => Some(lowest.min(bucket)),
            (lowest, bucket) => lowest.or(bucket),
        };
    }
}

/// The units of one decider.
struct Group {
    /// The buckets of each part, as the definition lays them.
    shares: Vec<(String, u32)>,
    /// The first unit's bucket, and whether another unit has another.
    first: Option<u32>,
    differ: bool,
    parts: BTreeMap<String, u32>,
}

impl Group {
    fn of(evaluation: &Evaluation<'_>) -> Group {
        let shares = evaluation.shares().into_iter().map(|(id, buckets)| (id.to_owned(), buckets)).collect();
        Group { shares, first: evaluation.bucket(), differ: false, parts: BTreeMap::new() }
    }
}

fn label(evaluation: &Evaluation<'_>) -> String {
    match (evaluation.variation(), evaluation.value()) {
        (Some(variation), _) => variation.to_owned(),
        (None, Some(value)) => value.to_string(),
        (None, None) => evaluation.reason().as_str().to_owned(),
    }
}

fn describe(key: &str, error: ErrorCode, problem: Option<&Problem>) -> String {
    match (error, problem) {
        (_, Some(problem)) => format!("`{key}` cannot be evaluated: {problem}"),
        (ErrorCode::FlagNotFound, _) => {
            format!("no flag, config or experiment has the key `{key}` (FLAG_NOT_FOUND)")
        }
        _ => format!("`{key}` cannot be evaluated ({})", error.as_str()),
    }
}
