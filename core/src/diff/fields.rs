//! Which fields of an entry differ.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use super::FieldChange;
use crate::definition::Normal;
use crate::problem::Pointer;
use crate::splits::open_part;
use crate::value::Value;

/// Stands for both sides of a difference in a sensitive entry.
const SECRET: &str = "(secret)";

/// What differs between two entries as they are written.
pub(super) fn compare(old: &Normal, new: &Normal) -> Vec<FieldChange> {
    let mut found = Vec::new();
    compare_values(Some(old), Some(new), &Pointer::Root, &mut found);
    found
}

pub(super) fn is_secret(entry: &Normal) -> bool {
    entry.member("sensitive").is_some_and(|sensitive| sensitive.to_value() != Value::Bool(false))
}

/// Leaves which fields differ, and nothing of what is in them.
pub(super) fn conceal(fields: &mut Vec<FieldChange>) {
    for FieldChange { path, old, new } in fields.iter_mut() {
        let secret = || Some(Value::from(SECRET));
        (*path, *old, *new) = (open_part(path), secret(), secret());
    }
    fields.dedup();
}

/// Each value is gone through once, and no deeper than a document may be.
fn compare_values(
    old: Option<&Normal>,
    new: Option<&Normal>,
    path: &Pointer<'_>,
    found: &mut Vec<FieldChange>,
) {
    match (old, new) {
        (Some(Normal::Value(old)), Some(Normal::Value(new))) if old == new => {}
        (Some(Normal::Object(before)), Some(Normal::Object(after))) => {
            for (name, was, is) in pairs(before, after) {
                // Where neither says anything, what counts is part of something else that one of them says.
                if was.is_some_and(|member| member.written) || is.is_some_and(|member| member.written) {
                    let (was, is) = (was.map(|member| &member.normal), is.map(|member| &member.normal));
                    compare_values(was, is, &path.member(name), found);
                }
            }
        }
        (Some(Normal::List(before)), Some(Normal::List(after))) => match (by_id(before), by_id(after)) {
            (Some(old_items), Some(new_items)) => {
                for (id, was, is) in pairs(&old_items, &new_items) {
                    compare_values(was.copied(), is.copied(), &path.member(id), found);
                }
                // The order of variations lays percentages, the order of rules decides ties.
                let order = |items: &[Normal], others: &BTreeMap<&str, &Normal>| -> Box<[Value]> {
                    let ids = items.iter().filter_map(id).filter(|id| others.contains_key(id));
                    ids.map(Value::from).collect()
                };
                let (was, is) = (order(before, &new_items), order(after, &old_items));
                if was != is {
                    let (old, new) = (Some(Value::List(was)), Some(Value::List(is)));
                    found.push(FieldChange { path: path.to_string(), old, new });
                }
            }
            _ => (0..before.len().max(after.len())).for_each(|i| {
                compare_values(before.get(i), after.get(i), &path.item(i), found);
            }),
        },
        (old, new) => {
            let (old, new) = (old.map(Normal::to_value), new.map(Normal::to_value));
            found.push(FieldChange { path: path.to_string(), old, new });
        }
    }
}

type Pair<'m, V> = (&'m str, Option<&'m V>, Option<&'m V>);

/// What two maps have under each name.
fn pairs<'m, K: Ord + Borrow<str>, V>(
    old: &'m BTreeMap<K, V>,
    new: &'m BTreeMap<K, V>,
) -> impl Iterator<Item = Pair<'m, V>> {
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).map(K::borrow).collect();
    names.into_iter().map(|name| (name, old.get(name), new.get(name)))
}

/// Items by their id, if all have one and no two the same.
fn by_id(items: &[Normal]) -> Option<BTreeMap<&str, &Normal>> {
    let by_id: BTreeMap<&str, &Normal> =
        items.iter().map(|item| Some((id(item)?, item))).collect::<Option<_>>()?;
    (by_id.len() == items.len()).then_some(by_id)
}

fn id(item: &Normal) -> Option<&str> {
    match item.member("id")? {
        Normal::Value(id) => id.as_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::changes;
    use super::*;

    /// `path: old -> new` of each field that differs.
    fn fields(old: &str, new: &str) -> Vec<String> {
        let side = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), Value::to_string);
        let told =
            |field: &FieldChange| format!("{}: {} -> {}", field.path, side(&field.old), side(&field.new));
        changes(old, new)
            .iter()
            .flat_map(|change| change.fields.iter().map(told).collect::<Vec<_>>())
            .collect()
    }

    fn assert_same(old: &str, new: &str) {
        assert_eq!((fields(old, new), fields(new, old)), (vec![], vec![]), "{old} {new}");
    }

    #[test]
    fn spelling_and_order_make_no_difference() {
        let old =
            r#"{"id": "a", "defaultValue": true, "rolloutPercentage": 25.5, "expiresAt": 1, "variant": "x"}"#;
        let new = r#"{"rollout": {"off": 74.5, "on": 25.5}, "default": true, "key": "a", "expiry": 1,
            "metadata": {"variant": "x"}, "$comment": "no"}"#;
        assert_same(old, new);
        let rollout = |action: &str| format!(r#"{{"key": "a", "rollout": {action}}}"#);
        assert_same(
            &rollout(r#"{"on": 100}"#),
            &rollout(r#"{"rollout": {"off": 0, "on": 100}, "salt": "a"}"#),
        );
        assert_same(r#"{"key": "a", "rolloutPercentage": 100}"#, &rollout(r#"{"on": 100}"#));
        let rule = |condition: &str| {
            format!(r#"{{"key": "a", "rules": [{{"condition": {condition}, "action": {{"serve": "on"}}}}]}}"#)
        };
        assert_same(&rule(r#"{"not": {"userId": {"eq": 1}}}"#), &rule(r#"{"not": {"user.id": {"eq": 1}}}"#));
        let both = rule(r#"{"userId": {"eq": 1}, "user.id": {"eq": 2}}"#);
        assert_same(&both, &both);
        let guardrail = |form: &str| format!(r#"{{"key": "a", "guardrails": {{"auto_disable": {form}}}}}"#);
        let one = r#"{"metric": "m", "threshold": 1, "window": "5m"}"#;
        assert_same(&guardrail(one), &guardrail(&format!("[{one}]")));
    }

    #[test]
    fn names_inside_values_are_their_authors() {
        for (old, new) in
            [("id", "key"), ("variant", "variation"), ("isControl", "is_control"), ("$comment", "x")]
        {
            for field in ["metadata", "default"] {
                let config = |name: &str| {
                    format!(
                        r#"{{"key": "a", "value_type": "json", "default": {{}}, "{field}": {{"{name}": 1}}}}"#
                    )
                    .replacen(r#""default": {}, "default""#, r#""default""#, 1)
                };
                let told = fields(&config(old), &config(new)).join("; ");
                assert!(told.contains(&format!("/{field}/{old}: 1 -> nothing")), "{told}");
            }
        }
    }

    #[test]
    fn defaults_that_are_written_out_make_no_difference() {
        let bare = r#"{"key": "a", "rules": [{"condition": {"x": {"eq": "y"}}, "action": {"serve": "on"}},
            {"action": {"rollout": {"on": 100}}}]}"#;
        let full = r#"{"key": "a", "type": "feature_flag", "kind": "release", "on_expiry": "default", "default": false,
            "off": false, "value_type": "boolean", "enabled": true, "dynamic": true, "client_visible": false,
            "critical": false, "sensitive": false, "salt": "a", "tags": [], "metadata": {}, "prerequisites": [],
            "kill": {"environments": []}, "guardrails": {"auto_disable": []}, "scopes": {"user": {}},
            "variations": [{"id": "off", "value": false}, {"id": "on", "value": true}],
            "rules": [{"priority": 1, "condition": {"x": {"eq": "y", "ignoreCase": false}}, "action": {"serve": "on"}},
            {"priority": 2, "condition": {}, "action": {"rollout": {"on": 100, "off": 0}, "algorithm": "vexil", "salt": "a"}}]}"#;
        assert_same(bare, full);
        let bare = r#"{"key": "a", "variants": [{"id": "x"}], "allocation": {"x": 100}}"#;
        let full = r#"{"key": "a", "type": "experiment", "kind": "release", "enabled": true, "kill": {}, "salt": "a",
            "client_visible": false, "critical": false, "guardrails": {}, "tags": [], "metadata": {}, "status": "draft",
            "variants": [{"id": "x", "isControl": false, "config": null}], "allocation": {"x": [[0, 100000]]},
            "audience": {}, "traffic": 100, "by": "userId", "algorithm": "vexil", "sticky": false}"#;
        assert_same(bare, &full.replace("[[0, 100000]]", "100"));
        let bare = r#"{"key": "a", "condition": {}}"#;
        assert_same(
            bare,
            r#"{"key": "a", "type": "segment", "tags": [], "metadata": {}, "critical": false, "condition": {}}"#,
        );
        let bare = r#"{"key": "a", "slots": {"e": 10}}"#;
        assert_same(
            bare,
            r#"{"key": "a", "type": "layer", "tags": [], "metadata": {}, "critical": false, "slots": {"e": 10}}"#,
        );
    }

    #[test]
    fn what_counts_without_a_field_is_what_it_was() {
        let told = fields(r#"{"key": "a"}"#, r#"{"key": "a", "enabled": false, "owner": "o", "off": true}"#);
        assert_eq!(told, ["/enabled: true -> false", "/off: false -> true", "/owner: nothing -> \"o\""]);
        let config = |more: &str| format!(r#"{{"key": "a", "type": "config", {more}}}"#);
        assert_eq!(fields(&config(r#""default": 1"#), &config(r#""default": 2"#)), ["/default: 1 -> 2"]);
        assert_eq!(
            fields(&config(r#""default": 1"#), &config(r#""default": 2, "off": 1"#)),
            ["/default: 1 -> 2"]
        );
        let rules = |rules: &str| format!(r#"{{"key": "a", "rules": [{rules}]}}"#);
        let (x, y) =
            (r#"{"id": "x", "action": {"serve": "on"}}"#, r#"{"id": "y", "action": {"serve": "on"}}"#);
        let first = r#"{"id": "x", "priority": 1, "action": {"serve": "on"}}"#;
        assert_eq!(
            fields(&rules(x), &rules(&format!("{y}, {first}"))),
            [r#"/rules/y: nothing -> {"action":{"serve":"on"},"id":"y"}"#]
        );
        assert_eq!(fields(&rules(first), &rules(&format!("{y}, {x}")))[0], "/rules/x/priority: 1 -> 2");
    }

    #[test]
    fn secrets_stay_secret() {
        let old = r#"{"key": "a", "type": "config", "default": "hunter2", "sensitive": true}"#;
        let new = r#"{"key": "a", "type": "config", "default": "hunter3", "sensitive": true}"#;
        assert_eq!(fields(old, new), [r#"/default: "(secret)" -> "(secret)""#]);
        let open = old.replace("true", "false");
        assert!(!fields(&open, new).join("").contains("hunter"));
    }

    #[test]
    fn rules_are_told_apart_by_their_ids() {
        let rule = |id: &str, serve: &str| format!(r#"{{"id": "{id}", "action": {{"serve": "{serve}"}}}}"#);
        let flag = |rules: &[String]| format!(r#"{{"key": "a", "rules": [{}]}}"#, rules.join(","));
        let old = flag(&[rule("x", "on"), rule("y", "on")]);
        let new = flag(&[rule("y", "off"), rule("x", "on")]);
        let order = r#"/rules: ["x","y"] -> ["y","x"]"#;
        assert_eq!(fields(&old, &new), [r#"/rules/y/action/serve: "on" -> "off""#, order]);
        let more = flag(&[rule("z", "on"), rule("y", "on"), rule("x", "on")]);
        assert_eq!(fields(&old, &more).last().map(String::as_str), Some(order));
    }

    #[test]
    fn many_ids_are_compared_in_one_pass() {
        let flag = |order: &mut dyn Iterator<Item = u32>| {
            let ids: Vec<String> = order.map(|id| format!(r#""{id}":{{"serve":"on"}}"#)).collect();
            format!(r#"{{"key": "a", "scopes": {{"user": {{{}}}}}}}"#, ids.join(","))
        };
        let start = std::time::Instant::now();
        assert_same(&flag(&mut (0..100_000)), &flag(&mut (0..100_000).rev()));
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }
}
