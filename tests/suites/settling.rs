//! What is stored of changed percentages moves only whom it must (DESIGN 6), however often and however they change.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use vexil_core::definition::{self, Mode};
use vexil_core::settle::{percentages, settle};
use vexil_core::{Arena, Context, Environment, Node, Request, Snapshot, Timestamp, bucket_of, diff};
use vexil_reference::generate::{self, Dice};

const SEQUENCES: u64 = 1_500;
const CHANGES: usize = 12;
const BUCKETS: u32 = 100_000;

/// Where percentages are.
#[derive(Clone, Copy)]
enum Form {
    Rollout,
    RolloutAction,
    Rule,
    Scope,
    Allocation,
    Slots,
}

const FORMS: [Form; 6] =
    [Form::Rollout, Form::RolloutAction, Form::Rule, Form::Scope, Form::Allocation, Form::Slots];

/// Who has how many buckets, in the order of variations.
type Shares = Vec<(String, u32)>;

/// Neighbouring buckets, and whose they are: up to where.
type Laid = Vec<(u32, Option<String>)>;

#[test]
fn changed_percentages_move_only_whom_they_must() {
    let (mut laid, mut kept) = (0, 0);
    for seed in 0..SEQUENCES {
        let dice = &mut Dice::new(seed);
        let form = *dice.pick(&FORMS);
        let mut shares = first_shares(dice, form);
        let mut stored = form.definition(&shares);
        for change in 0..CHANGES {
            shares = changed(dice, form, &shares);
            let proposed = form.definition(&shares);
            let place = format!("seed {seed}, change {change}: {stored} -> {proposed}");
            let settled = settled(&stored, &proposed);
            assert_moves_least(form, &stored, &proposed, &settled, &shares, &place);
            assert_eq!(moves(&settled, &self::settled(&settled, &proposed)), [], "once more: {place}");
            if change == 0 {
                assert_served(form, &settled, &shares, &place);
            }
            let is_laid = settled != proposed;
            (laid, kept) = (laid + usize::from(is_laid), kept + usize::from(!is_laid));
            stored = settled;
        }
    }
    assert!(laid > 5_000 && kept > 1_000, "{laid} became ranges, {kept} stayed percentages");
}

#[test]
fn ranges_do_not_become_ever_more() {
    for (ids, seed) in (2..=8).zip(0..) {
        let dice = &mut Dice::new(seed);
        let names: Vec<String> = (0..ids).map(|i| format!("v{i}")).collect();
        let mut shares: Shares = divided(dice, &names);
        let mut stored = Form::Rollout.definition(&shares);
        for change in 0..1_000 {
            moved_a_little(dice, &mut shares);
            stored = settled(&stored, &Form::Rollout.definition(&shares));
            let ranges = Form::Rollout.laid(&stored, &shares).len();
            // About as many as it takes for any two ids to have a border that can move.
            assert!(ranges <= ids * ids, "{ranges} ranges of {ids} ids after {change} changes");
        }
    }
}

#[test]
fn nothing_but_percentages_changes_in_any_definition() {
    let mut laid = 0;
    for seed in 0..400 {
        let (olds, news) = (entries(&generate::document(seed)), entries(&generate::document(seed + 1)));
        for old in &olds {
            for mut new in news.clone() {
                // Entries that have nothing in common but their key.
                let fields = new.as_object_mut().unwrap();
                fields.remove("id");
                fields.insert("key".to_owned(), old.get("key").unwrap_or(&old["id"]).clone());
                let settled = settled(old, &new);
                assert_eq!(errors(&settled), errors(&new), "{old} {new}");
                let (before, after) = (moves(old, &new), moves(old, &settled));
                // A layer's slots rather change with nobody's, though that makes more changes.
                let fewer = |(path, percent): &(String, f64)| {
                    path == "/slots" || before.iter().any(|(other, most)| other == path && percent <= most)
                };
                assert!(after.iter().all(fewer), "{old} {new}: {before:?} {after:?}");
                assert_same_but_for_shares(&new, &settled);
                laid += usize::from(settled != new);
            }
        }
    }
    assert!(laid > 100, "only {laid} became ranges");
}

impl Form {
    fn may_have_gaps(self) -> bool {
        matches!(self, Form::Slots)
    }

    fn definition(self, shares: &Shares) -> Value {
        let percentages: Map<String, Value> =
            shares.iter().map(|(id, share)| (id.clone(), json!(f64::from(*share) / 1_000.0))).collect();
        let ids = || shares.iter().map(|(id, _)| json!({"id": id, "value": id})).collect::<Vec<_>>();
        let flag =
            |name: &str, field: Value| json!({"key": "f", "default": "x", "variations": ids(), name: field});
        match self {
            Form::Rollout => flag("rollout", percentages.into()),
            Form::RolloutAction => flag("rollout", json!({"rollout": percentages, "by": "user.id"})),
            Form::Rule => {
                flag("rules", json!([{"id": "r", "action": {"salt": "pepper", "rollout": percentages}}]))
            }
            Form::Scope => flag("scopes", json!({"tenant": {"t": {"rollout": percentages}}})),
            Form::Allocation => {
                let variants: Vec<_> = shares.iter().map(|(id, _)| json!({"id": id})).collect();
                json!({"key": "f", "status": "running", "variants": variants, "allocation": percentages})
            }
            Form::Slots => json!({"key": "f", "slots": percentages}),
        }
    }

    /// The percentages or ranges in a definition.
    fn split(self, definition: &Value) -> &Value {
        let action = match self {
            Form::Allocation => return &definition["allocation"],
            Form::Slots => return &definition["slots"],
            Form::Rollout | Form::RolloutAction => &definition["rollout"],
            Form::Rule => &definition["rules"][0]["action"],
            Form::Scope => &definition["scopes"]["tenant"]["t"],
        };
        [&action["rollout"], &action["ranges"]].into_iter().find(|split| split.is_object()).unwrap_or(action)
    }

    /// Whose each bucket is.
    fn laid(self, definition: &Value, shares: &Shares) -> Laid {
        let split = self.split(definition).as_object().unwrap();
        let mut ranges: Vec<(u32, u32, &str)> = Vec::new();
        if split.values().any(Value::is_array) {
            for (id, own) in split {
                let ends = |range: &Value| [0, 1].map(|end| range[end].as_u64().unwrap() as u32);
                ranges.extend(own.as_array().unwrap().iter().map(ends).map(|[from, to]| (from, to, &**id)));
            }
            ranges.sort_unstable();
        } else {
            let mut order: Vec<&str> = shares.iter().map(|(id, _)| &**id).collect();
            if self.may_have_gaps() {
                order.sort_unstable();
            }
            let mut from = 0;
            for id in order {
                let width =
                    split.get(id).map_or(0, |percent| (percent.as_f64().unwrap() * 1_000.0).round() as u32);
                ranges.push((from, from + width, id));
                from += width;
            }
            ranges.retain(|(from, to, _)| from < to);
        }
        let mut laid: Laid = Vec::new();
        let mut end = 0;
        for (from, to, id) in ranges {
            assert!(from >= end && from < to, "{definition}");
            if from > end {
                laid.push((from, None));
            }
            laid.push((to, Some(id.to_owned())));
            end = to;
        }
        if end < BUCKETS {
            laid.push((BUCKETS, None));
        }
        let neighbours = laid.windows(2).all(|pair| pair[0].1 != pair[1].1);
        assert!(neighbours, "two ranges of one are side by side: {definition}");
        laid
    }
}

/// Two to eight ids; a layer may leave some buckets to nobody.
fn first_shares(dice: &mut Dice, form: Form) -> Shares {
    let count = dice.between(2, 8);
    let names: Vec<String> = (0..count).map(|i| format!("v{i}")).collect();
    let shares = divided(dice, &names);
    without_some(dice, form, shares)
}

fn divided(dice: &mut Dice, names: &[String]) -> Shares {
    let step = *dice.pick(&[1, 500, 1_000, 5_000, 25_000]);
    let most = (BUCKETS / step) as usize;
    let mut ends: Vec<u32> = (1..names.len()).map(|_| dice.between(0, most) as u32 * step).collect();
    ends.push(BUCKETS);
    ends.sort_unstable();
    let mut from = 0;
    let widths = ends.into_iter().map(|to| to - std::mem::replace(&mut from, to));
    names.iter().cloned().zip(widths).collect()
}

fn without_some(dice: &mut Dice, form: Form, mut shares: Shares) -> Shares {
    if form.may_have_gaps() && dice.chance(80) {
        let position = dice.between(0, shares.len() - 1);
        shares[position].1 /= 2;
    }
    shares
}

/// Between two of them.
fn moved_a_little(dice: &mut Dice, shares: &mut Shares) {
    let step = *dice.pick(&[1, 100, 1_000, 5_000]);
    let (from, to) = (dice.between(0, shares.len() - 1), dice.between(0, shares.len() - 1));
    let width = shares[from].1.min(dice.between(1, 20) as u32 * step);
    shares[from].1 -= width;
    shares[to].1 += width;
}

fn changed(dice: &mut Dice, form: Form, shares: &Shares) -> Shares {
    let mut changed = shares.clone();
    match dice.between(0, 9) {
        0..=3 => moved_a_little(dice, &mut changed),
        4 | 5 => dice.shuffle(&mut changed),
        6 if changed.len() < 8 => {
            let known: BTreeSet<String> = changed.iter().map(|(id, _)| id.clone()).collect();
            let name = (0..).map(|i| format!("v{i}")).find(|name| !known.contains(name)).unwrap();
            changed.insert(dice.between(0, shares.len()), (name, 0));
            moved_a_little(dice, &mut changed);
        }
        7 if changed.len() > 2 => {
            let (_, share) = changed.remove(dice.between(0, shares.len() - 1));
            let heir = dice.between(0, changed.len() - 1);
            changed[heir].1 += share;
        }
        _ => {
            let names: Vec<String> = changed.iter().map(|(id, _)| id.clone()).collect();
            changed = divided(dice, &names);
            changed = without_some(dice, form, changed);
        }
    }
    changed
}

fn assert_moves_least(
    form: Form,
    stored: &Value,
    proposed: &Value,
    settled: &Value,
    shares: &Shares,
    place: &str,
) {
    assert_eq!(errors(settled), Vec::<String>::new(), "{place}");
    let before = form.laid(stored, &declared(form, stored));
    let after = form.laid(settled, shares);
    let (had, has) = (widths(&before), widths(&after));
    let wanted = shares.iter().filter(|(_, share)| *share > 0).map(|(id, share)| (Some(id.clone()), *share));
    let mut wanted: BTreeMap<Option<String>, u32> = wanted.collect();
    let nobody = BUCKETS - wanted.values().sum::<u32>();
    if nobody > 0 {
        wanted.insert(None, nobody);
    }
    assert_eq!(has, wanted, "{place}");

    let of =
        |widths: &BTreeMap<Option<String>, u32>, id: &Option<String>| widths.get(id).copied().unwrap_or(0);
    let lost = |id: &Option<String>| of(&had, id).saturating_sub(of(&has, id));
    let won = |id: &Option<String>| of(&has, id).saturating_sub(of(&had, id));
    let (mut away, mut across, mut all) = (0, 0, 0);
    for (width, was, is) in overlaps(&before, &after).into_iter().filter(|(_, was, is)| was != is) {
        assert!(was.is_none() || lost(&was) > 0, "{was:?} need not give: {place}");
        assert!(is.is_none() || won(&is) > 0, "{is:?} need not take: {place}");
        all += width;
        away += if was.is_some() { width } else { 0 };
        across += if was.is_some() && is.is_some() { width } else { 0 };
    }
    let growth: u32 = has.keys().filter(|id| id.is_some()).map(won).sum();
    let loss: u32 = had.keys().filter(|id| id.is_some()).map(lost).sum();
    assert_eq!(away, loss, "{place}");
    assert_eq!(across, growth.saturating_sub(of(&had, &None)), "{place}");
    let told: f64 = moves(stored, settled).iter().map(|(_, percent)| percent).sum();
    assert_eq!(told, f64::from(all) / 1_000.0, "{place}");

    if settled == proposed {
        return;
    }
    let contiguous = overlaps(&before, &form.laid(proposed, shares));
    let worse = |(width, was, is): &(u32, Option<String>, Option<String>)| {
        if was == is || was.is_none() { [0, 0] } else { [*width, if is.is_some() { *width } else { 0 }] }
    };
    let worse = contiguous.iter().map(worse).fold([0, 0], |sum, one| [sum[0] + one[0], sum[1] + one[1]]);
    assert_ne!(worse, [away, across], "the percentages would have done: {place}");
    let arena = Arena::new();
    let ranges = form.split(settled).to_string();
    let shown = percentages(&Node::parse_json(ranges.as_bytes(), &arena).unwrap()).unwrap().to_string();
    assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), as_shown(form.split(proposed)), "{place}");
}

/// Whole percentages without a fraction.
fn as_shown(percentages: &Value) -> Value {
    let shown = |percent: &Value| match percent.as_f64().unwrap() {
        whole if whole.fract() == 0.0 => json!(whole as i64),
        percent => json!(percent),
    };
    percentages.as_object().unwrap().iter().map(|(id, percent)| (id.clone(), shown(percent))).collect()
}

/// That units are served what the ranges say.
fn assert_served(form: Form, settled: &Value, shares: &Shares, place: &str) {
    let salt = if matches!(form, Form::Rule) { "pepper" } else { "f" };
    let laid = form.laid(settled, shares);
    let mut entries = vec![settled.clone()];
    if form.may_have_gaps() {
        for (id, _) in shares {
            entries.push(json!({"key": id, "status": "running", "layer": "f", "variants": [{"id": id}],
                "allocation": {id: 100}}));
        }
    }
    let snapshot = Snapshot::load_json(json!(entries).to_string().as_bytes(), Environment::Document).unwrap();
    for unit in (0..200).map(|i| format!("unit-{i}")) {
        let bucket = bucket_of(salt, &unit).bucket;
        let owner = laid.iter().find(|(to, _)| bucket < *to).unwrap().1.clone();
        let context = Context::new().with("user.id", unit).with("tenant.id", "t");
        let served = |key: &str| {
            let evaluation = snapshot.evaluate(key, &Request::new(&context, Timestamp::from_millis(0)));
            evaluation.variation().map(str::to_owned)
        };
        let served = match form {
            Form::Slots => shares.iter().find_map(|(id, _)| served(id)),
            _ => served("f"),
        };
        assert_eq!(served, owner, "bucket {bucket}: {place}");
    }
}

/// The ids of a definition in their order.
fn declared(form: Form, definition: &Value) -> Shares {
    let id = |item: &Value| (item["id"].as_str().unwrap().to_owned(), 0);
    let list = |name: &str| definition[name].as_array().unwrap().iter().map(id).collect();
    match form {
        Form::Allocation => list("variants"),
        Form::Slots => definition["slots"].as_object().unwrap().keys().map(|key| (key.clone(), 0)).collect(),
        _ => list("variations"),
    }
}

fn widths(laid: &Laid) -> BTreeMap<Option<String>, u32> {
    let mut widths = BTreeMap::new();
    let mut from = 0;
    for (to, id) in laid {
        *widths.entry(id.clone()).or_default() += to - from;
        from = *to;
    }
    widths
}

/// How many buckets were whose and are whose.
fn overlaps(before: &Laid, after: &Laid) -> Vec<(u32, Option<String>, Option<String>)> {
    let ends: BTreeSet<u32> = before.iter().chain(after).map(|(to, _)| *to).collect();
    let owner = |laid: &Laid, to: u32| laid[laid.partition_point(|(end, _)| *end < to)].1.clone();
    let mut from = 0;
    let widths = ends.into_iter().map(|to| (to - std::mem::replace(&mut from, to), to));
    widths.map(|(width, to)| (width, owner(before, to), owner(after, to))).collect()
}

fn settled(stored: &Value, proposed: &Value) -> Value {
    let (stored, proposed) = (stored.to_string(), proposed.to_string());
    let arena = Arena::new();
    let node = |text| Node::parse_json(str::as_bytes(text), &arena).unwrap();
    let settled = settle(Some(&node(&stored)), &node(&proposed));
    assert_eq!(settled.reshuffled, [""; 0], "{stored} {proposed}");
    serde_json::from_str(&settled.definition.to_string()).unwrap()
}

/// The moves that a diff tells, by place.
fn moves(old: &Value, new: &Value) -> Vec<(String, f64)> {
    let (old, new) = (old.to_string(), new.to_string());
    let arena = Arena::new();
    let node = |text| Node::parse_json(str::as_bytes(text), &arena).unwrap();
    let changes = diff::diff(&[node(&old)], &[node(&new)]).changes;
    changes.into_iter().flat_map(|change| change.moves).map(|one| (one.path, one.percent)).collect()
}

/// The errors of its author, but for those of what is not there.
fn errors(definition: &Value) -> Vec<String> {
    let text = definition.to_string();
    let arena = Arena::new();
    let node = Node::parse_json(text.as_bytes(), &arena).unwrap();
    let problems = definition::read(&[node], Mode::Authoring).problems.into_iter().map(|found| found.problem);
    let errors = problems.filter(|problem| problem.severity == vexil_core::Severity::Error);
    errors
        .filter(|problem| problem.code.as_str() != "UNKNOWN_SLOT")
        .map(|problem| problem.to_string())
        .collect()
}

fn entries(document: &Value) -> Vec<Value> {
    let entries = document.get("entries").unwrap_or(document);
    entries.as_array().cloned().unwrap_or_else(|| vec![entries.clone()])
}

/// That one is the other, but for percentages that became ranges.
fn assert_same_but_for_shares(proposed: &Value, settled: &Value) {
    match (proposed, settled) {
        _ if proposed == settled => {}
        (Value::Object(old), Value::Object(new)) => {
            let renamed = |name: &String| match &**name {
                "rollout" if !new.contains_key(name) => "ranges".to_owned(),
                "rolloutPercentage" if !new.contains_key(name) => "rollout".to_owned(),
                _ => name.clone(),
            };
            let names: BTreeSet<String> = old.keys().map(renamed).collect();
            let is_action = old.values().any(Value::is_object);
            if new.keys().eq(["ranges"]) && !is_action {
                return assert_same_but_for_shares(proposed, &new["ranges"]);
            }
            assert_eq!(names, new.keys().cloned().collect(), "{proposed} {settled}");
            old.iter().for_each(|(name, value)| assert_same_but_for_shares(value, &new[&renamed(name)]));
        }
        (Value::Array(old), Value::Array(new)) => {
            assert_eq!(old.len(), new.len());
            old.iter().zip(new).for_each(|(old, new)| assert_same_but_for_shares(old, new));
        }
        (Value::Number(percent), Value::Array(ranges)) => {
            let width = |range: &Value| range[1].as_u64().unwrap() - range[0].as_u64().unwrap();
            let width: u64 = ranges.iter().map(width).sum();
            assert_eq!((percent.as_f64().unwrap() * 1_000.0).round() as u64, width);
        }
        (Value::Number(_), Value::Object(rollout)) => assert!(rollout["ranges"].is_object()),
        _ => panic!("{proposed} became {settled}"),
    }
}
