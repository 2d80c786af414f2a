//! What is stored of a proposed definition (DESIGN 6): percentages that would move more units than must are stored as
//! ranges that do not. For those who author: an evaluation never comes here.

mod hands;

use std::collections::HashMap;

use crate::definition::{self, split};
use crate::document::{Member, Node};
use crate::limits;
use crate::model::BUCKETS;
use crate::splits::{self, Splits};
use crate::value::Value;

/// What is to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The proposed definition, with `ranges` for some of its percentages. Whoever has how much is as proposed.
    pub definition: Value,
    /// Which percentages became ranges. Places are named as by [`diff`](crate::diff::Move::path), also those of a
    /// sensitive entry.
    pub laid: Vec<String>,
    /// Which percentages stay, though they move more units than must: as ranges they would be more than
    /// [`limits::RANGES`]. Those of another salt or attribute are not among them, as they have nothing to keep.
    pub reshuffled: Vec<String>,
}

/// Settles a proposed definition against the stored one of its key, none where it is new.
///
/// Wherever both have a split that hashes its units alike, the ids that shrink give buckets, those that grow take them,
/// and nobody else moves. Experiments that grow within a layer take buckets of nobody's first, so that no unit goes from
/// one experiment to another as long as there are some. Percentages that do as well stay percentages, and so do all
/// where there is nothing to keep; ranges stay as they are proposed. What is no valid definition comes back as it is.
pub fn settle(stored: Option<&Node<'_>>, proposed: &Node<'_>) -> Settled {
    let as_proposed =
        || Settled { definition: proposed.to_value(), laid: Vec::new(), reshuffled: Vec::new() };
    let (Some(stored), Node::Object(members)) = (stored, proposed) else { return as_proposed() };
    let (Some(old), Some(new)) = (definition::read_one(stored), definition::read_one(proposed)) else {
        return as_proposed();
    };
    let by_id = splits::by_id(&old, &new);
    let (before, after) = (splits::splits(&old, by_id), splits::splits(&new, by_id));
    let mut settler = Settler { by_id, before, after, laid: Vec::new(), reshuffled: Vec::new() };
    let definition = settler.definition(members);
    let Settler { mut laid, mut reshuffled, .. } = settler;
    if old.is_sensitive() || new.is_sensitive() {
        for places in [&mut laid, &mut reshuffled] {
            places.iter_mut().for_each(|place| *place = splits::open_part(place));
            places.dedup();
        }
    }
    Settled { definition, laid, reshuffled }
}

/// The percentages of `ranges`, of an `allocation` or of `slots` (`{id: [[from, to), ...]}`), for those who show or edit
/// them: `{id: percent}` in the same order, with at most three decimal places. Nothing, where it is something else.
pub fn percentages(ranges: &Node<'_>) -> Option<Value> {
    let Node::Object(members) = ranges else { return None };
    let percent = |(id, ranges): &Member<'_>| {
        let Node::List(ranges) = ranges else { return None };
        let widths = ranges.iter().map(|range| split::interval(range).map(|(from, to)| u64::from(to - from)));
        let share = u32::try_from(widths.sum::<Option<u64>>()?).ok().filter(|share| *share <= BUCKETS)?;
        Some((Box::from(*id), percent(share)))
    };
    Some(Value::Object(members.iter().map(percent).collect::<Option<_>>()?))
}

fn percent(thousandths: u32) -> Value {
    match thousandths % 1_000 {
        0 => Value::from(thousandths / 1_000),
        // The float that is nearest to the decimal, which is how it is written.
        _ => Value::Float(f64::from(thousandths) / 1_000.0),
    }
}

/// Goes through a definition as it is written.
struct Settler<'m> {
    by_id: bool,
    before: Splits<'m>,
    after: Splits<'m>,
    laid: Vec<String>,
    reshuffled: Vec<String>,
}

impl Settler<'_> {
    fn definition(&mut self, members: &[Member<'_>]) -> Value {
        with_members(members, |name, node| match (name, node) {
            ("rollout", Node::Object(rollout)) => self.rollout(rollout).map(|settled| (name, settled)),
            ("rolloutPercentage", _) => {
                let ranges = self.ranges("/rollout", &["on", "off"])?;
                Some(("rollout", object([("ranges", ranges)])))
            }
            ("rules", Node::List(rules)) => {
                let rules = rules.iter().enumerate().map(|(i, rule)| self.rule(rule, i));
                Some((name, Value::List(rules.collect())))
            }
            ("scopes", Node::Object(scopes)) => {
                Some((name, with_members(scopes, |scope, node| Some((scope, self.scope(scope, node)?)))))
            }
            ("allocation" | "slots", Node::Object(shares)) => {
                Some((name, self.percentages(&format!("/{name}"), shares)?))
            }
            _ => None,
        })
    }

    /// The top-level one: percentages, or an action.
    fn rollout(&mut self, rollout: &[Member<'_>]) -> Option<Value> {
        if definition::is_action(rollout) {
            return self.action("/rollout", rollout);
        }
        Some(object([("ranges", self.percentages("/rollout", rollout)?)]))
    }

    fn rule(&mut self, rule: &Node<'_>, position: usize) -> Value {
        let Node::Object(members) = rule else { return rule.to_value() };
        let id = members.iter().find_map(|(name, node)| match node {
            Node::Str(id) if *name == "id" => Some(*id),
            _ => None,
        });
        with_members(members, |name, node| match (name, node) {
            ("action", Node::Object(action)) => {
                let place = splits::action_of_rule(id, position, self.by_id);
                Some((name, self.action(&place, action)?))
            }
            _ => None,
        })
    }

    fn scope(&mut self, scope: &str, actions: &Node<'_>) -> Option<Value> {
        let Node::Object(actions) = actions else { return None };
        Some(with_members(actions, |id, action| {
            let Node::Object(action) = action else { return None };
            Some((id, self.action(&splits::action_of_scope(scope, id), action)?))
        }))
    }

    fn action(&mut self, place: &str, action: &[Member<'_>]) -> Option<Value> {
        let (_, percentages) = action.iter().find(|(name, _)| *name == "rollout")?;
        let Node::Object(percentages) = percentages else { return None };
        let mut ranges = Some(self.percentages(place, percentages)?);
        Some(with_members(action, |name, _| match name {
            "rollout" => Some(("ranges", ranges.take()?)),
            _ => None,
        }))
    }

    /// The ranges for percentages, or nothing where they stay.
    fn percentages(&mut self, place: &str, shares: &[Member<'_>]) -> Option<Value> {
        if shares.iter().any(|(_, share)| matches!(share, Node::List(_))) {
            return None;
        }
        let ids: Vec<&str> = shares.iter().map(|(id, _)| *id).collect();
        self.ranges(place, &ids)
    }

    /// Of each id that the percentages mention, also if it has none: to be mentioned is to have a slot.
    fn ranges(&mut self, place: &str, ids: &[&str]) -> Option<Value> {
        let (old, new) = (self.before.get(place)?, self.after.get(place)?);
        if !old.hashes_as(new) {
            return None;
        }
        let mut ranges: HashMap<&str, Vec<Value>> = HashMap::new();
        for range in hands::rearranged(old, new)? {
            let ends = Value::List([range.from, range.to].map(Value::from).into());
            ranges.entry(new.id(range.index)?).or_default().push(ends);
        }
        let of_each: Vec<_> = ids.iter().map(|id| (*id, ranges.remove(id).unwrap_or_default())).collect();
        // As they are counted when they are read.
        let count: usize = of_each.iter().map(|(_, ranges)| ranges.len().max(1)).sum();
        if count > limits::RANGES {
            self.reshuffled.push(place.to_owned());
            return None;
        }
        self.laid.push(place.to_owned());
        Some(object(of_each.into_iter().map(|(id, ranges)| (id, Value::List(ranges.into())))))
    }
}

/// An object with some of its members replaced.
fn with_members<'n>(
    members: &'n [Member<'_>],
    mut replace: impl FnMut(&'n str, &'n Node<'_>) -> Option<(&'n str, Value)>,
) -> Value {
    object(members.iter().map(|(name, node)| replace(name, node).unwrap_or_else(|| (*name, node.to_value()))))
}

fn object<'n>(members: impl IntoIterator<Item = (&'n str, Value)>) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (Box::from(name), value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Arena;

    fn settled(stored: &str, proposed: &str) -> Settled {
        let arena = Arena::new();
        let [stored, proposed] =
            [stored, proposed].map(|text| Node::parse_json(text.as_bytes(), &arena).unwrap());
        settle(Some(&stored), &proposed)
    }

    /// What is stored, and which places were laid.
    #[track_caller]
    fn assert_settled(stored: &str, proposed: &str, expected: &str, laid: &[&str]) {
        let settled = settled(stored, proposed);
        let expected = Node::parse_json(expected.as_bytes(), &Arena::new()).unwrap().to_value();
        // As text, since an object's members have an order to keep.
        assert_eq!(settled.definition.to_string(), expected.to_string());
        assert_eq!(settled.laid, laid);
        assert_eq!(settled.reshuffled, [""; 0]);
    }

    #[track_caller]
    fn assert_as_proposed(stored: &str, proposed: &str) {
        assert_settled(stored, proposed, proposed, &[]);
    }

    /// A flag of the variations `a`, `b`, `c`, `d` in some order.
    fn flag(order: &str, more: &str) -> String {
        let variations = order.chars().map(|id| format!(r#"{{"id":"{id}","value":"{id}"}}"#));
        let variations: Vec<String> = variations.collect();
        format!(r#"{{"key":"f","default":"a","variations":[{}],{more}}}"#, variations.join(","))
    }

    fn rollout(order: &str, rollout: &str) -> String {
        flag(order, &format!(r#""rollout":{rollout}"#))
    }

    #[test]
    fn what_is_new_or_has_nothing_to_keep_stays_as_it_is_proposed() {
        let proposed = rollout("abc", r#"{"a":40,"b":30,"c":30}"#);
        let node_of = |arena| Node::parse_json(proposed.as_bytes(), arena).unwrap();
        let arena = Arena::new();
        assert_eq!(settle(None, &node_of(&arena)).definition, node_of(&arena).to_value());
        for stored in [
            flag("abc", r#""owner":"o""#),
            flag("abc", r#""rules":[{"action":{"rollout":{"a":30,"b":30,"c":40}}}]"#),
            flag("abc", r#""salt":"s","rollout":{"a":30,"b":30,"c":40}"#),
            rollout("abc", r#"{"rollout":{"a":30,"b":30,"c":40},"by":"tenant.id"}"#),
            rollout("abc", r#"{"a":30,"b":30,"c":41}"#),
            r#"{"key":"f","type":"segment","condition":{}}"#.to_owned(),
            format!("[{proposed}]"),
            "[]".to_owned(),
            "7".to_owned(),
        ] {
            assert_as_proposed(&stored, &proposed);
        }
    }

    #[test]
    fn percentages_that_move_no_more_than_must_stay_percentages() {
        let stored = rollout("abc", r#"{"a":20,"b":30,"c":50}"#);
        for kept in [
            r#"{"c":50,"a":20,"b":30}"#,
            r#"{"a":20,"b":45.5,"c":34.5}"#,
            r#"{"rollout":{"a":20,"b":0,"c":80},"salt":"f","algorithm":"vexil"}"#,
            r#"{"a":100}"#,
            r#"{"c":100}"#,
        ] {
            assert_as_proposed(&stored, &rollout("abc", kept));
        }
        // One more variation at the end, and the order of two that have nothing to do with each other.
        assert_as_proposed(&stored, &rollout("abcd", r#"{"a":20,"b":30,"c":40,"d":10}"#));
        assert_as_proposed(&rollout("abc", r#"{"b":100}"#), &rollout("cba", r#"{"b":100}"#));
    }

    #[test]
    fn percentages_that_would_move_others_become_ranges() {
        let stored = rollout("abc", r#"{"a":20,"b":30,"c":50}"#);
        assert_settled(
            &stored,
            &rollout("abc", r#"{"a":30,"b":30,"c":40}"#),
            &rollout(
                "abc",
                r#"{"ranges":{"a":[[0,20000],[90000,100000]],"b":[[20000,50000]],"c":[[50000,90000]]}}"#,
            ),
            &["/rollout"],
        );
        let ranges = r#"{"ranges":{"a":[[0,20000]],"b":[[20000,50000]],"c":[[50000,100000]]}}"#;
        assert_settled(
            &stored,
            &rollout("cab", r#"{"a":20,"b":30,"c":50}"#),
            &rollout("cab", ranges),
            &["/rollout"],
        );
        assert_as_proposed(&stored, &rollout("cab", ranges));
        // The one that is gone gives its buckets to those that grow.
        assert_settled(
            &stored,
            &rollout("dbc", r#"{"b":30,"c":60,"d":10}"#),
            &rollout(
                "dbc",
                r#"{"ranges":{"b":[[20000,50000]],"c":[[0,10000],[50000,100000]],"d":[[10000,20000]]}}"#,
            ),
            &["/rollout"],
        );
    }

    #[test]
    fn every_place_of_percentages_is_settled() {
        let actions = |split: &str| {
            flag(
                "abc",
                &format!(
                    r#""rules":[{{"action":{{"serve":"a"}}}},{{"id":"x","action":{split},"comment":"c"}}],
                    "scopes":{{"user":{{"u/1":{split},"u2":{{"value":"a"}}}},"environment":{{"e":{split}}}}},
                    "rollout":{split}"#
                ),
            )
        };
        let places = ["/rules/1/action", "/scopes/user/u~11", "/scopes/environment/e", "/rollout"];
        let by = r#""by":"userId","salt":"s""#;
        assert_settled(
            &actions(&format!(r#"{{"rollout":{{"a":20,"b":30,"c":50}},{by}}}"#)),
            &actions(&format!(r#"{{{by},"rollout":{{"c":40,"a":30,"b":30}},"algorithm":"vexil"}}"#)),
            &actions(&format!(
                r#"{{{by},"ranges":{{"c":[[50000,90000]],"a":[[0,20000],[90000,100000]],"b":[[20000,50000]]}},"algorithm":"vexil"}}"#
            )),
            &places,
        );
        let test = |allocation: &str| {
            format!(
                r#"{{"key":"e","variants":[{{"id":"a"}},{{"id":"b"}},{{"id":"c"}}],"allocation":{{{allocation}}}}}"#
            )
        };
        assert_settled(
            &test(r#""a":20,"b":30,"c":50"#),
            &test(r#""a":70,"b":30,"c":0"#),
            &test(r#""a":[[0,20000],[50000,100000]],"b":[[20000,50000]],"c":[]"#),
            &["/allocation"],
        );
        let older = |order: [&str; 2], percent: &str| {
            let [one, other] = order.map(|id| format!(r#"{{"id":"{id}","value":{}}}"#, id == "on"));
            format!(r#"{{"id":"f","variations":[{one},{other}],{percent},"defaultValue":false}}"#)
        };
        assert_settled(
            &older(["on", "off"], r#""rolloutPercentage":20"#),
            &older(["off", "on"], r#""rolloutPercentage":30.5"#),
            &older(["off", "on"], r#""rollout":{"ranges":{"on":[[0,30500]],"off":[[30500,100000]]}}"#),
            &["/rollout"],
        );
        assert_as_proposed(
            &older(["on", "off"], r#""rolloutPercentage":20"#),
            &older(["on", "off"], r#""rolloutPercentage":30"#),
        );
    }

    #[test]
    fn places_of_a_secret_entry_name_nobody() {
        let flag = |a: u32| {
            let split = format!(r#"{{"rollout":{{"a":{a},"b":30,"c":{}}}}}"#, 70 - a);
            let users = format!(r#""alice":{split},"bob":{split}"#);
            flag("abc", &format!(r#""sensitive":true,"scopes":{{"user":{{{users}}}}},"rollout":{split}"#))
        };
        assert_eq!(settled(&flag(20), &flag(30)).laid, ["/scopes", "/rollout"]);
    }

    #[test]
    fn rules_are_matched_as_a_diff_matches_them() {
        let rule = |id: &str, split: &str| format!(r#"{{{id}"action":{split}}}"#);
        let rules = |rules: [String; 2]| flag("abc", &format!(r#""rules":[{}]"#, rules.join(",")));
        let (x, y) = (r#""id":"x","#, r#""id":"y","#);
        let (old, new) = (r#"{"rollout":{"a":20,"b":30,"c":50}}"#, r#"{"rollout":{"a":30,"b":30,"c":40}}"#);
        let laid = r#"{"ranges":{"a":[[0,20000],[90000,100000]],"b":[[20000,50000]],"c":[[50000,90000]]}}"#;
        let serve = r#"{"serve":"a"}"#;
        assert_settled(
            &rules([rule(x, old), rule(y, serve)]),
            &rules([rule(y, serve), rule(x, new)]),
            &rules([rule(y, serve), rule(x, laid)]),
            &["/rules/x/action"],
        );
        assert_as_proposed(&rules([rule(x, old), rule("", serve)]), &rules([rule(y, serve), rule(x, new)]));
        assert_settled(
            &rules([rule(x, old), rule("", serve)]),
            &rules([rule(y, new), rule(x, serve)]),
            &rules([rule(y, laid), rule(x, serve)]),
            &["/rules/0/action"],
        );
    }

    #[test]
    fn experiments_of_a_layer_keep_their_slots() {
        let layer = |slots: &str| format!(r#"{{"key":"l","slots":{{{slots}}}}}"#);
        let stored = layer(r#""b":20,"d":30"#);
        let assert_slots = |proposed: &str, expected: &str| {
            assert_settled(&stored, &layer(proposed), &layer(expected), &["/slots"]);
        };
        assert_slots(
            r#""a":10,"b":20,"d":30"#,
            r#""a":[[90000,100000]],"b":[[0,20000]],"d":[[20000,50000]]"#,
        );
        // What shrinks becomes nobody's as long as there is enough of nobody's for what grows.
        assert_slots(r#""d":40,"b":10"#, r#""d":[[20000,60000]],"b":[[0,10000]]"#);
        assert_slots(r#""d":90,"b":0"#, r#""d":[[10000,100000]],"b":[]"#);
        assert_slots(r#""c":5,"d":30"#, r#""c":[[95000,100000]],"d":[[20000,50000]]"#);
        for kept in [r#""d":30,"b":20"#, r#""b":20,"d":80"#, r#""b":20,"d":0,"e":0"#, r#""b":[[0,7]]"#] {
            assert_as_proposed(&stored, &layer(kept));
        }
        let gaps = layer(r#""x":[[40000,50000],[10000,20000]],"y":[[60000,70000]]"#);
        assert_settled(
            &gaps,
            &layer(r#""x":20,"y":15,"z":1"#),
            &layer(r#""x":[[10000,20000],[40000,50000]],"y":[[55000,70000]],"z":[[99000,100000]]"#),
            &["/slots"],
        );
        assert_as_proposed(&stored.replace(r#""l""#, r#""other""#), &layer(r#""a":10,"b":20,"d":30"#));
    }

    #[test]
    fn more_ranges_than_are_allowed_are_a_reshuffle() {
        // As many as are allowed, of two that take turns.
        let ends = |i: usize| {
            format!("[{},{}]", i * 10, if i + 1 == limits::RANGES { 100_000 } else { i * 10 + 10 })
        };
        let every_other =
            |first: usize| (first..limits::RANGES).step_by(2).map(ends).collect::<Vec<_>>().join(",");
        let ranges = format!(r#"{{"ranges":{{"a":[{}],"b":[{}]}}}}"#, every_other(0), every_other(1));
        let stored = rollout("abc", &ranges);
        assert_settled(&stored, &rollout("abc", r#"{"a":50,"b":50}"#), &stored, &["/rollout"]);
        // A third one that takes a whole one adds none. One that has to be cut out of another does.
        assert_eq!(settled(&stored, &rollout("abc", r#"{"a":49.99,"b":50,"c":0.01}"#)).laid, ["/rollout"]);
        let proposed = rollout("abc", r#"{"a":49.999,"b":50,"c":0.001}"#);
        let found = settled(&stored, &proposed);
        assert_eq!((found.laid, found.reshuffled), (vec![], vec!["/rollout".to_owned()]));
        assert_eq!(found.definition.to_string(), proposed);
    }

    #[test]
    fn as_many_ranges_as_are_allowed_take_no_time() {
        let ids: Vec<String> = (0..limits::VARIATIONS).map(|i| format!("v{i}")).collect();
        let variations: Vec<String> =
            ids.iter().map(|id| format!(r#"{{"id":"{id}","value":"{id}"}}"#)).collect();
        let flag = |rollout: &str| {
            let variations = variations.join(",");
            format!(r#"{{"key":"f","default":"v0","variations":[{variations}],"rollout":{rollout}}}"#)
        };
        let of_each = |own: &dyn Fn(usize) -> String| {
            let of_each: Vec<String> =
                (0..).zip(&ids).map(|(i, id)| format!(r#""{id}":{}"#, own(i))).collect();
            of_each.join(",")
        };
        let ranges = of_each(&|i| {
            let ends = (0..10).map(|k| k * 10_000 + i * 10).map(|from| format!("[{from},{}]", from + 10));
            format!("[{}]", ends.collect::<Vec<_>>().join(","))
        });
        let stored = flag(&format!(r#"{{"ranges":{{{ranges}}}}}"#));
        let start = std::time::Instant::now();
        // The first half gives nearly all, the second takes it.
        let shares = of_each(&|i| if i < 500 { "0.001".to_owned() } else { "0.199".to_owned() });
        assert_eq!(settled(&stored, &flag(&format!("{{{shares}}}"))).laid, ["/rollout"]);
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }

    #[test]
    fn percentages_are_read_off_ranges() {
        let of = |text: &str| {
            let percentages = percentages(&Node::parse_json(text.as_bytes(), &Arena::new()).unwrap());
            percentages.map(|percentages| percentages.to_string())
        };
        let ranges =
            r#"{"b": [[0, 33333]], "a": [[33333, 34333], [50000, 99999]], "d": [], "c": [[99999, 100000]]}"#;
        assert_eq!(of(ranges).unwrap(), r#"{"b":33.333,"a":50.999,"d":0,"c":0.001}"#);
        assert_eq!(of(r#"{"a": [[0, 100000]]}"#).unwrap(), r#"{"a":100}"#);
        assert_eq!(of("{}").unwrap(), "{}");
        for other in [
            "[]",
            "1",
            r#"{"a": 50, "b": 50}"#,
            r#"{"a": [[5, 5]]}"#,
            r#"{"a": [[0, 100001]]}"#,
            r#"{"a": [[0, 100000], [0, 1]]}"#,
            r#"{"a": [[0, 1.5]]}"#,
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
