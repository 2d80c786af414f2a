//! Whom a changed split moves: how many units another variation is served than before.

use std::collections::BTreeMap;

use super::Move;
use crate::model::{BUCKETS, Entry};
use crate::splits::{self, NamedSplit, open_part};

pub(super) fn compare(old: &Entry, new: &Entry) -> Vec<Move> {
    // As `fields` tells rules apart.
    let by_id = splits::by_id(old, new);
    let (before, after) = (splits::splits(old, by_id), splits::splits(new, by_id));
    let moves = before.into_iter().filter_map(|(path, old)| {
        let new = after.get(&path)?;
        let rehashed = !old.hashes_as(new);
        let percent = if rehashed { moved_by_chance(&old, new) } else { moved(&old, new) };
        let reshuffled = rehashed || reordered(&old, new);
        (percent > 0.0).then_some(Move { path, percent, reshuffled })
    });
    moves.collect()
}

/// Leaves under which fields units move. Moves come in the order of their paths, so those of one field are neighbours.
pub(super) fn conceal(moves: &mut Vec<Move>) {
    moves.iter_mut().for_each(|one| one.path = open_part(&one.path));
    moves.dedup_by(|other, kept| {
        let is_same = other.path == kept.path;
        if is_same {
            kept.percent = kept.percent.max(other.percent);
            kept.reshuffled |= other.reshuffled;
        }
        is_same
    });
}

/// How many buckets each id has.
fn shares<'m>(split: &NamedSplit<'m>) -> BTreeMap<&'m str, u64> {
    let mut shares = BTreeMap::new();
    for range in &*split.ranges {
        if let Some(id) = split.id(range.index) {
            *shares.entry(id).or_default() += u64::from(range.to - range.from);
        }
    }
    shares
}

/// Whether percentages lay what they serve, on one side or both, in another order: then the same ones move units too.
fn reordered(old: &NamedSplit<'_>, new: &NamedSplit<'_>) -> bool {
    if !(old.by_percent && new.by_percent) || old.ids == new.ids {
        return false;
    }
    let position = |split: &NamedSplit<'_>, id: &str| split.ids.iter().position(|known| *known == id);
    let (before, after) = (shares(old), shares(new));
    let served = before.keys().chain(after.keys());
    let mut positions: Vec<_> =
        served.filter_map(|id| Some((position(old, id)?, position(new, id)?))).collect();
    positions.sort_unstable();
    !positions.is_sorted_by_key(|(_, new)| *new)
}

/// Percent of buckets that belong to another id.
fn moved(old: &NamedSplit<'_>, new: &NamedSplit<'_>) -> f64 {
    let (mut before, mut after) = (old.ranges.iter().peekable(), new.ranges.iter().peekable());
    let mut stays = 0;
    while let (Some(was), Some(is)) = (before.peek(), after.peek()) {
        if old.id(was.index) == new.id(is.index) {
            stays += was.to.min(is.to).saturating_sub(was.from.max(is.from));
        }
        // What ends first overlaps with nothing further.
        if was.to < is.to {
            before.next()
        } else {
            after.next()
        };
    }
    f64::from(BUCKETS - stays) * 100.0 / f64::from(BUCKETS)
}

/// Percent that is expected to change when old and new buckets have nothing to do with each other.
fn moved_by_chance(old: &NamedSplit<'_>, new: &NamedSplit<'_>) -> f64 {
    let after = shares(new);
    let both = |(id, share): (&str, u64)| share * after.get(id).copied().unwrap_or_default();
    let stays: u64 = shares(old).into_iter().map(both).sum();
    let all = f64::from(BUCKETS) * f64::from(BUCKETS);
    ((1.0 - stays as f64 / all) * 100_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::FieldChange;
    use super::super::tests::changes;
    use super::*;

    const QUARTER: &str = r#"{"key": "a", "rollout": {"on": 25, "off": 75}}"#;

    fn moves(old: &str, new: &str) -> Vec<Move> {
        changes(old, new).into_iter().flat_map(|change| change.moves).collect()
    }

    fn one(path: &str, percent: f64, reshuffled: bool) -> Vec<Move> {
        vec![Move { path: path.into(), percent, reshuffled }]
    }

    #[test]
    fn another_salt_or_attribute_hashes_everyone_anew() {
        let resalted = r#"{"key": "a", "salt": "s", "rollout": {"on": 25, "off": 75}}"#;
        assert_eq!(moves(QUARTER, resalted), one("/rollout", 37.5, true));
        let by = r#"{"key": "a", "rollout": {"rollout": {"on": 25, "off": 75}, "by": "tenant.id"}}"#;
        assert_eq!(moves(QUARTER, by), one("/rollout", 37.5, true));
    }

    #[test]
    fn percentages_in_another_order_are_a_reshuffle() {
        let seed = include_str!("../../../examples/graph_search.json");
        let (legacy, engine) =
            (r#"{ "id": "legacy", "value": false }"#, r#"{ "id": "rust_engine", "value": true }"#);
        let reversed = seed.replace(legacy, "first").replace(engine, legacy).replace("first", engine);
        assert_eq!(moves(seed, &reversed), one("/rules/2/action", 50.0, true));
        let test = |ids: [&str; 3], allocation: &str| {
            let variants = ids.map(|id| format!(r#"{{"id": "{id}"}}"#)).join(",");
            format!(r#"{{"key": "e", "variants": [{variants}], "allocation": {{{allocation}}}}}"#)
        };
        let halves = r#""x": 50, "y": 50"#;
        let old = test(["x", "y", "z"], halves);
        assert_eq!(moves(&old, &test(["z", "x", "y"], halves)), [], "who serves nobody moves nobody");
        let thirds = test(["z", "x", "y"], r#""x": 50, "y": 30, "z": 20"#);
        assert_eq!(moves(&old, &thirds), one("/allocation", 40.0, true));
        let shifted = test(["z", "x", "y"], r#""x": 40, "y": 60"#);
        assert_eq!(moves(&old, &shifted), one("/allocation", 10.0, false));
        let more = test(["w", "x", "y"], r#""w": 20, "x": 50, "y": 30"#);
        assert_eq!(moves(&old, &more), one("/allocation", 40.0, false), "a new one is no other order");
        assert_eq!(moves(&old, &test(["y", "x", "z"], halves)), one("/allocation", 100.0, true));
        let ranges = test(["x", "y", "z"], r#""x": [[50000, 100000]], "y": [[0, 50000]]"#);
        assert_eq!(moves(&old, &ranges), one("/allocation", 100.0, false), "ranges say whom they move");
    }

    #[test]
    fn a_default_that_is_written_out_moves_nobody() {
        let salted = r#"{"key": "a", "owner": "o", "salt": "a", "rollout": {"on": 25, "off": 75}}"#;
        assert_eq!(moves(QUARTER, salted), []);
        let test = |more: &str| {
            format!(
                r#"{{"key": "e", "variants": [{{"id": "x"}}, {{"id": "y"}}], "allocation": {{"x": 50, "y": 50}}{more}}}"#
            )
        };
        assert_eq!(moves(&test(""), &test(r#", "owner": "o", "by": "userId", "salt": "e""#)), []);
        assert_eq!(moves(&test(""), &test(r#", "by": "session.id""#)), one("/allocation", 50.0, true));
    }

    #[test]
    fn ranges_move_where_they_overlap_with_others() {
        let flag = |ranges: &str| {
            format!(r#"{{"key": "a", "scopes": {{"user": {{"x/y": {{"ranges": {ranges}}}}}}}}}"#)
        };
        let old = flag(r#"{"on": [[0, 10000], [50000, 60000]], "off": [[10000, 50000], [60000, 100000]]}"#);
        let new = flag(r#"{"on": [[5000, 55000]], "off": [[0, 5000], [55000, 100000]]}"#);
        assert_eq!(moves(&old, &new), one("/scopes/user/x~1y", 50.0, false));
    }

    #[test]
    fn a_layer_tells_how_many_enter_or_leave_a_slot() {
        let layer = |slots: &str| format!(r#"{{"key": "l", "slots": {{{slots}}}}}"#);
        let old = layer(r#""x": [[60000, 70000], [10000, 20000]], "y": [[20000, 30000]]"#);
        let new = layer(r#""y": [[15000, 30000]], "z": [[95000, 100000]], "x": [[10000, 15000]]"#);
        assert_eq!(moves(&old, &new), one("/slots", 20.0, false));
        assert_eq!(moves(&layer(r#""x": 20, "z": 50"#), &layer(r#""x": 20, "y": 0, "z": 50"#)), []);
        let between = layer(r#""x": 20, "y": 10, "z": 50"#);
        assert_eq!(moves(&layer(r#""x": 20, "z": 50"#), &between), one("/slots", 20.0, false));
    }

    #[test]
    fn rules_have_the_names_that_their_fields_have() {
        let flag = |ids: [&str; 2], on: u32| {
            let rules = ids.map(|id| {
                let split = format!(r#"{{"rollout": {{"on": {on}, "off": {}}}}}"#, 100 - on);
                format!(r#"{{{id} "action": {split}}}"#)
            });
            format!(r#"{{"key": "a", "rules": [{}]}}"#, rules.join(","))
        };
        let ids = [r#""id": "x","#, r#""id": "y","#];
        // The second has no id, the first the second's position as one.
        for (ids, names) in [(ids, ["x", "y"]), ([r#""id": "1","#, ""], ["0", "1"])] {
            let change = changes(&flag(ids, 10), &flag(ids, 20)).remove(0);
            let expected = names.map(|name| format!("/rules/{name}/action"));
            let moves: Vec<&str> = change.moves.iter().map(|one| &*one.path).collect();
            assert_eq!(moves, expected);
            for path in expected {
                let within = |field: &&FieldChange| field.path.starts_with(&path);
                assert_eq!(change.fields.iter().filter(within).count(), 2, "{path} {:?}", change.fields);
            }
        }
        let mixed = changes(&flag(ids, 10), &flag([r#""id": "x","#, ""], 20)).remove(0);
        assert_eq!(
            mixed.moves.iter().map(|one| &*one.path).collect::<Vec<_>>(),
            ["/rules/0/action", "/rules/1/action"]
        );
    }

    #[test]
    fn moves_of_a_secret_entry_name_nobody() {
        let flag = |on: u32, sensitive: bool| {
            let action = |on: u32| format!(r#"{{"rollout": {{"on": {on}, "off": {}}}}}"#, 100 - on);
            format!(
                r#"{{"key": "a", "sensitive": {sensitive}, "rollout": {{"on": {on}, "off": {}}},
                "scopes": {{"user": {{"alice@x.io": {}, "bob@x.io": {}}}}},
                "rules": [{{"id": "payroll", "action": {}}}]}}"#,
                100 - on,
                action(on),
                action(2 * on),
                action(on),
            )
        };
        let expected =
            [one("/rollout", 10.0, false), one("/rules", 10.0, false), one("/scopes", 20.0, false)];
        for (was, is) in [(true, true), (true, false), (false, true)] {
            assert_eq!(moves(&flag(10, was), &flag(20, is)), expected.concat(), "{was} {is}");
        }
        assert_eq!(moves(&flag(10, false), &flag(20, false)).len(), 4);
    }

    #[test]
    fn as_many_ranges_as_are_allowed_take_no_time() {
        let ids: Vec<String> = (0..100).map(|id| format!("v{id}")).collect();
        let variations: Vec<String> =
            ids.iter().map(|id| format!(r#"{{"id": "{id}", "value": "{id}"}}"#)).collect();
        let flag = |shift: usize, salt: &str| {
            let ranges = ids.iter().enumerate().map(|(i, id)| {
                let from = (i + shift) % 100 * 10;
                let own = (0..100).map(|k| (k * 1_000 + from, k * 1_000 + from + 10));
                let own: Vec<String> = own.map(|(from, to)| format!("[{from}, {to}]")).collect();
                format!(r#""{id}": [{}]"#, own.join(","))
            });
            let ranges: Vec<String> = ranges.collect();
            format!(
                r#"{{"key": "a", "default": "v0", "salt": "{salt}", "variations": [{}], "rollout": {{"ranges": {{{}}}}}}}"#,
                variations.join(","),
                ranges.join(",")
            )
        };
        let (old, shifted, resalted) = (flag(0, "a"), flag(1, "a"), flag(0, "b"));
        let start = Instant::now();
        assert_eq!(moves(&old, &shifted), one("/rollout", 100.0, false));
        assert_eq!(moves(&old, &resalted), one("/rollout", 99.0, true));
        assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    }
}
